"""One look at a run, as a widget shows it."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from nbflow import app, picture
from nbflow.commands import Commands
from nbflow.core.errors import NotFoundError
from nbflow.core.states import RunState
from nbflow.settings import Settings
from nbflow.views.dags import dag_detail
from nbflow.views.health import health
from nbflow.views.runs import find_try, run_detail
from nbflow.widgets.shown import Shown, dag_drawn, dag_shown, states_shown, words_of

LOG_BYTES = 64 * 1024


@dataclass(frozen=True)
class Seen:
    """What is seen of a run at one moment: the traits of a widget."""

    dag: Shown
    states: Mapping[str, Shown]
    run: Shown | None
    log_text: str = ""
    problem: str = ""

    @property
    def is_over(self) -> bool:
        return self.run is not None and RunState(self.run["state"]).is_finished

    def picture(self) -> dict[str, str]:
        """It as a static picture, by MIME type."""
        return picture.bundle(dag_drawn(self.dag), words_of(self.states))


@dataclass(frozen=True)
class RunSource:
    """Where to look for a run. `executed_here`: by this process, so that no other has to be alive.

    Methods raise what the store raises.
    """

    settings: Settings
    store: app.Store
    dag_id: str
    run_id: str
    executed_here: bool = False

    def look(self, selected: str = "") -> Seen:
        """What there is to see now.

        A run that was asked for and is not there yet is seen as its DAG. Raises NotFoundError for a
        DAG that is not there.
        """
        try:
            detail = run_detail(self.store, self.dag_id, self.run_id)
        except NotFoundError:
            dag = dag_detail(self.store, self.dag_id, app.utc_now())
            shown = dag_shown(self.dag_id, dag.tasks, dag.groups)
            return Seen(shown, {}, None, problem=self._problem())
        states = states_shown(detail.instances)
        seen = Seen(
            dag_shown(self.dag_id, detail.tasks, detail.groups),
            states,
            asdict(detail.run),
            self._log_text(selected, states[selected]["map_index"]) if selected in states else "",
        )
        return seen if seen.is_over else replace(seen, problem=self._problem())

    def cancel(self) -> None:
        """Ask for the run to be ended. Raises RequestError if it has ended already."""
        Commands(self.store, user(), door="widget").cancel(self.dag_id, self.run_id)

    def _log_text(self, task_id: str, map_index: int) -> str:
        one = find_try(self.store, self.dag_id, self.run_id, task_id, map_index=map_index)
        if one is None:
            return ""
        folder = app.attempt_folder(self.settings, self.dag_id, self.run_id, task_id, one)
        return app.attempt_files(folder).log_end(LOG_BYTES)

    def _problem(self) -> str:
        """Why nothing moves, if nobody is there to move it."""
        if self.executed_here:
            return ""
        scheduler = health(self.store, app.utc_now()).scheduler
        if scheduler.alive:
            return ""
        last = scheduler.last_heartbeat
        since = f" The last one was seen at {last}." if last else ""
        return f"No scheduler is alive.{since} Start one: nbflow scheduler"


def user() -> str:
    """The name in the audit journal. Containers may run under a number that has no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
