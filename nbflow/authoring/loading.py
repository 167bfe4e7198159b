"""Loading a DAG's file: on a worker to get one operator, in the parser's process to get its DAGs.
The only place that runs user code at import.

Live DAGs, which this very process holds, are found here too.
"""

from __future__ import annotations

import os
import re
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import module_from_spec
from pathlib import Path
from threading import RLock
from types import ModuleType
from typing import NoReturn
from uuid import uuid4
from weakref import WeakValueDictionary

from nbflow.authoring.arguments import noting_unknown
from nbflow.authoring.definition import DagDefinition, collected_dags
from nbflow.authoring.links import no_scope
from nbflow.authoring.operators import BaseOperator
from nbflow.authoring.origin import is_installed
from nbflow.core.errors import DefinitionError, NotFoundError, Problem
from nbflow.core.spelling import did_you_mean

CANNOT_IMPORT = "NBF001"
BAD_SYNTAX = "NBF002"

KEPT_FILES = 64
"""So many files stay loaded; a worker that lives long sees new versions of them all the time."""

_lock = RLock()
_loaded: dict[tuple[str, str], list[DagDefinition]] = {}
_operators: dict[tuple[str, str, str], Mapping[str, BaseOperator]] = {}
_PREFIX = "nbflow_dag_"
_live: WeakValueDictionary[str, DagDefinition] = WeakValueDictionary()


class RefusedFile(DefinitionError):
    """A file gives arguments that nothing takes. `dags` are its DAGs without these, to look for
    what else is wrong with them.
    """

    def __init__(self, problems: Sequence[Problem], dags: Sequence[DagDefinition]) -> None:
        super().__init__(list(problems))
        self.dags = dags


def load_operator(
    folder: str | os.PathLike[str], file: str, dag_id: str, task_id: str
) -> BaseOperator:
    """The operator of a task, from the DAG file `file` (a path inside `folder`), which is imported
    once per process.

    Raises DefinitionError if the file cannot be imported, NotFoundError if it defines no such DAG
    or task.
    """
    # By the folder as given: a worker asks for one task after another of the same few files.
    place = (str(folder), file, dag_id)
    operators = _operators.get(place)
    if operators is None or task_id not in operators:
        dag = find_dag(load_dags(folder, file), dag_id, file)
        operators = {task.task_id: task for task in reversed(dag.tasks)}
        if Path(folder).is_absolute():
            _operators[place] = operators
    try:
        return operators[task_id]
    except KeyError:
        raise NotFoundError(
            f"{file}: the DAG '{dag_id}' defines no task '{task_id}', "
            f"only {', '.join(list(operators)[::-1]) or 'none'}. "
            "A DAG's tasks must not depend on when or where its file is imported."
        ) from None


def load_dags(folder: str | os.PathLike[str], file: str) -> list[DagDefinition]:
    """The DAGs that the top level of a file makes, in order; the file is imported once per process.

    `folder` and the file's own folder are on `sys.path` then, and stay there for imports inside
    functions. Raises DefinitionError, with the line, if the file cannot be imported.
    """
    root = Path(folder).resolve()
    key = (str(root), file)
    with _lock:  # one at a time: sys.path and sys.modules belong to the process
        if key not in _loaded:
            _loaded[key] = _load(root, file)
            if len(_loaded) > KEPT_FILES:
                _forget(next(iter(_loaded)))
        return _loaded[key]


def find_dag(dags: list[DagDefinition], dag_id: str, file: str) -> DagDefinition:
    """The DAG with that id. Raises NotFoundError with the ids there are."""
    for dag in dags:
        if dag.dag_id == dag_id:
            return dag
    there = ", ".join(f"'{dag.dag_id}'" for dag in dags) or "none"
    raise NotFoundError(f"{file} defines no DAG '{dag_id}'; it defines {there}.")


def register_live(dag: DagDefinition) -> str:
    """A token by which `live_dag` finds this very object, for as long as somebody else holds it."""
    token = uuid4().hex
    _live[token] = dag
    return token


def live_dag(token: str) -> DagDefinition:
    """The DAG that was registered under this token. Raises NotFoundError if it is gone, or lives in
    another process.
    """
    dag = _live.get(token)
    if dag is None:
        raise NotFoundError(
            f"The DAG object {token} is not in this process any more. Run the DAG again."
        )
    return dag


def import_problem(error: BaseException, path: Path, file: str) -> Problem:
    """What an exception that importing `path` raised says about the file, with the line of the file
    that led to it.
    """
    if isinstance(error, SyntaxError) and Path(error.filename or "").resolve() == path:
        return Problem(
            BAD_SYNTAX,
            f"The file is no Python: {error.msg}.",
            "Correct it.",
            file=file,
            line=error.lineno,
        )
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if Path(frame.filename).resolve() == path]
    message = f"Importing the file raised {type(error).__name__}: {error}".rstrip(": ")
    fix = _fix_of(error)
    line = lines[-1] if lines else None
    return Problem(CANNOT_IMPORT, f"{message.rstrip('.')}.", fix, file=file, line=line)


