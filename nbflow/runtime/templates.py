"""Rendering templates: in a sandbox, with macros and filters of the DAG, from strings and files.

What the names in a template stand for is in `context.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import cast

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateSyntaxError,
    UndefinedError,
)
from jinja2.nativetypes import NativeEnvironment
from jinja2.sandbox import SandboxedEnvironment

from nbflow.core.dag import TaskKind
from nbflow.core.errors import NbflowError
from nbflow.core.orders import TaskOrder
from nbflow.core.secrets import SecretNotThere
from nbflow.runtime.macros import FILTERS
from nbflow.runtime.notes import current_notes
from nbflow.runtime.values import ValueNotReadable, ValueStoreFailed


class ValueNotThere(NbflowError):
    """A task asks for a value that did not come with its order; the message says what to change."""


class TemplateProblem(NbflowError):
    """A template cannot be rendered; the message names field, template and fix."""

    def __init__(self, field: str, template: str, why: str, fix: str = "") -> None:
        self.field = field
        self.template = template
        shown = template if len(template) <= 120 else f"{template[:119]}…"
        super().__init__(
            f"{field}: the template {shown!r} cannot be rendered: {why} {fix}".rstrip()
        )


class _NativeSandbox(SandboxedEnvironment, NativeEnvironment):
    """Gives what an expression is worth instead of its text."""


class Templates:
    """How the templates of one task are rendered.

    `files` maps texts in arguments to the files whose content is meant, `searchpath` is where
    templates find the ones they include. `macros` and `filters` are those of the DAG. With `native`
    an expression that stands alone gives its value, of any type.
    """

    def __init__(
        self,
        files: Mapping[str, Path] | None = None,
        searchpath: Sequence[Path] = (),
        macros: Mapping[str, object] | None = None,
        filters: Mapping[str, Callable[..., object]] | None = None,
        *,
        native: bool = False,
    ) -> None:
        self._files = dict(files or {})
        kind = _NativeSandbox if native else SandboxedEnvironment
        loader = FileSystemLoader([str(path) for path in searchpath]) if searchpath else None
        self._environment: Environment = kind(
            undefined=StrictUndefined, keep_trailing_newline=True, loader=loader
        )
        self._environment.filters.update(FILTERS)
        self._environment.filters.update(filters or {})
        self._environment.globals.update(macros or {})
        self._compiled = lru_cache(maxsize=512)(self._environment.from_string)

    def render(self, field: str, text: str, context: Mapping[str, object]) -> object:
        """What `text` says; `field` names it in the TemplateProblem raised if it cannot be told."""
        file = self._files.get(text)
        if file is not None:
            text = _content(field, text, file)
        rendered = self._rendered(field, text, context) if "{" in text else text
        notes = current_notes()
        if notes is not None:
            notes.note_rendered(field, rendered if isinstance(rendered, str) else repr(rendered))
        return rendered

    def _rendered(self, field: str, text: str, context: Mapping[str, object]) -> object:
        try:
            return self._compiled(text).render(context)
        except TemplateSyntaxError as error:
            line = f"line {error.lineno} of the template"
            why = f"{_sentence(error.message or 'bad syntax')} ({line})"
            raise TemplateProblem(field, text, f"{why}.", "Correct its syntax.") from error
        except UndefinedError as error:
            why = f"{_sentence(str(error))}."
            raise TemplateProblem(field, text, why, _name_there_is(why, context)) from error
        except ValueStoreFailed:
            raise
        except (ValueNotThere, ValueNotReadable, SecretNotThere) as error:
            raise TemplateProblem(field, text, str(error)) from error
        # Expressions call methods of whatever values they were given, which may raise anything.
        except Exception as error:
            why = f"{type(error).__name__}: {_sentence(str(error))}."
            raise TemplateProblem(field, text, why, "Correct the expression.") from error


PLAIN = Templates()
_current: ContextVar[Templates] = ContextVar("nbflow_templates", default=PLAIN)


def current_templates() -> Templates:
    """How the templates of the attempt that this thread runs are rendered."""
    return _current.get()


@contextmanager
def templates_of(
    order: TaskOrder,
    folder: Path,
    macros: Mapping[str, object] | None = None,
    filters: Mapping[str, Callable[..., object]] | None = None,
) -> Iterator[None]:
    """Inside, templates are rendered as the task of the order wants it; `folder` is its source."""
    told = order.task.templates
    if not told:
        yield
        return
    files = cast("Mapping[str, str]", told.get("files", {}))
    searchpath = cast("Sequence[str]", told.get("searchpath", ()))
    templates = Templates(
        {text: folder / file for text, file in files.items()},
        [folder / path for path in searchpath],
        macros,
        filters,
        native=bool(told.get("native")) and order.task.kind is not TaskKind.BASH,
    )
    token = _current.set(templates)
    try:
        yield
    finally:
        _current.reset(token)


def _content(field: str, text: str, file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TemplateProblem(field, text, f"its file cannot be read: {error}.") from error


def _name_there_is(why: str, context: Mapping[str, object]) -> str:
    """What to write instead, for jinja's message about an undefined name or attribute."""
    name = why.split("'")[1] if why.startswith("'") else ""
    if f"{name!r} is undefined" in why:
        return f"Use one of {', '.join(sorted(context))}."
    return "Correct the name after the dot."


def _sentence(text: str) -> str:
    return text.rstrip(". ")
