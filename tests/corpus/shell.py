"""IPython without a kernel: runs the cells of a notebook in this process, and gives them the
outputs that a kernel would send.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import sys
from collections.abc import Iterable
from typing import Any

from IPython.core.async_helpers import get_asyncio_loop
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode
from nbformat.v4 import new_output
from traitlets.config import Config


class _Hook(DisplayHook):
    """Takes the value of a cell's last expression."""

    def __call__(self, result: object = None) -> None:
        hook: Any = self  # IPython's methods are not typed
        hook.check_for_underscore()
        if result is not None and not hook.quiet():
            data, metadata = hook.compute_format_data(result)
            hook.update_user_ns(result)
            _outputs().append(
                new_output("execute_result", data, metadata=metadata, execution_count=0)
            )


class _Publisher(DisplayPublisher):
    """Takes what is displayed; an update takes the place of what it updates."""

    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        source: object = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **_: object,
    ) -> None:
        shown_as = str((transient or {}).get("display_id", ""))
        if update:
            for output in _shell().displays.get(shown_as, []):
                output.data = data
            return
        made = new_output("display_data", data, metadata=metadata or {})
        if shown_as:
            _shell().displays.setdefault(shown_as, []).append(made)
        _outputs().append(made)

    def clear_output(self, wait: bool = False) -> None:
        _outputs().clear()


class Shell(InteractiveShell):
    """An IPython whose outputs stay here. One to a process."""

    displayhook_class = _Hook
    display_pub_class = _Publisher

    def __init__(self) -> None:
        config = Config()
        config.HistoryManager.enabled = False
        self.outputs: list[NotebookNode] = []
        self.displays: dict[str, list[NotebookNode]] = {}
        shell: Any = super()  # as above
        shell.__init__(config=config)
        assert self.extension_manager is not None
        self.extension_manager.load_extension("storemagic")

    def run(self, cells: Iterable[NotebookNode]) -> None:
        """Run the cells and put their outputs into them, up to one that fails."""
        # As in a kernel, what a cell starts without waiting for it goes on in the same loop.
        asyncio.set_event_loop(get_asyncio_loop())
        for cell in cells:
            if not self._run(cell):
                return

    def _run(self, cell: NotebookNode) -> bool:
        self.outputs = []
        printed = _Printed(self)
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
            shell: Any = self  # as above
            result = shell.run_cell(cell.source, store_history=True)
        printed.hand_over()
        error = result.error_in_exec or result.error_before_exec
        if error is not None:
            self.outputs.append(
                new_output("error", ename=type(error).__name__, evalue=str(error), traceback=[])
            )
        cell.outputs = self.outputs
        cell.execution_count = 1
        return error is None or "raises-exception" in cell.metadata.get("tags", [])

    def enable_gui(self, gui: object = None) -> None:
        """There is no window to show anything in."""

    def showtraceback(self, *args: object, **kwargs: object) -> None:
        """The error itself is all that is compared."""


class _Printed(io.StringIO):
    """What a cell prints, in its place among the other outputs."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self.shell = shell

    def hand_over(self) -> None:
        if text := self.getvalue():
            self.seek(0)
            self.truncate()
            self.shell.outputs.append(new_output("stream", name="stdout", text=text))


def _outputs() -> list[NotebookNode]:
    """The outputs of the cell that runs, after what it has printed."""
    if isinstance(sys.stdout, _Printed):
        sys.stdout.hand_over()
    return _shell().outputs


def _shell() -> Shell:
    found: Shell = Shell.instance()
    return found
