"""What a task prints and logs, when it runs in a thread of the worker side by side with others.

While any such task runs, sys.stdout and sys.stderr are routed by context, and a logging handler
listens. Tasks in processes of their own do without: their streams are the log (`log_to_stderr`).
"""

from __future__ import annotations

import contextlib
import io
import logging
import sys
from collections.abc import Iterator
from contextvars import ContextVar
from threading import Lock
from typing import TextIO

from nbflow.core.masking import MaskedStream, Masker
from nbflow.runtime.logs import AttemptLog

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_STREAMS = ("stdout", "stderr")


@contextlib.contextmanager
def captured(
    log: AttemptLog, *, shown: bool = False, masker: Masker | None = None
) -> Iterator[None]:
    """Inside, what this thread prints and logs goes to `log`, and if `shown` also where it went,
    with everything hidden that `masker` knows.

    Other threads are not affected, be it that they have a log of their own or none.
    """
    output = _Output(log, shown, Masker() if masker is None else masker)
    token = _current.set(output)
    _ROUTES.install()
    try:
        yield
    finally:
        _ROUTES.uninstall()
        _current.reset(token)
        output.end()


def log_to_stderr() -> None:
    """Have logging write to stderr, from INFO on: for a process that is a task's own."""
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT, stream=sys.stderr)


class _Output:
    """Writes whole lines to the log, so that threads of one task do not mix them."""

    def __init__(self, log: AttemptLog, shown: bool, masker: Masker) -> None:
        self.shown = shown
        self._log = log
        self._hidden = MaskedStream(masker)
        self._hidden_where_shown = MaskedStream(masker)
        self._lock = Lock()
        self._line = ""

    def write(self, text: str) -> None:
        with self._lock:
            self._line += text
            if "\n" in text or "\r" in text:
                self._write_out()

    def shown_part(self, text: str) -> str:
        """What of `text` a person who looks on may see."""
        return self._hidden_where_shown.feed(text)

    def flush(self) -> None:
        with self._lock:
            self._write_out()

    def end(self) -> None:
        """Write what has been held back: nothing follows any more."""
        with self._lock:
            self._write_out()
            self._write(self._hidden.end())

    def _write_out(self) -> None:
        text, self._line = self._line, ""
        self._write(self._hidden.feed(text))

    def _write(self, text: str) -> None:
        self._log.write(text.encode(errors="backslashreplace"))


_current: ContextVar[_Output | None] = ContextVar("nbflow_task_output", default=None)


class _Routed(io.TextIOBase):
    """Stands where sys.stdout or sys.stderr stood: the task's log inside one, else the original."""

    def __init__(self, original: TextIO) -> None:
        self.original = original

    def write(self, text: str) -> int:
        output = _current.get()
        if output is not None:
            output.write(text)
        if output is None or output.shown:
            self.original.write(text if output is None else output.shown_part(text))
        return len(text)

    def flush(self) -> None:
        output = _current.get()
        if output is not None:
            output.flush()
        self.original.flush()

    def isatty(self) -> bool:
        return _current.get() is None and self.original.isatty()

    def writable(self) -> bool:
        return True

    @property
    def encoding(self) -> str:  # type: ignore[override] # read-only, as of a file
        return self.original.encoding

    @property
    def errors(self) -> str | None:  # type: ignore[override] # read-only, as of a file
        return self.original.errors

    def fileno(self) -> int:
        return self.original.fileno()

    def __getattr__(self, name: str) -> object:
        return getattr(self.original, name)


class _Listener(logging.Handler):
    """Writes the records of a task to its log; those of everyone else are none of its business."""

    def emit(self, record: logging.LogRecord) -> None:
        output = _current.get()
        if output is None:
            return
        try:
            output.write(f"{self.format(record)}\n")
        # The contract of logging: a record that cannot be formatted must not end the program.
        except Exception:  # noqa: BLE001
            self.handleError(record)


class _Routes:
    """The routing of this process, in place while at least one task in a thread runs."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._users = 0
        self._routed: list[tuple[str, _Routed]] = []
        self._level: int | None = None
        self._listener = _Listener()
        self._listener.setFormatter(logging.Formatter(LOG_FORMAT))

    def install(self) -> None:
        with self._lock:
            self._users += 1
            for name in _STREAMS:
                stream = getattr(sys, name)
                # Someone may have put another in its place since the last task began.
                if stream is not None and not isinstance(stream, _Routed):
                    routed = _Routed(stream)
                    setattr(sys, name, routed)
                    self._routed.append((name, routed))
            if self._users == 1:
                self._listen()

    def uninstall(self) -> None:
        with self._lock:
            self._users -= 1
            if self._users:
                return
            for name, routed in self._routed:
                if getattr(sys, name) is routed:
                    setattr(sys, name, routed.original)
            self._routed.clear()
            self._stop_listening()

    def _listen(self) -> None:
        root = logging.getLogger()
        root.addHandler(self._listener)
        self._level = None
        if root.level > logging.INFO:
            self._level = root.level
            root.setLevel(logging.INFO)

    def _stop_listening(self) -> None:
        root = logging.getLogger()
        root.removeHandler(self._listener)
        if self._level is not None and root.level == logging.INFO:
            root.setLevel(self._level)


_ROUTES = _Routes()
