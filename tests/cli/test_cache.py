"""`cache=True` from one `nbflow run` to the next, each of which has a store of its own."""

from __future__ import annotations

from tests.cli.conftest import HELLO, Nbflow
from tests.processes import Project

CACHED = HELLO.replace("params=PARAMS", "params=PARAMS, cache=True")


def test_a_second_run_says_which_run_its_results_came_from(
    project: Project, nbflow: Nbflow
) -> None:
    project.write("hello.py", CACHED)
    first = nbflow("run", "hello.py", "--output", "json").json
    project.write("hello.py", CACHED.replace("letters):", "letters):  # how many?"))
    second = nbflow("run", "hello.py", "--output", "json").json
    assert [task["reason"] for task in second["tasks"]] == ["cached", "cached"]
    assert f"greet of run {first['run_id']}" in second["tasks"][0]["message"]
    assert [task["log"] for task in second["tasks"]] == [task["log"] for task in first["tasks"]]


def test_other_code_other_params_and_no_cache_are_executed(
    project: Project, nbflow: Nbflow
) -> None:
    def executed(*options: str) -> list[str]:
        tasks = nbflow("run", "hello.py", *options, "--output", "json").json["tasks"]
        return [task["task_id"] for task in tasks if task["reason"] is None]

    project.write("hello.py", CACHED)
    assert executed() == ["greet", "count"]
    assert executed("--no-cache") == ["greet", "count"]
    assert executed("-p", "name=Ana") == ["greet", "count"]
    project.write("hello.py", CACHED.replace('letters")', 'signs")'))
    assert executed() == ["count"]


def test_what_is_kept_can_be_listed_shown_and_cleared(project: Project, nbflow: Nbflow) -> None:
    project.write("hello.py", CACHED)
    run_id = nbflow("run", "hello.py", "--output", "json").json["run_id"]
    store = ("--store", f"sqlite:///{project.folder / '.nbflow/runs/cache.db'}")

    listed = nbflow("cache", "list", *store, "--output", "json").json["results"]
    assert {(one["task_id"], one["run_id"]) for one in listed} == {
        ("greet", run_id),
        ("count", run_id),
    }
    (greet,) = [one for one in listed if one["task_id"] == "greet"]
    shown = nbflow("cache", "show", greet["key"][:12], *store, "--output", "json").json
    assert [(one["name"], one["preview"]) for one in shown["values"]] == [("return_value", "5")]

    cleared = nbflow("cache", "clear", "hello", "greet", *store, "--output", "json")
    assert cleared.json == {"forgotten": 1}
    assert "Name a DAG" in nbflow("cache", "clear", *store).err
