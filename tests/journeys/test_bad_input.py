"""What people write by mistake: each gives one clear message with its place and the fix, in `dags
lint` and beside the list of DAGs, and the good DAG next to it keeps running.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from nbflow.core.json import Json
from tests.journeys.test_first_project import INLINE
from tests.processes import Project

GOOD = """
from nbflow import DAG, task

with DAG("good"):

    @task
    def work():
        return 1

    work()
"""


@dataclass(frozen=True)
class Mistake:
    """A file, and what has to be said of it: a part of the message, of the fix, and the place."""

    file: str
    text: str
    message: str
    fix: str
    cell: int | None = None
    line: int | None = None
    severity: str = "error"


def python(dag: str, body: str = "EmptyOperator(task_id='a')") -> str:
    return f"from nbflow import *\nwith DAG({dag}):\n    {body}\n"


def notebook(*sources: str, tags: tuple[str, ...] = (), kernel: str | None = "python3") -> str:
    """One code cell for each source; the last one bears the tags."""
    cells: list[Json] = []
    for number, source in enumerate(sources):
        own: list[Json] = list(tags) if number == len(sources) - 1 else []
        cell: dict[str, Json] = {"cell_type": "code", "id": f"c{number}", "source": source}
        cells.append({**cell, "metadata": {"tags": own}, "outputs": [], "execution_count": None})
    metadata: dict[str, Json] = {"nbflow": {}}
    if kernel is not None:
        metadata["kernelspec"] = {"name": kernel, "display_name": kernel, "language": "python"}
    return json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


MISTAKES = [
    Mistake(
        "cycle.py",
        python(
            "'c'", "a = EmptyOperator(task_id='a'); b = EmptyOperator(task_id='b'); a >> b >> a"
        ),
        message="These tasks wait for each other: a -> b -> a.",
        fix="Take one of the arrows away.",
        line=3,
    ),
    Mistake(
        "duplicate_task.py",
        python("'d'", "EmptyOperator(task_id='a'); EmptyOperator(task_id='a')"),
        message="The DAG has a task 'a' already",
        fix="Give one of them another task_id.",
        line=3,
    ),
    Mistake(
        "unknown_upstream.py",
        python("'u'", "EmptyOperator(task_id='a').set_upstream('nope')"),
        message="'nope' is no task, so nothing can come before or after it.",
        fix="Correct it",
        line=3,
    ),
    Mistake(
        "unknown_upstream.ipynb",
        notebook("x = 1", "print(2)", tags=("task:two", "after:nope")),
        message="Task 'two' is to come after 'nope', which no cell declares.",
        fix="two",
        cell=1,
    ),
    Mistake(
        "bad_cron.py",
        python("'c', schedule='61 * * * *'"),
        message="The minute field of the cron expression '61 * * * *' is '61'",
        fix="Write for example",
        line=2,
    ),
    Mistake(
        "bad_zone.py",
        python("'z', schedule='0 6 * * *', timezone='Europe/Pariss'"),
        message="The time zone 'Europe/Pariss' is not in the IANA database.",
        fix="Did you mean 'Europe/Paris'?",
        line=2,
    ),
    Mistake(
        "broken.ipynb",
        '{"cells": [ nbflow',
        message="This is no notebook that can be read",
        fix="Open it in JupyterLab and save it again",
    ),
    Mistake(
        "no_kernelspec.ipynb",
        notebook("x = 1", kernel=None),
        message="The notebook does not say which kernel it is for; python3 is taken.",
        fix="Choose a kernel in JupyterLab",
        severity="warning",
    ),
    Mistake(
        "missing_kernelspec.ipynb",
        notebook("x = 1", kernel="julia-9"),
        message="The kernel 'julia-9' is not installed here; there are:",
        fix="Install it where tasks run",
        severity="warning",
    ),
    Mistake(
        "syntax.ipynb",
        notebook("x = 1", "y = 1\nz = x +"),
        message="invalid syntax",
        fix="Mend this line.",
        cell=1,
        line=2,
    ),
    Mistake(
        "never_ends.py",
        "import time\nfrom nbflow import DAG\ntime.sleep(600)\n",
        message="The file did not finish importing within",
        fix="Move slow work from the top level of the file into its tasks",
    ),
    Mistake(
        "params.py",
        python("'p', params={'month': Param(13, type='integer', maximum=12)}"),
        message="The default of param 'month' is 13, which is more than 12.",
        fix="Change the default or the schema",
        line=2,
    ),
]


@pytest.fixture
def project(project: Project) -> Project:
    project.environment["NBFLOW_PARSE_TIMEOUT"] = "60"
    project.write("dags/good.py", GOOD)
    return project


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: str(mistake.file))
def test_lint_names_the_mistake_its_place_and_the_fix(project: Project, mistake: Mistake) -> None:
    project.write(f"dags/{mistake.file}", mistake.text)
    if mistake.file == "never_ends.py":
        project.environment["NBFLOW_PARSE_TIMEOUT"] = "3"

    done = project.nbflow("dags", "lint", f"dags/{mistake.file}", "--output", "json")

    assert done.code == (1 if mistake.severity == "error" else 0)
    [file] = done.json["files"]
    [problem] = file["problems"]
    assert mistake.message in problem["message"]
    assert mistake.fix in problem["fix"]
    place = (problem["cell"], problem["line"], problem["severity"])
    assert place == (mistake.cell, mistake.line, mistake.severity)


def test_all_mistakes_together_are_told_once_each_and_the_good_dag_runs(project: Project) -> None:
    project.environment["NBFLOW_PARSE_TIMEOUT"] = "10"
    for mistake in MISTAKES:
        project.write(f"dags/{mistake.file}", mistake.text)
    project.write("dags/twin_1.py", python("'twin'"))
    project.write("dags/twin_2.py", python("'twin', description='another'"))
    project.start_scheduler(*INLINE)
    project.wait_for_dags("good", "twin")

    run_id = project.json("dags", "trigger", "good")["run_id"]
    assert project.wait_for_run("good", run_id) == "success"

    told = {Path(e["file"]).name: e["problems"] for e in project.json("dags", "errors")}
    assert {name: len(problems) for name, problems in told.items()} == {
        **{mistake.file: 1 for mistake in MISTAKES},
        "twin_2.py": 1,
    }
    assert "'twin' is already taken by" in told["twin_2.py"][0]["message"]
    listed = project.nbflow("dags", "list")
    assert all(mistake.message in listed.err for mistake in MISTAKES)
    dag_ids = [line.split()[0] for line in listed.out.splitlines()[1:]]
    assert dag_ids == ["good", "missing_kernelspec", "no_kernelspec", "twin"]


def test_a_mistake_leaves_the_last_good_version_at_work_until_it_is_mended(
    project: Project,
) -> None:
    project.start_scheduler(*INLINE)
    project.wait_for_dags("good")
    project.write("dags/good.py", GOOD.replace("return 1", "return 1 +"))
    project.until(lambda: project.json("dags", "errors"), "the mistake is told")

    run_id = project.json("dags", "trigger", "good")["run_id"]
    assert project.wait_for_run("good", run_id) == "success"

    project.write("dags/good.py", GOOD)
    project.until(lambda: not project.json("dags", "errors"), "the mistake is gone")


def test_params_that_break_their_schema_are_refused_when_a_run_is_asked_for(
    project: Project,
) -> None:
    schema = "'p', params={'month': Param(1, type='integer', maximum=12)}"
    project.write("dags/params.py", python(schema))
    project.start_scheduler(*INLINE)
    project.wait_for_dags("p")
    done = project.nbflow("dags", "trigger", "p", "-p", "month=13", "-p", "moth=1")
    assert done.code == 1
    assert "month" in done.err
    assert "more than 12" in done.err
    assert "Did you mean 'month'?" in done.err
    assert project.run_ids("p") == []
