"""The papermill engine `nbflow`: `papermill --engine nbflow in.ipynb out.ipynb` works for anyone.

nbflow's own tasks hand in a warm kernel and more by `options`. Nothing here imports papermill,
which loads this module while it is itself being imported; it asks no more of an engine than three
class methods. What happens to the cells is in `notebook_run.py`.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import writes

from nbflow.core.json import JsonObject
from nbflow.runtime.artifacts import ArtifactStore
from nbflow.runtime.collector import OnEvent
from nbflow.runtime.kernel import Interrupted, Kernel
from nbflow.runtime.kernels import DEFAULT_KERNEL, KernelPool
from nbflow.runtime.notebook_run import EngineOptions, NotebookEnd, NotebookRun
from nbflow.runtime.outputs import as_plain_text
from nbflow.runtime.record import has_code

log = logging.getLogger("papermill")


class NbflowEngine:
    """What papermill calls. Keyword arguments it does not know are refused, not ignored."""

    @classmethod
    def execute_notebook(
        cls,
        nb: NotebookNode,
        kernel_name: str,
        output_path: str | None = None,
        progress_bar: bool | dict[str, object] = True,
        log_output: bool = False,
        autosave_cell_every: float = 30,
        *,
        input_path: str | None = None,  # noqa: ARG003 - papermill's signature
        start_timeout: float = 60,
        execution_timeout: float | None = None,
        stdout_file: TextIO | None = None,
        stderr_file: TextIO | None = None,
        options: EngineOptions | None = None,
    ) -> NotebookNode:
        """Run `nb` and return it, as papermill does; `execution_timeout` is per cell.

        Raises CellTimeoutError, DeadKernelError or Interrupted. An error in a cell is left to
        papermill, which finds it in the outputs.
        """
        chosen = options or EngineOptions()
        echo = _Echo(log_output=log_output, stdout=stdout_file, stderr=stderr_file)
        with (
            _progress_bar(progress_bar, sum(map(has_code, nb.cells))) as advance,
            _kernel_for(chosen, kernel_name, start_timeout) as kernel,
        ):
            run = NotebookRun(
                nb,
                kernel,
                replace(
                    chosen,
                    save=chosen.save or _saver(output_path),
                    on_event=_tell_all(chosen.on_event, echo, advance),
                ),
                save_every=autosave_cell_every,
                cell_timeout=execution_timeout,
            )
            end = run.execute()
        if chosen.on_end is not None:
            chosen.on_end(end)
        else:
            _raise_for(end)
        return nb

    @classmethod
    def nb_kernel_name(cls, nb: NotebookNode, name: str | None = None) -> str:
        """The name of the kernel to run `nb` in; a notebook that names none gets the usual one."""
        return str(name or nb.metadata.get("kernelspec", {}).get("name") or DEFAULT_KERNEL)

    @classmethod
    def nb_language(cls, nb: NotebookNode, language: str | None = None) -> str:
        """The language to write parameters in."""
        about = nb.metadata
        named = language or about.get("language_info", {}).get("name")
        return str(named or about.get("kernelspec", {}).get("language") or "python")


def _raise_for(end: NotebookEnd) -> None:
    where = "" if end.cell_id is None else f" (cell {end.cell_id})"
    if end.state == "timeout":
        raise CellTimeoutError(f"The time for this cell was up{where}.")
    if end.state == "died":
        sentence = "The kernel died." if end.death is None else end.death.message
        raise DeadKernelError(f"{sentence}{where}")
    if end.state == "cancelled":
        raise Interrupted("cancelled")


# ---------------------------------------------------------------------- for papermill's own command


@contextlib.contextmanager
def _kernel_for(options: EngineOptions, name: str, start_timeout: float) -> Iterator[Kernel]:
    """The kernel that was handed in, or one for this notebook alone."""
    if options.kernel is not None:
        yield options.kernel
        return
    with KernelPool(0, kernel_names=(), start_timeout=start_timeout) as pool:
        kernel = pool.take(name, options.cwd or Path.cwd(), token=options.watch.token)
        try:
            yield kernel
        finally:
            pool.release(kernel)


def _saver(path: str | None) -> Callable[[NotebookNode], None] | None:
    """What saves to `path`, local or a URL; a reader sees a whole notebook or the one before."""
    if path is None:
        return None
    folder, _, name = path.rpartition("/")
    store = ArtifactStore(folder or ".")
    return lambda nb: _discard(store.write(name, notebook_bytes(nb)))


def notebook_bytes(nb: NotebookNode) -> bytes:
    """`nb` as the content of an .ipynb file."""
    return str(writes(nb)).encode()


@contextlib.contextmanager
def _progress_bar(wanted: bool | dict[str, object], cells: int) -> Iterator[OnEvent]:
    """A progress bar as papermill's own, moved on by events."""
    if not wanted:
        yield _discard
        return
    # Slow to import, and only papermill's command shows it.
    from tqdm.auto import tqdm  # type: ignore[import-untyped] # noqa: PLC0415

    settings = {"unit": "cell", "desc": "Executing", **(wanted if isinstance(wanted, dict) else {})}
    with tqdm(total=cells, **settings) as bar:

        def advance(event: JsonObject) -> None:
            if event["event"] == "cell_finished":
                bar.update()

        yield advance


class _Echo:
    """papermill's options that repeat the streams elsewhere: in its log, in files."""

    def __init__(self, *, log_output: bool, stdout: TextIO | None, stderr: TextIO | None) -> None:
        self._files = {"stdout": stdout, "stderr": stderr}
        self._levels = {"stdout": logging.INFO, "stderr": logging.WARNING} if log_output else {}

    def __call__(self, event: JsonObject) -> None:
        output = event.get("output")
        if not isinstance(output, dict):
            return
        name = output.get("name", "stdout")
        if name in self._levels:
            log.log(self._levels[name], as_plain_text(output))
        file = self._files[name] if output["output_type"] == "stream" else None
        if file is not None:
            file.write(output["text"])
            file.flush()


def _tell_all(*listeners: OnEvent | None) -> OnEvent:
    known = [listener for listener in listeners if listener is not None]

    def tell(event: JsonObject) -> None:
        for listener in known:
            listener(event)

    return tell


def _discard(_: object) -> None:
    """Nobody listens."""
