"""Between cells: which value goes where, what comes before what, and what must share a kernel."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from nbflow.authoring.dataflow.edges import find_flow
from nbflow.authoring.dataflow.flow import Flow
from nbflow.authoring.dataflow.orders import may_be_same_file
from nbflow.authoring.dataflow.source import parse_cell


def flow_of(*cells: str) -> Flow:
    return find_flow([parse_cell(i, text) for i, text in enumerate(cells)])


@dataclass(frozen=True)
class Case:
    """Cells, and what is found between them.

    `uses` are written `0>1 x` for certain ones, `0~1 x` for inferred, `0?1 x` for unknown; `orders`
    and `bonds` are pairs, and `setup` are the cells that every kernel runs.
    """

    name: str
    cells: tuple[str, ...]
    uses: str = ""
    orders: str = ""
    bonds: str = ""
    setup: tuple[int, ...] = ()

    def __str__(self) -> str:
        return self.name


SIGNS = {"certain": ">", "inferred": "~", "unknown": "?"}
PANDAS = "import pandas as pd"
TABLE = "df = pd.DataFrame({'x': [1]})"
CASES = [
    Case("a definition and its use", ("x = 1", "print(x)"), "0>1 x"),
    Case("the last definition counts", ("x = 1", "x = 2", "print(x)"), "1>2 x"),
    Case("a reader keeps its version", ("x = 1", "print(x)", "x = 2"), "0>1 x"),
    Case("a chain of versions", ("x = 1", "x += 1", "x += 1"), "0>1 x, 1>2 x"),
    Case("independent cells", ("x = 1", "y = 2"), ""),
    Case("imports and definitions are setup", ("import os\ndef f(): pass", "f()"), setup=(0,)),
    Case("constants in capitals are setup", ("N = 3\nROOT = 'a'", "print(N)"), setup=(0,)),
    Case("a constant that changes is none", ("N = []", "N.append(1)", "print(N)"), "0>1 N, 1~2 N"),
    Case("a setting is setup", ("import pandas as pd\npd.set_option('a', 1)", "1"), setup=(0,)),
    Case(
        "a definition that uses work is work",
        ("x = len([1])", "def f(n=x):\n    return n", "f()"),
        "0>1 x, 1>2 f",
        bonds="1-2",
    ),
    Case(
        "the setup in a mixed cell is everywhere",
        ("import os\nx = 1", "print(os.name)", "print(x)"),
        "0>2 x",
    ),
    Case("a mutation is a version", ("xs = []", "xs.append(1)", "print(xs)"), "0>1 xs, 1~2 xs"),
    Case(
        "readers before and after a mutation",
        ("xs = []", "print(xs)", "xs.append(1)", "print(xs)"),
        "0>1 xs, 0>2 xs, 2~3 xs",
    ),
    Case(
        "an alias binds what makes it to what changes it",
        ("a = []", "b = a", "b.append(1)", "print(a)"),
        "0>1 a, 1>2 b, 2~3 a, 0~2 a",
        bonds="1-2",
    ),
    Case(
        "an alias nobody uses later binds nothing",
        ("a = []", "b = a", "b.append(1)", "print(b)"),
        "0>1 a, 1>2 b, 2~3 b",
    ),
    Case(
        "a conditional definition keeps the old one",
        ("x = 1", "if len('a'):\n    x = 2", "print(x)"),
        "0~1 x, 1~2 x",
    ),
    Case(
        "a conditional definition nobody reads needs nothing",
        ("i = 1", "for i in range(2): pass", "for i in range(3): pass"),
    ),
    Case("a deleted name", ("x = 1", "del x", "print(x)"), "0>1 x, 1~2 x"),
    Case(
        "a global read inside a function",
        ("def f(): return g", "g = 1", "f()", "g = 2", "f()"),
        "1~2 g, 3~4 g",
        setup=(0,),
    ),
    Case(
        "a global changed inside a function",
        ("log = []", "def f(): log.append(1)", "f()", "print(log)"),
        "0~2 log, 2~3 log",
        setup=(1,),
    ),
    Case(
        "functions that call each other",
        ("def f(): return h()", "def h(): return g", "g = 1", "f()"),
        "2~3 g",
        setup=(0, 1),
    ),
    Case(
        "a column is a part of its table",
        (PANDAS, TABLE, "df['y'] = 1", "print(df)"),
        "1>2 df, 2~3 df",
        setup=(0,),
    ),
    Case(
        "code from text is in nobody's order",
        ("x = 1", "exec('y = x')", "print(y)"),
        "0?1 x, 1?2 y",
        orders="0-1, 1-2",
        bonds="1-2",
    ),
    Case("a shell command", ("x = 1", "!ls", "y = 2"), orders="0-1, 1-2"),
    Case("a shell command reads what is filled in", ("x = 1", "!ls {x}"), "0>1 x", orders="0-1"),
    Case(
        "the same file",
        ("open('a', 'w').write('')", "open('b').read()", "open('a').read()"),
        orders="0-2",
    ),
    Case(
        "a file in a folder that is made",
        ("import os\nos.mkdir('d')", "open('d/x', 'w')"),
        orders="0-1",
    ),
    Case(
        "a file of any name",
        ("n = 'a'.upper()", "open(n, 'w')", "open('z').read()"),
        "0>1 n",
        orders="1-2",
    ),
    Case("readers need no order", ("open('a').read()", "open('a').read()")),
    Case("an open file stays", ("f = open('a')", "f.read()"), "0>1 f", bonds="0-1"),
    Case(
        "seeded random numbers stay together",
        ("import random\nrandom.seed(1)", "x = random.random()", "y = random.random()", "z = 1"),
        bonds="0-1, 1-2",
    ),
    Case(
        "a seed after numbers were drawn",
        (
            "import random",
            "w = random.random()\nrandom.seed(1)",
            "x = random.random()",
        ),
        bonds="1-2",
        setup=(0,),
    ),
    Case(
        "what a module draws from, by another name",
        ("import random", "pick = random.choice", "pick([1])"),
        "1>2 pick",
        bonds="1-2",
        setup=(0,),
    ),
    Case(
        "a setting that is read is plain",
        ("import os", "home = os.environ['HOME']", "print(home)"),
        "1>2 home",
        setup=(0,),
    ),
    Case(
        "random numbers nobody seeds",
        ("import random", "random.random()", "random.random()"),
        setup=(0,),
    ),
    Case(
        "a module nobody knows",
        ("import mystery", "x = mystery.load()", "print(x)", "mystery.save()", "y = 1"),
        "1>2 x",
        orders="1-3",
        bonds="1-2, 2-3",
        setup=(0,),
    ),
    Case(
        "a setting in the middle of work binds what follows",
        (PANDAS, "x = 1", "x = len([2])\npd.options.mode = [x]", "print(x)", "y = 1"),
        "2>3 x",
        bonds="2-3, 2-4",
        setup=(0,),
    ),
    Case(
        "a class is found again by its name",
        ("class C:\n    pass", "c = C()", "print(c)"),
        "1>2 c",
        setup=(0,),
    ),
    Case(
        "a figure that goes on",
        ("import matplotlib.pyplot as plt", "plt.plot([1])", "plt.title('t')", "plt.figure()"),
        bonds="1-2",
        setup=(0,),
    ),
    Case(
        "the time since an earlier cell",
        ("import time", "t = time.time()", "x = 1", "print(time.time() - t)"),
        "1>3 t",
        orders="1-2, 2-3",
        setup=(0,),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_between_cells(case: Case) -> None:
    flow = flow_of(*case.cells)
    uses = {f"{u.source}{SIGNS[u.kind]}{u.reader} {u.name}" for u in flow.uses}
    assert uses == set(filter(None, case.uses.split(", ")))
    assert {f"{o.before}-{o.after}" for o in flow.orders} == set(
        filter(None, case.orders.split(", "))
    )
    assert {f"{b.one}-{b.other}" for b in flow.bonds} == set(filter(None, case.bonds.split(", ")))
    assert [i for i in flow.facts if i not in flow.work] == list(case.setup)


def test_every_use_says_why() -> None:
    flow = flow_of("x = 1\n\ny = []", "y.append(x)", "print(y)")
    assert [use.why for use in flow.uses] == [
        "Cell 1 reads `y` in line 1, which cell 0 defines in line 3.",
        "Cell 1 reads `x` in line 1, which cell 0 defines in line 1.",
        (
            "Cell 2 reads `y` in line 1, which cell 1 may change in line 1 "
            "(calls `y.append`, which may change it)."
        ),
    ]


def test_a_use_through_a_function_names_it() -> None:
    (use,) = flow_of("def f(): return g", "g = 1", "f()").uses
    assert use.why == "Cell 2 reads `g`, through `f`, in line 1, which cell 1 defines in line 1."


def test_a_bond_says_what_cannot_be_sent() -> None:
    (bond,) = flow_of("f = open('a')", "f.read()").bonds
    assert bond.is_certain
    assert bond.why == (
        "`f` (cell 0, line 1) is or holds an open file, which cannot be sent to another kernel"
    )


def test_names_that_nothing_defines_are_found() -> None:
    flow = flow_of("x = y", "def f():\n    return z", "f()", "print(len([x]))")
    assert [(m.cell, m.line, m.name) for m in flow.missing] == [(0, 1, "y"), (2, 2, "z")]


@pytest.mark.parametrize("cell", ["from numpy import *", "%run setup.py", "exec('y = 1')"])
def test_a_name_may_come_from_what_cannot_be_seen(cell: str) -> None:
    assert flow_of(cell, "print(y)").missing == ()


def test_cells_that_were_declared_are_work_whatever_they_hold() -> None:
    cells = [parse_cell(0, "import os"), parse_cell(1, "N = 1")]
    assert find_flow(cells, declared=[1]).work == (1,)


def test_cells_that_are_forced_to_be_setup_give_their_names_to_all() -> None:
    cells = [parse_cell(0, "x = load()"), parse_cell(1, "print(x)")]
    flow = find_flow(cells, forced_setup=[0])
    assert (flow.work, flow.uses) == ((1,), ())


def test_a_module_that_is_vouched_for_binds_nothing() -> None:
    cells = [parse_cell(i, t) for i, t in enumerate(("import m", "x = m.f()", "y = m.f()"))]
    assert find_flow(cells, stateless=["m"]).bonds == ()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("a.csv", "a.csv", True),
        ("./a.csv", "a.csv", True),
        ("d/a.csv", "d/b.csv", False),
        ("d", "d/b.csv", True),
        ("/data/d/a.csv", "d/a.csv", True),
        ("/x/a.csv", "b.csv", False),
        ("*.csv", "b.csv", True),
        ("../a.csv", "a.csv", True),
        (None, "a.csv", True),
    ],
)
def test_paths_that_may_name_the_same_file(one: str | None, other: str, same: bool) -> None:
    assert may_be_same_file(one, other) is same
    assert may_be_same_file(other, one) is same
