"""What a value looks like, for a person: JSON, the first rows of a table, shape and first numbers
of an array.

Safe where anybody may ask: a pickle is never read, because reading one runs its code, and no more
than a part of a large value is.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from nbflow.core.json import Json
from nbflow.core.orders import ValueRef
from nbflow.runtime.artifacts import local_path, read_url

ROWS = 20
MOST_BYTES = 64_000_000
"""More than this is not fetched to be looked at, unless it is a local file that is read in part."""
MOST_CHARACTERS = 100_000


@dataclass(frozen=True)
class ValuePreview:
    """What is shown of a value. `kind` says which of the others mean something:

    json (`json`, or `text` where it is too long to be shown whole), table (`columns` as (name,
    type), `rows`, `shape`), array (`shape`, `dtype`, `rows` of one with the first numbers),
    opaque (`text` says why nothing is).
    """

    kind: Literal["json", "table", "array", "opaque"]
    json: Json = None
    text: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    shape: tuple[int, ...] = ()
    dtype: str = field(default="")


def preview_value(ref: ValueRef) -> ValuePreview:
    """A look at the value behind `ref`; an opaque one where it cannot be read."""
    if ref.hides:
        return _opaque(f"It holds a secret, which only tasks get: {ref.preview}")
    if ref.url is None:
        return ValuePreview("json", json=ref.json)
    if ref.type == "pickle":
        return _opaque("It is a pickle, which only tasks read: reading one runs its code.")
    if ref.size > MOST_BYTES and local_path(ref.url) is None:
        return _opaque(f"It takes {ref.size} bytes, too many to be fetched for a look.")
    try:
        return _READERS[ref.type](ref.url)
    except FileNotFoundError:
        return _opaque("It is no longer there: run the task that made it again.")
    except ImportError as error:
        return _opaque(f"It cannot be read here: {error.name} is not installed.")
    # Remote stores and damaged files have errors of their own.
    except Exception as error:  # noqa: BLE001
        return _opaque(f"It cannot be read: {type(error).__name__}: {error}.")


def _opaque(why: str) -> ValuePreview:
    return ValuePreview("opaque", text=why)


def _json(url: str) -> ValuePreview:
    text = read_url(url).decode()
    if len(text) > MOST_CHARACTERS:
        return ValuePreview("json", text=f"{text[:MOST_CHARACTERS]}…")
    return ValuePreview("json", json=json.loads(text))


def _table(url: str) -> ValuePreview:
    import pyarrow  # noqa: PLC0415 - optional, and only worth it for a table

    path = local_path(url)
    source: Any = (  # pyarrow's own kinds of files
        pyarrow.py_buffer(read_url(url)) if path is None else pyarrow.memory_map(str(path))
    )
    reader = pyarrow.ipc.open_file(source)
    height = sum(reader.get_batch(number).num_rows for number in range(reader.num_record_batches))
    first = reader.get_batch(0).slice(0, ROWS) if reader.num_record_batches else None
    columns = tuple((one.name, str(one.type)) for one in reader.schema)
    cells = [] if first is None else [map(str, column.to_pylist()) for column in first.columns]
    rows = tuple(zip(*cells, strict=True))
    return ValuePreview("table", columns=columns, rows=rows, shape=(height, len(columns)))


def _array(url: str) -> ValuePreview:
    import numpy  # noqa: PLC0415 - only worth it for an array

    path = local_path(url)
    if path is None:
        array = numpy.load(io.BytesIO(read_url(url)), allow_pickle=False)
    else:
        array = numpy.load(path, mmap_mode="r", allow_pickle=False)
    first = tuple(str(one) for one in array.ravel()[:ROWS].tolist())
    shape = tuple(int(size) for size in array.shape)
    return ValuePreview("array", rows=(first,), shape=shape, dtype=str(array.dtype))


_READERS: Mapping[str, Callable[[str], ValuePreview]] = {
    "json": _json,
    "arrow": _table,
    "npy": _array,
}
