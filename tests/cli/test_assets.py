"""`nbflow assets`: list, show, events, lineage, emit."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Nbflow
from tests.processes import Project

SHOP = """
from nbflow import DAG, Asset, EmptyOperator

with DAG("shop"):
    EmptyOperator(task_id="load", outlets=[Asset("orders", uri="s3://lake/orders")])
"""


@pytest.fixture
def shop(project: Project) -> Project:
    """A project where the asset `orders` has been made once."""
    project.write("dags/shop.py", SHOP)
    assert project.nbflow("run", "shop", "--store", str(project.database.url)).code == 0
    return project


def test_the_list_shows_who_makes_an_asset(shop: Project, nbflow: Nbflow) -> None:
    assert "orders  s3://lake/orders" in nbflow("assets", "list").out
    [asset] = nbflow("assets", "list", "--output", "json").json
    assert asset["producers"] == [{"dag_id": "shop", "task_id": "load"}]


def test_show_finds_an_asset_by_its_uri(shop: Project, nbflow: Nbflow) -> None:
    found = nbflow("assets", "show", "s3://lake/orders", "--output", "json").json
    assert found["asset"]["name"] == "orders"
    assert [event["source_task_id"] for event in found["events"]] == ["load"]
    assert "shop.load" in nbflow("assets", "show", "orders").out


def test_events_and_lineage_are_listed(shop: Project, nbflow: Nbflow) -> None:
    page = nbflow("assets", "events", "s3://lake/orders", "--output", "json").json
    assert ([one["asset"] for one in page["events"]], page["next"]) == (["orders"], None)
    assert "orders" in nbflow("assets", "events").out
    edges = nbflow("assets", "lineage", "--output", "json").json["edges"]
    assert edges == [{"source": "dag:shop", "target": "asset:orders", "role": "outlet"}]
    assert "shop" in nbflow("assets", "lineage").out


def test_an_event_is_asked_for_with_what_there_is_to_say(shop: Project, nbflow: Nbflow) -> None:
    asked = nbflow("assets", "emit", "orders", "--extra", '{"rows": 4}', "-o", "json").json
    assert (asked["asset"], asked["extra"], asked["answer"]) == ("orders", {"rows": 4}, None)


def test_an_asset_that_nobody_knows_is_refused_with_the_closest(
    shop: Project, nbflow: Nbflow
) -> None:
    done = nbflow("assets", "emit", "order")
    assert done.code == 1
    assert "There is no asset 'order'. Did you mean 'orders'?" in done.err


def test_an_extra_that_is_no_json_is_refused(shop: Project, nbflow: Nbflow) -> None:
    assert "--extra is no JSON" in nbflow("assets", "emit", "orders", "--extra", "{rows").err
