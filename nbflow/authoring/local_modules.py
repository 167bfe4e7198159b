"""The project's modules that the cells of a notebook import: they travel with it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from nbflow.authoring.dataflow.flow import Flow
from nbflow.authoring.imports import imported_modules


def local_modules(flow: Flow | None, path: Path, root: Path) -> Iterator[tuple[str, bytes]]:
    """The modules beside the notebook at `path` that its cells import, with those they import in
    turn: (path from `root`, content).
    """
    sources = flow.sources.values() if flow else ()
    todo = [name for source in sources for name in imported_modules(source.body)]
    seen: set[str] = set()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        for file in _files_of(path.parent, name):
            content = file.read_bytes()
            yield file.relative_to(root).as_posix(), content
            try:
                todo += imported_modules(ast.parse(content).body)
            except SyntaxError:
                continue  # it will say so when it is imported


def _files_of(folder: Path, module: str) -> list[Path]:
    single = folder / f"{module}.py"
    package = folder / module
    if single.is_file():
        return [single]
    return sorted(package.rglob("*.py")) if (package / "__init__.py").is_file() else []
