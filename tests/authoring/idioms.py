"""Small notebooks in the ways people write them, each with a trap for whoever runs its cells apart.

`tasks` is the number of tasks that are found, so that a change in how much runs side by side is
seen.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Idiom:
    """A notebook by its cells. Cells with `# %%` between them are easier to read than a list."""

    name: str
    code: str
    tasks: int

    @property
    def cells(self) -> list[str]:
        return [cell.strip("\n") for cell in self.code.split("# %%\n")]


IDIOMS = [
    Idiom(
        "a diamond",
        """
x = [1, 2, 3]
# %%
total = sum(x)
# %%
largest = max(x)
# %%
print(total, largest)
""",
        4,
    ),
    Idiom(
        "a name that is defined again",
        """
x = 1
# %%
print(x)
# %%
x = 2
# %%
print(x)
# %%
x = x + 1
print(x)
""",
        4,
    ),
    Idiom(
        "a list that grows from cell to cell",
        """
rows = []
# %%
rows.append("a")
# %%
print(rows)
# %%
rows.append("b")
# %%
print(rows)
""",
        3,
    ),
    Idiom(
        "another name for the same list",
        """
a = [1]
# %%
b = a
# %%
b.append(2)
# %%
print(a)
# %%
print(b)
""",
        3,
    ),
    Idiom(
        "a list inside a dict inside a tuple",
        """
inner = [1]
# %%
outer = ({"k": inner}, 5)
# %%
outer[0]["k"].append(2)
# %%
print(inner, outer)
""",
        1,
    ),
    Idiom(
        "a view of a table",
        """
import pandas as pd
# %%
df = pd.DataFrame({"x": [1, 2, 3], "y": [4, 5, 6]})
# %%
values = df["x"].to_numpy(copy=False)
print(values.sum())
# %%
df["z"] = df.x + df.y
# %%
df.drop(columns="y", inplace=True)
# %%
print(df)
# %%
print(df.describe().round(1))
""",
        5,
    ),
    Idiom(
        "two filtered copies of one table",
        """
import pandas as pd
# %%
df = pd.DataFrame({"x": [1, 2, 3, 4]})
# %%
small = df[df.x < 3]
small = small.assign(kind="small")
# %%
large = df[df.x >= 3].copy()
large["kind"] = "large"
# %%
print(pd.concat([small, large]))
""",
        4,
    ),
    Idiom(
        "a function that reads a global",
        """
def scaled(n):
    return n * factor
# %%
factor = 2
# %%
print(scaled(3))
# %%
factor = 10
# %%
print(scaled(3))
""",
        2,
    ),
    Idiom(
        "a function that changes a global",
        """
counts = {}
# %%
def count(word):
    counts[word] = counts.get(word, 0) + 1
# %%
count("a")
# %%
count("a")
count("b")
# %%
print(counts)
""",
        1,
    ),
    Idiom(
        "a function that binds a global",
        """
n = 0
def tick():
    global n
    n += 1
# %%
tick()
# %%
tick()
# %%
print(n)
""",
        1,
    ),
    Idiom(
        "a default that remembers",
        """
def remember(x, seen=[]):
    seen.append(x)
    return list(seen)
# %%
print(remember(1))
# %%
print(remember(2))
""",
        1,
    ),
    Idiom(
        "a closure that counts",
        """
def counter():
    n = 0
    def step():
        nonlocal n
        n += 1
        return n
    return step
# %%
step = counter()
# %%
print(step())
# %%
print(step())
""",
        1,
    ),
    Idiom(
        "a class of the notebook",
        """
class Account:
    def __init__(self, owner):
        self.owner = owner
        self.entries = []
    def pay(self, amount):
        self.entries.append(amount)
    @property
    def balance(self):
        return sum(self.entries)
# %%
ann = Account("ann")
# %%
bob = Account("bob")
# %%
ann.pay(3)
# %%
bob.pay(4)
# %%
print(ann.owner, ann.balance, isinstance(ann, Account))
# %%
print(bob.owner, bob.balance, type(bob) is Account)
""",
        2,
    ),
    Idiom(
        "a class attribute that is shared",
        """
class Registry:
    known = []
    def add(self, name):
        self.known.append(name)
# %%
one = Registry()
# %%
two = Registry()
# %%
one.add("x")
# %%
print(two.known)
""",
        1,
    ),
    Idiom(
        "a class attribute that counts",
        """
