"""What is known about builtins, libraries and methods: which of them change what they get, what
comes back, what else they touch.

These tables are the only place with such knowledge; whatever is not in them is taken to do anything
it could. An entry that is missing costs parallelism, a wrong entry costs a wrong result: add only
what the library documents. Names are dotted, as imported.
"""

from __future__ import annotations

from dataclasses import replace

from nbflow.authoring.dataflow import libraries, methods
from nbflow.authoring.dataflow.facts import AMBIENT, RANDOM
from nbflow.authoring.dataflow.known import PURE_SCALAR, Known, Result
from nbflow.authoring.dataflow.known_builtins import BUILTIN_EXCEPTIONS, BUILTINS
from nbflow.authoring.dataflow.known_functions import FUNCTIONS

CHANGED_KEYWORDS = (
    *("out", "output", "ax", "axes", "fig", "cax", "file", "fp", "stream", "buf", "con", "conn"),
    *("stdout", "stderr"),
    *("random_state", "rng", "generator"),
)
"""Keywords whose argument a function of any library changes: what it draws on or writes to."""

FILE_KEYWORDS = {"logging.basicConfig": "filename"}
"""Functions that go on writing to a file where they are given one by this keyword."""

READ_IN_STEPS = {
    "chunksize": "a file that is read in steps",
    "iterator": "a file that is read in steps",
    "mmap_mode": "a mapped file",
}
"""Keywords of reading functions that make the result an iterator, or tie it to its file."""

STUCK_ELEMENTS = {
    "finditer": "the result of matching a pattern",
    "scandir": "an entry of a folder",
}
"""Functions and methods that give things, one after the other, that cannot be sent."""


def makes_what_it_gives(path: str) -> bool:
    """Whether what an iterator from `path` gives is made as it is read, instead of taken from the
    arguments.
    """
    top, _, last = path.rpartition(".")
    return top == "csv" or last in STUCK_ELEMENTS or last.startswith(methods.LOADING_PREFIXES)


_DATA = Known(Result.FRESH)
_HANDS_ON = Known(Result.UNKNOWN)
_MODELS = Known(Result.VIEW, draws=True)


def known_function(path: str, stateless: frozenset[str] = frozenset()) -> Known | None:
    """What calling the imported `path` does; None if it could do anything (its module may have
    hidden state).

    `stateless` names more modules that a person vouches for.
    """
    top, _, _ = path.partition(".")
    last = path.rpartition(".")[2]
    if top in libraries.STATELESS_LIBRARIES | stateless:
        if last in libraries.SEED_NAMES:
            return Known(Result.SCALAR, touches=((f"{RANDOM}:{top}", "reset"),))
        if is_setting(path) and path not in FUNCTIONS:
            return Known(Result.SCALAR, touches=((AMBIENT, "write"),))
    exact = _most_specific(path)
    if exact is not None:
        return exact
    return _by_library(path, top, last, stateless)


def is_setting(path: str) -> bool:
    """Whether calling `path` changes a setting for the whole process."""
    if path in libraries.SETTING_PATHS or path.startswith(libraries.SETTING_CLASSES):
        return True
    top, last = path.partition(".")[0], path.rpartition(".")[2]
    says_so = top in libraries.SETTING_BY_PREFIX and last.startswith(libraries.SETTING_PREFIXES)
    return "." in path and path != "builtins.set" and (says_so or last in libraries.SETTING_NAMES)


def _most_specific(path: str) -> Known | None:
    """The entry for `path` itself or for the nearest module above it."""
    while path:
        if path in FUNCTIONS:
            return FUNCTIONS[path]
        path = path.rpartition(".")[0]
    return None


def _by_library(path: str, top: str, last: str, stateless: frozenset[str]) -> Known | None:
    if top == "builtins":
        return _of_builtin(path, last)
    for prefix, known in _BY_PREFIX.items():
        if path.startswith(prefix):
            return known
    if top in libraries.HOLDING_LIBRARIES:
        return Known(Result.UNKNOWN)
    if path in libraries.IMMUTABLE_TYPES:
        return PURE_SCALAR
    if top in libraries.DATA_LIBRARIES | stateless:
        known = _object_or(_DATA, last)
        if top in libraries.OBJECT_GIVING:
            known = replace(known, result=Result.OBJECT)
        return _with_files(replace(known, draws=top == "scipy"), last)
    if top in libraries.CHANGING_LIBRARIES:
        return Known(Result.OBJECT, draws=True, changes=True)
    if top in libraries.MODEL_LIBRARIES:
        gives_data = top in libraries.DATA_GIVING and last not in libraries.OBJECT_MAKING
        known = _object_or(_MODELS, last) if gives_data else replace(_MODELS, result=Result.OBJECT)
        return _with_files(known, last)
    return None


def _of_builtin(path: str, last: str) -> Known:
    """A builtin, or a method of one that is called by its class: `dict.fromkeys(names, [])`."""
    if path.count(".") > 1:
        of_type = path.split(".")[1]
        return PURE_SCALAR if of_type in ("str", "bytes", "int", "float") else _HANDS_ON
    return BUILTINS.get(last, BUILTIN_EXCEPTIONS)


_BY_PREFIX = {
    "random.": Known(Result.PARTS, touches=((RANDOM, "write"),)),
    "numpy.random.": Known(Result.VIEW, touches=((RANDOM, "write"),)),
    "itertools.": Known(Result.LAZY, stuck="an iterator, which is used up by reading it"),
    "tqdm.": Known(Result.LAZY, stuck="a progress bar"),
    "pathlib.": Known(Result.PATH),
    "collections.": Known(Result.HOLDS),
}


def _object_or(known: Known, last: str) -> Known:
    """A name in capitals is a class, whose instances own what they are made from."""
    return replace(known, result=Result.OBJECT) if last[:1].isupper() else known


def _with_files(known: Known, last: str) -> Known:
    mode = methods.file_mode(last)
    return replace(known, file=mode) if mode else known
