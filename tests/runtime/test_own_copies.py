"""Copies of a notebook's folder: all that it reaches by relative paths, and nothing of tools."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from nbflow.runtime import own_copies
from nbflow.runtime.own_copies import TooLarge, copy_folder, root_of, shared_paths


def test_a_copy_has_files_and_folders_but_not_what_tools_keep(tmp_path: Path) -> None:
    root = tmp_path / "project"
    for name in ("data/a.csv", ".git/config", ".venv/pyvenv.cfg", ".venv/x.py", "x.ipynb"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)

    copy_folder(root, tmp_path / "copy")

    copied = sorted(p for p in (tmp_path / "copy").rglob("*") if p.is_file())
    assert [str(p.relative_to(tmp_path / "copy")) for p in copied] == ["data/a.csv", "x.ipynb"]


def test_writing_into_a_copy_leaves_the_original_alone(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "a.txt").write_text("before")

    copy_folder(tmp_path / "project", tmp_path / "copy")
    (tmp_path / "copy" / "a.txt").write_text("after")

    assert (tmp_path / "project" / "a.txt").read_text() == "before"


def test_a_notebook_that_looks_above_itself_brings_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "x.ipynb"

    def root(source: str) -> Path:
        return root_of(path, new_notebook(cells=[new_code_cell(source)]))

    assert root("open('data.csv')") == tmp_path / "a" / "b"
    assert root("open('../data.csv')") == tmp_path / "a"
    assert root("open('../../data.csv')") == tmp_path
    assert root("os.chdir('..')") == tmp_path / "a"


def test_a_folder_that_is_too_large_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    with (tmp_path / "project" / "big").open("wb") as big:
        big.truncate(own_copies.MOST_BYTES + 1)  # takes no room on the disk

    with pytest.raises(TooLarge, match="--in-place"):
        copy_folder(tmp_path / "project", tmp_path / "copy")


def test_paths_from_the_root_into_the_folder_are_found(tmp_path: Path) -> None:
    sources = [f"read('{tmp_path}/a.csv')", "read('a.csv')", f"x = '{tmp_path}'"]
    nb = new_notebook(cells=[new_code_cell(source) for source in sources])

    found = shared_paths(nb, tmp_path)

    assert [(one.cell, one.path) for one in found] == [(0, f"{tmp_path}/a.csv"), (2, str(tmp_path))]
