"""A DAG that makes an asset, and one that runs because of it."""

import datetime

from nbflow import DAG, Asset, BashOperator, Metadata, task

dag1_asset = Asset("s3://dag1/output_1.txt", extra={"hi": "bye"})

with DAG(
    dag_id="asset_produces_1",
    catchup=False,
    start_date=datetime.datetime(2021, 10, 1),
    schedule="@daily",
    tags=["produces"],
) as dag1:
    BashOperator(outlets=[dag1_asset], task_id="producing_task_1", bash_command="sleep 0.01")

    @task(outlets=[dag1_asset])
    def with_metadata():
        yield Metadata(dag1_asset, {"rows": 3})

    with_metadata()

with DAG(
    dag_id="asset_consumes_1",
    catchup=False,
    start_date=datetime.datetime(2021, 10, 1),
    schedule=[dag1_asset],
    tags=["consumes"],
) as dag3:
    BashOperator(inlets=[dag1_asset], task_id="consuming_1", bash_command="echo used")
