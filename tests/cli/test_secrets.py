"""`nbflow variables` and `nbflow connections`: nothing secret is printed unless asked for."""

from __future__ import annotations

import json

from tests.cli.conftest import Nbflow
from tests.processes import Project

PASSWORD = "hunter2-hunter3"
URI = f"postgres://ana:{PASSWORD}@db.example.org:5432/sales?api_key=k-12345&sslmode=require"


def test_a_variable_is_set_listed_read_and_deleted(nbflow: Nbflow) -> None:
    assert "is set" in nbflow("variables", "set", "region", "EU", "--description", "whose").out
    assert nbflow("variables", "get", "region").out == "EU\n"
    [listed] = nbflow("variables", "list", "--output", "json").json
    assert (listed["key"], listed["value"], listed["description"]) == ("region", "EU", "whose")
    assert nbflow("variables", "delete", "region").code == 0
    assert "nbflow variables set" in nbflow("variables", "list").out


def test_a_variable_that_sounds_like_a_secret_is_shown_if_asked_for(nbflow: Nbflow) -> None:
    nbflow("variables", "set", "api_token", "tok-12345")
    assert nbflow("variables", "get", "api_token").out == "***\n"
    assert "tok" not in nbflow("variables", "list", "--output", "json").out.replace("token", "")
    assert nbflow("variables", "get", "api_token", "--show-secrets").out == "tok-12345\n"


def test_variables_come_from_and_go_to_json(project: Project, nbflow: Nbflow) -> None:
    given = {"region": "EU", "config": {"rows": 7}}
    project.write("in.json", json.dumps(given))
    assert nbflow("variables", "import", "in.json", "--output", "json").json == {"imported": 2}
    assert nbflow("variables", "export", "out.json").code == 0
    out = project.folder / "out.json"
    assert json.loads(out.read_text()) == {"region": "EU", "config": '{"rows": 7}'}
    assert out.stat().st_mode & 0o777 == 0o600


def test_a_connection_is_shown_without_its_secrets(nbflow: Nbflow) -> None:
    nbflow("connections", "add", "warehouse", URI)
    shown = nbflow("connections", "list").out + nbflow("connections", "get", "warehouse").out
    as_json = nbflow("connections", "get", "warehouse", "--output", "json")
    for text in (shown, as_json.out):
        assert "db.example.org" in text
        assert PASSWORD not in text
        assert "k-12345" not in text
    assert as_json.json["extra"] == {"api_key": "***", "sslmode": "require"}
    told = nbflow("connections", "get", "warehouse", "--show-secrets", "--output", "json").json
    assert (told["password"], told["uri"]) == (PASSWORD, URI)


def test_a_connection_is_made_of_fields_too(nbflow: Nbflow) -> None:
    options = ["--type", "http", "--host", "example.org", "--port", "8080", "--extra", '{"a": "b"}']
    assert nbflow("connections", "add", "web", *options).code == 0
    found = nbflow("connections", "get", "web", "--output", "json").json
    assert (found["conn_type"], found["port"], found["extra"]) == ("http", 8080, {"a": "b"})


def test_what_is_no_connection_is_refused(nbflow: Nbflow) -> None:
    done = nbflow("connections", "add", "bad", "nonsense")
    assert done.code == 1
    assert "cannot be read" in done.err
    assert nbflow("connections", "delete", "bad").code == 1


def test_connections_come_from_and_go_to_json(project: Project, nbflow: Nbflow) -> None:
    given = {"warehouse": URI, "web": {"conn_type": "http", "host": "example.org"}}
    project.write("in.json", json.dumps(given))
    assert nbflow("connections", "import", "in.json").code == 0
    nbflow("connections", "export", "out.json")
    found = json.loads((project.folder / "out.json").read_text())
    assert found["web"] == given["web"]
    assert found["warehouse"]["password"] == PASSWORD


def test_a_connection_is_tried(project: Project, nbflow: Nbflow) -> None:
    nbflow("connections", "add", "file", f"sqlite:///{project.folder}/some.db")
    nbflow("connections", "add", "closed", "tcp://127.0.0.1:1")
    assert nbflow("connections", "test", "file").out == "The database of 'file' answers.\n"
    closed = nbflow("connections", "test", "closed", "--output", "json")
    assert (closed.code, closed.json["ok"]) == (1, False)


def test_the_key_is_changed(project: Project, nbflow: Nbflow) -> None:
    nbflow("connections", "add", "warehouse", URI)
    key = project.folder / ".nbflow" / "fernet.key"
    before = key.read_text()
    assert nbflow("db", "rotate-key", "--output", "json").json["secrets"] == 1
    assert key.read_text() != before
    told = nbflow("connections", "get", "warehouse", "--show-secrets", "--output", "json").json
    assert told["password"] == PASSWORD


def test_a_run_reads_what_the_project_knows_and_keeps_what_it_sets(
    project: Project, nbflow: Nbflow
) -> None:
    project.write(
        "dags/greet.py",
        """
from nbflow import DAG, Variable, task

with DAG("greet"):

    @task
    def greet():
        Variable.set("greeted", Variable.get("name"))
        return Variable.get("name")

    greet()
""",
    )
    nbflow("variables", "set", "name", "Ana")
    assert nbflow("run", "greet").code == 0
    assert nbflow("variables", "get", "greeted").out == "Ana\n"
