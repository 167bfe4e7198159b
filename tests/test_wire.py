"""The shapes of the wire have one source: TypeScript's are made from Python's dataclasses."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from labextension.scripts import generate_wire
from nbflow.views.shapes import Condition


def test_the_typescript_shapes_are_those_of_python() -> None:
    assert generate_wire.TARGET.read_text("utf-8") == generate_wire.wire(), (
        f"wire.ts is stale: run `{generate_wire.COMMAND}`."
    )


@pytest.mark.parametrize(
    ("hint", "expected"),
    [
        (int | None, "number | null"),
        (Literal["a", "b"], "'a' | 'b'"),
        (list[str | None], "(string | null)[]"),
        (list[tuple[str, int]], "[string, number][]"),
        (dict[str, Any], "Record<string, unknown>"),
        (list[dict[str, Any]], "Record<string, unknown>[]"),
        (list[Condition], "Condition[]"),
    ],
)
def test_a_type_hint_becomes_the_type_of_its_json(hint: object, expected: str) -> None:
    assert generate_wire.type_of(hint) == expected


def test_a_hint_without_a_form_in_json_is_refused() -> None:
    with pytest.raises(TypeError, match="JSON has no form"):
        generate_wire.type_of(set[str])
