"""How long it takes from the moment a state changes to the moment it can be seen."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from statistics import quantiles

from playwright.sync_api import WebSocket

from tests.browser.screen import Screen

BUDGET = 300.0
"""Milliseconds from a change of state to its pixels."""

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


def test_a_change_of_state_is_seen_within_the_budget(
    screen: Screen, record_property: Callable[[str, object], None]
) -> None:
    changes = Changes()
    screen.page.on("websocket", changes.listen)
    screen.page.reload()
    greet = screen.open_dag("greet")
    greet.wait_for_run("success", screen.site.trigger("greet"))
    greet.root.evaluate(WATCH)

    for _ in range(4):
        run_id = screen.site.trigger("greet")
        greet.wait_for_run("success", run_id)

    seen = screen.page.evaluate("window.nbflowSeen")
    delays = [at - made for task, state, at in seen if (made := changes.last(task, state, at))]
    quick, typical, slow = (round(delay) for delay in quantiles(delays, n=4))
    record_property("state change to pixel, median ms", typical)
    print(f"State change to pixel: {quick} / {typical} / {slow} ms (quartiles)")  # noqa: T201
    # On a machine that has other work to do only the quick ones tell about us.
    assert quick <= BUDGET


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
