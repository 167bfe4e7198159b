"""A notebook run both ways without a kernel: each task in a fork of this process, with the values,
the setup and the cells that a worker would give it.
"""

from __future__ import annotations

import copy
import os
import pickle
import random
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TypeVar, cast

import nbformat
from nbformat import NotebookNode

from nbflow.authoring import notebooks
from nbflow.core.dag import Dag, Task
from nbflow.core.graph import Graph
from nbflow.core.orders import ValueRef
from nbflow.runtime.differences import Difference, differences, told_elsewhere
from nbflow.runtime.values import dump_value, load_value
from tests.corpus.shell import Shell
from tests.corpus.source import Shape, Source

LIBRARIES = (
    "matplotlib.pyplot numpy pandas scipy.stats scipy.ndimage sklearn.cluster "
    "sklearn.linear_model sklearn.model_selection sklearn.neighbors sklearn.tree "
    "sklearn.decomposition sklearn.pipeline sklearn.datasets sklearn.metrics ipywidgets joblib "
    "sklearn.feature_extraction.text statsmodels.api statsmodels.formula.api pyarrow "
    "palmerpenguins tqdm sqlite3 pandas.io.formats.style"
).split()
T = TypeVar("T")
Outputs = dict[str, list[NotebookNode]]


@dataclass(frozen=True)
class Comparison:
    """What came of a notebook: how much of it can run at once, and where the two ways differ."""

    name: str
    found: Shape
    differences: list[Difference]
    failed: str = ""


def warm_up() -> None:
    """Import what notebooks import, so that not every fork has to."""
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in LIBRARIES:
            import_module(name)


def compare(source: Source, orders: Iterable[int] = (0,)) -> Comparison:
    """Run the notebook from top to bottom, and by tasks once for each of `orders`.

    Order 0 takes whatever may run and stands last in the notebook; others are random.
    """
    with tempfile.TemporaryDirectory(prefix="nbflow-corpus-") as folder:
        dag, nb = definition(source, Path(folder))
        whole = Path(folder) / "way-w"
        expected = _as_run(source, in_child(lambda: _whole(source, whole)))
        found: list[Difference] = []
        for order in orders:
            # Outputs may tell the folder: all are as long, so that lines break at the same place.
            where = Path(folder) / f"way-{order}"
            printed = _as_run(source, _by_tasks(dag, nb, where, _chooser(order)))
            printed = told_elsewhere(printed, where, whole)
            found += differences(printed, expected)
    return Comparison(source.name, shape_of(dag), found, _failure(expected))


def definition(source: Source, folder: Path) -> tuple[Dag, NotebookNode]:
    """The DAG of a notebook of the corpus, and the copy of it that workers get."""
    path = source.write(folder)
    dags, problems, files = notebooks.read(path, folder)
    assert dags, problems
    return dags[0], nbformat.reads(files[path.name].decode(), as_version=4)


def shape_of(dag: Dag) -> Shape:
    graph = graph_of(dag)
    return Shape(len(graph.nodes), _width(graph))


def graph_of(dag: Dag) -> Graph:
    return Graph(
        (task.task_id for task in dag.tasks), ((e.upstream, e.downstream) for e in dag.edges)
    )


def _width(graph: Graph) -> int:
    """The most tasks of which none waits for another: by Dilworth, as many as chains are needed."""
    below = {node: sorted(graph.descendants(node)) for node in graph.nodes}
    above: dict[str, str] = {}

    def extend(node: str, tried: set[str]) -> bool:
        for other in below[node]:
            if other not in tried:
                tried.add(other)
                if other not in above or extend(above[other], tried):
                    above[other] = node
                    return True
        return False

    return len(graph.nodes) - sum(extend(node, set()) for node in graph.nodes)


def _chooser(order: int) -> Callable[[list[str]], str]:
    return random.Random(order).choice if order else lambda ready: ready[-1]


