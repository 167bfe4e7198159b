"""What keeps cells of a notebook from running side by side, and how to write them so that they do.

Nothing here is wrong: `nbflow dags lint` tells it as warnings.
"""

from __future__ import annotations

from collections.abc import Iterator

from nbflow.authoring.dataflow.facts import AMBIENT, CellFacts, Mode
from nbflow.authoring.dataflow.flow import Flow
from nbflow.authoring.dataflow.fusion import Plan
from nbflow.core.errors import Problem

NOT_FOLLOWED = "NBF512"
STAR = "NBF513"
LATE_SETTING = "NBF514"
CANNOT_TRAVEL = "NBF515"


def advise(plan: Plan) -> list[Problem]:
    """Warnings, in the order of the cells. A notebook of one cell of work has nothing to gain."""
    if len(plan.flow.work) < 2:
        return []
    found = [*_not_followed(plan.flow), *_stars(plan.flow), *_settings(plan.flow), *_stuck(plan)]
    return sorted(found, key=lambda problem: (problem.cell or 0, problem.line or 0, problem.code))


def _not_followed(flow: Flow) -> Iterator[Problem]:
    for facts in _work(flow):
        for obstacle in [each for each in facts.obstacles if each.names][:1]:
            message = f"This cell {obstacle.why}: it waits for all before it, and all behind it "
            message += "run in one task with it."
            fix = "Write out the names that it reads and writes, or let it be the last cell."
            yield _warning(NOT_FOLLOWED, message, fix, facts.index, obstacle.line)


def _stars(flow: Flow) -> Iterator[Problem]:
    for facts in flow.facts.values():
        for statement in facts.statements:
            if statement.star:
                message = f"`{statement.source}` gives names that only show when it runs."
                fix = "Import the names that are used: `from math import floor, pi`."
                yield _warning(STAR, message, fix, facts.index, statement.line)


def _settings(flow: Flow) -> Iterator[Problem]:
    for facts in _work(flow):
        late = [
            touch
            for touch in facts.touches
            if touch.resource == AMBIENT
            and touch.mode is not Mode.READ
            and (facts.index, touch.statement) not in flow.setup.statements
        ]
        is_followed = any(index > facts.index for index in flow.work)
        for touch in late[:1] if is_followed and not facts.is_opaque else ():
            message = f"This cell {touch.why}, which counts for all cells behind it: they run in "
            message += "one task with it."
            fix = "Set it beside the imports, or in a `with` block around what needs it."
            yield _warning(LATE_SETTING, message, fix, facts.index, touch.line)


def _stuck(plan: Plan) -> Iterator[Problem]:
    told: set[tuple[int, str]] = set()
    for bond in plan.flow.bonds:
        if bond.is_certain and (bond.one, bond.why) not in told:
            told.add((bond.one, bond.why))
            message = f"{bond.why[:1].upper()}{bond.why[1:]}: its readers run in one task with it."
            fix = "Hand on what is read from it instead: a list, a table, a path."
            yield _warning(CANNOT_TRAVEL, message, fix, bond.one, None)


def _work(flow: Flow) -> Iterator[CellFacts]:
    return (flow.facts[index] for index in flow.work)


def _warning(code: str, message: str, fix: str, cell: int, line: int | None) -> Problem:
    return Problem(code, message, fix, severity="warning", cell=cell, line=line)
