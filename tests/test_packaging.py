"""One version, one wheel: what the build files promise each other and what the wheel carries."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from importlib.metadata import entry_points, packages_distributions, requires
from pathlib import Path
from zipfile import ZipFile

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager

import nbflow

PROJECT = Path(__file__).parents[1]


def read_json(path: str) -> dict[str, object]:
    content: dict[str, object] = json.loads((PROJECT / path).read_text(encoding="utf-8"))
    return content


def as_npm_version(version: str) -> str:
    """Return a version of Python's form, such as 0.1.0.dev0, in npm's: 0.1.0-dev.0."""
    return version.replace(".dev", "-dev.").replace("rc", "-rc.")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    pip_wheel = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-q"]
    subprocess.run(
        [*pip_wheel, "--wheel-dir", str(folder), str(PROJECT)],
        check=True,
        env={**os.environ, "SKIP_JUPYTER_BUILDER": "1"},
    )
    return ZipFile(next(folder.glob("nbflow-*.whl")))


@pytest.mark.parametrize("path", ["labextension/package.json", "labextension/package-lock.json"])
def test_the_labextension_has_the_version_of_the_python_package(path: str) -> None:
    assert read_json(path)["version"] == as_npm_version(nbflow.__version__)


def test_the_lock_file_names_no_place_to_download_from() -> None:
    assert '"resolved"' not in (PROJECT / "labextension/package-lock.json").read_text("utf-8")


@pytest.mark.parametrize(
    "end",
    [
        "nbflow/py.typed",
        "nbflow/widgets/static/widget.js",
        "nbflow/widgets/static/widget.css",
        "share/jupyter/labextensions/nbflow-labextension/package.json",
        "share/jupyter/labextensions/nbflow-labextension/install.json",
        "share/jupyter/labextensions/nbflow-labextension/static/style.js",
        "etc/jupyter/jupyter_server_config.d/nbflow.json",
    ],
)
def test_the_wheel_carries_the_built_front_end(wheel: ZipFile, end: str) -> None:
    assert any(name.endswith(end) for name in wheel.namelist()), end


def test_the_wheel_carries_nothing_of_the_workshop(wheel: ZipFile) -> None:
    workshop = [
        name
        for name in wheel.namelist()
        if name.startswith(("tests/", "labextension/")) or name.endswith("build_log.json")
    ]
    assert workshop == []


def test_the_labextension_is_named_alike_everywhere() -> None:
    [paths] = nbflow._jupyter_labextension_paths()

    assert read_json("labextension/package.json")["name"] == paths["dest"]
    assert read_json("labextension/install.json")["packageName"] == "nbflow"


def test_every_folder_of_the_package_is_a_package() -> None:
    code = {path.parent for path in (PROJECT / "nbflow").rglob("*.py")}

    assert [folder for folder in code if not (folder / "__init__.py").exists()] == []


@pytest.mark.parametrize("group", ["console_scripts", "papermill.engine"])
def test_entry_points_lead_to_what_they_name(group: str) -> None:
    [found] = [point for point in entry_points(group=group) if point.name == "nbflow"]

    assert callable(found.load())


def test_importing_nbflow_for_its_hooks_loads_no_web_server() -> None:
    code = "import sys, nbflow; print('jupyter_server' in sys.modules, 'sqlalchemy' in sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )

    assert answer.stdout.split() == ["False", "False"]


def test_who_follows_the_readme_has_what_the_notebook_it_runs_imports() -> None:
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    extras = set(re.search(r'pip install "\.\[([\w,]+)\]"', readme)[1].split(","))  # type: ignore[index]  # None fails as it should
    installed = {
        re.split(r"[^\w.-]", wanted)[0].lower()
        for wanted in requires("nbflow") or ()
        if "extra ==" not in wanted or any(f"extra == '{one}'" in wanted for one in extras)
    }
    imported = set[str]()
    for path in set(re.findall(r"example_notebooks/\w+\.ipynb", readme)):
        imported |= modules_of(nbformat.read(PROJECT / path, as_version=4))
    homes = packages_distributions()
    there = sys.stdlib_module_names
    missing = {
        module
        for module in imported
        if module not in there and not installed & {home.lower() for home in homes[module]}
    }
    assert imported
    assert not missing


def modules_of(notebook: nbformat.NotebookNode) -> set[str]:
    """The top-level modules that the code of a notebook imports."""
    source = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    nodes = list(ast.walk(ast.parse(TransformerManager().transform_cell(source))))
    plain = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    froms = {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    return {name.split(".")[0] for name in plain | froms}
