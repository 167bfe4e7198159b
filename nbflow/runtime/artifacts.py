"""Where a run leaves its files (executed notebooks, logs, values): a folder named by an fsspec URL.

URLs without a scheme and `file://` ones are local and never touch fsspec. What the files mean is
not known here.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import TYPE_CHECKING, BinaryIO, cast
from urllib.parse import urlsplit
from urllib.request import pathname2url, url2pathname
from uuid import uuid4

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

# What is appended to a remote file is kept on disk here beyond this many bytes.
_IN_MEMORY = 1 << 20
# A remote file is rewritten at most once a second, and for at most a tenth of the time.
_REWRITE_SECONDS = 1.0
_REWRITE_SHARE = 10.0


def local_path(url: str) -> Path | None:
    """The path that `url` names if it is local, else None."""
    if "://" not in url:
        return Path(url).expanduser().absolute()
    parts = urlsplit(url)
    if parts.scheme not in ("file", "local"):
        return None
    return Path(url2pathname(parts.path))


def read_url(url: str) -> bytes:
    """The bytes at `url`. Raises FileNotFoundError."""
    path = local_path(url)
    if path is not None:
        return path.read_bytes()
    system, name = _open_system(url)
    return cast(bytes, system.cat_file(name))


def is_far(url: str) -> bool:
    """Whether it is not on this machine, so that looking there may take its time."""
    return local_path(url) is None


def are_there(urls: Collection[str]) -> bool:
    """Whether none of these is missing. Raises what a store's client raises."""
    return all(_is_there(url) for url in urls)


def _is_there(url: str) -> bool:
    path = local_path(url)
    if path is not None:
        return path.exists()
    system, name = _open_system(url)
    # Clients remember listings: what somebody else has deleted would still be seen.
    system.invalidate_cache(system._parent(name))  # noqa: SLF001
    return bool(system.exists(name))


SETTLED_SECONDS = 3600.0
"""A file that was written, or found there and used, within this time may not be on record yet."""


def delete(url: str) -> None:
    """Delete a folder, or a file that nobody has used for an hour; that is, a shared value.

    One that is not local stays: there is no telling when it was last used.
    """
    path = local_path(url)
    if path is None:
        system, name = _open_system(url)
        if system.isdir(name):
            system.rm(name, recursive=True)
    elif path.is_dir():
        shutil.rmtree(path)
    elif path.is_file() and path.stat().st_mtime < time.time() - SETTLED_SECONDS:
        path.unlink(missing_ok=True)


class ArtifactStore:
    """The files under one URL. Paths are relative, with `/`, and never leave the folder.

    Safe to use from many threads.
    """

    def __init__(self, url: str) -> None:
        self._root = local_path(url)
        self._base = url.rstrip("/") if self._root is None or "://" in url else str(self._root)
        self._growing: dict[str, _GrowingFile] = {}
        self._lock = Lock()

    def __repr__(self) -> str:
        return f"ArtifactStore({self._base!r})"

    def url(self, path: str) -> str:
        """The URL of `path`, whether it exists or not; of the form the store's own URL has."""
        relative = _relative(path)
        if self._root is None or "://" not in self._base:
            return f"{self._base}/{relative}"
        return f"{self._base}/{pathname2url(relative)}"

    def local_path(self, path: str) -> Path | None:
        """Where `path` is on this machine, or None in a remote store."""
        relative = _relative(path)
        return None if self._root is None else self._root / relative

    def write(self, path: str, data: bytes) -> str:
        """Put `data` at `path`, replacing what was there, and return the URL.

        A reader sees all of it or nothing.
        """
        target = self.local_path(path)
        if target is not None:
            _replace(target, data)
        else:
            system, name = _open_system(self.url(path))
            system.makedirs(name.rsplit("/", 1)[0], exist_ok=True)
            system.pipe_file(name, data)
        return self.url(path)

    def append(self, path: str, data: bytes) -> None:
        """Add `data` to the end of `path`.

        In a remote store what was added shows within seconds, and surely after `flush`.
        """
        target = self.local_path(path)
        if target is not None:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("ab", buffering=0) as file:
                file.write(data)
            return
        with self._lock:
            growing = self._growing.get(path)
            if growing is None:
                growing = self._growing[path] = _GrowingFile(self.url(path))
        growing.append(data)

    def flush(self, path: str | None = None) -> None:
        """Make everything appended (to `path`) visible; only a remote store needs it."""
        with self._lock:
            paths = list(self._growing) if path is None else [path]
            growing = [self._growing.pop(name) for name in paths if name in self._growing]
        for file in growing:
            file.close()

    def read(self, path: str) -> bytes:
        """All of `path`. Raises FileNotFoundError."""
        return read_url(self.url(path))

    def read_from(self, path: str, offset: int, limit: int) -> bytes:
        """At most `limit` bytes of `path` from `offset` on; empty beyond its end.

        Raises FileNotFoundError.
        """
        target = self.local_path(path)
        if target is not None:
            with target.open("rb") as file:
                file.seek(offset)
                return file.read(limit)
        end = min(self.size(path), offset + limit)
        if offset >= end:
            return b""
        system, name = _open_system(self.url(path))
        return cast(bytes, system.cat_file(name, start=offset, end=end))

    def use(self, path: str) -> None:
        """Somebody needs a file that is there: `delete` shall leave it alone for a while."""
        local = self.local_path(path)
        if local is not None:
            os.utime(local)

    def exists(self, path: str) -> bool:
        target = self.local_path(path)
        if target is not None:
            return target.is_file()
        system, name = _open_system(self.url(path))
        return bool(system.isfile(name))

    def size(self, path: str) -> int:
        """The number of bytes in `path`. Raises FileNotFoundError."""
        target = self.local_path(path)
        if target is not None:
            return target.stat().st_size
        system, name = _open_system(self.url(path))
        return int(system.info(name)["size"])


@dataclass
class _GrowingFile:
    """A remote file that grows: object stores cannot append, so a local copy is written again."""

    url: str
    copy: BinaryIO = field(init=False)
    written_at: float = 0.0
    took: float = 0.0
    lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.copy = cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115
        system, name = _open_system(self.url)
        if system.exists(name):
            self.copy.write(cast(bytes, system.cat_file(name)))

    def append(self, data: bytes) -> None:
        with self.lock:
            self.copy.seek(0, os.SEEK_END)
            self.copy.write(data)
            pause = max(_REWRITE_SECONDS, self.took * _REWRITE_SHARE)
            if time.monotonic() - self.written_at >= pause:
                self._rewrite()

    def close(self) -> None:
        with self.lock:
            self._rewrite()
            self.copy.close()

    def _rewrite(self) -> None:
        began = time.monotonic()
        system, name = _open_system(self.url)
        system.makedirs(name.rsplit("/", 1)[0], exist_ok=True)
        self.copy.seek(0)
        with system.open(name, "wb") as target:
            shutil.copyfileobj(self.copy, target)
        self.written_at = time.monotonic()
        self.took = self.written_at - began


def _open_system(url: str) -> tuple[AbstractFileSystem, str]:
    from fsspec.core import url_to_fs  # noqa: PLC0415 - a local store never pays for importing it

    system, name = url_to_fs(url)
    return system, str(name)


def _relative(path: str) -> str:
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts or not parts.parts:
        raise ValueError(f"{path!r} is not a path inside an artifact folder: use a relative one.")
    return str(parts)


def _replace(target: Path, data: bytes) -> None:
    # No fsync: this guards against readers and killed workers. After a power cut a value's digest
    # tells that it is torn.
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{uuid4().hex}.tmp")
    try:
        draft.write_bytes(data)
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
