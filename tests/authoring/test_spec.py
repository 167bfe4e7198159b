"""From a DAG as written to the spec: every problem at once, each with its place and its fix."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from inspect import currentframe
from pathlib import Path
from textwrap import dedent
from zoneinfo import ZoneInfo

import pytest

from nbflow import (
    DAG,
    BashOperator,
    CronTimetable,
    EmptyOperator,
    NotebookOperator,
    PythonOperator,
    TriggerRule,
    chain,
    task,
)
from nbflow.authoring import loading
from nbflow.authoring.spec import build
from nbflow.core.dag import Dag
from nbflow.core.errors import DefinitionError, Problem

HERE = Path(__file__).name


def only_problem(dag: DAG) -> Problem:
    (problem,) = dag.problems()
    return problem


def line_here() -> int:
    frame = currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return frame.f_back.f_lineno


def a_notebook(folder: Path, name: str = "n.ipynb") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


# --- settings of a DAG ----------------------------------------------------------------------------


def test_settings_become_fields() -> None:
    built = DAG(
        "d",
        schedule="@daily",
        timezone="Europe/Paris",
        start_date="2026-01-01",
        end_date=date(2026, 7, 1),
        catchup=3,
        tags=["b", "a"],
        description="Sales.",
        doc_md="# Sales",
        owner="ana",
        max_active_runs=2,
        max_active_tasks=8,
        dagrun_timeout=timedelta(hours=2),
        overlap="skip",
        is_paused_upon_creation=True,
    ).to_core()
    assert built == Dag(
        "d",
        timetable={"kind": "cron", "cron": "@daily", "timezone": "Europe/Paris"},
        start_date=datetime(2025, 12, 31, 23, tzinfo=timezone.utc),
        end_date=datetime(2026, 6, 30, 22, tzinfo=timezone.utc),
        catchup=3,
        tags=("b", "a"),
        description="Sales.",
        doc="# Sales",
        owner="ana",
        max_active_runs=2,
        max_active_tasks=8,
        run_timeout=7200.0,
        overlap="skip",
        paused_upon_creation=True,
    )


def test_tags_of_a_set_have_one_order() -> None:
    assert DAG("d", tags={"c", "a", "b"}).to_core().tags == ("a", "b", "c")


def test_a_timetable_can_be_the_schedule() -> None:
    made = DAG("d", schedule=CronTimetable("0 6 * * *", "Asia/Tokyo")).to_core()
    assert made.timetable == {"kind": "cron", "cron": "0 6 * * *", "timezone": "Asia/Tokyo"}


@dataclass(frozen=True)
class Start:
    name: str
    given: object
    timezone: str | None
    utc: str


NAIVE = datetime(2026, 7, 1, 6)  # noqa: DTZ001 - as people write it
STARTS = [
    Start("a date in the DAG's zone", date(2026, 7, 1), "Europe/Paris", "2026-06-30T22:00"),
    Start("naive in the DAG's zone", NAIVE, "Asia/Tokyo", "2026-06-30T21:00"),
    Start("text with an offset", "2026-07-01T06:00+02:00", "Asia/Tokyo", "2026-07-01T04:00"),
    Start("text with Z", "2026-07-01T06:00Z", "Asia/Tokyo", "2026-07-01T06:00"),
    Start("naive without a zone", "2026-07-01", None, "2026-07-01T00:00"),
    Start("not on the clock", "2026-03-29T02:30", "Europe/Paris", "2026-03-29T01:30"),
    Start("twice on the clock", "2026-10-25T02:30", "Europe/Paris", "2026-10-25T00:30"),
]


@pytest.mark.parametrize("case", STARTS, ids=lambda case: case.name)
def test_a_start_date_becomes_an_instant(case: Start) -> None:
    start = DAG("d", start_date=case.given, timezone=case.timezone).to_core().start_date  # type: ignore[arg-type]
    assert start == datetime.fromisoformat(case.utc).replace(tzinfo=timezone.utc)


def test_the_zone_of_the_start_date_is_the_dags_where_none_is_given() -> None:
    start = datetime(2026, 7, 1, tzinfo=ZoneInfo("Europe/Paris"))
    built = DAG("d", schedule="0 6 * * *", start_date=start).to_core()
    assert built.timetable["timezone"] == "Europe/Paris"


# --- settings of tasks ----------------------------------------------------------------------------


def test_retry_settings_become_a_policy() -> None:
    with DAG("d") as dag:
        EmptyOperator(
            task_id="t",
            retries=4,
            retry_delay=timedelta(minutes=1),
            retry_exponential_backoff=True,
            max_retry_delay=600,
            retry_jitter=0.5,
            infra_retries=1,
        )
    (built,) = dag.to_core().tasks
    policy = built.retry
    assert (policy.retries, policy.backoff, policy.jitter, policy.infra_retries) == (4, 2, 0.5, 1)
    assert (policy.delay, policy.max_delay) == (timedelta(minutes=1), timedelta(minutes=10))


@pytest.mark.parametrize("rule", ["one_success", TriggerRule.ONE_SUCCESS])
def test_a_trigger_rule_may_be_its_word(rule: TriggerRule | str) -> None:
    with DAG("d") as dag:
        EmptyOperator(task_id="t", trigger_rule=rule)
    assert dag.to_core().tasks[0].trigger_rule is TriggerRule.ONE_SUCCESS


# --- one problem each -----------------------------------------------------------------------------


@dataclass(frozen=True)
class BadSetting:
    name: str
    settings: dict[str, object]
    code: str
    says: str
    fix: str


BAD_DAGS = [
    BadSetting("cron", {"schedule": "0 25 * * *"}, "NBF301", "it takes 0 to 23", "9-17"),
    BadSetting("zone", {"timezone": "Europe/Pari"}, "NBF302", "'Europe/Pari'", "'Europe/Paris'"),
    BadSetting("schedule", {"schedule": 7}, "NBF303", "cannot be 7", "cron expression"),
    BadSetting("start", {"start_date": "soon"}, "NBF304", "start_date is 'soon'", "ISO text"),
    BadSetting(
        "end before start",
        {"start_date": "2026-02-01", "end_date": "2026-01-01"},
        "NBF304",
        "before the start_date",
        "Exchange",
    ),
    BadSetting("overlap", {"overlap": "skp"}, "NBF103", "overlap is 'skp'", "'skip'"),
    BadSetting("runs", {"max_active_runs": 0}, "NBF103", "no whole number from 1", "1"),
    BadSetting("tasks", {"max_active_tasks": "8"}, "NBF103", "max_active_tasks is '8'", "Use one"),
    BadSetting("catchup", {"catchup": -1}, "NBF103", "catchup is -1", "1"),
    BadSetting("timeout", {"dagrun_timeout": "1h"}, "NBF103", "no span of time", "timedelta"),
    BadSetting("tags", {"tags": "sales"}, "NBF103", "no list of words", "['sales']"),
    BadSetting("owner", {"owner": 7}, "NBF103", "owner is 7", "quotes"),
    BadSetting("params", {"params": ["region"]}, "NBF103", "no dict", "{'name': value}"),
    BadSetting("id", {"dag_id": "a/b"}, "NBF102", "'a/b' is no id", "Begin with a letter"),
    BadSetting("dots", {"dag_id": ".."}, "NBF102", "'..' is no id", "Begin with a letter"),
    BadSetting("long id", {"dag_id": "a" * 251}, "NBF102", "250 characters", "Begin with"),
]


@pytest.mark.parametrize("case", BAD_DAGS, ids=lambda case: case.name)
def test_a_bad_setting_of_a_dag_is_one_problem(case: BadSetting) -> None:
    problem = only_problem(DAG(**{"dag_id": "d", **case.settings}))  # type: ignore[arg-type]
    assert case.says in problem.message
    assert case.fix in problem.fix
    assert (problem.code, problem.severity, problem.file) == (case.code, "error", HERE)


BAD_TASKS = [
    BadSetting("rule", {"trigger_rule": "all_sucess"}, "NBF103", "no trigger rule", "all_success"),
    BadSetting("slots", {"pool_slots": 0}, "NBF103", "pool_slots is 0", "1"),
    BadSetting("retries", {"retries": True}, "NBF103", "no whole number", "1"),
    BadSetting("delay", {"retry_delay": -1}, "NBF103", "retry_delay is -1", "300"),
    BadSetting("backoff", {"retry_exponential_backoff": 0.5}, "NBF103", "less than 1", "True"),
    BadSetting("isolation", {"isolation": "threads"}, "NBF103", "none of", "'thread'"),
    BadSetting("resources", {"resources": {"GPU": "one"}}, "NBF103", "amounts", "{'GPU': 1}"),
    BadSetting("id", {"task_id": "a task"}, "NBF102", "'a task' is no id", "Begin with"),
]


@pytest.mark.parametrize("case", BAD_TASKS, ids=lambda case: case.name)
def test_a_bad_setting_of_a_task_is_one_problem_at_its_line(case: BadSetting) -> None:
    with DAG("d") as dag:
        EmptyOperator(**{"task_id": "t", **case.settings})  # type: ignore[arg-type]
        line = line_here() - 1
    problem = only_problem(dag)
    assert case.says in problem.message
    assert case.fix in problem.fix
    assert (problem.code, problem.file, problem.line) == (case.code, HERE, line)
    assert problem.task_id == case.settings.get("task_id", "t")


def test_two_tasks_of_one_id_are_a_problem_that_names_both_lines() -> None:
    with DAG("d") as dag:
        EmptyOperator(task_id="load")
        EmptyOperator(task_id="load")
        line = line_here()
    problem = only_problem(dag)
    assert problem.message == f"The DAG has a task 'load' already, made in line {line - 2}."
    assert problem.line == line - 1


def test_a_cycle_is_told_from_task_to_task() -> None:
    with DAG("d") as dag:
        a, b, c = (EmptyOperator(task_id=name) for name in "abc")
        chain(a, b, c, a)
    assert "a -> b -> c -> a" in only_problem(dag).message


def test_a_task_after_itself_is_a_cycle() -> None:
    with DAG("d") as dag:
        a = EmptyOperator(task_id="a")
        a >> a
    assert "a -> a" in only_problem(dag).message


def test_every_cycle_is_told() -> None:
    with DAG("d") as dag:
        a, b, c, d = (EmptyOperator(task_id=name) for name in "abcd")
        a >> b >> a
        c >> d >> c
    assert [p.code for p in dag.problems()] == ["NBF202", "NBF202"]


def test_a_task_of_another_dag_cannot_come_first() -> None:
    with DAG("other"):
        rows = PythonOperator(task_id="rows", python_callable=print)
    with DAG("d") as dag:
        mail = PythonOperator(task_id="mail", python_callable=print, op_args=[rows.output])
        rows >> mail
    problem = only_problem(dag)
    says = "Task 'mail' comes after 'rows', which is a task of the DAG 'other'."
    assert (problem.code, problem.message) == ("NBF203", says)


def test_a_task_of_no_dag_cannot_hand_on_values() -> None:
    rows = PythonOperator(task_id="rows", python_callable=print)
    with DAG("d") as dag:
        PythonOperator(task_id="mail", python_callable=print, op_args=[rows.output])
    assert "which is a task of no DAG" in only_problem(dag).message


def test_a_value_of_an_unknown_task_in_a_string_is_a_problem() -> None:
    with DAG("d") as dag:
        EmptyOperator(task_id="rows")
        command = "echo {{ ti.xcom_pull(task_ids='row', key='return_value') }}"
        BashOperator(task_id="mail", bash_command=command)
    problem = only_problem(dag)
    assert "asks for a value of 'row', which is no task of the DAG" in problem.message
    assert problem.fix == "Did you mean 'rows'?"


def needs_two(a: int, b: int) -> int:
    return a + b


@dataclass(frozen=True)
class Call:
    name: str
    args: list[object]
    kwargs: dict[str, object]
    says: str


CALLS = [
    Call("one missing", [1], {}, "cannot be called: missing 'b'"),
    Call("two missing", [], {}, "missing 'a', 'b'"),
    Call("too many", [1, 2, 3], {}, "too many positional arguments"),
    Call("unknown", [1, 2], {"c": 3}, "unexpected keyword argument 'c'"),
]


@pytest.mark.parametrize("case", CALLS, ids=lambda case: case.name)
def test_a_function_that_cannot_be_called_is_a_problem(case: Call) -> None:
    with DAG("d") as dag:
        task(needs_two)(*case.args, **case.kwargs)
    problem = only_problem(dag)
    assert (problem.code, problem.task_id) == ("NBF205", "needs_two")
    assert case.says in problem.message


def test_what_json_cannot_say_is_a_problem_that_names_the_argument(tmp_path: Path) -> None:
    with DAG("d") as dag:
        parameters = {"deep": [{"when": object()}]}
        NotebookOperator(task_id="n", notebook=a_notebook(tmp_path), parameters=parameters)
    assert "parameters.deep[0].when is <object" in only_problem(dag).message


def test_default_args_that_nothing_takes_get_a_warning_and_no_error() -> None:
    with DAG("d", default_args={"retires": 2, "colour": "red"}) as dag:
        EmptyOperator(task_id="t")
    problems = dag.problems()
    assert [p.severity for p in problems] == ["warning", "warning"]
    assert "'retries'" in problems[0].fix
    assert len(dag.to_core().tasks) == 1


# --- notebooks ------------------------------------------------------------------------------------


def test_a_missing_notebook_is_a_problem_that_names_one_like_it(tmp_path: Path) -> None:
    a_notebook(tmp_path, "report.ipynb")
    with DAG("d") as dag:
        NotebookOperator(task_id="n", notebook=tmp_path / "reprot.ipynb")
    problem = only_problem(dag)
    assert (problem.code, problem.task_id) == ("NBF204", "n")
    assert "Did you mean 'report.ipynb'?" in problem.fix


def load_one(folder: Path, file: str, text: str) -> DAG:
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(text))
    (dag,) = loading.load_dags(folder, file)
    assert isinstance(dag, DAG)
    return dag


TEAM_FILE = """
    from nbflow import DAG, NotebookOperator

    with DAG("d"):
        NotebookOperator(task_id="n", notebook="nb/n.ipynb")
