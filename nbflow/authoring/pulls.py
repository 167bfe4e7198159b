"""Which values of other runs a task asks for: calls of `xcom_pull` with `dag_id`, `run_id` or
`include_prior_dates`, read in its source and its templates.

Nothing is run: what is not written out is carried as widely as can be (`core/elsewhere.py`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

from nbflow.core.elsewhere import ANY, Pull
from nbflow.core.orders import RETURN_VALUE

_CALL = re.compile(r"\bxcom_pull\s*(?=\()")
_LOOKED_AT = 2000
_POSITIONAL = ("task_ids", "dag_id", "key", "include_prior_dates")
_OWN = ("ti", "task_instance", "dag_run", "run", "dag", "task", "self")
_NOTHING = ("None", "none", "False", "false")


def pulls_in(text: str, task_id: str) -> set[Pull]:
    """What a text, Python or a template, asks for; `task_id` is the task it belongs to."""
    return {
        Pull(one.dag_id, tuple(each or task_id for each in one.task_ids), *_rest(one))
        for one in _found(text)
    }


def _rest(one: Pull) -> tuple[str, str, bool]:
    return one.key, one.run_id, one.prior


@lru_cache(maxsize=256)
def _found(text: str) -> frozenset[Pull]:
    """The pulls of a text; the empty task id stands for the asking task."""
    calls = (_call_at(text, match.end()) for match in _CALL.finditer(text))
    return frozenset(pull for call in calls if call is not None for pull in _pull(call))


def _call_at(text: str, start: int) -> ast.Call | None:
    """The call whose arguments begin at `start`: up to the first bracket that makes sense of it."""
    rest = text[start : start + _LOOKED_AT]
    for end in (match.end() for match in re.finditer(r"\)", rest)):
        try:
            parsed = ast.parse(f"f{rest[:end]}", mode="eval").body
        except (SyntaxError, ValueError):
            continue
        return parsed if isinstance(parsed, ast.Call) else None
    return None


def _pull(call: ast.Call) -> Iterator[Pull]:
    given = dict(zip(_POSITIONAL, call.args, strict=False))
    given |= {word.arg: word.value for word in call.keywords if word.arg}
    prior = not _is_nothing(given.get("include_prior_dates"))
    dag_id, run_id = _name(given.get("dag_id")), _name(given.get("run_id"))
    if dag_id == ANY or not (prior or dag_id or run_id):
        return  # its own run, or a DAG that nobody can know yet
    key = _constant(given["key"]) if "key" in given else RETURN_VALUE
    yield Pull(dag_id, _task_ids(given.get("task_ids")), key or ANY, "" if prior else run_id, prior)


def _is_nothing(node: ast.expr | None) -> bool:
    is_constant = isinstance(node, ast.Constant) and not node.value
    return node is None or is_constant or (isinstance(node, ast.Name) and node.id in _NOTHING)


def _name(node: ast.expr | None) -> str:
    """The id that is written out; nothing for the task's own, ANY for what only it will know."""
    if _is_nothing(node) or _is_own(node):
        return ""
    return (_constant(node) if node is not None else None) or ANY


def _task_ids(node: ast.expr | None) -> tuple[str, ...]:
    if _is_nothing(node) or _is_own(node):
        return ("",)
    if isinstance(node, (ast.List, ast.Tuple)):
        names = [_constant(each) for each in node.elts]
        return () if None in names else tuple(name for name in names if name)
    name = None if node is None else _constant(node)
    return () if name is None else (name,)


def _is_own(node: ast.expr | None) -> bool:
    if not isinstance(node, ast.Attribute) or node.attr not in ("dag_id", "run_id", "task_id"):
        return False
    return isinstance(node.value, ast.Name) and node.value.id in _OWN


def _constant(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
