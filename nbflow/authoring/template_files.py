"""How a DAG wants its templates rendered, and the files that stand for templates: which they are,
which others they include, and what is wrong with them.

A worker renders them (`runtime/templates.py`); it has no files but those of the bundle.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import ClassVar, Protocol

from nbflow.authoring.findings import Findings
from nbflow.authoring.references import leaves
from nbflow.core.json import Json, JsonObject

NO_TEMPLATE = "NBF217"
_INCLUDED = re.compile(r"""\{%-?\s*(?:include|extends|import|from)\s+["']([^"']+)["']""")


@dataclass(frozen=True)
class TemplateSettings:
    """What a DAG says about its templates, as Airflow's arguments do."""

    macros: Mapping[str, object] = field(default_factory=dict)
    filters: Mapping[str, Callable[..., object]] = field(default_factory=dict)
    searchpath: tuple[str, ...] = ()
    native: bool = False

    @classmethod
    def of(
        cls,
        macros: Mapping[str, object] | None,
        filters: Mapping[str, Callable[..., object]] | None,
        searchpath: str | PathLike[str] | Iterable[str | PathLike[str]] | None,
        *,
        native: bool,
    ) -> TemplateSettings:
        single = isinstance(searchpath, (str, PathLike))
        paths = [searchpath] if single else (searchpath or ())
        return cls(dict(macros or {}), dict(filters or {}), tuple(map(str, paths)), native)  # type: ignore[arg-type]  # paths, by the check above


class Templated(Protocol):
    """An operator, as far as its templates are concerned."""

    task_id: str
    template_fields: ClassVar[Sequence[str]]
    template_ext: Sequence[str]

    @property
    def template_settings(self) -> TemplateSettings: ...


def templates_of(
    task: Templated, base: Path, inside: Callable[[Path], str | None], findings: Findings
) -> JsonObject:
    """`core.Task.templates`: empty where templates are rendered the plain way.

    `base` is the folder of the DAG's file, `inside` gives paths as the bundle has them.
    """
    settings = task.template_settings
    folders = [base, *((base / path).resolve() for path in settings.searchpath)]
    files, bundled = _Files(folders, inside, findings).of(task)
    told: dict[str, Json] = {}
    if files:
        told["files"] = files
    if bundled:
        told["bundled"] = bundled
    if files or settings.searchpath:
        told["searchpath"] = [path for path in map(inside, folders) if path is not None]
    if settings.native:
        told["native"] = True
    if settings.macros or settings.filters:
        told["own"] = True
    return told


class _Files:
    """The template files of one task."""

    def __init__(
        self, folders: list[Path], inside: Callable[[Path], str | None], findings: Findings
    ) -> None:
        self._folders = folders
        self._inside = inside
        self._findings = findings

    def of(self, task: Templated) -> tuple[dict[str, Json], list[Json]]:
        """Files by the text that stands for them, and everything that has to come along."""
        endings = tuple(task.template_ext)
        files: dict[str, Json] = {}
        todo: list[Path] = []
        for name in task.template_fields:
            for leaf in leaves(getattr(task, name, None)):
                if not isinstance(leaf, str):
                    continue
                if endings and leaf.endswith(endings) and _is_name(leaf):
                    path = self._file(leaf, task)
                    if path is not None:
                        files[leaf] = self._inside(path)
                        todo.append(path)
                else:
                    todo += self._included(leaf)
        return files, sorted(self._with_included(todo))  # type: ignore[return-value]  # texts are JSON

    def _file(self, name: str, task: Templated) -> Path | None:
        found = self._find(name)
        if found is None and name.endswith((".sh", ".bash")):
            return None  # a program on the path of the shell
        if found is None:
            looked = ", ".join(map(str, self._folders))
            self._findings.error(
                NO_TEMPLATE,
                f"Task '{task.task_id}' takes a template from the file '{name}', which is in none "
                f"of {looked}.",
                "Correct its path, or name its folder: DAG(..., template_searchpath='sql').",
            )
        elif self._inside(found) is None:
            self._findings.error(
                NO_TEMPLATE,
                f"The template file {found} is outside the folder of your DAGs, so no worker "
                "would get it.",
                "Move it there.",
            )
            return None
        return found

    def _find(self, name: str) -> Path | None:
        return next((f / name for f in self._folders if (f / name).is_file()), None)

    def _included(self, text: str) -> Iterator[Path]:
        for name in _INCLUDED.findall(text):
            found = self._find(name)
            if found is not None:
                yield found

    def _with_included(self, todo: list[Path]) -> set[str]:
        found: set[str] = set()
        while todo:
            path = todo.pop()
            name = self._inside(path)
            if name is not None and name not in found:
                found.add(name)
                todo += self._included(path.read_text(encoding="utf-8", errors="replace"))
        return found


def _is_name(text: str) -> bool:
    """Whether a text can be the name of a file, and no command or statement that ends like one."""
    return "{" not in text and not any(c.isspace() for c in text) and not text.startswith("/")
