"""Values handed from task to task (what Airflow calls XCom): their forms, written and read back.

The ladder, first rung that gives the value back exactly: JSON, Arrow for tables, .npy for arrays,
cloudpickle. A library is only ever imported here if the value is of its making. What a value means
to the tasks is not known here.
"""

from __future__ import annotations

import io
import json
import os
import pickle
import reprlib
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, cast

from nbflow.core.errors import NbflowError
from nbflow.core.orders import MAX_VALUE_SIZE, ValueRef
from nbflow.runtime.artifacts import ArtifactStore, local_path, read_url

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

INLINE_BYTES = 48 * 1024
MAPPED_BYTES = 1 << 20
"""Arrays from this size on are mapped into memory where their file is local, not read."""
_CHUNK = 1 << 20
LIMIT_VARIABLE = "NBFLOW_MAX_VALUE_SIZE"
PREVIEW_CHARACTERS = 200

Rung = Literal["json", "arrow", "npy", "pickle"]
_SUFFIX: dict[Rung, str] = {"json": "json", "arrow": "arrow", "npy": "npy", "pickle": "pkl"}

# The key in the metadata of an Arrow schema under which its file says what it was made from.
_NOTE = b"nbflow"


class ValueNotStorable(NbflowError):
    """A value cannot be handed to another task; the message says why and what to do instead."""


class ValueCannotTravel(ValueNotStorable):
    """A value that nothing can write down: it lives in its process. `why` tells it briefly."""

    def __init__(self, message: str, why: str) -> None:
        super().__init__(message)
        self.why = why


class ValueNotReadable(NbflowError):
    """A stored value cannot be given back: it is gone, damaged, or its library is missing here."""


class ValueStoreFailed(NbflowError):
    """The store of values could not be reached, read or written: no fault of the task."""


@dataclass(frozen=True)
class _Encoded:
    rung: Rung
    data: bytes
    inline: bool = False


def dump_value(value: object, value_store_url: str, limit: int | None = None) -> ValueRef:
    """Store `value` under its content hash and return the reference, which holds small JSON itself.

    Raises ValueNotStorable, also for one of more than `limit` bytes (by default what this attempt's
    environment says), ValueStoreFailed. An unchanged value is written once however often it is
    dumped.
    """
    encoded = _encode(value)
    preview = preview_of(value)
    limit = limit or int(os.environ.get(LIMIT_VARIABLE, MAX_VALUE_SIZE))
    if len(encoded.data) > limit:
        raise ValueNotStorable(
            f"{preview} takes {_bytes(len(encoded.data))}, more than a value may: {_bytes(limit)}. "
            "Write it to a file or a table and hand on its path, or raise the limit: "
            f"max_value_size = {len(encoded.data)} in nbflow.toml."
        )
    length = length_of(value)
    if encoded.inline:
        inline = json.loads(encoded.data)
        return ValueRef("json", inline, size=len(encoded.data), preview=preview, length=length)
    digest = sha256(encoded.data).hexdigest()
    store = ArtifactStore(value_store_url)
    path = f"{digest[:2]}/{digest}.{_SUFFIX[encoded.rung]}"
    try:
        if store.exists(path) and store.size(path) == len(encoded.data):
            store.use(path)
        else:
            store.write(path, encoded.data)
    # Each kind of remote store has its own errors for being out of reach.
    except Exception as error:
        raise ValueStoreFailed(
            f"The value {preview} could not be written to {value_store_url}: {_told(error)}."
        ) from error
    return ValueRef(
        encoded.rung,
        url=store.url(path),
        digest=digest,
        size=len(encoded.data),
        preview=preview,
        length=length,
    )


def load_value(ref: ValueRef) -> object:
    """The value behind `ref`, a fresh copy each time. Raises ValueNotReadable, ValueStoreFailed."""
    if ref.url is None:
        return json.loads(json.dumps(ref.json))
    mapped = _mapped(ref, ref.url)
    if mapped is not None:
        return mapped
    data = _verified(ref, ref.url)
    try:
        return _DECODERS[ref.type](data)
    # A pickle runs code of any library, which may raise anything.
    except Exception as error:
        raise ValueNotReadable(
            f"The value {ref.preview or ref.url} cannot be read back here: {_told(error)}. "
            "The environment here needs the libraries and modules of the one that wrote it."
        ) from error


