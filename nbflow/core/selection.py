"""Selection expressions: which task instances a person means, wherever tasks are chosen.

    load            a task                      load_*           by pattern
    +load           with all upstream           load+            with all downstream
    2+load          two steps upstream          load+1           one step downstream
    train[3]        one instance of a mapped task
    state:failed    group:etl    operator:BashOperator    tag:slow
    a, b   a b   a | b    either        a & b    both        !a    all but        ( ... )

What is done with the chosen ones is decided in `rerun.py` and `backfill.py`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from nbflow.core.dag import Dag, Task
from nbflow.core.errors import NotFoundError
from nbflow.core.events import TaskKey
from nbflow.core.reach import reach
from nbflow.core.setup_teardown import Scopes
from nbflow.core.snapshot import TaskInstance
from nbflow.core.spelling import did_you_mean
from nbflow.core.states import TaskState

Instances = Mapping[TaskKey, TaskInstance]
Keys = frozenset[TaskKey]


class SelectionError(NotFoundError):
    """A selection cannot be read, or names what is not there; says where in the text, and why."""


def select(text: str, dag: Dag, instances: Instances | None = None) -> Keys:
    """The task instances that `text` means.

    Without `instances`, before there is a run, each task stands for itself with map index -1.
    Raises SelectionError.
    """
    return _Reader(text, dag, instances).read()


def select_all(texts: Iterable[str], dag: Dag, instances: Instances | None = None) -> Keys:
    """What any of these selections means."""
    return frozenset().union(*(select(text, dag, instances) for text in texts))


def select_tasks(texts: Iterable[str], dag: Dag) -> tuple[str, ...]:
    """The tasks that any of these selections means before there is a run, in the order of the DAG.

    The setups they need, and their teardowns, come with them.
    """
    chosen = Scopes(dag).with_setups({task_id for task_id, _ in select_all(texts, dag)})
    return tuple(task.task_id for task in dag.tasks if task.task_id in chosen)


def in_order(dag: Dag, keys: Collection[TaskKey]) -> tuple[TaskKey, ...]:
    """These instances in topological order; those of tasks that the DAG has no more are left
    out.
    """
    place = dag.graph.position
    known = [key for key in keys if key[0] in place]
    return tuple(sorted(known, key=lambda key: (place[key[0]], key[1])))


# -- reading ---------------------------------------------------------------------------------------

_TERM = re.compile(r"(?:(?P<up>\d*)\+)?(?P<name>[^\s,|&!()+]+)(?:(?P<plus>\+)(?P<down>\d*))?")
_OPERATORS = {",": "|", "|": "|", "&": "&", "!": "!", "(": "(", ")": ")"}
_INDEXED = re.compile(r"(?P<task>.+)\[(?P<index>\d+)\]")


@dataclass(frozen=True)
class _Token:
    kind: str
    at: int
    match: re.Match[str] | None = None


class _Reader:
    """Reads an expression from left to right and works it out as it goes."""

    def __init__(self, text: str, dag: Dag, instances: Instances | None) -> None:
        self._text = text
        self._dag = dag
        self._graph = dag.graph
        self._states = instances
        every: Iterable[TaskKey] = (
            ((task.task_id, -1) for task in dag.tasks) if instances is None else instances
        )
        self._every = frozenset(key for key in every if key[0] in dag.by_id)
        self._tokens = list(self._split())
        self._next = 0

    def read(self) -> Keys:
        if not self._tokens:
            raise self._wrong(0, "it is empty. Name a task, for example")
        found = self._union()
        if self._peek() is not None:
            raise self._wrong(self._tokens[self._next].at, "this ')' closes nothing")
        return found

    def _split(self) -> Iterable[_Token]:
        at = 0
        while at < len(self._text):
            sign = self._text[at]
            if sign.isspace():
                at += 1
            elif sign in _OPERATORS:
                yield _Token(_OPERATORS[sign], at)
                at += 1
            else:
                match = _TERM.match(self._text, at)
                if match is None:
                    raise self._wrong(at, f"{sign!r} stands beside no task")
                after = self._text[match.end() : match.end() + 1]
                if after and not after.isspace() and after not in _OPERATORS:
                    raise self._wrong(match.end(), "put a blank or a comma between two tasks")
                yield _Token("term", at, match)
                at = match.end()

    def _peek(self) -> str | None:
        return self._tokens[self._next].kind if self._next < len(self._tokens) else None

    def _union(self) -> Keys:
        found = self._both()
        while self._peek() in ("|", "term", "!", "("):
            if self._peek() == "|":
                self._next += 1
            found |= self._both()
        return found

    def _both(self) -> Keys:
        found = self._one()
        while self._peek() == "&":
            self._next += 1
            found &= self._one()
        return found

    def _one(self) -> Keys:
        if self._next >= len(self._tokens):
            raise self._wrong(len(self._text), "a task is missing at its end")
        token = self._tokens[self._next]
        self._next += 1
        if token.kind == "!":
            return self._every - self._one()
        if token.kind == "(":
            found = self._union()
            if self._peek() != ")":
                raise self._wrong(token.at, "this '(' is never closed")
            self._next += 1
            return found
        if token.match is None:
            raise self._wrong(token.at, f"a task is missing before {self._text[token.at]!r}")
        return self._with_neighbours(token.match)

    # -- one term ----------------------------------------------------------------------------------

    def _with_neighbours(self, match: re.Match[str]) -> Keys:
        found = self._atom(match["name"], match.start("name"))
        near: set[TaskKey] = set()
        if match["up"] is not None:
            near |= self._reach(found, self._graph.upstream, match["up"])
        if match["plus"] is not None:
            near |= self._reach(found, self._graph.downstream, match["down"])
        return found | near

    def _reach(self, keys: Keys, step: Mapping[str, tuple[str, ...]], depth: str) -> set[TaskKey]:
        return reach(self._dag, keys, step, self._every, int(depth) if depth else None)

    def _atom(self, name: str, at: int) -> Keys:
        method, colon, rest = name.partition(":")
        if colon:
            ways = {
                "state": self._in_state,
                "group": self._group,
                "operator": self._operator,
                "tag": self._tagged,
            }
            if method not in ways:
                why = f"there is no {method!r} to choose by. {did_you_mean(method, ways)}"
                raise self._wrong(at, why)
            return ways[method](rest, at + len(method) + 1)
        indexed = _INDEXED.fullmatch(name)
        if indexed and name not in self._dag.by_id:
            return self._instance(indexed["task"], int(indexed["index"]), at)
        if name in self._dag.by_id:
            return self._of([name])
        if any(sign in name for sign in "*?["):
            found = [task_id for task_id in self._graph.nodes if fnmatchcase(task_id, name)]
            if found:
                return self._of(found)
            raise self._wrong(at, f"no task is like {name!r}. {did_you_mean(name, ())}".rstrip())
        known = did_you_mean(name, self._graph.nodes)
        raise self._wrong(at, f"DAG {self._dag.dag_id!r} has no task {name!r}. {known}")

    def _instance(self, task_id: str, index: int, at: int) -> Keys:
        if task_id not in self._dag.by_id:
            known = did_you_mean(task_id, self._graph.nodes)
            raise self._wrong(at, f"DAG {self._dag.dag_id!r} has no task {task_id!r}. {known}")
        if (task_id, index) not in self._every:
            count = sum(key[0] == task_id and key[1] >= 0 for key in self._every)
            raise self._wrong(at, f"{task_id!r} has {count} mapped instances, none is {index}")
        return frozenset({(task_id, index)})

    def _in_state(self, word: str, at: int) -> Keys:
        if word not in {str(state) for state in TaskState}:
            raise self._wrong(
                at, f"there is no state {word!r}. {did_you_mean(word, map(str, TaskState))}"
            )
        if self._states is None:
            raise self._wrong(at, "there is no run yet whose states could be looked at")
        return frozenset(k for k in self._every if self._states[k].state.value == word)

    def _group(self, name: str, at: int) -> Keys:
        groups = [group.group_id for group in self._dag.groups]
        if name not in groups:
            known = did_you_mean(name, groups)
            raise self._wrong(at, f"DAG {self._dag.dag_id!r} has no task group {name!r}. {known}")
        return self._of(self._dag.tasks_of_group(name))

    def _operator(self, name: str, at: int) -> Keys:
        names = {word for task in self._dag.tasks for word in _operators_of(task)}
        if name not in names:
            raise self._wrong(at, f"no task is of operator {name!r}. {did_you_mean(name, names)}")
        return self._of(t.task_id for t in self._dag.tasks if name in _operators_of(t))

    def _tagged(self, tag: str, at: int) -> Keys:
        tags = {word for task in self._dag.tasks for word in task.tags}
        if tag not in tags:
            raise self._wrong(at, f"no task has the tag {tag!r}. {did_you_mean(tag, tags)}")
        return self._of(task.task_id for task in self._dag.tasks if tag in task.tags)

    def _of(self, task_ids: Iterable[str]) -> Keys:
        wanted = set(task_ids)
        return frozenset(key for key in self._every if key[0] in wanted)

    def _wrong(self, at: int, why: str) -> SelectionError:
        place = f", character {at + 1}" if self._text.strip() else ""
        dot = "" if why.endswith(("?", ".")) else "."
        if not self._text.strip():
            why, dot = "it is empty. Name a task, or several: load, +train, state:failed", "."
        return SelectionError(f"Selection {self._text!r}{place}: {why}{dot}")


def _operators_of(task: Task) -> set[str]:
    return {str(task.kind), task.operator} - {""}
