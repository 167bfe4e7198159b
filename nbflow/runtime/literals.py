"""Parameters as literals: what papermill can write into a cell so that it means the same there."""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from uuid import UUID

from nbflow.core.errors import NbflowError


class NotALiteral(NbflowError):
    """A parameter cannot be written into a notebook; the message says which, and what to do."""


def as_literals(parameters: Mapping[str, object]) -> dict[str, object]:
    """`parameters` made of None, bools, numbers, strings, lists and dicts alone.

    Dates and times become ISO text, durations seconds, paths text, NumPy's scalars and arrays
    numbers and lists. Raises NotALiteral for anything that would lose its meaning as text, and
    for a name that no code could use.
    """
    for name in parameters:
        if not name.isidentifier() or keyword.iskeyword(name):
            raise NotALiteral(
                f"The parameter {name!r} cannot be set in a notebook, for it is no name that code "
                "could use. Give it another one, of letters, digits and underscores."
            )
    return {name: _literal(value, name) for name, value in parameters.items()}


def _literal(value: object, name: str) -> object:
    if isinstance(value, Enum):
        return _literal(value.value, name)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, (PurePath, UUID, Decimal)):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _literal(item, f"{name}[{key!r}]") for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_literal(item, f"{name}[{index}]") for index, item in enumerate(value)]
    if isinstance(value, AbstractSet):
        return [_literal(item, name) for item in sorted(value, key=repr)]
    return _from_numpy(value, name)


def _from_numpy(value: object, name: str) -> object:
    # By its looks: importing NumPy for this would cost every worker a tenth of a second.
    to_list = getattr(value, "tolist", None)
    if type(value).__module__ == "numpy" and callable(to_list):
        return _literal(to_list(), name)
    kind = type(value)
    raise NotALiteral(
        f"The parameter {name} is a {kind.__module__}.{kind.__qualname__}, which cannot be written "
        "into a notebook as a literal. Hand on plain data instead, such as the path of a file."
    )
