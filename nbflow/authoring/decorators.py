"""`@task` and its kinds: a function that, called inside a DAG, makes a task and stands for its
value.

What a call makes is in `task_function.py`, what the tasks do in `operators.py`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, cast, overload

from nbflow.authoring.arguments import (
    Duration,
    TaskOptions,
)
from nbflow.authoring.context import Context
from nbflow.authoring.function_kinds import (
    BashKind,
    BranchExternalPythonKind,
    BranchKind,
    BranchVirtualenvKind,
    ExternalPythonKind,
    Kind,
    NotebookKind,
    SensorKind,
    ShortCircuitKind,
    VirtualenvKind,
)
from nbflow.authoring.origin import caller
from nbflow.authoring.task_function import TaskFunction
from nbflow.core.dag import Role
from nbflow.core.errors import Skip

if TYPE_CHECKING:
    from typing_extensions import Unpack


class FunctionOptions(TaskOptions, total=False):
    """What `@task` takes: TaskOptions, the id (by default the function's name) and whether a
    returned dict is several values.
    """

    task_id: str
    multiple_outputs: bool | None
    templates_dict: Mapping[str, object] | None
    templates_exts: Iterable[str] | None


class BashFunctionOptions(FunctionOptions, total=False):
    """What `@task.bash` takes besides: BashOperator's arguments but the command."""

    env: Mapping[str, object] | None
    append_env: bool
    cwd: str | Path | None
    skip_on_exit_code: int | Iterable[int] | None
    output_processor: Callable[[str], object] | None
    output_encoding: str


class ShortCircuitFunctionOptions(FunctionOptions, total=False):
    """What `@task.short_circuit` takes besides."""

    ignore_downstream_trigger_rules: bool


class ExternalPythonFunctionOptions(FunctionOptions, total=False):
    """What `@task.external_python` takes besides: ExternalPythonOperator's arguments."""

    python: str | Path
    skip_on_exit_code: int | Iterable[int] | None
    expect_airflow: bool
    serializer: str | None


class VirtualenvFunctionOptions(ExternalPythonFunctionOptions, total=False):
    """What `@task.virtualenv` takes besides: PythonVirtualenvOperator's arguments."""

    requirements: str | Iterable[str] | None
    python_version: str | None
    system_site_packages: bool
    pip_install_options: Iterable[str] | None
    index_urls: str | Iterable[str] | None
    venv_cache_path: str | Path | None


class SensorFunctionOptions(FunctionOptions, total=False):
    """What `@task.sensor` takes besides: BaseSensorOperator's arguments."""

    poke_interval: Duration
    timeout: Duration | None
    soft_fail: bool
    mode: str
    exponential_backoff: bool | float
    max_wait: Duration | None
    silent_fail: bool
    never_fail: bool


# --- the decorators -------------------------------------------------------------------------------

Function: TypeAlias = Callable[..., object]
Decorator: TypeAlias = Callable[[Function], TaskFunction]


class TaskDecorator:
    """`@task` and `@task.<kind>`, with and without arguments."""

    @overload
    def __call__(self, function: Function, /) -> TaskFunction: ...
    @overload
    def __call__(
        self, function: None = None, /, **options: Unpack[FunctionOptions]
    ) -> Decorator: ...
    def __call__(
        self, function: Function | None = None, /, **options: Unpack[FunctionOptions]
    ) -> TaskFunction | Decorator:
        """A task that calls the function; what it returns is the task's value."""
        return _decorate(Kind, function, options)

    @property
    def python(self) -> TaskDecorator:
        """`@task.python` is `@task`."""
        return self

    @overload
    def branch(self, function: Function, /) -> TaskFunction: ...
    @overload
    def branch(self, function: None = None, /, **options: Unpack[FunctionOptions]) -> Decorator: ...
    def branch(
        self, function: Function | None = None, /, **options: Unpack[FunctionOptions]
    ) -> TaskFunction | Decorator:
        """A task that returns the id, or the ids, of the downstream tasks to go on with."""
        return _decorate(BranchKind, function, options)

    @overload
    def short_circuit(self, function: Function, /) -> TaskFunction: ...
    @overload
    def short_circuit(
        self, function: None = None, /, **options: Unpack[ShortCircuitFunctionOptions]
    ) -> Decorator: ...
    def short_circuit(
        self, function: Function | None = None, /, **options: Unpack[ShortCircuitFunctionOptions]
    ) -> TaskFunction | Decorator:
        """A task that skips everything downstream if what it returns is false."""
        return _decorate(ShortCircuitKind, function, options)

    @overload
    def bash(self, function: Function, /) -> TaskFunction: ...
    @overload
    def bash(
        self, function: None = None, /, **options: Unpack[BashFunctionOptions]
    ) -> Decorator: ...
    def bash(
        self, function: Function | None = None, /, **options: Unpack[BashFunctionOptions]
    ) -> TaskFunction | Decorator:
        """A task that runs the shell command the function returns; its last line is the value."""
        return _decorate(BashKind, function, options)

    @overload
    def external_python(self, function: Function, /) -> TaskFunction: ...
    @overload
    def external_python(
        self, function: None = None, /, **options: Unpack[ExternalPythonFunctionOptions]
    ) -> Decorator: ...
    def external_python(
        self, function: Function | None = None, /, **options: Unpack[ExternalPythonFunctionOptions]
    ) -> TaskFunction | Decorator:
        """A task that calls the function in another Python interpreter, `python`."""
        return _decorate(ExternalPythonKind, function, options)

    @overload
    def virtualenv(self, function: Function, /) -> TaskFunction: ...
    @overload
    def virtualenv(
        self, function: None = None, /, **options: Unpack[VirtualenvFunctionOptions]
    ) -> Decorator: ...
    def virtualenv(
        self, function: Function | None = None, /, **options: Unpack[VirtualenvFunctionOptions]
    ) -> TaskFunction | Decorator:
        """A task that calls the function in an environment made for its `requirements`."""
        return _decorate(VirtualenvKind, function, options)

    @overload
    def branch_external_python(self, function: Function, /) -> TaskFunction: ...
    @overload
    def branch_external_python(
        self, function: None = None, /, **options: Unpack[ExternalPythonFunctionOptions]
    ) -> Decorator: ...
    def branch_external_python(
        self, function: Function | None = None, /, **options: Unpack[ExternalPythonFunctionOptions]
    ) -> TaskFunction | Decorator:
        """`branch`, called in another Python interpreter."""
        return _decorate(BranchExternalPythonKind, function, options)

    @overload
    def branch_virtualenv(self, function: Function, /) -> TaskFunction: ...
    @overload
    def branch_virtualenv(
        self, function: None = None, /, **options: Unpack[VirtualenvFunctionOptions]
    ) -> Decorator: ...
    def branch_virtualenv(
        self, function: Function | None = None, /, **options: Unpack[VirtualenvFunctionOptions]
    ) -> TaskFunction | Decorator:
        """`branch`, called in an environment made for its `requirements`."""
        return _decorate(BranchVirtualenvKind, function, options)

    @overload
    def sensor(self, function: Function, /) -> TaskFunction: ...
    @overload
    def sensor(
        self, function: None = None, /, **options: Unpack[SensorFunctionOptions]
    ) -> Decorator: ...
    def sensor(
        self, function: Function | None = None, /, **options: Unpack[SensorFunctionOptions]
    ) -> TaskFunction | Decorator:
        """A task that waits until the function returns something true; a PokeReturnValue says what
        to hand on then.
        """
        return _decorate(SensorKind, function, options)

    def run_if(
        self, condition: Callable[[Context], object], skip_message: str | None = None
    ) -> Callable[[Function | TaskFunction], TaskFunction]:
        """Skip the task unless the condition, called with the context right before it, holds:
        `@task.run_if(lambda context: context["ds"] > "2026")` over `@task`.
        """
        return functools.partial(_guarded, condition, True, skip_message)

    def skip_if(
        self, condition: Callable[[Context], object], skip_message: str | None = None
    ) -> Callable[[Function | TaskFunction], TaskFunction]:
        """Skip the task if the condition holds; see `run_if`."""
        return functools.partial(_guarded, condition, False, skip_message)

    def notebook(
        self,
        notebook: str | Path,
        *,
        kernel_name: str | None = None,
        **options: Unpack[FunctionOptions],
    ) -> Decorator:
        """A task that runs a notebook with the function's arguments as parameters.

        The function's body is `...`: it is never run.

        >>> @task.notebook("report.ipynb")
        ... def report(region: str, limit: int = 10): ...
        """
        given = {**options, "notebook": notebook, "kernel_name": kernel_name}
        return cast("Decorator", _decorate(NotebookKind, None, given))


def _decorate(
    kind: type[Kind], function: Callable[..., object] | None, options: Mapping[str, Any]
) -> TaskFunction | Decorator:
    options = kind.taken(options, caller())
    make = functools.partial(TaskFunction, kind)
    return functools.partial(make, **options) if function is None else make(function)


def _guarded(
    condition: Callable[[Context], object],
    wanted: bool,
    skip_message: str | None,
    function: Function | TaskFunction,
) -> TaskFunction:
    made = function if isinstance(function, TaskFunction) else TaskFunction(Kind, function)
    return made.override(pre_execute=Guard(condition, wanted, skip_message, made.pre_execute))


@dataclass(frozen=True)
class Guard:
    """What looks right before a task whether it is to run, and then does what `before` says."""

    condition: Callable[[Context], object]
    wanted: bool
    skip_message: str | None
    before: Callable[[Context], object] | None

    def __call__(self, context: Context) -> None:
        """Raise Skip if the task is not to run."""
        if bool(self.condition(context)) is not self.wanted:
            what = "does not hold" if self.wanted else "holds"
            raise Skip(self.skip_message or f"The condition of the task {what}.")
        if self.before is not None:
            self.before(context)


task = TaskDecorator()


def setup(function: Function | TaskFunction) -> TaskFunction:
    """A task that sets up something for those downstream of it: `@setup`, alone or over `@task`."""
    return _with_role(function, "setup")


@overload
def teardown(function: Function | TaskFunction, /) -> TaskFunction: ...
@overload
def teardown(
    function: None = None, /, *, on_failure_fail_dagrun: bool = False
) -> Callable[[Function | TaskFunction], TaskFunction]: ...
def teardown(
    function: Function | TaskFunction | None = None, /, *, on_failure_fail_dagrun: bool = False
) -> TaskFunction | Callable[[Function | TaskFunction], TaskFunction]:
    """A task that tears down what a setup made: `@teardown`, alone or over `@task`; used with or
    without arguments. See `BaseOperator.as_teardown`.
    """
    if function is None:
        return functools.partial(teardown, on_failure_fail_dagrun=on_failure_fail_dagrun)
    made = _with_role(function, "teardown")
    made.on_failure_fail_dagrun = on_failure_fail_dagrun
    return made


def _with_role(function: Function | TaskFunction, role: Role) -> TaskFunction:
    if not isinstance(function, TaskFunction) and not inspect.isroutine(function):
        raise TypeError(
            f"@{role} stands over {function!r}, which is no function and no @task. "
            "A task group is no setup and no teardown: make one of the tasks inside it that."
        )
    made = function if isinstance(function, TaskFunction) else TaskFunction(Kind, function)
    made.role = role
    return made
