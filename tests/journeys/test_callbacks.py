"""A DAG that fails, on a scheduler with real tasks: whoever wanted to know is told, and what hangs
or breaks in the telling harms nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nbflow import app
from nbflow.settings import Notifications, Settings
from nbflow.store.runs import ActiveRun
from nbflow.views.runs import run_detail, run_list, task_instance_detail
from tests.mailbox import Mailbox, open_mailbox

FILE = """
from pathlib import Path

from nbflow import DAG, BashOperator, setup, task, teardown

HEARD = Path({heard!r})

def tell(context):
    with HEARD.open("a") as file:
        file.write(f"{{context['ti'].task_id}}: {{context['exception']}}" + chr(10))

def breaks(context):
    raise ValueError("no such channel")

with DAG("sales", schedule="@once", on_failure_callback=breaks, notify="ops"):

    @setup
    def create():
        return "cluster"

    @teardown
    def delete():
        with HEARD.open("a") as file:
            file.write("deleted" + chr(10))

    with create() >> delete():
        BashOperator(task_id="load", bash_command="exit 3", on_failure_callback=tell)
"""


HANGS = """
import time

from nbflow import DAG, EmptyOperator

def hangs(context):
    time.sleep(600)

with DAG("sales", schedule="@once", on_success_callback=hangs):
    EmptyOperator(task_id="load")
"""


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with open_mailbox() as box:
        yield box


def test_a_failing_run_is_told_torn_down_and_not_harmed(tmp_path: Path, mailbox: Mailbox) -> None:
    heard = tmp_path / "heard"
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "sales.py").write_text(FILE.format(heard=str(heard)))
    told = Notifications(targets={"ops": mailbox.url}, link="https://lab.example/lab")
    settings = Settings(
        home=tmp_path,
        executor="inline",
        warm_kernels=0,
        notifications=told,
    )
    ended: list[ActiveRun] = []
    with app.open_database(settings) as database:
        executor = app.make_executor(settings)
        scheduler = app.make_scheduler(settings, database, executor, on_run_finished=ended.append)
        scheduler.run_until(lambda: bool(ended))
        (run,) = run_list(database, "sales").runs
        found = run_detail(database, "sales", run.run_id)
        load = task_instance_detail(database, "sales", run.run_id, "load")
    assert {one.task_id: one.state for one in found.instances} == {
        "create": "success",
        "load": "failed",
        "delete": "success",
    }
    assert run.state == "failed"
    assert sorted(heard.read_text().splitlines()) == [
        "deleted",
        "load: The command ended with exit code 3.",
    ]
    ends = {(one.name, one.state): one.message for one in found.callbacks}
    assert ends["breaks", "failed"] == "ValueError: no such channel"
    assert {("tell", "success"), ("ops", "success")} <= ends.keys()
    assert [one.name for one in load.callbacks] == ["tell"]
    (letter,) = mailbox.letters
    assert letter["title"] == "sales failed"
    assert f"https://lab.example/lab?nbflow=sales/{run.run_id.split('__')[0]}" in letter["message"]


def test_a_callback_that_hangs_is_ended_and_harms_nothing(tmp_path: Path) -> None:
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "sales.py").write_text(HANGS)
    settings = Settings(home=tmp_path, executor="inline", warm_kernels=0, callback_timeout=0.5)
    ended: list[ActiveRun] = []
    with app.open_database(settings) as database:
        executor = app.make_executor(settings)
        scheduler = app.make_scheduler(settings, database, executor, on_run_finished=ended.append)
        scheduler.run_until(lambda: bool(ended))
        (run,) = run_list(database, "sales").runs
        (callback,) = run_detail(database, "sales", run.run_id).callbacks
    assert run.state == "success"
    assert (callback.name, callback.state) == ("hangs", "failed")
    assert callback.message == "The callback was ended after its time limit of 0.5 s."
