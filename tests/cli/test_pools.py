"""`nbflow pools`."""

from __future__ import annotations

from tests.cli.conftest import Nbflow


def test_pools_are_made_listed_and_deleted(nbflow: Nbflow) -> None:
    assert (
        nbflow("pools", "set", "gpu", "4", "--description", "Cards.").out == "Pool gpu: 4 slots.\n"
    )
    assert "Cards." in nbflow("pools", "list").out
    found = nbflow("pools", "list", "--output", "json").json
    assert [(pool["name"], pool["slots"]) for pool in found] == [("default_pool", 128), ("gpu", 4)]
    assert nbflow("pools", "delete", "gpu").out == "Pool 'gpu' was deleted.\n"


def test_no_limit_is_minus_one(nbflow: Nbflow) -> None:
    assert nbflow("pools", "set", "gpu", "1").out == "Pool gpu: 1 slot.\n"
    assert nbflow("pools", "set", "gpu", "-1").out == "Pool gpu: no limit.\n"
    assert nbflow("pools", "set", "gpu", "-1", "--output", "json").json["slots"] == -1


def test_a_pool_that_is_not_there_is_an_error_in_a_sentence(nbflow: Nbflow) -> None:
    done = nbflow("pools", "show", "gpu")
    assert (done.code, done.err.count("\n")) == (1, 1)
    assert "There is no pool 'gpu'" in done.err
