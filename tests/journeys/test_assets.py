"""Two DAGs that know nothing of each other but an asset, on a scheduler with real tasks."""

from __future__ import annotations

from pathlib import Path

from nbflow import app
from nbflow.settings import Settings
from nbflow.store.runs import ActiveRun
from nbflow.views.assets import asset_detail, lineage
from nbflow.views.runs import run_list, task_instance_detail

FILE = """
from nbflow import DAG, Asset, task

ORDERS = Asset("orders", uri="s3://lake/orders")

with DAG("shop", schedule="@once"):

    @task(outlets=[ORDERS])
    def load(outlet_events):
        outlet_events[ORDERS].extra = {"rows": 42}

    load()

with DAG("report", schedule=[ORDERS]):

    @task
    def count(triggering_asset_events):
        (event,) = triggering_asset_events[ORDERS]
        return event.extra["rows"]

    @task.bash
    def tell():
        return "echo {{ (triggering_asset_events.values() | first | first).source_dag_id }}"

    count() >> tell()
"""


def test_the_event_of_one_dag_runs_the_other_which_reads_it(tmp_path: Path) -> None:
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "shop.py").write_text(FILE)
    settings = Settings(home=tmp_path, executor="inline", warm_kernels=0)
    ended: list[str] = []

    def finished(run: ActiveRun) -> None:
        ended.append(run.snapshot.run.dag_id)

    with app.open_database(settings) as database:
        executor = app.make_executor(settings)
        scheduler = app.make_scheduler(settings, database, executor, on_run_finished=finished)
        scheduler.run_until(lambda: "report" in ended)
        (run,) = run_list(database, "report").runs
        assert (run.state, run.run_type) == ("success", "asset_triggered")
        values = [
            task_instance_detail(database, "report", run.run_id, task_id).values[0].preview
            for task_id in ("count", "tell")
        ]
        assert values == ["42", "'shop'"]
        (event,) = asset_detail(database, "orders").events
        assert [one.dag_id for one in event.runs] == ["report"]
        edges = {(edge.source, edge.target) for edge in lineage(database).edges}
        assert edges == {("dag:shop", "asset:orders"), ("asset:orders", "dag:report")}
