"""A DAG drawn as SVG and as text."""

from __future__ import annotations

from base64 import b64decode
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st

from nbflow import picture
from nbflow.core.dag import Dag, Edge, Group, Task, TaskKind
from nbflow.core.states import TaskState

SVG = "{http://www.w3.org/2000/svg}"


def a_dag(*arrows: str) -> Dag:
    pairs = [arrow.split(">") for arrow in arrows]
    names = dict.fromkeys(name for pair in pairs for name in pair)
    edges = tuple(Edge(pair[0], pair[1]) for pair in pairs if len(pair) == 2)
    return Dag("d", tuple(Task(name, TaskKind.PYTHON) for name in names), edges)


def test_a_task_stands_one_layer_after_its_last_upstream() -> None:
    places = picture.layout(a_dag("a>b", "b>c", "a>c"))
    assert [places[name].layer for name in "abc"] == [0, 1, 2]


def test_parallel_chains_do_not_cross() -> None:
    places = picture.layout(a_dag("a>x", "b>y", "x>p", "y>q"))
    rows = [[places[name].row for name in chain] for chain in ("axp", "byq")]
    assert rows == [[0, 0, 0], [1, 1, 1]]


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).filter(lambda p: p[0] < p[1])))
def test_no_two_tasks_share_a_place(pairs: list[tuple[int, int]]) -> None:
    places = picture.layout(a_dag(*(f"t{a}>t{b}" for a, b in pairs)))
    assert len(set(places.values())) == len(places)


def test_every_task_and_every_edge_is_drawn() -> None:
    root = ElementTree.fromstring(picture.svg(a_dag("a>b", "b>c", "a>c")))
    assert [node.text for node in root.iter(f"{SVG}text")] == ["a", "b", "c"]
    lines = [path for path in root.iter(f"{SVG}path") if path.get("fill") == "none"]
    assert len(lines) == 3


def test_a_state_is_told_by_a_symbol_and_a_word_too() -> None:
    root = ElementTree.fromstring(picture.svg(a_dag("a"), {"a": TaskState.FAILED}))
    assert [node.text for node in root.iter(f"{SVG}text")] == ["✗ a"]
    assert "a: failed" in [node.text for node in root.iter(f"{SVG}title")]


def test_names_cannot_break_out_of_the_svg() -> None:
    dag = Dag("<script>", (Task("a&b", TaskKind.PYTHON),))
    root = ElementTree.fromstring(picture.svg(dag))
    assert root.findtext(f"{SVG}title") == "DAG <script>"


def test_text_lists_tasks_in_order_with_their_upstreams() -> None:
    assert picture.text(a_dag("a>b"), {"a": "success"}) == ("DAG d: 2 tasks\n  ✓ a\n  · b  <- a")


def test_every_state_has_a_symbol_and_a_colour() -> None:
    assert set(picture.SYMBOLS) == set(picture.COLOURS) == {str(state) for state in TaskState}


def test_a_notebook_keeps_the_drawing_in_every_form_a_viewer_may_want() -> None:
    kept = picture.bundle(a_dag("a>b"), {"a": "success"})

    image = ElementTree.fromstring(f"{kept['text/html'][:-1]}/>")
    _, _, data = image.attrib["src"].partition("base64,")
    assert kept["image/svg+xml"] == b64decode(data).decode()
    assert "✓ a" in image.attrib["alt"]
    assert "✓ a" in kept["text/plain"]


def in_groups(**groups: str) -> Dag:
    """Tasks a to c in a row, in groups as said: a="g"."""
    tasks = tuple(Task(name, TaskKind.PYTHON, group=groups.get(name)) for name in "abc")
    found = tuple(Group(one, label=one) for one in dict.fromkeys(groups.values()))
    return Dag("d", tasks, (Edge("a", "b"), Edge("b", "c", label="ok")), groups=found)


def test_a_group_is_a_box_with_its_name_and_an_edge_shows_its_label() -> None:
    root = ElementTree.fromstring(picture.svg(in_groups(a="g", b="g")))
    words = [node.text for node in root.iter(f"{SVG}text")]
    assert words == ["g", "ok", "a", "b", "c"]


def test_no_box_is_drawn_round_tasks_of_others() -> None:
    root = ElementTree.fromstring(picture.svg(in_groups(a="g", c="g")))
    assert "g" not in [node.text for node in root.iter(f"{SVG}text")]


def test_a_label_stands_beside_the_task_it_leads_from_in_the_text() -> None:
    assert "c  <- b [ok]" in picture.text(in_groups())


def test_tasks_of_a_group_stand_side_by_side() -> None:
    names = [f"t{i}" for i in range(6)]
    tasks = tuple(
        Task(n, TaskKind.PYTHON, group="g" if i % 2 else None) for i, n in enumerate(names)
    )
    dag = Dag("d", tasks, (), groups=(Group("g"),))
    rows = sorted(picture.layout(dag)[name].row for name in dag.tasks_of_group("g"))
    assert rows[-1] - rows[0] == 2
