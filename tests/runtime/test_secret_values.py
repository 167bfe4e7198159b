"""Values that hold a secret: they travel whole, and a look inside shows none of it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from nbflow import DAG, Variable, task
from nbflow.core.dag import Task, TaskKind
from nbflow.core.orders import Outcome
from nbflow.core.states import TaskState
from nbflow.runtime.notes import notes_of
from nbflow.runtime.value_preview import preview_value
from nbflow.runtime.values import dump_value, load_value
from nbflow.testing import run_dag
from tests.runtime.builders import an_order

PASSWORD = "hunter2-hunter3"


@pytest.mark.parametrize(
    "value",
    [
        [{"login": PASSWORD}],
        "x" * 60_000 + PASSWORD,
        pd.DataFrame({"who": ["ana"], "login": [PASSWORD]}),
    ],
    ids=["json", "long", "table"],
)
def test_a_value_that_holds_a_secret_is_whole_for_tasks_and_closed_to_people(
    value: object, tmp_path: Path
) -> None:
    order = an_order(Task("t", TaskKind.PYTHON), tmp_path)
    with notes_of(order) as notes:
        notes.masker.add(PASSWORD)
        made = {name: dump_value(one, order.value_store) for name, one in (("v", value), ("n", 1))}
        values = notes.add_to(Outcome(TaskState.SUCCESS, values=made)).values
    seen = preview_value(values["v"])
    assert (seen.kind, seen.json, seen.rows) == ("opaque", None, ())
    assert "It holds a secret" in seen.text
    assert PASSWORD not in seen.text
    assert preview_value(values["n"]).json == 1
    assert PASSWORD in str(load_value(values["v"]))


def test_the_next_task_gets_it_whole() -> None:
    with DAG("d") as dag:

        @task
        def login() -> str:
            return f"ana:{Variable.get('password')}"

        @task
        def checked(given: str) -> bool:
            return given == f"ana:{PASSWORD}"

        checked(login())
    assert run_dag(dag, variables={"password": PASSWORD}).task("checked").value is True


def test_a_mapped_task_knows_how_many_instances_it_has() -> None:
    with DAG("d") as dag:

        @task
        def counts(n: int, expanded_ti_count: int | None = None) -> int | None:
            return expanded_ti_count

        counts.expand(n=[7, 8, 9])
        counts(1)
    assert run_dag(dag).values["counts"] == [3, 3, 3]
    assert run_dag(dag).task("counts__1").value is None
