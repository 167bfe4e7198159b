"""Functions that run in another Python: an interpreter that is there, or an environment made for
their requirements.

Only the function's source, its arguments and its result travel; modules of the worker do not, so
the function imports what it uses. Environments are kept, one for each set of requirements.
"""

from __future__ import annotations

import ast
import fcntl
import inspect
import pickle
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

from nbflow.authoring.context import CONTEXT_NAMES, Context
from nbflow.authoring.operators import PythonOperator
from nbflow.authoring.shell import exit_codes
from nbflow.core.dag import Decides
from nbflow.core.errors import Fail, Skip

CACHE = Path.home() / ".cache" / "nbflow" / "environments"
READY = "nbflow-ready"
# Text and moments, which any Python can read; the others are objects of the worker.
PLAIN_CONTEXT = (
    *("ds", "ds_nodash", "ts", "ts_nodash", "ts_nodash_with_tz", "run_id", "logical_date"),
    *("data_interval_start", "data_interval_end", "params", "try_number", "map_index"),
)

_SCRIPT = """\
import pickle, sys

{source}

with open(sys.argv[1], "rb") as file:
    args, kwargs = pickle.load(file)
result = {name}(*args, **kwargs)
with open(sys.argv[2], "wb") as file:
    pickle.dump(result, file, protocol=4)
"""


class ExternalPythonOperator(PythonOperator):
    """Calls a function in another Python interpreter, `python` (a path).

    The function imports what it uses; arguments and result have to be picklable there and here. Of
    the context it may name what is text, a moment or `params`. An exit code of `skip_on_exit_code`
    skips the task.
    """

    template_fields: ClassVar[Sequence[str]] = ("op_args", "op_kwargs", "python")

    def __init__(
        self,
        task_id: str,
        *,
        python: str | Path = sys.executable,
        skip_on_exit_code: int | Iterable[int] | None = None,
        expect_airflow: bool = False,
        serializer: str | None = None,
        **options: Any,  # noqa: ANN401 - those of PythonOperator
    ) -> None:
        super().__init__(task_id, **options)
        self.python = str(python)
        self.skip_on_exit_code = exit_codes(skip_on_exit_code)
        self.expect_airflow, self.serializer = expect_airflow, serializer
        # Here and now: where the function has been pickled to, its file may not be.
        self.source = source_of(self.python_callable)

    def execute(self, context: Context) -> object:
        if self.source is None:
            raise Fail(
                f"The source of the function of task '{self.task_id}' cannot be found, so it "
                "cannot run in another Python. Define it with def, in a file."
            )
        kwargs = {**_from_context(self.python_callable, self._given(), context), **self.op_kwargs}
        with self.interpreter() as python, tempfile.TemporaryDirectory() as folder:
            return self._call(python, Path(folder), kwargs)

    @contextmanager
    def interpreter(self) -> Iterator[str]:
        """The Python to call."""
        if shutil.which(self.python) is None:
            raise Fail(f"There is no Python at {self.python} on this worker.")
        yield self.python

    def _given(self) -> set[str]:
        signature = inspect.signature(self.python_callable)
        return set(signature.bind_partial(*self.op_args, **self.op_kwargs).arguments)

    def _call(self, python: str, folder: Path, kwargs: Mapping[str, object]) -> object:
        names = ("task.py", "in.pickle", "out.pickle")
        script, arguments, result = (folder / name for name in names)
        name = self.python_callable.__name__
        script.write_text(_SCRIPT.format(source=self.source, name=name), encoding="utf-8")
        arguments.write_bytes(pickle.dumps((self.op_args, kwargs), protocol=4))
        run_printing([python, str(script), str(arguments), str(result)], self.skip_on_exit_code)
        return pickle.loads(result.read_bytes())  # noqa: S301 - written by our own child


