"""`@task` and its kinds: a function that, called inside a DAG, makes a task and stands for its
value.

What the tasks do is in `operators.py`.
"""

from __future__ import annotations

import dis
import functools
import inspect
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, cast, overload
from weakref import WeakKeyDictionary

from nbflow.authoring import calling, context
from nbflow.authoring.arguments import (
    TASK_OPTIONS,
    Duration,
    TaskOptions,
    refuse_unknown,
    signature_of,
)
from nbflow.authoring.environments import ExternalPythonOperator, PythonVirtualenvOperator
from nbflow.authoring.findings import Findings
from nbflow.authoring.links import FunctionTask, Node, Scope, scope_for
from nbflow.authoring.mapping import Maker, Mapped
from nbflow.authoring.operators import (
    BaseOperator,
    BranchPythonOperator,
    MappedOperator,
    NotebookOperator,
    PythonOperator,
    ShortCircuitOperator,
    XComArg,
)
from nbflow.authoring.origin import Origin, caller
from nbflow.authoring.references import Resolver
from nbflow.authoring.sensors import PythonSensor
from nbflow.authoring.shell import exit_codes, run_bash
from nbflow.core.dag import Role
from nbflow.core.errors import DefinitionError, Problem
from nbflow.core.json import JsonObject

if TYPE_CHECKING:
    from typing_extensions import Unpack

NOT_IN_A_DAG = "NBF208"
MEANS_MANY = "NBF209"
UNUSED_BODY = "NBF210"


class FunctionOptions(TaskOptions, total=False):
    """What `@task` takes: TaskOptions, the id (by default the function's name) and whether a
    returned dict is several values.
    """

    task_id: str
    multiple_outputs: bool | None


class BashFunctionOptions(FunctionOptions, total=False):
    """What `@task.bash` takes besides: BashOperator's arguments but the command."""

    env: Mapping[str, object] | None
    append_env: bool
    cwd: str | Path | None
    skip_on_exit_code: int | Iterable[int] | None


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