def length_of(value: object) -> int | None:
    """The number of elements that a task can be mapped over; None for what has none."""
    is_array = _is(value, "numpy", "ndarray") and cast("Any", value).ndim > 0
    is_plain = isinstance(value, (Sequence, Mapping)) and not isinstance(value, (str, bytes))
    if not is_array and not is_plain:
        return None
    try:
        return len(cast("Sequence[object]", value))
    # The value's own __len__ is user code; as long as nobody maps over it, it does not matter.
    except Exception:  # noqa: BLE001
        return None


def preview_of(value: object) -> str:
    """A few words about `value` for a table cell."""
    kind = type(value)
    try:
        if _is(value, "pandas", "DataFrame") or _is(value, "polars", "DataFrame"):
            return _shortened(f"DataFrame {_shape(value)}: {_names(cast('Any', value).columns)}")
        if _is(value, "pyarrow", "Table"):
            return _shortened(f"Table {_shape(value)}: {_names(cast('Any', value).column_names)}")
        if _is(value, "polars", "Series"):
            return f"Series {cast('Any', value).len()} of {cast('Any', value).dtype}"
        if _is(value, "pandas", "Series") or _is(value, "numpy", "ndarray"):
            return f"{kind.__name__} {_shape(value)} of {cast('Any', value).dtype}"
        return _shortened(_REPR.repr(value))
    # The value's own __repr__ is user code; a preview is never worth a failed task.
    except Exception:  # noqa: BLE001
        return f"<{kind.__module__}.{kind.__qualname__}>"


# --------------------------------------------------------------------------------------- the ladder


def _encode(value: object) -> _Encoded:
    for rung in (_as_json, _as_arrow, _as_npy):
        encoded = rung(value)
        if encoded is not None:
            return encoded
    return _as_pickle(value)


def _as_json(value: object) -> _Encoded | None:
    if type(value) not in _JSON_TYPES:
        return None
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        data = text.encode()
    # NaN, a cycle, a lone surrogate, an int of too many digits, something nested that is not JSON:
    # the next rungs can.
    except (ValueError, TypeError, RecursionError):
        return None
    if not _is_exactly_json(value):
        return None
    # Databases refuse the character NUL within JSON.
    return _Encoded("json", data, inline=len(data) <= INLINE_BYTES and "\\u0000" not in text)


_JSON_TYPES = frozenset({type(None), bool, int, float, str, list, dict})


def _is_exactly_json(value: object) -> bool:
    """Whether all in `value`, which has no cycle, is of a JSON type (no subclass, no tuple), and
    nothing that can be changed is in it twice: JSON would make two of it.
    """
    waiting, seen = [value], set[int]()
    while waiting:
        item = waiting.pop()
        kind = type(item)
        if kind not in _JSON_TYPES:
            return False
        if kind in (list, dict):
            if id(item) in seen:
                return False
            seen.add(id(item))
        if kind is list:
            waiting.extend(cast("list[object]", item))
        elif kind is dict:
            members = cast("dict[object, object]", item)
            if any(type(key) is not str for key in members):
                return False
            waiting.extend(members.values())
    return True


def _as_arrow(value: object) -> _Encoded | None:
    if _is(value, "pyarrow", "Table"):
        return _arrow_file(cast("pyarrow.Table", value), "pyarrow.Table")
    if _is(value, "pandas", "DataFrame"):
        return _frame_as_arrow(cast("pandas.DataFrame", value), "pandas.DataFrame")
    if _is(value, "pandas", "Series"):
        series = cast("pandas.Series[Any]", value)
        if series.name is None or type(series.name) is str:
            return _frame_as_arrow(series.to_frame("value"), "pandas.Series", series.name)
    if _is(value, "polars", "DataFrame"):
        return _polars_as_arrow(cast("polars.DataFrame", value), "polars.DataFrame")
    if _is(value, "polars", "Series"):
        ours = cast("polars.Series", value)
        return _polars_as_arrow(ours, "polars.Series", ours.name)
    return None


def _polars_as_arrow(
    value: polars.DataFrame | polars.Series, kind: str, name: str | None = None
) -> _Encoded | None:
    from nbflow.runtime.polars_frames import as_table  # noqa: PLC0415 - polars is there, then

    try:
        table = as_table(value)
    except ImportError:
        return None  # polars goes without pyarrow, this does not
    return None if table is None else _arrow_file(table, kind, name)


