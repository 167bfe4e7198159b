"""The promise, with all that stands between a cell and its output: kernels, values, the scheduler,
tasks side by side. A part of the corpus; `python -m benchmarks.dataflow --kernels` runs all of it.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

import pytest

from nbflow.authoring.dataflow.advice import advise
from nbflow.authoring.dataflow.edges import find_flow
from nbflow.authoring.dataflow.fusion import plan_tasks
from nbflow.authoring.dataflow.source import parse_cell
from tests.corpus.in_kernels import InKernels, run_in_kernels, summary
from tests.corpus.source import Source, corpus

SAMPLE_NAMES = frozenset(
    "awaiting_tasks dynamic_names instances_that_travel long_etl long_ml_project long_text_corpus "
    "pandas_plots polars_frames random_through_helpers sqlite_memory star_imports "
    "working_folder".split()
)
"""Some long ones, each kind of advice, and what kernels do otherwise than plain Python."""

SAMPLE = [each for each in corpus() if each.name in SAMPLE_NAMES]
pytestmark = pytest.mark.timeout(600)  # all of them run for the first test


@pytest.fixture(scope="module")
def ran(record_testsuite_property: Callable[[str, object], None]) -> dict[str, InKernels]:
    began = monotonic()
    found = run_in_kernels(SAMPLE)
    told = summary(found, monotonic() - began)
    record_testsuite_property("dataflow in kernels", told)
    print(told)  # noqa: T201 - the figures of the promise, in the log of the tests
    return found


@pytest.mark.parametrize("name", [source.name for source in SAMPLE])
def test_a_run_side_by_side_shows_what_the_notebook_shows(
    name: str, ran: dict[str, InKernels]
) -> None:
    assert ran[name].state == "success"
    assert ran[name].differences == []


def test_tasks_did_run_side_by_side(ran: dict[str, InKernels]) -> None:
    assert any(one.at_once > 1 for one in ran.values())


def test_each_kind_of_advice_of_the_corpus_is_in_the_sample() -> None:
    assert {code for each in corpus() for code in _advice(each)} == {
        code for each in SAMPLE for code in _advice(each)
    }


def _advice(source: Source) -> set[str]:
    cells = [cell.source for cell in source.notebook.cells if cell.cell_type == "code"]
    flow = find_flow([parse_cell(index, text) for index, text in enumerate(cells)])
    return {problem.code for problem in advise(plan_tasks(flow))}
