"""Which variables and connections a task mentions: in templates, in arguments called `..._conn_id`,
in calls such as `Variable.get("x")` written in its source. It gets these and no others.

Only words are read here, nothing is run; names made up at run time are declared by `secrets=[...]`.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from nbflow.authoring import text_notebooks
from nbflow.authoring.findings import Findings
from nbflow.authoring.origin import is_installed
from nbflow.core.secrets import CONN, VAR, parse_name
from nbflow.core.spelling import did_you_mean

BAD_SECRET = "NBF216"  # noqa: S105 - the code of a finding

_QUOTED = r"""\(\s*(?:\w+\s*=\s*)?["']([^"'{}\s]+)["']"""
_IN_TEMPLATES = (
    (VAR, re.compile(r"\bvar\.(?:value|json)\.(?!get\b)(\w+)")),
    (VAR, re.compile(rf"\bvar\.(?:value|json)\.get{_QUOTED}")),
    (VAR, re.compile(r"""\bvar\.(?:value|json)\[\s*["']([^"'\s]+)["']""")),
    (CONN, re.compile(r"\bconn\.(?!get\b)(\w+)")),
    (CONN, re.compile(rf"\bconn\.get{_QUOTED}")),
    (CONN, re.compile(r"""\bconn\[\s*["']([^"'\s]+)["']""")),
)
_IN_CODE = (
    (VAR, re.compile(rf"\bVariable\s*\.\s*get{_QUOTED}")),
    (CONN, re.compile(rf"\bConnection\s*\.\s*get{_QUOTED}")),
    (CONN, re.compile(rf"\bget_connection{_QUOTED}")),
    (CONN, re.compile(r"""\b\w*conn_id\s*=\s*["']([^"'{}\s]+)["']""")),
)
_PREVIOUS = re.compile(r"\bprev_(?:data_interval_(?:start|end)|start_date|end_date)_success\b")
_IMPORTS = re.compile(
    r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import|import[ \t]+([\w., \t]+))", re.MULTILINE
)


def in_template(text: str) -> set[str]:
    """What a template mentions, as `var.x` and `conn.y`."""
    return _found(_IN_TEMPLATES, text) if "{" in text else set()


@lru_cache(maxsize=256)
def in_code(text: str) -> frozenset[str]:
    """What source code mentions in calls and in keyword arguments."""
    return frozenset(_found(_IN_CODE, text))


def names_previous(text: str) -> bool:
    """Whether a template or source names one of `prev_data_interval_start_success` and its like."""
    return _PREVIOUS.search(text) is not None


def in_arguments(arguments: Mapping[str, object]) -> set[str]:
    """The connections that arguments name which are called `conn_id` or `..._conn_id`."""
    return {
        f"{CONN}.{value}"
        for name, value in arguments.items()
        if name.endswith("conn_id") and isinstance(value, str) and parse_name(f"{CONN}.{value}")
    }


def sources_of(code: Callable[..., object]) -> Iterator[str]:
    """The text of the file that a function or class is written in, and of the modules of the same
    project that the file imports; only its own text if it was typed into a notebook.
    """
    code = inspect.unwrap(code)
    try:
        file = inspect.getsourcefile(code)
    except TypeError:  # a builtin, or an object that can be called
        return
    if file and Path(file).is_file():
        yield from _with_imports(Path(file))
        return
    with suppress(OSError, TypeError):
        yield inspect.getsource(code)


def in_notebook(file: Path) -> set[str]:
    """What the cells of a notebook mention; a file that is none has problems told elsewhere."""
    if file.suffix in text_notebooks.ENDINGS:
        return set(in_code(file.read_text(encoding="utf-8", errors="replace")))
    try:
        cells = json.loads(file.read_bytes()).get("cells", ())
        sources = ["".join(cell.get("source", "")) for cell in cells]
    except (ValueError, AttributeError, TypeError):
        return set()
    return {name for source in sources for name in in_code(source)}


def declared(given: object, findings: Findings) -> tuple[str, ...]:
    """What `secrets=[...]` of a task or DAG names; wrong names are findings."""
    names = [given] if isinstance(given, str) else given
    if names is None:
        return ()
    if not isinstance(names, Collection) or not all(isinstance(name, str) for name in names):
        findings.error(
            BAD_SECRET,
            f"secrets is {given!r}, which is no list of names.",
            "Write it as a list: ['var.region', 'conn.warehouse'].",
        )
        return ()
    for name in names:
        if parse_name(name) is None:
            closest = did_you_mean(name, [f"{VAR}.{name}", f"{CONN}.{name}"])
            findings.error(BAD_SECRET, f"secrets has {name!r}, which names no secret.", closest)
    return tuple(name for name in names if parse_name(name))


def _found(patterns: Iterable[tuple[str, re.Pattern[str]]], text: str) -> set[str]:
    return {f"{kind}.{name}" for kind, pattern in patterns for name in pattern.findall(text)}


def _with_imports(file: Path) -> Iterator[str]:
    todo, seen = [file], set[Path]()
    while todo:
        path = todo.pop()
        if path in seen or is_installed(path):
            continue
        seen.add(path)
        text, modules = _read(path, path.stat().st_mtime_ns)
        yield text
        todo += _loaded(modules)


@lru_cache(maxsize=256)
def _read(path: Path, changed: int) -> tuple[str, tuple[str, ...]]:  # noqa: ARG001 - part of the key
    """A file's text, and the names of the modules it imports; a thousand tasks may come from it."""
    text = path.read_text(encoding="utf-8", errors="replace")
    found = [
        part.split() for names in _IMPORTS.findall(text) for part in ",".join(names).split(",")
    ]
    return text, tuple(dict.fromkeys(words[0] for words in found if words))


def _loaded(names: Iterable[str]) -> Iterator[Path]:
    """The files of the modules that have been imported under these names."""
    for name in names:
        file = getattr(sys.modules.get(name), "__file__", None)
        if name.partition(".")[0] != "nbflow" and file and Path(file).suffix == ".py":
            yield Path(file)
