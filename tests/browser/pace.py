"""How long it takes from a change of state in the scheduler to the moment it can be seen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from playwright.sync_api import WebSocket

from tests.browser.screen import Screen

# Two frames after the change of the document the new colour has been painted.
WATCH = """root => {
  window.nbflowSeen = [];
  const see = records => {
    for (const { target } of records) {
      const { taskId, state } = target.dataset;
      if (taskId && state) {
        requestAnimationFrame(() => requestAnimationFrame(() =>
          window.nbflowSeen.push([taskId, state, Date.now()])));
      }
    }
  };
  const watched = { subtree: true, attributes: true, attributeFilter: ['data-state'] };
  new MutationObserver(see).observe(root, watched);
}"""


def delays(screen: Screen, dag_id: str, runs: int) -> Sequence[float]:
    """Milliseconds from each change of state in so many runs of a DAG to its pixels."""
    changes = Changes()
    screen.page.on("websocket", changes.listen)
    screen.page.reload()
    shown = screen.open_dag(dag_id)
    shown.wait_for_run("success", screen.site.trigger(dag_id))
    shown.root.evaluate(WATCH)
    for _ in range(runs):
        shown.wait_for_run("success", screen.site.trigger(dag_id))
    seen = screen.page.evaluate("window.nbflowSeen")
    return [at - made for task, state, at in seen if (made := changes.last(task, state, at))]


class Changes:
    """What the feed told the page, with the moments at which it happened in the scheduler."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str], list[float]] = {}

    def listen(self, socket: WebSocket) -> None:
        if "/nbflow/" in socket.url:
            socket.on("framereceived", self._take)

    def last(self, task_id: str, state: str, seen: float) -> float | None:
        """The moment, in milliseconds, at which the task came into a state that was seen; None if
        no change is known, as when one run takes the place of another.
        """
        moments = self._made.get((task_id, state), ())
        return max((at for at in moments if at <= seen), default=None)

    def _take(self, frame: str | bytes) -> None:
        for change in json.loads(frame).get("changes", ()):
            if change["kind"] == "task":
                at = datetime.fromisoformat(change["at"]).timestamp() * 1000
                self._made.setdefault((change["task_id"], change["state"]), []).append(at)
