"""DAG files in the style of Airflow's tutorial and examples, with nothing but imports changed."""

from __future__ import annotations

import importlib.util
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from nbflow import DAG, BashOperator, task
from nbflow.authoring.definition import collected_dags
from nbflow.authoring.lint import lint
from nbflow.testing import RunResult, connections, run_dag, variables

DAGS = Path(__file__).parent / "dags"
FILES = sorted(DAGS.glob("*.py"))
DAY = datetime(2026, 3, 2, tzinfo=timezone.utc)  # a Monday


def the_dag(stem: str, dag_id: str = "") -> DAG:
    """The DAG of that file, the only one unless `dag_id` says which."""
    spec = importlib.util.spec_from_file_location(f"airflow_style_{stem}", DAGS / f"{stem}.py")
    assert spec is not None
    assert spec.loader is not None
    with collected_dags() as found:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
    named = {dag.dag_id: dag for dag in found}
    dag = named[dag_id] if dag_id else found[0]
    assert isinstance(dag, DAG)
    return dag


def ran(stem: str, dag_id: str = "", **options: object) -> RunResult:
    return run_dag(the_dag(stem, dag_id), logical_date=DAY, **options)  # type: ignore[arg-type]  # options of run_dag


def in_state(result: RunResult, state: str) -> set[str]:
    return {name for name, found in result.states.items() if found == state}


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, which no other test, nor another checkout, writes into."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def test_every_file_is_read_without_a_complaint() -> None:
    report = lint([DAGS])
    problems = [problem for file in report.files for problem in file.problems]
    assert problems == []
    assert sum(len(file.dags) for file in report.files) >= len(FILES)


def test_tutorial() -> None:
    result = ran("tutorial")
    assert result.state == "success"
    assert result.task("templated").value == "2026-03-09"


def test_taskflow_tutorial() -> None:
    result = ran("tutorial_taskflow_api")
    assert result.values["load"] == pytest.approx(1237.0)
    assert result.task("transform").values["orders"] == 3


def test_branches() -> None:
    result = ran("example_branch_operator")
    assert result.state == "success"
    assert in_state(result, "skipped") == {
        *("branch_a", "follow_a", "branch_c", "follow_c", "skipped")
    }


def test_short_circuits() -> None:
    result = ran("example_short_circuit")
    assert in_state(result, "skipped") == {"false_1", "false_2", "task_4"}
    assert result.states["task_7"] == "success"
    assert result.states["after_it"] == "success"


def test_bash() -> None:
    result = ran("example_bash_operator")
    assert result.states["this_will_skip"] == "skipped"
    assert result.states["run_this_last"] == "skipped"
    assert result.values["env"] == "hello 20260302 example_value"
    assert result.values["sleep_in"] == "slept 0.01"
    assert str(result.values["runme_0"]).startswith("example_bash_operator__runme_0__2026")


def test_params() -> None:
    result = ran("example_params", params={"x": 8, "number_param": None})
    assert result.values["show_params"] == {"x": 8, "conf": "Hello World!"}
    assert result.states["typed"] == "failed"


def test_trigger_rules() -> None:
    result = ran("example_trigger_rules")
    assert result.states == {
        "fails": "failed",
        "skips": "skipped",
        "ok": "success",
        "on_one_failed": "success",
        "on_all_success": "upstream_failed",
        "on_none_failed": "success",
        "on_all_done": "success",
        "on_none_skipped": "skipped",
        "on_one_success": "success",
    }


def test_groups() -> None:
    result = ran("example_task_group")
    assert result.state == "success"
    assert "section_2.inner_section_2.task_4" in result.states
    assert result.values["section_3.add_one"] == 41


def test_mapping() -> None:
    result = ran("example_dynamic_task_mapping", "example_dynamic_task_mapping")
    assert result.state == "success"
    assert result.values["sum_it"] == 9
    assert [result.values[f"power[{n}]"] for n in (0, 1)] == [4, 9]
    assert [result.values[f"op.mul_2[{n}]"] for n in (0, 1)] == [22, 42]


