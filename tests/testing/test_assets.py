"""Tasks that make and use assets, run in this process."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import pytest

from nbflow import (
    DAG,
    Asset,
    AssetAlias,
    BashOperator,
    EmptyOperator,
    Metadata,
    asset,
    task,
)
from nbflow.core.errors import DefinitionError
from nbflow.testing import RunResult, run_dag

ORDERS = Asset("orders", uri="s3://lake/orders")


def said(result: RunResult) -> list[tuple[str, dict[str, Any]]]:
    return [(event.asset, event.extra) for event in result.asset_events]


def test_every_kind_of_task_makes_its_outlets() -> None:
    with DAG("d") as dag:
        EmptyOperator(task_id="empty", outlets=Asset("a"))
        BashOperator(task_id="bash", bash_command="true", outlets=["b"])

        @task(outlets=[ORDERS])
        def python() -> int:
            return 1

        python()
    result = run_dag(dag)
    assert result.state == "success"
    assert sorted(said(result)) == [("a", {}), ("b", {}), ("orders", {})]


def test_a_task_says_what_it_made_through_outlet_events() -> None:
    with DAG("d") as dag:

        @task(outlets=[ORDERS])
        def load(outlet_events: Any) -> None:
            outlet_events[ORDERS].extra = {"rows": 42}

        load()
    result = run_dag(dag)
    assert said(result) == [("orders", {"rows": 42})]
    (event,) = result.asset_events
    assert (event.source_dag_id, event.source_task_id) == ("d", "load")


def test_a_task_that_yields_metadata_returns_its_value_all_the_same() -> None:
    with DAG("d") as dag:

        @task(outlets=[ORDERS])
        def load() -> Generator[Metadata, None, int]:
            yield Metadata(ORDERS, {"rows": 1})
            yield Metadata("orders", {"files": 2})
            return 7

        load()
    result = run_dag(dag)
    assert result.task("load").value == 7
    assert said(result) == [("orders", {"rows": 1, "files": 2})]


def test_an_alias_takes_assets_that_are_known_only_now() -> None:
    with DAG("d") as dag:

        @task(outlets=[AssetAlias("reports")])
        def write(outlet_events: Any) -> Iterator[Metadata]:
            outlet_events[AssetAlias("reports")].add(Asset("monday"), {"pages": 3})
            yield Metadata(Asset("tuesday"), {"pages": 4}, alias="reports")

        write()
    result = run_dag(dag)
    assert said(result) == [("monday", {"pages": 3}), ("tuesday", {"pages": 4})]
    assert [event.aliases for event in result.asset_events] == [["reports"], ["reports"]]


def test_speaking_of_an_asset_that_is_no_outlet_fails_with_the_fix() -> None:
    with DAG("d") as dag:

        @task(outlets=[ORDERS])
        def load(outlet_events: Any) -> None:
            outlet_events[Asset("other")].extra = {}

        load()
    result = run_dag(dag)
    assert result.state == "failed"
    assert "'other' is no outlet of this task (its outlets: orders)" in result.task("load").message
    assert said(result) == []


def test_an_extra_that_is_no_json_fails_the_task() -> None:
    with DAG("d") as dag:

        @task(outlets=[ORDERS])
        def load(outlet_events: Any) -> None:
            outlet_events["orders"].extra = {"rows": object()}

        load()
    assert "The extra of asset 'orders' is no JSON" in run_dag(dag).task("load").message


def test_a_task_that_yields_anything_else_is_told_what_to_do() -> None:
    with DAG("d") as dag:

        @task
        def load() -> Iterator[int]:
            yield 1

        load()
    assert "only Metadata of an asset can be yielded" in run_dag(dag).task("load").message


def test_a_task_reads_the_newest_events_of_its_inlets() -> None:
    with DAG("d") as dag:

        @task(outlets=[ORDERS])
        def load(outlet_events: Any) -> None:
            outlet_events[ORDERS].extra = {"rows": 5}

        @task(inlets=[ORDERS])
        def report(inlet_events: Any) -> int:
            return int(inlet_events[ORDERS][-1].extra["rows"])

        load() >> report()
    assert run_dag(dag).values["report"] == 5


def test_an_asset_with_two_uris_in_one_dag_is_an_error_at_the_second_task() -> None:
    with DAG("d") as dag:
        EmptyOperator(task_id="a", outlets=Asset("x", "s3://one"))
        EmptyOperator(task_id="b", outlets=Asset("x", "s3://two"))
    with pytest.raises(DefinitionError) as raised:
        run_dag(dag)
    (problem,) = raised.value.problems
    assert (problem.code, problem.task_id) == ("NBF602", "b")
    assert problem.line is not None


def test_a_function_that_makes_an_asset_is_a_dag_of_one_task() -> None:
    @asset(schedule="@daily", uri="s3://lake/sales", tags=["lake"])
    def sales(self: Any, context: Any, outlet_events: Any) -> str:
        """What was sold."""
        outlet_events[self].extra = {"run": context["run_id"]}
        return str(self.uri)

    @asset(schedule=sales)
    def report(sales: Any, inlet_events: Any, limit: int = 3) -> tuple[str, int]:
        return sales.name, len(inlet_events[sales]) + limit

    made = run_dag(sales.dag)
    assert (made.dag_id, made.values, made.dag.doc) == (
        "sales",
        {"sales": "s3://lake/sales"},
        "What was sold.",
    )
    assert said(made) == [("sales", {"run": made.run_id})]
    used = run_dag(report.dag)
    assert used.values["report"] == ("sales", 3)
    assert used.dag.timetable["kind"] == "assets"


def test_a_function_may_make_several_assets() -> None:
    @asset.multi(outlets=[Asset("a"), Asset("b")])
    def both(outlet_events: Any) -> None:
        outlet_events["b"].extra = {"n": 1}

    assert sorted(said(run_dag(both))) == [("a", {}), ("b", {"n": 1})]


def test_an_alias_among_the_inlets_has_the_events_that_went_through_it() -> None:
    reports = AssetAlias("reports")
    with DAG("d") as dag:

        @task(outlets=[reports, ORDERS])
        def write() -> Iterator[Metadata]:
            yield Metadata(Asset("monday"), {"pages": 3}, alias=reports)

        @task(inlets=[reports, ORDERS])
        def read(inlet_events: Any) -> list[str]:
            return [event.asset.name for event in inlet_events[reports]]

        write() >> read()
    assert run_dag(dag).values["read"] == ["monday"]
