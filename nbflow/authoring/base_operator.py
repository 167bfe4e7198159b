"""BaseOperator: what every operator is, as a person writes it, and what a worker calls on it.

Nothing is checked here but the names of arguments; `spec.py` reads the rest and reports everything
wrong with it at once. The operators themselves are in `operators.py`, mapped ones in
`mapped_operator.py`.
"""

from __future__ import annotations

import logging
from abc import ABCMeta
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from inspect import Signature
from typing import TYPE_CHECKING, Any, ClassVar, cast

from nbflow.authoring import mentions, without_effect
from nbflow.authoring.arguments import (
    TaskOptions,
    constructors,
    require_all,
    signature_of,
    without_unknown,
)
from nbflow.authoring.asset_events import collected
from nbflow.authoring.context import Context, use_context
from nbflow.authoring.findings import Findings
from nbflow.authoring.links import Linkable, Node, Scope, scope_for
from nbflow.authoring.map_sources import MapSource, Value
from nbflow.authoring.mapping import Combinable, Mapped
from nbflow.authoring.origin import Origin, caller
from nbflow.authoring.pulls import pulls_in
from nbflow.authoring.references import (
    Reference,
    Resolver,
    ValueReference,
    leaves,
    pulled_in,
    pulls_values,
    resolve,
)
from nbflow.authoring.setup_teardown import Wrapped, Wrapping, note_made
from nbflow.authoring.template_files import TemplateSettings
from nbflow.core.dag import Decides, TaskKind
from nbflow.core.elsewhere import Pull
from nbflow.core.errors import Fail
from nbflow.core.json import JsonObject
from nbflow.core.orders import RETURN_VALUE
from nbflow.core.poking import PokePolicy

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self, Unpack


HOOKS = ("pre_execute", "post_execute")


class OperatorType(ABCMeta):
    """The class of operator classes: makes an operator as its DAG wants it.

    A metaclass, because operators that people write get the same without a word in their
    `__init__`: default_args, the check of argument names, the place in the file, and the entry into
    the DAG, all around the whole chain of constructors.
    """

    def __new__(
        cls, name: str, bases: tuple[type, ...], namespace: dict[str, object]
    ) -> OperatorType:
        # A subclass with an `execute` of its own is run by calling it, whatever its parent is run
        # by.
        if "execute" in namespace:
            namespace.setdefault("kind", TaskKind.PYTHON)
        return super().__new__(cls, name, bases, namespace)

    # `Any`: the result is an instance of cls, which is what type checkers go by when a metaclass
    # says Any.
    def __call__(cls, *args: object, **kwargs: object) -> Any:  # noqa: ANN401
        origin = caller()
        scope = scope_of(kwargs)
        known = signature_of(cls).parameters
        kwargs = without_unknown(cls.__name__, kwargs, known, origin)
        defaults = {} if scope is None else scope.default_args
        taken = list(next(constructors(cls)))[: len(args)]
        taken += without_effect.OF_TASKS  # one warning for the DAG says enough
        used = {name: defaults[name] for name in defaults if name in known and name not in taken}
        require_all(cls, len(args), {**used, **kwargs}, origin)
        operator = super().__call__(*args, **{**used, **kwargs})
        operator.written_at = origin
        if scope is not None:
            scope.add_task(operator)
        note_made(operator)
        return operator

    @property
    def __signature__(cls) -> Signature:
        """All arguments, those of the parents included, so that help and completion show them."""
        return signature_of(cls)


