"""What became of a run in a test, and of each of its tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from nbflow.authoring import displays
from nbflow.core.dag import Dag
from nbflow.core.orders import (
    RETURN_VALUE,
    ValueRef,
)
from nbflow.store import browsing
from nbflow.store import runs as run_store
from nbflow.store.database import Database
from nbflow.views.assets import events_of_run
from nbflow.views.runs import run_detail
from nbflow.views.shapes import AssetEventView, RunView, TaskInstanceView

if TYPE_CHECKING:
    pass


@dataclass(frozen=True)
class TaskResult:
    """What became of one task instance.

    `values` are what it handed on, by key; `log` is its plain text log; `rendered` are its template
    fields as they were rendered.
    """

    view: TaskInstanceView
    values: Mapping[str, object]
    log: str = ""
    output_notebook: str | None = None
    traceback: str = ""
    rendered: Mapping[str, str] = field(default_factory=dict)

    @property
    def state(self) -> str:
        return self.view.state

    @property
    def reason(self) -> str | None:
        return self.view.reason

    @property
    def message(self) -> str:
        return self.view.message

    @property
    def try_number(self) -> int:
        return self.view.try_number

    @property
    def value(self) -> object:
        """The return value; for notebooks and cells all values by name."""
        return self.values.get(RETURN_VALUE) if RETURN_VALUE in self.values else self.values or None


@dataclass(frozen=True)
class RunResult:
    """A finished run of `dag`. `states` and `values` are by task id, `task_id[i]` for mapped
    instances; of a mapped task `values` also has the list of all, by its id. `asset_events` are
    those its tasks have emitted, in order; `variables` those that they have set (None: deleted).
    `others` are the runs of other DAGs that it triggered or waited for.
    """

    dag_id: str
    run_id: str
    state: str
    message: str
    tasks: Mapping[str, TaskResult] = field(repr=False)
    dag: Dag = field(repr=False)
    view: RunView = field(repr=False)
    asset_events: Sequence[AssetEventView] = ()
    variables: Mapping[str, str | None] = field(default_factory=dict, repr=False)
    others: Sequence[RunResult] = field(default=(), repr=False)

    @cached_property
    def states(self) -> dict[str, str]:
        return {name: task.state for name, task in self.tasks.items()}

    @cached_property
    def values(self) -> dict[str, object]:
        found: dict[str, object] = {}
        for name, task in self.tasks.items():
            if task.view.map_index >= 0:
                of_all = cast("list[object]", found.setdefault(task.view.task_id, []))
                of_all += [task.value] if task.values else []
            if task.values:
                found[name] = task.value
        return found

    def task(self, task_id: str) -> TaskResult:
        """The result of one task. Raises KeyError with the names there are."""
        if task_id not in self.tasks:
            raise KeyError(f"No task {task_id!r}; there are {', '.join(self.tasks)}.")
        return self.tasks[task_id]

    def summary(self) -> str:
        """What became of every task, a line each."""
        return "\n".join([f"{self.dag_id}: {self.state}", *_lines(self.tasks)])

    def watch(self) -> Any:  # noqa: ANN401 - a widget, which belongs to a room of its own
        """The run as a view for the notebook, with the logs of its tasks."""
        views = [task.view for task in self.tasks.values()]
        logs = {name: task.log for name, task in self.tasks.items()}
        return displays.find("watch")(self.dag, self.view, views, logs)


def read_result(database: Database, dag_id: str, run_id: str) -> RunResult:
    """What the store, and the artifacts it names, know of a run."""
    from nbflow.runtime.values import load_value  # noqa: PLC0415 - not for those who only import us

    detail = run_detail(database, dag_id, run_id)
    with database.reading() as session:
        run = run_store.load_run(session, dag_id, run_id)
        assert run is not None
        refs = run_store.all_values(session, run.id)
        tries = browsing.newest_tries(session, run.id)
        emitted = events_of_run(session, dag_id, run_id)
    tasks = {}
    for view in detail.instances:
        name = view.task_id if view.map_index < 0 else f"{view.task_id}[{view.map_index}]"
        one = tries.get((view.task_id, view.map_index))
        found: Mapping[str, ValueRef] = refs.get((view.task_id, view.map_index), {})
        tasks[name] = TaskResult(
            view,
            {key: load_value(ref) for key, ref in found.items()},
            _log(one),
            one.output_notebook if one else None,
            one.traceback if one else "",
            (one.rendered or {}) if one else {},
        )
    about = (detail.run.state, detail.run.message)
    return RunResult(dag_id, run_id, *about, tasks, run.snapshot.dag, detail.run, emitted)


def _log(one: browsing.Try | None) -> str:
    from nbflow.runtime.artifacts import read_url  # noqa: PLC0415 - as above

    if one is None or one.log is None:
        return ""  # it has not started, or had nothing to say
    return read_url(one.log).decode(errors="replace")


def _lines(tasks: Mapping[str, TaskResult]) -> list[str]:
    width = max((len(name) for name in tasks), default=0)
    return [
        f"  {_MARKS.get(task.state, ' ')} {name:<{width}}  {task.state}  {task.message}".rstrip()
        for name, task in tasks.items()
    ]


_MARKS = {"success": "\N{CHECK MARK}", "failed": "\N{BALLOT X}", "skipped": "-"}
