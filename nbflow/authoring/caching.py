"""What makes two executions of a task the same, as far as its source tells: the digest of its code,
and what it asks about the run. How results are found by it is in `core/cache.py`.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from pathlib import Path

from nbflow.authoring.code_slice import CodeSlice, add_file, slice_of
from nbflow.authoring.findings import Findings
from nbflow.authoring.mentions import names_previous
from nbflow.authoring.operators import BaseOperator, MappedOperator
from nbflow.authoring.references import ValueReference, to_payload
from nbflow.core.cache import OUTPUT_NOTEBOOK
from nbflow.core.cache_policy import DATES, NOTEBOOKS, RUN, CachePolicy
from nbflow.core.dag import TaskKind
from nbflow.core.secrets import VAR

NOT_CACHED = "NBF218"

_OF_DATES = re.compile(
    r"\b(ds|ts|ds_nodash|ts_nodash|ts_nodash_with_tz|logical_date|execution_date|data_interval"
    r"|data_interval_start|data_interval_end|yesterday_ds|tomorrow_ds|prev_ds|next_ds)\b"
)
_OF_RUN = re.compile(
    r"\b(run_id|run_after|run_type|try_number|max_tries|map_index|start_date|end_date|queued_at"
    r"|triggering_asset_events|inlet_events|task_instance_key_str|expanded_ti_count)\b"
)
_WHOLE_CONTEXT = frozenset({"context", "ti", "task_instance", "dag_run", "run", "dag"})
# What an operator is besides its arguments: where it stands, how it is tried, whom to tell.
_NOT_MEANT = frozenset(
    "operator_name task_id dag group upstream_nodes task_options written_at mapped_arguments maker "
    "_mapped _templates is_setup is_teardown on_failure_fail_dagrun kind decides".split()
)


def wants_cache(settings: Mapping[str, object], findings: Findings) -> bool:
    """Whether `cache` is set to True."""
    given = settings.get("cache")
    if given is not None and not isinstance(given, bool):
        findings.error("NBF103", f"cache is {given!r}, which is neither True nor False.", _USE)
    return given is True


_USE = "Use True to keep the results of tasks, or False."


def policy_of_cells(
    sources: Sequence[str],
    modules: Mapping[str, bytes],
    kernel: str,
    secrets: Collection[str],
) -> CachePolicy:
    """Of cells, setup first, that import these modules of the project."""
    found = CodeSlice()
    found.add_cells(sources, is_python=True)
    for name, content in sorted(modules.items()):
        found.parts.append(name)
        found.add_text(content.decode(errors="replace"))
    return CachePolicy(_digest(found), kernel, why_not=_why_not(secrets))


def policy_of(
    task: BaseOperator,
    secrets: Collection[str],
    notebook: Path | None,
    file: Path | None,
    findings: Findings,
) -> CachePolicy:
    """Of a task in a Python file. `notebook` is the file of the one it runs, `file` the DAG's."""
    code = _Code(CodeSlice(), file)
    kernel = None
    if task.kind is TaskKind.NOTEBOOK:
        kernel = code.add_notebook(notebook, getattr(task, "kernel_name", None))
    elif task.kind is TaskKind.PYTHON:
        code.add_operator(task)
    why_not = code.problem or _why_not(secrets)
    if why_not:
        findings.warning(NOT_CACHED, f"The results of '{task.task_id}' are not kept: {why_not}", "")
    return CachePolicy(_digest(code.found), kernel, code.reads(task), why_not)


