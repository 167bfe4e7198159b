"""`RunHandle`, a run of this project to hold on to, and `trigger`, which asks for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from nbflow import app, feed, settings
from nbflow.commands import Commands
from nbflow.core.errors import NotFoundError, RequestError
from nbflow.core.json import JsonObject
from nbflow.core.states import RunState
from nbflow.settings import Settings
from nbflow.views.health import health
from nbflow.views.runs import run_detail
from nbflow.views.shapes import ChangeView
from nbflow.widgets.run_source import RunSource, user
from nbflow.widgets.run_widget import RunWidget
from nbflow.widgets.shown import words_of
from nbflow.widgets.stores import store_of

REQUESTED = "requested"
PATIENCE = 15.0
"""Seconds without a living scheduler after which `wait` gives up."""
_LOOK = 2.0


def _settings() -> Settings:
    return settings.load().settings


@dataclass(frozen=True)
class RunHandle:
    """A run of the project of this notebook's folder.

    >>> run = nbflow.trigger("daily_sales", {"region": "US"})
    >>> run.watch()
    >>> run.wait()
    'success'
    """

    dag_id: str
    run_id: str
    settings: Settings = field(default_factory=_settings, repr=False)
    cursor: int | None = field(default=None, repr=False)

    @property
    def state(self) -> str:
        """The state of the run; "requested" while the scheduler has not created it."""
        try:
            return run_detail(self._store, self.dag_id, self.run_id).run.state
        except NotFoundError:
            return REQUESTED

    @property
    def states(self) -> Mapping[str, str]:
        """The state of every task by its id; of a mapped one the most urgent."""
        return words_of(self._source.look().states)

    def watch(self) -> RunWidget:
        """A live view of the run, which ends with it. Raises NotFoundError for an unknown DAG."""
        return RunWidget(self._source)

    def wait(self, timeout: float | None = None) -> str:
        """Wait for the end of the run and return the state it ended in.

        Raises TimeoutError after `timeout` seconds, and RequestError when the run was refused or no
        scheduler is alive to execute it.
        """
        deadline = None if timeout is None else monotonic() + timeout
        with feed.Feed(self._store, self.cursor) as changes:
            while not _is_over(state := self.state):
                left = _LOOK if deadline is None else deadline - monotonic()
                if left <= 0:
                    raise TimeoutError(f"Run {self.run_id} is {state} after {timeout:g} s.")
                self._check(changes.next(min(left, _LOOK)))
        return state

    def cancel(self) -> None:
        """Ask for the run to be ended. Raises RequestError if it has ended already."""
        self._source.cancel()

    def _check(self, changes: Sequence[ChangeView]) -> None:
        """Raise RequestError if waiting makes no sense."""
        for change in changes:
            refused = change.kind == "request" and change.state == "refused"
            if refused and change.run_id == self.run_id and change.data.get("verb") == "trigger":
                raise RequestError(str(change.data.get("message")))
        scheduler = health(self._store, app.utc_now()).scheduler
        since = scheduler.seconds_since
        if not scheduler.alive and (since is None or since > PATIENCE):
            raise RequestError(
                f"No scheduler is alive that would execute {self.run_id}. "
                f"Start one in {self.settings.home}: nbflow scheduler"
            )

    @property
    def _store(self) -> app.Store:
        return store_of(self.settings)

    @property
    def _source(self) -> RunSource:
        return RunSource(self.settings, self._store, self.dag_id, self.run_id)


def trigger(
    dag_id: str, params: JsonObject | None = None, logical_date: datetime | None = None
) -> RunHandle:
    """Ask the scheduler of this project for a run of `dag_id` now.

    Raises NotFoundError if there is no such DAG, DefinitionError listing every param that does not
    fit.
    """
    found = _settings()
    store = store_of(found)
    cursor = feed.now(store)
    receipt = Commands(store, user(), door="widget").trigger(dag_id, params, logical_date)
    return RunHandle(dag_id, str(receipt.run_id), found, cursor)


def _is_over(state: str) -> bool:
    return state != REQUESTED and RunState(state).is_finished
