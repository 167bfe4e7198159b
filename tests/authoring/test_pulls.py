"""Which values of other runs a task's text is seen to ask for."""

from __future__ import annotations

import pytest

from nbflow.authoring.pulls import pulls_in
from nbflow.core.elsewhere import ANY, Pull

RETURNED = "return_value"
OWN = Pull("", ("me",), RETURNED, prior=True)


@pytest.mark.parametrize(
    ("text", "pull"),
    [
        ("ti.xcom_pull(include_prior_dates=True)", OWN),
        ("{{ ti.xcom_pull('a', 'e', 'k', true) }}", Pull("e", ("a",), "k", prior=True)),
        ("ti.xcom_pull(task_ids=['a', 'b'], dag_id='e')", Pull("e", ("a", "b"), RETURNED)),
        ("ti.xcom_pull('a', 'e', run_id='r')", Pull("e", ("a",), RETURNED, "r")),
        ("ti.xcom_pull(name, 'e', key, run_id=child)", Pull("e", (), ANY, ANY)),
        ("ti.xcom_pull(ti.task_id, ti.dag_id, include_prior_dates=many)", OWN),
        ("ti.xcom_pull(\n    'a',  # (\n    dag_id='e',\n)", Pull("e", ("a",), RETURNED)),
    ],
)  # fmt: skip
def test_what_a_call_asks_of_other_runs_is_read_from_its_text(text: str, pull: Pull) -> None:
    assert pulls_in(f"x = 1; {text}; y = (2)", "me") == {pull}


@pytest.mark.parametrize(
    "text",
    [
        "ti.xcom_pull('a')",
        "ti.xcom_pull('a', dag_id=None, include_prior_dates=False)",
        "ti.xcom_pull(task_ids='a', dag_id=ti.dag_id, run_id=ti.run_id)",
        "ti.xcom_pull('a', dag_id=chosen)",
        "def xcom_pull(self): ...",
        "ti.xcom_pull('a', dag_id='e'",
    ],
)
def test_what_asks_for_its_own_run_or_nobody_knows_for_what_is_no_question(text: str) -> None:
    assert pulls_in(text, "me") == set()