class Thing:
    made = 0
    def __init__(self):
        Thing.made += 1
# %%
a = Thing()
# %%
b = Thing()
# %%
print(Thing.made)
""",
        1,
    ),
    Idiom(
        "dataclasses and enums that are compared",
        """
from dataclasses import dataclass
from enum import Enum

class Color(Enum):
    RED = 1
    BLUE = 2

@dataclass
class Point:
    x: int
    y: int
# %%
p = Point(1, 2)
c = Color.RED
# %%
print(p == Point(1, 2), c is Color.RED, c == Color.BLUE)
# %%
p.x = 5
# %%
print(p)
""",
        3,
    ),
    Idiom(
        "conditional definitions",
        """
mode = "fast"
limit = 10
# %%
if mode == "slow":
    limit = 100
# %%
print(limit)
# %%
for mode in ["a", "b"]:
    limit += 1
# %%
print(limit, mode)
""",
        4,
    ),
    Idiom(
        "loops that use the same names",
        """
xs = [1, 2, 3]
# %%
total = 0
for i in xs:
    total += i
print(total)
# %%
product = 1
for i in xs:
    product *= i
print(product)
# %%
print(i)
""",
        3,
    ),
    Idiom(
        "names that exist for a while",
        """
tmp = [1, 2]
kept = tmp
# %%
del tmp
# %%
kept.append(3)
# %%
try:
    print(tmp)
except NameError as error:
    print("gone", error)
# %%
print(kept)
""",
        3,
    ),
    Idiom(
        "a generator used up in steps",
        """
numbers = (n * n for n in range(5))
# %%
print(next(numbers))
# %%
print(list(numbers))
# %%
print(list(numbers))
""",
        1,
    ),
    Idiom(
        "map and zip are iterators",
        """
doubled = map(lambda n: n * 2, [1, 2, 3])
# %%
first = next(doubled)
# %%
print(first, list(doubled))
# %%
pairs = zip("ab", [1, 2])
# %%
print(dict(pairs), list(pairs))
""",
        2,
    ),
    Idiom(
        "an open file",
        """
out = open("log.txt", "w")
# %%
out.write("one\\n")
# %%
out.write("two\\n")
out.close()
# %%
print(open("log.txt").read())
""",
        1,
    ),
    Idiom(
        "files written and read by their names",
        """
import json
from pathlib import Path
OUT = Path("out")
# %%
OUT.mkdir(exist_ok=True)
# %%
(OUT / "a.json").write_text(json.dumps([1]))
# %%
(OUT / "b.json").write_text(json.dumps([2]))
# %%
print(json.loads((OUT / "a.json").read_text()))
# %%
print(sorted(p.name for p in OUT.glob("*.json")))
""",
        5,
    ),
    Idiom(
        "a file written through a function",
        """
def save(name, text):
    with open(name, "w") as out:
        out.write(text)
# %%
save("x.txt", "hello")
# %%
save("y.txt", "world")
# %%
print(open("x.txt").read())
""",
        2,
    ),
    Idiom(
        "seeded random numbers",
        """
import random
import numpy as np
np.random.seed(1)
random.seed(1)
# %%
a = np.random.rand(2).round(3)
# %%
b = np.random.rand(2).round(3)
c = random.random()
# %%
print(a, c)
# %%
print(b)
# %%
print("nothing random")
""",
        4,
    ),
    Idiom(
        "a generator of random numbers of its own",
        """
import numpy as np
rng = np.random.default_rng(3)
# %%
a = rng.integers(10, size=3)
# %%
b = rng.integers(10, size=3)
# %%
print(a)
# %%
print(b)
""",
        3,
    ),
    Idiom(
        "settings of libraries",
        """
import numpy as np
np.set_printoptions(precision=2)
# %%
x = np.array([1 / 3, 2 / 3])
# %%
print(x)
# %%
np.set_printoptions(precision=4)
# %%
print(x)
""",
        3,
    ),
    Idiom(
        "a setting in the middle of work",
        """
import pandas as pd
# %%
s = pd.Series([1 / 3])
pd.set_option("display.precision", 3)
# %%
print(s)
# %%
pd.set_option("display.precision", 5)
print(s)
# %%
print(s)
""",
        4,
    ),
    Idiom(
        "the environment",
        """
