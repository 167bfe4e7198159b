"""Copies of the folder a notebook stands in, so that two runs of it cannot see each other's files.

What only tools keep there is left out. Where the file system can, a copy shares its blocks with the
original until one of them is written.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from nbflow.core.errors import NbflowError

if sys.platform == "linux":
    import fcntl

MOST_BYTES = 2 << 30
"""More than that is not copied: it takes longer than most notebooks, and has to fit twice."""

LEFT_OUT = frozenset({".git", ".nbflow", ".ipynb_checkpoints", "__pycache__", "node_modules"})
_IS_ENVIRONMENT = "pyvenv.cfg"
_UPWARDS = re.compile(r"(?:\.\./)+|(?:\.\.(?=[\"']))")
_FICLONE = 0x40049409


class TooLarge(NbflowError):
    """A folder that is too large to be copied; the message says what to do."""


@dataclass(frozen=True)
class SharedPath:
    """A cell, by its index among the code cells, that names a path inside the folder from the root
    on: both runs use the file there, not the ones in their copies.
    """

    cell: int
    path: str


def root_of(notebook: Path, nb: NotebookNode) -> Path:
    """The folder that holds all that the notebook reaches by relative paths: its own, or one above
    it, if cells mention `../`.
    """
    folder = notebook.absolute().parent
    found = [up for _, text in _code(nb) for up in _UPWARDS.findall(text)]
    levels = max((up.count("..") for up in found), default=0)
    # Whoever mentions more levels than there are means something else by it.
    above = [folder, *folder.parents][: levels + 1]
    return next(each for each in reversed(above) if each not in (Path.home(), Path(each.anchor)))


def copy_folder(root: Path, target: Path) -> None:
    """Copy the folder `root` with all in it. Raises TooLarge, OSError."""
    size = 0
    for path in _files(root):
        with suppress(OSError):  # gone since, or not for us: copying will tell
            size += path.lstat().st_size
        if size > MOST_BYTES:
            raise TooLarge(
                f"{root} holds more than {MOST_BYTES >> 30} GiB, and each way to run the notebook "
                "gets a copy of it. Move the notebook to a folder with what it needs, or run both "
                "ways in the folder itself with --in-place."
            )
    shutil.copytree(root, target, symlinks=True, ignore=_left_out, copy_function=_copy)


def shared_paths(nb: NotebookNode, root: Path) -> list[SharedPath]:
    """Where cells name paths inside `root` from the root of the file system, or of the home."""
    starts = [str(root)]
    with suppress(ValueError, RuntimeError):
        starts.append(f"~/{root.relative_to(Path.home())}")
    pattern = re.compile("|".join(rf"{re.escape(each)}[^\s\"'`]*" for each in starts))
    return [SharedPath(cell, path) for cell, text in _code(nb) for path in pattern.findall(text)]


def _code(nb: NotebookNode) -> Iterator[tuple[int, str]]:
    code = [cell.source for cell in nb.cells if cell.cell_type == "code"]
    yield from enumerate(code)


def _files(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        gone = _left_out(folder, folders)
        folders[:] = [name for name in folders if name not in gone]
        yield from (Path(folder, name) for name in names)


def _left_out(folder: str, names: Sequence[str]) -> set[str]:
    return {
        name for name in names if name in LEFT_OUT or Path(folder, name, _IS_ENVIRONMENT).is_file()
    }


def _copy(source: str, target: str) -> None:
    if not Path(source).is_file():
        return  # a socket or pipe, which nobody can copy
    if not _cloned(source, target):
        shutil.copyfile(source, target)
    shutil.copystat(source, target)


def _cloned(source: str, target: str) -> bool:
    """Whether the file system made a copy that takes no room."""
    if sys.platform != "linux":
        return False
    with open(source, "rb") as one, open(target, "wb") as other:  # noqa: PTH123 - for their numbers
        try:
            fcntl.ioctl(other.fileno(), _FICLONE, one.fileno())
        except OSError:
            return False
    return True
