"""What can be asked about runs: that they end, that tasks of theirs run again or count as done,
that a note is kept, that they are forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from nbflow.commands import markers
from nbflow.commands.asking import Asking, Receipt, checked_params
from nbflow.core import rerun
from nbflow.core.dag import Task
from nbflow.core.errors import NotFoundError, RequestError
from nbflow.core.events import TaskKey
from nbflow.core.json import Json, JsonObject
from nbflow.core.rerun import Affected, Which
from nbflow.core.selection import SelectionError, select_tasks
from nbflow.core.states import RunState, TaskState
from nbflow.store import runs as run_store
from nbflow.store.database import Session
from nbflow.store.runs import ActiveRun

MOST_RUNS = 1000
"""More runs in one request would keep a scheduler from everything else for too long."""

MARKS = tuple(map(str, rerun.MARKS))
RUN_MARKS = tuple(map(str, rerun.RUN_MARKS))


@dataclass(frozen=True)
class Runs:
    """Which runs of a DAG: those with a logical date in [since, until] and in one of `states`."""

    since: datetime | None = None
    until: datetime | None = None
    states: tuple[str, ...] = ()


class RunVerbs(Asking):
    """The verbs about runs."""

    def cancel(self, dag_id: str, run_id: str) -> Receipt:
        """Ask for the run to be ended, with everything that runs in it."""
        with self.database.transaction() as session:
            run = self._run(session, dag_id, run_id)
            if run.snapshot.run.state.is_finished:
                raise RequestError(f"Run {run_id} has already ended: {run.snapshot.run.state}.")
            return Receipt(
                self._ask(session, "cancel", {"dag_id": dag_id, "run_id": run_id}), run_id
            )

    def clear(
        self,
        dag_id: str,
        runs: str | Runs,
        tasks: Collection[str] | None = None,
        *,
        upstream: bool = False,
        downstream: bool = False,
        only_failed: bool = False,
        only_running: bool = False,
        past: bool = False,
        future: bool = False,
        recursive: bool = False,
        latest: bool = False,
        note: str | None = None,
        no_cache: bool = False,
        dry_run: bool = False,
    ) -> Receipt:
        """Ask for task instances to run again; without `tasks`, for what failed and what depends on
        it (resume).

        `tasks` are selection expressions (`core.selection`). `runs` is the id of one run, with
        `past` and `future` those before and after it too, or a range of runs. With `latest` the
        runs go on with the current version of their DAG. With `recursive` an ExternalTaskMarker
        among the tasks takes the task it marks in another DAG with it, and what depends on that.
        What is cleared is executed, always; with `no_cache` so is what these runs go on to.
        With `dry_run` nothing is asked for: the receipt says what would run again.
        """
        which = _which(tasks, upstream, downstream, only_failed, only_running)
        with self.database.transaction() as session:
            newest = self._dag(session, dag_id).dag if latest else None
            found = self._chosen(session, dag_id, runs, past=past, future=future)
            first = _in_each(found, lambda run: rerun.to_clear(run.snapshot, which, newest))
            first = [(run, one) for run, one in first if not one.is_nothing]
            affected = [one for _, one in first]
            if recursive:
                affected = markers.follow(session, first, newest)
            if dry_run:
                return _receipt(None, affected)
            if not affected:
                named = f"run {runs}" if isinstance(runs, str) else "these runs"
                raise RequestError(
                    f"Nothing in {named} has to run again. Name the tasks that are to."
                )
            asked = {"latest": latest, "note": note, "others": _of_others(dag_id, affected)}
            asked["no_cache"] = no_cache
            own = [one for one in affected if one.dag_id == dag_id]
            return _receipt(self._ask_runs(session, "clear", dag_id, own, asked), affected)

    def mark(
        self,
        dag_id: str,
        runs: str | Runs,
        tasks: Collection[str],
        state: str,
        *,
        upstream: bool = False,
        downstream: bool = False,
        past: bool = False,
        future: bool = False,
        dry_run: bool = False,
    ) -> Receipt:
        """Ask for task instances to count as `state` (success, failed or skipped).

        What runs of them is ended. What never ran because they failed goes on.
        """
        which = _which(tasks, upstream, downstream, only_failed=False, only_running=False)
        target = TaskState(_one_of(state, MARKS, "A task"))
        with self.database.transaction() as session:
            found = self._chosen(session, dag_id, runs, past=past, future=future)
            each = _in_each(found, lambda run: rerun.to_mark(run.snapshot, which, target))
            affected = [one for _, one in each if not one.is_nothing]
            if dry_run:
                return _receipt(None, affected)
            if not affected:
                raise RequestError(f"There is nothing to mark: they are {state} already.")
            request = self._ask_runs(session, "mark", dag_id, affected, {"state": state})
            return _receipt(request, affected)

    def mark_run(self, dag_id: str, run_id: str, state: str, *, dry_run: bool = False) -> Receipt:
        """Ask for a run to count as `state` (success or failed), which settles its tasks."""
        target = RunState(_one_of(state, RUN_MARKS, "A run"))
        with self.database.transaction() as session:
            snapshot = self._run(session, dag_id, run_id).snapshot
            if snapshot.run.state is target:
                raise RequestError(f"Run {run_id} is {state} already.")
            affected = [rerun.to_mark_run(snapshot, target)]
            if dry_run:
                return _receipt(None, affected)
            payload: dict[str, Json] = {"dag_id": dag_id, "run_id": run_id, "state": state}
            return _receipt(self._ask(session, "mark_run", payload), affected)

    def run_tasks(
        self, dag_id: str, run_id: str, tasks: Collection[str], *, dry_run: bool = False
    ) -> Receipt:
        """Ask for tasks to run now, whatever their trigger rules and upstream tasks say.

        Pools and other limits hold all the same.
        """
        with self.database.transaction() as session:
            snapshot = self._run(session, dag_id, run_id).snapshot
            affected = [rerun.to_force(snapshot, tuple(tasks))]
            if dry_run:
                return _receipt(None, affected)
            if not affected[0].keys:
                raise RequestError("There is nothing to run: all of it is under way already.")
            return _receipt(self._ask_runs(session, "force", dag_id, affected, {}), affected)

    def rerun(
        self,
        dag_id: str,
        run_id: str,
        params: JsonObject | None = None,
        tasks: Collection[str] | None = None,
        *,
        latest: bool = False,
        note: str = "",
        new_run_id: str | None = None,
        no_cache: bool = False,
        dry_run: bool = False,
        edits: Mapping[str, Mapping[str, str]] | None = None,
    ) -> Receipt:
        """Ask for a run like this one with other params: a new run, linked to this one.

        A run keeps the params it was made with, so that what it did can be told from what it says.
        With `tasks` only those run, on the values the others handed on in the first run. With
        `latest` it is one of the current version, without the params that this has no more. `edits`
        are as in `resume`; without any those of this run stay. With `no_cache` all of it is
        executed. With `dry_run` nothing is asked for: the receipt says what the run would be.
        """
        now = self.clock()
        with self.database.transaction() as session:
            origin = self._run(session, dag_id, run_id)
            full = self._dag(session, dag_id).dag if latest else origin.snapshot.dag
            first = origin.snapshot.run
            had = {name: value for name, value in first.params.items() if name in full.params}
            values = checked_params(full, {**had, **(params or {})})
            only = None
            if tasks is not None:
                only = select_tasks(tasks, full)
                _check_values(origin, full.narrowed(only).tasks, only)
            made = new_run_id or f"rerun__{now.isoformat(timespec='seconds')}_{uuid4().hex[:6]}"
            new = rerun.new_run(full, made, values, first.only if only is None else only, run_id)
            if dry_run:
                return Receipt(None, made, new=new)
            payload: dict[str, Json] = {
                "dag_id": dag_id,
                "run_id": made,
                "rerun_of": run_id,
                "params": values,
                "only": None if only is None else [*only],
                "latest": latest,
                "note": note,
                "no_cache": no_cache,
                "edits": {}
                if latest
                else _plain(origin.snapshot.run.edits if edits is None else edits),
            }
            return Receipt(self._ask(session, "rerun", payload), made, new=new)

    def resume(
        self,
        dag_id: str,
        run_id: str,
        edits: Mapping[str, Mapping[str, str]] | None = None,
        *,
        note: str = "",
        new_run_id: str | None = None,
    ) -> Receipt:
        """Ask for a run that goes on where this one failed: a new run, linked to this one.

        It runs what did not succeed, and the tasks of `edits` ({task id: {cell id: source}}) with
        their cells so edited, and all downstream of both; what is finished is not run again, its
        values are there. The version of the DAG, and its notebook, stay as they are.
        """
        with self.database.reading() as session:
            snapshot = self._run(session, dag_id, run_id).snapshot
        if not snapshot.run.state.is_finished:
            raise RequestError(f"Run {run_id} has not ended yet: cancel it, or wait for its end.")
        unknown = set(edits or {}) - snapshot.dag.by_id.keys()
        if unknown:
            raise NotFoundError(f"Run {run_id} has no task {min(unknown)!r}.")
        again = {task_id for task_id, _ in rerun.to_clear(snapshot, Which()).keys}
        again |= {*edits, *snapshot.dag.graph.descendants(*edits)} if edits else set()
        if not again:
            raise RequestError(f"All of run {run_id} has succeeded, and no cell was edited.")
        made = {t: {**snapshot.run.edits.get(t, {}), **cells} for t, cells in (edits or {}).items()}
        return self.rerun(
            dag_id,
            run_id,
            tasks=sorted(again),
            note=note,
            new_run_id=new_run_id,
            edits={**snapshot.run.edits, **made},
        )

    def note(
        self, dag_id: str, run_id: str, note: str, task_id: str | None = None, map_index: int = -1
    ) -> Receipt:
        """Ask for a note to be kept on a run or on one of its task instances; "" takes it away."""
        with self.database.transaction() as session:
            snapshot = self._run(session, dag_id, run_id).snapshot
            key = None if task_id is None else (task_id, map_index)
            if key is not None and key not in snapshot.instances:
                raise NotFoundError(f"Run {run_id} has no task {task_id!r} with index {map_index}.")
            named: Json = None if key is None else [*key]
            payload: dict[str, Json] = {
                "dag_id": dag_id,
                "run_id": run_id,
                "note": note,
                "key": named,
            }
            return Receipt(self._ask(session, "note", payload), run_id)

    def delete_run(self, dag_id: str, run_id: str) -> Receipt:
        """Ask for a finished run to be forgotten, with its tries, values, notebooks and logs."""
        with self.database.transaction() as session:
            run = self._run(session, dag_id, run_id).snapshot.run
            if not run.state.is_finished:
                raise RequestError(
                    f"Run {run_id} is {run.state}. Only what has ended can be deleted: "
                    f"nbflow runs cancel {dag_id} {run_id}"
                )
            payload: dict[str, Json] = {"dag_id": dag_id, "run_id": run_id}
            return Receipt(self._ask(session, "delete_run", payload), run_id)

    # -- which runs --------------------------------------------------------------------------------

    def _chosen(
        self, session: Session, dag_id: str, runs: str | Runs, *, past: bool, future: bool
    ) -> list[ActiveRun]:
        if isinstance(runs, Runs):
            self._dag(session, dag_id)
            return self._in_range(session, dag_id, runs)
        found = self._run(session, dag_id, runs)
        others: list[ActiveRun] = []
        at = found.snapshot.run.logical_date
        if past and at is not None:
            others += self._in_range(session, dag_id, Runs(until=at))
        if future and at is not None:
            others += self._in_range(session, dag_id, Runs(since=at))
        return [found, *(run for run in others if run.id != found.id)]

    def _in_range(self, session: Session, dag_id: str, runs: Runs) -> list[ActiveRun]:
        states = [_one_of(state, [*map(str, RunState)], "A run") for state in runs.states]
        ids = run_store.run_ids(
            session, dag_id, runs.since, runs.until, states, limit=MOST_RUNS + 1
        )
        if len(ids) > MOST_RUNS:
            raise RequestError(
                f"These are more than {MOST_RUNS} runs of DAG {dag_id!r}. Choose fewer at a time "
                "by their dates or states."
            )
        return run_store.load_runs(session, dag_id, ids)

    def _ask_runs(
        self,
        session: Session,
        verb: str,
        dag_id: str,
        affected: Iterable[Affected],
        more: JsonObject,
    ) -> int:
        named = _named(affected)
        first = named[0]
        run_id = first[0] if isinstance(first, list) and len(named) == 1 else None
        payload = {"dag_id": dag_id, "run_id": run_id, "runs": named, **more}
        return self._ask(session, verb, payload)


def _in_each(
    found: Sequence[ActiveRun], decide: Callable[[ActiveRun], Affected]
) -> list[tuple[ActiveRun, Affected]]:
    """What is decided about each run. Of many runs, those of versions that have nothing the
    selection names are left out; it is wrong where none has.
    """
    decided: list[tuple[ActiveRun, Affected]] = []
    wrong: SelectionError | None = None
    for run in found:
        try:
            decided.append((run, decide(run)))
        except SelectionError as error:
            wrong = error
    if wrong is not None and not decided:
        raise wrong
    return decided


def _named(affected: Iterable[Affected]) -> list[Json]:
    """How a request names task instances: `[[run_id, [[task_id, map_index], ...]], ...]`."""
    return [[one.run_id, [[task_id, index] for task_id, index in one.keys]] for one in affected]


def _of_others(dag_id: str, affected: Iterable[Affected]) -> dict[str, Json]:
    """The same for the runs of other DAGs, by DAG."""
    by_dag: dict[str, list[Affected]] = {}
    for one in affected:
        if one.dag_id != dag_id:
            by_dag.setdefault(one.dag_id, []).append(one)
    return {other: _named(found) for other, found in by_dag.items()}


def _which(
    tasks: Collection[str] | None,
    upstream: bool,
    downstream: bool,
    only_failed: bool,
    only_running: bool,
) -> Which:
    named = None if tasks is None else tuple(tasks)
    return Which(named, upstream, downstream, only_failed, only_running)


def _receipt(request_id: int | None, affected: Collection[Affected]) -> Receipt:
    keys: tuple[TaskKey, ...] = tuple(key for one in affected for key in one.keys)
    run_id = next((one.run_id for one in affected), None)
    return Receipt(request_id, run_id, keys, tuple(affected))


def _one_of(word: str, known: Collection[str], whose: str) -> str:
    if word not in known:
        raise RequestError(f"{whose} cannot be {word!r} here: say {', '.join(known)}.")
    return word


def _check_values(origin: ActiveRun, tasks: Iterable[Task], only: Collection[str]) -> None:
    """Raise unless the first run has the values that these tasks read of tasks left out."""
    instances = origin.snapshot.instances
    for task in tasks:
        for source, _ in task.expansion.values if task.expansion else ():
            if source not in only:
                raise RequestError(
                    f"Task {task.task_id!r} is mapped over what {source!r} hands on: select "
                    f"{source!r} too."
                )
        for read in task.reads:
            done = [i for key, i in instances.items() if key[0] == read]
            if not done and origin.snapshot.run.only is not None:
                continue  # a run of some tasks has the values of the others from an earlier one
            if read not in only and not (done and all(i.state is TaskState.SUCCESS for i in done)):
                raise RequestError(
                    f"Task {task.task_id!r} reads what {read!r} hands on, which did not succeed in "
                    f"run {origin.snapshot.run.run_id}: select {read!r} too."
                )


def _plain(edits: Mapping[str, Mapping[str, str]]) -> Json:
    return {task_id: {**cells} for task_id, cells in edits.items()}
