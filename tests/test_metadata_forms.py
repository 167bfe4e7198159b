"""The forms of the Property Inspector: they write what notebooks may say, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

import nbflow
from nbflow.authoring.fields import DAG_SETTINGS
from nbflow.authoring.notebook_cells import CELL_OPTIONS
from nbflow.authoring.notebook_preview import preview
from nbflow.core.trigger_rules import TriggerRule

SCHEMA = Path(nbflow.__file__).parents[1] / "labextension" / "schema" / "notebook.json"
FORMS: dict[str, dict[str, Any]] = {
    form["id"]: form for form in json.loads(SCHEMA.read_text())["jupyter.lab.metadataforms"]
}
KNOWN = {
    "nbflow-task": {"task", "after", *CELL_OPTIONS},
    "nbflow-dag": {"dag_id", *DAG_SETTINGS},
}
FILLED: dict[str, Any] = {
    "string": "a",
    "integer": 2,
    "number": 2.5,
    "boolean": True,
    "/nbflow/after": "",
    "/nbflow/schedule": "@daily",
    "/nbflow/timezone": "Europe/Paris",
    "/nbflow/start_date": "2026-01-31",
    "/nbflow/trigger_rule": "all_done",
}


@pytest.mark.parametrize("form", KNOWN)
def test_every_field_is_a_setting_that_is_read(form: str) -> None:
    names = {key.split("/")[2] for key in FORMS[form]["metadataSchema"]["properties"]}

    assert names <= KNOWN[form] | {"default_args"}
    assert set(FORMS[form]["metadataOptions"]) == set(FORMS[form]["metadataSchema"]["properties"])


@pytest.mark.parametrize("form", KNOWN)
def test_a_form_that_is_only_looked_at_writes_nothing(form: str) -> None:
    # JupyterLab writes every value that is not the default it knows, and it knows none of ""
    # and 0; it fills in lists by itself.
    for field in FORMS[form]["metadataSchema"]["properties"].values():
        assert field["type"] != "array"
        assert "default" not in field or field["default"]


def test_lists_are_written_as_text_with_commas(tmp_path: Path) -> None:
    cells = [
        new_code_cell("print(1)", metadata={"nbflow": {"task": "one"}}),
        new_code_cell("print(2)", metadata={"nbflow": {"task": "two"}}),
        new_code_cell("print(3)", metadata={"nbflow": {"task": "last", "after": "one, two"}}),
    ]
    kernel = {"name": "python3", "display_name": "", "language": "python"}
    metadata = {"kernelspec": kernel, "nbflow": {"tags": "sales, daily"}}
    text = nbformat.writes(new_notebook(cells=cells, metadata=metadata))

    found = preview(text, tmp_path / "a.ipynb", tmp_path)

    assert found.dag is not None
    assert found.dag.tags == ("sales", "daily")
    assert {"one", "two"} <= set(found.dag.upstream("last"))


def test_the_trigger_rules_are_those_there_are() -> None:
    field = FORMS["nbflow-task"]["metadataSchema"]["properties"]["/nbflow/trigger_rule"]

    assert field["enum"] == [rule.value for rule in TriggerRule]


def test_a_notebook_with_all_fields_filled_in_is_a_dag(tmp_path: Path) -> None:
    cell = new_code_cell("a = open('a').read()", metadata=filled("nbflow-task"))
    notebook = new_notebook(cells=[cell], metadata=filled("nbflow-dag"))
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "", "language": "python"}

    found = preview(nbformat.writes(notebook), tmp_path / "a.ipynb", tmp_path)

    assert [problem.message for problem in found.problems] == []
    assert found.dag is not None


def filled(form: str) -> dict[str, Any]:
    """The metadata with a value for every field of the form."""
    metadata: dict[str, Any] = {}
    for key, field in FORMS[form]["metadataSchema"]["properties"].items():
        inner = metadata
        *folders, name = key.strip("/").split("/")
        for folder in folders:
            inner = inner.setdefault(folder, {})
        inner[name] = FILLED.get(key, FILLED[field["type"]])
    return metadata
