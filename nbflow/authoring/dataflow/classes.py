"""What is known about a class of the notebook by its methods and decorators. Pure functions."""

from __future__ import annotations

import ast

from nbflow.authoring.dataflow.heap import Code
from nbflow.authoring.dataflow.syntax import may_store


def method_of(code: Code, name: str) -> Code | None:
    """The method `name` of a class or of the notebook's classes it inherits from."""
    if name in code.methods:
        return code.methods[name]
    for base in code.bases:
        for parent in base.codes:
            found = method_of(parent, name)
            if found is not None:
                return found
    return None


def _decorators(code: Code) -> list[str]:
    nodes = getattr(code.node, "decorator_list", [])
    return [ast.unparse(node).partition("(")[0].rpartition(".")[2] for node in nodes]


def is_property(code: Code) -> bool:
    return bool({"property", "cached_property"} & set(_decorators(code)))


def is_classmethod(code: Code) -> bool:
    return "classmethod" in _decorators(code)


def changes_when_used(code: Code) -> bool:
    """Whether a class has properties, operators or displays that may change the instance: they run
    without being called.
    """
    for name, method in code.methods.items():
        is_shown = name.startswith(("_repr_", "_ipython_"))
        is_hidden = is_shown or (name.startswith("__") and name not in _CONSTRUCTORS)
        is_hidden = is_hidden or is_property(method)
        if is_hidden and (may_store(method.node) or "cached_property" in _decorators(method)):
            return True
    return any(
        changes_when_used(parent) for base in code.bases for parent in base.codes if parent.is_class
    )


def may_answer(code: Code, name: str) -> bool:
    """Whether the class may have a method of that name, be it made up as it is looked up."""
    return any(method_of(code, each) for each in (name, "__getattr__", "__getattribute__"))


def is_record(code: Code) -> bool:
    """Whether instances are tuples with names: going through one uses up nothing."""
    return any(base.path in ("builtins.tuple", "typing.NamedTuple") for base in code.bases)


_CONSTRUCTORS = frozenset({"__init__", "__new__", "__post_init__", "__init_subclass__"})
