"""The artifact store: one behaviour over local folders and remote stores."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from nbflow.runtime.artifacts import ArtifactStore, local_path, read_url


@pytest.fixture(params=["path", "file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ArtifactStore:
    """A store of each kind; `memory` stands for all that are remote."""
    urls = {
        "path": str(tmp_path / "a folder"),
        "file": (tmp_path / "a folder").as_uri(),
        "memory": f"memory://{uuid4().hex}",
    }
    return ArtifactStore(urls[request.param])


def test_what_was_written_is_found_under_its_url(store: ArtifactStore) -> None:
    url = store.write("run 1/log.txt", b"hello")

    assert url == store.url("run 1/log.txt")
    assert read_url(url) == store.read("run 1/log.txt") == b"hello"
    assert store.exists("run 1/log.txt")
    assert store.size("run 1/log.txt") == 5


def test_writing_again_replaces_what_was_there(store: ArtifactStore) -> None:
    store.write("a", b"a long first version")
    store.write("a", b"short")

    assert store.read("a") == b"short"


def test_appending_adds_to_the_end(store: ArtifactStore) -> None:
    store.append("log", b"one ")
    store.append("log", b"two ")
    store.flush("log")
    store.append("log", b"three")
    store.flush()

    assert store.read("log") == b"one two three"


def test_a_part_is_read_by_offset_and_nothing_lies_beyond_the_end(store: ArtifactStore) -> None:
    store.write("log", b"0123456789")

    assert store.read_from("log", 3, 4) == b"3456"
    assert store.read_from("log", 8, 100) == b"89"
    assert store.read_from("log", 10, 100) == b""
    assert store.read_from("log", 99, 1) == b""


def test_what_is_not_there_is_said_to_be_missing(store: ArtifactStore) -> None:
    assert not store.exists("nothing")
    with pytest.raises(FileNotFoundError):
        store.read("nothing")
    with pytest.raises(FileNotFoundError):
        store.size("nothing")


@pytest.mark.parametrize("path", ["../outside", "/etc/passwd", "a/../../outside", "", "."])
def test_a_path_never_leaves_the_store(store: ArtifactStore, path: str) -> None:
    with pytest.raises(ValueError, match="is not a path inside an artifact folder"):
        store.write(path, b"")


def test_a_write_that_fails_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    store = ArtifactStore(str(tmp_path))
    store.write("taken/by/a/folder", b"old")

    with pytest.raises(IsADirectoryError):
        store.write("taken/by/a", b"a folder cannot be replaced by a file")

    assert store.read("taken/by/a/folder") == b"old"
    assert [p.name for p in (tmp_path / "taken" / "by").iterdir()] == ["a"]


def test_a_local_append_is_there_at_once(tmp_path: Path) -> None:
    store = ArtifactStore(str(tmp_path))

    store.append("log", b"live")

    assert (tmp_path / "log").read_bytes() == b"live"


def test_only_local_urls_have_a_path_on_this_machine(tmp_path: Path) -> None:
    assert local_path(str(tmp_path)) == tmp_path
    assert local_path((tmp_path / "ä b").as_uri()) == tmp_path / "ä b"
    assert local_path("s3://bucket/key") is None
    assert ArtifactStore("memory://x").local_path("a") is None


def test_urls_keep_the_form_the_store_was_given(tmp_path: Path) -> None:
    assert ArtifactStore(str(tmp_path)).url("a b") == f"{tmp_path}/a b"
    assert ArtifactStore(tmp_path.as_uri()).url("a b") == f"{tmp_path.as_uri()}/a%20b"
    assert ArtifactStore("s3://bucket/runs/").url("a b") == "s3://bucket/runs/a b"
