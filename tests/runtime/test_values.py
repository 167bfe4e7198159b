"""Values handed from task to task come back as they were, whatever they are."""

from __future__ import annotations

import io
import json
import math
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from nbflow.authoring.loading import load_operator
from nbflow.core.orders import ValueRef
from nbflow.runtime.values import (
    INLINE_BYTES,
    MAPPED_BYTES,
    ValueNotReadable,
    ValueNotStorable,
    ValueStoreFailed,
    dump_value,
    load_value,
    preview_of,
)


@pytest.fixture
def store(tmp_path: Path) -> str:
    return str(tmp_path / "values")


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        0,
        -1.5,
        "",
        "Zoë \U0001f600",
        [],
        {},
        [1, [2.0, {"a": None}]],
        {"b": [True, "x"]},
    ],
)
def test_small_json_stays_in_the_reference(value: object, store: str) -> None:
    ref = dump_value(value, store)

    assert (ref.type, ref.url) == ("json", None)
    assert load_value(ref) == value
    assert not Path(store).exists()


@pytest.mark.parametrize(
    "value",
    [
        (1, 2),
        [(1, 2)],
        {1, 2},
        {1: "a"},
        b"bytes",
        datetime(2026, 1, 1, tzinfo=timezone.utc),
        timedelta(seconds=1),
        date(2026, 1, 1),
        math.inf,
        pytest.param(10**5000, id="an int of 5001 digits"),
        pytest.param("\ud800", id="half a character"),
        io.BytesIO,
    ],
)
def test_what_json_would_change_travels_another_way(value: object, store: str) -> None:
    loaded = load_value(dump_value(value, store))

    assert type(loaded) is type(value)
    assert loaded == value


@pytest.mark.parametrize("text", ["x" * INLINE_BYTES, "a\0b"])
def test_json_that_is_large_or_no_database_takes_goes_by_reference(text: str, store: str) -> None:
    ref = dump_value([text], store)

    assert (ref.type, ref.json) == ("json", None)
    assert load_value(ref) == [text]


def test_an_unchanged_value_is_written_once(store: str) -> None:
    first = dump_value((1, 2, 3), store)
    (file,) = (path for path in Path(store).rglob("*") if path.is_file())
    written = file.stat()

    second = dump_value((1, 2, 3), store)

    assert first == second
    assert file.stat().st_ino == written.st_ino
    assert file.stat().st_ino == written.st_ino


def test_what_is_loaded_is_a_copy(store: str) -> None:
    value = {"rows": [1]}
    ref = dump_value(value, store)
    value["rows"].append(2)
    load_value(ref)["rows"].append(3)  # type: ignore[index] # the dict above

    assert load_value(ref) == {"rows": [1]}


FRAMES = {
    "plain": pd.DataFrame({"n": [1, 2], "x": [0.5, math.nan], "s": ["a", None]}),
    "dates with a zone": pd.DataFrame({"t": pd.to_datetime(["2026-01-01"]).tz_localize("UTC")}),
    "categories": pd.DataFrame({"c": pd.Categorical(["u", "v"], ["v", "u"], ordered=True)}),
    "labels": pd.DataFrame({"n": [1, 2]}, index=pd.Index(["a", "b"], name="key")),
    "nullable": pd.DataFrame({"n": pd.array([1, None], dtype="Int64")}),
    "empty": pd.DataFrame({"n": pd.Series([], dtype="int64")}),
}


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES.keys())
def test_tables_of_pandas_travel_as_arrow(frame: pd.DataFrame, store: str) -> None:
    ref = dump_value(frame, store)

    assert ref.type == "arrow"
    pd.testing.assert_frame_equal(load_value(ref), frame)


UNUSUAL_FRAMES = {
    "mixed column": pd.DataFrame({"a": [1, "x"]}),
    "lists": pd.DataFrame({"a": [[1], [2, 3]]}),
    "frequency": pd.DataFrame({"a": [1, 2]}, index=pd.date_range("2026-01-01", periods=2)),
    "equal names": pd.DataFrame([[1, 2]], columns=["a", "a"]),
    "several levels": pd.DataFrame({("a", "b"): [1]}),
    "rows by two keys": pd.DataFrame({"a": [1]}, index=pd.MultiIndex.from_tuples([(1, "x")])),
}


@pytest.mark.parametrize("frame", UNUSUAL_FRAMES.values(), ids=UNUSUAL_FRAMES.keys())
def test_tables_that_arrow_would_change_are_pickled(frame: pd.DataFrame, store: str) -> None:
    ref = dump_value(frame, store)

    assert ref.type == "pickle"
    pd.testing.assert_frame_equal(load_value(ref), frame, check_freq=True)


@pytest.mark.parametrize("name", [None, "", "rows"])
def test_a_series_travels_as_arrow_and_keeps_its_name(name: str | None, store: str) -> None:
    series = pd.Series([1, 2], name=name)

    ref = dump_value(series, store)

    assert ref.type == "arrow"
    pd.testing.assert_series_equal(load_value(ref), series)


def test_a_table_of_pyarrow_keeps_its_metadata(store: str) -> None:
    table = pa.table({"n": [1, 2]}).replace_schema_metadata({"made by": "me"})

    loaded = load_value(dump_value(table, store))

    assert table.equals(loaded, check_metadata=True)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6).reshape(2, 3),
        np.asfortranarray(np.eye(3)),
        np.array(5),
        np.array(["2026-01-01"], dtype="M8[D]"),
        np.zeros(2, dtype=[("a", "i4"), ("b", "f8")]),
    ],
    ids=str,
)
def test_arrays_travel_as_npy(array: np.ndarray, store: str) -> None:
    ref = dump_value(array, store)
    loaded = load_value(ref)

    assert ref.type == "npy"
    assert isinstance(loaded, np.ndarray)
    assert (loaded.dtype, loaded.shape) == (array.dtype, array.shape)
    assert (loaded == array).all()


