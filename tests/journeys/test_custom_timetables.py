"""Timetables of somebody's own classes, installed as entry points."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

import pytest

from nbflow import app
from nbflow.authoring.discovery import from_path
from nbflow.scheduler.calendars import ask_in_process
from nbflow.settings import Settings
from nbflow.store.runs import ActiveRun
from nbflow.views.schedules import dag_schedule

MODULE = """
import time
from datetime import datetime, timedelta, timezone

from nbflow import DagRunInfo, Timetable


class Every(Timetable):
    description = "Every so often"

    def __init__(self, seconds):
        self.seconds = seconds

    def next_dagrun_info(self, *, last_automated_data_interval, restriction):
        step = timedelta(seconds=self.seconds)
        last = last_automated_data_interval
        start = restriction.earliest if last is None else last.end
        return DagRunInfo.interval(start, start + step)

    def serialize(self):
        return {"seconds": self.seconds}

    @classmethod
    def deserialize(cls, data):
        return cls(data["seconds"])


class Bad(Every):
    def next_dagrun_info(self, **asked):
        raise ValueError("no moon")


class Slow(Every):
    def next_dagrun_info(self, **asked):
        time.sleep(60)


class Private(Every):
    pass
"""
ENTRIES = "[nbflow.timetables]\nevery = moons:Every\nbad = moons:Bad\nslow = moons:Slow\n"
FILE = """
from moons import {made}
from nbflow import DAG, EmptyOperator

with DAG("moon", schedule={made}({seconds})):
    EmptyOperator(task_id="t")
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path of every process, with a distribution that has the entry points."""
    folder = tmp_path / "site"
    about = folder / "moons-1.0.dist-info"
    about.mkdir(parents=True)
    (folder / "moons.py").write_text(MODULE)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: moons\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(ENTRIES)
    monkeypatch.setenv("PYTHONPATH", str(folder), prepend=":")
    return folder


def a_file(folder: Path, made: str, seconds: float) -> Path:
    path = folder / "dags" / "moon.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(FILE.format(made=made, seconds=seconds))
    return path


def question(name: str) -> dict[str, object]:
    start = "2026-03-02T12:00:00+00:00"
    about = {"name": name, "data": {"seconds": 60}, "last": None, "bounds": [start, None]}
    return {**about, "catchup": False, "missed": 1, "limit": 2, "now": "2026-03-02T12:05:30+00:00"}


def test_a_dag_runs_by_a_timetable_of_somebody_elses_class(tmp_path: Path, installed: Path) -> None:
    a_file(tmp_path, "Every", 0.2)
    settings = Settings(home=tmp_path, executor="inline", warm_kernels=0)
    ended: list[ActiveRun] = []
    with app.open_database(settings) as database:
        executor = app.make_executor(settings)
        scheduler = app.make_scheduler(settings, database, executor, on_run_finished=ended.append)
        scheduler.run_until(lambda: len(ended) >= 2)
        first, second = (run.snapshot.run for run in ended[:2])
        assert first.logical_date is not None
        assert second.logical_date is not None
        assert second.logical_date > first.logical_date
        found = dag_schedule(database, "moon", datetime.now(timezone.utc))
        assert found.schedule == "Every so often"


def test_what_is_asked_ahead_is_the_latest_missed_run_and_those_to_come(installed: Path) -> None:
    answer = ask_in_process(question("every"))  # type: ignore[arg-type]  # JSON
    assert [row[3][11:16] for row in answer["runs"]] == [  # type: ignore[union-attr,index]
        "12:05",
        "12:06",
        "12:07",
    ]


def test_one_that_hangs_is_ended_and_one_that_raises_says_so(installed: Path) -> None:
    slow = ask_in_process(question("slow"), time_limit=0.5)  # type: ignore[arg-type]  # JSON
    assert "did not answer within 0.5 s" in str(slow["problem"])
    assert ask_in_process(question("bad"))["problem"] == "ValueError: no moon"  # type: ignore[arg-type]
    assert "No timetable 'gone' is installed" in str(
        ask_in_process(question("gone"))["problem"]  # type: ignore[arg-type]  # JSON
    )


@pytest.mark.parametrize(
    ("made", "message"),
    [
        ("Bad", "The timetable 'bad' raised ValueError: no moon."),
        ("Private", "The timetable class Private is not registered"),
    ],
)
def test_one_that_cannot_be_used_is_an_import_error(
    tmp_path: Path, installed: Path, made: str, message: str
) -> None:
    (problem,) = from_path(a_file(tmp_path, made, 1)).problems
    assert problem.code == "NBF306"
    assert message in problem.message
    assert problem.line == 5
