"""Being told by the operating system that a file was written to, so that nobody has to poll it.

Linux only (inotify, which Python reaches through ctypes alone). Elsewhere, and where the system's
limits are used up, there is no descriptor and the caller polls.
"""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

_IN_MODIFY = 0x2


def watch_writes(path: Path) -> int | None:
    """A file descriptor that becomes readable when `path` is written to, or None.

    What is read from it has no meaning here. The caller closes it.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "inotify_init1"):
        return None
    descriptor: int = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    if descriptor < 0:
        return None
    if libc.inotify_add_watch(descriptor, os.fsencode(path), _IN_MODIFY) < 0:
        os.close(descriptor)
        return None
    return descriptor
