"""Unpacks the source bundle of a DAG version into the worker's cache.

Once per digest, whole or not at all, and never outside its folder.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path, PurePosixPath, PureWindowsPath
from uuid import uuid4

from nbflow.core.errors import NbflowError
from nbflow.core.orders import SourceBundle, TaskOrder

_DIGEST = re.compile(r"[A-Za-z0-9_.-]{1,200}")


class BadBundle(NbflowError):
    """A source bundle that must not be unpacked: the message names what is wrong with it."""


def unpack(bundle: SourceBundle, cache: Path) -> Path:
    """The folder with the files of `bundle` inside `cache`, made if it is not there yet.

    May be called by many threads and processes at once. Raises BadBundle, OSError.
    """
    if not _DIGEST.fullmatch(bundle.digest) or not bundle.digest.strip("."):
        raise BadBundle(f"{bundle.digest!r} is not the digest of a source bundle.")
    folder = cache / bundle.digest
    if folder.is_dir():
        return folder
    draft = cache / f".{bundle.digest}.{uuid4().hex}"
    try:
        draft.mkdir(parents=True)
        for name, data in bundle.files.items():
            target = draft / _inside(name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        _settle(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def _inside(name: str) -> PurePosixPath:
    """The relative path `name`, sure not to leave the folder it is joined to, on any system."""
    path = PurePosixPath(name)
    # On Windows a drive or a backslash leads elsewhere too.
    as_windows = PureWindowsPath(name)
    parts = {*path.parts, *as_windows.parts}
    if path.is_absolute() or as_windows.anchor or ".." in parts or not path.parts:
        raise BadBundle(
            f"The source bundle holds the path {name!r}, which is not inside its folder: "
            "it was not made by nbflow."
        )
    return path


def _settle(draft: Path, folder: Path) -> None:
    try:
        draft.rename(folder)
    except OSError:
        # Another was faster: equal digests are equal files.
        if not folder.is_dir():
            raise


def without_files(order: TaskOrder) -> TaskOrder:
    """The order without the files of its bundle: they are on the disk already."""
    if not isinstance(order.source, SourceBundle):
        return order
    return replace(order, source=replace(order.source, files={}))
