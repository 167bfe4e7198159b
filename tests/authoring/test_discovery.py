"""Finding DAG files and reading them in a process of their own, however badly they behave."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import nbformat
import pytest

from nbflow.authoring import discovery
from nbflow.authoring.discovery import ParsedFile
from nbflow.core.errors import Problem

PYTHON = {"name": "python3", "display_name": "Python 3", "language": "python"}
DAG_FILE = """
from nbflow import DAG, task

with DAG("{dag_id}") as dag:

    @task
    def hello() -> str:
        return "hello"

    hello()
"""


def write_dag(path: Path, dag_id: str = "sales", before: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(before + DAG_FILE.format(dag_id=dag_id))
    return path


def write_notebook(path: Path, *cells: str, **metadata: object) -> Path:
    made = [nbformat.v4.new_code_cell(code) for code in cells]
    nb = nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": PYTHON, **metadata})
    nbformat.write(nb, path)
    return path


def problem_of(parsed: ParsedFile) -> Problem:
    """The one problem there is, which leaves the file without a DAG."""
    assert parsed.dags == []
    (problem,) = parsed.problems
    assert problem.fix
    return problem


# --- what a file defines --------------------------------------------------------------------------


def test_a_python_file_gives_its_dags_and_itself(tmp_path: Path) -> None:
    parsed = discovery.from_path(write_dag(tmp_path / "sales.py"))
    assert [dag.dag_id for dag in parsed.dags] == ["sales"]
    assert (parsed.problems, list(parsed.bundle.files)) == ([], ["sales.py"])


def test_a_notebook_gives_its_dag_by_any_path(tmp_path: Path) -> None:
    parsed = discovery.from_path(write_notebook(tmp_path / "a b.ipynb", "x = 1", "print(x)"))
    assert [task.cells for task in parsed.dags[0].tasks] == [(0, 1)]
    assert list(parsed.bundle.files) == ["a b.ipynb"]


def test_modules_of_the_folder_are_part_of_the_bundle(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "__init__.py").write_text("")
    (tmp_path / "shared" / "rates.py").write_text("RATE = 2\n")
    write_dag(tmp_path / "dags" / "sales.py", before="from shared.rates import RATE\n")
    parsed = discovery.parse_file(tmp_path / "dags" / "sales.py", tmp_path)
    assert set(parsed.bundle.files) == {"dags/sales.py", "shared/__init__.py", "shared/rates.py"}


def test_notebooks_that_tasks_name_are_part_of_the_bundle(tmp_path: Path) -> None:
    write_notebook(tmp_path / "report.ipynb", "print(1)")
    file = tmp_path / "d.py"
    file.write_text(
        "from nbflow import DAG, NotebookOperator\n"
        "with DAG('d'):\n    NotebookOperator(task_id='r', notebook='report.ipynb')\n"
    )
    assert set(discovery.from_path(file).bundle.files) == {"d.py", "report.ipynb"}


def test_the_same_files_have_the_same_digest(tmp_path: Path) -> None:
    file = write_dag(tmp_path / "sales.py")
    first, again = (discovery.from_path(file).bundle.digest for _ in range(2))
    write_dag(file, before="# changed\n")
    assert (again == first, discovery.from_path(file).bundle.digest == first) == (True, False)


def test_what_a_file_prints_does_not_get_in_between(tmp_path: Path) -> None:
    noise = "import os, sys\nprint('x' * 9999)\nos.write(1, b'{}')\nprint('y', file=sys.stderr)\n"
    parsed = discovery.from_path(write_dag(tmp_path / "sales.py", before=noise))
    assert (len(parsed.dags), parsed.problems) == (1, [])


# --- files that behave badly ----------------------------------------------------------------------


def test_a_file_that_never_finishes_importing_is_ended(tmp_path: Path) -> None:
    file = tmp_path / "slow.py"
    file.write_text("import subprocess\nsubprocess.run(['sleep', '600'])\n")
    started = time.monotonic()
    problem = problem_of(discovery.from_path(file, timeout=1))
    assert time.monotonic() - started < 300
    assert (problem.code, problem.file) == (discovery.TOO_SLOW, "slow.py")


@pytest.mark.parametrize("code", ["import os\nos._exit(3)\n", "import os\nos.abort()\n"])
def test_a_file_that_ends_its_process_is_a_problem(tmp_path: Path, code: str) -> None:
    (tmp_path / "crash.py").write_text(code)
    assert problem_of(discovery.from_path(tmp_path / "crash.py")).code == discovery.CRASHED


def test_what_a_file_leaves_running_holds_nothing_up(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    leaves = (
        "import pathlib, subprocess\n"
        "left = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        f"pathlib.Path({str(pid_file)!r}).write_text(str(left.pid))\n"
    )
    started = time.monotonic()
    parsed = discovery.from_path(write_dag(tmp_path / "sales.py", before=leaves), timeout=60)
    took = time.monotonic() - started
    os.kill(int(pid_file.read_text()), signal.SIGKILL)
    assert (len(parsed.dags), took < 60) == (1, True)


@pytest.mark.parametrize(
    ("code", "line"),
    [("x = 1\nraise ValueError('no')\n", 2), ("import nothing_of_this_name\n", 1), ("x = (\n", 1)],
)
def test_a_file_that_cannot_be_imported_says_where(tmp_path: Path, code: str, line: int) -> None:
    (tmp_path / "bad.py").write_text(code)
    problem = problem_of(discovery.from_path(tmp_path / "bad.py"))
    assert (problem.file, problem.line) == ("bad.py", line)


MISTAKES = """
from nbflow import DAG, BashOperator, EmptyOperator, task

