"""A DAG that goes on from where its last run stopped, and one that reads what another made: values
of other runs travel with the orders of those who ask for them.
"""

from __future__ import annotations

from pathlib import Path

from nbflow import app
from nbflow.commands import Commands
from nbflow.settings import Settings
from nbflow.store.runs import ActiveRun
from nbflow.views.dags import dag_list
from nbflow.views.runs import task_instance_detail

FILE = """
from nbflow import DAG, BashOperator, task

with DAG("counter") as counter:

    @task
    def count(ti=None):
        return (ti.xcom_pull(include_prior_dates=True) or 0) + 1

    count()

with DAG("reader") as reader:

    @task
    def newest(ti=None, params=None):
        last = ti.xcom_pull("count", dag_id="counter", include_prior_dates=True)
        first = ti.xcom_pull("count", dag_id="counter", run_id="one")
        return [first, last]

    BashOperator(
        task_id="told",
        bash_command="echo {{ ti.xcom_pull('count', 'counter', run_id='two') }}",
    )
    newest()
"""


def test_values_of_earlier_runs_and_other_dags_reach_those_who_ask(tmp_path: Path) -> None:
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "counting.py").write_text(FILE)
    settings = Settings(home=tmp_path, executor="inline", warm_kernels=0)
    ended: list[ActiveRun] = []
    todo = [("counter", "one"), ("counter", "two"), ("reader", "three")]
    with app.open_database(settings) as database:
        commands = Commands(database, "ben")

        def one_after_the_other() -> bool:
            is_known = len(dag_list(database, now=app.utc_now())) == 2
            if todo and is_known and len(ended) == 3 - len(todo):
                dag_id, run_id = todo.pop(0)
                commands.trigger(dag_id, run_id=run_id)
            return len(ended) == 3

        executor = app.make_executor(settings)
        scheduler = app.make_scheduler(settings, database, executor, on_run_finished=ended.append)
        scheduler.run_until(one_after_the_other)
        two = task_instance_detail(database, "counter", "two", "count")
        newest = task_instance_detail(database, "reader", "three", "newest")
        told = task_instance_detail(database, "reader", "three", "told")
    assert [one.preview for one in (*two.values, *newest.values, *told.values)] == [
        "2",
        "[1, 2]",
        "'2'",
    ]
