"""`nbflow cluster`."""

from __future__ import annotations

from nbflow.settings import Settings
from tests.at_work import at_work
from tests.cli.conftest import Nbflow
from tests.processes import Project


def test_the_cluster_is_shown_and_resized_and_a_refusal_is_a_sentence(
    project: Project, nbflow: Nbflow
) -> None:
    with at_work(project.database, Settings(home=project.folder)):
        assert nbflow("cluster", "scale", "1", "--max", "2").out == (
            "The cluster was told to have 1 to 2 workers, as needed.\n"
        )
        refused = nbflow("cluster", "scale", "9")
        assert (refused.code, "two hands" in refused.err) == (1, True)
        shown = nbflow("cluster", "show", "--output", "json").json
        assert "0 of 8 slots taken" in nbflow("cluster", "show").out

    assert shown["kind"] == "hands"
    asked = nbflow("cluster", "scale", "1", "--no-wait", "--output", "json").json
    assert (asked["minimum"], asked["maximum"], asked["answer"]) == (1, 1, None)
