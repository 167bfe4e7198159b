"""A network between two processes that a test can break: a TCP relay on loopback."""

from __future__ import annotations

import socket
from contextlib import suppress
from threading import Lock, Thread


class TcpRelay:
    """Forwards connections to `target` (`tcp://host:port`), unless it is cut."""

    def __init__(self, target: str) -> None:
        host, _, port = target.removeprefix("tcp://").rpartition(":")
        self._target = (host, int(port))
        self._lock = Lock()
        self._is_cut = False
        self._sockets: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp://127.0.0.1:{self._listening.getsockname()[1]}"
        Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Break every connection there is, and take no new ones until `mend`."""
        with self._lock:
            self._is_cut = True
            for each in self._sockets:
                # Ends the threads that read from it, too.
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
                each.close()
            self._sockets.clear()

    def mend(self) -> None:
        self._is_cut = False

    def close(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            if self._is_cut:
                near.close()
                continue
            far = socket.create_connection(self._target)
            with self._lock:
                self._sockets += [near, far]
            Thread(target=_pump, args=(near, far), daemon=True).start()
            Thread(target=_pump, args=(far, near), daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
