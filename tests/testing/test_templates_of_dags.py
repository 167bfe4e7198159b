"""Templates as DAGs use them, end to end: macros, files, native values, rendered fields."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from nbflow import DAG, BashOperator, SqlOperator, literal, task
from nbflow.authoring import discovery
from nbflow.core.dag import Dag
from nbflow.core.errors import DefinitionError
from nbflow.testing import run_dag
from tests.processes import project_in

DAY = datetime(2026, 3, 1, 6, tzinfo=timezone.utc)


def rendered(text: str, **settings: Any) -> str:
    """What the shell is given for this template."""
    with DAG("d", **settings) as dag:
        BashOperator(task_id="shell", bash_command=f"true '{text}'")
    result = run_dag(dag, logical_date=DAY).task("shell")
    assert result.state == "success", result.message
    return result.rendered["bash_command"].removeprefix("true '").removesuffix("'")


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ macros.ds_add(ds, -1) }}", "2026-02-28"),
        ('{{ macros.ds_format(ds, "%Y-%m-%d", "%d.%m.") }}', "01.03."),
        (
            "{{ logical_date | ds_nodash }} {{ logical_date | ts_nodash }}",
            "20260301 20260301T060000",
        ),
        ("{{ (logical_date + macros.timedelta(hours=2)) | ts }}", "2026-03-01T08:00:00+00:00"),
        ("{{ macros.json.dumps({}) }}", "{}"),
        ("{{ macros.uuid.uuid5(macros.uuid.NAMESPACE_DNS, ds) | string | length }}", "36"),
        ("{{ macros.dateutil.relativedelta.relativedelta(months=1).months }}", "1"),
        (
            "{{ macros.datetime_diff_for_humans(logical_date, data_interval_end) }}",
            "0 seconds after",
        ),
        ("{{ prev_data_interval_end_success }} {{ test_mode }}", "None True"),
        ("{{ task_instance_key_str }}", "d__shell__20260301"),
        ("{{ dag_run.run_id == run_id }} {{ task.task_id }} {{ dag.dag_id }}", "True shell d"),
    ],
)
def test_airflows_names_are_there(template: str, text: str) -> None:
    assert rendered(template) == text


def test_a_module_is_out_of_reach() -> None:
    with DAG("d") as dag:
        BashOperator(task_id="shell", bash_command="{{ macros.json.codecs }}")
    result = run_dag(dag).task("shell")
    assert (result.state, result.reason) == ("failed", "bad_input")


def test_macros_and_filters_of_the_dag_are_there() -> None:
    settings = {
        "user_defined_macros": {"shop": "Rue de Rivoli", "twice": lambda text: text * 2},
        "user_defined_filters": {"shout": str.upper},
    }
    told = rendered('{{ shop }} {{ twice("ab") }} {{ "hey" | shout }}', **settings)
    assert told == "Rue de Rivoli abab HEY"


def test_native_values_keep_their_types() -> None:
    with DAG("native", params={"rows": [1, 2]}, render_template_as_native_obj=True) as dag:

        @task
        def read(rows: object, text: object) -> list[object]:
            return [rows, text]

        read("{{ params.rows }}", "day {{ ds }}")
    assert run_dag(dag, logical_date=DAY).values["read"] == [[1, 2], "day 2026-03-01"]


FILES = {
    "dags/sales.py": """
from nbflow import DAG, BashOperator, task

def shout(text):
    return text.upper()

with DAG(
    "sales",
    template_searchpath="sql",
    user_defined_macros={"shop": "rivoli"},
    user_defined_filters={"shout": shout},
):
    BashOperator(task_id="script", bash_command="report.sh")
    BashOperator(task_id="own", bash_command="echo {{ shop | shout }}")

    @task
    def ask(text):
        print(text)

    ask("{% include 'part.sql' %}")
""",
    "dags/report.sh": "echo report of {{ ds }} for {{ shop }}\n",
    "dags/sql/part.sql": "SELECT {{ ds_nodash }}",
}


def test_a_literal_is_not_rendered_wherever_it_stands() -> None:
    with DAG("d") as dag:
        BashOperator(task_id="shell", bash_command=literal("echo '{{ ds }}'"))

        @task
        def told(given: dict[str, str]) -> dict[str, str]:
            return given

        told({"as it is": literal("{{ ds }}"), "rendered": "{{ ds }}"})
    result = run_dag(dag, logical_date=DAY)
    assert result.values["shell"] == "{{ ds }}"
    assert result.values["told"] == {"as it is": "{{ ds }}", "rendered": "2026-03-01"}


def test_files_are_templates_and_come_along_to_the_worker(tmp_path: Path) -> None:
    with project_in(tmp_path / "project") as project:
        for name, text in FILES.items():
            project.write(name, text)
        done = project.nbflow("run", "sales", "--output", "json")
    assert done.code == 0, done.out
    logs = {one["task_id"]: Path(one["log"]).read_text() for one in done.json["tasks"]}
    assert logs["script"].endswith("for rivoli\n")
    assert logs["own"] == "RIVOLI\n"
    assert "SELECT 20" in logs["ask"]


def test_a_template_file_that_is_not_there_is_a_problem_with_its_place() -> None:
    with DAG("d") as dag:
        SqlOperator(task_id="ask", conn_id="db", sql="nowhere.sql")
    with pytest.raises(DefinitionError, match=r"'nowhere.sql', which is in none of"):
        dag.to_core()


def test_the_spec_names_the_files_a_template_is_made_of(tmp_path: Path) -> None:
    (tmp_path / "sql").mkdir()
    (tmp_path / "sql" / "part.sql").write_text("SELECT 1")
    (tmp_path / "whole.sql").write_text("{% include 'part.sql' %}")
    (tmp_path / "d.py").write_text(
        "from nbflow import DAG, SqlOperator\n"
        "with DAG('d', template_searchpath='sql'):\n"
        "    SqlOperator(task_id='ask', conn_id='db', sql='whole.sql')\n"
    )
    parsed = discovery.from_path(tmp_path / "d.py")
    [found] = parsed.dags
    assert isinstance(found, Dag)
    assert found.tasks[0].templates["files"] == {"whole.sql": "whole.sql"}
    assert set(parsed.bundle.files) == {"d.py", "whole.sql", "sql/part.sql"}
