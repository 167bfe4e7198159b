"""Questions about a piece of syntax tree that need no knowledge of what stands around it."""

from __future__ import annotations

import ast
import re
import symtable
import textwrap
from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias

from nbflow.authoring.dataflow import known_builtins, methods

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@lru_cache(maxsize=256)
def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def node_kind(node: ast.AST) -> str:
    """The kind of node, as methods are named for it: ann_assign for an AnnAssign."""
    return _snake_case(type(node).__name__)


def place_of(node: ast.AST) -> tuple[object, ...]:
    return (
        type(node).__name__,
        getattr(node, "lineno", 0),
        getattr(node, "col_offset", 0),
        getattr(node, "end_col_offset", 0),
    )


@lru_cache(maxsize=1024)
def short(node: ast.AST) -> str:
    text = ast.unparse(node).replace("\n", " ")
    return text if len(text) <= 40 else f"{text[:39]}…"


def annotations_of(arguments: ast.arguments, returns: ast.expr | None) -> list[ast.expr]:
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    every += [each for each in (arguments.vararg, arguments.kwarg) if each is not None]
    found = [each.annotation for each in every if each.annotation is not None]
    return found if returns is None else [*found, returns]


def defaults_of(spec: ast.arguments) -> list[tuple[str, ast.expr]]:
    """(parameter, default) of the parameters that have one."""
    positional = [*spec.posonlyargs, *spec.args]
    found = (
        []
        if not spec.defaults
        else list(zip(positional[-len(spec.defaults) :], spec.defaults, strict=True))
    )
    keyword = [
        (p, d) for p, d in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if d is not None
    ]
    return [(parameter.arg, default) for parameter, default in [*found, *keyword]]


def targets_of(node: ast.expr) -> list[str]:
    return [each.id for each in ast.walk(node) if isinstance(each, ast.Name)]


def own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Everything inside `node` but not inside the functions, classes and comprehensions in it."""
    todo = list(ast.iter_child_nodes(node))
    while todo:
        each = todo.pop()
        yield each
        if not isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            todo.extend(ast.iter_child_nodes(each))


def _nodes_of_scope(node: ast.AST) -> list[ast.AST]:
    """`node` and what is inside it, as far as its names belong to the scope it stands in."""
    is_scope = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda))
    return [node] if is_scope else [node, *own_nodes(node)]


def assigned_in(node: ast.AST) -> Iterator[str]:
    """Names that `node` itself binds."""
    for each in _nodes_of_scope(node):
        if isinstance(each, ast.Name) and isinstance(each.ctx, (ast.Store, ast.Del)):
            yield each.id
        elif isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield each.name
        elif isinstance(each, (ast.Import, ast.ImportFrom)):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in each.names)
        elif (isinstance(each, ast.ExceptHandler) and each.name) or (
            isinstance(each, (ast.MatchAs, ast.MatchStar)) and each.name
        ):
            yield each.name
        elif isinstance(each, ast.MatchMapping) and each.rest:
            yield each.rest


@lru_cache(maxsize=1024)
def declared_global(node: ast.AST) -> frozenset[str]:
    """Names that the code, or a function in it, declares global."""
    nodes = ast.walk(node)
    return frozenset(name for each in nodes if isinstance(each, ast.Global) for name in each.names)


def names_of(node: FunctionNode) -> tuple[frozenset[str], frozenset[str]]:
    """(names local to the function, names it declares global)."""
    spec = node.args
    every = [*spec.posonlyargs, *spec.args, *spec.kwonlyargs]
    every += [each for each in (spec.vararg, spec.kwarg) if each is not None]
    local = {each.arg for each in every}
    declared: set[str] = set()
    outer: set[str] = set()
    body = [node.body] if isinstance(node, ast.Lambda) else node.body
    for statement in body:
        local |= set(assigned_in(statement))
        for each in _nodes_of_scope(statement):
            if isinstance(each, ast.Global):
                declared |= set(each.names)
            elif isinstance(each, ast.Nonlocal):
                outer |= set(each.names)
    return frozenset(local - declared - outer), frozenset(declared)


@lru_cache(maxsize=1024)
def is_generator(node: FunctionNode) -> bool:
    return any(isinstance(each, (ast.Yield, ast.YieldFrom)) for each in own_nodes(node))


@lru_cache(maxsize=1024)
def may_store(node: ast.AST) -> bool:
    """Whether the code may change anything but local names, itself or by what it calls."""
    return any(_stores(each) for each in ast.walk(node))


def _stores(node: ast.AST) -> bool:
    if isinstance(node, (ast.Attribute, ast.Subscript)):
        return not isinstance(node.ctx, ast.Load)
    if isinstance(node, ast.Call):
        return not _is_quiet_call(node.func)
    # `x += [1]` changes the list that x stands for, wherever it came from.
    return isinstance(node, (ast.Global, ast.Nonlocal, ast.AugAssign))


def _is_quiet_call(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        return function.attr in methods.PURE_METHODS
    known = known_builtins.BUILTINS.get(function.id) if isinstance(function, ast.Name) else None
    return known is not None and not known.mutates and not known.obstacle


def selects_by_copy(node: ast.expr) -> bool:
    """Whether a table or array indexed by this gives a copy: a condition or a list of
    labels does.
    """
    if isinstance(node, ast.Tuple):
        return any(selects_by_copy(each) for each in node.elts)
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Invert)
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, (ast.BitAnd, ast.BitOr)) and selects_by_copy(node.left)
    return isinstance(node, (ast.Compare, ast.List, ast.ListComp))


@lru_cache(maxsize=1024)
def free_names(node: ast.AST) -> frozenset[str]:
    """Names that the code looks up outside itself, in whatever scope stands around it."""
    outer = sorted(
        {n for each in ast.walk(node) if isinstance(each, ast.Nonlocal) for n in each.names}
    )
    text = ast.unparse(node)
    if outer:
        # Python wants to see the scope that nonlocal names belong to.
        text = f"def around({', '.join(outer)}):\n" + textwrap.indent(text, "    ")
    return frozenset(_free_in(symtable.symtable(text, "<cell>", "exec")))


def _free_in(table: symtable.SymbolTable) -> Iterator[str]:
    is_module = table.get_type() == "module"
    for symbol in table.get_symbols():
        if (
            (symbol.is_referenced() and not symbol.is_assigned())
            if is_module
            else symbol.is_global()
        ):
            yield symbol.get_name()
    for child in table.get_children():
        yield from _free_in(child)