import os
# %%
print(os.environ.get("NBFLOW_TEST_X"))
# %%
os.environ["NBFLOW_TEST_X"] = "1"
# %%
print(os.environ["NBFLOW_TEST_X"])
# %%
env = os.environ
env["NBFLOW_TEST_X"] = "2"
# %%
print(os.getenv("NBFLOW_TEST_X"))
""",
        3,
    ),
    Idiom(
        "code from text",
        """
x = 1
# %%
exec("y = x + 1")
# %%
print(y)
# %%
globals()["z"] = y + 1
# %%
print(z)
""",
        1,
    ),
    Idiom(
        "everything from a module",
        """
from math import *
# %%
print(floor(2.5))
# %%
e = 3
# %%
print(e, ceil(2.5))
""",
        2,
    ),
    Idiom(
        "names hidden by everything from a module",
        """
e = 3
pi = 4
# %%
print(e)
# %%
from math import e, tau
from math import *
# %%
print(round(e, 3), round(pi, 3))
""",
        3,
    ),
    Idiom(
        "names in the text of a query",
        """
import pandas as pd
df = pd.DataFrame({"x": [1, 2, 3]})
# %%
limit = 1
# %%
print(df.query("x > @limit"))
# %%
limit = 2
# %%
print(df.query("x > @limit"))
""",
        5,
    ),
    Idiom(
        "models that are fitted",
        """
from sklearn.linear_model import LinearRegression
import numpy as np
X = np.arange(10).reshape(-1, 1)
y = 3 * X.ravel() + 1
# %%
model = LinearRegression()
# %%
model.fit(X, y)
# %%
print(model.coef_.round(3))
# %%
print(model.predict([[2]]).round(3))
""",
        5,
    ),
    Idiom(
        "unpacking and swapping",
        """
a, b = [1], [2]
# %%
a, b = b, a
# %%
a.append(3)
# %%
print(a, b)
# %%
first, *rest = [a, b, 5]
# %%
rest[0].append(9)
# %%
print(b, first)
""",
        1,
    ),
    Idiom(
        "comprehensions, walrus and scopes",
        """
n = 10
# %%
squares = [n * n for n in range(3)]
# %%
print(n, squares)
# %%
print([last := s for s in squares], last)
# %%
print(last)
""",
        4,
    ),
    Idiom(
        "builtins that get another meaning",
        """
print(sum([1, 2]))
# %%
sum = 7
# %%
print(sum)
# %%
del sum
# %%
print(sum([3, 4]))
""",
        4,
    ),
    Idiom(
        "lambdas in a dict",
        """
factor = 2
# %%
operations = {"scale": lambda n: n * factor, "shift": lambda n: n + 1}
# %%
factor = 5
# %%
print(operations["scale"](3), operations["shift"](3))
""",
        2,
    ),
    Idiom(
        "exceptions and retries",
        """
attempts = []
def flaky():
    attempts.append(len(attempts))
    if len(attempts) < 3:
        raise ValueError("no")
    return "yes"
# %%
for _ in range(5):
    try:
        result = flaky()
        break
    except ValueError as error:
        print(error)
# %%
print(result, attempts)
""",
        1,
    ),
    Idiom(
        "itertools and partial",
        """
from functools import partial, reduce
from itertools import chain, count
def power(base, exponent):
    return base ** exponent
square = partial(power, exponent=2)
# %%
ids = count(1)
# %%
a = [next(ids), square(3)]
# %%
b = [next(ids), reduce(lambda x, y: x + y, chain([1], [2]))]
# %%
print(a)
# %%
print(b)
""",
        1,
    ),
    Idiom(
        "a context manager of the notebook",
        """
from contextlib import contextmanager
log = []
@contextmanager
def section(name):
    log.append("in " + name)
    yield name
    log.append("out " + name)
# %%
with section("a") as name:
    print(name)
# %%
with section("b"):
    pass
# %%
print(log)
""",
        1,
    ),
    Idiom(
        "recursion",
        """
def depth(tree):
    return 1 + max((depth(t) for t in tree), default=0)
# %%
tree = [[], [[]]]
# %%
print(depth(tree))
# %%
print(depth(tree[1]))
# %%
tree[0].append([[[]]])
# %%
print(depth(tree))
""",
        4,
    ),
    Idiom(
        "a decorator of the notebook",
        """
calls = []
def logged(function):
    def wrapper(*args):
        calls.append(function.__name__)
        return function(*args)
    return wrapper
