"""Parameters become literals that mean the same inside a notebook, or are refused by name."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nbflow.runtime.literals import NotALiteral, as_literals


class Colour(Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        (None, None),
        (True, True),
        (1.5, 1.5),
        ("text", "text"),
        (datetime(2026, 1, 2, 3, tzinfo=timezone.utc), "2026-01-02T03:00:00+00:00"),
        (date(2026, 1, 2), "2026-01-02"),
        (timedelta(minutes=2), 120.0),
        (pd.Timestamp("2026-01-02"), "2026-01-02T00:00:00"),
        (Path("data") / "x.csv", "data/x.csv"),
        (Decimal("1.10"), "1.10"),
        (Colour.RED, "red"),
        (np.int64(3), 3),
        (np.bool_(True), True),
        (np.array([[1, 2]]), [[1, 2]]),
        ((1, Path("a")), [1, "a"]),
        ({3, 1, 2}, [1, 2, 3]),
        ({1: np.float32(0.5)}, {"1": 0.5}),
    ],
)
def test_a_value_becomes_the_literal_that_means_it(value: object, literal: object) -> None:
    result = as_literals({"p": value})["p"]

    assert result == literal
    assert type(result) is type(literal)


@pytest.mark.parametrize("name", ["two words", "with-dash", "1st", "class", ""])
def test_a_name_that_no_code_could_use_is_refused(name: str) -> None:
    with pytest.raises(NotALiteral, match="no name that code could use"):
        as_literals({name: 1})


def test_a_value_that_would_lose_its_meaning_is_refused_with_its_place() -> None:
    with pytest.raises(NotALiteral, match=r"p\['frames'\]\[1\] is a pandas.*DataFrame"):
        as_literals({"p": {"frames": [1, pd.DataFrame()]}})
