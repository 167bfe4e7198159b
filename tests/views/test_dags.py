"""What a person sees of a DAG as written."""

from __future__ import annotations

from nbflow import DAG, Asset, AssetAlias, EmptyOperator
from nbflow.views.dags import task_views
from nbflow.views.shapes import TaskAsset


def test_tasks_tell_which_assets_they_use_and_make() -> None:
    orders = Asset("orders", uri="s3://lake/orders")
    with DAG("sales") as dag:
        read = EmptyOperator(task_id="read", inlets=[Asset(uri="s3://lake/rates")])
        read >> EmptyOperator(task_id="write", outlets=[orders, AssetAlias("daily")])

    first, second = task_views(dag.to_core())

    assert (first.inlets, first.outlets) == ([TaskAsset("s3://lake/rates", "asset")], [])
    assert second.outlets == [TaskAsset("orders", "asset"), TaskAsset("daily", "alias")]
