"""`nbflow init`, `config`, `db` and `health`."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Nbflow
from tests.processes import Project


def test_init_makes_a_project_that_runs(project: Project, nbflow: Nbflow) -> None:
    made = nbflow("init", "mine", "--output", "json").json
    assert made == {"created": ["mine/nbflow.toml", "mine/dags/hello.py"]}
    assert nbflow("run", "mine/dags/hello.py").code == 0


def test_init_leaves_alone_what_is_there(project: Project, nbflow: Nbflow) -> None:
    project.write("mine/nbflow.toml", "# mine")
    assert nbflow("init", "mine").out.splitlines()[0] == "Made mine/dags/hello.py."
    assert (project.folder / "mine" / "nbflow.toml").read_text() == "# mine"
    assert nbflow("init", "mine").out.splitlines()[0] == "Everything was there already."


def test_init_where_it_cannot_write_says_so(nbflow: Nbflow) -> None:
    done = nbflow("init", "/proc/mine")
    assert done.code == 1
    assert done.err.startswith("error: The project cannot be made:")


def test_config_tells_where_each_value_came_from(project: Project, nbflow: Nbflow) -> None:
    project.write("nbflow.toml", "slots = 7\n")
    project.environment["NBFLOW_WORKERS"] = "3"
    shown = nbflow("config", "show", "--output", "json").json
    found = {one["name"]: (one["value"], one["origin"]) for one in shown}
    assert found["slots"] == (7, "nbflow.toml")
    assert found["workers"] == (3, "NBFLOW_WORKERS")
    assert found["executor"] == ("dask", "default")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("slots = 0", "The setting slots (nbflow.toml) is 0: input should be greater than"),
        ("slot = 1", "There is no setting 'slot' (nbflow.toml). Did you mean 'slots'?"),
        ("slots = ", "nbflow.toml cannot be read: Invalid value"),
    ],
)
def test_a_bad_setting_is_named_with_its_origin(
    project: Project, nbflow: Nbflow, text: str, message: str
) -> None:
    project.write("nbflow.toml", text)
    done = nbflow("dags", "list")
    assert done.code == 1
    assert message in done.err


def test_the_store_is_made_checked_and_taken_back(nbflow: Nbflow) -> None:
    assert nbflow("db", "check").code == 1
    assert nbflow("db", "upgrade").out.startswith("From nothing to ")
    assert nbflow("db", "upgrade").out.startswith("Already at ")
    assert nbflow("db", "check").code == 0
    assert nbflow("db", "downgrade", "base", "--output", "json").json["after"] is None


@pytest.mark.parametrize(
    ("store", "message"),
    [
        ("nonsense", "'nonsense' is no URL"),
        ("mysql://somewhere", "The store cannot use 'mysql'"),
        ("sqlite:////proc/none/x.db", "The store cannot be opened"),
        ("sqlite:///nbflow.toml", "The store's file is no SQLite database."),
    ],
)
def test_a_store_that_cannot_be_opened_is_explained(
    nbflow: Nbflow, store: str, message: str
) -> None:
    done = nbflow("runs", "list", "--store", store)
    assert done.code == 1
    assert message in done.err


def test_health_says_that_nobody_is_at_work(nbflow: Nbflow) -> None:
    done = nbflow("health")
    assert done.code == 1
    assert "none has ever run on this store. Start one: nbflow scheduler" in done.out


def test_health_as_json_after_a_scheduler_has_gone(ran: Project, nbflow: Nbflow) -> None:
    done = nbflow("health", "--output", "json")
    assert done.code == 1
    assert done.json["scheduler"]["alive"] is False
    assert done.json["scheduler"]["last_heartbeat"] is not None
