"""A function under `@task`: called inside a DAG it makes a task and stands for its value.

The decorators are in `decorators.py`, what each of them makes in `function_kinds.py`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakKeyDictionary

from nbflow.authoring import calling, context
from nbflow.authoring.arguments import (
    TASK_OPTIONS,
)
from nbflow.authoring.function_kinds import Kind
from nbflow.authoring.links import FunctionTask, Node, Scope, scope_for
from nbflow.authoring.mapping import Maker, Mapped
from nbflow.authoring.operators import (
    BaseOperator,
    MappedOperator,
    XComArg,
)
from nbflow.authoring.origin import caller
from nbflow.core.dag import Role
from nbflow.core.errors import DefinitionError, Problem

if TYPE_CHECKING:
    pass

NOT_IN_A_DAG = "NBF208"
MEANS_MANY = "NBF209"


class TaskFunction(FunctionTask):
    """A function under `@task`. Each call inside a DAG makes a task: `name`, then `name__1`,
    `name__2`, ...

    `function` is the function as written. A task's own code that calls a TaskFunction calls just
    that. In `>>` the name alone stands for the one task made from it, and makes it if there is none
    yet and it needs no arguments.
    """

    def __init__(self, kind: type[Kind], function: Callable[..., object], **options: Any) -> None:  # noqa: ANN401 - FunctionOptions and the kind's own
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
        taken = self._kind.taken(options, caller())
        other = TaskFunction(self._kind, self.function, **{**self._options, **taken})
        other.role, other.on_failure_fail_dagrun = self.role, self.on_failure_fail_dagrun
        return other

    def _mark(self, operator: BaseOperator) -> None:
        if self.role == "setup":
            operator.as_setup()
        elif self.role == "teardown":
            operator.as_teardown(on_failure_fail_dagrun=self.on_failure_fail_dagrun)

    @property
    def pre_execute(self) -> Callable[..., object] | None:
        """What is called right before it, if anything."""
        return cast("Callable[..., object] | None", self._options.get("pre_execute"))

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
        made_by: type[Kind],
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
