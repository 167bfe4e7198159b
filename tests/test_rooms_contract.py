"""The contract that holds the table of rooms finds what it should find."""

from __future__ import annotations

import pytest
from grimp import ImportGraph

from tests.rooms_contract import RoomsContract

Import = tuple[str, str]

TABLE = {
    "core": {"libraries": []},
    "core.cron": {"imports": ["core"], "libraries": ["croniter"]},
    "store": {"imports": ["core"], "never": ["dask"]},
}


def violations_of(*imports: Import) -> list[str]:
    graph = ImportGraph()
    for importer, imported in imports:
        graph.add_import(importer=importer, imported=imported)
    contract = RoomsContract("rooms", {}, {"rooms": TABLE})
    found = contract.check(graph, verbose=False)
    named = [*map(str, found.metadata["violations"]), *found.metadata["homeless"]]
    assert found.kept == (not named)
    return named


@pytest.mark.parametrize(
    "allowed",
    [
        ("nbflow.store.runs", "nbflow.core.states"),
        ("nbflow.store.runs", "nbflow.store.tables"),
        ("nbflow.core.graph", "dataclasses"),
        ("nbflow.core.cron", "croniter"),
        ("nbflow.store.runs", "sqlalchemy"),
    ],
)
def test_an_import_in_the_table_is_kept(allowed: Import) -> None:
    assert violations_of(allowed) == []


@pytest.mark.parametrize(
    "forbidden",
    [
        ("nbflow.core.graph", "nbflow.store.runs"),
        ("nbflow.core.graph", "croniter"),
        ("nbflow.store.runs", "dask"),
    ],
)
def test_an_import_outside_the_table_is_named(forbidden: Import) -> None:
    importer, imported = forbidden
    assert violations_of(forbidden) == [f"{importer} imports {imported}"]


def test_a_module_without_a_room_is_named() -> None:
    assert violations_of(("nbflow.newroom", "nbflow.core.states")) == ["nbflow.newroom"]
