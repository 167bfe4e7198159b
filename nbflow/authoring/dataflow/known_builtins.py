"""What calling a builtin does. What may stand here is in `knowledge.py`."""

from __future__ import annotations

import builtins

from nbflow.authoring.dataflow.known import DYNAMIC, PURE_SCALAR, Known, Result

BUILTINS: dict[str, Known] = {
    **dict.fromkeys(
        "len int float str bool repr hash ord chr hex bin oct isinstance issubclass callable "
        "format ascii "
        "hasattr complex print bytes range any all help display".split(),
        PURE_SCALAR,
    ),
    **dict.fromkeys("abs round pow divmod".split(), Known(Result.ARITHMETIC)),
    "sum": Known(Result.SUM),
    **dict.fromkeys("list tuple set frozenset dict sorted bytearray".split(), Known(Result.HOLDS)),
    **dict.fromkeys("min max getattr".split(), Known(Result.PARTS)),
    **dict.fromkeys(
        "iter zip map filter enumerate reversed aiter".split(),
        Known(Result.LAZY, stuck="an iterator, which is used up by reading it"),
    ),
    **dict.fromkeys("next anext".split(), Known(Result.PARTS, mutates=(0,))),
    **dict.fromkeys("setattr delattr".split(), Known(Result.SCALAR, mutates=(0,))),
    **dict.fromkeys(
        "exec eval compile globals locals vars dir __import__".split(), Known(obstacle=DYNAMIC)
    ),
    **dict.fromkeys("exit quit breakpoint".split(), Known(obstacle="ends or stops the notebook")),
    "input": Known(Result.SCALAR, obstacle="waits for a person"),
    "open": Known(Result.OBJECT, file="open", stuck="an open file"),
    "memoryview": Known(Result.VIEW, stuck="a memoryview"),
    "object": Known(Result.OBJECT),
    "slice": Known(Result.OBJECT),
    "id": Known(Result.SCALAR, itself=True),
    "type": Known(Result.PARTS),
}

NOT_ITERATING = frozenset(
    "print len isinstance issubclass type repr str id hasattr getattr callable display format "
    "hash bool int float "
    "help setattr delattr round abs".split()
)
"""Builtins that never go through the elements of what they get."""

# Exceptions, and types that are hardly ever called.
BUILTIN_EXCEPTIONS = Known(Result.HOLDS)


def is_builtin(name: str) -> bool:
    return hasattr(builtins, name)
