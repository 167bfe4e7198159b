"""Source bundles on the worker: unpacked once, whole, and nowhere else."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from nbflow.core.orders import SourceBundle
from nbflow.runtime.bundles import BadBundle, unpack

FILES = {"dags/a.py": b"print(1)", "dags/data/rows.csv": b"1,2\n", "b.ipynb": b"{}"}


def test_a_bundle_is_unpacked_with_its_folders(tmp_path: Path) -> None:
    folder = unpack(SourceBundle("abc", FILES), tmp_path / "cache")

    found = {p.relative_to(folder).as_posix(): p.read_bytes() for p in _files(folder)}
    assert found == FILES


def test_a_bundle_that_is_there_is_not_unpacked_again(tmp_path: Path) -> None:
    folder = unpack(SourceBundle("abc", FILES), tmp_path)
    (folder / "b.ipynb").unlink()

    assert unpack(SourceBundle("abc", {}), tmp_path) == folder
    assert not (folder / "b.ipynb").exists()


def test_many_at_once_find_one_whole_folder_and_leave_nothing_else(tmp_path: Path) -> None:
    barrier = Barrier(8)

    def work(_: int) -> list[Path]:
        barrier.wait(60)
        return sorted(_files(unpack(SourceBundle("abc", FILES), tmp_path)))

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(work, range(8)))

    assert found == [found[0]] * 8
    assert len(found[0]) == len(FILES)
    assert [path.name for path in tmp_path.iterdir()] == ["abc"]


@pytest.mark.parametrize(
    "name",
    ["../x", "/etc/x", "a/../../x", "..\\x", "C:\\x", "C:x", "", "a/..", "\\\\host\\share\\x"],
)
def test_a_path_that_leaves_the_folder_is_refused_and_nothing_is_left(
    name: str, tmp_path: Path
) -> None:
    with pytest.raises(BadBundle, match="not inside its folder"):
        unpack(SourceBundle("abc", {"fine.py": b"", name: b""}), tmp_path / "cache")

    assert list((tmp_path / "cache").iterdir()) == []
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("digest", ["../up", "", ".", "..", "a/b"])
def test_a_digest_that_is_no_name_is_refused(digest: str, tmp_path: Path) -> None:
    with pytest.raises(BadBundle, match="not the digest"):
        unpack(SourceBundle(digest, FILES), tmp_path)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
