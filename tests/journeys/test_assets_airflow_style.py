"""A file about assets as Airflow's users write it, with its imports changed and nothing else."""

from __future__ import annotations

from pathlib import Path

from nbflow.authoring.discovery import from_path
from nbflow.core.timetables import timetable_from_json

FILE = """
from datetime import datetime, timedelta, timezone

from nbflow import (
    DAG, Asset, AssetAlias, AssetOrTimeSchedule, BashOperator, CronTriggerTimetable, DeadlineAlert,
    DeadlineReference, DeltaDataIntervalTimetable, EventsTimetable, Metadata, SyncCallback, asset,
    dag, task,
)

RAW = Asset("s3://lake/raw.csv", extra={"owner": "ana"})
CLEAN = Asset(name="clean", uri="s3://lake/clean.csv", group="lake")
START = datetime(2021, 1, 1, tzinfo=timezone.utc)

with DAG(dag_id="makes_raw", catchup=False, start_date=START, schedule="@daily", tags=["makes"]):
    BashOperator(outlets=[RAW], task_id="make", bash_command="sleep 1")

with DAG(dag_id="raw_and_clean", start_date=START, schedule=(RAW & CLEAN), catchup=False):
    BashOperator(
        task_id="use", inlets=[RAW, CLEAN],
        bash_command="echo '{{ triggering_asset_events.values() | first | first }}'",
    )

with DAG(dag_id="either", schedule=(RAW | (CLEAN & Asset("s3://lake/third.csv")))):
    BashOperator(outlets=[Asset("s3://lake/either.txt")], task_id="use", bash_command="sleep 1")

with DAG(
    dag_id="by_time_too",
    schedule=AssetOrTimeSchedule(
        timetable=CronTriggerTimetable("0 1 * * 3", timezone="UTC"), assets=(RAW & CLEAN)
    ),
):
    BashOperator(task_id="use", bash_command="sleep 1")

@dag(schedule=DeltaDataIntervalTimetable(timedelta(hours=6)), start_date=START, catchup=False)
def with_an_alias():
    @task(outlets=[AssetAlias("found")])
    def through_the_context(*, outlet_events):
        outlet_events[AssetAlias("found")].add(Asset("s3://lake/today"), extra={"k": "v"})

    @task(outlets=[CLEAN])
    def with_metadata():
        yield Metadata(CLEAN, {"rows": 3})

    through_the_context() >> with_metadata()

with_an_alias()

with DAG(dag_id="on_the_alias", schedule=AssetAlias("found"), catchup=False):
    @task(inlets=[CLEAN])
    def read(*, triggering_asset_events=None, inlet_events=None):
        for found, events in triggering_asset_events.items():
            print(found.uri, [event.extra for event in events], inlet_events[CLEAN][-1])

    read()

@asset(uri="s3://lake/model", schedule=[CLEAN])
def model(context, self):
    print(self.name)

def late(text, **kwargs):
    print(text)

with DAG(
    dag_id="in_time",
    schedule=EventsTimetable(event_dates=[START], description="Once upon a time"),
    deadline=DeadlineAlert(
        reference=DeadlineReference.DAGRUN_LOGICAL_DATE,
        interval=timedelta(hours=1),
        callback=SyncCallback(late, kwargs={"text": "late"}),
    ),
):
    BashOperator(task_id="use", bash_command="sleep 1")
"""


def test_a_file_about_assets_is_ported_by_changing_its_imports(tmp_path: Path) -> None:
    path = tmp_path / "assets.py"
    path.write_text(FILE)
    read = from_path(path)
    assert read.problems == []
    words = {dag.dag_id: timetable_from_json(dag.timetable).describe() for dag in read.dags}
    assert words == {
        "makes_raw": "At 00:00 every day, UTC",
        "raw_and_clean": "When there is news of s3://lake/raw.csv and clean",
        "either": "When there is news of s3://lake/raw.csv or (clean and s3://lake/third.csv)",
        "by_time_too": "At 01:00 on Wednesday, UTC, or when there is news of "
        "s3://lake/raw.csv and clean",
        "with_an_alias": "Every 6 hours",
        "on_the_alias": "When there is news of found",
        "model": "When there is news of clean",
        "in_time": "Once upon a time",
    }