@dataclass
class _Code:
    """Code that is gathered, and what stands in the way."""

    found: CodeSlice
    file: Path | None
    problem: str = ""
    asks: str = ""

    def add_notebook(self, path: Path | None, kernel: object) -> str | None:
        """The cells of a notebook; returns the name of its kernel."""
        try:
            nb = json.loads(path.read_bytes()) if path else {}
            cells = [cell for cell in nb["cells"] if cell["cell_type"] == "code"]
            sources = ["".join(cell["source"]) for cell in cells]
        except (OSError, ValueError, KeyError, TypeError):
            self.problem = "which notebook it runs is only known when it runs."
            return None
        spec = nb.get("metadata", {}).get("kernelspec", {})
        language = str(spec.get("language") or "python").lower()
        is_python = language.startswith(("python", "ipython"))
        self.found.add_cells(sources, is_python=is_python)
        if is_python and path:
            from nbflow.authoring.dataflow.source import (  # noqa: PLC0415 - as in code_slice
                parse_cell,
            )

            trees = (parse_cell(0, source).body for source in sources)
            self.found.add_modules(chain.from_iterable(trees), path.parent)
        tags = [cell.get("metadata", {}).get("tags", []) for cell in cells]
        self.found.parts.append(json.dumps(tags))
        return str(kernel or spec.get("name") or "python3")

    def add_operator(self, task: BaseOperator) -> None:
        """What a worker calls, and the arguments it is made with."""
        self.found.parts.append(type(task).__name__)
        if isinstance(task, MappedOperator):
            for code in task.maker.code():
                self.add_code(code)
            self.add_arguments(task.maker.given)
            for arguments in task.mapped.literals():
                self.add_arguments(arguments)
        elif not type(task).__module__.startswith("nbflow."):
            self.add_code(type(task))
        own = {name: value for name, value in vars(task).items() if name not in _NOT_MEANT}
        self.add_arguments(own)

    def add_arguments(self, arguments: Mapping[str, object]) -> None:
        """Arguments by value; where one cannot be told, the whole file that makes it counts."""
        for name, value in sorted(arguments.items()):
            function = getattr(value, "function", value)
            if callable(function) and not isinstance(value, (type, ValueReference)):
                self.add_code(function)
                continue
            scratch = Findings()
            self.found.parts.append(json.dumps([name, to_payload(value, scratch, name)]))
            if scratch.has_errors:
                self.add_whole_file()

    def add_code(self, code: Callable[..., object]) -> None:
        if not slice_of(code, self.found):
            self.add_whole_file()
        self.asks += " ".join(_asked(code, self.found.words))

    def add_whole_file(self) -> None:
        if self.file is None or not self.file.is_file():
            self.problem = "its source cannot be found."
        elif str(self.file) not in self.found.parts:
            self.found.parts.append(str(self.file.name))
            add_file(self.file, self.found)

    def reads(self, task: BaseOperator) -> tuple[str, ...]:
        """What the task asks for, its function by arguments and the context, all in templates."""
        # What a function returns may be rendered too, as that of @task.bash is.
        texts = [text for text in (*task.texts(), *self.found.words) if "{{" in text]
        asked = " ".join([self.asks, *texts])
        keys = {key for _, key in task.pulls()}
        keys |= {r.key for r in task.references() if isinstance(r, ValueReference)}
        notebooks = OUTPUT_NOTEBOOK in keys or OUTPUT_NOTEBOOK in self.found.words
        of_run = _OF_RUN.search(asked) or names_previous(asked)
        facts = ((DATES, _OF_DATES.search(asked)), (RUN, of_run), (NOTEBOOKS, notebooks))
        return tuple(name for name, found in facts if found)


def _asked(code: Callable[..., object], words: Iterable[str]) -> list[str]:
    """The context variables that a function may ask for: as arguments, or out of the whole."""
    try:
        parameters = inspect.signature(code).parameters.values()
    except (TypeError, ValueError):
        return list(words)
    names = {parameter.name for parameter in parameters}
    has_all = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)
    known = set(words)
    if (
        isinstance(code, type)
        or has_all
        or names & _WHOLE_CONTEXT
        or "get_current_context" in known
    ):
        names |= known
    return sorted(names)


def _why_not(secrets: Collection[str]) -> str:
    variables = [name for name in secrets if name.startswith(f"{VAR}.")]
    if not variables:
        return ""
    return (
        f"it reads {', '.join(variables)}, and the values of variables are no part of what results "
        "are found by. Make them params."
    )


def _digest(found: CodeSlice) -> str:
    return sha256("\n".join(found.parts).encode()).hexdigest()