class BaseOperator(Wrapping, metaclass=OperatorType):
    """One task. Subclass it, name the arguments that may hold templates in `template_fields`, and
    write `execute`.

    >>> class Copy(BaseOperator):
    ...     template_fields = ("source",)
    ...
    ...     def __init__(self, source, **options):
    ...         super().__init__(**options)
    ...         self.source = source
    ...
    ...     def execute(self, context):
    ...         return shutil.copy(self.source, "/data")

    `options` are TaskOptions; what none of them is called is refused when the operator is made,
    with the closest names.
    """

    TAKES_TASK_OPTIONS = True
    kind: TaskKind = TaskKind.PYTHON
    decides: Decides | None = None
    template_fields: ClassVar[Sequence[str]] = ()
    template_ext: Sequence[str] = ()
    _templates: TemplateSettings | None = None
    written_at: Origin = Origin()
    multiple_outputs: bool = False
    # What an instance of a mapped task was given; it holds no templates any more.
    mapped_arguments: Mapping[str, object] = {}

    def __init__(self, task_id: str, **options: Unpack[TaskOptions]) -> None:
        scope = scope_of(cast("Mapping[str, object]", options))
        for name in ("dag", "task_group"):  # OperatorType sees to them
            options.pop(name, None)  # type: ignore[misc]  # names of TaskOptions
        self.operator_name = type(self).__name__
        self.task_id = task_id if scope is None else scope.child_id(task_id)
        self.dag: Scope | None = None
        self.group: Scope | None = None
        self.upstream_nodes: dict[Node, str] = {}
        self.task_options: dict[str, object] = {**options}
        if self._has_hooks and self.kind in _WITHOUT_PYTHON:
            self.kind = TaskKind.PYTHON

    # --- what the spec reads

    @classmethod
    def kind_for(
        cls,
        arguments: Mapping[str, object],  # noqa: ARG003 - BashOperator looks at them
    ) -> TaskKind:
        """What an operator made with these arguments runs as."""
        return cls.kind

    @property
    def documentation(self) -> str:
        """Markdown shown beside the task."""
        return str(self.task_options.get("doc_md") or self.task_options.get("doc") or "")

    def payload(self, findings: Findings) -> JsonObject:
        """What the worker needs that does not find the operator itself; empty where it does."""
        return {}

    def waits_for(self, findings: Findings) -> JsonObject | None:
        """What the scheduler can wait for by itself, without a worker (`core/waiting.py`)."""
        return None

    def poke_policy(self, findings: Findings) -> PokePolicy | None:
        """How often and how long a sensor looks; None for what is no sensor."""
        return self.policy_from(vars(self), findings)

    @classmethod
    def policy_from(
        cls,
        arguments: Mapping[str, object],  # noqa: ARG003 - sensors have a look at them
        findings: Findings,  # noqa: ARG003 - as above
    ) -> PokePolicy | None:
        """The `poke_policy` of a task that is made with these arguments."""
        return None

    def references(self) -> Iterator[Reference]:
        """The values of other tasks, and of params, that the arguments wait for."""
        for leaf in self._leaves():
            if isinstance(leaf, Reference):
                yield from leaf.inside()

    def values_read(self) -> Iterator[Reference]:
        """Those of them that the worker has to be sent."""
        for leaf in self._leaves():
            if isinstance(leaf, Reference):
                yield from leaf.read()

    @property
    def mapped(self) -> Mapped | None:
        """What the task alone is mapped over."""
        return None

    def wrong_arguments(self) -> str:
        """Why it cannot be run with its arguments; empty if it can."""
        return ""

    def pulls(self) -> Iterator[tuple[str, str]]:
        """The (task_id, key) of values that a person has written into strings."""
        for leaf in self._leaves():
            if isinstance(leaf, str):
                yield from pulled_in(leaf)

    def mentions(self) -> set[str]:
        """The variables and connections that arguments and source name (`mentions.py`)."""
        found = mentions.in_arguments(vars(self))
        for leaf in self._leaves():
            if isinstance(leaf, str):
                found |= mentions.in_template(leaf)
        for source in self._sources():
            found |= mentions.in_code(source)
        return found

    def texts(self) -> list[str]:
        """The texts among the arguments that may hold templates."""
        return [leaf for leaf in self._leaves() if isinstance(leaf, str)]

    def asks_previous(self) -> bool:
        """Whether templates or source ask about the run before that succeeded."""
        return any(mentions.names_previous(text) for text in [*self.texts(), *self._sources()])

    def asks_elsewhere(self) -> tuple[Pull, ...]:
        """The values of other runs that templates or source ask for."""
        found = {
            pull
            for leaf in self._leaves()
            if isinstance(leaf, str)
            for pull in pulls_in(leaf, self.task_id)
        }
        if self._execute_may_pull():
            found = found.union(*(pulls_in(text, self.task_id) for text in self._sources()))
        return tuple(sorted(found, key=repr))

    def _sources(self) -> Iterator[str]:
        """The source that a worker will call; an operator of ours mentions nothing itself."""
        if self.kind is TaskKind.PYTHON and not type(self).__module__.startswith("nbflow."):
            yield from mentions.sources_of(type(self))
        for hook in map(self.task_options.get, HOOKS):
            if callable(hook):
                yield from mentions.sources_of(hook)

    def notebooks(self) -> Iterator[str]:
        """The notebooks that it runs, as far as they are known."""
        yield from ()

    def has_elements_in_text(self) -> bool:
        """Whether a template shows an element of the mapped group around the task."""
        return any(isinstance(leaf, str) and "{{ mapped" in leaf for leaf in self._leaves())

    def may_pull_any(self) -> bool:
        """Whether the task may ask for values that its arguments do not show."""
        in_template = any(pulls_values(leaf) for leaf in self._leaves() if isinstance(leaf, str))
        return in_template or self._execute_may_pull()

    def _execute_may_pull(self) -> bool:
        # `execute(context)` has the context in its hands.
        return self.kind is TaskKind.PYTHON

    def _leaves(self) -> Iterator[object]:
        for name in self.template_fields:
            yield from leaves(getattr(self, name, None))

    @property
    def template_settings(self) -> TemplateSettings:
        """How the templates of its DAG are rendered; also on a worker, where there is no DAG."""
        found = getattr(self.dag, "templates", None) or self._templates
        return found if isinstance(found, TemplateSettings) else TemplateSettings()

    # --- what a person uses

    @property
    def output(self) -> XComArg:
        """What the task returns; `output["key"]` for one of several values it hands on."""
        return XComArg(self)

    @classmethod
    def partial(cls, **arguments: Any) -> OperatorPartial:  # noqa: ANN401 - the constructor's
        """The operator with the arguments that are the same for all instances of a mapped task; go
        on with `.expand(name=[...])` or `.expand_kwargs([{...}])`.

        >>> NotebookOperator.partial(task_id="train", notebook="train.ipynb").expand(
        ...     parameters=[{"rate": 0.1}, {"rate": 0.2}]
        ... )
        """
        return OperatorPartial(cls, arguments)

    @property
    def upstream_task_ids(self) -> set[str]:
        """The ids of the tasks this one comes after, declared or by its arguments."""
        from_arguments = {r.task_id for r in self.references() if isinstance(r, ValueReference)}
        declared = {node.task_id for node in self.upstream_nodes}
        return declared | from_arguments | {task_id for task_id, _ in self.pulls()}

    def __repr__(self) -> str:
        return f"<{self.operator_name} {self.task_id}>"

    def __getstate__(self) -> dict[str, object]:
        # Pickled for a worker, which needs this task alone and not the graph around it.
        templates = {"_templates": self.template_settings}
        return {**self.__dict__, **templates, "dag": None, "group": None, "upstream_nodes": {}}

    @property
    def log(self) -> logging.Logger:
        """A logger of the operator's name; what it says is in the task's log."""
        return logging.getLogger(f"{type(self).__module__}.{type(self).__qualname__}")

    # --- what the worker calls

    def values_of(self, result: object) -> dict[str, object]:
        """What the task hands on by key, given what `execute` returned: with `multiple_outputs`
        each key of the returned dict by its own name too. Raises TypeError for a result of the
        wrong shape.
        """
        if not self.multiple_outputs or result is None:
            return {RETURN_VALUE: result}
        if not isinstance(result, Mapping) or not all(isinstance(key, str) for key in result):
            raise TypeError(
                f"Task '{self.task_id}' hands on several values, so it has to return "
                f"a dict with text keys, not {type(result).__name__}. "
                "Return one, or set multiple_outputs=False."
            )
        return {**result, RETURN_VALUE: result}

    def execute(self, context: Context) -> object:
        """Do the task's work and return its value. Template fields are resolved by then."""
        raise NotImplementedError(
            f"{type(self).__name__} has no execute(context), so task '{self.task_id}' "
            "cannot run. Write one."
        )

    def pre_execute(self, context: Context) -> None:
        """What happens right before `execute`: the function given as `pre_execute`, if any."""
        if hook := self.task_options.get("pre_execute"):
            cast("Callable[..., object]", hook)(context)

    def post_execute(self, context: Context, result: object = None) -> None:
        """What happens right after `execute`, as above."""
        if hook := self.task_options.get("post_execute"):
            cast("Callable[..., object]", hook)(context, result)

    @property
    def _has_hooks(self) -> bool:
        return any(self.task_options.get(name) for name in HOOKS)

    def instance(self, resolver: Resolver) -> BaseOperator:
        """The operator to run: of a mapped task that of one instance."""
        return self

    def defer(self, **_: object) -> None:
        """Airflow's way to wait for a trigger, which nbflow does not have. Raises Fail."""
        raise Fail(
            f"Task '{self.task_id}' calls self.defer(), and nbflow has no triggers. Make it a "
            "sensor: write poke(context), which holds no worker between its looks."
        )

    def run(self, context: Context, resolver: Resolver) -> object:
        """Resolve the template fields on a copy and execute that, with `context` as the current
        one. For the runtime.
        """
        with use_context(context):
            ready = self.resolved(resolver)
            ready.pre_execute(context)
            result = ready.execute(context)
            ready.post_execute(context, result)
            return collected(result, context)

    def resolved(self, resolver: Resolver) -> Self:
        """A copy whose template fields hold values, not references and templates."""
        ready = copy(self)
        known = {id(value) for value in self.mapped_arguments.values()}
        for name in self.template_fields:
            setattr(ready, name, resolve(getattr(self, name), resolver, name, known))
        return ready


