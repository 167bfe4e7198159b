"""Kernels of failed tasks among those of this Jupyter server: shown to it by a connection file, and
taken away again when they have ended.

Jupyter looks into one folder for kernels that others have started (`external_connection_dir`).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from pathlib import Path
from typing import Protocol

from nbflow.core.kept import KeptKernel
from nbflow.server.refusals import Refusal

LOOK_EVERY = 2.0
"""Seconds between two looks at whether an attached kernel has ended."""
_PREFIX = "nbflow-"


class KernelList(Protocol):
    """What is used of a server's kernel manager."""

    kernel_id_to_connection_file: dict[str, Path]

    def list_kernel_ids(self) -> list[str]: ...


class Debugging:
    """The kernels that people have attached to; `folder` is None where Jupyter looks for none."""

    def __init__(self, kernels: KernelList, folder: Path | None) -> None:
        self._kernels = kernels
        self._folder = folder
        self._watching: dict[Path, asyncio.Task[None]] = {}

    async def attach(self, kept: KeptKernel) -> str:
        """Have the server know this kernel, and return its id there. Raises a Refusal."""
        if self._folder is None:
            raise Refusal(
                409,
                "This Jupyter server must not attach to kernels that others have started: its "
                "configuration says allow_external_kernels = False.",
            )
        file = self._folder / f"{_PREFIX}{kept.pid}-{int(kept.started)}.json"
        if file not in self._watching:
            await asyncio.to_thread(_write_private, file, json.dumps(kept.connection))
        if file not in self._watching:
            self._watching[file] = asyncio.create_task(self._watch(file, kept))
        self._kernels.list_kernel_ids()
        return next(
            kernel_id
            for kernel_id, known in self._kernels.kernel_id_to_connection_file.items()
            if known == file
        )

    async def stop(self) -> None:
        """Take the connection files away; the kernels live on as long as they would have."""
        watching, self._watching = self._watching, {}
        for file, task in watching.items():
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            await asyncio.to_thread(file.unlink, missing_ok=True)
            with contextlib.suppress(OSError):  # others are in it, or it is gone already
                await asyncio.to_thread(file.parent.rmdir)

    async def _watch(self, file: Path, kept: KeptKernel) -> None:
        # Loads the store, which a server has by now that shows somebody a failed task.
        from nbflow.app.repair import is_alive  # noqa: PLC0415

        while await asyncio.to_thread(is_alive, kept):  # noqa: ASYNC110 - nobody tells of its end
            await asyncio.sleep(LOOK_EVERY)
        await asyncio.to_thread(file.unlink, missing_ok=True)
        self._watching.pop(file, None)
        self._kernels.list_kernel_ids()


def _write_private(file: Path, text: str) -> None:
    """The key in it lets its reader run code: for this user alone."""
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_suffix(".new")
    new.touch(mode=0o600)
    new.write_text(text, encoding="utf-8")
    new.replace(file)
