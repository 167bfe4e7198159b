"""How tables tell what calling something does: what it gives (`Result`), and the rest (`Known`)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Result(Enum):
    """What comes back from a call."""

    SCALAR = "scalar"  # immutable
    FRESH = "fresh"  # new data that shares nothing
    VIEW = "view"  # data that may share memory with the arguments
    HOLDS = "holds"  # a new container of the arguments' elements
    PARTS = "parts"  # an argument itself, or an element of it
    ARITHMETIC = "arithmetic"  # as of an operator: fresh for data and numbers
    SUM = "sum"  # as of an operator between the elements of an argument
    OBJECT = "object"  # a new instance that owns its arguments
    LAZY = "lazy"  # an iterator over the arguments
    PATH = "path"
    COPY = "copy"  # the same again, sharing nothing
    UNPICKLED = "unpickled"  # anything, of any class of the notebook too
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Known:
    """What calling something known does.

    `mutates` are positions and keywords of arguments that it changes. `file` is r or w for a
    function whose argument `file_at` names a file, open if its mode says which, parents if the
    folders above are written too, any if it may use any file. `touches` are (resource, mode).
    `draws`: it may use global random numbers. `stuck`: why its result cannot be sent to another
    kernel. `obstacle`: why the cell cannot be followed any more (`outside`: only what happens
    outside all names).
    `frame`: names in its text arguments are read from the notebook. `changes`: it may change any of
    its arguments. `grows_when_read`: looking up what is not in its result puts it there. `itself`:
    what it tells of its arguments does not hold of copies.
    """

    result: Result = Result.FRESH
    mutates: tuple[int | str, ...] = ()
    file: str = ""
    file_at: int | str = 0
    touches: tuple[tuple[str, str], ...] = ()
    draws: bool = False
    stuck: str = ""
    obstacle: str = ""
    outside: bool = False
    frame: bool = False
    changes: bool = False
    grows_when_read: bool = False
    itself: bool = False


# Entries of several tables.
PURE_SCALAR = Known(Result.SCALAR)
DYNAMIC = "works on the names of the notebook by text"