# Kinds that need no Python to run, until there is a function to call around their work.
_WITHOUT_PYTHON = (TaskKind.BASH, TaskKind.EMPTY)


def scope_of(options: Mapping[str, object]) -> Scope | None:
    """The group or DAG that a task with these options goes into."""
    dag, group = options.get("dag"), options.get("task_group")
    return scope_for(cast("Scope | None", dag), cast("Scope | None", group))


class XComArg(ValueReference, Combinable, Linkable):
    """What a task will return, or one `key` of what it hands on: an argument for other tasks, and a
    side of `>>`.
    """

    def __init__(self, operator: BaseOperator, key: str = RETURN_VALUE) -> None:
        super().__init__(operator.task_id, key)
        self.operator = operator

    def __getitem__(self, key: str) -> XComArg:
        return XComArg(self.operator, key)

    def __iter__(self) -> Iterator[object]:
        raise TypeError(
            f"The output of task '{self.task_id}' is not known before it has run, so it cannot be "
            "looped over or unpacked here. Pass it to a task, or take one value with output['key']."
        )

    def as_source(self) -> MapSource:
        return Value(self)

    def first_nodes(self) -> Sequence[Node]:
        return (self.operator,)

    def last_nodes(self) -> Sequence[Node]:
        return (self.operator,)

    def as_setup(self) -> Self:
        """Make the task a setup; see there."""
        self.operator.as_setup()
        return self

    def as_teardown(
        self, setups: object = None, on_failure_fail_dagrun: bool | None = None
    ) -> Self:
        """Make the task a teardown; see there."""
        self.operator.as_teardown(setups, on_failure_fail_dagrun)
        return self

    def __enter__(self) -> Wrapped:
        return self.operator.__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.operator.__exit__(kind, error, traceback)

    def __reduce__(self) -> tuple[type[ValueReference], tuple[str, str]]:
        # Pickled for a worker, which needs to know whose value it is and nothing else about that
        # task.
        return ValueReference, (self.task_id, self.key)


