"""Which statements look as if every kernel could run them first: imports, definitions, constants
and settings.

A constant is a name in capitals (or a logger, a pattern, a lambda and the like, which define rather
than compute). Other names are values, which travel from cell to cell along edges that can be seen,
however simple they are. Only the form is judged here; whether the names they use and make allow it
is seen in `setup.py`, when the whole notebook is read.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from nbflow.authoring.dataflow import knowledge, libraries
from nbflow.authoring.dataflow.shell import SETTING_MAGICS
from nbflow.authoring.dataflow.source import shell_call

PathOf = Callable[[ast.expr], str]


def has_setup_form(node: ast.stmt, path_of: PathOf) -> bool:
    """Whether the statement does nothing but import, define, name a constant, or change a setting
    of a library.
    """
    if isinstance(node, (ast.Import, ast.ImportFrom, ast.Pass)):
        return True
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return _is_plain_function(node, path_of)
    if isinstance(node, ast.ClassDef):
        return _is_plain_class(node, path_of)
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        return _is_plain_assignment(node, path_of)
    if isinstance(node, ast.Try):
        return _only_tries_imports(node, path_of)
    if isinstance(node, ast.If):
        return path_of(node.test) == "typing.TYPE_CHECKING" and not node.orelse
    if isinstance(node, ast.Expr):
        return _is_setting(node.value, path_of)
    return False


def _is_plain_function(node: ast.FunctionDef | ast.AsyncFunctionDef, path_of: PathOf) -> bool:
    defaults = [*node.args.defaults, *(each for each in node.args.kw_defaults if each is not None)]
    return _are_plain_decorators(node.decorator_list, path_of) and all(
        _is_plain(default, path_of) for default in defaults
    )


def _is_plain_class(node: ast.ClassDef, path_of: PathOf) -> bool:
    bases = [*node.bases, *(keyword.value for keyword in node.keywords)]
    return (
        _are_plain_decorators(node.decorator_list, path_of)
        and all(_is_plain(base, path_of) for base in bases)
        and all(_is_plain_member(each, path_of) for each in node.body)
    )


def _is_plain_member(node: ast.stmt, path_of: PathOf) -> bool:
    if isinstance(node, ast.Assign):
        return _is_plain(node.value, path_of)
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.AnnAssign):
        return node.value is None or _is_plain(node.value, path_of)
    return has_setup_form(node, path_of) and not isinstance(node, (ast.Try, ast.If))


def _are_plain_decorators(nodes: list[ast.expr], path_of: PathOf) -> bool:
    return all(_is_plain_decorator(node, path_of) for node in nodes)


def _is_plain_decorator(node: ast.expr, path_of: PathOf) -> bool:
    function = node.func if isinstance(node, ast.Call) else node
    if isinstance(function, ast.Attribute) and function.attr in ("setter", "getter", "deleter"):
        return True
    return path_of(function).removeprefix("builtins.") in libraries.PLAIN_DECORATORS


def _is_plain_assignment(node: ast.Assign | ast.AnnAssign, path_of: PathOf) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    if node.value is None or not _is_plain(node.value, path_of):
        return False
    if _defines(node.value, path_of):
        return all(isinstance(target, ast.Name) for target in targets)
    return all(_is_constant_name(target) or _is_of_setting(target, path_of) for target in targets)


def _defines(node: ast.expr, path_of: PathOf) -> bool:
    """Whether the value is a definition rather than data: a lambda, a logger, a pattern, a type."""
    if isinstance(node, ast.Call):
        return path_of(node.func) in libraries.DEFINING_CALLS
    return isinstance(node, ast.Lambda)


def _is_constant_name(node: ast.expr) -> bool:
    if isinstance(node, ast.Tuple):
        return all(_is_constant_name(each) for each in node.elts)
    return isinstance(node, ast.Name) and node.id.isupper()


def _is_of_setting(node: ast.expr, path_of: PathOf) -> bool:
    """`plt.rcParams["x"] = ...`, `pd.options.display.width = ...`, `os.environ["X"] = ...`."""
    base = node.value if isinstance(node, ast.Subscript) else node
    if isinstance(node, ast.Subscript) and not _is_plain(node.slice, path_of):
        return False
    path = path_of(base)
    top = path.partition(".")[0]
    return bool(path) and top in libraries.STATELESS_LIBRARIES - libraries.DATASETS


def _only_tries_imports(node: ast.Try, path_of: PathOf) -> bool:
    """`try: import x` with a fallback that is an import or a constant."""
    if node.orelse or node.finalbody:
        return False
    handlers = [each for handler in node.handlers for each in handler.body]
    catches = all(
        handler.type is not None and path_of(handler.type) in _IMPORT_ERRORS
        for handler in node.handlers
    )
    tried = all(_is_plain_member(each, path_of) for each in [*node.body, *handlers])
    return catches and tried


_IMPORT_ERRORS = frozenset({"builtins.ImportError", "builtins.ModuleNotFoundError"})


def _is_setting(node: ast.expr, path_of: PathOf) -> bool:
    in_shell = shell_call(node)
    if in_shell is not None:
        method, texts = in_shell
        return method == "run_line_magic" and texts[0] in SETTING_MAGICS
    if not isinstance(node, ast.Call):
        return False
    arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
    path = path_of(node.func)
    top = path.partition(".")[0]
    is_setting = top in libraries.STATELESS_LIBRARIES and knowledge.is_setting(path)
    return is_setting and all(_is_plain(argument, path_of) for argument in arguments)


def _is_plain(node: ast.expr, path_of: PathOf) -> bool:
    """Whether the expression costs little and gives the same wherever it runs, provided that the
    names in it do.
    """
    if isinstance(node, (ast.Constant, ast.Name)):
        return True
    if isinstance(node, ast.Attribute):
        return bool(path_of(node)) or _is_plain(node.value, path_of)
    if isinstance(node, ast.Lambda):
        return all(_is_plain(default, path_of) for default in node.args.defaults)
    if isinstance(node, ast.Call):
        return _is_plain_call(node, path_of)
    if isinstance(node, _PLAIN_NODES):
        children = [each for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)]
        return all(_is_plain(child, path_of) for child in children)
    return False


def _is_plain_call(node: ast.Call, path_of: PathOf) -> bool:
    path = path_of(node.func).removeprefix("builtins.")
    arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
    is_plain = path in libraries.PLAIN_CALLS or (
        isinstance(node.func, ast.Attribute)
        and node.func.attr in _PLAIN_METHODS
        and _is_plain(node.func.value, path_of)
    )
    return is_plain and all(_is_plain(argument, path_of) for argument in arguments)


_PLAIN_METHODS = frozenset(
    (
        "joinpath resolve absolute expanduser with_suffix with_name split strip lower upper format"
    ).split()
)
_PLAIN_NODES = (
    ast.BinOp,
    ast.UnaryOp,
    ast.BoolOp,
    ast.Compare,
    ast.IfExp,
    ast.List,
    ast.Tuple,
    ast.Set,
    ast.Dict,
    ast.Subscript,
    ast.Slice,
    ast.Starred,
    ast.JoinedStr,
    ast.FormattedValue,
)
