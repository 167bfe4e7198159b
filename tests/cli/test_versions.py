"""`nbflow dags versions` and `nbflow dags diff`."""

from __future__ import annotations

from tests.cli.conftest import HELLO, Nbflow
from tests.processes import Project


def with_another_version(ran: Project, nbflow: Nbflow) -> None:
    text = HELLO.replace("0 6 * * *", "0 7 * * *").replace('letters")', 'letters!")')
    ran.write("dags/hello.py", text)
    assert nbflow("run", "hello", "--store", str(ran.database.url)).code == 0


def test_versions_are_listed_with_what_each_changed(ran: Project, nbflow: Nbflow) -> None:
    with_another_version(ran, nbflow)
    found = nbflow("dags", "versions", "hello", "--output", "json").json
    newest, first = found["versions"]
    assert (newest["number"], newest["is_current"], newest["runs"]) == (2, True, 1)
    assert newest["changes"] == ['timetable.cron: "0 6 * * *" -> "0 7 * * *"']
    assert (first["is_current"], first["changes"]) == (False, [])


def test_two_versions_are_compared_in_words_and_line_by_line(ran: Project, nbflow: Nbflow) -> None:
    with_another_version(ran, nbflow)
    out = nbflow("dags", "diff", "hello").out
    assert out.startswith('timetable.cron: "0 6 * * *" -> "0 7 * * *"\n')
    assert '-with DAG("hello", schedule="0 6 * * *"' in out
    assert '+with DAG("hello", schedule="0 7 * * *"' in out
    assert nbflow("dags", "diff", "hello", "2", "1").code == 0
    missing = nbflow("dags", "diff", "hello", "1", "9")
    assert "has no version 9: it has 1 to 2." in missing.err


def test_a_dag_with_one_version_has_nothing_to_compare(ran: Project, nbflow: Nbflow) -> None:
    assert "has one version only" in nbflow("dags", "diff", "hello").err