class OperatorPartial:
    """`Operator.partial(...)`: an operator that lacks what differs from instance to instance."""

    # From the operator, what is the same for all, and what is not: a mapped task. Set by
    # mapped_operator.py, which is built upon this module.
    finish: ClassVar[Callable[[type[BaseOperator], Mapping[str, object], Mapped], BaseOperator]]

    def __init__(self, operator: type[BaseOperator], arguments: Mapping[str, object]) -> None:
        self._operator = operator
        self._origin = caller()
        known = signature_of(operator).parameters
        label = f"{operator.__name__}.partial()"
        self._arguments = without_unknown(label, arguments, known, self._origin)

    def expand(self, **mapped: object) -> BaseOperator:
        """One instance for each element of `mapped`: lists, dicts or outputs of tasks. Several make
        every combination, the last varying fastest.
        """
        found = Mapped.over(mapped, self._name, self._origin)
        return type(self).finish(self._operator, self._arguments, found)

    def expand_kwargs(self, kwargs: object, strict: bool = True) -> BaseOperator:
        """One instance for each dict of arguments in a list, which may be a task's output. They may
        differ from what `partial` was given only if not `strict`.
        """
        found = Mapped.over_kwargs(kwargs, self._name, self._origin, strict=strict)
        return type(self).finish(self._operator, self._arguments, found)

    @property
    def _name(self) -> str:
        return f"{self._operator.__name__} '{self._arguments.get('task_id', '')}'"