@pytest.mark.parametrize("size", [3, MAPPED_BYTES])
def test_an_array_that_nobody_may_write_to_stays_so(size: int, store: str) -> None:
    array = np.ones(size, dtype="u1")
    array.flags.writeable = False
    ref = dump_value(array, store)
    loaded = load_value(ref)

    assert ref.type == "npy"
    assert isinstance(loaded, np.ndarray)
    assert (loaded.flags.writeable, loaded.sum()) == (False, size)


@pytest.mark.parametrize("array", [np.array([None, {}]), np.array(["a"], np.dtypes.StringDType())])
def test_arrays_that_npy_cannot_hold_are_pickled(array: np.ndarray, store: str) -> None:
    ref = dump_value(array, store)

    assert ref.type == "pickle"
    assert list(load_value(ref)) == list(array)  # type: ignore[call-overload] # an array


def test_things_of_a_script_travel_by_value(store: str) -> None:
    script = f"""
from dataclasses import dataclass
from nbflow.runtime.values import dump_value
@dataclass
class Row:
    n: int
    def double(self): return 2 * self.n
print(dump_value(Row(21), {store!r}).url)
"""
    url = _output_of(script)
    digest = Path(url).stem

    row = load_value(ValueRef("pickle", url=url, digest=digest))

    assert row.double() == 42  # type: ignore[attr-defined]


DAG_WITH_A_CLASS = """
from dataclasses import dataclass
from nbflow import DAG, task

@dataclass
class Row:
    n: int

with DAG("d", start_date="2026-01-01"):
    @task
    def make() -> Row:
        return Row(1)
    make()
"""


@pytest.fixture
def row_class(tmp_path: Path) -> type:
    (tmp_path / "rows.py").write_text(DAG_WITH_A_CLASS)
    operator = load_operator(tmp_path, "rows.py", "d", "make")
    return operator.python_callable.__globals__["Row"]  # type: ignore[attr-defined, no-any-return]


def test_a_class_of_the_dag_file_stays_the_same_class(row_class: type, store: str) -> None:
    ref = dump_value([row_class(1)], store)

    assert load_value(ref) == [row_class(1)]


def test_a_class_of_the_dag_file_is_readable_where_there_is_no_such_file(
    row_class: type, store: str
) -> None:
    ref = dump_value(row_class(1), store)

    assert (
        _output_of(f"""
from nbflow.core.orders import ValueRef
from nbflow.runtime.values import load_value
print(load_value({ref!r}))
""")
        == "Row(n=1)"
    )


@pytest.mark.parametrize("make", [lambda: (n for n in [1]), Path(__file__).open])
def test_what_cannot_travel_says_why_and_what_to_do(make: object, store: str) -> None:
    value = make()  # type: ignore[operator]
    with pytest.raises(ValueNotStorable) as raised:
        dump_value({"a": value}, store)
    value.close()

    assert "cannot pickle" in str(raised.value)
    assert "Hand on plain data instead" in str(raised.value)


def test_a_damaged_value_is_noticed(store: str) -> None:
    ref = dump_value((1, 2), store)
    assert ref.url is not None
    Path(ref.url).write_bytes(b"something else")

    with pytest.raises(ValueNotReadable, match=r"\(1, 2\).*is not what was stored"):
        load_value(ref)


def test_a_value_that_is_gone_says_what_to_do(store: str) -> None:
    ref = dump_value((1, 2), store)
    assert ref.url is not None
    Path(ref.url).unlink()

    with pytest.raises(ValueNotReadable, match=r"no longer at .* run the task that made it again"):
        load_value(ref)


def test_a_store_that_cannot_be_written_is_no_fault_of_the_value(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")

    with pytest.raises(ValueStoreFailed, match=r"\(1, 2\) could not be written to .*taken"):
        dump_value((1, 2), str(tmp_path / "taken"))


def test_a_pickle_that_needs_what_is_not_here_says_so(store: str) -> None:
    data = b"cno_such_module\nThing\n."
    ref = _stored(data, store)

    with pytest.raises(ValueNotReadable, match=r"no_such_module.*needs the libraries"):
        load_value(ref)


def test_previews_are_short_and_tell_the_shape() -> None:
    assert preview_of(FRAMES["plain"]) == "DataFrame 2 x 3: n, x, s"
    assert preview_of(np.zeros((2, 3))) == "ndarray 2 x 3 of float64"
    assert preview_of([1, "a"]) == "[1, 'a']"
    assert len(preview_of("x" * 10_000)) <= 200
    assert len(preview_of({str(n): list(range(100)) for n in range(100)})) <= 200


def test_a_value_that_cannot_show_itself_has_a_preview_all_the_same() -> None:
    @dataclass
    class Shy:
        def __repr__(self) -> str:
            raise RuntimeError

    assert "Shy" in preview_of(Shy())


def test_no_library_is_imported_for_a_value_that_is_not_its_own(store: str) -> None:
    loaded = _output_of(f"""
import json, sys
from nbflow.runtime.values import dump_value, load_value
load_value(dump_value({{"a": [1]}}, {store!r}))
heavy = {{"numpy", "pandas", "pyarrow", "fsspec", "cloudpickle"}}
print(json.dumps(sorted(heavy & set(sys.modules))))
""")

    assert json.loads(loaded) == []


def _output_of(script: str) -> str:
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def _stored(data: bytes, store: str) -> ValueRef:
    ref = dump_value((1, 2), store)
    assert ref.url is not None
    Path(ref.url).write_bytes(data)
    return ValueRef("pickle", url=ref.url, digest=sha256(data).hexdigest())
