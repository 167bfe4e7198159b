"""What a piece of code is, without layout and comments: the statements that a function needs of its
file, the modules of the same project, the cells of a notebook. Only reads, nothing is run.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.machinery import PathFinder
from pathlib import Path

from nbflow.authoring.imports import imported_modules
from nbflow.authoring.origin import is_installed

_BUILTINS = frozenset(vars(builtins))
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_DEFINITIONS = (*_FUNCTIONS, ast.ClassDef)


@dataclass
class CodeSlice:
    """Code as it counts: `parts` are dumps of syntax trees, or text that is no Python.

    `words` are the attributes, texts and names in there, for whoever looks for what it mentions.
    """

    parts: list[str] = field(default_factory=list)
    words: set[str] = field(default_factory=set)

    def add(self, nodes: Iterable[ast.stmt]) -> None:
        for node in nodes:
            self.parts.append(ast.dump(node))
            self.words |= _words(node)

    def add_text(self, text: str) -> None:
        """Add a whole file of Python, or as it is what cannot be read as such."""
        try:
            self.add(ast.parse(text).body)
        except (SyntaxError, ValueError, RecursionError):
            self.parts.append(text)

    def add_modules(self, nodes: Iterable[ast.stmt], folder: Path) -> None:
        """Add the modules that these statements import, wherever in them, and those that these
        import in turn; `folder` is where imports begin to look. Installed ones are no part of it.
        """
        todo, seen = imported_modules(nodes), set[Path]()
        while todo:
            for file in _project_files(todo.pop(), folder):
                if file in seen:
                    continue
                seen.add(file)
                text = file.read_text(encoding="utf-8", errors="replace")
                self.parts.append(file.name)
                self.add_text(text)
                with suppress(SyntaxError, ValueError, RecursionError):
                    todo += imported_modules(ast.parse(text).body)

    def add_cells(self, sources: Iterable[str], *, is_python: bool) -> None:
        """Add cells of a notebook, in order."""
        # With IPython, which takes longer to import than most DAG files to read.
        from nbflow.authoring.dataflow.source import parse_cell  # noqa: PLC0415 - see above

        for index, text in enumerate(sources):
            source = parse_cell(index, text) if is_python else None
            self.parts.append(f"cell {index}")
            if source is None or source.error:
                self.parts.append(text.strip())
                continue
            self.parts += [f"{magic.name} {magic.line.strip()}" for magic in source.magics]
            self.add(source.body)


def slice_of(code: Callable[..., object], found: CodeSlice) -> bool:
    """Add what a function, or a class, executes: its source, the statements of its file that bind
    the names it uses, and so on, with the project's modules that these import.

    Returns False where its source is not to be had.
    """
    code = inspect.unwrap(code)
    with suppress(OSError, TypeError, SyntaxError, IndexError):
        file = inspect.getsourcefile(code)
        lines, first = inspect.getsourcelines(code)
        if file and Path(file).is_file():
            text = Path(file).read_text(encoding="utf-8", errors="replace")
            path = _path_to(ast.parse(text), first)
            if path:
                used = _used(path)
                found.add(used)
                found.add_modules(used, Path(file).parent)
                return True
        found.add_text(inspect.cleandoc("".join(lines)))
        return True
    return False


def add_file(file: Path, found: CodeSlice) -> None:
    """Add a whole file with the modules of the same project that it imports."""
    text = file.read_text(encoding="utf-8", errors="replace")
    found.add_text(text)
    with suppress(SyntaxError, ValueError, RecursionError):
        found.add_modules(ast.parse(text).body, file.parent)


def _project_files(name: str, folder: Path) -> list[Path]:
    """The files of a module of the project, of a package all; none for what is installed."""
    if name == "nbflow" or name in sys.builtin_module_names:
        return []
    try:
        spec = PathFinder.find_spec(name, [str(folder), *sys.path])
    except (ImportError, ValueError):
        return []
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        return []
    file = Path(spec.origin)
    if is_installed(file):
        return []
    return sorted(file.parent.rglob("*.py")) if spec.submodule_search_locations else [file]


# -- which statements of a file --------------------------------------------------------------------


def _path_to(tree: ast.Module, line: int) -> list[ast.AST]:
    """The nodes around what begins on that line, from the module to it; empty if nothing does."""

    def look(node: ast.AST, path: list[ast.AST]) -> list[ast.AST]:
        for child in ast.iter_child_nodes(node):
            here = [*path, child]
            if isinstance(child, (*_DEFINITIONS, ast.Lambda)) and _first_line(child) == line:
                return here
            if deeper := look(child, here):
                return deeper
        return []

    found = look(tree, [tree])
    if found:
        return found
    # A lambda is found by the statement it stands in.
    starts = [s for s in ast.walk(tree) if isinstance(s, ast.stmt) and s.lineno == line]
    return [tree, starts[0]] if starts else []


def _first_line(node: ast.stmt | ast.expr) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(d.lineno for d in decorators)])


def _used(path: Sequence[ast.AST]) -> list[ast.stmt]:
    """The code at the end of the path, and what it needs of that around it, in the file's order."""
    target = next(node for node in reversed(path) if isinstance(node, ast.stmt))
    around = list(path[: path.index(target)])
    pool = [statement for node in around for statement in _statements(node)]
    pool = [statement for statement in pool if statement not in around and statement is not target]
    chosen: dict[ast.stmt, None] = {target: None}
    wanted = _reads(target)
    while True:
        more = [s for s in pool if s not in chosen and _binds(s) & wanted]
        if not more:
            break
        chosen.update(dict.fromkeys(more))
        wanted = wanted.union(*map(_reads, more))
    return [_without_task(one) for one in sorted(chosen, key=lambda s: s.lineno)]


def _statements(node: ast.AST) -> Iterator[ast.stmt]:
    """The statements of a block; a with-block, such as that of a DAG, is only a place for them."""
    for statement in getattr(node, "body", []):
        if isinstance(statement, ast.With):
            yield from _statements(statement)
        elif isinstance(statement, ast.stmt):
            yield statement


def _binds(statement: ast.stmt) -> set[str]:
    """The names that a statement gives a value to, or changes."""
    if isinstance(statement, _DEFINITIONS):
        return {statement.name}
    found: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.alias):
            found.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, _DEFINITIONS):
            found.add(node.name)
        elif isinstance(node, (ast.Attribute, ast.Subscript)) and _is_changed(node):
            found |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        # A method that is called for what it does to its object.
        found |= {n.id for n in ast.walk(statement.value.func) if isinstance(n, ast.Name)}
    return found


def _is_changed(node: ast.Attribute | ast.Subscript) -> bool:
    return not isinstance(node.ctx, ast.Load)


def _reads(statement: ast.stmt) -> set[str]:
    names = {n.id for n in ast.walk(_without_task(statement)) if isinstance(n, ast.Name)}
    return names - _BUILTINS


def _without_task(statement: ast.stmt) -> ast.stmt:
    """A function without `@task(...)`: how often it is tried, and the like, is no part of it."""
    if not isinstance(statement, _FUNCTIONS) or not statement.decorator_list:
        return statement
    bare = type(statement)(**{name: getattr(statement, name) for name in statement._fields})
    bare.decorator_list = [d for d in statement.decorator_list if not _is_task(d)]
    return ast.copy_location(bare, statement)


def _is_task(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return name == "task"


def _words(statement: ast.stmt) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
    return found
