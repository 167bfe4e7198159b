"""What is put off is there when it is used, and not before."""

from __future__ import annotations

import subprocess
import sys

PUT_OFF = """
import sys
from nbflow import slow_imports
slow_imports.put_off()
import jsonschema
"""


def said(text: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", PUT_OFF + text], check=True, capture_output=True, text=True
    ).stdout


def test_the_grammar_of_web_addresses_is_not_built_by_importing_jsonschema() -> None:
    assert said("print('lark' in sys.modules)") == "False\n"


def test_web_addresses_are_checked_all_the_same() -> None:
    check = "print(jsonschema.FormatChecker().conforms({!r}, 'iri'))\n"
    texts = ("https://example.org/ä", "no address")
    assert said("".join(map(check.format, texts))) == "True\nFalse\n"


def test_papermill_is_imported_without_pyarrow_and_reaches_it_when_asked() -> None:
    text = """
slow_imports.import_papermill()
print("pyarrow" in sys.modules, "papermill.iorw" in sys.modules)
from papermill import iorw
print(iorw.FileSelector("/tmp").base_dir)
"""
    assert said(text) == "False True\n/tmp\n"


def test_distributed_is_imported_without_numpy_which_can_be_imported_afterwards() -> None:
    text = """
slow_imports.import_distributed()
print("numpy" in sys.modules)
import numpy
print(numpy.arange(3).sum())
"""
    assert said(text) == "False\n3\n"


def test_what_makes_a_workers_runner_brings_neither_store_nor_settings() -> None:
    text = """
import pickle
from pathlib import Path
from nbflow.executors.runner import TaskRunners
pickle.loads(pickle.dumps(TaskRunners(Path(".")))).__call__().close()
print([name for name in ("sqlalchemy", "pydantic", "nbflow.settings") if name in sys.modules])
"""
    assert said(text) == "[]\n"


def test_a_dag_file_without_notebooks_imports_neither_ipython_nor_nbformat() -> None:
    text = """
from nbflow import DAG, task
from nbflow.authoring import loading, spec
print([name for name in ("IPython", "nbformat") if name in sys.modules])
"""
    assert said(text) == "[]\n"