"""


def test_paths_in_the_spec_start_at_the_bundles_folder_and_in_the_file_beside_it(
    tmp_path: Path,
) -> None:
    a_notebook(tmp_path, "team/nb/n.ipynb")
    built, problems = build(load_one(tmp_path, "team/sales.py", TEAM_FILE), tmp_path)
    assert (built is not None, problems) == (True, [])
    assert built is not None
    assert built.file == "team/sales.py"
    assert built.tasks[0].payload["notebook"] == "team/nb/n.ipynb"


def test_a_notebook_outside_the_bundle_is_a_problem(tmp_path: Path) -> None:
    a_notebook(tmp_path, "n.ipynb")
    text = TEAM_FILE.replace("nb/n.ipynb", "../n.ipynb")
    built, problems = build(load_one(tmp_path / "dags", "sales.py", text), tmp_path / "dags")
    assert built is None
    assert ["outside the folder" in problem.message for problem in problems] == [True]
    assert (problems[0].file, problems[0].line) == ("sales.py", 5)


def test_a_notebook_whose_path_is_a_template_is_not_looked_for(tmp_path: Path) -> None:
    with DAG("d") as dag:
        NotebookOperator(task_id="n", notebook="{{ params.region }}.ipynb")
    built, _ = build(dag, Path(__file__).parent)
    assert built is not None
    assert built.tasks[0].payload["notebook"] == "{{ params.region }}.ipynb"


def test_without_a_bundle_a_notebook_is_named_by_its_absolute_path(tmp_path: Path) -> None:
    notebook = a_notebook(tmp_path, "team/nb/n.ipynb")
    built = load_one(tmp_path, "team/sales.py", TEAM_FILE).to_core()
    assert (built.file, built.tasks[0].payload["notebook"]) == ("sales.py", str(notebook))


# --- all at once ----------------------------------------------------------------------------------


def write_everything_wrong() -> DAG:
    with DAG("a b", schedule="0 25 * * *", timezone="Mars", params={"n": ...}) as dag:
        a, b = EmptyOperator(task_id="a", retries=-1), EmptyOperator(task_id="a")
        c = EmptyOperator(task_id="c", pool_slots=0, trigger_rule="never")
        a >> c >> a
        NotebookOperator(task_id="n", notebook="gone.ipynb")
        task(needs_two)(b.output)
    return dag


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(DefinitionError) as broken:
        write_everything_wrong().to_core()
    codes = sorted(problem.code for problem in broken.value.problems)
    assert codes == [
        *["NBF102", "NBF103", "NBF103", "NBF103"],
        *["NBF201", "NBF202", "NBF204", "NBF205", "NBF206"],
        *["NBF301", "NBF302"],
    ]


def test_every_problem_says_where_and_what_to_do() -> None:
    for problem in write_everything_wrong().problems():
        assert problem.message.endswith(".")
        assert problem.fix.endswith((".", "?"))
        assert (problem.file, problem.dag_id) == (HERE, "a b")
        assert problem.line


def test_writing_never_fails_so_that_a_file_shows_all_its_problems() -> None:
    makers: list[Callable[[], object]] = [
        lambda: EmptyOperator(task_id="", retries="many"),  # type: ignore[arg-type]
        lambda: BashOperator(task_id="b", bash_command=7),  # type: ignore[arg-type]
        lambda: NotebookOperator(task_id="n", notebook=Path("x"), parameters={"x": {1, 2}}),
    ]
    with DAG("d", start_date="soon", tags=7) as dag:  # type: ignore[arg-type]
        for make in makers:
            make()
    assert len(dag.problems()) >= 5