# %%
@logged
def double(x):
    return 2 * x
# %%
print(double(4))
# %%
print(double(5))
# %%
print(calls)
""",
        1,
    ),
    Idiom(
        "a cached function",
        """
from functools import lru_cache
@lru_cache
def slow(n):
    print("computing", n)
    return n * n
# %%
print(slow(3))
# %%
print(slow(3))
""",
        1,
    ),
    Idiom(
        "matplotlib, an object at a time",
        """
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
# %%
fig, ax = plt.subplots()
# %%
ax.plot([1, 2], [3, 4])
# %%
ax.set_title("t")
print(len(ax.lines), ax.get_title())
# %%
print("no plot")
""",
        2,
    ),
    Idiom(
        "matplotlib, the figure at hand",
        """
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
# %%
_ = plt.plot([1, 2])
# %%
_ = plt.title("t")
# %%
print(plt.gca().get_title(), len(plt.gca().lines))
# %%
plt.figure()
print(len(plt.gca().lines))
""",
        1,
    ),
    Idiom(
        "counters and default dicts",
        """
from collections import Counter, defaultdict
words = "a b a".split()
# %%
counted = Counter(words)
groups = defaultdict(list)
# %%
for w in words:
    groups[w].append(len(w))
# %%
counted.update(["b", "b"])
# %%
print(counted.most_common(1))
# %%
print(dict(groups))
""",
        4,
    ),
    Idiom(
        "arrays in place",
        """
import numpy as np
a = np.zeros(4)
view = a[1:3]
# %%
view += 5
# %%
print(a)
# %%
np.add(a, 1, out=a)
# %%
print(view)
# %%
b = a * 2
b[0] = 100
# %%
print(a, b)
""",
        4,
    ),
    Idiom(
        "sorting and shuffling in place",
        """
import random
xs = [3, 1, 2]
ys = sorted(xs)
# %%
xs.sort(reverse=True)
# %%
print(xs, ys)
# %%
random.Random(0).shuffle(xs)
# %%
print(xs)
""",
        4,
    ),
    Idiom(
        "printing through a global alias",
        """
say = print
# %%
say("hi")
# %%
items = [1]
same = items if len(items) else []
# %%
same += [2]
# %%
say(items)
""",
        4,
    ),
    Idiom(
        "logging",
        """
import logging
logging.basicConfig(level="WARNING")
logger = logging.getLogger("demo")
# %%
x = 1
logger.info("x is %s", x)
# %%
y = 2
logger.info("y is %s", y)
# %%
print(x + y, logger.level)
""",
        3,
    ),
    Idiom(
        "methods that hand back themselves",
        """
class Builder:
    def __init__(self):
        self.parts = []
    def add(self, part):
        self.parts.append(part)
        return self
# %%
b = Builder()
# %%
c = b.add(1).add(2)
# %%
c.add(3)
# %%
print(b.parts)
""",
        1,
    ),
    Idiom(
        "an instance that changes when it is looked at",
        """
class Once:
    def __init__(self):
        self.seen = 0
    @property
    def value(self):
        self.seen += 1
        return self.seen
    def __len__(self):
        self.seen += 10
        return 1
# %%
o = Once()
# %%
print(o.value)
# %%
print(len(o))
# %%
print(o.value)
""",
        1,
    ),
    Idiom(
        "a module whose attribute is set",
        """
import string
# %%
print(string.digits)
# %%
string.digits = "none"
# %%
print(string.digits)
""",
        2,
    ),
    Idiom(
        "identity",
        """
a = object()
# %%
b = a
# %%
print(a is b, b is None)
""",
        1,
    ),
    Idiom(
        "methods called by their class",
        """
xs = [2]
# %%
list.append(xs, 1)
# %%
dict.update(d := {}, a=1)
# %%
print(xs, d)
""",
        3,
    ),
    Idiom(
        "a function handed to another one",
        """
state = {"n": 0}
def bump(x):
    state["n"] += x
    return state["n"]
# %%
print(list(map(bump, [1, 2])))
# %%
results = [bump(3) for _ in range(2)]
# %%
print(results, state)
""",
        1,
    ),
    Idiom(
        "a callback that changes its argument",
        """
rows = [{"x": 1}, {"x": 2}]
def mark(row):
    row["seen"] = True
    return row["x"]
