"""Where in a person's code something was written: the file and the line, for messages. Only looks
at frames.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from sysconfig import get_path
from types import FrameType

_OURS = str(Path(__file__).parent)


@dataclass(frozen=True)
class Origin:
    """A place in a person's code. `module` is the file whose top level was running then.

    The two files differ where a function of another file builds a DAG: the DAG belongs to the file
    that called it.
    """

    file: str = ""
    line: int | None = None
    module: str = ""


def caller() -> Origin:
    """The nearest place outside this package that led to this call."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - the documented way to the frames
    while frame is not None and frame.f_code.co_filename.startswith(_OURS):
        frame = frame.f_back
    if frame is None:
        return Origin()
    return Origin(frame.f_code.co_filename, frame.f_lineno, _module_file(frame))


def _module_file(frame: FrameType | None) -> str:
    while frame is not None and frame.f_code.co_name != "<module>":
        frame = frame.f_back
    return "" if frame is None else frame.f_code.co_filename


_INSTALLED = tuple(Path(get_path(name)) for name in ("stdlib", "purelib", "platlib"))


def is_installed(path: Path) -> bool:
    """Whether the file belongs to Python or to an installed package, and to nobody's project."""
    return any(path.is_relative_to(folder) for folder in _INSTALLED)
