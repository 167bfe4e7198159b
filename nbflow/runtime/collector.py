"""From messages to outputs: nbclient minds displays and widgets, we limits and events."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import datetime, timezone
from typing import TypeAlias, cast

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete
from nbformat import NotebookNode
from nbformat.v4 import new_output

from nbflow.core.json import JsonObject
from nbflow.core.masking import Masker
from nbflow.runtime.hidden_messages import HiddenMessages
from nbflow.runtime.kernel import Kernel
from nbflow.runtime.messages import Message
from nbflow.runtime.outputs import GrowingStreams, output_of, size_of

OnEvent: TypeAlias = Callable[[JsonObject], None]

OUTPUT_LIMIT = 10_000_000


class OutputCollector(NotebookClient):
    """Puts what a kernel publishes into the cells of `nb` and tells `emit` about each change.

    What goes on in the background prints into the cell that started it, also when that has ended.
    A cell keeps at most `limit` bytes of output, then a visible note; errors are always kept. Text
    that still grows is in its output after `settle`.
    """

    def __init__(
        self,
        nb: NotebookNode,
        kernel: Kernel,
        emit: OnEvent,
        limit: int,
        masker: Masker | None = None,
    ) -> None:
        super().__init__(nb)
        self._hidden = HiddenMessages(Masker() if masker is None else masker)
        self.kc = kernel.client
        self._emit = emit
        self._limit = limit
        self._cells: dict[str, int] = {}
        self._kept: dict[int, int] = {}
        # How much is left out of cells that are full.
        self._full: dict[int, int] = {}
        self._streams = GrowingStreams()
        kernel.listener = self.receive

    def begin(self, cell_index: int, msg_id: str) -> None:
        """From now on messages about `msg_id` belong to this cell."""
        self._cells[msg_id] = cell_index
        self._kept[cell_index] = 0
        self.clear_before_next_output = False

    def receive(self, message: Message) -> None:
        """Take one message from iopub; those about no cell are none of ours."""
        index = self._cells.get(message["parent_header"].get("msg_id", ""))
        if index is None:
            return
        for shown in self._hidden.feed(message):
            self._take(shown, index)

    def _take(self, message: Message, index: int) -> None:
        # nbclient's way to say that the kernel is idle again.
        with contextlib.suppress(CellExecutionComplete):
            self.process_message(message, self.nb.cells[index], index)

    def end(self, cell_index: int) -> None:
        """The kernel has replied: the last of the times that Jupyter keeps with a cell."""
        for message in self._hidden.end():
            self._take(message, self._cells[message["parent_header"]["msg_id"]])
        left_out = self._full.get(cell_index, 0)
        if left_out:
            self._keep(self.nb.cells[cell_index].outputs, cell_index, _left_out_note(left_out))
        now = datetime.now(timezone.utc).isoformat()
        self.nb.cells[cell_index].metadata["execution"]["shell.execute_reply"] = now

    def settle(self) -> None:
        """Write text that has grown into its output."""
        self._streams.settle()

    # ------------------------------------------------------------------ nbclient calls these for us

    def output(
        self, outs: list[NotebookNode], msg: Message, display_id: str | None, cell_index: int
    ) -> NotebookNode | None:
        if self.output_hook_stack[msg["parent_header"].get("msg_id", "")]:
            # An Output widget shows it.
            return super().output(outs, msg, display_id, cell_index)
        output = output_of(msg)
        if output is None:
            # Messages of debuggers, extensions and the like.
            return None
        if self.clear_before_next_output:
            self._clear(outs, cell_index)
        self._take_in(outs, cell_index, output, display_id)
        return None

    def clear_output(self, outs: list[NotebookNode], msg: Message, cell_index: int) -> None:
        if self.output_hook_stack[msg["parent_header"].get("msg_id", "")]:
            super().clear_output(outs, msg, cell_index)
        elif msg["content"].get("wait"):
            self.clear_before_next_output = True
        else:
            self._clear(outs, cell_index)

    def _update_display_id(self, display_id: str, msg: Message) -> None:
        places = self._display_id_map.get(display_id)
        output = None if places is None else output_of(msg)
        if places is None or output is None:
            return
        first = next(iter(places))
        if size_of(output) > self._limit:
            self._leave_out(self.nb.cells[first].outputs, first, output)
            return
        for index, positions in places.items():
            for position in positions:
                shown = self.nb.cells[index].outputs[position]
                shown["data"], shown["metadata"] = output.data, output.metadata
        update = {"display_id": display_id, "data": output.data, "metadata": output.metadata}
        self._emit({"event": "update_display", **update})

    # -------------------------------------------------------------------------- keeping and telling

    def _take_in(
        self, outs: list[NotebookNode], index: int, output: NotebookNode, display_id: str | None
    ) -> None:
        if output.output_type == "error":
            self._keep(outs, index, output)
            return
        room = self._limit - self._kept[index]
        if index in self._full or size_of(output) > room:
            self._leave_out(outs, index, output)
            return
        if display_id:
            places = self._display_id_map.setdefault(display_id, {}).setdefault(index, [])
            places.append(len(outs))
        self._keep(outs, index, output, display_id)

    def _leave_out(self, outs: list[NotebookNode], index: int, output: NotebookNode) -> None:
        """Count what there is no room for; text is kept as far as it goes."""
        size = size_of(output)
        if index not in self._full:
            room = self._limit - self._kept[index]
            self._full[index] = 0
            if output.output_type == "stream" and room > 0:
                size -= room
                output.text = output.text[:room]
                self._keep(outs, index, output)
            self._keep(outs, index, _limit_note(self._limit))
        self._full[index] += size

    def _keep(
        self,
        outs: list[NotebookNode],
        index: int,
        output: NotebookNode,
        display_id: str | None = None,
    ) -> None:
        event = {"event": "output", "cell": self.nb.cells[index].id, "output": dict(output)}
        self._emit({**event, "display_id": display_id} if display_id else event)
        if output.output_type == "stream":
            self._kept[index] += self._streams.add(index, outs, output)
        else:
            self._kept[index] += size_of(output)
            outs.append(output)

    def _clear(self, outs: list[NotebookNode], index: int) -> None:
        outs.clear()
        self.clear_display_id_mapping(index)
        self.clear_before_next_output = False
        self._kept[index] = 0
        self._full.pop(index, None)
        self._streams.forget(index)
        self._emit({"event": "clear_output", "cell": self.nb.cells[index].id})


def _limit_note(limit: int) -> NotebookNode:
    most = f"{limit / 1e6:g} MB"
    rest = "the rest of this cell's is left out"
    return _note(f"\n[nbflow: a cell may have {most} of output; {rest}]\n")


def _left_out_note(size: int) -> NotebookNode:
    return _note(f"[nbflow: {size / 1e6:,.1f} MB were left out]\n")


def _note(text: str) -> NotebookNode:
    return cast(NotebookNode, new_output("stream", name="stderr", text=text))
