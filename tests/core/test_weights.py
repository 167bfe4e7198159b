"""The weight a task is ranked by, under each rule."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.core.graph import Graph
from nbflow.core.weights import WeightRule, total_weights

DIAMOND = Graph("abcd", [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")])


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (WeightRule.DOWNSTREAM, {"a": 1111, "b": 1010, "c": 1100, "d": 1000}),
        (WeightRule.UPSTREAM, {"a": 1, "b": 11, "c": 101, "d": 1111}),
        (WeightRule.ABSOLUTE, {"a": 1, "b": 10, "c": 100, "d": 1000}),
    ],
)
def test_a_task_counts_with_everything_on_one_side_of_it_once(
    rule: WeightRule, expected: dict[str, int]
) -> None:
    own = {"a": 1, "b": 10, "c": 100, "d": 1000}
    assert total_weights(DIAMOND, own, dict.fromkeys("abcd", rule)) == expected


def test_each_task_has_a_rule_of_its_own() -> None:
    rules: dict[str, WeightRule] = {
        "a": WeightRule.ABSOLUTE,
        "b": WeightRule.UPSTREAM,
        "c": WeightRule.DOWNSTREAM,
        "d": WeightRule.ABSOLUTE,
    }
    own = dict.fromkeys("abcd", 1)
    assert total_weights(DIAMOND, own, rules) == {"a": 1, "b": 2, "c": 2, "d": 1}


@given(st.integers(0, 1000), st.integers(1, 12))
def test_totals_are_the_sums_over_ancestors_and_descendants(seed: int, size: int) -> None:
    rng = Random(seed)
    nodes = [f"t{i}" for i in range(size)]
    edges = [(a, b) for i, b in enumerate(nodes) for a in nodes[:i] if rng.random() < 0.3]
    graph, own = Graph(nodes, edges), {node: rng.randrange(4) for node in nodes}
    reached = {WeightRule.DOWNSTREAM: graph.descendants, WeightRule.UPSTREAM: graph.ancestors}
    for rule in (WeightRule.DOWNSTREAM, WeightRule.UPSTREAM):
        totals = total_weights(graph, own, dict.fromkeys(nodes, rule))
        for node in nodes:
            assert totals[node] == own[node] + sum(own[n] for n in reached[rule](node))
