"""The versions of a DAG as a person sees them: the list, the text of one, the difference of two."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping

from nbflow.core.errors import NotFoundError
from nbflow.core.versions import SpecChange, spec_changes
from nbflow.store import versions as version_store
from nbflow.store.database import Database, Session
from nbflow.store.versions import ListedVersion, VersionText
from nbflow.views.dags import iso_text, task_views
from nbflow.views.shapes import (
    FileDiff,
    SourceFile,
    SpecChangeView,
    VersionDetail,
    VersionDiff,
    VersionList,
    VersionView,
)

NEWEST = 100


def version_list(database: Database, dag_id: str) -> VersionList:
    """The newest versions of a DAG, each with what it changed. Raises NotFoundError."""
    with database.reading() as session:
        found = version_store.versions(session, dag_id, NEWEST + 1)
    if not found:
        raise NotFoundError(f"There is no DAG {dag_id!r}.")
    older: list[ListedVersion | None] = [*found[1:], None]
    views = [_view(one, before) for one, before in zip(found, older, strict=True)]
    return VersionList(dag_id, views[:NEWEST])


def version_detail(database: Database, dag_id: str, number: int) -> VersionDetail:
    """One version with its tasks and its text."""
    with database.reading() as session:
        found = _version(session, dag_id, number)
    files = [SourceFile(path, readable(path, text)) for path, text in found.files.items()]
    params = {name: dict(spec) for name, spec in found.dag.params.items()}
    return VersionDetail(dag_id, number, task_views(found.dag), params, files)


def version_diff(database: Database, dag_id: str, old: int, new: int) -> VersionDiff:
    """What differs between two versions: in the DAG, and in the text."""
    with database.reading() as session:
        before, after = _version(session, dag_id, old), _version(session, dag_id, new)
    changes = spec_changes(before.dag.to_json(), after.dag.to_json())
    files = list(_file_diffs(before, after))
    return VersionDiff(dag_id, old, new, [_change(one) for one in changes], files)


def readable(path: str, content: bytes) -> str:
    """A file as text; a notebook as its cells one after another, without outputs."""
    text = content.decode(errors="replace")
    if not path.endswith(".ipynb"):
        return text
    try:
        cells = json.loads(text)["cells"]
        parts = [f"# %% [{cell['cell_type']}]\n{''.join(cell['source'])}\n" for cell in cells]
    except (ValueError, KeyError, TypeError):
        return text  # not what its name says
    return "\n".join(parts)


def _version(session: Session, dag_id: str, number: int) -> VersionText:
    found = version_store.version_text(session, dag_id, number)
    if found is None:
        known = version_store.versions(session, dag_id, NEWEST)
        if not known:
            raise NotFoundError(f"There is no DAG {dag_id!r}.")
        raise NotFoundError(
            f"DAG {dag_id!r} has no version {number}: it has {known[-1].number} to "
            f"{known[0].number}."
        )
    return found


def _view(one: ListedVersion, before: ListedVersion | None) -> VersionView:
    old = None if before is None else before.dag.to_json()
    changes = [] if old is None else spec_changes(old, one.dag.to_json())
    return VersionView(
        number=one.number,
        created_at=iso_text(one.created_at),
        is_current=one.is_current,
        runs=one.runs,
        task_count=len(one.dag.tasks),
        changes=[str(change) for change in changes],
    )


def _change(one: SpecChange) -> SpecChangeView:
    return SpecChangeView(one.kind, one.path, one.before, one.after, str(one))


def _file_diffs(before: VersionText, after: VersionText) -> Iterator[FileDiff]:
    for path in sorted({*before.files, *after.files}):
        old, new = _lines(before.files, path), _lines(after.files, path)
        diff = "".join(
            difflib.unified_diff(old, new, f"{path} ({before.number})", f"{path} ({after.number})")
        )
        if diff:
            yield FileDiff(path, diff)


def _lines(files: Mapping[str, bytes], path: str) -> list[str]:
    text = readable(path, files[path]) if path in files else ""
    return [f"{line}\n" for line in text.splitlines()]
