"""What a call of a function under `@task` and its kinds becomes: one kind for each decorator."""

from __future__ import annotations

import dis
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from nbflow.authoring import context
from nbflow.authoring.arguments import (
    signature_of,
    without_unknown,
)
from nbflow.authoring.environments import (
    BranchExternalPythonOperator,
    BranchPythonVirtualenvOperator,
    ExternalPythonOperator,
    PythonVirtualenvOperator,
)
from nbflow.authoring.findings import Findings
from nbflow.authoring.operators import (
    BaseOperator,
    BranchPythonOperator,
    NotebookOperator,
    PythonOperator,
    ShortCircuitOperator,
)
from nbflow.authoring.origin import Origin
from nbflow.authoring.references import Resolver
from nbflow.authoring.sensors import PythonSensor
from nbflow.authoring.shell import exit_codes, run_bash
from nbflow.core.json import JsonObject

if TYPE_CHECKING:
    pass

UNUSED_BODY = "NBF210"


class Kind:
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
    def taken(cls, options: Mapping[str, Any], origin: Origin) -> dict[str, Any]:
        """The options of a decorator that the operator takes; see `without_unknown`."""
        known = signature_of(cls.makes).parameters.keys() - cls.filled
        return without_unknown(cls.label, options, known, origin)


class BranchKind(Kind):
    """Chooses which of the tasks downstream go on."""

    label = "@task.branch"
    makes = BranchPythonOperator


class ShortCircuitKind(Kind):
    """Decides whether anything downstream goes on."""

    label = "@task.short_circuit"
    makes = ShortCircuitOperator


class SensorKind(Kind):
    """Waits until the function returns something true."""

    label = "@task.sensor"
    makes = PythonSensor


class ExternalPythonKind(Kind):
    """Calls the function in another interpreter."""

    label = "@task.external_python"
    makes = ExternalPythonOperator


class VirtualenvKind(Kind):
    """Calls the function in an environment made for it."""

    label = "@task.virtualenv"
    makes = PythonVirtualenvOperator


class BranchExternalPythonKind(Kind):
    """Chooses in another interpreter which of the tasks downstream go on."""

    label = "@task.branch_external_python"
    makes = BranchExternalPythonOperator


class BranchVirtualenvKind(Kind):
    """Chooses in an environment of its own which of the tasks downstream go on."""

    label = "@task.branch_virtualenv"
    makes = BranchPythonVirtualenvOperator


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
        output_processor: Callable[[str], object] | None = None,
        output_encoding: str = "utf-8",
        **options: Any,  # noqa: ANN401 - those of PythonOperator
    ) -> None:
        super().__init__(task_id, **options)
        self.output_processor, self.output_encoding = output_processor, output_encoding
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
        line = run_bash(
            command,
            ready.env,
            ready.append_env,
            ready.cwd,
            ready.skip_on_exit_code,
            ready.output_encoding,
        )
        return line if self.output_processor is None else self.output_processor(line)


class BashKind(Kind):
    """Runs the command the function returns."""

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


class NotebookKind(Kind):
    """Runs a notebook; the function names its parameters."""

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