# --- running --------------------------------------------------------------------------------------


def _as_run(source: Source, outputs: Outputs) -> NotebookNode:
    nb = copy.deepcopy(source.notebook)
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs = outputs.get(cell["id"], [])
    return nb


def _whole(source: Source, folder: Path) -> Outputs:
    cells = [c for c in copy.deepcopy(source.notebook).cells if c.cell_type == "code"]
    cells = [cell for cell in cells if "skip" not in cell.metadata.get("tags", [])]
    _shell_in(folder).run(cells)
    return {cell["id"]: cell.outputs for cell in cells}


def _by_tasks(
    dag: Dag, nb: NotebookNode, folder: Path, choose: Callable[[list[str]], str]
) -> Outputs:
    graph = graph_of(dag)
    tasks = {task.task_id: task for task in dag.tasks}
    values: dict[tuple[str, str], ValueRef] = {}
    outputs: Outputs = {}
    done: set[str] = set()
    while len(done) < len(tasks):
        ready = [n for n in graph.order if n not in done and set(graph.upstream[n]) <= done]
        task = tasks[choose(ready)]
        inputs = cast("dict[str, str]", task.payload["inputs"])
        given = {
            name: values[upstream, name]
            for name, upstream in inputs.items()
            if (upstream, name) in values
        }
        shown, handed_on = in_child(partial(_task, task, nb, folder, given))
        outputs |= {id_: found for id_, found in shown.items() if found or id_ not in outputs}
        values |= {(task.task_id, name): ref for name, ref in handed_on.items()}
        done.add(task.task_id)
    return outputs


def _task(
    task: Task, nb: NotebookNode, folder: Path, given: Mapping[str, ValueRef]
) -> tuple[Outputs, dict[str, ValueRef]]:
    by_id = {cell["id"]: cell for cell in nb.cells}
    shell = _shell_in(folder)
    setup, own, outputs = (
        cast("list[str]", task.payload[key]) for key in ("setup", "cells", "outputs")
    )
    shell.run(by_id[id_] for id_ in setup)
    for name, ref in given.items():
        shell.user_ns[name] = load_value(ref)
    shell.run(by_id[id_] for id_ in own)
    store = (folder.parent / "values").as_uri()
    return (
        {id_: by_id[id_].outputs for id_ in (*setup, *own)},
        {name: dump_value(shell.user_ns[name], store) for name in outputs if name in shell.user_ns},
    )


def _shell_in(folder: Path) -> Shell:
    folder.mkdir(exist_ok=True)
    os.chdir(folder)
    os.environ["IPYTHONDIR"] = str(folder / ".ipython")
    sys.path.insert(0, "")
    return Shell.instance()


def _failure(nb: NotebookNode) -> str:
    """The error that ended the notebook from top to bottom, if one did."""
    for cell in nb.cells:
        errors = [o for o in cell.get("outputs", []) if o.output_type == "error"]
        if errors and "raises-exception" not in cell.metadata.get("tags", []):
            return f"{errors[0].ename}: {errors[0].evalue}"
    return ""


def in_child(run: Callable[[], T]) -> T:
    """Call `run` in a forked process, so that nothing it changes is seen here."""
    read_end, write_end = os.pipe()
    with warnings.catch_warnings():
        # NumPy has threads of its own, which Python 3.12 warns of; it minds forks itself.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        os.close(read_end)
        with os.fdopen(write_end, "wb") as stream:
            try:
                answer = (True, run())
            except BaseException as error:  # noqa: BLE001 - told to the parent, which raises it
                answer = (False, repr(error))  # type: ignore[assignment] # the other form
            stream.write(pickle.dumps(answer))
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as stream:
        told = stream.read()
    with suppress(ChildProcessError):
        os.waitpid(pid, 0)
    succeeded, value = pickle.loads(told)
    if not succeeded:
        raise RuntimeError(value)
    return value  # type: ignore[no-any-return] # what `run` returned
