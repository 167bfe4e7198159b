"""The code of DAG versions: source bundles, each content kept once, and what a bundle means.

A version stands for a meaning. `meaning` leaves out what changes neither what runs nor what is
shown of it: comments and layout of Python files (their syntax tree counts), outputs, execution
counts and the like of notebooks. Any other file counts byte for byte, and so does one that cannot
be read.
"""

from __future__ import annotations

import ast
import json
import warnings
import zlib
from collections.abc import Collection, Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete, insert, select

from nbflow.core.orders import SourceBundle
from nbflow.store.database import Session
from nbflow.store.tables import (
    BundleFileRow,
    BundleRow,
    DagVersionRow,
    SourceRow,
    insert_into,
    table_of,
)

_BUNDLES = table_of(BundleRow)
_FILES = table_of(BundleFileRow)
_SOURCES = table_of(SourceRow)
_VERSIONS = table_of(DagVersionRow)

# What JupyterLab, a run or an editor leaves behind in a notebook without changing it.
_VOLATILE_OF_NOTEBOOK = frozenset({"language_info", "papermill", "signature", "toc", "widgets"})
_VOLATILE_OF_CELL = frozenset(
    {
        "ExecuteTime",
        "collapsed",
        "deletable",
        "editable",
        "execution",
        "jupyter",
        "papermill",
        "pycharm",
        "scrolled",
        "slideshow",
        "trusted",
    }
)


def meaning(bundle: SourceBundle) -> str:
    """A digest that is equal for bundles that do the same. Python's version may enter into it."""
    parts = [
        [path, sha256(_essence(path, content)).hexdigest()]
        for path, content in sorted(bundle.files.items())
    ]
    return sha256(json.dumps(parts).encode()).hexdigest()


def save_bundles(session: Session, bundles: Sequence[SourceBundle], now: datetime) -> None:
    """Keep the files of these bundles, except those of a digest that is there already."""
    wanted = {bundle.digest: bundle for bundle in bundles}
    known = set(session.scalars(select(_BUNDLES.c.digest).where(_BUNDLES.c.digest.in_(wanted))))
    new = [bundle for digest, bundle in wanted.items() if digest not in known]
    if not new:
        return
    session.execute(
        insert(_BUNDLES), [{"digest": bundle.digest, "created_at": now} for bundle in new]
    )
    files = [
        (bundle.digest, path, sha256(content).hexdigest(), content)
        for bundle in new
        for path, content in bundle.files.items()
    ]
    if not files:
        return
    contents = {digest: content for _, _, digest, content in files}
    session.execute(
        insert_into(session, _SOURCES).on_conflict_do_nothing(),
        [_source_values(digest, content) for digest, content in contents.items()],
    )
    session.execute(
        insert(_FILES),
        [{"bundle_digest": b, "path": p, "source_digest": d} for b, p, d, _ in files],
    )


def _source_values(digest: str, content: bytes) -> dict[str, object]:
    return {"digest": digest, "size": len(content), "content": zlib.compress(content)}


def files_of(session: Session, digest: str) -> dict[str, bytes]:
    """The files of the bundle that was saved under `digest`, by their paths inside it."""
    rows = session.execute(
        select(_FILES.c.path, _SOURCES.c.content)
        .join(_SOURCES, _SOURCES.c.digest == _FILES.c.source_digest)
        .where(_FILES.c.bundle_digest == digest)
        .order_by(_FILES.c.path)
    )
    return {path: zlib.decompress(content) for path, content in rows}


def delete_unused(session: Session, digests: Collection[str]) -> None:
    """Delete those of these bundles that no version points to, and what only they contained."""
    in_use = select(_VERSIONS.c.id).where(_VERSIONS.c.bundle_digest == _BUNDLES.c.digest).exists()
    unused = _BUNDLES.c.digest.in_(digests) & ~in_use
    contents = set(
        session.scalars(
            select(_FILES.c.source_digest)
            .join(_BUNDLES, _BUNDLES.c.digest == _FILES.c.bundle_digest)
            .where(unused)
        )
    )
    session.execute(delete(_BUNDLES).where(unused))
    kept = select(_FILES.c.path).where(_FILES.c.source_digest == _SOURCES.c.digest).exists()
    session.execute(delete(_SOURCES).where(_SOURCES.c.digest.in_(contents), ~kept))


# -- meaning ---------------------------------------------------------------------------------------


def _essence(path: str, content: bytes) -> bytes:
    try:
        if path.endswith(".py"):
            return _essence_of_python(content)
        if path.endswith(".ipynb"):
            return _essence_of_notebook(content)
    except (
        SyntaxError,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        RecursionError,
        MemoryError,
    ):
        # Not what its name says, or too much for the parser: then every byte counts.
        return content
    return content


def _essence_of_python(content: bytes) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the author was told of them when the file was loaded
        return ast.dump(ast.parse(content)).encode()


def _essence_of_notebook(content: bytes) -> bytes:
    notebook = json.loads(content)
    cells = [
        [
            cell["cell_type"],
            cell.get("id"),
            _joined(cell["source"]),
            _without(cell["metadata"], _VOLATILE_OF_CELL),
            cell.get("attachments"),
        ]
        for cell in notebook["cells"]
    ]
    metadata = _without(notebook["metadata"], _VOLATILE_OF_NOTEBOOK)
    return json.dumps([cells, metadata], sort_keys=True).encode()


def _joined(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)


def _without(metadata: dict[str, object], names: frozenset[str]) -> dict[str, object]:
    return {name: value for name, value in metadata.items() if name not in names}
