"""What templates and user code may ask, under Airflow's names, and how payloads are rendered."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from nbflow.core.dag import Task, TaskKind
from nbflow.core.elsewhere import Pull
from nbflow.core.json import Json
from nbflow.core.orders import RETURN_VALUE, OtherRun, TaskOrder, inline
from nbflow.runtime.context import (
    TaskInstanceView,
    TemplateProblem,
    ValueNotThere,
    attempt_environment,
    render,
    template_context,
    upstream_value,
)
from nbflow.runtime.values import dump_value
from tests.runtime.builders import DAY, an_order


@pytest.fixture
def order(tmp_path: Path) -> TaskOrder:
    """A task that reads `rows`, which handed on a dict and a path, and `quiet`, which did not."""
    store = str(tmp_path)
    values = {
        "rows": {
            RETURN_VALUE: dump_value({"count": 3}, store),
            "path": dump_value(Path("/data"), store),
        },
    }
    task = Task("t", TaskKind.BASH, reads=("rows", "quiet"))
    return an_order(task, tmp_path, params={"region": "EU"}, values=values)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ ds }}", "2026-03-01"),
        ("{{ ds_nodash }}", "20260301"),
        ("{{ ts }}", "2026-03-01T06:00:00+00:00"),
        ("{{ ts_nodash }}", "20260301T060000"),
        ("{{ ts_nodash_with_tz }}", "20260301T060000+0000"),
        (
            "{{ data_interval_start | ds }} {{ data_interval_end | ts_nodash }}",
            "2026-03-01 20260301T060000",
        ),
        ("{{ logical_date.year }}", "2026"),
        ("{{ run_id }} {{ dag_run.run_id }} {{ run.run_id }}", "a_run a_run a_run"),
        ("{{ run.due_at }}", "2026-03-01 06:00:00+00:00"),
        ("{{ dag.dag_id }} {{ task.task_id }} {{ ti.task_id }}", "d t t"),
        ("{{ params.region }} {{ dag_run.conf['region'] }}", "EU EU"),
        ("{{ ti.try_number }} {{ try_number }}", "1 1"),
        ("{{ macros.ds_add(ds, -7) }}", "2026-02-22"),
        ("{{ macros.ds_format(ds, '%Y-%m-%d', '%d.%m.%y') }}", "01.03.26"),
        ("{{ logical_date - macros.timedelta(days=1) }}", "2026-02-28 06:00:00+00:00"),
        ("{{ ti.xcom_pull('rows')['count'] }}", "3"),
        ("{{ ti.xcom_pull(task_ids='rows', key='path') }}", "/data"),
        ("{{ task_instance.xcom_pull(['rows', 'quiet']) }}", "[{'count': 3}, None]"),
        ("{% for n in range(2) %}{{ n }}{% endfor %}\n", "01\n"),
        ("plain { text", "plain { text"),
    ],
)
def test_templates_know_airflows_names(order: TaskOrder, template: str, text: str) -> None:
    assert render(template, order) == text


def test_a_run_without_a_logical_date_has_the_moment_it_was_due(tmp_path: Path) -> None:
    order = an_order(Task("t", TaskKind.BASH), tmp_path, logical_date=None)

    assert render("{{ ds }} {{ ts }}", order) == "2026-03-01 2026-03-01T06:00:00+00:00"


def test_a_payload_is_rendered_however_deep_and_values_keep_their_type(order: TaskOrder) -> None:
    payload: Json = {
        "command": "echo {{ ds }}",
        "nested": [{"n": 1, "day": "{{ ds_nodash }}"}, {"$value": ["rows", RETURN_VALUE]}],
        "path": {"$value": ["rows", "path"]},
        "region": {"$param": "region"},
    }

    assert render(payload, order) == {
        "command": "echo 2026-03-01",
        "nested": [{"n": 1, "day": "20260301"}, {"count": 3}],
        "path": Path("/data"),
        "region": "EU",
    }


def test_a_task_that_returned_nothing_has_the_value_none(order: TaskOrder) -> None:
    assert upstream_value(order, "quiet") is None
    assert render({"$value": ["quiet", RETURN_VALUE]}, order) is None


def test_a_key_not_handed_on_by_name_is_looked_up_in_a_returned_dict(order: TaskOrder) -> None:
    assert upstream_value(order, "rows", "count") == 3


def test_a_key_that_is_not_there_names_those_that_are(order: TaskOrder) -> None:
    with pytest.raises(
        ValueNotThere, match=r"'rows' handed on no value 'size' .*path, return_value"
    ):
        upstream_value(order, "rows", "size")


def test_a_task_that_is_not_read_cannot_be_asked(order: TaskOrder) -> None:
    with pytest.raises(ValueNotThere, match="'t' asks for a value of 'other'"):
        upstream_value(order, "other")


def test_a_param_that_is_not_there_names_those_that_are(order: TaskOrder) -> None:
    with pytest.raises(ValueNotThere, match=r"no param 'size' .*region"):
        render({"$param": "size"}, order)


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{{ nope }}", "'nope' is undefined. Use one of .*ds, ds_nodash"),
        ("{{ params.nope }}", "no attribute 'nope'. Correct the name after the dot"),
        ("{{ 1 / 0 }}", "ZeroDivisionError"),
        ("a\n{% if %}", "line 2 of the template.*Correct its syntax"),
        ("{{ ti.xcom_pull('other') }}", "asks for a value of 'other'"),
        ("{{ ti.__class__.__mro__ }}", "SecurityError"),
    ],
)
def test_a_template_that_cannot_be_rendered_says_which_and_why(
    order: TaskOrder, template: str, why: str
) -> None:
    with pytest.raises(TemplateProblem, match=why) as raised:
        render({"env": [{"A": template}]}, order)

    assert raised.value.field == "env[0].A"
    assert str(raised.value).startswith("env[0].A: the template ")


def test_values_are_only_loaded_when_asked_for(order: TaskOrder, tmp_path: Path) -> None:
    for file in tmp_path.rglob("*.pkl"):
        file.unlink()

    assert render("{{ ti.xcom_pull('rows')['count'] }}", order) == "3"
    with pytest.raises(TemplateProblem, match="run the task that made it again"):
        render("{{ ti.xcom_pull('rows', key='path') }}", order)


def test_user_code_cannot_change_the_order_through_its_context(order: TaskOrder) -> None:
    params = template_context(order)["params"]
    assert isinstance(params, dict)
    params["region"] = "US"

    assert template_context(order)["params"] == {"region": "EU"}


def test_pulling_without_names_takes_what_the_task_reads(order: TaskOrder) -> None:
    assert TaskInstanceView(order).xcom_pull() == [{"count": 3}, None]


def test_a_process_learns_its_attempt_from_its_environment(order: TaskOrder) -> None:
    environment = attempt_environment(order)

    assert environment["NBFLOW_DAG_ID"] == "d"
    assert environment["NBFLOW_TASK_ID"] == "t"
    assert environment["NBFLOW_TRY_NUMBER"] == "1"
    assert environment["NBFLOW_LOGICAL_DATE"] == "2026-03-01T06:00:00+00:00"


@pytest.mark.parametrize(
    "call",
    ["ti.xcom_pull('rows', 'other_dag')", "ti.xcom_pull('t', include_prior_dates=True)"],
)
def test_a_value_of_another_run_that_the_order_did_not_bring_is_refused_with_what_works(
    order: TaskOrder, call: str
) -> None:
    with pytest.raises(TemplateProblem, match="write the call of xcom_pull"):
        render("{{ " + call + " }}", order)


BEFORE = OtherRun("d", "before", DAY - timedelta(days=1), {("t", -1): {"mark": inline(1)}})
LATER = OtherRun("d", "later", DAY + timedelta(days=1), {("t", -1): {"mark": inline(9)}})
MAPPED = OtherRun("e", "r1", DAY, {("m", 0): {"k": inline("a")}, ("m", 1): {"k": inline("b")}})


@pytest.mark.parametrize(
    ("pull", "call", "found"),
    [
        (Pull(task_ids=("t",), prior=True), "key='mark', include_prior_dates=True", "1"),
        (Pull(prior=True), "'nobody', key='mark', include_prior_dates=True, default=7", "7"),
        (Pull("e", run_id="r1"), "'m', 'e', 'k', run_id='r1'", "['a', 'b']"),
        (Pull("e", run_id="*"), "'m', 'e', 'k', run_id='r1', map_indexes=1", "b"),
        (Pull("e", run_id="r1"), "['m', 'n'], 'e', 'k', run_id='r1'", "[['a', 'b'], None]"),
        (Pull("e", ("m",), "k", "gone"), "'m', 'e', 'k', run_id='gone'", "None"),
    ],
)
def test_xcom_pull_finds_values_of_other_runs_that_the_order_brought(
    order: TaskOrder, pull: Pull, call: str, found: str
) -> None:
    task = replace(order.task, elsewhere=(pull,))
    known = replace(order, task=task, elsewhere=(LATER, MAPPED, BEFORE))
    assert str(render("{{ ti.xcom_pull(" + call + ") }}", known)) == found


def test_a_run_that_only_the_task_knew_and_is_too_old_is_told(order: TaskOrder) -> None:
    known = replace(order, task=replace(order.task, elsewhere=(Pull("e", run_id="*"),)))
    with pytest.raises(TemplateProblem, match="none of its newest 20 runs"):
        render("{{ ti.xcom_pull('m', 'e', run_id='old') }}", known)
