"""Whatever is handed on arrives as it was: arrays and tables of every kind, found by hypothesis."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nbflow.runtime.values import MAPPED_BYTES, dump_value, load_value

quickly = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@contextmanager
def a_store() -> Iterator[str]:
    with TemporaryDirectory() as folder:
        yield folder


def there_and_back(value: object) -> object:
    with a_store() as store:
        return load_value(dump_value(value, store))


# -- arrays ----------------------------------------------------------------------------------------

DTYPES = st.one_of(
    hnp.scalar_dtypes(),
    hnp.array_dtypes(allow_subarrays=False),
    hnp.unicode_string_dtypes(),
    hnp.byte_string_dtypes(),
    hnp.datetime64_dtypes(),
)


def same_array(one: np.ndarray, other: object) -> bool:
    assert isinstance(other, np.ndarray)
    return bool(
        type(other) is type(one)
        and other.dtype == one.dtype
        and other.shape == one.shape
        and other.flags.writeable
        and other.flags.f_contiguous == one.flags.f_contiguous
        and other.tobytes() == one.tobytes()
    )


@quickly
@given(hnp.arrays(DTYPES, hnp.array_shapes(min_dims=0, min_side=0)), st.booleans())
def test_arrays_arrive_bit_by_bit(array: np.ndarray, transposed: bool) -> None:
    given_array = np.asfortranarray(array) if transposed else np.ascontiguousarray(array)
    assert same_array(given_array, there_and_back(given_array))


@pytest.mark.parametrize(
    "array",
    [
        np.ma.masked_array([1, 2, 3], mask=[False, True, False]),
        np.array([(1, "a")], dtype=[("n", "<i4"), ("s", "U3")]),
        np.array([1, "x", None], dtype=object),
        np.rec.array([(1, 2.0)], dtype=[("a", int), ("b", float)]),
        np.float32(1.5),
    ],
)
def test_unusual_arrays_keep_their_class_mask_and_fields(array: object) -> None:
    found = there_and_back(array)
    assert type(found) is type(array)
    assert repr(found) == repr(array)


def test_a_large_array_is_mapped_and_what_is_written_to_it_stays_with_the_reader(
    tmp_path: Path,
) -> None:
    array = np.arange(MAPPED_BYTES, dtype=np.int64)
    ref = dump_value(array, str(tmp_path))
    first, second = load_value(ref), load_value(ref)
    assert isinstance(first, np.ndarray)
    assert isinstance(first.base, np.memmap)
    assert type(first) is np.ndarray
    first[:] = 7
    assert np.array_equal(second, array)  # type: ignore[arg-type]  # it is an array
    assert np.array_equal(load_value(ref), array)  # type: ignore[arg-type]  # as above


def test_a_large_array_whose_file_is_damaged_is_noticed(tmp_path: Path) -> None:
    ref = dump_value(np.zeros(MAPPED_BYTES), str(tmp_path))
    file = Path(str(ref.url))
    file.write_bytes(b"x" * file.stat().st_size)
    with pytest.raises(Exception, match="is not what was stored"):
        load_value(ref)


# -- tables ----------------------------------------------------------------------------------------

COLUMNS = st.sampled_from(
    [
        lambda n: pd.Series(range(n), dtype="int8"),
        lambda n: pd.Series([None, 1.5, float("nan")] * n, dtype="float64")[:n],
        lambda n: pd.Series([True, None] * n, dtype="boolean")[:n],
        lambda n: pd.Series([1, None] * n, dtype="Int32")[:n],
        lambda n: pd.Series(["a", None] * n, dtype="string")[:n],
        lambda n: pd.Series(["a", None, float("nan")] * n, dtype=object)[:n],
        lambda n: pd.Series([1, "a", 2.0, b"x"] * n, dtype=object)[:n],
        lambda n: pd.Series(["a", None] * n, dtype=object)[:n],
        lambda n: pd.Series([(1, 2), [3], {"k": 1}] * n, dtype=object)[:n],
        lambda n: pd.Series([dt.date(2026, 3, 1), None] * n, dtype=object)[:n],
        lambda n: pd.Series(pd.Categorical(["b", "a"] * n, ["b", "a", "c"], ordered=True))[:n],
        lambda n: pd.Series(pd.Categorical(["b"] * n, ["a", "b"]))[:n],
        lambda n: pd.Series(pd.date_range("2026-03-01", periods=n, tz="Europe/Paris")),
        lambda n: pd.Series(pd.date_range("2026-03-01", periods=n).as_unit("s")),
        lambda n: pd.Series(pd.timedelta_range("1h", periods=n)),
        lambda n: pd.Series(pd.period_range("2026-03", periods=n, freq="M")),
        lambda n: pd.Series(pd.interval_range(0, n)) if n else pd.Series([], dtype="float"),
        lambda n: pd.Series(pd.arrays.SparseArray([0, 1] * n))[:n],
        lambda n: pd.Series([1 + 2j] * n, dtype="complex128"),
    ]
)
LABELS = st.sampled_from(["a", "b", 1, 2.5, ("x", 1), None, dt.date(2026, 3, 1), True])
INDEXES = st.sampled_from(
    [
        lambda n: pd.RangeIndex(5, 5 + 2 * n, 2, name="i"),
        lambda n: pd.Index([f"r{i}" for i in range(n)], name=("odd", "name")),
        lambda n: pd.Index(range(n), dtype="uint16"),
        lambda n: pd.date_range("2026-03-01", periods=n, freq="D", tz="UTC"),
        lambda n: pd.CategoricalIndex(["b"] * n, ["b", "a"]),
        lambda n: pd.MultiIndex.from_arrays([[1] * n, list(range(n))], names=["x", None]),
        lambda n: pd.MultiIndex.from_arrays(
            [pd.Categorical(["b"] * n, ["b", "a"]), np.arange(n, dtype="int16")]
        ),
        lambda n: pd.MultiIndex.from_product([["a", "b"], range(n)])[:n],
    ]
)


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    height = draw(st.integers(0, 4))
    index = draw(INDEXES)(height)
    made = {i: make(height).array for i, make in enumerate(draw(st.lists(COLUMNS, max_size=4)))}
    frame = pd.DataFrame(made, index=index)
    labels = draw(st.lists(LABELS, min_size=len(made), max_size=len(made)))
    frame.columns = pd.Index(labels, dtype=object) if labels else frame.columns
    frame.columns.name = draw(st.sampled_from([None, "columns", 3]))
    if draw(st.booleans()):
        frame.attrs = {"source": "made", "n": 1}
    return frame


def same_index(one: pd.Index, other: pd.Index) -> None:
    pd.testing.assert_index_equal(one, other, exact=True, check_exact=True)
    assert type(one) is type(other)
    assert list(one.names) == list(other.names)
    assert getattr(one, "freq", None) == getattr(other, "freq", None)
    for mine, its in zip(getattr(one, "levels", []), getattr(other, "levels", []), strict=True):
        same_index(mine, its)


def same_cells(one: pd.Series, other: pd.Series) -> None:
    assert one.dtype == other.dtype
    assert getattr(one.dtype, "tz", None) == getattr(other.dtype, "tz", None)
    assert list(map(type, one)) == list(map(type, other))
    assert list(map(repr, one)) == list(map(repr, other))


@quickly
@given(frames())
def test_tables_arrive_with_index_names_dtypes_and_cells_as_they_were(frame: pd.DataFrame) -> None:
    found = there_and_back(frame)
    assert isinstance(found, pd.DataFrame)
    same_index(frame.index, found.index)
    same_index(frame.columns, found.columns)
    assert frame.attrs == found.attrs
    for place in range(frame.shape[1]):
        same_cells(frame.iloc[:, place], found.iloc[:, place])


@quickly
@given(COLUMNS, INDEXES, st.integers(0, 4), LABELS)
def test_series_arrive_as_they_were(make: object, index: object, height: int, name: object) -> None:
    series = pd.Series(make(height).array, index=index(height), name=name)  # type: ignore[operator]  # functions
    found = there_and_back(series)
    assert isinstance(found, pd.Series)
    assert (found.name, type(found.name)) == (name, type(name))
    same_index(series.index, found.index)
    same_cells(series, found)


# -- anything else ---------------------------------------------------------------------------------

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text() | st.integers(), inner)
    ),
    max_leaves=12,
)


@quickly
@given(PLAIN)
def test_plain_data_keeps_its_types_all_the_way_down(value: object) -> None:
    assert repr(there_and_back(value)) == repr(value)


def test_a_list_that_is_in_another_twice_arrives_as_one() -> None:
    row: list[int] = []
    match there_and_back([row, row]), there_and_back({"a": row, "b": [row]}):
        case [first, second], {"a": alone, "b": [inside]}:
            assert first is second
            assert alone is inside
        case other:
            pytest.fail(f"It came back as {other!r}.")
