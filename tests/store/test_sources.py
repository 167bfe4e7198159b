"""What changes the meaning of a bundle, what does not, and that its files are kept once."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import func, select

from nbflow.core.orders import SourceBundle
from nbflow.store import sources
from nbflow.store.database import Database
from nbflow.store.tables import SourceRow, table_of
from tests.store.builders import NOW, a_bundle

CODE = "import pandas as pd\n\ndef load(day):\n    return pd.read_csv(f'{day}.csv')\n"


def same(path: str, before: str, after: str) -> bool:
    """Whether a bundle of one file means the same with either text."""
    bundles = [SourceBundle("", {path: text.encode()}) for text in (before, after)]
    return sources.meaning(bundles[0]) == sources.meaning(bundles[1])


def notebook(*cells: dict[str, object], **metadata: object) -> str:
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def cell(source: str = "x = 1", **fields: object) -> dict[str, object]:
    kept: dict[str, object] = {
        "id": "a",
        "cell_type": "code",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }
    return {**kept, "source": source, **fields}


@pytest.mark.parametrize(
    "after",
    [
        CODE + "# a remark\n",
        CODE.replace("\n\n", "\n\n\n"),
        CODE.replace("(day)", "( day )"),
        CODE.replace("    ", "  "),
    ],
)
def test_comments_and_layout_of_python_do_not_matter(after: str) -> None:
    assert same("dags/sales.py", CODE, after)


@pytest.mark.parametrize(
    "after",
    [CODE.replace("csv", "tsv"), CODE + "x = 1\n", "'''A docstring.'''\n" + CODE],
)
def test_what_python_does_matters(after: str) -> None:
    assert not same("dags/sales.py", CODE, after)


@pytest.mark.parametrize("broken", ["def (:", "x = '\x00'", "\\\n" * 10, "(" * 10_000])
def test_python_that_cannot_be_read_counts_byte_for_byte(broken: str) -> None:
    assert same("lib.py", broken, broken)
    assert not same("lib.py", broken, broken + "# a remark")


def test_outputs_of_a_notebook_do_not_matter() -> None:
    ran = cell(
        execution_count=7,
        outputs=[{"output_type": "stream", "name": "stdout", "text": "1"}],
        metadata={"execution": {"iopub.status.busy": "2026-03-01"}, "scrolled": True},
    )
    before = notebook(cell(), kernelspec={"name": "python3"})
    after = notebook(ran, kernelspec={"name": "python3"}, language_info={"version": "3.12.1"})
    assert same("sales.ipynb", before, after)


def test_source_as_a_list_of_lines_is_the_same_source() -> None:
    lines = {**cell(), "source": ["x = 1\n", "y = 2"]}
    assert same("sales.ipynb", notebook(cell("x = 1\ny = 2")), notebook(lines))


@pytest.mark.parametrize(
    "after",
    [
        notebook(cell("x = 2")),
        notebook(cell("x = 1  # shown in the executed notebook")),
        notebook(cell(id="b")),
        notebook(cell(metadata={"tags": ["parameters"]})),
        notebook(cell(), cell("# Title", id="b", cell_type="markdown")),
        notebook(cell(), kernelspec={"name": "bash"}),
        notebook(cell(), nbflow={"schedule": "@daily"}),
    ],
)
def test_what_a_notebook_does_or_shows_matters(after: str) -> None:
    assert not same("sales.ipynb", notebook(cell()), after)


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"cells": 3}', '{"cells": [{}]}', "null"])
def test_a_notebook_that_cannot_be_read_counts_byte_for_byte(broken: str) -> None:
    assert same("sales.ipynb", broken, broken)
    assert not same("sales.ipynb", broken, broken + " ")


def test_any_other_file_counts_byte_for_byte() -> None:
    assert not same("query.sql", "SELECT 1", "SELECT 1 -- one")


def test_the_name_of_a_file_matters() -> None:
    assert sources.meaning(a_bundle(a="x = 1")) != sources.meaning(a_bundle(b="x = 1"))


def test_a_bundle_comes_back_whole(database: Database) -> None:
    files = {"dags/a.py": b"x = 1", "données/é.bin": bytes(range(256)) * 100, "empty.txt": b""}
    with database.transaction() as session:
        sources.save_bundles(session, [SourceBundle("digest", files)], NOW)
        assert sources.files_of(session, "digest") == files


def test_the_same_bundle_twice_and_the_same_file_in_two_bundles_are_kept_once(
    database: Database,
) -> None:
    shared = {"lib.py": b"shared = True"}
    with database.transaction() as session:
        for digest in ("one", "two", "one"):
            content = {**shared, "dag.py": digest.encode()}
            sources.save_bundles(session, [SourceBundle(digest, content)], NOW)
        assert session.scalar(select(func.count()).select_from(table_of(SourceRow))) == 3
        assert sources.files_of(session, "two")["lib.py"] == b"shared = True"


def test_what_no_version_uses_can_be_deleted_without_harming_the_rest(database: Database) -> None:
    with database.transaction() as session:
        for digest in ("old", "new"):
            content = {"lib.py": b"shared", "dag.py": digest.encode()}
            sources.save_bundles(session, [SourceBundle(digest, content)], NOW)
        sources.delete_unused(session, {"old"})
        assert sources.files_of(session, "old") == {}
        assert sources.files_of(session, "new") == {"lib.py": b"shared", "dag.py": b"new"}
        assert session.scalar(select(func.count()).select_from(table_of(SourceRow))) == 2
