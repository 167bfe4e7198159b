"""A web server on this machine that keeps what apprise's `json://` posts to it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition


@dataclass
class Mailbox:
    """The letters that came, in order. With `status` other than 200 they are refused."""

    port: int = 0
    status: int = 200
    letters: list[dict[str, str]] = field(default_factory=list)
    changed: Condition = field(default_factory=Condition)

    @property
    def url(self) -> str:
        """The address, with something secret in it."""
        return f"json://ann:s3cret-word@127.0.0.1:{self.port}/room"

    def wait_for(self, count: int, seconds: float = 30.0) -> list[dict[str, str]]:
        """The letters, once there are so many."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.letters) >= count, seconds)
            return list(self.letters)


@contextmanager
def open_mailbox(status: int = 200) -> Iterator[Mailbox]:
    box = Mailbox(status=status)

    class Slot(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with box.changed:
                box.letters.append(json.loads(body))
                box.changed.notify_all()
            self.send_response(box.status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is called
            """Tests read letters, not a log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Slot)
    box.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield box
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