class PythonVirtualenvOperator(ExternalPythonOperator):
    """Calls a function in an environment that has its `requirements` (a list, or the text of a
    requirements file) installed.

    The environment is made by the first task that needs it on a machine, in `venv_cache_path`, and
    kept for all with the same requirements. `python_version` ("3.12") asks for an interpreter of
    that version. `index_urls` and `pip_install_options` are for pip.
    """

    template_fields: ClassVar[Sequence[str]] = ("op_args", "op_kwargs", "requirements")

    def __init__(
        self,
        task_id: str,
        *,
        requirements: str | Iterable[str] | None = None,
        python_version: str | None = None,
        system_site_packages: bool = False,
        pip_install_options: Iterable[str] | None = None,
        index_urls: str | Iterable[str] | None = None,
        venv_cache_path: str | Path | None = None,
        **options: Any,  # noqa: ANN401 - those of ExternalPythonOperator
    ) -> None:
        super().__init__(task_id, **options)
        lines = requirements.splitlines() if isinstance(requirements, str) else requirements
        self.requirements = list(lines or ())
        self.python_version = python_version
        self.system_site_packages = system_site_packages
        self.pip_install_options = list(pip_install_options or ())
        self.index_urls = [index_urls] if isinstance(index_urls, str) else list(index_urls or ())
        self.venv_cache_path = venv_cache_path

    @contextmanager
    def interpreter(self) -> Iterator[str]:
        named = f"python{self.python_version}" if self.python_version else sys.executable
        python = shutil.which(named)
        if python is None:
            raise Fail(f"There is no {named} on this worker to make an environment with.")
        yield str(self._environment(python) / "bin" / "python")

    def _environment(self, python: str) -> Path:
        """The folder of the environment, made if it is not there; one process makes it."""
        told = (python, self.requirements, self.system_site_packages, self.index_urls)
        digest = sha256(repr((*told, self.pip_install_options)).encode()).hexdigest()[:16]
        folder = Path(self.venv_cache_path or CACHE) / digest
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (folder / READY).exists():
                self._make(python, folder)
                (folder / READY).touch()
        return folder

    def _make(self, python: str, folder: Path) -> None:
        options = ["--system-site-packages"] if self.system_site_packages else []
        if not self.requirements:
            options.append("--without-pip")
        run_printing([python, "-m", "venv", *options, str(folder)])
        if self.requirements:
            options = ["--index-url", *["--extra-index-url"] * len(self.index_urls)]
            index = [w for pair in zip(options, self.index_urls, strict=False) for w in pair]
            pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
            run_printing([*pip, *index, *self.pip_install_options, *self.requirements])


class BranchExternalPythonOperator(ExternalPythonOperator):
    """Calls a function in another Python interpreter that returns the id, or the ids, of the
    downstream tasks to go on with.
    """

    decides = Decides.BRANCH


class BranchPythonVirtualenvOperator(PythonVirtualenvOperator):
    """Calls a function in an environment of its own that returns the id, or the ids, of the
    downstream tasks to go on with.
    """

    decides = Decides.BRANCH


def source_of(function: Callable[..., object]) -> str | None:
    """The source of a function without its decorators; None if it cannot be found."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(function))))
    except (OSError, TypeError, SyntaxError):
        return None
    found = tree.body[0]
    if not isinstance(found, ast.FunctionDef):
        return None
    found.decorator_list = []
    # What it is annotated with may be imported for type checkers alone.
    found.returns = None
    for argument in ast.walk(found.args):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    return ast.unparse(found)


def run_printing(command: Sequence[str], skip_on_exit_code: Iterable[int] = ()) -> None:
    """Run a program, print what it prints. Raises Skip, or CalledProcessError for a failure."""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        for line in process.stdout or ():
            print(line, end="")  # noqa: T201 - what a task prints is its log
    if process.returncode in set(skip_on_exit_code):
        raise Skip(f"The function ended with exit code {process.returncode}, which means skip.")
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(command)[:2])


def _from_context(
    function: Callable[..., object], given: set[str], context: Context
) -> dict[str, object]:
    """What the function names of the context and nobody passed."""
    names = [n for n in inspect.signature(function).parameters if n in CONTEXT_NAMES - given]
    for name in names:
        if name not in PLAIN_CONTEXT:
            raise Fail(
                f"The function asks for '{name}', an object of the worker, which cannot go to "
                f"another Python. Pass what it needs of it; it may name {', '.join(PLAIN_CONTEXT)}."
            )
    return {name: _plain(context[name]) for name in names}


def _plain(value: object) -> object:
    """A moment as any Python can read it, with or without pendulum."""
    return datetime.fromisoformat(value.isoformat()) if isinstance(value, datetime) else value
