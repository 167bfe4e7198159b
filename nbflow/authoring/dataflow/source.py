"""From the text of a cell to Python: IPython's own transformation first, then a look inside magics
that wrap Python code.

`%%time`, `%%capture`, `%%prun` and `%%task` are taken off, so that their body is read like any
other; what other magics do is said in `magic_effects.py`.
"""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass, replace

from IPython.core.inputtransformer2 import TransformerManager

_SPECIAL = re.compile(r"[%!?]|^\s*(>>>|In \[)", re.MULTILINE)
_AUTOMAGIC = re.compile(
    r"^(cd|ls|pip|conda|mamba|uv|run|env|cat|mkdir|rmdir|rm|cp|mv|man|who|whos|matplotlib|load_ext|timeit|store|reset)"
    r"\s+[^=(.\[\s]"
)
WRAPPERS = frozenset({"time", "capture", "prun", "task", "memit", "mprun", "lprun", "snakeviz"})
"""Cell magics that run their body as if it stood there alone, in the names of the notebook."""


@dataclass(frozen=True)
class CellMagic:
    """A wrapping cell magic that was taken off: its name, and the rest of its line."""

    name: str
    line: str
    number: int


@dataclass(frozen=True)
class CellSource:
    """The code of one cell as Python statements. `error` says what is wrong with its syntax, at
    `error_line`.

    `offset` is added to the line numbers of `body` to get lines of the cell as written.
    """

    index: int
    text: str
    body: tuple[ast.stmt, ...] = ()
    magics: tuple[CellMagic, ...] = ()
    error: str = ""
    error_line: int = 0
    may_raise: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.body and not self.error

    def magic(self, name: str) -> CellMagic | None:
        return next((magic for magic in self.magics if magic.name == name), None)


def parse_cell(index: int, text: str, *, may_raise: bool = False) -> CellSource:
    """Read one cell. Never raises: a syntax error is part of the value."""
    source = CellSource(index, text, may_raise=may_raise)
    return _parse(source, text, 0)


def parse_code(text: str, first_line: int) -> list[ast.stmt]:
    """The statements of code inside a magic that starts on `first_line` of its cell. Raises
    SyntaxError.
    """
    return _statements(_to_python(text), first_line - 1)


def _parse(source: CellSource, text: str, offset: int) -> CellSource:
    blank = len(text) - len(text.lstrip("\n \t\f\r")) if text.strip() else 0
    offset += text.count("\n", 0, blank)
    try:
        body = _statements(_to_python(text), offset)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        # ValueError: null bytes; the others: expressions nested too deeply for the parser.
        line = (getattr(error, "lineno", None) or 1) + offset
        return replace(source, error=getattr(error, "msg", None) or str(error), error_line=line)
    wrapped = _wrapped(body)
    if wrapped is None:
        return replace(source, body=tuple(body))
    name, line, inner = wrapped
    magics = (*source.magics, CellMagic(name, line, offset + 1))
    return _parse(replace(source, magics=magics), inner, offset + 1)


def _to_python(text: str) -> str:
    if not _SPECIAL.search(text) and "\n" in text.strip():
        return text.lstrip("\n") if not text[:1].isspace() else _transformed(text)
    if "\n" not in text.strip() and _AUTOMAGIC.match(text.strip()):
        return _transformed("%" + text.strip())
    return _transformed(text)


def _transformed(text: str) -> str:
    return TransformerManager().transform_cell(text)


def _statements(code: str, offset: int) -> list[ast.stmt]:
    with warnings.catch_warnings():
        # Invalid escapes in a person's strings are theirs to hear about when the cell runs.
        warnings.simplefilter("ignore")
        tree = ast.parse(code)
    if offset:
        ast.increment_lineno(tree, offset)
    return tree.body


def _wrapped(body: list[ast.stmt]) -> tuple[str, str, str] | None:
    """(name, line, body) if the whole cell is one magic that just wraps Python code."""
    if len(body) != 1 or not isinstance(body[0], ast.Expr):
        return None
    call = shell_call(body[0].value)
    if call is None or call[0] != "run_cell_magic" or len(call[1]) != 3:
        return None
    name, line, inner = call[1]
    return (name, line, inner) if name in WRAPPERS else None


def shell_call(node: ast.expr) -> tuple[str, list[str]] | None:
    """(method, texts) of a `get_ipython().method(...)` as IPython's transformation writes it."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return None
    base = node.func.value
    is_shell = (
        isinstance(base, ast.Call)
        and isinstance(base.func, ast.Name)
        and base.func.id == "get_ipython"
    )
    texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
    if not is_shell or len(texts) != len(node.args):
        return None
    return node.func.attr, [text for text in texts if isinstance(text, str)]
