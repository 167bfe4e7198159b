"""Variables and connections in tasks, end to end: what a task may read, what it sets, what is
hidden.
"""

from __future__ import annotations

from typing import Any

from nbflow import (
    DAG,
    BaseHook,
    BashOperator,
    Connection,
    Variable,
    get_current_context,
    mask_secret,
    task,
)
from nbflow.testing import run_dag

PASSWORD = "hunter2-hunter3"
# `Any`: keyword arguments of run_dag.
GIVEN: dict[str, Any] = {
    "variables": {"region": "EU", "config": {"rows": 7}, "api_token": "tok-12345"},
    "connections": {"warehouse": f"postgres://ana:{PASSWORD}@db.example.org:5432/sales?a=b"},
}


def test_templates_read_variables_and_connections() -> None:
    with DAG("templates") as dag:
        BashOperator(
            task_id="shell",
            bash_command="echo {{ var.value.region }} {{ var.json.config.rows }} "
            "{{ conn.warehouse.host }}:{{ conn.warehouse.port }} "
            "{{ conn.warehouse.extra_dejson.a }} {{ var.value.get('none', 'default') }}",
        )
    assert run_dag(dag, **GIVEN).values["shell"] == "EU 7 db.example.org:5432 b default"


def test_functions_read_them_under_airflows_names() -> None:
    with DAG("functions") as dag:

        @task
        def read() -> list[object]:
            context = get_current_context()
            return [
                Variable.get("region"),
                Variable.get("config", deserialize_json=True)["rows"],
                Variable.get("none", default="default"),
                Variable.get("none", default_var=None),
                Connection.get("warehouse").schema,
                BaseHook.get_connection("warehouse").login,
                context["var"]["value"].region,
                context["conn"].warehouse.host,
            ]

        read()
    values = run_dag(dag, **GIVEN).values["read"]
    assert values == ["EU", 7, "default", None, "sales", "ana", "EU", "db.example.org"]


def test_what_a_task_does_not_mention_it_cannot_read() -> None:
    with DAG("undeclared") as dag:

        @task
        def read() -> str:
            return str(Variable.get("made" + "_up"))

        read()
    result = run_dag(dag, variables={"made_up": "1"}).task("read")
    assert result.state == "failed"
    assert "secrets=['var.made_up']" in result.message


def test_what_is_declared_by_name_it_can_read() -> None:
    with DAG("declared", secrets=["var.region"]) as dag:

        @task(secrets=["conn.warehouse"])
        def read(names: list[str]) -> str:
            return f"{Variable.get(names[0])} {Connection.get(names[1]).host}"

        read(["region", "warehouse"])
    assert run_dag(dag, **GIVEN).values["read"] == "EU db.example.org"


def test_a_missing_one_is_told_with_what_to_do() -> None:
    with DAG("missing") as dag:
        BashOperator(task_id="shell", bash_command="echo {{ conn.nowhere.host }}")
    result = run_dag(dag, **GIVEN).task("shell")
    assert (result.state, result.reason) == ("failed", "bad_input")
    assert "nbflow connections add nowhere URI" in result.message


def test_secrets_are_hidden_in_logs_messages_and_rendered_fields() -> None:
    with DAG("hidden") as dag:
        BashOperator(
            task_id="shell",
            bash_command="echo {{ conn.warehouse.get_uri() }}; "
            "printf hunter2; printf -- -hunter3; echo {{ var.value.api_token }} >&2; false",
        )

        @task
        def raises() -> None:
            print(Connection.get("warehouse").password)  # noqa: T201 - to the log
            raise ValueError(f"cannot log in with {Connection.get('warehouse').password}")

        raises()
    result = run_dag(dag, **GIVEN)
    for one in (result.task("shell"), result.task("raises")):
        told = one.log + one.message + one.traceback + str(one.rendered)
        assert PASSWORD not in told
        assert "tok-12345" not in told
        assert "***" in told
    assert result.task("shell").rendered["bash_command"].startswith("echo postgres://ana:***@db")


def test_a_task_hides_what_it_finds_out_itself() -> None:
    with DAG("found_out") as dag:

        @task
        def find() -> None:
            mask_secret("found-out-just-now")
            print("found-out-", end="")  # noqa: T201 - to the log
            print("just-now")  # noqa: T201 - to the log

        find()
    log = run_dag(dag).task("find").log
    assert "***" in log
    assert "just-now" not in log


def test_a_variable_that_a_task_sets_is_read_by_those_after_it() -> None:
    with DAG("set") as dag:

        @task
        def change() -> str:
            Variable.set("region", "US")
            Variable.set("config", {"rows": 8}, serialize_json=True)
            Variable.delete("api_token")
            return str(Variable.get("region"))

        @task
        def read() -> list[object]:
            return [
                Variable.get("region"),
                Variable.get("config", deserialize_json=True),
                Variable.get("api_token", default="gone"),
            ]

        change() >> read()
    result = run_dag(dag, **GIVEN)
    assert result.values == {"change": "US", "read": ["US", {"rows": 8}, "gone"]}
    assert result.variables == {"region": "US", "config": '{"rows": 8}', "api_token": None}


def test_what_is_written_into_a_mapping_is_mentioned_too() -> None:
    with DAG("mapped") as dag:
        commands = ["echo {{ var.value.region }}", "echo {{ conn.warehouse.login }}"]
        BashOperator.partial(task_id="say").expand(bash_command=commands)
    assert run_dag(dag, **GIVEN).values["say"] == ["EU", "ana"]