class TaskFunction(FunctionTask):
    """A function under `@task`. Each call inside a DAG makes a task: `name`, then `name__1`,
    `name__2`, ...

    `function` is the function as written. A task's own code that calls a TaskFunction calls just
    that. In `>>` the name alone stands for the one task made from it, and makes it if there is none
    yet and it needs no arguments.
    """

    def __init__(self, kind: type[_Kind], function: Callable[..., object], **options: Any) -> None:  # noqa: ANN401 - FunctionOptions and the kind's own
        functools.update_wrapper(cast("Callable[..., object]", self), function)
        self.function = function
        self.role: Role = ""
        self.on_failure_fail_dagrun = False
        self._kind = kind
        self._options = options
        # Ids and not tasks, which would keep their DAG alive for as long as this function.
        self._made: WeakKeyDictionary[Scope, list[str]] = WeakKeyDictionary()

    def __call__(self, *args: object, **kwargs: object) -> XComArg:
        """Make a task that calls the function with these arguments, which may be other tasks'
        outputs, and give its output.
        """
        scope = self._scope
        if scope is None:
            if context.is_running():
                # Inside a task there is no graph to write: it is the function that is called.
                return cast("XComArg", self.function(*args, **kwargs))
            raise self._refusal(
                NOT_IN_A_DAG,
                f"The task '{self.name}' is called outside a DAG.",
                "Call it inside `with DAG(...)`; to try the function alone, "
                f"call {self.name}.function(...).",
            )
        task_id = scope.free_task_id(self.name)
        operator = self._kind.operator(self.function, task_id, args, kwargs, self._options)
        operator.operator_name = self._kind.label
        return self._output(operator, scope)

    def partial(self, **arguments: object) -> PartialFunction:
        """The function with the arguments that are the same for all instances of a mapped task; go
        on with `.expand(name=[...])` or `.expand_kwargs([{...}])`.
        """
        return PartialFunction(self, arguments)

    def expand(self, **mapped: object) -> XComArg:
        """Make a task with one instance for each element of `mapped`: lists, dicts or outputs of
        tasks. Several make every combination, the last varying fastest. Gives its output: the list
        of what the instances return.
        """
        return PartialFunction(self, {}).expand(**mapped)

    def expand_kwargs(self, kwargs: object, strict: bool = True) -> XComArg:
        """Make a task with one instance for each dict of arguments in a list, which may be a task's
        output. They may differ from what `partial` was given only if not `strict`.
        """
        return PartialFunction(self, {}).expand_kwargs(kwargs, strict)

    def make_mapped(self, given: Mapping[str, object], mapped: Mapped) -> XComArg:
        """The output of a new mapped task; for PartialFunction."""
        scope = self._scope
        if scope is None:
            raise self._refusal(
                NOT_IN_A_DAG,
                f"The task '{self.name}' is expanded outside a DAG.",
                "Expand it inside `with DAG(...)`.",
            )
        options = {n: v for n, v in self._options.items() if n in TASK_OPTIONS}
        others = {n: v for n, v in self._options.items() if n not in (*TASK_OPTIONS, "task_id")}
        maker = FunctionMaker(self._kind, self.function, given, others)
        task_id = scope.free_task_id(self.name)
        operator = MappedOperator(task_id=task_id, maker=maker, mapped=mapped, **options)
        return self._output(operator, scope)

    def _output(self, operator: BaseOperator, scope: Scope) -> XComArg:
        self._mark(operator)
        for made_in in {scope, scope.dag}:
            self._made.setdefault(made_in, []).append(operator.task_id)
        return operator.output

    def override(self, **options: Any) -> TaskFunction:  # noqa: ANN401 - FunctionOptions and the kind's own
        """The same function with other options, for calls that need them."""
        self._kind.check(options, caller())
        other = TaskFunction(self._kind, self.function, **{**self._options, **options})
        other.role, other.on_failure_fail_dagrun = self.role, self.on_failure_fail_dagrun
        return other

    def _mark(self, operator: BaseOperator) -> None:
        if self.role == "setup":
            operator.as_setup()
        elif self.role == "teardown":
            operator.as_teardown(on_failure_fail_dagrun=self.on_failure_fail_dagrun)

    @property
    def name(self) -> str:
        return str(self._options.get("task_id") or self.function.__name__)

    def first_nodes(self) -> Sequence[Node]:
        return (self._task(),)

    def last_nodes(self) -> Sequence[Node]:
        return (self._task(),)

    def __getstate__(self) -> dict[str, object]:
        options = {
            name: value
            for name, value in self._options.items()
            if name not in ("dag", "task_group")
        }
        return {"function": self.function, "_kind": self._kind, "_options": options}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        TaskFunction.__init__(self, state["_kind"], state["function"], **state["_options"])

    @property
    def _scope(self) -> Scope | None:
        return scope_for(self._options.get("dag"), self._options.get("task_group"))

    def _task(self) -> Node:
        scope = self._scope
        # Those of the group that is being written, else those of the whole DAG.
        made = [] if scope is None else self._made.get(scope) or self._made.get(scope.dag, [])
        if len(made) > 1:
            raise self._refusal(
                MEANS_MANY,
                f"'{self.name}' in >> or << could mean any of {', '.join(map(repr, made))}.",
                "Use what the call returned: a = f(); a >> b.",
            )
        return scope.get_task(made[0]) if scope is not None and made else self().operator

    def _refusal(self, code: str, message: str, fix: str) -> DefinitionError:
        origin = caller()
        file = origin.file or None
        return DefinitionError([Problem(code, message, fix, file=file, line=origin.line)])


class PartialFunction:
    """`function.partial(...)`: a task that lacks what differs from instance to instance."""

    def __init__(self, function: TaskFunction, given: Mapping[str, object]) -> None:
        self._function = function
        self._given = dict(given)
        self._origin = caller()

    def expand(self, **mapped: object) -> XComArg:
        """See `TaskFunction.expand`."""
        found = Mapped.over(mapped, f"@task '{self._function.name}'", self._origin)
        return self._function.make_mapped(self._given, found)

    def expand_kwargs(self, kwargs: object, strict: bool = True) -> XComArg:
        """See `TaskFunction.expand_kwargs`."""
        name = f"@task '{self._function.name}'"
        found = Mapped.over_kwargs(kwargs, name, self._origin, strict=strict)
        return self._function.make_mapped(self._given, found)

    def __call__(self, *_: object, **__: object) -> object:
        raise TypeError(
            f"'{self._function.name}.partial(...)' is a part of a mapped task: go on with "
            ".expand(...), or call the function with all its arguments."
        )


