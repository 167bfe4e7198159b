"""Order, ancestors and cycles of a graph of task ids."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.core.graph import CycleError, Graph


@st.composite
def acyclic(draw: st.DrawFn) -> Graph:
    size = draw(st.integers(1, 12))
    nodes = draw(st.permutations([f"t{i}" for i in range(size)]))
    pairs = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)).filter(
        lambda p: p[0] < p[1]
    )
    edges = draw(st.lists(pairs, max_size=30)) if size > 1 else []
    return Graph(nodes, [(f"t{a}", f"t{b}") for a, b in edges])


@given(acyclic())
def test_every_node_comes_after_its_upstreams(graph: Graph) -> None:
    assert sorted(graph.order) == sorted(graph.nodes)
    for node in graph.nodes:
        assert all(graph.position[parent] < graph.position[node] for parent in graph.upstream[node])


@given(acyclic())
def test_a_node_is_a_descendant_of_all_its_ancestors(graph: Graph) -> None:
    for node in graph.nodes:
        assert all(node in graph.descendants(ancestor) for ancestor in graph.ancestors(node))


def test_free_nodes_keep_the_order_they_were_written_in() -> None:
    graph = Graph(["c", "a", "b"], [("c", "b")])
    assert graph.order == ("c", "a", "b")


def test_roots_have_no_upstream_and_leaves_no_downstream() -> None:
    graph = Graph(["a", "b", "c"], [("a", "b"), ("b", "c")])
    assert (graph.roots, graph.leaves) == (("a",), ("c",))


def test_a_cycle_is_named_with_its_path() -> None:
    graph = Graph(["start", "a", "b", "c"], [("start", "a"), ("a", "b"), ("b", "c"), ("c", "a")])
    with pytest.raises(CycleError) as caught:
        _ = graph.order
    path = caught.value.path
    assert path[0] == path[-1]
    assert set(path) == {"a", "b", "c"}
    assert all(b in graph.downstream[a] for a, b in pairwise(path))
