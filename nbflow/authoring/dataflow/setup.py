"""Setup: the statements that every task's kernel runs first, so that imports, definitions and
constants need not travel.

A statement qualifies by its form (`statements.py`) if all it uses qualifies too and nothing ever
changes what it makes. A task runs the setup of the cells that stand before it, never of those
after: what it runs is always a part of the notebook in notebook order.
"""

from __future__ import annotations

import ast
import builtins
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from nbflow.authoring.dataflow.facts import CellFacts, How, Statement
from nbflow.authoring.dataflow.heap import Code, Heap, Site
from nbflow.authoring.dataflow.machine import BUILTIN_NAMES
from nbflow.authoring.dataflow.syntax import free_names

Key = tuple[int, int]
"""A statement: (cell, number within the cell)."""


@dataclass(frozen=True)
class Setup:
    """Which statements are setup. `cells` maps a cell's index to the facts about it, in notebook
    order.
    """

    cells: Mapping[int, CellFacts]
    statements: frozenset[Key]
    forced: frozenset[int]

    def is_whole(self, cell: int) -> bool:
        """Whether the cell is setup and nothing else."""
        return cell in self.forced or (
            bool(self.cells[cell].statements)
            and not self.cells[cell].is_opaque
            and all((cell, n) in self.statements for n in range(len(self.cells[cell].statements)))
        )

    def has_part(self, cell: int) -> bool:
        """Whether other cells' kernels have something of this cell to run."""
        return cell in self.forced or any(key[0] == cell for key in self.statements)

    def part(self, cell: int) -> str:
        """The Python text of the setup statements of a cell."""
        found = self.cells[cell].statements
        return "\n".join(
            each.source for n, each in enumerate(found) if (cell, n) in self.statements
        )

    def provides(self, cell: int, name: str) -> bool:
        """Whether what `name` is at the end of the cell comes about by setup statements alone."""
        if cell in self.forced:
            return True
        binding = _binding(self.cells[cell], name)
        write = self.cells[cell].writes.get(name)
        is_plain = write is not None and write.how in (How.BINDS, How.MAYBE)
        return is_plain and bool(binding) and all((cell, n) in self.statements for n in binding)

    @cached_property
    def names(self) -> frozenset[str]:
        """Names that only setup ever writes."""
        written = {name for facts in self.cells.values() for name in facts.writes}
        return frozenset(name for name in written if self._is_only_setup(name))

    def _is_only_setup(self, name: str) -> bool:
        return all(
            self.provides(index, name)
            for index, facts in self.cells.items()
            if name in facts.writes
        )

    @cached_property
    def _sites(self) -> frozenset[Site]:
        """Things made by setup, which every kernel makes for itself."""
        found: set[Site] = set()
        for index, facts in self.cells.items():
            for n, statement in enumerate(facts.statements):
                if (index, n) in self.statements or index in self.forced:
                    found |= statement.sites
        return frozenset(found)

    def why_code_stays(self, code: Code) -> str:
        """Why a value that carries `code` cannot be sent to another kernel; empty if it can.

        Code that is sent by value sees the names of the notebook as they were, and a class sent by
        value is another class.
        """
        if self.travels_by_name(code):
            return ""
        if code.is_class:
            return f"of the class `{code.name}`, which is another class in another kernel"
        for name in sorted(self._globals_of(code)):
            if name not in self.names and any(
                name in facts.writes for facts in self.cells.values()
            ):
                return f"code (`{code.name}`) that reads `{name}`"
        return ""

    def travels_by_name(self, code: Code) -> bool:
        """Whether every kernel that gets `code` has made it itself by setup, under a name that only
        this code ever has: `runtime/pickling.py` sends that name.
        """
        is_named = isinstance(code.node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        return (
            is_named
            and not code.scopes
            and code.site in self._sites
            and self._bindings[code.name] == 1
            and (not code.is_class or _makes_plain_instances(code))
        )

    @cached_property
    def _bindings(self) -> Counter[str]:
        """How many statements bind each name, in all cells."""
        return Counter(
            name
            for facts in self.cells.values()
            for statement in facts.statements
            for name in statement.binds
        )

    def _globals_of(self, code: Code) -> set[str]:
        """Names of the notebook that the code, or code of the notebook that it calls, may read."""
        found: set[str] = set()
        todo = [code.node]
        while todo:
            for name in free_names(todo.pop()) - found:
                found.add(name)
                todo += self._definitions.get(name, [])
        return found

    @cached_property
    def _definitions(self) -> Mapping[str, list[ast.AST]]:
        """The functions and classes of each name that carries code."""
        found: dict[str, list[ast.AST]] = {}
        for facts in self.cells.values():
            for name, codes in facts.codes.items():
                found.setdefault(name, []).extend(code.node for code in codes)
        return found


def _makes_plain_instances(code: Code) -> bool:
    """Whether instances of a class come out of a pickle as they went in, running no code of it."""
    methods = _methods_with_inherited(code)
    if _PICKLED_BY_ITSELF & methods:
        return False
    return all(
        base.path.startswith(_PLAIN_BASES)
        or _is_plain_builtin(base.path, methods)
        or (bool(base.codes) and all(_makes_plain_instances(parent) for parent in base.codes))
        for each in (code, *_ancestors(code))
        for base in each.bases
    )


def _methods_with_inherited(code: Code) -> set[str]:
    return {name for each in (code, *_ancestors(code)) for name in each.methods}


def _ancestors(code: Code) -> list[Code]:
    """The notebook's own classes that a class inherits from."""
    parents = [parent for base in code.bases for parent in base.codes if parent is not code]
    return [*parents, *(each for parent in parents for each in _ancestors(parent))]


def _is_plain_builtin(path: str, methods: set[str]) -> bool:
    """Whether instances with a builtin type as their base, and these methods, are unpickled without
    them: exceptions are made anew from what they were given, dicts and lists are filled again.
    """
    made = getattr(builtins, path.removeprefix("builtins."), None)
    if isinstance(made, type) and issubclass(made, BaseException):
        return "__init__" not in methods
    return made in (dict, list, tuple) and not methods & {"__setitem__", "append", "extend"}


_PICKLED_BY_ITSELF = frozenset(
    "__new__ __del__ __reduce__ __reduce_ex__ __getstate__ __setstate__ __getnewargs__ "
    "__getnewargs_ex__ __getattr__ __getattribute__ __copy__".split()
)
_PLAIN_BASES = (
    "builtins.object",
    "enum.",
    "abc.",
    "typing.",
    "sklearn.base.",
    "pydantic.BaseModel",
)


def find_setup(cells: Mapping[int, CellFacts], heap: Heap, forced: Sequence[int]) -> Setup:
    """The setup of a notebook; `forced` are cells that a person has declared to be setup, as a
    whole.
    """
    candidates = {
        (index, n)
        for index, facts in cells.items()
        if not facts.is_opaque
        for n, statement in enumerate(facts.statements)
        if _is_harmless(statement, heap)
    }
    while True:
        unfit = {
            key for key in candidates if not _is_based_on_setup(key, cells, candidates, forced)
        }
        if not unfit:
            return Setup(cells, frozenset(candidates), frozenset(forced))
        candidates -= unfit


def _is_harmless(statement: Statement, heap: Heap) -> bool:
    is_changed = any(heap.thing(site).is_mutated for site in statement.sites)
    return statement.has_form and not statement.has_effects and not is_changed


def _is_based_on_setup(
    key: Key, cells: Mapping[int, CellFacts], candidates: set[Key], forced: Sequence[int]
) -> bool:
    """Whether all names that the statement uses come from setup, and all that it binds are bound in
    its cell by setup alone.
    """
    cell, number = key
    statement = cells[cell].statements[number]
    for name in statement.binds:
        if any((cell, n) not in candidates for n in _binding(cells[cell], name)):
            return False
    return all(_comes_from_setup(name, key, cells, candidates, forced) for name in statement.loads)


def _comes_from_setup(
    name: str, key: Key, cells: Mapping[int, CellFacts], candidates: set[Key], forced: Sequence[int]
) -> bool:
    cell, number = key
    earlier = [n for n in _binding(cells[cell], name) if n < number]
    if earlier:
        return all((cell, n) in candidates for n in earlier)
    for index in sorted((i for i in cells if i < cell), reverse=True):
        if name in cells[index].writes or cells[index].is_opaque:
            binding = [(index, n) for n in _binding(cells[index], name)]
            is_bound = cells[index].writes.get(name) is not None and bool(binding)
            is_setup = is_bound and all(each in candidates for each in binding)
            return index in forced or (is_setup and not cells[index].is_opaque)
    has_star = any(facts.has_star for index, facts in cells.items() if index <= cell)
    return name in BUILTIN_NAMES or has_star


def _binding(facts: CellFacts, name: str) -> list[int]:
    """The numbers of the statements of a cell that bind `name`."""
    return [n for n, statement in enumerate(facts.statements) if name in statement.binds]