def _fix_of(error: BaseException) -> str:
    """What to do about an exception of a file's top level."""
    if isinstance(error, ModuleNotFoundError) and error.name:
        package = error.name.partition(".")[0]
        if package == "airflow":
            return "Write `nbflow` for the module: the names are the same."
        return (
            f"Install it where DAGs are read and tasks run, for example `pip install {package}`; "
            "what a single task needs can be imported in its function."
        )
    if isinstance(error, ImportError) and error.name == "nbflow":
        wanted = re.search(r"'(\w+)'", str(error))
        # Looked up and not imported: the package at the top is built upon this one.
        names = vars(sys.modules["nbflow"])["__all__"]
        fix = did_you_mean(wanted[1] if wanted else "", names)
        every = "docs/porting.md tells of Airflow's names; dir(nbflow) gives those there are."
        return fix if fix.startswith("Did") else every
    return "Correct it; code that may fail belongs into a task's function."


def _load(root: Path, file: str) -> list[DagDefinition]:
    path = (root / file).resolve()
    _forget_modules_of_others(root)
    _put_first(str(path.parent), str(root))
    with no_scope(), collected_dags() as made, noting_unknown() as noted:
        try:
            _import(path, file)
        except DefinitionError as error:
            raise DefinitionError(_with_noted(noted, error.problems, path, file)) from error
    dags = [dag for dag in made if Path(dag.origin.module).resolve() == path]
    if noted:
        raise RefusedFile(_with_noted(noted, [], path, file), dags)
    return dags


def _with_noted(
    noted: Sequence[Problem], problems: Sequence[Problem], path: Path, file: str
) -> list[Problem]:
    """What was noted on the way to other problems, but for those that came of it in its line."""
    told = [_inside(problem, path, file) for problem in noted]
    places = {(problem.file, problem.line) for problem in told}
    return [*told, *(one for one in problems if (one.file, one.line) not in places)]


def _import(path: Path, file: str) -> ModuleType:
    name = _module_name(path)
    if not path.is_file():
        problem = Problem(CANNOT_IMPORT, "There is no such file.", "Check its path.", file=file)
        raise DefinitionError([problem])
    loader = _FreshLoader(name, str(path))
    module = module_from_spec(ModuleSpec(name, loader, origin=str(path)))
    module.__file__ = str(path)
    sys.modules[name] = module
    try:
        loader.exec_module(module)
    except DefinitionError as error:
        sys.modules.pop(name, None)
        raise DefinitionError(
            [_inside(problem, path, file) for problem in error.problems]
        ) from error
    # The file is user code and may raise anything, SystemExit included; what it raised is told as a
    # problem.
    except (Exception, SystemExit) as error:
        sys.modules.pop(name, None)
        raise DefinitionError([import_problem(error, path, file)]) from error
    return module


class _FreshLoader(SourceFileLoader):
    """Compiles the file each time: bytecode is told apart by whole seconds and size, so a DAG that
    is edited right after it was loaded would be taken for the old one.
    """

    def path_stats(self, path: str) -> NoReturn:
        raise OSError(f"no bytecode is kept for {path}")


def _inside(problem: Problem, path: Path, file: str) -> Problem:
    return replace(problem, file=file) if problem.file == str(path) else problem


def _module_name(path: Path) -> str:
    """A name of its own: two files called dag.py, or two versions of one, must not meet."""
    return f"{_PREFIX}{sha256(str(path).encode()).hexdigest()[:12]}_{path.stem}"


def _forget(key: tuple[str, str]) -> None:
    root, file = key
    del _loaded[key]
    _operators.clear()
    sys.modules.pop(_module_name((Path(root) / file).resolve()), None)
    if not any(other == root for other, _ in _loaded):
        sys.path[:] = [folder for folder in sys.path if not Path(folder).is_relative_to(root)]


def _put_first(*folders: str) -> None:
    for folder in reversed(folders):
        if folder in sys.path:
            sys.path.remove(folder)
        sys.path.insert(0, folder)


_roots: set[Path] = set()
# Modules that were there before any DAG file are the program's, wherever they live.
_of_the_program: set[str] = set()


def _forget_modules_of_others(root: Path) -> None:
    """Let files of this bundle import their own modules, not those of the same name from a bundle
    loaded before. Who imported the old ones keeps them; they only leave sys.modules.
    """
    others = _roots - {root}
    _of_the_program.update(() if _roots else sys.modules)
    _roots.clear()
    _roots.add(root)
    for name in set(sys.modules) - _of_the_program if others else ():
        file = getattr(sys.modules[name], "__file__", None)
        if file and not name.startswith(_PREFIX) and _is_inside(Path(file), others, root):
            del sys.modules[name]


def _is_inside(file: Path, others: set[Path], root: Path) -> bool:
    in_others = any(file.is_relative_to(other) for other in others)
    return in_others and not file.is_relative_to(root) and not is_installed(file)
