"""How long it takes from a change of state in the scheduler to the moment it can be seen, and where
the time goes on the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.browser.screen import Screen

# When each change came in by the websocket, on the page's own clock.
LISTEN = """
window.nbflowTold = [];
const Plain = window.WebSocket;
window.WebSocket = class extends Plain {
  constructor(...given) {
    super(...given);
    if (String(given[0]).includes('/nbflow/')) {
      this.addEventListener('message', ({ data }) => {
        for (const change of JSON.parse(data).changes ?? []) {
          if (change.kind === 'task') {
            const { task_id, state, at } = change;
            window.nbflowTold.push([task_id, state, Date.parse(at), Date.now()]);
          }
        }
      });
    }
  }
};
"""

# Two frames after the change of the document the new colour has been painted.
WATCH = """root => {
  window.nbflowSeen = [];
  const see = records => {
    const drawn = Date.now();
    for (const { target } of records) {
      const { taskId, state } = target.dataset;
      if (taskId && state) {
        requestAnimationFrame(() => requestAnimationFrame(() =>
          window.nbflowSeen.push([taskId, state, drawn, Date.now()])));
      }
    }
  };
  const watched = { subtree: true, attributes: true, attributeFilter: ['data-state'] };
  new MutationObserver(see).observe(root, watched);
}"""


@dataclass(frozen=True)
class Delay:
    """Milliseconds from a change of state to the page's hearing of it, from there to the page's
    document, and from there to the screen.
    """

    told: float
    drawn: float
    painted: float

    @property
    def total(self) -> float:
        return self.told + self.drawn + self.painted


def delays(screen: Screen, dag_id: str, runs: int) -> Sequence[Delay]:
    """How long each change of state in so many runs of a DAG took to its pixels."""
    screen.page.add_init_script(LISTEN)
    screen.page.reload()
    shown = screen.open_dag(dag_id)
    shown.wait_for_run("success", screen.site.trigger(dag_id))
    shown.root.evaluate(WATCH)
    for _ in range(runs):
        shown.wait_for_run("success", screen.site.trigger(dag_id))
    told, seen = screen.page.evaluate("[window.nbflowTold, window.nbflowSeen]")
    found = (_delay(told, *one) for one in seen)
    return [delay for delay in found if delay is not None]


def _delay(
    told: Sequence[tuple[str, str, float, float]],
    task_id: str,
    state: str,
    drawn: float,
    painted: float,
) -> Delay | None:
    """None if the page was told of no such change, as when one run takes the place of another."""
    times = [(at, heard) for task, to, at, heard in told if (task, to) == (task_id, state)]
    last = max((one for one in times if one[1] <= drawn), default=None)
    return None if last is None else Delay(last[1] - last[0], drawn - last[1], painted - drawn)
