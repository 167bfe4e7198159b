"""DAG files as they come, change, break and go: what the scheduler has of them."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest

from nbflow.scheduler.load_dags import DagLoader, store_found
from nbflow.store.database import Database
from nbflow.views.dags import dag_list, import_errors
from tests.scheduler.stage import START

GOOD = "from nbflow import DAG, EmptyOperator\nwith DAG('{id}'):\n    EmptyOperator(task_id='a')\n"


class Folder:
    """A DAG folder, and what a store has of it after each look."""

    def __init__(self, path: Path, database: Database, timeout: float = 60.0) -> None:
        self.path, self.database = path, database
        self.loader = DagLoader([path], lambda: None, timeout=timeout)

    def write(self, name: str, text: str) -> None:
        (self.path / name).write_text(text)

    def look(self) -> list[str]:
        found = list(self.loader.scan())
        with self.database.transaction() as session:
            store_found(session, found, START)
        return [dag.dag_id for dag in dag_list(self.database, START)]

    def problems(self) -> list[tuple[str, str]]:
        return [
            (Path(error.file).name, str(problem["code"]))
            for error in import_errors(self.database)
            for problem in error.problems
        ]


@pytest.fixture
def folder(tmp_path: Path, sqlite_database: Database) -> Folder:
    (tmp_path / "dags").mkdir()
    return Folder(tmp_path / "dags", sqlite_database)


def test_a_new_file_brings_its_dag_and_a_deleted_one_takes_it_away(folder: Folder) -> None:
    folder.write("a.py", GOOD.format(id="a"))
    assert folder.look() == ["a"]
    (folder.path / "a.py").unlink()
    assert folder.look() == []


def test_an_unchanged_file_is_not_read_again(folder: Folder) -> None:
    folder.write("a.py", GOOD.format(id="a"))
    folder.look()
    assert list(folder.loader.scan()) == []


def test_a_file_whose_dags_have_another_reason_to_change_is_read_at_once(tmp_path: Path) -> None:
    found = Event()
    loader = DagLoader([tmp_path], found.set, timeout=60.0)
    file = tmp_path / "a.py"
    file.write_text(GOOD.format(id="a"))
    loader.start()
    try:
        for _ in range(2):
            assert found.wait(20.0)  # sooner than it looks by itself
            found.clear()
            assert [one.path for taken in loader.take() for one in taken.parsed] == [str(file)]
            loader.read_now([str(file)])
    finally:
        loader.stop()


def test_a_renamed_file_keeps_its_dag(folder: Folder) -> None:
    folder.write("a.py", GOOD.format(id="a"))
    folder.look()
    (folder.path / "a.py").rename(folder.path / "b.py")
    assert folder.look() == ["a"]
    assert folder.problems() == []


def test_a_file_that_breaks_keeps_its_last_good_dag_and_hurts_no_other(folder: Folder) -> None:
    folder.write("a.py", GOOD.format(id="a"))
    folder.write("b.py", GOOD.format(id="b"))
    folder.look()
    folder.write("a.py", "from nbflow import DAG\n1 / 0\n")
    assert folder.look() == ["a", "b"]
    assert folder.problems() == [("a.py", "NBF001")]
    folder.write("a.py", GOOD.format(id="a2"))
    assert folder.look() == ["a2", "b"]
    assert folder.problems() == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("from nbflow import DAG\ndef (:\n", "NBF002"),
        ("from nbflow import DAG\nimport os; os.abort()\n", "NBF004"),
    ],
    ids=["syntax error", "crashes"],
)
def test_what_cannot_be_imported_is_one_problem_with_its_file(
    folder: Folder, text: str, code: str
) -> None:
    folder.write("bad.py", text)
    folder.write("good.py", GOOD.format(id="good"))
    assert folder.look() == ["good"]
    assert folder.problems() == [("bad.py", code)]


def test_a_file_that_never_ends_is_a_problem_when_its_time_is_over(folder: Folder) -> None:
    folder.write("good.py", GOOD.format(id="good"))
    folder.look()
    folder.write("bad.py", "from nbflow import DAG\nwhile True: pass\n")
    hurried = Folder(folder.path, folder.database, timeout=2.0)
    assert hurried.look() == ["good"]
    assert ("bad.py", "NBF003") in hurried.problems()


def test_two_files_with_one_dag_id_are_told_and_the_first_keeps_it(folder: Folder) -> None:
    folder.write("a.py", GOOD.format(id="same"))
    folder.look()
    folder.write("b.py", GOOD.format(id="same"))
    assert folder.look() == ["same"]
    assert folder.problems() == [("b.py", "NBF006")]
