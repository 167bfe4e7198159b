"""Runs that tasks ask for: made, or cleared, in the transaction that stores the task's end.

A worker has no database; it reports what it wants, and what becomes of the task follows from
whether that could be done.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from nbflow.core import params as param_rules
from nbflow.core.events import Cleared
from nbflow.core.json import Json, JsonObject
from nbflow.core.orders import Outcome, TaskReport, TriggerRun, inline
from nbflow.core.snapshot import DagRun
from nbflow.core.states import Reason, RunType, TaskState
from nbflow.scheduler.advance_runs import RunBook
from nbflow.store import dags as dag_store
from nbflow.store import runs as run_store
from nbflow.store.dags import StoredDag
from nbflow.store.database import Session


@dataclass(frozen=True)
class Refused(Exception):
    """The run cannot be had; this is what becomes of the task instead."""

    outcome: Outcome


def trigger_runs(
    session: Session, book: RunBook, reports: Sequence[TaskReport], now: datetime
) -> list[TaskReport]:
    """Make the runs asked for in these reports. Gives the reports with what came of it."""
    return [_answered(session, book, report, now) for report in reports]


def _answered(session: Session, book: RunBook, report: TaskReport, now: datetime) -> TaskReport:
    outcome = report.outcome
    # A report of an old attempt has nothing to ask for.
    if outcome is None or outcome.triggers is None or report.attempt_id not in book.attempts:
        return report
    trigger = outcome.triggers
    try:
        run_id = _run_of(session, book, trigger, now)
    except Refused as refused:
        return replace(report, outcome=replace(refused.outcome, log=outcome.log))
    done = replace(outcome, values={**outcome.values, "trigger_run_id": inline(run_id)})
    if trigger.condition is not None:
        waits_for = {**trigger.condition, "run_id": run_id}
        done = replace(done, state=TaskState.DEFERRED, waits_for=waits_for)
    return replace(report, outcome=done)


def _run_of(session: Session, book: RunBook, trigger: TriggerRun, now: datetime) -> str:
    """The id of the run, which is there when this returns. Raises Refused."""
    stored = dag_store.current_version(session, trigger.dag_id)
    if stored is None:
        raise _refused(f"There is no DAG {trigger.dag_id!r} to trigger.")
    if stored.paused and trigger.fail_if_paused:
        raise _refused(f"DAG {trigger.dag_id!r} is paused.")
    run_id = trigger.run_id or _name(trigger.logical_date, now)
    there = book.find(trigger.dag_id, run_id) or run_store.load_run(session, trigger.dag_id, run_id)
    if there is None:
        _create(session, book, stored, replace(trigger, run_id=run_id), now)
    elif trigger.reset:
        if there.id not in book.runs:
            book.add(there)
        book.advance(there, [Cleared(tuple(there.snapshot.instances))], now)
    elif trigger.skip_if_there:
        message = f"Run {run_id} of DAG {trigger.dag_id} is there already."
        raise Refused(Outcome(TaskState.SKIPPED, Reason.SKIPPED_BY_CALL, message))
    else:
        raise _refused(
            f"Run {run_id} of DAG {trigger.dag_id} is there already: set reset_dag_run or "
            "skip_when_already_exists, or give it another trigger_run_id."
        )
    return run_id


def _create(
    session: Session, book: RunBook, stored: StoredDag, trigger: TriggerRun, now: datetime
) -> None:
    date = trigger.logical_date or now
    run = DagRun(
        dag_id=trigger.dag_id,
        run_id=str(trigger.run_id),
        run_type=RunType.MANUAL,
        run_after=now,
        logical_date=date,
        data_interval_start=date,
        data_interval_end=date,
        params=_params(stored, trigger.conf),
        created_at=now,
    )
    run_store.create_run(session, run, stored.version_id, stored.dag)
    book.take_in(session, run)


def _params(stored: StoredDag, conf: JsonObject) -> dict[str, Json]:
    """Params of the DAG as they must be; what else `conf` has is handed on as it is, for code that
    reads `dag_run.conf`.
    """
    declared = stored.dag.params
    known = {name: value for name, value in conf.items() if name in declared}
    values, problems = param_rules.validate(declared, known, _schema_errors)
    if problems:
        told = " ".join(problem.message for problem in problems)
        raise _refused(f"conf does not fit DAG {stored.dag.dag_id!r}: {told}")
    return {**conf, **values}


def _schema_errors(schema: JsonObject, value: Json) -> Iterable[param_rules.SchemaError]:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - takes a second to import

    validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return validator.iter_errors(value)


def _name(logical_date: datetime | None, now: datetime) -> str:
    """The same for the same logical date, as in Airflow, so that it is asked for once."""
    if logical_date is not None:
        return f"manual__{logical_date.isoformat()}"
    return f"manual__{now.isoformat(timespec='seconds')}_{uuid4().hex[:6]}"


def _refused(message: str) -> Refused:
    return Refused(Outcome(TaskState.FAILED, Reason.BAD_INPUT, message))
