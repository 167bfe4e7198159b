"""What one cell does, as far as it can be seen without running it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from nbflow.authoring.dataflow.cells import CellReader
from nbflow.authoring.dataflow.facts import CellFacts, How, Mode
from nbflow.authoring.dataflow.source import parse_cell


def read(*cells: str) -> CellFacts:
    """The facts about the last of the cells."""
    reader = CellReader()
    facts = [reader.read(parse_cell(i, cell)) for i, cell in enumerate(cells)]
    return facts[-1]


@dataclass(frozen=True)
class Case:
    """A cell, and the names it reads and writes; `before` is the cell that stands above it."""

    name: str
    code: str
    reads: str = ""
    binds: str = ""
    maybe: str = ""
    mutates: str = ""
    deletes: str = ""
    before: str = ""

    def __str__(self) -> str:
        return self.name


LISTS = "a = []\nb = [a]\nxs = [1]\nd = {}\nf = []"
NAMES = [
    Case("an assignment", "x = y", reads="y", binds="x"),
    Case("a name used after it is defined here", "x = 1\nprint(x)", binds="x"),
    Case("an augmented assignment reads and binds", "n += 1", reads="n", binds="n", before="n = 1"),
    Case("an augmented list is changed", "xs += [2]", reads="xs", binds="xs", before=LISTS),
    Case("a branch may bind", "if c:\n    x = 1", reads="c", maybe="x"),
    Case("both branches bind", "if c:\n    x = 1\nelse:\n    x = 2", reads="c", binds="x"),
    Case("a loop may bind", "for i in range(3):\n    x = i", maybe="i x"),
    Case(
        "what a loop binds is read as it was",
        "for i in r:\n    x = i\nprint(x)",
        "r x",
        maybe="i x",
        before="r = range(2)\nx = 0",
    ),
    Case("a while loop may bind", "while c:\n    x = 1", reads="c", maybe="x", before="c = 1"),
    Case("try may stop anywhere", "try:\n    x = 1\nexcept E:\n    pass", reads="E", maybe="x"),
    Case(
        "try and its handler both bind",
        "try:\n    x = y\nexcept ValueError:\n    x = 0",
        reads="y",
        binds="x",
        before="y = 1",
    ),
    Case(
        "the name of an exception is gone",
        "try:\n    1\nexcept ValueError as e:\n    e",
        deletes="e",
    ),
    Case("with binds its target", "with open('f') as fh:\n    t = fh", binds="fh t"),
    Case(
        "what may hide exceptions may stop",
        "from contextlib import suppress\nwith suppress(ValueError):\n    x = 1",
        binds="suppress",
        maybe="x",
    ),
    Case("del", "del x", reads="x", deletes="x", before="x = 1"),
    Case(
        "a comprehension keeps its names", "s = [i * k for i in r]", "k r", "s", before="k = r = ()"
    ),
    Case("the walrus binds outside", "s = [(last := i) for i in (1, 2)]", binds="s", maybe="last"),
    Case("a function is only defined", "def f(x):\n    return g + x", binds="f"),
    Case("a default is evaluated now", "def f(x=y):\n    return z", reads="y", binds="f"),
    Case("a decorator is used now", "@deco\ndef f(): pass", "deco", "f", mutates="deco"),
    Case("an annotation is evaluated now", "def f(x: T) -> R: ...", reads="T R", binds="f"),
    Case("a class body runs now", "class C(B):\n    x = y", reads="B y", binds="C"),
    Case("a method runs when it is called", "class C:\n    def m(self): return g", binds="C"),
    Case(
        "f-strings read",
        "t = f'{a!r:>{w}} {b[0]}'",
        reads="a w b",
        binds="t",
        before=LISTS + "\nw=1",
    ),
    Case(
        "match binds what it captures",
        "match p:\n    case [x, *rest]:\n        y = x",
        reads="p",
        maybe="x rest y",
        before="p = (1, 2)",
    ),
    Case(
        "a star takes the rest",
        "first, *rest = p",
        reads="p",
        binds="first rest",
        before="p = (1, 2)",
    ),
    Case("an import binds the first part", "import os.path\nimport json as j", binds="os j"),
    Case("lambda reads when called", "f = lambda n: n + k", binds="f"),
    Case("await reads", "x = await job()", reads="job", binds="x", mutates="job"),
]
CALLS = [
    Case("a known function changes nothing", "n = len(xs)", reads="xs", binds="n", before=LISTS),
    Case("print changes nothing", "print(xs, d)", reads="xs d", before=LISTS),
    Case(
        "an unknown function may change what it gets",
        "g(xs)",
        "g xs",
        mutates="g xs",
        before=LISTS + "\ng = h",
    ),
    Case("an unknown method may change its object", "o.run()", "o", mutates="o", before="o = h()"),
    Case("a method that is known to be pure", "o.describe()", "o", before="o = h()"),
    Case("append changes", "xs.append(1)", "xs", mutates="xs", before=LISTS),
    Case("an item changes", "d['k'] = 1", "d", mutates="d", before=LISTS),
    Case("an attribute changes", "o.x = 1", "o", mutates="o", before="o = h()"),
    Case("del of an item changes", "del d['k']", "d", mutates="d", before=LISTS),
    Case("what holds it changes too", "a.append(1)", "a", mutates="a b", before=LISTS),
    Case("what it holds does not change", "b.append(1)", "b", mutates="b", before=LISTS),
    Case("next uses up", "next(it)", "it", mutates="it", before="it = iter([1])"),
    Case(
        "a loop uses up",
        "for x in it: pass",
        "it",
        mutates="it",
        maybe="x",
        before="it = iter([1])",
    ),
    Case("a setattr changes", "setattr(o, 'x', 1)", "o", mutates="o", before="o = h()"),
    Case("list.append by its class", "list.append(xs, 1)", "xs", mutates="xs", before=LISTS),
    Case(
        "what a function does to its argument",
        "f(xs)",
        "xs f",
        mutates="xs",
        before="xs = [1]\ndef f(l):\n    l.append(1)",
    ),
    Case(
        "a function that changes nothing",
        "n = f(xs)",
        "xs f",
        binds="n",
        before="xs = [1]\ndef f(l):\n    return [x for x in l]",
    ),
    Case(
        "a function that binds a global",
        "f()",
        "f",
        maybe="n",
        before="n = 0\ndef f():\n    global n\n    n = 1",
    ),
    Case("a function that reads a global", "f()", "f g", before="g = 1\ndef f():\n    return g"),
    Case(
        "a function that is only mentioned",
        "k = f",
        "f g",
        "k",
        before="g = 1\ndef f():\n    return g",
    ),
    Case(
        "a method of an instance reads",
        "o.m()",
        "o g",
        before="class C:\n    def m(self): return g\ng = 1\no = C()",
    ),
]
TABLES = "import pandas as pd\nimport numpy as np\ndf = pd.DataFrame({'x': [1]})\ns = df['x']\n"
LIBRARIES = [
    Case("a column changes the table", "df['y'] = 1", "df", mutates="df s", before=TABLES),
    Case(
        "inplace changes", "df.drop(columns='x', inplace=True)", "df", mutates="df s", before=TABLES
    ),
    Case(
        "inplace=False does not",
        "t = df.drop(columns='x', inplace=False)",
        "df",
        "t",
        before=TABLES,
    ),
    Case("loc changes", "df.loc[0, 'x'] = 1", "df", mutates="df s", before=TABLES),
    Case("summaries change nothing", "t = df.groupby('x').agg('sum')", "df", "t", before=TABLES),
    Case("a filter is a copy", "t = df[df.x > 0]\nt['y'] = 1", "df", "t", before=TABLES),
    Case("a column is no copy", "t = df['x']\nt[0] = 1", "df", "t", mutates="df s", before=TABLES),
    Case("copy is a copy", "t = df.copy()\nt['y'] = 1", "df", "t", before=TABLES),
    Case("out= changes", "np.add(1, 2, out=s)", "np s", mutates="s df", before=TABLES),
    Case("a query reads names", "df.query('x > @k')", "df k", before=TABLES + "k = 1"),
    Case(
        "fit changes the model and not the data",
        "m.fit(df)",
        "m df",
        mutates="m",
        before=TABLES + "from sklearn.svm import SVC\nm = SVC()",
    ),
    Case(
        "predict changes nothing",
        "p = m.predict(df)",
        "m df",
        "p",
        before=TABLES + "from sklearn.svm import SVC\nm = SVC()",
    ),
]
MAGICS = [
    Case("%time runs in the notebook", "%time y = x", "x", "y", before="x = 1"),
    Case("%%time does too", "%%time\ny = x", "x", "y", before="x = 1"),
    Case("%%capture binds its output", "%%capture out\ny = x", "x", "y out", before="x = 1"),
    Case("%%task is taken off", "%%task train --after a\n%%time\ny = x", "x", "y", before="x = 1"),
    Case("%timeit keeps its names", "%timeit -n 10 y = x", "x", before="x = 1"),
    Case("%%timeit too", "%%timeit s = x\ny = s", "x", before="x = 1"),
    Case("a command reads what is filled in", "!ls {x} $y {a,b}", "x y", before="x = 1\ny = 2"),
    Case("a command's lines", "files = !ls", "", "files"),
    Case("help", "x?", "", before="x = 1"),
]
CASES = [*NAMES, *CALLS, *LIBRARIES, *MAGICS]


def imports_aside(names: set[str]) -> set[str]:
    return names - {"pd", "np", "h"}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_cell_reads_and_writes(case: Case) -> None:
    facts = read(case.before, case.code)
    written = {
        how: {n for n, w in facts.writes.items() if w.how is how}
        for how in (How.BINDS, How.MAYBE, How.MUTATES, How.DELETES)
    }
    assert imports_aside(set(facts.reads)) == imports_aside(set(case.reads.split()))
    assert {how: imports_aside(names) for how, names in written.items()} == {
        How.BINDS: set(case.binds.split()),
        How.MAYBE: set(case.maybe.split()),
        How.MUTATES: set(case.mutates.split()),
        How.DELETES: set(case.deletes.split()),
    }


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("exec('x = 1')", "calls `exec`, which works on the names of the notebook by text"),
        ("globals()['x'] = 1", "calls `globals`, which works on the names of the notebook by text"),
        ("%run other.py", "uses `%run`, which may read and change any name"),
        ("%store x", "uses `%store`, which may read and change any name"),
        ("%%sql\nselect 1", "uses `%%sql`, which may read and change any name"),
        ("x = (", "is not Python ('(' was never closed)"),
        ("_ + 1", "reads `_`, which Jupyter sets from the cells that ran before"),
        ("Out[3]", "reads `Out`, which Jupyter sets from the cells that ran before"),
        ("def f():\n    return eval('x')\nf()", "calls `f`, which calls `eval`"),
    ],
)
def test_what_cannot_be_followed_is_said(code: str, why: str) -> None:
    (obstacle, *_) = read(code).obstacles
    assert obstacle.names
    assert obstacle.why.startswith(why)


@pytest.mark.parametrize("code", ["!pip install x", "%pip install x", "ls -l", "%%bash\necho 1"])
def test_a_shell_sees_no_names(code: str) -> None:
    (obstacle,) = read("x = 1", code).obstacles
    assert not obstacle.names
    assert read("x = 1", code).writes == {}


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("x = open('f')", "an open file"),
        ("x = (n for n in [1])", "a generator"),
        ("x = iter([1])", "an iterator, which is used up by reading it"),
        ("import sqlite3\nx = sqlite3.connect(':memory:')", "a database connection"),
        (
            "import matplotlib.pyplot as plt\nx = plt.figure()",
            "a figure, which lives in the kernel",
        ),
        ("x = {'f': [open('f')]}", "an open file"),
        ("def g():\n    yield 1\nx = g()", "a generator"),
        ("x = {}.keys()", "a view of a dict"),
    ],
)
def test_values_that_cannot_be_sent_are_known(code: str, reason: str) -> None:
    assert read(code).stuck["x"].startswith(reason)


@pytest.mark.parametrize(
    "code",
    [
        "x = sum(n for n in [1])",
        "x = sum(int(n) for n in ['1'])",
        "x = sum((n for n in [1]), 10)",
        "x = sum([[1], [2]], [])",
    ],
)
def test_a_sum_can_be_sent_though_the_iterator_cannot(code: str) -> None:
    assert read(code).stuck["x"] == ""


def test_the_sum_of_what_cannot_be_sent_cannot_be_sent() -> None:
    assert read("class A:\n    f = open('f')\nx = sum([A()])").stuck["x"] != ""


def test_an_open_file_is_used_under_its_path() -> None:
    facts = read("out = open('a.txt', 'w')", "out.write('x')")
    assert [(use.path, use.writes) for use in facts.files] == [("a.txt", True)]


@pytest.mark.parametrize(
    ("code", "path", "writes"),
    [
        ("import pandas as pd\npd.read_csv('d/x.csv')", "d/x.csv", False),
        ("df.to_csv('x.csv')", "x.csv", True),
        ("from pathlib import Path\n(Path('a') / 'b').write_text('')", "a/b", True),
        ("D = 'a'\nopen(f'{D}/b')", "a/b", False),
        ("open(name)", None, False),
        ("open('x', mode)", "x", True),
        ("import os\nos.makedirs(os.path.join('a', 'b'))", "a/b", True),
        ("def save(p):\n    open(p, 'w')\nsave('z')", "z", True),
        ("%%writefile a.py\nx = 1", "a.py", True),
    ],
)
def test_files_are_found_by_their_path(code: str, path: str | None, writes: bool) -> None:
    before = "import pandas as pd\ndf = pd.DataFrame()\nname = input\nmode = input"
    (use, *_) = read(before, code).files
    assert (use.path, use.writes) == (path, writes)


def test_a_name_is_bound_for_certain_only_where_the_cell_cannot_stop_before() -> None:
    reader = CellReader()
    facts = reader.read(parse_cell(0, "x = 1", may_raise=True))
    assert facts.writes["x"].how is How.MAYBE


def test_the_line_is_that_of_the_cell_as_written() -> None:
    facts = read("y = 1", "\n\n%%time\n# comment\nx = y")
    assert facts.reads["y"].line == 5


def test_a_read_through_a_function_names_the_function() -> None:
    facts = read("g = 1\ndef f():\n    return g", "f()")
    assert (facts.reads["g"].through, facts.reads["f"].through) == ("f", "")


def test_an_alias_is_linked_in_the_cell_that_makes_it() -> None:
    facts = read("a = []", "b = a", "b.append(1)")
    (mutation,) = facts.mutations
    assert mutation.names == {"a", "b"}
    assert mutation.linked_in == {1}


def test_another_value_is_no_alias_any_more() -> None:
    facts = read("a = []", "b = a", "b = [2]", "b.append(1)")
    assert facts.mutations[0].names == {"b"}


def test_random_numbers_are_seeded_and_drawn() -> None:
    facts = read("import numpy as np\nnp.random.seed(0)\nnp.random.rand()")
    found = [(t.resource, t.mode) for t in facts.touches if t.resource.startswith("random")]
    assert found == [("random:numpy", Mode.RESET), ("random", Mode.WRITE)]


def test_deep_recursion_is_followed_to_an_end() -> None:
    code = "def f(t):\n    return [f(x) for x in t]\nt = [[[]]]\nr = f(t)\nr.append(1)"
    assert read(code, "r.append(2)").mutations[0].names == {"r"}