# %%
print(sum(map(mark, rows)))
# %%
print(rows)
""",
        1,
    ),
    Idiom(
        "late binding through two functions",
        """
def outer(n):
    return inner(n) + 1
# %%
def inner(n):
    return n * scale
# %%
scale = 2
# %%
print(outer(1))
# %%
def inner(n):
    return -n
# %%
print(outer(1))
""",
        2,
    ),
    Idiom(
        "match statements and f-strings",
        """
command = {"do": "add", "n": [1]}
# %%
match command:
    case {"do": "add", "n": target}:
        target.append(5)
    case _:
        target = None
# %%
print(f"{command!r:>10} {target}")
""",
        1,
    ),
    Idiom(
        "threads of the notebook",
        """
import threading
done = []
def work(n):
    done.append(n)
# %%
threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
# %%
for t in threads:
    t.start()
# %%
for t in threads:
    t.join()
# %%
print(sorted(done))
""",
        1,
    ),
    Idiom(
        "the time since an earlier cell",
        """
import time
start = time.time()
# %%
time.sleep(0.05)
# %%
print(time.time() - start >= 0.05)
""",
        3,
    ),
    Idiom(
        "a name with two owners",
        """
a = b = []
# %%
a.append(1)
# %%
print(b)
""",
        1,
    ),
    Idiom(
        "rows that are one row",
        """
grid = [[0] * 2] * 2
# %%
row = grid[0]
# %%
row[1] = 5
# %%
print(grid)
""",
        1,
    ),
    Idiom(
        "adding to a list through another name",
        """
a = [1]
b = a
# %%
b += [2]
# %%
print(a)
# %%
a = a + [3]
# %%
print(a, b)
""",
        4,
    ),
    Idiom(
        "attributes of functions",
        """
def f():
    f.calls += 1
    return f.calls
f.calls = 0
# %%
print(f())
# %%
print(f())
""",
        1,
    ),
    Idiom(
        "inheritance and super",
        """
class Base:
    log = []
    def __init__(self, name):
        self.name = name
        self.log.append(name)
class Child(Base):
    def __init__(self, name):
        super().__init__(name.upper())
        self.extra = []
    def grow(self):
        self.extra.append(len(self.log))
# %%
a = Child("a")
# %%
b = Child("b")
# %%
a.grow()
# %%
print(a.name, a.extra, b.extra, Base.log)
""",
        1,
    ),
    Idiom(
        "arguments by star",
        """
def add(target, *values, **named):
    target.extend(values)
    target.append(named)
# %%
xs, args, named = [], [1, 2], {"k": 3}
# %%
add(xs, *args, **named)
# %%
add(*[xs, 4])
# %%
print(xs, args)
""",
        3,
    ),
    Idiom(
        "operators as functions",
        """
import operator
from functools import reduce
d = {}
# %%
operator.setitem(d, "a", 1)
# %%
put = operator.methodcaller("update", {"b": 2})
put(d)
# %%
print(reduce(operator.add, d.values()), d)
""",
        1,
    ),
    Idiom(
        "wrappers that hold what they are given",
        """
from types import SimpleNamespace
from typing import cast
xs = [1]
# %%
ns = SimpleNamespace(items=xs)
same = cast(list, xs)
# %%
ns.items.append(2)
# %%
same.append(3)
# %%
print(xs)
""",
        1,
    ),
    Idiom(
        "parsed JSON that is changed inside",
        """
import json
config = json.loads('{"a": {"b": [1]}}')
# %%
inner = config["a"]
# %%
inner["b"].append(2)
# %%
print(config)
""",
        1,
    ),
    Idiom(
        "a list of tables",
        """
import pandas as pd
frames = {name: pd.DataFrame({"x": [i]}) for i, name in enumerate("ab")}
# %%
frames["a"]["y"] = 1
# %%
for frame in frames.values():
    frame["z"] = 2
# %%
print(pd.concat(frames.values()).fillna(0))
""",
        1,
    ),
    Idiom(
        "choosing elements that are changed",
        """
import random
random.seed(2)
pool = [{"n": 1}, {"n": 2}]
# %%
chosen = random.choice(pool)
chosen["n"] += 10
# %%
print(sorted(p["n"] for p in pool))
""",
        1,
    ),
    Idiom(
        "a loop that carries state over",
        """