class FunctionMaker(Maker):
    """Makes operators that call one function."""

    def __init__(
        self,
        made_by: type[_Kind],
        function: Callable[..., object],
        given: Mapping[str, object],
        options: Mapping[str, object],
    ) -> None:
        super().__init__(given)
        self.made_by = made_by
        self.function = function
        self.options = dict(options)
        self.kind, self.decides = made_by.makes.kind, made_by.makes.decides
        self.label, self.makes = made_by.label, made_by.makes
        self.fields = tuple(self.known())

    @property
    def documentation(self) -> str:
        return inspect.getdoc(self.function) or ""

    @property
    def operator_arguments(self) -> Mapping[str, object]:
        return self.options

    def make(self, task_id: str, arguments: Mapping[str, object]) -> BaseOperator:
        given = {**self.given, **arguments}
        made = self.made_by.operator(self.function, task_id, (), given, self.options)
        made.operator_name = self.label
        return made

    def known(self) -> Collection[str]:
        by_name = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
        parameters = inspect.signature(self.function).parameters.values()
        return [p.name for p in parameters if p.kind in by_name]

    def unknown(self, names: Iterable[str]) -> list[str]:
        parameters = inspect.signature(self.function).parameters.values()
        if any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters):
            return []
        return [name for name in names if name not in self.known()]

    def wrong_with(self, names: Iterable[str]) -> str:
        return calling.wrong_with(self.function, (), dict.fromkeys([*self.given, *names]))

    def code(self) -> Iterator[Callable[..., object]]:
        yield self.function

    def notebooks(self) -> Iterator[str]:
        if "notebook" in self.options:
            yield str(self.options["notebook"])

    def may_pull(self) -> bool:
        return calling.may_pull_values(self.function)


# --- the kinds of task a function can make --------------------------------------------------------


class _Kind:
    """How a call becomes an operator. One subclass for each decorator; never instantiated."""

    label: ClassVar[str] = "@task"
    makes: ClassVar[type[BaseOperator]] = PythonOperator
    filled: ClassVar[frozenset[str]] = frozenset({"python_callable", "op_args", "op_kwargs"})

    @classmethod
    def operator(
        cls,
        function: Callable[..., object],
        task_id: str,
        args: Sequence[object],
        kwargs: Mapping[str, object],
        options: Mapping[str, Any],
    ) -> BaseOperator:
        call = {"python_callable": function, "op_args": args, "op_kwargs": kwargs}
        return cls.makes(**{**options, **call, "task_id": task_id})

    @classmethod
    def check(cls, options: Mapping[str, object], origin: Origin) -> None:
        known = signature_of(cls.makes).parameters.keys() - cls.filled
        refuse_unknown(cls.label, options, known, origin)


class _Branch(_Kind):
    label = "@task.branch"
    makes = BranchPythonOperator


class _ShortCircuit(_Kind):
    label = "@task.short_circuit"
    makes = ShortCircuitOperator


class _Sensor(_Kind):
    label = "@task.sensor"
    makes = PythonSensor


class _ExternalPython(_Kind):
    label = "@task.external_python"
    makes = ExternalPythonOperator


class _Virtualenv(_Kind):
    label = "@task.virtualenv"
    makes = PythonVirtualenvOperator


class _BashFunctionOperator(PythonOperator):
    """Calls a function that returns a shell command, renders the command and runs it; its last line
    is the task's value.
    """

    def __init__(
        self,
        task_id: str,
        *,
        env: Mapping[str, object] | None = None,
        append_env: bool = True,
        cwd: str | Path | None = None,
        skip_on_exit_code: int | Iterable[int] | None = 99,
        **options: Any,  # noqa: ANN401 - those of PythonOperator
    ) -> None:
        super().__init__(task_id, **options)
        self.env = env
        self.append_env = append_env
        self.cwd = None if cwd is None else str(cwd)
        self.skip_on_exit_code = exit_codes(skip_on_exit_code)

    template_fields: ClassVar[Sequence[str]] = ("op_args", "op_kwargs", "env", "cwd")

    def execute(self, context: context.Context) -> object:
        command = super().execute(context)
        if not isinstance(command, str):
            raise TypeError(
                f"The function of task '{self.task_id}' has to return a shell command as text, "
                f"not {type(command).__name__}."
            )
        return command

    def run(self, context: context.Context, resolver: Resolver) -> object:
        command = str(resolver.render("the returned command", str(super().run(context, resolver))))
        ready = self.resolved(resolver)
        return run_bash(command, ready.env, ready.append_env, ready.cwd, ready.skip_on_exit_code)