with DAG("wrong", schedule="0 25 * * *", shedule="@daily"):
    EmptyOperator(task_id="a", retrys=3)

    @task(retris=1)
    def b():
        ...

    b.override(pol="x")()
    BashOperator.partial(task_id="c", qeue="x").expand(bash_command=["true"])
    EmptyOperator(task_id="d", trigger_rule="all_don")
"""


def test_arguments_that_nothing_takes_are_told_with_all_else_that_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "wrong.py").write_text(MISTAKES)

    parsed = discovery.from_path(tmp_path / "wrong.py")

    assert parsed.dags == []
    assert {problem.file for problem in parsed.problems} == {"wrong.py"}
    told = sorted((problem.line, problem.message.split("'")[1]) for problem in parsed.problems)
    assert told == [
        (4, "0 25 * * *"),
        (4, "shedule"),
        (5, "retrys"),
        (7, "retris"),
        (11, "pol"),
        (12, "qeue"),
        (13, "all_don"),
    ]


def test_what_came_of_an_argument_that_nothing_takes_is_not_told_beside_it(tmp_path: Path) -> None:
    line = "BashOperator(task_id='a', bash_comand='true')"
    (tmp_path / "wrong.py").write_text(f"from nbflow import BashOperator\n{line}\n")

    problem = problem_of(discovery.from_path(tmp_path / "wrong.py"))

    assert problem.message == "BashOperator takes no argument 'bash_comand'."
    assert "'bash_command'" in problem.fix


def test_behind_a_misspelled_mandatory_argument_all_else_is_told_in_the_order_of_its_lines(
    tmp_path: Path,
) -> None:
    (tmp_path / "wrong.py").write_text(
        "from nbflow import DAG, BashOperator, PythonOperator\n"
        "with DAG('d', catchup='maybe'):\n"
        "    BashOperator(task_id='a', bash_comand='true', retries='three')\n"
        "    PythonOperator(task_id='b', python_callable='print')\n"
        "    BashOperator(task_id='c', bash_command='true', pool=7)\n"
    )
    found = discovery.from_path(tmp_path / "wrong.py").problems
    assert [(one.line, one.code) for one in found] == [
        (2, "NBF103"),
        (3, "NBF101"),
        (3, "NBF103"),
        (4, "NBF205"),
        (5, "NBF103"),
    ]
    assert "'print' is no function" in found[3].message


def test_a_mandatory_argument_that_is_missing_is_named_with_its_line(tmp_path: Path) -> None:
    lines = "from nbflow import DAG, BashOperator\nwith DAG('d'):\n    BashOperator(task_id='a')\n"
    (tmp_path / "wrong.py").write_text(lines)
    problem = problem_of(discovery.from_path(tmp_path / "wrong.py"))
    assert (problem.line, problem.code) == (3, "NBF104")
    assert problem.message == "BashOperator needs the argument 'bash_command'."


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    problem = problem_of(discovery.from_path(tmp_path / "gone.py"))
    assert (problem.code, problem.file) == (discovery.UNREADABLE, "gone.py")


def test_a_bad_file_stops_no_other(tmp_path: Path) -> None:
    files = [write_dag(tmp_path / f"{name}.py", name) for name in ("one", "two", "three")]
    files[1].write_text("import os\nos._exit(1)\n")
    parsed = list(discovery.parse_files(files, [tmp_path]))
    assert [[dag.dag_id for dag in file.dags] for file in parsed] == [["one"], [], ["three"]]


def test_two_files_with_one_id_are_both_named(tmp_path: Path) -> None:
    files = [write_dag(tmp_path / name, "sales") for name in ("a.py", "b.py")]
    parsed = list(discovery.parse_files(files, [tmp_path]))
    (problem,) = discovery.same_ids(parsed)
    assert (problem.code, problem.dag_id) == (discovery.SAME_ID, "sales")
    assert problem.file == str(files[1])
    assert str(files[0]) in problem.message


# --- folders --------------------------------------------------------------------------------------


def test_a_scan_finds_files_that_speak_of_dags(tmp_path: Path) -> None:
    wanted = [write_dag(tmp_path / "a.py"), write_dag(tmp_path / "deep" / "b.py")]
    wanted.append(write_notebook(tmp_path / "n.ipynb", "x = 1", nbflow={"dag_id": "n"}))
    (tmp_path / "other.py").write_text("x = 1\n")
    write_notebook(tmp_path / "plain.ipynb", "x = 1")
    for folder in (".git", ".ipynb_checkpoints", ".nbflow", "__pycache__"):
        write_dag(tmp_path / folder / "c.py")
    assert set(discovery.scan([tmp_path], {}).changed) == set(wanted)


def test_a_second_scan_finds_what_changed_and_what_is_gone(tmp_path: Path) -> None:
    kept, changed, gone = (write_dag(tmp_path / f"{name}.py") for name in ("k", "c", "g"))
    known = discovery.scan([tmp_path], {}).known
    assert discovery.scan([tmp_path], known).changed == []
    os.utime(changed, (1, 1))
    gone.unlink()
    again = discovery.scan([tmp_path], known)
    assert (again.changed, again.gone) == ([changed], [gone])
    assert set(again.known) == {kept, changed}


def test_many_files_are_read_by_forks_and_a_bad_one_stops_no_other(tmp_path: Path) -> None:
    good = [write_dag(tmp_path / f"good{n}.py", f"good{n}") for n in range(6)]
    hangs = write_dag(tmp_path / "hangs.py", "hangs", "import time\ntime.sleep(600)\n")
    ends = write_dag(tmp_path / "ends.py", "ends", "import os\nos._exit(3)\n")
    files = [*good[:3], hangs, ends, *good[3:]]

    found = list(discovery.parse_files(files, [tmp_path], timeout=10.0))

    assert [dag.dag_id for file in found for dag in file.dags] == [f"good{n}" for n in range(6)]
    assert [p.code for file in found for p in file.problems] == ["NBF003", "NBF004"]


def test_forks_have_the_imports_of_an_ordinary_dag_behind_them(tmp_path: Path) -> None:
    """Each module that only the forks import would be imported once a file."""
    late = tmp_path / "late.txt"
    tell = f"""
import atexit, pathlib, sys
before = set(sys.modules)
@atexit.register
def tell() -> None:
    late = [name for name in sys.modules if name not in before and name.startswith("nbflow.")]
    pathlib.Path({str(late)!r}).write_text(" ".join(late))
"""
    ordinary = DAG_FILE.replace('DAG("{dag_id}"', 'DAG("{dag_id}", schedule="@daily"')
    files = [write_dag(tmp_path / f"{name}.py", name) for name in "abc"]
    files.append(tmp_path / "d.py")
    files[-1].write_text(tell + ordinary.format(dag_id="d"))
    assert all(file.dags for file in discovery.parse_files(files, [tmp_path]))
    assert late.read_text() == ""