queue = [1, 2, 3]
seen = []
# %%
while queue:
    item = queue.pop()
    if item > 1:
        queue.append(item - 2)
    seen.append(item)
# %%
print(seen)
# %%
print(item, queue)
""",
        3,
    ),
    Idiom(
        "a finally clause",
        """
log = []
try:
    value = int("5")
finally:
    log.append("done")
# %%
try:
    value = int("x")
except ValueError:
    log.append("bad")
else:
    log.append("good")
# %%
print(value, log)
""",
        1,
    ),
    Idiom(
        "deleting and replacing parts",
        """
d = {"a": [1, 2, 3], "b": 2}
xs = d["a"]
# %%
del d["b"]
# %%
xs[1:] = [9]
# %%
print(d)
# %%
del xs
print(len(d["a"]))
""",
        3,
    ),
    Idiom(
        "a property of a table by attribute",
        """
import pandas as pd
df = pd.DataFrame({"x": [1, 2]})
# %%
df.columns = ["y"]
# %%
df.attrs["unit"] = "m"
# %%
print(list(df), df.attrs)
""",
        1,
    ),
    Idiom(
        "a name of the notebook in a formula",
        """
import pandas as pd
df = pd.DataFrame({"x": [1, 2, 3]})
# %%
k = 2
# %%
print(df.eval("x * @k").tolist())
# %%
k = 3
print(df.eval(f"x * @k").tolist())
""",
        4,
    ),
    Idiom(
        "sets and their order of work",
        """
done = set()
def step(name):
    if name in done:
        return f"{name} again"
    done.add(name)
    return name
# %%
print(step("a"))
# %%
print(step("a"))
# %%
print(step("b"), len(done))
""",
        1,
    ),
    Idiom(
        "printing a number that a function made global",
        """
def load():
    global table
    table = [1, 2]
# %%
load()
# %%
print(sum(table))
# %%
load()
table.append(3)
# %%
print(table)
""",
        3,
    ),
    Idiom(
        "nested functions that share a variable",
        """
def make():
    total = [0]
    def add(n):
        total[0] += n
    def get():
        return total[0]
    return add, get
# %%
add, get = make()
# %%
add(5)
# %%
add(6)
# %%
print(get())
""",
        1,
    ),
    Idiom(
        "sorted with a key that remembers",
        """
order = []
def key(x):
    order.append(x)
    return -x
# %%
print(sorted([1, 3, 2], key=key))
# %%
print(order)
""",
        1,
    ),
    Idiom(
        "a table that is grouped before it changes",
        """
import pandas as pd
df = pd.DataFrame({"k": ["a", "b", "a"], "v": [1, 2, 3]})
# %%
groups = df.groupby("k")
# %%
df["v"] = df["v"] * 10
# %%
print(groups["v"].sum().to_dict())
# %%
print(df["v"].sum())
""",
        3,
    ),
    Idiom(
        "a series that is a row of a table",
        """
import pandas as pd
df = pd.DataFrame({"v": [1, 2]})
s = df["v"]
t = s
# %%
t[0] = 100
# %%
print(s.tolist(), t.tolist())
# %%
print(df.v.tolist())
""",
        3,
    ),
    Idiom(
        "enumerate and unpacked pairs",
        """
rows = [[1], [2]]
# %%
for i, row in enumerate(rows):
    row.append(i)
# %%
for key, value in {"a": rows}.items():
    value.append(key)
# %%
print(rows)
""",
        1,
    ),
    Idiom(
        "swapping through a helper",
        """
def swap(pair):
    pair[0], pair[1] = pair[1], pair[0]
    return pair
# %%
p = [[1], [2]]
# %%
q = swap(p)
# %%
q[0].append(3)
# %%
print(p)
""",
        1,
    ),
    Idiom(
        "io in memory",
        """
import io, csv
buffer = io.StringIO()
writer = csv.writer(buffer)
# %%
writer.writerow([1, 2])
# %%
writer.writerow([3, 4])
# %%
print(buffer.getvalue().split())
""",
        1,
    ),
    Idiom(
        "a database in memory",
        """
import sqlite3
con = sqlite3.connect(":memory:")
con.execute("create table t (x)")
# %%
con.executemany("insert into t values (?)", [(1,), (2,)])
# %%
print(con.execute("select sum(x) from t").fetchone())
""",
        1,
    ),
    Idiom(
        "what the last cell showed",
        """
