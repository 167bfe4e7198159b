"""What is known about a class of the notebook by its methods and decorators. Pure functions."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from nbflow.authoring.dataflow.heap import Code, Value
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


def hidden_methods(code: Code) -> list[Code]:
    """Methods that run without being called, those of the notebook's classes it inherits from too:
    operators, displays, those of `with` and of loops.
    """
    found = [
        method
        for name, method in code.methods.items()
        if name.startswith(("__", "_repr_", "_ipython_")) and name not in _CONSTRUCTORS
    ]
    parents = [parent for base in code.bases for parent in base.codes if parent.is_class]
    return found + [method for parent in parents for method in hidden_methods(parent)]


def with_ancestors(bases: Iterable[Value]) -> Iterator[tuple[Value, Code]]:
    """Each of the bases of a class, and of theirs, with the notebook's class that it is."""
    for base in bases:
        for code in base.codes:
            if code.is_class:
                yield base, code
                yield from with_ancestors(code.bases)


def is_metaclass(code: Code) -> bool:
    return any(
        base.path in _METACLASSES or any(is_metaclass(parent) for parent in base.codes)
        for base in code.bases
    )


def may_answer(code: Code, name: str) -> bool:
    """Whether the class may have a method of that name, be it made up as it is looked up."""
    return any(method_of(code, each) for each in (name, "__getattr__", "__getattribute__"))


def is_record(code: Code) -> bool:
    """Whether instances are tuples with names: going through one uses up nothing."""
    return any(base.path in ("builtins.tuple", "typing.NamedTuple") for base in code.bases)


_CONSTRUCTORS = frozenset({"__init__", "__new__", "__post_init__", "__init_subclass__"})
_METACLASSES = frozenset({"builtins.type", "abc.ABCMeta", "enum.EnumMeta", "enum.EnumType"})
MAKING_CLASSES = ("__prepare__", "__new__", "__init__", "__init_subclass__")
"""Methods of a metaclass that run as a class is made."""
