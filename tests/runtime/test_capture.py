"""Tasks that run in threads side by side: each has its own log, and nobody else is disturbed."""

from __future__ import annotations

import logging
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from nbflow.runtime.artifacts import ArtifactStore
from nbflow.runtime.capture import captured
from nbflow.runtime.logs import AttemptLog

# ruff: noqa: T201 - printing is what this is about


def test_side_by_side_each_task_prints_into_its_own_log(tmp_path: Path) -> None:
    barrier = Barrier(4)

    def work(name: str) -> str:
        with AttemptLog(ArtifactStore(str(tmp_path / name))) as log, captured(log):
            for line in range(20):
                barrier.wait(60)
                print(name, line)
                print(name, "error", line, file=sys.stderr)
        return (tmp_path / name / "log.txt").read_text()

    with ThreadPoolExecutor(4) as threads:
        logs = list(threads.map(work, "abcd"))

    for name, log in zip("abcd", logs, strict=True):
        assert log == "".join(f"{name} {n}\n{name} error {n}\n" for n in range(20))


def test_a_line_is_in_the_log_as_soon_as_it_is_printed(tmp_path: Path) -> None:
    with AttemptLog(ArtifactStore(str(tmp_path))) as log, captured(log):
        print("one")
        print("two", end="")
        assert (tmp_path / "log.txt").read_text() == "one\n"
        sys.stdout.flush()
        assert (tmp_path / "log.txt").read_text() == "one\ntwo"


def test_records_of_logging_are_in_the_log_from_info_on(tmp_path: Path) -> None:
    with AttemptLog(ArtifactStore(str(tmp_path))) as log, captured(log):
        logging.getLogger("mine").info("rows: %d", 3)
        logging.getLogger("mine").debug("too much")

    text = (tmp_path / "log.txt").read_text()
    assert text.endswith("INFO mine: rows: 3\n")
    assert "too much" not in text


def test_others_print_where_they_did(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (
        AttemptLog(ArtifactStore(str(tmp_path))) as log,
        ThreadPoolExecutor(1) as other,
        captured(log),
    ):
        print("mine")
        other.submit(print, "theirs").result()

    assert (tmp_path / "log.txt").read_text() == "mine\n"
    assert capsys.readouterr().out == "theirs\n"


def test_what_is_shown_too_is_in_both_places(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with AttemptLog(ArtifactStore(str(tmp_path))) as log, captured(log, shown=True):
        print("for both")

    assert (tmp_path / "log.txt").read_text() == capsys.readouterr().out == "for both\n"


def test_afterwards_everything_is_as_it_was(tmp_path: Path) -> None:
    root = logging.getLogger()
    before = (sys.stdout, sys.stderr, list(root.handlers), root.level)

    with AttemptLog(ArtifactStore(str(tmp_path))) as log, captured(log), captured(log):
        print("inside")

    assert (sys.stdout, sys.stderr, list(root.handlers), root.level) == before


def test_the_log_of_a_remote_store_is_whole_when_it_is_closed() -> None:
    store = ArtifactStore("memory://logs-of-a-test")

    with AttemptLog(store) as log:
        log.write(b"first\n")
        log.write(b"last\n")

    assert store.read("log.txt") == b"first\nlast\n"
    assert log.url == "memory://logs-of-a-test/log.txt"
