"""170 random DAGs that a real Airflow executed, 40 of them with setups and teardowns: our lifecycle
reaches the same states, wave by wave.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from nbflow.core import effects
from nbflow.core.dag import Dag, Decides, Edge, Task, TaskKind
from nbflow.core.events import AttemptFinished, AttemptStarted, Dispatched, Event, RunStarted
from nbflow.core.lifecycle import Settle, advance
from nbflow.core.orders import Outcome
from nbflow.core.snapshot import DagRun, RunSnapshot
from nbflow.core.states import Reason, RunState, TaskState
from nbflow.core.trigger_rules import TriggerRule

NOW = datetime(2026, 1, 1, tzinfo=timezone.utc)
VECTORS = Path(__file__).parents[1] / "vectors"


# `Any`: the rows are JSON written by another program; a wrong shape fails the test that reads it.
def _rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (VECTORS / name).read_text().splitlines()]


ROWS, TEARDOWNS = _rows("dag_states.jsonl"), _rows("teardown_states.jsonl")

OUTCOMES = {
    "success": Outcome(TaskState.SUCCESS),
    "fail": Outcome(TaskState.FAILED, Reason.TASK_ERROR),
    "skip": Outcome(TaskState.SKIPPED, Reason.SKIPPED_BY_CALL),
    "short_circuit": Outcome(TaskState.SUCCESS, short_circuit=True),
}


def _dag(row: dict[str, Any]) -> Dag:
    tasks = tuple(
        Task(
            t["id"],
            TaskKind.PYTHON,
            trigger_rule=TriggerRule(t["trigger_rule"]),
            decides=Decides(t["outcome"]) if t["outcome"] in ("branch", "short_circuit") else None,
            role=t.get("role", ""),
            on_failure_fail_dagrun=t.get("on_failure_fail_dagrun", False),
        )
        for t in row["tasks"]
    )
    edges = tuple(Edge(up, t["id"]) for t in row["tasks"] for up in t["upstream"])
    return Dag("vector", tasks, edges)


def _outcome(task: dict[str, Any]) -> Outcome:
    if task["outcome"] == "branch":
        return Outcome(TaskState.SUCCESS, follow=tuple(task["follow"]))
    return OUTCOMES[task["outcome"]]


def _execute_in_waves(row: dict[str, Any]) -> RunSnapshot:
    bodies = {t["id"]: _outcome(t) for t in row["tasks"]}
    snapshot = RunSnapshot(DagRun("vector", "r"), _dag(row))
    _apply(snapshot, [RunStarted()], Settle.ONE_ROUND)
    while snapshot.run.state == RunState.RUNNING:
        wave = [k for k, i in snapshot.instances.items() if i.state == TaskState.SCHEDULED]
        attempts = [(key, f"{key[0]}#1") for key in wave]
        started = [e for a in attempts for e in (Dispatched(*a), AttemptStarted(*a))]
        _apply(snapshot, started, Settle.NOT_NOW)
        finished = [AttemptFinished(*a, bodies[a[0][0]]) for a in attempts]
        _apply(snapshot, finished, Settle.ONE_ROUND)
    return snapshot


def _apply(snapshot: RunSnapshot, events: Sequence[Event], settle: Settle) -> None:
    effects.apply(snapshot, advance(snapshot, events, NOW, settle))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"seed{row['seed']}")
def test_a_dag_ends_in_the_states_airflow_gave_it(row: dict[str, Any]) -> None:
    snapshot = _execute_in_waves(row)
    assert {k: str(v) for k, v in snapshot.states().items()} == row["states"]
    assert str(snapshot.run.state) == row["run_state"]


@pytest.mark.parametrize("row", TEARDOWNS, ids=lambda row: f"seed{row['seed']}")
def test_setups_and_teardowns_end_in_the_states_airflow_gave_them(row: dict[str, Any]) -> None:
    snapshot = _execute_in_waves(row)
    assert {k: str(v) for k, v in snapshot.states().items()} == row["states"]
    assert str(snapshot.run.state) == row["run_state"]
