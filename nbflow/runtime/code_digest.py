"""A digest of what a function or class does, whatever lines its text stands on: two definitions of
one name are the same only if their digests are.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from hashlib import sha256
from types import CodeType, FunctionType

_PLAIN = (type(None), bool, int, float, complex, str, bytes, Enum)


def digest_of(obj: type | FunctionType) -> str:
    """The digest of the bytecode, constants and names of `obj` and of what stands inside it."""
    return sha256("\n".join(_told(obj)).encode()).hexdigest()[:32]


def _told(obj: object) -> Iterator[str]:
    if isinstance(obj, FunctionType):
        yield from _of_code(obj.__code__)
        for default in (*(obj.__defaults__ or ()), *(obj.__kwdefaults__ or {}).values()):
            yield from _told(default)
    elif isinstance(obj, type):
        yield from _of_class(obj)
    elif isinstance(obj, property):
        for each in (obj.fget, obj.fset, obj.fdel):
            yield from _told(each)
    elif isinstance(obj, (staticmethod, classmethod)):
        yield from _told(obj.__func__)
    elif isinstance(obj, (tuple, frozenset, list)):
        parts = [" ".join(_told(each)) for each in obj]
        yield from sorted(parts) if isinstance(obj, frozenset) else parts
    else:
        yield repr(obj) if isinstance(obj, _PLAIN) else type(obj).__qualname__


def _of_class(obj: type) -> Iterator[str]:
    yield from (f"{base.__module__}.{base.__qualname__}" for base in obj.__mro__)
    for name, member in sorted(vars(obj).items()):
        if not name.startswith("__") or isinstance(member, FunctionType):
            yield name
            yield from _told(member)


def _of_code(code: CodeType) -> Iterator[str]:
    yield code.co_code.hex()
    yield " ".join((*code.co_names, "|", *code.co_varnames, "|", *code.co_freevars))
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _of_code(constant)
        else:
            yield from _told(constant)
