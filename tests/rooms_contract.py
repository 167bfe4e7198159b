"""The import-linter contract that holds the table of rooms (pyproject.toml, tool.importlinter).

A room is a module or package of nbflow with a list of what it may import; anything else is a
violation. A module that no row covers is one too: no new room appears without a decision.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

ROOT = "nbflow"


@dataclass(frozen=True)
class Room:
    """One row: the rooms and the third-party packages it may import.

    `libraries` None: any third-party package but those in `never`.
    """

    name: str
    imports: frozenset[str]
    libraries: frozenset[str] | None
    never: frozenset[str]

    def may_import(self, module: str) -> bool:
        """Tell whether a module of this room may import `module` (a dotted name from the graph)."""
        inside = _inside_root(module)
        if inside is not None:
            return any(_covers(prefix, inside) for prefix in (self.name, *self.imports))
        if module in sys.stdlib_module_names or module == "__future__":
            return True
        return module not in self.never and (self.libraries is None or module in self.libraries)


class RoomsField(fields.Field[Mapping[str, Room]]):
    """Reads the rows: a table of `room = {imports = [...], libraries = [...], never = [...]}`."""

    def parse(self, raw_data: object) -> Mapping[str, Room]:
        """Return the rows by room name; raise ValidationError for a row of another shape."""
        if not isinstance(raw_data, dict):
            raise fields.ValidationError("expected a table of rooms")
        return {name: self._parse_row(name, row) for name, row in raw_data.items()}

    def _parse_row(self, name: str, row: object) -> Room:
        if not isinstance(row, dict) or set(row) - {"imports", "libraries", "never"}:
            raise fields.ValidationError(f"room {name}: expected imports, libraries and never only")
        libraries = row.get("libraries")
        return Room(
            name=name,
            imports=frozenset(row.get("imports", ())),
            libraries=None if libraries is None else frozenset(libraries),
            never=frozenset(row.get("never", ())),
        )


@dataclass(frozen=True)
class Violation:
    """One import that the table does not allow."""

    importer: str
    imported: str
    line: int | None

    def __str__(self) -> str:
        where = f"{self.importer}:{self.line}" if self.line else self.importer
        return f"{where} imports {self.imported}"


class RoomsContract(Contract):
    """Every import between rooms, and every library a room uses, is in the table."""

    type_name = "rooms"

    rooms = RoomsField()

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Check every direct import of every nbflow module against its row."""
        modules = sorted(module for module in graph.modules if _inside_root(module) is not None)
        homeless = [module for module in modules if self._room_of(module) is None]
        violations = [found for module in modules for found in self._violations(graph, module)]
        return ContractCheck(
            kept=not violations and not homeless,
            metadata={"violations": violations, "homeless": homeless},
        )

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print each violation on a line of its own."""
        for module in check.metadata["homeless"]:
            output.print_error(f"{module} is in no room: add a row to pyproject.toml", bold=False)
        for violation in check.metadata["violations"]:
            output.print_error(str(violation), bold=False)

    def _violations(self, graph: ImportGraph, module: str) -> Iterator[Violation]:
        room = self._room_of(module)
        if room is None:
            return
        for imported in sorted(graph.find_modules_directly_imported_by(module)):
            if not room.may_import(imported):
                details = graph.get_import_details(importer=module, imported=imported)
                yield Violation(module, imported, details[0]["line_number"] if details else None)

    def _room_of(self, module: str) -> Room | None:
        inside = _inside_root(module) or ""
        rooms: Mapping[str, Room] = self.rooms  # type: ignore[assignment]  # fields become their values
        covering = [room for name, room in rooms.items() if _covers(name, inside)]
        return max(covering, key=lambda room: len(room.name), default=None)


def _inside_root(module: str) -> str | None:
    """Return the name below nbflow ("__init__" for nbflow itself), or None for another package."""
    if module == ROOT:
        return "__init__"
    return module.removeprefix(f"{ROOT}.") if module.startswith(f"{ROOT}.") else None


def _covers(prefix: str, module: str) -> bool:
    return module == prefix or module.startswith(f"{prefix}.")
