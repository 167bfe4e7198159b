"""The operators that everything else is made of: Python, shell, notebooks, nothing.

What all operators have in common is in `base_operator.py`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from nbflow.authoring import calling, mentions
from nbflow.authoring.arguments import (
    TaskOptions,
)
from nbflow.authoring.base_operator import HOOKS, BaseOperator, XComArg
from nbflow.authoring.context import Context
from nbflow.authoring.findings import Findings
from nbflow.authoring.links import FunctionTask
from nbflow.authoring.mapped_operator import MappedOperator
from nbflow.authoring.references import (
    Reference,
    to_payload,
)
from nbflow.authoring.shell import exit_codes, run_bash
from nbflow.core.dag import Decides, TaskKind
from nbflow.core.json import JsonObject

if TYPE_CHECKING:
    from typing_extensions import Unpack

# Whoever needs an operator comes by here, so that `partial()` finds the mapped ones.
__all__ = [
    "BaseOperator",
    "BashOperator",
    "BranchPythonOperator",
    "EmptyOperator",
    "MappedOperator",
    "NotebookOperator",
    "PythonOperator",
    "ShortCircuitOperator",
    "XComArg",
]

NO_HOOK = "NBF224"


class EmptyOperator(BaseOperator):
    """Does nothing: a point for other tasks to meet at. It never reaches a worker."""

    kind = TaskKind.EMPTY

    def execute(self, context: Context) -> object:
        """Comes to be called where a `pre_execute` or `post_execute` has something to do."""
        return None


class PythonOperator(BaseOperator):
    """Calls `python_callable` with `op_args` and `op_kwargs`; what it returns is the task's value.

    Arguments may hold other tasks' outputs and templates, however deep inside lists and dicts. The
    function may name context variables (`ds`, `ti`, `params`, ...) as arguments. With
    `multiple_outputs` (the default for a function annotated to return a dict) each key of the
    returned dict is handed on by its own name too. `templates_dict` is one more context variable,
    with its templates rendered; a text that ends like one of `templates_exts` (".sql") names a file
    that holds the template.
    """

    template_fields: ClassVar[Sequence[str]] = ("op_args", "op_kwargs", "templates_dict")

    def __init__(
        self,
        task_id: str,
        *,
        python_callable: Callable[..., object] | FunctionTask,
        op_args: Iterable[object] = (),
        op_kwargs: Mapping[str, object] | None = None,
        multiple_outputs: bool | None = None,
        templates_dict: Mapping[str, object] | None = None,
        templates_exts: Iterable[str] | None = None,
        **options: Unpack[TaskOptions],
    ) -> None:
        super().__init__(task_id, **options)
        # A function under @task stands for tasks; here the function itself is meant.
        if isinstance(python_callable, FunctionTask):
            python_callable = python_callable.function
        self.python_callable = python_callable
        self.op_args = list(op_args)
        self.op_kwargs = dict(op_kwargs or {})
        annotated = calling.returns_named_values(python_callable)
        self.multiple_outputs = annotated if multiple_outputs is None else multiple_outputs
        self.templates_dict = None if templates_dict is None else dict(templates_dict)
        if templates_exts:
            self.template_ext = tuple(templates_exts)

    @property
    def documentation(self) -> str:
        return super().documentation or inspect.getdoc(self.python_callable) or ""

    def wrong_arguments(self) -> str:
        """Why the function cannot be called with its arguments; empty if it can."""
        return calling.wrong_with(self.python_callable, self.op_args, self.op_kwargs)

    def execute(self, context: Context) -> object:
        if self.templates_dict is not None:
            context = {**context, "templates_dict": self.templates_dict}
        return calling.call(self.python_callable, self.op_args, self.op_kwargs, context)

    def _sources(self) -> Iterator[str]:
        yield from super()._sources()
        yield from mentions.sources_of(self.python_callable)

    def _execute_may_pull(self) -> bool:
        return calling.may_pull_values(self.python_callable)


class BranchPythonOperator(PythonOperator):
    """Calls a function that returns the id, or the ids, of the downstream tasks to go on with; the
    others are skipped.
    """

    decides = Decides.BRANCH


class ShortCircuitOperator(PythonOperator):
    """Calls a function; if what it returns is false, everything downstream is skipped.

    With `ignore_downstream_trigger_rules=False` only what is directly downstream is, and what comes
    after follows its own trigger rules.
    """

    decides = Decides.SHORT_CIRCUIT

    def __init__(
        self,
        task_id: str,
        *,
        ignore_downstream_trigger_rules: bool = True,
        **options: Any,  # noqa: ANN401 - those of PythonOperator
    ) -> None:
        super().__init__(task_id, **options)
        self.ignore_downstream_trigger_rules = ignore_downstream_trigger_rules


class BashOperator(BaseOperator):
    """Runs a shell command; the last line it prints is the task's value.

    `env` is added to the worker's environment, or replaces it with `append_env=False`. `cwd` is the
    folder to run in, by default a new one. An exit code of `skip_on_exit_code` skips the task, any
    other but 0 fails it. Command, env and cwd may hold templates. `output_processor` makes the
    value of the last line; with `multiple_outputs` it makes a dict that is handed on by its keys.
    """

    kind = TaskKind.BASH
    template_fields = ("bash_command", "env", "cwd")
    template_ext = (".sh", ".bash")

    def __init__(
        self,
        task_id: str,
        *,
        bash_command: str,
        env: Mapping[str, object] | Reference | None = None,
        append_env: bool = True,
        cwd: str | Path | Reference | None = None,
        skip_on_exit_code: int | Iterable[int] | None = 99,
        output_processor: Callable[[str], object] | None = None,
        output_encoding: str = "utf-8",
        multiple_outputs: bool = False,
        **options: Unpack[TaskOptions],
    ) -> None:
        super().__init__(task_id, **options)
        self.output_processor = output_processor
        self.output_encoding = output_encoding
        self.multiple_outputs = multiple_outputs
        if self.kind is TaskKind.BASH:  # and no subclass that says how it is executed
            self.kind = self.kind_for(vars(self))
        self.bash_command = bash_command
        # `Any`: they may be elements of a mapped task, which are values by the time it runs.
        self.env: Any = env if env is None or isinstance(env, Reference) else dict(env)
        self.append_env = append_env
        self.cwd: Any = cwd if cwd is None or isinstance(cwd, Reference) else str(cwd)
        self.skip_on_exit_code = exit_codes(skip_on_exit_code)

    @classmethod
    def kind_for(cls, arguments: Mapping[str, object]) -> TaskKind:
        # Whoever makes something of the output in Python needs the file with that Python.
        plain = arguments.get("output_encoding") in (None, "utf-8")
        plain = plain and not any(map(arguments.get, ("output_processor", "multiple_outputs")))
        return cls.kind if plain else TaskKind.PYTHON

    def payload(self, findings: Findings) -> JsonObject:
        if self.kind is TaskKind.PYTHON:
            return {}
        return {
            "command": to_payload(self.bash_command, findings, "bash_command"),
            "env": to_payload(self.env, findings, "env"),
            "append_env": self.append_env,
            "cwd": to_payload(self.cwd, findings, "cwd"),
            "skip_on_exit_code": list(self.skip_on_exit_code),
        }

    def execute(self, context: Context) -> object:
        line = run_bash(
            self.bash_command,
            self.env,
            self.append_env,
            self.cwd,
            self.skip_on_exit_code,
            self.output_encoding,
        )
        return line if self.output_processor is None else self.output_processor(line)


class NotebookOperator(BaseOperator):
    """Runs a notebook through papermill; its executed copy, filling cell by cell, is the log.

    `notebook` is the path of an .ipynb file, relative to the file that defines the DAG.
    `parameters` go into a cell after the one tagged `parameters`, and may hold other tasks' outputs
    and templates. What the cell tagged `outputs` names is handed on. `kernel_name` takes another
    kernel than the notebook names.
    """

    kind = TaskKind.NOTEBOOK
    template_fields = ("notebook", "parameters", "kernel_name")

    def __init__(
        self,
        task_id: str,
        *,
        notebook: str | Path,
        parameters: Mapping[str, object] | Reference | None = None,
        kernel_name: str | None = None,
        **options: Unpack[TaskOptions],
    ) -> None:
        super().__init__(task_id, **options)
        self.notebook = str(notebook)
        self.parameters = (
            parameters if isinstance(parameters, Reference) else dict(parameters or {})
        )
        self.kernel_name = kernel_name

    def notebooks(self) -> Iterator[str]:
        yield self.notebook

    def payload(self, findings: Findings) -> JsonObject:
        for hook in HOOKS:
            if self.task_options.get(hook):
                findings.error(
                    NO_HOOK,
                    f"The notebook task '{self.task_id}' has a {hook}, which nothing would call: "
                    "its work is done by a kernel.",
                    "Write it as a cell of the notebook, or as a task of its own.",
                )
        return {
            "notebook": self.notebook,
            "parameters": to_payload(self.parameters, findings, "parameters"),
            "kernel_name": self.kernel_name,
        }
