"""A look inside values: enough to know them, and never at the price of running their code."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nbflow.runtime.value_preview import preview_value
from nbflow.runtime.values import ValueNotStorable, dump_value


@pytest.fixture
def store(tmp_path: Path) -> str:
    return str(tmp_path / "values")


class Trap:
    """Whoever unpickles it leaves a mark."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return (os.mkdir, (str(self.mark),))


def test_small_json_is_shown_whole_and_long_json_in_part(store: str) -> None:
    assert preview_value(dump_value({"a": [1, None]}, store)).json == {"a": [1, None]}
    long = preview_value(dump_value(["x" * 1000] * 300, store))
    assert (long.kind, len(long.text), long.json) == ("json", 100_001, None)


def test_of_a_table_the_first_rows_are_shown_with_types_and_size(store: str) -> None:
    frame = pd.DataFrame({"n": range(1000), "word": ["w"] * 1000})
    seen = preview_value(dump_value(frame, store))
    assert (seen.kind, seen.shape, len(seen.rows)) == ("table", (1000, 2), 20)
    assert seen.columns[0] == ("n", "int64")
    assert seen.rows[1] == ("1", "w")


def test_of_an_array_shape_type_and_first_numbers_are_shown(store: str) -> None:
    seen = preview_value(dump_value(np.arange(60.0).reshape(3, 20), store))
    assert (seen.kind, seen.shape, seen.dtype) == ("array", (3, 20), "float64")
    assert seen.rows[0][:2] == ("0.0", "1.0")


def test_a_pickle_is_never_read(store: str, tmp_path: Path) -> None:
    ref = dump_value(Trap(tmp_path / "sprung"), store)
    seen = preview_value(ref)
    assert (ref.type, seen.kind) == ("pickle", "opaque")
    assert "reading one runs its code" in seen.text
    assert not (tmp_path / "sprung").exists()


def test_what_is_gone_or_damaged_is_told(store: str) -> None:
    ref = dump_value(np.arange(9), store)
    assert "no longer there" in preview_value(replace(ref, url=f"{ref.url}.gone")).text
    Path(str(ref.url)).write_bytes(b"no array")
    assert "cannot be read" in preview_value(ref).text


def test_a_value_over_the_limit_is_refused_with_what_would_work(store: str) -> None:
    with pytest.raises(ValueNotStorable) as refused:
        dump_value("x" * 5000, store, limit=2000)
    said = str(refused.value)
    assert "takes 5 KB, more than a value may: 2 KB." in said
    assert "hand on its path, or raise the limit: max_value_size = 5002 in nbflow.toml" in said
