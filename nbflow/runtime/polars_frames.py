"""Frames and series of polars as Arrow tables, and back. Only imported where polars is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars

if TYPE_CHECKING:
    import pyarrow

_ONLY = "value"


def as_table(value: polars.DataFrame | polars.Series) -> pyarrow.Table | None:
    """The same as a table; None where it would not come back as it is (objects of Python)."""
    frame = value.to_frame(_ONLY) if isinstance(value, polars.Series) else value
    try:
        table = frame.to_arrow(compat_level=polars.CompatLevel.newest())
        back = frame_from(table)
    except (polars.exceptions.PolarsError, ValueError, TypeError, NotImplementedError):
        return None
    is_same = back.schema == frame.schema and back.equals(frame)
    return table if is_same else None


def frame_from(table: pyarrow.Table) -> polars.DataFrame:
    """The frame that `table` was made from."""
    return polars.DataFrame(polars.from_arrow(table))


def series_from(table: pyarrow.Table, name: str) -> polars.Series:
    """The series of that name that `table` was made from."""
    return frame_from(table)[_ONLY].alias(name)