def _frame_as_arrow(frame: pandas.DataFrame, kind: str, name: str | None = None) -> _Encoded | None:
    try:
        import pyarrow  # noqa: PLC0415 - optional, and only worth it for a table

        if not _has_plain_cells(frame):
            return None
        encoded = _arrow_file(pyarrow.Table.from_pandas(frame), kind, name)
        # What the file gives back counts: it lacks, say, the categories of an empty column.
        given_back = _table_of(encoded.data)[0].to_pandas()
        return encoded if _same_frame(frame, given_back) else None
    # No pyarrow, duplicate or mixed columns and the like, told in many ways: pickle can.
    except Exception:  # noqa: BLE001
        return None


def _has_plain_cells(frame: pandas.DataFrame) -> bool:
    """Whether columns of Python objects hold only objects that Arrow gives back as they were."""
    columns = [frame[name] for name, dtype in frame.dtypes.items() if str(dtype) == "object"]
    labels = [index for index in (frame.index, frame.columns) if str(index.dtype) == "object"]
    plain = {str, bytes, date, type(None)}
    return all(set(map(type, column)) <= plain for column in [*columns, *labels])


def _same_frame(one: pandas.DataFrame, other: pandas.DataFrame) -> bool:
    return (
        _same_index(one.index, other.index)
        and _same_index(one.columns, other.columns)
        and list(one.dtypes) == list(other.dtypes)
        and one.attrs == other.attrs
        and one.flags.allows_duplicate_labels == other.flags.allows_duplicate_labels
        and one.equals(other)
    )


# `Any`: any of pandas' index classes.
def _same_index(one: Any, other: Any) -> bool:  # noqa: ANN401 - as above
    def facts(index: Any) -> tuple[object, ...]:  # noqa: ANN401 - as above
        zone, freq = type(getattr(index.dtype, "tz", None)), getattr(index, "freq", None)
        return type(index), index.dtype, zone, list(index.names), freq

    mine, its = list(getattr(one, "levels", ())), list(getattr(other, "levels", ()))
    levels = len(mine) == len(its) and all(map(_same_index, mine, its))
    return facts(one) == facts(other) and levels and bool(one.equals(other))


