"""Which cell's value of a name another cell uses: that of the last one before it that wrote it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nbflow.authoring.dataflow.facts import How, Read
from nbflow.authoring.dataflow.flow import Cells, Missing, Use
from nbflow.authoring.dataflow.machine import BUILTIN_NAMES
from nbflow.core.dag import EdgeKind


@dataclass(frozen=True)
class UseFinder(Cells):
    """Traces every read of a name to the cells whose value it may be."""

    uses: dict[tuple[int, str], Use] = field(default_factory=dict)
    missing: list[Missing] = field(default_factory=list)

    def find(self) -> tuple[Mapping[tuple[int, str], Use], Sequence[Missing]]:
        """Follow each read to the last write before it, and on through cells where the old value
        may pass.
        """
        for cell in self.work:
            for name, read in self.facts[cell].reads.items():
                self._trace(cell, name, read)
        return self.uses, self.missing

    def _trace(self, cell: int, name: str, read: Read | None) -> None:
        while (cell, name) not in self.uses:
            source = self._last_writer(cell, name)
            if source is None:
                self._note_missing(cell, name, read)
                return
            self.uses[cell, name] = Use(
                source,
                cell,
                name,
                self._kind(source, cell, name, read),
                self._why(source, cell, name, read),
            )
            if not self._passes_through(source, name):
                return
            cell, read = source, None

    def _last_writer(self, cell: int, name: str) -> int | None:
        """The last cell of work before `cell` that may have written `name`; None if setup has the
        last word.
        """
        for index in reversed([i for i in self.facts if i < cell]):
            facts = self.facts[index]
            if name in facts.writes and self.setup.provides(index, name):
                return None
            is_work = index in self.work
            if is_work and (name in facts.writes or facts.is_opaque):
                return index
            if is_work and facts.has_star and self._is_work_before(index, name):
                return index
        return None

    def _is_work_before(self, cell: int, name: str) -> bool:
        return any(
            name in self.facts[i].writes and not self.setup.provides(i, name)
            for i in self.work
            if i < cell
        )

    def _passes_through(self, source: int, name: str) -> bool:
        facts = self.facts[source]
        write = facts.writes.get(name)
        if name in facts.reads:
            return False  # traced as a read of its own
        return write is None or write.how in (How.MAYBE, How.MUTATES)

    def _note_missing(self, cell: int, name: str, read: Read | None) -> None:
        facts = self.facts[cell]
        is_set = name in BUILTIN_NAMES or name in facts.writes
        is_set = is_set or any(name in f.writes for i, f in self.facts.items() if i < cell)
        has_star = any(f.has_star for i, f in self.facts.items() if i <= cell)
        if read is not None and not is_set and not has_star:
            self.missing.append(Missing(cell, read.line, name))

    def _kind(self, source: int, cell: int, name: str, read: Read | None) -> EdgeKind:
        if self.facts[source].is_opaque or self.facts[cell].is_opaque:
            return "unknown"
        write = self.facts[source].writes.get(name)
        is_certain = write is not None and write.how is How.BINDS
        return "certain" if is_certain and read is not None and not read.through else "inferred"

    def _why(self, source: int, cell: int, name: str, read: Read | None) -> str:
        write = self.facts[source].writes.get(name)
        where = f" in line {write.line}" if write is not None and write.line else ""
        did = {
            How.BINDS: "defines",
            How.MAYBE: "may define",
            How.MUTATES: "may change",
            How.DELETES: "deletes",
        }
        if write is None or self.facts[source].is_opaque:
            made = f"cell {source} may change: it {self._obstacle(source)}"
        else:
            how = f" ({write.why})" if write.how is How.MUTATES and write.why else ""
            made = f"cell {source} {did[write.how]}{where}{how}"
        return f"{_reads(cell, name, read)}, which {made}."

    def _obstacle(self, cell: int) -> str:
        found = self.facts[cell].obstacles
        return found[0].why if found else "imports names that are not listed"


def _reads(cell: int, name: str, read: Read | None) -> str:
    if read is None:
        return f"Cell {cell} hands on `{name}`"
    through = f", through `{read.through}`," if read.through else ""
    return f"Cell {cell} reads `{name}`{through} in line {read.line}"
