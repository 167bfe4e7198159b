"""The promise, over notebooks in the style of real ones: run by tasks, in an order as far from the
notebook's as the edges allow, they show what they show from top to bottom.
"""

from __future__ import annotations

import pytest

from tests.corpus.run import Ran, run
from tests.corpus.source import Source, corpus

CORPUS = corpus()
pytestmark = pytest.mark.timeout(900)  # the whole corpus runs for the first of them


@pytest.fixture(scope="module")
def ran() -> dict[str, Ran]:
    return run(CORPUS)


@pytest.mark.parametrize("source", CORPUS, ids=lambda source: source.name)
def test_a_notebook_shows_the_same_both_ways(source: Source, ran: dict[str, Ran]) -> None:
    assert ran[source.name].failed == ""
    assert ran[source.name].differences == []


@pytest.mark.parametrize("source", CORPUS, ids=lambda source: source.name)
def test_as_much_runs_at_once_as_before(source: Source, ran: dict[str, Ran]) -> None:
    """Where this fails because more is found, write it down: `python -m benchmarks.dataflow`."""
    assert str(ran[source.name].found) == str(source.found)