def test_mapping_over_operators() -> None:
    result = ran("example_dynamic_task_mapping", "example_task_mapping_second_order")
    assert result.values["sum"] == 9


def test_sensors(temporary: Path) -> None:
    result = ran("example_sensors")
    assert in_state(result, "skipped") == {
        "Sensor_fails_after_3_seconds",
        "failure_timeout_sensor_python",
    }
    assert result.states["print_date_in_bash"] == "success"
    assert result.values["dummy_operator"] == "xcom_value"
    assert result.state == "success"


def test_setup_and_teardown() -> None:
    result = ran("example_setup_teardown")
    assert result.states["normal"] == "failed"
    assert result.states["root_teardown"] == "success"
    assert result.states["section_1.outer_teardown"] == "success"
    assert result.state == "failed"


def test_assets() -> None:
    result = ran("example_assets", "asset_produces_1")
    assert result.state == "success"
    assert {event.asset for event in result.asset_events} == {"s3://dag1/output_1.txt"}
    assert the_dag("example_assets", "asset_consumes_1").to_core().timetable["kind"] == "assets"


def test_xcom() -> None:
    result = ran("example_xcom")
    assert result.state == "success"
    assert result.values["bash_pull"] == "The returned value is value_by_return"
    assert result.values["show"] == "value_by_return"


def test_what_a_task_returns_need_not_be_handed_on() -> None:
    with DAG("quiet") as dag:
        BashOperator(task_id="bash", bash_command="echo secret", do_xcom_push=False)
        task(task_id="python", do_xcom_push=False)(lambda: "secret")()
    assert run_dag(dag).values == {}


def test_latest_only_lets_a_run_that_a_person_asked_for_go() -> None:
    assert ran("example_latest_only").state == "success"


def test_templates() -> None:
    with variables({"region": "EU"}):
        result = ran("example_templates")
    assert result.state == "success"
    assert str(result.values["dates"]).startswith(
        "2026-03-02 20260302T000000 02.03.2026 2026-03-02 example_templates dates manual__"
    )
    assert result.values["own"] == "WORLD abab EU"
    assert result.values["python"] == "2026-03-02 example_templates 20260302"


def test_callbacks(temporary: Path) -> None:
    assert ran("example_callbacks").state == "failed"
    assert sorted((temporary / "nbflow_example_callbacks").read_text().splitlines()) == [
        "failure bad",
        "run example_callback",
        "success good",
    ]


@pytest.mark.parametrize(("day", "expected"), [(DAY, "branch_true"), (1, "branch_false")])
def test_branches_by_date(day: datetime | int, expected: str) -> None:
    when = day if isinstance(day, datetime) else DAY + timedelta(days=day)
    result = run_dag(the_dag("example_branch_by_date"), logical_date=when)
    assert in_state(result, "success") - {"datetime_branch", "make_choice"} == {
        "date_outside_range",
        expected,
    }


def test_people_in_the_loop() -> None:
    answers = {"valid_input_and_options": "Approve", "choose_a_branch_to_run": "task_2"}
    result = ran("example_human_in_the_loop", answers=answers)
    assert in_state(result, "skipped") == {"task_1", "task_3"}
    assert result.state == "success"


def test_connections_and_variables() -> None:
    stubs = variables({"region": "EU", "limits": {"rows": 5}})
    with connections({"warehouse": "postgres://ana:pw@db.example.org:5433/sales"}), stubs:
        result = ran("example_connections")
    assert result.values["where"] == ["db.example.org", 5433, "ana"]
    assert result.values["settings"] == ["EU", 5]


def test_retries() -> None:
    result = ran("example_retries")
    assert result.values["third_time_lucky"] == 3
    assert (result.states["never_again"], result.task("never_again").try_number) == ("failed", 1)
