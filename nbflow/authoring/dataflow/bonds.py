"""Which cells must share a kernel, because what they share cannot be sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import takewhile

from nbflow.authoring.dataflow.facts import (
    AMBIENT,
    MODULE,
    PLOTS,
    RANDOM,
    How,
    Mode,
    Mutation,
    Touch,
)
from nbflow.authoring.dataflow.flow import Bond, Cells, Use, is_about
from nbflow.authoring.dataflow.heap import by_number

_OTHER_BACKEND = re.compile(
    r"%matplotlib (?!inline)\S|close_figures|matplotlib\.use\(|switch_backend|plt\.ion\(|MPLBACKEND"
)


@dataclass(frozen=True)
class BondFinder(Cells):
    """Finds what is shared and cannot be sent. `stuck` is what a run has shown of it."""

    uses: Mapping[tuple[int, str], Use]
    stuck: Mapping[tuple[int, str], str]
    bonds: list[Bond] = field(default_factory=list)

    def find(self) -> tuple[Bond, ...]:
        self._bond_what_cannot_travel()
        self._bond_what_did_not_travel()
        self._bond_aliases()
        self._bond_what_is_asked_about_itself()
        self._bond_history()
        self._bond_shared_state()
        return tuple(dict.fromkeys(self.bonds))

    # --- what cannot be sent

    def _bond_what_cannot_travel(self) -> None:
        for use in list(self.uses.values()):
            why = self.facts[use.source].stuck.get(use.name) or self._why_code_stays(use)
            if why:
                line = self.facts[use.source].writes[use.name].line
                self._bond(
                    use.source,
                    use.reader,
                    f"`{use.name}` (cell {use.source}, line {line}) is or holds {why}, "
                    "which cannot be sent to another kernel",
                    is_certain=bool(self.facts[use.source].stuck.get(use.name)),
                )

    def _bond_what_did_not_travel(self) -> None:
        """What a run has shown. Tasks that a person declared stay apart all the same."""
        for use in list(self.uses.values()):
            why = self.stuck.get((use.source, use.name))
            if why:
                self._bond(
                    use.source,
                    use.reader,
                    f"`{use.name}` of cell {use.source} could not be sent to another kernel when "
                    f"it ran: it is or holds {why}",
                )

    def _why_code_stays(self, use: Use) -> str:
        codes = self.facts[use.source].codes.get(use.name, frozenset())
        named = [code for code in codes if self.setup.travels_by_name(code)]
        # Methods are found in their class.
        codes -= {method for code in named for method in code.methods.values()}
        reasons = (self.setup.why_code_stays(code) for code in sorted(codes, key=by_number))
        return next((reason for reason in reasons if reason), "")

    def _bond_aliases(self) -> None:
        """Where a cell changes an object that several names may stand for, and more than one of
        them matters, copies will not do.
        """
        needed: dict[int, set[str]] = {}
        for use in self.uses.values():
            needed.setdefault(use.source, set()).add(use.name)
        for cell in self.work:
            facts = self.facts[cell]
            for mutation in facts.mutations:
                matter = mutation.names & (set(facts.reads) | needed.get(cell, set()))
                if len(matter) > 1:
                    self._bond_mutation(cell, mutation, sorted(matter))

    def _bond_mutation(self, cell: int, mutation: Mutation, names: list[str]) -> None:
        shown = " and ".join(f"`{name}`" for name in names[:3])
        for other in sorted(mutation.linked_in & set(self.work)):
            why = (
                f"{shown} may be one object, "
                f"which cell {cell} changes (line {mutation.line}: {mutation.why})"
            )
            self._bond(other, cell, why)

    def _bond_what_is_asked_about_itself(self) -> None:
        """Where a cell asks about an object what only holds of the very object, no copy will do."""
        for reader in self.work:
            for asked in self.facts[reader].asked:
                why = f"cell {reader} {asked.why}, and a copy of `{asked.name}` answers otherwise"
                for other in sorted(asked.linked_in & set(self.work)):
                    self._bond(other, reader, why)
                cell, use = reader, self.uses.get((reader, asked.name))
                while use is not None:
                    self._bond(use.source, cell, why)
                    cell = use.source
                    goes_on = self._changes(cell, asked.name)
                    use = self.uses.get((cell, asked.name)) if goes_on else None

    def _changes(self, cell: int, name: str) -> bool:
        """Whether the cell leaves the object that the name stood for before, or may do so."""
        write = self.facts[cell].writes.get(name)
        return write is None or write.how in (How.MAYBE, How.MUTATES)

    def _bond_history(self) -> None:
        for cell in self.work:
            if self.facts[cell].shows_history:
                why = next(o.why for o in self.facts[cell].obstacles if o.history)
                for earlier in self.work:
                    if earlier < cell:
                        self._bond(earlier, cell, f"cell {cell} {why}")

    # --- state of the process

    def _bond_shared_state(self) -> None:
        for cell in self.work:
            if self._settings(cell):
                touch = self._settings(cell)[0]
                self._bond_with_all_later(cell, touch.why)
        modules = sorted({t.resource for _, t in self.touches() if t.resource.startswith(MODULE)})
        for module in modules:
            self._bond_module(module)
        self._bond_series(PLOTS, "the figure being drawn lives in one kernel")
        if any(is_about(t, RANDOM) and t.mode is Mode.RESET for _, t in self.touches()):
            self._bond_series(
                RANDOM, "random numbers are drawn one after the other", from_reset=True
            )

    def _settings(self, cell: int) -> list[Touch]:
        if self.facts[cell].is_opaque:
            obstacle = next(o for o in self.facts[cell].obstacles if o.names)
            return [Touch(AMBIENT, Mode.WRITE, obstacle.line, obstacle.why)]
        return [t for t in self.touches_of(cell, AMBIENT) if t.mode is not Mode.READ]

    def _bond_with_all_later(self, cell: int, why: str) -> None:
        for later in self.work:
            if later > cell:
                self._bond(
                    cell, later, f"cell {cell} {why}: what that sets is not seen in another kernel"
                )

    def _bond_module(self, module: str) -> None:
        """A module that one cell changed, or whose hidden state it may have changed, must be the
        same one afterwards.
        """
        changed: int | None = None
        for cell in self.work:
            touches = self.touches_of(cell, module)
            if touches and changed is not None:
                self._bond(changed, cell, f"cell {changed} {self._change_of(changed, module)}")
            if any(touch.mode is not Mode.READ for touch in touches):
                changed = cell

    def _change_of(self, cell: int, module: str) -> str:
        writes = [t for t in self.touches_of(cell, module) if t.mode is Mode.WRITE]
        return f"{writes[0].why} (line {writes[0].line})"

    def _bond_series(self, resource: str, why: str, *, from_reset: bool = False) -> None:
        """Each cell goes on where the one before left off, unless it starts anew."""
        previous: int | None = None
        begun: set[str] = set()
        for cell in self.work:
            touches = self.touches_of(cell, resource)
            if not touches:
                continue
            goes_on = resource == PLOTS and self._figures_persist
            resets = {t.resource for t in takewhile(_starts_anew, touches)}
            starts_anew = bool(resets) and begun <= resets and not goes_on
            # Seeding one library leaves the numbers of another where they were.
            begins = {t.resource for t in touches if _starts_anew(t)}
            begun |= begins
            if previous is not None and not starts_anew:
                self._bond(
                    previous, cell, f"{why}: cell {cell} {touches[0].why} (line {touches[0].line})"
                )
            if previous is not None or begins or not from_reset:
                previous = cell

    @cached_property
    def _figures_persist(self) -> bool:
        """Whether a figure may go on being drawn in the next cell: not with the inline backend,
        which kernels start with.
        """
        return any(_OTHER_BACKEND.search(source.text) for source in self.sources.values())

    def _bond(self, one: int, other: int, why: str, *, is_certain: bool = False) -> None:
        if one != other:
            self.bonds.append(Bond(min(one, other), max(one, other), why, is_certain))


def _starts_anew(touch: Touch) -> bool:
    return touch.mode in (Mode.RESET, Mode.START)
