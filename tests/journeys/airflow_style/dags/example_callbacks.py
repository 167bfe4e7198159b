"""Functions that are called when tasks and runs end."""

from datetime import datetime
from pathlib import Path
from tempfile import gettempdir

from nbflow import DAG, task

HEARD = Path(gettempdir()) / "nbflow_example_callbacks"


def note(word):
    def callback(context):
        with HEARD.open("a") as lines:
            lines.write(f"{word} {context['ti'].task_id}\n")

    return callback


def on_run(context):
    with HEARD.open("a") as lines:
        lines.write(f"run {context['dag_run'].dag_id}\n")


with DAG(
    dag_id="example_callback",
    start_date=datetime(2021, 1, 1),
    schedule=None,
    on_failure_callback=on_run,
    default_args={"on_success_callback": note("success"), "on_failure_callback": [note("failure")]},
) as dag:

    @task
    def good():
        return 1

    @task
    def bad(_):
        raise ValueError("no")

    bad(good())
