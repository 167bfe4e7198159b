"""Frames of polars arrive as they were, types of columns included."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from nbflow.runtime.values import dump_value, load_value

NOON = dt.datetime(2026, 3, 29, 12, tzinfo=dt.timezone.utc)
SIZES = pl.Enum(["small", "large"])

FRAMES = {
    "numbers": pl.DataFrame({"a": [1, None, 3], "b": [0.5, float("nan"), None]}),
    "small types": pl.DataFrame({"a": [1, 2]}, schema={"a": pl.UInt8}),
    "text": pl.DataFrame({"a": ["x", None, "ä" * 100]}),
    "categories": pl.DataFrame({"a": ["x", "y", "x"]}, schema={"a": pl.Categorical}),
    "an enum": pl.DataFrame({"a": ["small", None]}, schema={"a": SIZES}),
    "zones": pl.DataFrame({"a": [NOON]}, schema={"a": pl.Datetime("ns", "Europe/Paris")}),
    "times": pl.DataFrame({"a": [dt.date(2026, 3, 1)], "b": [dt.time(9)], "c": [dt.timedelta(1)]}),
    "nested": pl.DataFrame({"a": [[1, 2], []], "b": [{"x": 1, "y": ["z"]}, {"x": 2, "y": None}]}),
    "arrays": pl.DataFrame({"a": [[1, 2], [3, 4]]}, schema={"a": pl.Array(pl.Int16, 2)}),
    "decimals": pl.DataFrame({"a": [Decimal("1.25")]}, schema={"a": pl.Decimal(10, 2)}),
    "bytes": pl.DataFrame({"a": [b"\x00", None]}),
    "nulls": pl.DataFrame({"a": [None, None]}),
    "no rows": pl.DataFrame(schema={"a": pl.Int32, "b": pl.Categorical}),
    "nothing": pl.DataFrame(),
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_a_frame_arrives_with_its_types(frame: pl.DataFrame, tmp_path: Path) -> None:
    arrived = load_value(dump_value(frame, str(tmp_path)))

    assert isinstance(arrived, pl.DataFrame)
    assert arrived.schema == frame.schema
    assert arrived.equals(frame)


@pytest.mark.parametrize("name", ["numbers", "categories", "an enum", "zones", "nested"])
def test_frames_and_series_travel_as_arrow(name: str, tmp_path: Path) -> None:
    series = FRAMES[name].to_series().alias("its own name")
    ref = dump_value(series, str(tmp_path))
    arrived = load_value(ref)

    assert ref.type == "arrow"
    assert isinstance(arrived, pl.Series)
    assert (arrived.name, arrived.dtype) == ("its own name", series.dtype)
    assert arrived.equals(series)


def test_objects_of_python_in_a_frame_cannot_be_handed_on(tmp_path: Path) -> None:
    frame = pl.DataFrame({"a": pl.Series([Path("x")], dtype=pl.Object)})
    with pytest.raises(Exception, match=r"cannot be handed to another task"):
        dump_value(frame, str(tmp_path))


def test_a_lazy_frame_travels_as_its_query(tmp_path: Path) -> None:
    lazy = pl.LazyFrame({"a": [1, 2, 3]}).filter(pl.col("a") > 1)

    arrived = load_value(dump_value(lazy, str(tmp_path)))

    assert isinstance(arrived, pl.LazyFrame)
    assert arrived.collect().equals(pl.DataFrame({"a": [2, 3]}))