class _Bash(_Kind):
    label = "@task.bash"
    makes = _BashFunctionOperator


class _NotebookFunctionOperator(NotebookOperator):
    """A notebook whose parameters are the arguments of a function."""

    def __init__(self, task_id: str, *, function: Callable[..., object], **options: Any) -> None:  # noqa: ANN401 - those of NotebookOperator
        super().__init__(task_id, **options)
        self.function = function

    @property
    def documentation(self) -> str:
        return super().documentation or inspect.getdoc(self.function) or ""

    def payload(self, findings: Findings) -> JsonObject:
        if _does_something(self.function):
            findings.warning(
                UNUSED_BODY,
                f"The function of notebook task '{self.task_id}' only names parameters; "
                "its body is never run.",
                "Write `...` as its body, and compute in a task before it.",
            )
        return super().payload(findings)


class _Notebook(_Kind):
    label = "@task.notebook"
    makes = _NotebookFunctionOperator
    filled = frozenset({"function", "parameters"})

    # What a context variable of text is as a parameter.
    _TEXTS = frozenset({"ds", "ds_nodash", "ts", "ts_nodash", "run_id"})

    @classmethod
    def operator(
        cls,
        function: Callable[..., object],
        task_id: str,
        args: Sequence[object],
        kwargs: Mapping[str, object],
        options: Mapping[str, Any],
    ) -> BaseOperator:
        signature = inspect.signature(function)
        given = signature.bind_partial(*args, **kwargs).arguments
        unset = [name for name in signature.parameters if name in cls._TEXTS - given.keys()]
        templates = {name: f"{{{{ {name} }}}}" for name in unset}
        bound = signature.bind(*args, **{**templates, **kwargs})
        bound.apply_defaults()
        call = {"function": function, "parameters": _flat(bound)}
        return cls.makes(**{**options, **call, "task_id": task_id})


def _flat(bound: inspect.BoundArguments) -> dict[str, object]:
    """The arguments by name; those in `**kwargs` by their own."""
    parameters: dict[str, object] = {}
    for name, value in bound.arguments.items():
        if bound.signature.parameters[name].kind is inspect.Parameter.VAR_KEYWORD:
            parameters |= value
        else:
            parameters[name] = value
    return parameters


def _does_something(function: Callable[..., object]) -> bool:
    nothing = {"RESUME", "NOP", "LOAD_CONST", "RETURN_VALUE", "RETURN_CONST"}
    return any(step.opname not in nothing for step in dis.get_instructions(function))


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
        return _decorate(_Kind, function, options)

    @overload
    def branch(self, function: Function, /) -> TaskFunction: ...
    @overload
    def branch(self, function: None = None, /, **options: Unpack[FunctionOptions]) -> Decorator: ...
    def branch(
        self, function: Function | None = None, /, **options: Unpack[FunctionOptions]
    ) -> TaskFunction | Decorator:
        """A task that returns the id, or the ids, of the downstream tasks to go on with."""
        return _decorate(_Branch, function, options)

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
        return _decorate(_ShortCircuit, function, options)

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
        return _decorate(_Bash, function, options)

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
        return _decorate(_ExternalPython, function, options)

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
        return _decorate(_Virtualenv, function, options)

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
        return _decorate(_Sensor, function, options)

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
        return cast("Decorator", _decorate(_Notebook, None, given))


def _decorate(
    kind: type[_Kind], function: Callable[..., object] | None, options: Mapping[str, Any]
) -> TaskFunction | Decorator:
    kind.check(options, caller())
    make = functools.partial(TaskFunction, kind)
    return functools.partial(make, **options) if function is None else make(function)


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
    made = function if isinstance(function, TaskFunction) else TaskFunction(_Kind, function)
    made.role = role
    return made
