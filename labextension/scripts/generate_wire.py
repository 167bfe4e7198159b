"""Writes labextension/src/wire.ts from the dataclasses of `nbflow.views.shapes`, docstrings and
all, so that no shape is written twice. Run it from the project's folder after changing a shape:

    python labextension/scripts/generate_wire.py
"""

from __future__ import annotations

import dataclasses
import inspect
import sys
import types
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from nbflow.core.errors import Problem
from nbflow.views import shapes

TARGET = Path(__file__).parents[1] / "src" / "wire.ts"
COMMAND = "python labextension/scripts/generate_wire.py"

_HEAD = f"""\
/**
 * The shapes of the wire: what the server sends, as `nbflow.views.shapes` defines it. Generated;
 * after a change there run `{COMMAND}`.
 */
"""
_WORDS = {str: "string", int: "number", float: "number", bool: "boolean", type(None): "null"}


def wire() -> str:
    """The text that wire.ts should have now."""
    found = [value for value in vars(shapes).values() if _is_shape(value)]
    return "\n".join([_HEAD, *map(_interface, [*found, Problem])])


def main() -> int:
    """Write wire.ts; returns the exit code."""
    TARGET.write_text(wire(), encoding="utf-8")
    return 0


def _is_shape(value: object) -> bool:
    return (
        isinstance(value, type)
        and dataclasses.is_dataclass(value)
        and value.__module__.startswith(f"{shapes.__name__}.")
    )


def _interface(shape: type) -> str:
    hints = get_type_hints(shape)
    names = [field.name for field in dataclasses.fields(shape)]
    members = [f"  {name}: {type_of(hints[name])};" for name in names]
    return "\n".join([_comment(shape), f"export interface {shape.__name__} {{", *members, "}", ""])


def _comment(shape: type) -> str:
    lines = (inspect.getdoc(shape) or "").splitlines()
    if len(lines) == 1:
        return f"/** {lines[0]} */"
    return "\n".join(["/**", *(f" * {line}".rstrip() for line in lines), " */"])


def type_of(hint: object) -> str:
    """The TypeScript type of what a value with this type hint becomes in JSON.

    Raises TypeError for hints that JSON has no form for.
    """
    if hint is Any:
        return "unknown"
    if isinstance(hint, type) and hint in _WORDS:
        return _WORDS[hint]
    if dataclasses.is_dataclass(hint):
        return str(getattr(hint, "__name__", hint))
    origin, args = get_origin(hint), get_args(hint)
    if origin is Literal:
        return " | ".join(f"'{word}'" for word in args)
    if origin in (Union, types.UnionType):
        return " | ".join(dict.fromkeys(map(type_of, args)))
    if origin is list:
        return _in_brackets(type_of(args[0]))
    if origin is tuple:
        return f"[{', '.join(map(type_of, args))}]"
    if origin is dict and args[0] is str:
        return f"Record<string, {type_of(args[1])}>"
    raise TypeError(f"JSON has no form for {hint!r}.")


def _in_brackets(item: str) -> str:
    return f"({item})[]" if " " in item and not item.startswith(("[", "Record<")) else f"{item}[]"


if __name__ == "__main__":
    sys.exit(main())
