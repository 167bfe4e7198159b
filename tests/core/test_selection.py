"""Selection expressions: what each way of choosing means, and what is said of those that mean
nothing.
"""

from __future__ import annotations

import pytest

from nbflow.core.dag import Dag, Edge, Group, Task, TaskKind
from nbflow.core.selection import SelectionError, select, select_tasks
from nbflow.core.snapshot import TaskInstance
from nbflow.core.states import TaskState

NAMES = ("extract", "load_eu", "load_us", "etl.clean", "train", "report")
ARROWS = (
    ("extract", "load_eu"),
    ("extract", "load_us"),
    ("load_eu", "etl.clean"),
    ("load_us", "etl.clean"),
    ("etl.clean", "train"),
    ("train", "report"),
)
DAG = Dag(
    "sales",
    tuple(
        Task(
            name,
            TaskKind.BASH if name == "report" else TaskKind.PYTHON,
            operator="BashOperator" if name == "report" else "PythonOperator",
            group="etl" if name.startswith("etl.") else None,
            tags=("heavy",) if name in ("train", "load_eu") else (),
        )
        for name in NAMES
    ),
    tuple(Edge(*arrow) for arrow in ARROWS),
    groups=(Group("etl"),),
)
STATES = {
    ("extract", -1): TaskState.SUCCESS,
    ("load_eu", -1): TaskState.SUCCESS,
    ("load_us", -1): TaskState.FAILED,
    ("etl.clean", -1): TaskState.UPSTREAM_FAILED,
    ("train", 0): TaskState.UPSTREAM_FAILED,
    ("train", 1): TaskState.FAILED,
    ("report", -1): TaskState.UPSTREAM_FAILED,
}
INSTANCES = {key: TaskInstance(*key, state=state) for key, state in STATES.items()}


def chosen(text: str) -> str:
    return " ".join(select_tasks([text], DAG))


@pytest.mark.parametrize(
    ("text", "tasks"),
    [
        ("train", "train"),
        ("+load_us", "extract load_us"),
        ("etl.clean+", "etl.clean train report"),
        ("+etl.clean+", " ".join(NAMES)),
        ("1+etl.clean", "load_eu load_us etl.clean"),
        ("extract+1", "extract load_eu load_us"),
        ("2+train+1", "load_eu load_us etl.clean train report"),
        ("load_*", "load_eu load_us"),
        ("load_??", "load_eu load_us"),
        ("load_*+1", "load_eu load_us etl.clean"),
        ("group:etl", "etl.clean"),
        ("operator:BashOperator", "report"),
        ("operator:bash", "report"),
        ("tag:heavy", "load_eu train"),
        ("train, report", "train report"),
        ("report train", "train report"),
        ("train|report", "train report"),
        ("+train & load_*", "load_eu load_us"),
        ("!+train", "report"),
        ("+train & !extract", "load_eu load_us etl.clean train"),
        ("(train report) & report", "report"),
        ("train, report & report", "train report"),
    ],
)
def test_an_expression_means_these_tasks(text: str, tasks: str) -> None:
    assert chosen(text) == tasks


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("state:failed", {("load_us", -1), ("train", 1)}),
        ("state:failed & load_*", {("load_us", -1)}),
        ("tag:heavy & state:success", {("load_eu", -1)}),
        ("train[1]", {("train", 1)}),
        ("train", {("train", 0), ("train", 1)}),
        ("train[0]+", {("train", 0), ("report", -1)}),
        ("!+report", set()),
    ],
)
def test_with_a_run_an_expression_means_these_instances(
    text: str, keys: set[tuple[str, int]]
) -> None:
    assert select(text, DAG, INSTANCES) == keys


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("trian", "character 1: DAG 'sales' has no task 'trian'. Did you mean 'train'?"),
        (
            "+load_us, +reprt",
            "character 12: DAG 'sales' has no task 'reprt'. Did you mean 'report'?",
        ),
        ("lod_*", "no task is like 'lod_*'"),
        ("group:elt", "character 7: DAG 'sales' has no task group 'elt'. Did you mean 'etl'?"),
        ("tag:havy", "no task has the tag 'havy'. Did you mean 'heavy'"),
        ("operator:Bash", "no task is of operator 'Bash'. Did you mean 'bash'"),
        ("stat:failed", "there is no 'stat' to choose by. Did you mean 'state'?"),
        ("state:fialed", "there is no state 'fialed'. Did you mean 'failed'?"),
        ("state:failed", "there is no run yet whose states could be looked at."),
        ("train[3]", "'train' has 0 mapped instances, none is 3."),
        ("(train", "character 1: this '(' is never closed."),
        ("train)", "character 6: this ')' closes nothing."),
        ("train &", "character 8: a task is missing at its end."),
        ("& train", "character 1: a task is missing before '&'."),
        ("train+report", "character 7: put a blank or a comma between two tasks."),
        ("+", "character 1: '+' stands beside no task."),
        ("  ", "it is empty. Name a task, or several: load, +train, state:failed."),
    ],
)
def test_what_means_nothing_is_refused_with_its_place(text: str, said: str) -> None:
    with pytest.raises(SelectionError) as refused:
        select(text, DAG)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