def _arrow_file(table: pyarrow.Table, kind: str, name: str | None = None) -> _Encoded:
    import pyarrow  # noqa: PLC0415 - optional, and only worth it for a table

    note = json.dumps({"kind": kind, "name": name}).encode()
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), _NOTE: note})
    compression = "lz4" if pyarrow.Codec.is_available("lz4") else None
    sink = pyarrow.BufferOutputStream()
    options = pyarrow.ipc.IpcWriteOptions(compression=compression)
    with pyarrow.ipc.new_file(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    return _Encoded("arrow", sink.getvalue().to_pybytes())


def _as_npy(value: object) -> _Encoded | None:
    if not _is(value, "numpy", "ndarray"):
        return None
    numpy = cast("Any", sys.modules["numpy"])  # a module taken from where its importer put it
    array = cast("Any", value)
    kind = array.dtype
    # Objects, strings of variable length and third-party dtypes have no place in the format.
    if kind.hasobject or kind.kind not in "biufcmMSUV" or kind.isbuiltin == _THIRD_PARTY:
        return None
    layout = numpy.lib.format
    described = layout.dtype_to_descr(kind)
    # Numpy warns of names of fields in other letters, and the user would wonder why.
    if layout.descr_to_dtype(described) != kind or not str(described).isascii():
        return None
    sink = io.BytesIO()
    numpy.save(sink, array, allow_pickle=False)
    if not array.flags.writeable:
        sink.write(_READ_ONLY)
    return _Encoded("npy", sink.getvalue())


_THIRD_PARTY = 2
_READ_ONLY = b"nbflow: read-only"
"""Stands behind an array that nobody may write to, where NumPy does not look."""


def _as_pickle(value: object) -> _Encoded:
    from nbflow.runtime.pickling import dumps  # noqa: PLC0415 - most values are of the other rungs

    try:
        return _Encoded("pickle", dumps(value))
    # __reduce__ and __getstate__ are user code: they may raise anything.
    except Exception as error:
        kind = f"{type(value).__module__}.{type(value).__qualname__}"
        raise ValueCannotTravel(
            f"A {kind} cannot be handed to another task: "
            f"{_told(error)}. Hand on plain data instead (a path, a list, a table), "
            "or use the value within one task.",
            f"a {kind}: {_told(error)}",
        ) from error


# ----------------------------------------------------------------------------------------- and back


def _verified(ref: ValueRef, url: str) -> bytes:
    try:
        data = read_url(url)
    except FileNotFoundError as error:
        raise ValueNotReadable(
            f"The value {ref.preview or url} is no longer at {url}: "
            "run the task that made it again."
        ) from error
    # See dump_value.
    except Exception as error:
        raise ValueStoreFailed(
            f"The value {ref.preview or url} could not be read from {url}: {_told(error)}."
        ) from error
    if sha256(data).hexdigest() != ref.digest:
        raise ValueNotReadable(
            f"The value {ref.preview or url} at {url} is not what was stored "
            "(its SHA-256 differs): run the task that made it again."
        )
    return data


def _table_of(data: bytes) -> tuple[pyarrow.Table, dict[str, Any]]:
    """The table in a file, as it was before, and the note of what it was made from."""
    import pyarrow  # noqa: PLC0415 - optional, and only worth it for a table

    table = pyarrow.ipc.open_file(pyarrow.py_buffer(data)).read_all()
    metadata = dict(table.schema.metadata)
    note = json.loads(metadata.pop(_NOTE))
    return table.replace_schema_metadata(metadata or None), note


def _from_arrow(data: bytes) -> object:
    table, note = _table_of(data)
    if note["kind"] == "pyarrow.Table":
        return table
    if note["kind"].startswith("polars."):
        from nbflow.runtime import polars_frames  # noqa: PLC0415 - optional

        if note["kind"] == "polars.Series":
            return polars_frames.series_from(table, note["name"])
        return polars_frames.frame_from(table)
    frame = table.to_pandas()
    return frame if note["kind"] == "pandas.DataFrame" else frame["value"].rename(note["name"])


def _from_npy(data: bytes) -> object:
    import numpy  # noqa: PLC0415 - only worth it for an array

    array = numpy.load(io.BytesIO(data), allow_pickle=False)
    array.flags.writeable = not data.endswith(_READ_ONLY)
    return cast("object", array)


def _mapped(ref: ValueRef, url: str) -> object | None:
    """A large array of a local store, whose file stays where it is: pages are read as they are
    needed, and those that are written to become the reader's own. None for any other value.
    """
    path = local_path(url)
    if ref.type != "npy" or path is None or ref.size < MAPPED_BYTES:
        return None
    import numpy  # noqa: PLC0415 - only worth it for an array

    try:
        with path.open("rb") as file:
            digest = _digest_of(file)
            file.seek(-len(_READ_ONLY), os.SEEK_END)
            is_read_only = file.read() == _READ_ONLY
        if digest != ref.digest:
            return None  # whoever reads all of it says what is wrong
        mode: Literal["r", "c"] = "r" if is_read_only else "c"
        array: object = numpy.load(path, mmap_mode=mode, allow_pickle=False).view(numpy.ndarray)
    except (OSError, ValueError):
        return None  # as above
    return array


def _digest_of(file: BinaryIO) -> str:
    digest = sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


_DECODERS: dict[Rung, Callable[[bytes], object]] = {
    "json": json.loads,
    "arrow": _from_arrow,
    "npy": _from_npy,
    "pickle": pickle.loads,
}


# ------------------------------------------------------------------------------------ looking at it


def _is(value: object, module: str, name: str) -> bool:
    """Whether `value` is of exactly this class, found without importing anything."""
    return type(value) is getattr(sys.modules.get(module), name, NotImplemented)


def _bytes(size: int) -> str:
    """A number of bytes in the unit a person would use."""
    amount = float(size)
    for unit in ("bytes", "KB", "MB"):
        if amount < 1000:
            return f"{amount:.3g} {unit}"
        amount /= 1000
    return f"{amount:.3g} GB"


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")


def _shape(value: object) -> str:
    return " x ".join(str(size) for size in cast("Any", value).shape)


def _names(columns: Iterable[object]) -> str:
    return ", ".join(str(column) for column in columns)


def _shortened(text: str) -> str:
    return text if len(text) <= PREVIEW_CHARACTERS else f"{text[: PREVIEW_CHARACTERS - 1]}…"


_REPR = reprlib.Repr()
_REPR.maxdict = _REPR.maxlist = _REPR.maxtuple = _REPR.maxset = 8
_REPR.maxstring = _REPR.maxother = _REPR.maxlong = PREVIEW_CHARACTERS
