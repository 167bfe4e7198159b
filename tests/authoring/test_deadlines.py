"""Deadlines as a person writes them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from nbflow import DAG, DeadlineAlert, DeadlineReference, SyncCallback
from nbflow.authoring.deadlines import read_deadlines
from nbflow.authoring.findings import Findings
from nbflow.core.errors import DefinitionError

NOON = datetime(2026, 3, 2, 12, tzinfo=timezone.utc)
QUEUED = DeadlineReference.DAGRUN_QUEUED_AT


def test_each_deadline_has_a_name_and_knows_its_callback() -> None:
    alerts = [
        DeadlineAlert(QUEUED, 60),
        DeadlineAlert(QUEUED, timedelta(minutes=1), callback=print),
        DeadlineAlert(DeadlineReference.FIXED_DATETIME(NOON), 0, callback=repr, name="noon"),
    ]
    dag = DAG("d", deadline=alerts).to_core()
    assert [(one["name"], one["callback"]) for one in dag.deadlines] == [
        ("0:01:00 after it was queued", None),
        ("0:01:00 after it was queued (2)", 0),
        ("noon", 1),
    ]
    assert dag.callbacks == {"deadline": ("print", "repr")}


def test_a_notebook_writes_it_as_json() -> None:
    findings = Findings()
    (deadline,) = read_deadlines({"reference": "logical_date", "interval": 900}, findings)
    assert (deadline["reference"], deadline["interval"], findings.problems) == (
        "logical_date",
        900.0,
        [],
    )


@pytest.mark.parametrize(
    "deadline",
    [
        timedelta(minutes=3),
        {"reference": "someday", "interval": 3},
        DeadlineAlert("queued", 3),  # type: ignore[arg-type]  # that is the point
        DeadlineAlert(QUEUED, "soon"),  # type: ignore[arg-type]  # as above
        DeadlineAlert(DeadlineReference.FIXED_DATETIME(datetime(2026, 1, 1)), 3),  # noqa: DTZ001
    ],
)
def test_what_is_no_deadline_is_told_with_the_fix(deadline: object) -> None:
    with pytest.raises(DefinitionError) as raised:
        DAG("d", deadline=deadline).to_core()  # type: ignore[arg-type]  # as above
    (problem,) = raised.value.problems
    assert problem.code == "NBF305"
    assert problem.fix


def test_a_callback_may_be_a_path_a_class_or_a_coroutine() -> None:
    class Notifier:
        def __init__(self, to: str) -> None:
            self.to = to

        def __call__(self, context: object) -> str:
            return f"{self.to} {context}"

    async def later(context: object) -> str:
        return f"later {context}"

    assert SyncCallback(Notifier, {"to": "ben"})({"x": 1}) == "ben {'x': 1}"
    assert SyncCallback(later)({"x": 1}) == "later {'x': 1}"
    assert SyncCallback("os.path.join", {"a": "b"}).callback == "os.path.join"
