"""What a DAG file says becomes versions; what is wrong with it hurts nothing else."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nbflow.core.dag import Dag, Edge
from nbflow.core.errors import Problem
from nbflow.core.orders import SourceBundle
from nbflow.store import dags, journal
from nbflow.store.database import Database
from tests.store.builders import (
    FILE,
    LATER,
    NOW,
    a_bundle,
    a_dag,
    a_problem,
    a_run,
    create,
    current,
    load,
    save,
)

OTHER_FILE = "/project/dags/other.py"


def active(database: Database) -> list[str]:
    with database.reading() as session:
        return [stored.dag.dag_id for stored in dags.active_dags(session)]


def problems(database: Database) -> list[Problem]:
    with database.reading() as session:
        return [found.problem for found in dags.import_errors(session)]


def forget(database: Database, file: str = FILE) -> list[str]:
    with database.transaction() as session:
        return dags.forget_file(session, file, LATER)


def test_a_new_dag_is_active_at_version_one(database: Database) -> None:
    assert save(database, a_dag()) == ["sales"]
    stored = current(database)
    assert (stored.dag, stored.version, stored.file) == (a_dag(), 1, FILE)
    assert (stored.active, stored.paused, stored.created_at) == (True, False, NOW)


def test_a_dag_comes_back_as_it_was_written(database: Database) -> None:
    dag = replace(
        a_dag("load", "clean"),
        edges=(Edge("load", "clean", "inferred", ("df",), "`df` is changed in place."),),
        params={"b": {"default": 1}, "a": {"default": None}},
        start_date=NOW,
        tags=("daily",),
    )
    save(database, dag)
    assert current(database).dag == dag
    assert list(current(database).dag.params) == ["b", "a"]


def test_reading_the_same_file_again_changes_nothing(database: Database) -> None:
    save(database, a_dag())
    before = current(database)
    assert save(database, a_dag(), now=LATER) == []
    assert current(database) == replace(before, updated_at=LATER)


def test_another_spec_is_another_version(database: Database) -> None:
    save(database, a_dag("load"))
    assert save(database, a_dag("load", "clean")) == ["sales"]
    assert current(database).version == 2


def test_other_code_is_another_version(database: Database) -> None:
    save(database, a_dag(), bundle=a_bundle(sales="x = 1"))
    assert save(database, a_dag(), bundle=a_bundle(sales="x = 2")) == ["sales"]
    assert current(database).version == 2


def test_a_remark_is_no_new_version_but_the_newer_text_is_shown(database: Database) -> None:
    save(database, a_dag(), bundle=a_bundle(sales="x = 1"))
    remarked = replace(a_bundle(sales="x = 1  # one"), root="/moved")
    assert save(database, a_dag(), bundle=remarked) == []
    with database.reading() as session:
        _, bundle = dags.load_version(session, current(database).version_id)
    assert (bundle, current(database).version) == (remarked, 1)


def test_going_back_makes_the_earlier_version_current_again(database: Database) -> None:
    save(database, a_dag("load"))
    first = current(database).version_id
    save(database, a_dag("load", "clean"))
    assert save(database, a_dag("load")) == ["sales"]
    assert (current(database).version_id, current(database).version) == (first, 1)
    save(database, a_dag("new"))
    assert current(database).version == 3


def test_a_run_keeps_the_version_and_the_code_it_was_created_with(database: Database) -> None:
    save(database, a_dag("load"), bundle=a_bundle(sales="old = True"))
    create(database, a_run())
    save(database, a_dag("load", "clean"), bundle=a_bundle(sales="new = True"))
    run = load(database)
    with database.reading() as session:
        dag, bundle = dags.load_version(session, run.version_id)
    assert dag == run.snapshot.dag == a_dag("load")
    assert bundle.files == {"sales.py": b"old = True"}


def test_a_dag_that_left_its_file_is_inactive(database: Database) -> None:
    save(database, a_dag(dag_id="a"), a_dag(dag_id="b"))
    assert save(database, a_dag(dag_id="a")) == ["b"]
    assert active(database) == ["a"]


def test_a_broken_file_keeps_the_last_good_version(database: Database) -> None:
    save(database, a_dag())
    assert save(database, problems=[a_problem()], bundle=SourceBundle("")) == []
    assert (active(database), problems(database)) == (["sales"], [a_problem()])


def test_a_broken_dag_keeps_its_last_good_version_and_stops_no_other(database: Database) -> None:
    save(database, a_dag(dag_id="a"), a_dag(dag_id="b"), a_dag(dag_id="c"))
    changed = save(database, a_dag("new", dag_id="a"), problems=[a_problem(dag_id="b")])
    assert changed == ["a", "c"]
    assert active(database) == ["a", "b"]


def test_a_warning_explains_no_missing_dag(database: Database) -> None:
    save(database, a_dag())
    warning = replace(a_problem(), severity="warning")
    assert save(database, problems=[warning]) == ["sales"]


def test_a_mended_file_has_no_problems(database: Database) -> None:
    save(database, problems=[a_problem()])
    save(database, a_dag())
    assert problems(database) == []


def test_a_file_that_is_gone_leaves_history_and_no_problems(database: Database) -> None:
    save(database, a_dag())
    create(database, a_run())
    save(database, problems=[a_problem()])
    assert forget(database) == ["sales"]
    assert (active(database), problems(database)) == ([], [])
    assert load(database).snapshot.run.run_id == "one"


def test_a_file_that_came_back_makes_its_dags_active_again(database: Database) -> None:
    save(database, a_dag())
    forget(database)
    assert save(database, a_dag()) == ["sales"]
    assert (active(database), current(database).version) == (["sales"], 1)


def test_an_id_belongs_to_the_file_that_had_it_first(database: Database) -> None:
    save(database, a_dag("mine"))
    assert save(database, a_dag("yours"), file=OTHER_FILE) == []
    assert current(database).dag == a_dag("mine")
    (problem,) = problems(database)
    assert (problem.code, problem.file, problem.dag_id) == ("NBF006", OTHER_FILE, "sales")
    assert FILE in problem.message


def test_an_id_used_twice_in_one_file_is_a_problem_of_the_second(database: Database) -> None:
    save(database, a_dag("first"), a_dag("second"))
    assert current(database).dag == a_dag("first")
    assert [problem.code for problem in problems(database)] == ["NBF006"]


def test_a_file_whose_dag_was_refused_is_read_again_when_the_id_is_free(
    database: Database,
) -> None:
    save(database, a_dag("mine"))
    save(database, a_dag("yours"), file=OTHER_FILE)
    with database.reading() as session:
        assert dags.files_to_read_again(session) == []
    forget(database)
    with database.reading() as session:
        assert dags.files_to_read_again(session) == [OTHER_FILE]
    assert save(database, a_dag("yours"), file=OTHER_FILE) == ["sales"]
    with database.reading() as session:
        assert dags.files_to_read_again(session) == []


def test_a_dag_that_moved_to_another_file_goes_on(database: Database) -> None:
    save(database, a_dag())
    create(database, a_run())
    forget(database)
    assert save(database, a_dag(), file=OTHER_FILE) == ["sales"]
    assert (current(database).file, current(database).version) == (OTHER_FILE, 1)


def test_a_dag_may_move_between_two_files_that_are_read_together(database: Database) -> None:
    save(database, a_dag(), file=FILE)
    moved = [a_file(FILE), a_file(OTHER_FILE, a_dag())]
    assert save_together(database, *moved) == ["sales"]
    assert (current(database).file, current(database).active) == (OTHER_FILE, True)
    assert problems(database) == []


def test_of_two_new_files_with_one_id_the_first_has_it(database: Database) -> None:
    save_together(database, a_file(FILE, a_dag("mine")), a_file(OTHER_FILE, a_dag("yours")))
    assert current(database).dag == a_dag("mine")
    assert [problem.file for problem in problems(database)] == [OTHER_FILE]


def test_a_broken_file_keeps_its_ids(database: Database) -> None:
    save(database, a_dag(), file=FILE)
    broken = replace(a_file(FILE), problems=(a_problem(),))
    save_together(database, broken, a_file(OTHER_FILE, a_dag("yours")))
    assert (current(database).dag, current(database).file) == (a_dag(), FILE)


def test_many_files_take_as_many_statements_as_one(
    database: Database, statements: list[str]
) -> None:
    counts = []
    for number in (1, 200):
        files = [a_file(f"/{n}.py", a_dag(dag_id=f"dag{n}")) for n in range(number)]
        statements.clear()
        save_together(database, *files)
        counts.append(len(statements))
    assert counts[1] <= counts[0] + 1


def save_together(database: Database, *files: dags.ReadFile) -> list[str]:
    with database.transaction() as session:
        return dags.save_files(session, files, NOW)


def a_file(path: str, *defined: Dag) -> AFile:
    return AFile(path, defined, a_bundle(code=f"x = {path!r}"))


@dataclass(frozen=True)
class AFile:
    path: str
    dags: tuple[Dag, ...]
    bundle: SourceBundle
    problems: tuple[Problem, ...] = ()


def test_the_journal_says_what_changed(database: Database) -> None:
    save(database, a_dag())
    save(database, a_dag(), problems=[a_problem()])
    save(database, a_dag(), problems=[a_problem()])
    forget(database)
    with database.reading() as session:
        lines = journal.after(session, 0)
    told = [(line.kind, line.dag_id, line.state, dict(line.data)) for line in lines]
    assert told == [
        ("dag", "sales", "changed", {"version": 1}),
        ("import_errors", None, None, {"file": FILE, "count": 1}),
        ("dag", "sales", "inactive", {}),
        ("import_errors", None, None, {"file": FILE, "count": 0}),
    ]


def test_a_thousand_dags_of_one_file_take_as_many_statements_as_one(
    database: Database, statements: list[str]
) -> None:
    save(database, a_dag())
    for_one = len(statements)
    statements.clear()
    many: list[Dag] = [a_dag(dag_id=f"dag{n}") for n in range(1000)]
    save(database, *many, file=OTHER_FILE)
    assert len(statements) <= for_one
