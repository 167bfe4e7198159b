"""A run that takes too long, on a scheduler with real tasks: its deadline is called back."""

from __future__ import annotations

from pathlib import Path

from nbflow import app
from nbflow.settings import Settings
from nbflow.store.runs import ActiveRun
from nbflow.views.runs import run_detail, run_list

FILE = """
from datetime import timedelta
from pathlib import Path

from nbflow import DAG, DeadlineAlert, DeadlineReference, SyncCallback, task

TOLD = Path({told!r})

def tell(who, context):
    TOLD.write_text(f"{{who}}: {{context['run_id']}} {{context['reason']}}")

late = DeadlineAlert(
    reference=DeadlineReference.DAGRUN_QUEUED_AT,
    interval=timedelta(seconds=0.1),
    callback=SyncCallback(tell, kwargs={{"who": "team"}}),
)
silent = DeadlineAlert(reference=DeadlineReference.DAGRUN_QUEUED_AT, interval=3600)

with DAG("slow", schedule="@once", deadline=[silent, late]):

    @task
    def wait():
        import time
        while not (TOLD.exists() and TOLD.read_text()):
            time.sleep(0.01)

    wait()
"""


def test_the_callback_of_a_missed_deadline_is_called_while_the_run_goes_on(tmp_path: Path) -> None:
    told = tmp_path / "told"
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "slow.py").write_text(FILE.format(told=str(told)))
    settings = Settings(home=tmp_path, executor="inline", warm_kernels=0)
    ended: list[ActiveRun] = []
    with app.open_database(settings) as database:
        executor = app.make_executor(settings)
        scheduler = app.make_scheduler(settings, database, executor, on_run_finished=ended.append)
        scheduler.run_until(lambda: bool(ended))
        (run,) = run_list(database, "slow").runs
        assert (run.state, run.missed_deadlines) == (
            "success",
            ["0:00:00.100000 after it was queued"],
        )
        assert told.read_text() == f"team: {run.run_id} deadline"
        (callback,) = run_detail(database, "slow", run.run_id).callbacks
        assert (callback.occasion, callback.name) == ("deadline", "tell")
