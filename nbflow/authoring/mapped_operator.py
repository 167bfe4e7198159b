"""Mapped tasks: from `Operator.partial(...)` to the operator of one instance.

What they are expanded over is in `mapping.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

from nbflow.authoring import calling, mentions, without_effect
from nbflow.authoring.arguments import (
    TASK_OPTIONS,
    TaskOptions,
    signature_of,
)
from nbflow.authoring.base_operator import HOOKS, BaseOperator, OperatorPartial, scope_of
from nbflow.authoring.findings import Findings
from nbflow.authoring.links import no_scope
from nbflow.authoring.mapping import (
    ElementReference,
    Maker,
    Mapped,
)
from nbflow.authoring.origin import caller
from nbflow.authoring.references import (
    Reference,
    Resolver,
    leaves,
)
from nbflow.core.dag import TaskKind
from nbflow.core.json import JsonObject
from nbflow.core.poking import PokePolicy

if TYPE_CHECKING:
    from typing_extensions import Unpack


class ClassMaker(Maker):
    """Makes operators of one class."""

    def __init__(self, operator: type[BaseOperator], given: Mapping[str, object]) -> None:
        super().__init__(given)
        self.operator = operator
        self.kind, self.decides = operator.kind_for(given), operator.decides
        self.label, self.makes = operator.__name__, operator
        self.fields = operator.template_fields

    def make(self, task_id: str, arguments: Mapping[str, object]) -> BaseOperator:
        given: dict[str, Any] = {**self.given, **arguments}
        made: BaseOperator = self.operator(task_id=task_id, **given)
        return made

    def known(self) -> Collection[str]:
        return signature_of(self.operator).parameters.keys() - {"task_id", *TASK_OPTIONS}

    def unknown(self, names: Iterable[str]) -> list[str]:
        return [name for name in names if name not in self.known()]

    def wrong_with(self, names: Iterable[str]) -> str:
        there = {*names, *self.given, "task_id"}
        parameters = signature_of(self.operator).parameters.values()
        missing = [p.name for p in parameters if p.default is p.empty and p.name not in there]
        return f"missing {', '.join(map(repr, missing))}" if missing else ""

    def code(self) -> Iterator[Callable[..., object]]:
        if not self.operator.__module__.startswith("nbflow."):
            yield self.operator
        function = self.given.get("python_callable")
        if callable(function):
            yield getattr(function, "function", function)

    def may_pull(self) -> bool:
        function = self.given.get("python_callable")
        if callable(function):
            return calling.may_pull_values(function)
        return self.kind is TaskKind.PYTHON


class MappedOperator(BaseOperator):
    """A task that becomes as many instances as there are elements in what it is mapped over.

    Made by `.expand(...)`. On the worker it is turned into the operator of one instance.
    """

    def __init__(
        self, task_id: str, *, maker: Maker, mapped: Mapped, **options: Unpack[TaskOptions]
    ) -> None:
        self.kind, self.decides = maker.kind, maker.decides
        super().__init__(task_id, **options)
        self.maker = maker
        self.operator_name = maker.label
        self._mapped = mapped
        maker.check(mapped, mapped.literal_names, f"{maker.label} '{self.task_id}'", caller())

    @property
    def mapped(self) -> Mapped:
        return self._mapped

    @property
    def documentation(self) -> str:
        return super().documentation or self.maker.documentation

    def references(self) -> Iterator[Reference]:
        yield from super().references()
        yield from self._mapped.references()

    def values_read(self) -> Iterator[Reference]:
        yield from super().values_read()
        yield from self._mapped.read()

    def wrong_arguments(self) -> str:
        # What expand_kwargs() will bring is only known when the task runs.
        return "" if self._mapped.kwargs else self.maker.wrong_with(self._mapped.inputs)

    def payload(self, findings: Findings) -> JsonObject:
        if self.kind is TaskKind.PYTHON:
            return {}
        names = self.maker.fields if self._mapped.kwargs else tuple(self._mapped.inputs)
        given = self.maker.given
        elements = {name: ElementReference(self._mapped, name, given.get(name)) for name in names}
        with no_scope():
            payload = self.maker.make(self.task_id, elements).payload(findings)
        return cast("JsonObject", payload)

    def instance(self, resolver: Resolver) -> BaseOperator:
        arguments = self._mapped.arguments(resolver)
        self.maker.check(self._mapped, arguments, f"{self.maker.label} '{self.task_id}'")
        with no_scope():
            made = cast("BaseOperator", self.maker.make(self.task_id, arguments))
        made.mapped_arguments = arguments
        made.task_options.update({n: self.task_options[n] for n in HOOKS if n in self.task_options})
        made.dag = self.dag
        return made

    def notebooks(self) -> Iterator[str]:
        return self.maker.notebooks()

    def poke_policy(self, findings: Findings) -> PokePolicy | None:
        makes = cast("type[BaseOperator]", self.maker.makes)
        return makes.policy_from(self.maker.operator_arguments, findings)

    def mentions(self) -> set[str]:
        found = super().mentions() | mentions.in_arguments(self.maker.given)
        for arguments in self._mapped.literals():
            found |= mentions.in_arguments(arguments)
            texts = (leaf for leaf in leaves(arguments) if isinstance(leaf, str))
            found = found.union(*map(mentions.in_template, texts))
        return found

    def _leaves(self) -> Iterator[object]:
        yield from leaves(self.maker.given)

    def _sources(self) -> Iterator[str]:
        for code in self.maker.code():
            yield from mentions.sources_of(code)

    def _execute_may_pull(self) -> bool:
        return self.maker.may_pull()


def _mapped(
    operator: type[BaseOperator], arguments: Mapping[str, object], mapped: Mapped
) -> MappedOperator:
    """The mapped task of an operator of which `arguments` are the same for all instances."""
    scope = scope_of(arguments)
    defaults = {} if scope is None else scope.default_args
    known = signature_of(operator).parameters
    passed_over = {*mapped.literal_names, *without_effect.OF_TASKS}
    used = {n: v for n, v in defaults.items() if n in known and n not in passed_over}
    given: dict[str, Any] = {**used, **arguments}
    options: dict[str, Any] = {
        name: given.pop(name) for name in (*TASK_OPTIONS, "task_id") if name in given
    }
    return MappedOperator(maker=ClassMaker(operator, given), mapped=mapped, **options)


OperatorPartial.finish = _mapped
