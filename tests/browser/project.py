"""The small project that the browser looks at: quick DAGs, each made for one kind of journey."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

SETTINGS = """\
dags = ["dags"]
executor = "inline"
slots = 4
warm_kernels = 1
"""

GREET = '''\
"""Count to a number, and say whether that is far. It has params, a branch and a join."""

from nbflow import DAG, EmptyOperator, Param, task

with DAG(
    "greet",
    description="Counts, then decides",
    tags=["quick"],
    params={
        "name": Param("Ana", type="string", minLength=1, description="Who is greeted."),
        "count": Param(3, type="integer", minimum=1, maximum=9, title="How far"),
    },
):

    @task(tags=["counting"])
    def count(params):
        for number in range(params["count"]):
            print(f"{params['name']} counts {number + 1}")
        return params["count"]

    @task.branch
    def is_far(count):
        return "far" if count > 5 else "near"

    done = EmptyOperator(task_id="done", trigger_rule="none_failed_min_one_success")
    is_far(count()) >> [EmptyOperator(task_id="near"), EmptyOperator(task_id="far")] >> done
'''

SCHEDULED = '''\
"""Every morning at six: it shows what comes next, and can be paused."""

from nbflow import DAG, BashOperator

with DAG("nightly", schedule="0 6 * * *", timezone="UTC", start_date="2026-01-01", catchup=False):
    BashOperator(task_id="sweep", bash_command="echo swept")
'''

SLOW = '''\
"""Tasks that take as long as a test wants."""

from nbflow import DAG, BashOperator

with DAG("sleeper", description="Sleeps until it is cancelled"):
    BashOperator(
        task_id="sleep",
        bash_command="echo $$ > '{folder}/sleeper.pid'; echo asleep; sleep 600; true",
    ) >> BashOperator(task_id="wake", bash_command="echo awake")

with DAG("patient", description="Waits for a gate to open"):
    BashOperator(
        task_id="wait",
        bash_command="echo 'the gate is shut'; "
        "until [ -e '{folder}/gate' ]; do sleep 0.1; done; echo 'the gate is open'",
    ) >> BashOperator(task_id="pass_through", bash_command="echo through")
'''

FRAGILE = '''\
"""Fails until somebody brings the file."""

from pathlib import Path

from nbflow import DAG, task

with DAG("fragile", description="Fails until its file is there"):

    @task
    def prepare():
        return 1

    @task
    def load(prepared):
        return Path("{folder}/delivery.txt").read_text()

    @task
    def report(text):
        print(f"delivered: {{text}}")

    report(load(prepare()))
'''

ASKING = '''\
"""Asks a person before it goes on."""

from nbflow import DAG, ApprovalOperator, EmptyOperator, Param

with DAG("asking", description="Asks before it publishes"):
    ApprovalOperator(
        task_id="sign_off",
        subject="Publish the figures?",
        params={"copies": Param(2, type="integer", minimum=1, title="Copies")},
    ) >> EmptyOperator(task_id="publish")
'''

GROUPED = '''\
"""Tasks in groups, with a word on an edge."""

from nbflow import DAG, EmptyOperator, Label, TaskGroup

with DAG("grouped", description="Groups within groups"):
    start = EmptyOperator(task_id="start")
    with TaskGroup("load") as load:
        first = EmptyOperator(task_id="first")
        with TaskGroup("deep"):
            first >> EmptyOperator(task_id="second")
    start >> Label("when there is news") >> load >> EmptyOperator(task_id="end")
'''

MANY = '''\
"""A task with more instances than a page lists."""

from nbflow import DAG, task

with DAG("many", description="One task, many times"):

    @task(isolation="thread")
    def numbers():
        return list(range(150))

    @task(isolation="thread")
    def halve(number):
        if number == 120:
            raise ValueError("This one cannot be halved")
        return number / 2

    halve.expand(number=numbers())
'''

BROKEN = """\
from nbflow import DAG

with DAG("broken") as dag:
    dag.tasks = [
"""

PLOT = """\
import matplotlib.pyplot as plt

figure, axes = plt.subplots(figsize=(4, 2.5))
axes.plot(squares, marker="o")
axes.set_title("Squares");"""

GROWING = """\
from pathlib import Path
from time import sleep

while not Path("{folder}/gate").exists():
    sleep(0.1)"""


COUNTS = '''\
"""A DAG that says how far it counts."""

from nbflow import DAG, Param, task

with DAG("counting", params={"last": Param(2, type="integer")}):

    @task
    def count(params):
        for number in range(params["last"]):
            print("number", number)

    count()
'''


def write(folder: Path) -> None:
    """Write the project into an empty folder."""
    dags = folder / "dags"
    dags.mkdir(parents=True)
    (folder / "nbflow.toml").write_text(SETTINGS)
    (dags / "greet.py").write_text(GREET)
    (dags / "counting.py").write_text(COUNTS)
    (dags / "nightly.py").write_text(SCHEDULED)
    (dags / "slow.py").write_text(SLOW.format(folder=folder))
    (dags / "fragile.py").write_text(FRAGILE.format(folder=folder))
    (dags / "asking.py").write_text(ASKING)
    (dags / "grouped.py").write_text(GROUPED)
    (dags / "many.py").write_text(MANY)
    (dags / "broken.py").write_text(BROKEN)
    nbformat.write(_squares(), dags / "squares.ipynb")
    nbformat.write(_growing(folder), dags / "growing.ipynb")
    nbformat.write(_ratios(), dags / "ratios.ipynb")


def _squares() -> nbformat.NotebookNode:
    """A DAG made of cells, by tags: numbers, then a plot and a sum side by side."""
    cells = [
        new_markdown_cell("# Squares\n\nThe first few of them."),
        new_code_cell("top = 6", metadata={"tags": ["parameters"]}),
        new_code_cell(
            "squares = [n * n for n in range(top)]\nprint(squares)",
            metadata={"tags": ["task:numbers"]},
        ),
        new_code_cell(PLOT, metadata={"tags": ["task:plot", "after:numbers"]}),
        new_code_cell("sum(squares)", metadata={"tags": ["task:total", "after:numbers"]}),
    ]
    return notebook(cells, nbflow={"dag_id": "squares", "description": "Squares and their plot"})


def _growing(folder: Path) -> nbformat.NotebookNode:
    """A DAG of one task, in the middle of which it waits for a gate to open."""
    sources = ["print('begun')", GROWING.format(folder=folder), "print('gone on')"]
    cells = [new_code_cell(source, metadata={"tags": ["task:work"]}) for source in sources]
    return notebook(cells, nbflow={"dag_id": "growing"})


def _ratios() -> nbformat.NotebookNode:
    """A DAG whose second task fails: one of its rows is zero."""
    sources = {
        "rows = [4, 1, 0]": ["task:load"],
        "total = sum(rows)": ["task:divide", "after:load"],
        "ratios = [total / row for row in rows]": ["task:divide"],
        "print('best', max(ratios))": ["task:report", "after:divide"],
    }
    cells = [new_code_cell(source, metadata={"tags": tags}) for source, tags in sources.items()]
    return notebook(cells, nbflow={"dag_id": "ratios"})


def notebook(cells: list[nbformat.NotebookNode], **metadata: object) -> nbformat.NotebookNode:
    """A notebook of these cells for a Python kernel."""
    kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made: nbformat.NotebookNode = new_notebook(
        cells=cells, metadata={"kernelspec": kernelspec, **metadata}
    )
    return made
