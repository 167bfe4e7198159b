"""A DAG as a picture: a layered layout, drawn as static SVG or as text. Pure; used by reprs,
widgets and the terminal. Task groups are drawn as boxes where no other task stands in between.

The SVG has presentation attributes only, no scripts and no style sheets, so that GitHub, nbviewer
and HTML export show it as it is; it brings its own background so that it reads in the dark. States
are told by a symbol and a word as well as by colour.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape

from nbflow.core.dag import Dag
from nbflow.core.states import TaskState

SYMBOLS: Mapping[str, str] = {
    "none": "·",
    "scheduled": "◷",
    "queued": "◌",
    "running": "▶",
    "success": "✓",
    "failed": "✗",
    "up_for_retry": "↻",
    "up_for_reschedule": "⏲",
    "deferred": "⏲",
    "skipped": "⤼",
    "upstream_failed": "⊘",
    "removed": "-",
    "cancelled": "■",
}
"""One character per state, for terminals and for people who do not see colours."""

COLOURS: Mapping[str, str] = {
    "none": "#9aa0a6",
    "scheduled": "#9c8a5b",
    "queued": "#7a7f87",
    "running": "#1976d2",
    "success": "#2e7d32",
    "failed": "#c62828",
    "up_for_retry": "#b26a00",
    "up_for_reschedule": "#00838f",
    "deferred": "#6a4fb3",
    "skipped": "#ad5c99",
    "upstream_failed": "#b5651d",
    "removed": "#9aa0a6",
    "cancelled": "#6d4c41",
}

_CHAR, _PAD, _HEIGHT, _GAP_X, _GAP_Y, _MARGIN = 7.2, 30, 34, 56, 18, 12
_SWEEPS = 4
# Around a group: room at the sides, and above for its name, more for each group inside.
_FRAME, _NAME = 7, 14


@dataclass(frozen=True)
class Place:
    """Where a task stands: its layer (longest path from a root) and its row within the layer."""

    layer: int
    row: int


@dataclass(frozen=True)
class _Box:
    x: float
    y: float
    width: float
    height: float = _HEIGHT


def layout(dag: Dag) -> Mapping[str, Place]:
    """A place for every task: layers by longest path, rows by the mean row of the neighbours, swept
    to and fro.
    """
    graph = dag.graph
    layer: dict[str, int] = {}
    for node in graph.order:
        layer[node] = 1 + max((layer[parent] for parent in graph.upstream[node]), default=-1)
    layers: list[list[str]] = [[] for _ in range(1 + max(layer.values(), default=-1))]
    for node in graph.order:
        layers[layer[node]].append(node)
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        sides = graph.upstream if down else graph.downstream
        _order_rows(layers if down else layers[::-1], sides, dag)
    return {node: Place(i, row) for i, nodes in enumerate(layers) for row, node in enumerate(nodes)}


def _order_rows(
    layers: list[list[str]], neighbours: Mapping[str, tuple[str, ...]], dag: Dag
) -> None:
    """Sort each layer by where its neighbours in the layers before stand; ties keep their order,
    and groups stay together.
    """
    row: dict[str, float] = {}
    for nodes in layers:
        centre = {}
        for i, node in enumerate(nodes):
            known = [row[other] for other in neighbours[node] if other in row]
            centre[node] = sum(known) / len(known) if known else i / max(1, len(nodes))
        nodes.sort(key=_together(nodes, centre, dag) if dag.groups else centre.__getitem__)
        for i, node in enumerate(nodes):
            row[node] = i / max(1, len(nodes))


def _together(
    nodes: list[str], centre: Mapping[str, float], dag: Dag
) -> Callable[[str], tuple[tuple[float, str], ...]]:
    """A key to sort by that keeps each group's nodes side by side: at their mean, the outermost
    group's first.
    """
    inside: dict[str, list[float]] = {}
    for node in nodes:
        for group in dag.groups_of(node):
            inside.setdefault(group, []).append(centre[node])
    means = {group: sum(places) / len(places) for group, places in inside.items()}

    def key(node: str) -> tuple[tuple[float, str], ...]:
        groups = dag.groups_of(node)
        return (*((means[group], group) for group in groups), (centre[node], ""))

    return key


def svg(dag: Dag, states: Mapping[str, str | TaskState] | None = None) -> str:
    """The DAG as one SVG element; with `states` (by task id) as a picture of a run."""
    boxes, width, height = _boxes(dag)
    size = f'width="{width:.0f}" height="{height:.0f}"'
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {width:.0f} {height:.0f}" '
        'role="img" font-family="sans-serif" font-size="12">'
    )
    parts = [
        head,
        f"<title>DAG {escape(dag.dag_id)}</title>",
        f"<desc>{escape(_in_words(dag, states))}</desc>",
        f'<rect {size} rx="6" fill="#ffffff"/>',
    ]
    drawn = dict.fromkeys((edge.upstream, edge.downstream) for edge in dag.edges)
    certain = {(e.upstream, e.downstream) for e in dag.edges if e.kind in ("declared", "certain")}
    parts += [_frame(dag, group, box) for group, box in _frames(dag, boxes).items()]
    parts += [_edge(boxes[a], boxes[b], solid=(a, b) in certain) for a, b in drawn]
    parts += [_label(e.label, boxes[e.upstream], boxes[e.downstream]) for e in dag.edges if e.label]
    parts += [_node(t.task_id, boxes[t.task_id], _state(states, t.task_id)) for t in dag.tasks]
    return "".join([*parts, "</svg>"])


def text(dag: Dag, states: Mapping[str, str | TaskState] | None = None) -> str:
    """The DAG as lines of text: every task in order, with its upstreams."""
    wide = max((len(task.task_id) for task in dag.tasks), default=0)
    labels = {(edge.upstream, edge.downstream): edge.label for edge in dag.edges}
    lines = [f"DAG {dag.dag_id}: {len(dag.tasks)} tasks"]
    for task_id in dag.graph.order:
        state = _state(states, task_id)
        symbol = f"{SYMBOLS[state]} " if state else ""
        upstream = ", ".join(
            f"{one} [{labels[one, task_id]}]" if labels.get((one, task_id)) else one
            for one in dag.upstream(task_id)
        )
        lines.append(
            f"  {symbol}{task_id:<{wide}}{f'  <- {upstream}' if upstream else ''}".rstrip()
        )
    return "\n".join(lines)


def bundle(dag: Dag, states: Mapping[str, str | TaskState] | None = None) -> dict[str, str]:
    """The DAG as a notebook keeps it: by MIME type, for everything that may show the notebook.

    The HTML holds the drawing as an image, for viewers and JupyterLab strip drawings from HTML they
    do not trust.
    """
    drawing = svg(dag, states)
    image = b64encode(drawing.encode()).decode()
    words = escape(_in_words(dag, states))
    html = f'<img alt="{words}" src="data:image/svg+xml;base64,{image}">'
    return {"text/plain": text(dag, states), "text/html": html, "image/svg+xml": drawing}


def _boxes(dag: Dag) -> tuple[dict[str, _Box], float, float]:
    places = layout(dag)
    widths: dict[int, float] = {}
    for node, place in places.items():
        widths[place.layer] = max(widths.get(place.layer, 0), len(node) * _CHAR + _PAD)
    rows = 1 + max((place.row for place in places.values()), default=0)
    deep = max((len(dag.groups_of(node)) for node in places), default=0)
    gap = _GAP_Y + deep * _NAME
    left, x = {}, float(_MARGIN + deep * _FRAME)
    for index in sorted(widths):
        left[index] = x
        x += widths[index] + _GAP_X
    top = _MARGIN + deep * _NAME
    height = rows * (_HEIGHT + gap) - gap + top + _MARGIN + deep * _FRAME
    sizes: dict[int, int] = {}
    for place in places.values():
        sizes[place.layer] = sizes.get(place.layer, 0) + 1
    boxes = {}
    for node, place in places.items():
        spare = (rows - sizes[place.layer]) * (_HEIGHT + gap) / 2
        y = top + spare + place.row * (_HEIGHT + gap)
        boxes[node] = _Box(left[place.layer], y, widths[place.layer])
    return boxes, max(x - _GAP_X + _MARGIN + deep * _FRAME, 120), height


def _frames(dag: Dag, boxes: Mapping[str, _Box]) -> dict[str, _Box]:
    """The box around each group that has one: no task of others may stand in it."""
    around: dict[str, _Box] = {}
    for group in dag.groups:
        inside = dag.tasks_of_group(group.group_id)
        if inside:
            frame = _around([boxes[task] for task in inside], _levels(dag, group.group_id))
            others = (box for task, box in boxes.items() if task not in set(inside))
            if not any(_meet(frame, box) for box in others):
                around[group.group_id] = frame
    return around


def _levels(dag: Dag, group_id: str) -> int:
    """How many groups are one inside the other from this one inwards."""
    paths = (dag.groups_of(task) for task in dag.tasks_of_group(group_id))
    return max(len(path) - path.index(group_id) for path in paths)


def _around(boxes: list[_Box], levels: int) -> _Box:
    side, above = levels * _FRAME, levels * _NAME
    left, top = min(box.x for box in boxes), min(box.y for box in boxes)
    right = max(box.x + box.width for box in boxes)
    bottom = max(box.y + box.height for box in boxes)
    return _Box(left - side, top - above, right - left + 2 * side, bottom - top + above + side)


def _meet(one: _Box, other: _Box) -> bool:
    beside = one.x + one.width < other.x or other.x + other.width < one.x
    return not beside and one.y <= other.y + other.height and other.y <= one.y + one.height


def _frame(dag: Dag, group_id: str, box: _Box) -> str:
    group = next(group for group in dag.groups if group.group_id == group_id)
    tip = escape(group.tooltip or group.group_id)
    return (
        f'<g><title>{tip}</title><rect x="{box.x:.1f}" y="{box.y:.1f}" '
        f'width="{box.width:.1f}" height="{box.height:.1f}" rx="8" fill="#8a8f98" '
        'fill-opacity="0.08" stroke="#8a8f98" stroke-dasharray="3 3"/>'
        f'<text x="{box.x + 6:.1f}" y="{box.y + 11:.1f}" font-size="10" fill="#57606a">'
        f"{escape(group.label)}</text></g>"
    )


def _label(label: str, start: _Box, end: _Box) -> str:
    x, y = (start.x + start.width + end.x) / 2, (start.y + end.y + _HEIGHT) / 2 - 3
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="10" text-anchor="middle" fill="#57606a">'
        f"{escape(label)}</text>"
    )


def _edge(start: _Box, end: _Box, *, solid: bool) -> str:
    x1, y1, x2, y2 = start.x + start.width, start.y + _HEIGHT / 2, end.x, end.y + _HEIGHT / 2
    bend = max(24.0, (x2 - x1) / 2)
    dash = "" if solid else ' stroke-dasharray="4 3"'
    curve = f"C{x1 + bend:.1f} {y1:.1f} {x2 - bend:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"
    head = f"M{x2 - 6:.1f} {y2 - 3.5:.1f}L{x2:.1f} {y2:.1f}L{x2 - 6:.1f} {y2 + 3.5:.1f}z"
    return (
        f'<path d="M{x1:.1f} {y1:.1f}{curve}" fill="none" stroke="#8a8f98" stroke-width="1.4"'
        f'{dash}/><path d="{head}" fill="#8a8f98"/>'
    )


def _node(task_id: str, box: _Box, state: str) -> str:
    colour = COLOURS[state or "none"]
    label = f"{SYMBOLS[state]} {task_id}" if state else task_id
    title = f"{task_id}: {state}" if state else task_id
    border = f'stroke="{colour}" stroke-width="{2 if state else 1.2}"'
    return (
        f'<g><title>{escape(title)}</title><rect x="{box.x:.1f}" y="{box.y:.1f}" '
        f'width="{box.width:.1f}" height="{_HEIGHT}" rx="6" fill="#f7f8fa" {border}/>'
        f'<text x="{box.x + box.width / 2:.1f}" y="{box.y + _HEIGHT / 2 + 4:.1f}" '
        f'text-anchor="middle" fill="#1f2328">{escape(label)}</text></g>'
    )


def _state(states: Mapping[str, str | TaskState] | None, task_id: str) -> str:
    return "" if states is None else str(states.get(task_id, "none"))


def _in_words(dag: Dag, states: Mapping[str, str | TaskState] | None) -> str:
    """What a screen reader says instead of the picture."""
    return text(dag, states).replace("\n", "; ").replace("<-", "after")