1 + 1
# %%
x = 5
# %%
print(x)
""",
        2,
    ),
    Idiom(
        "warnings and filters",
        """
import warnings
warnings.filterwarnings("ignore")
# %%
warnings.warn("quiet")
print("one")
# %%
print("two")
""",
        2,
    ),
    Idiom(
        "one name for many things",
        """
data = [3, 1]
# %%
data = sorted(data)
print(data)
# %%
data = {"n": len(data)}
# %%
print(data)
# %%
data = sum(data.values())
print(data)
""",
        3,
    ),
    Idiom(
        "a chain of pipes",
        """
import pandas as pd
def add_total(df):
    df = df.copy()
    df["total"] = df.a + df.b
    return df
def spoil(df):
    df["a"] = 0
    return df
# %%
raw = pd.DataFrame({"a": [1], "b": [2]})
# %%
good = raw.pipe(add_total)
# %%
print(raw.to_dict("list"))
# %%
bad = raw.pipe(spoil)
# %%
print(raw.to_dict("list"), good.to_dict("list"))
""",
        3,
    ),
    Idiom(
        "a logger whose level changes",
        """
import logging
logger = logging.getLogger("nbflow-demo")
# %%
print(logger.isEnabledFor(10))
# %%
logger.setLevel(10)
# %%
print(logger.isEnabledFor(10))
# %%
logger.propagate = False
# %%
print(logger.propagate)
""",
        3,
    ),
    Idiom(
        "a file that is read in steps",
        """
import pandas as pd
from pathlib import Path
Path("n.csv").write_text("x\\n1\\n2\\n3\\n")
# %%
chunks = pd.read_csv("n.csv", chunksize=2)
# %%
print(len(next(chunks)))
# %%
print(sum(len(c) for c in chunks))
""",
        1,
    ),
    Idiom(
        "a display that is updated",
        """
from IPython.display import display, update_display
display("a", display_id="x")
# %%
y = 1
# %%
update_display("b", display_id="x")
""",
        2,
    ),
    Idiom(
        "logs and loops over one index",
        """
total = {}
for name in ["a", "b"]:
    total[name] = len(name)
# %%
for name in total:
    print(name, total[name])
# %%
for name in total:
    total[name] *= 2
# %%
print(total)
""",
        3,
    ),
    Idiom(
        "a function defined under a condition",
        """
flag = len("a") > 3
# %%
if flag:
    def area(r):
        return r
else:
    def area(r):
        return r * pi
# %%
pi = 3
# %%
print(area(2))
# %%
pi = 4
print(area(2))
""",
        3,
    ),
    Idiom(
        "generators that are handed on",
        """
def numbers(stop):
    for n in range(stop):
        seen.append(n)
        yield n
seen = []
# %%
stream = numbers(3)
# %%
print(seen)
# %%
print(list(stream))
# %%
print(seen)
""",
        1,
    ),
    Idiom(
        "a stack of decorators and a static method",
        """
from functools import wraps
def twice(function):
    @wraps(function)
    def wrapper(x):
        return function(function(x))
    return wrapper
class Tools:
    unit = 2
    @staticmethod
    def add(x):
        return x + 1
    @classmethod
    def scale(cls, x):
        return x * cls.unit
@twice
def grow(x):
    return Tools.add(x)
# %%
a = grow(1)
# %%
b = Tools.scale(3)
# %%
Tools.unit = 5
# %%
print(a, b, Tools.scale(3))
""",
        1,
    ),
    Idiom(
        "tables joined and changed after",
        """
import pandas as pd
left = pd.DataFrame({"k": [1, 2], "v": [3, 4]})
right = pd.DataFrame({"k": [1, 2], "w": [5, 6]})
# %%
both = left.merge(right, on="k")
# %%
left["v"] = 0
# %%
print(both)
# %%
print(left)
""",
        3,
    ),
    Idiom(
        "sums over nested loops",
        """
matrix = [[1, 2], [3, 4]]
# %%
flat = [x for row in matrix for x in row]
# %%
matrix[0][0] = 100
# %%
print(flat, matrix)
# %%
print(sum(sum(row) for row in matrix))
""",
        5,
    ),
    Idiom(
        "a counter in a module of the standard library",
        """
import itertools
ticket = itertools.count()
def take():
    return next(ticket)
# %%
print(take())
# %%
print(take())
""",
        1,
    ),
]
