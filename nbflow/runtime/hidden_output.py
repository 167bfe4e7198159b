"""What processes of tasks write, on its way to the log through a masker.

A task without secrets writes to the log itself. Else the worker reads its output from a pipe, so
that nothing a program below it writes gets past. What the task's own code hides later
(`mask_secret`) only its process knows: there its streams hide it.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO, cast

from nbflow.core.masking import MaskedBytes, MaskedStream, Masker
from nbflow.runtime.logs import AttemptLog


class MaskedLog:
    """One stream of bytes into a log."""

    def __init__(self, log: AttemptLog, masker: Masker) -> None:
        self._log = log
        self._hidden = MaskedBytes(masker) if masker else None

    def write(self, data: bytes) -> None:
        self._log.write(data if self._hidden is None else self._hidden.feed(data))

    def end(self) -> None:
        if self._hidden is not None:
            self._log.write(self._hidden.end())


@dataclass(frozen=True)
class ChildOutput:
    """Where a child is to write, and what the worker reads of it."""

    fileno: int
    readers: Mapping[int, Callable[[bytes], None]] = field(default_factory=dict)
    is_inherited: Callable[[int], None] = lambda _: None


@contextmanager
def output_to(log: AttemptLog, masker: Masker) -> Iterator[ChildOutput]:
    """The way of a child's output into `log`: straight, or through the masker if there is need."""
    if not masker:
        yield ChildOutput(log.fileno())
        return
    reader, writer = os.pipe()
    stream = MaskedLog(log, masker)
    open_writers = [writer]

    def close_writer(_pid: int = 0) -> None:
        # The child has it now; ours would keep the pipe from ever ending.
        while open_writers:
            os.close(open_writers.pop())

    try:
        yield ChildOutput(writer, {reader: stream.write}, close_writer)
    finally:
        close_writer()
        os.close(reader)
        stream.end()


class HidingStreams:
    """sys.stdout and sys.stderr of a task's own process, from the moment there is more to hide than
    the worker knows.
    """

    def __init__(self) -> None:
        self.masker = Masker()
        self._streams: list[_HidingStream] = []

    def hide(self, _values: list[str]) -> None:
        """The masker knows more now."""
        if self._streams:
            return
        out, err = _HidingStream(sys.stdout, self.masker), _HidingStream(sys.stderr, self.masker)
        for handler in logging.getLogger().handlers:
            if isinstance(handler, logging.StreamHandler) and handler.stream is sys.stderr:
                handler.setStream(cast(TextIO, err))
        sys.stdout, sys.stderr = cast(TextIO, out), cast(TextIO, err)
        self._streams = [out, err]

    def end(self) -> None:
        """Write what has been held back."""
        for stream in self._streams:
            stream.end()


class _HidingStream:
    """Stands where a text stream stood, and hides what goes through `write`."""

    def __init__(self, original: TextIO, masker: Masker) -> None:
        self._original = original
        self._hidden = MaskedStream(masker)

    def write(self, text: str) -> int:
        self._original.write(self._hidden.feed(text))
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        for line in lines:
            self.write(line)

    def end(self) -> None:
        self._original.write(self._hidden.end())
        self._original.flush()

    def __getattr__(self, name: str) -> object:
        return getattr(self._original, name)
