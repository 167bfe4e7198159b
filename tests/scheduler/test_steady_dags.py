"""Files whose DAGs are others each time they are read make no version each time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from nbflow.scheduler.load_dags import DagLoader, store_found
from nbflow.scheduler.steady_dags import set_aside
from nbflow.store import dags
from nbflow.store.database import Database
from nbflow.views.dags import import_errors
from tests.scheduler.stage import START

MOVES = """
import uuid
from nbflow import DAG, EmptyOperator, Param
with DAG("d", params={"token": Param(uuid.uuid4().hex)}):
    EmptyOperator(task_id="a")
"""
OF_A_SET = """
from nbflow import DAG, EmptyOperator
with DAG("d", tags=list({f"tag{n}" for n in range(30)})):
    for name in {f"t{n}" for n in range(30)}:
        EmptyOperator(task_id=name)
"""
READS_A_FILE = """
from pathlib import Path
from nbflow import DAG, EmptyOperator
with DAG("d", description=Path(__file__).with_name("words.txt").read_text()):
    EmptyOperator(task_id="a")
"""


class Starts:
    """A DAG folder, read by one scheduler after another."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder, self.database = folder, database

    def look(self) -> None:
        """What a scheduler does that has just started, until it is sure of what it found."""
        loader = DagLoader([self.folder], lambda: None, timeout=60.0)
        for _ in range(2):
            found = list(loader.scan())
            with self.database.transaction() as session:
                steady, doubted = set_aside(session, found)
                store_found(session, steady, START)
            loader.read_twice(doubted)

    @property
    def version(self) -> int:
        with self.database.reading() as session:
            stored = dags.current_version(session, "d")
        assert stored is not None
        return stored.version

    def warnings(self) -> Iterator[str]:
        for error in import_errors(self.database):
            yield from (str(problem["message"]) for problem in error.problems)


@pytest.fixture
def starts(tmp_path: Path, sqlite_database: Database) -> Starts:
    (tmp_path / "dags").mkdir()
    return Starts(tmp_path / "dags", sqlite_database)


def test_a_dag_that_moves_keeps_its_version_and_the_author_is_told_what_moves(
    starts: Starts,
) -> None:
    (starts.folder / "d.py").write_text(MOVES)
    for _ in range(3):
        starts.look()
    assert starts.version == 1
    (warning,) = starts.warnings()
    assert "is another one each time this file is read: params.token.default changes" in warning


def test_a_changed_text_makes_a_version_though_the_dag_moves(starts: Starts) -> None:
    (starts.folder / "d.py").write_text(MOVES)
    starts.look()
    (starts.folder / "d.py").write_text(MOVES.replace('"a"', '"b"'))
    starts.look()
    assert starts.version == 2


def test_sets_have_the_same_order_each_time(starts: Starts) -> None:
    (starts.folder / "d.py").write_text(OF_A_SET)
    for _ in range(3):
        starts.look()
    assert (starts.version, list(starts.warnings())) == (1, [])


def test_what_a_file_reads_elsewhere_still_makes_a_version(starts: Starts) -> None:
    (starts.folder / "d.py").write_text(READS_A_FILE)
    (starts.folder / "words.txt").write_text("First.")
    starts.look()
    (starts.folder / "words.txt").write_text("Second.")
    starts.look()
    assert (starts.version, list(starts.warnings())) == (2, [])


def test_what_changes_beside_what_moves_makes_a_version(starts: Starts) -> None:
    both = MOVES.replace('DAG("d", ', 'DAG("d", description=WORDS, ').replace(
        "import uuid",
        "import uuid\nfrom pathlib import Path\n"
        'WORDS = Path(__file__).with_name("words.txt").read_text()',
    )
    (starts.folder / "d.py").write_text(both)
    (starts.folder / "words.txt").write_text("First.")
    starts.look()
    (starts.folder / "words.txt").write_text("Second.")
    starts.look()
    assert starts.version == 2
    starts.look()
    assert starts.version == 2


def test_layout_and_comments_make_no_version(starts: Starts) -> None:
    (starts.folder / "d.py").write_text(OF_A_SET)
    starts.look()
    (starts.folder / "d.py").write_text(f"# A comment.\n{OF_A_SET}\n\n")
    starts.look()
    assert starts.version == 1
