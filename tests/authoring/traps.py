"""More small notebooks in the manner of `idioms.py`: each was a wrong result once, or nearly one,
here or in a tool of the same kind.
"""

from __future__ import annotations

from tests.authoring.idioms import Idiom

TRAPS = [
    Idiom(
        "a pipeline fitted in a cell of its own",
        """
import numpy as np
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
# %%
pipe = make_pipeline(StandardScaler())
# %%
pipe.fit(np.arange(6.0).reshape(3, 2))
# %%
print(pipe.transform([[1.0, 2.0]]))
""",
        1,
    ),
    Idiom(
        "a cloned model",
        """
import numpy as np
from sklearn.base import clone
from sklearn.linear_model import LinearRegression
# %%
m = clone(LinearRegression())
# %%
m.fit([[1.0],[2.0]], [1.0, 2.0])
# %%
print(m.predict([[3.0]]).round(3))
""",
        1,
    ),
    Idiom(
        "a model that was copied",
        """
import copy
from sklearn.linear_model import LinearRegression
# %%
base = LinearRegression()
# %%
m = copy.deepcopy(base)
# %%
m.fit([[1.0],[2.0]], [1.0, 2.0])
# %%
print(m.predict([[3.0]]).round(3))
""",
        1,
    ),
    Idiom(
        "a model that was loaded",
        """
import pickle
from sklearn.linear_model import LinearRegression
# %%
m = pickle.loads(pickle.dumps(LinearRegression()))
# %%
m.fit([[1.0],[2.0]], [1.0, 2.0])
# %%
print(m.predict([[3.0]]).round(3))
""",
        1,
    ),
    Idiom(
        "defaultdict of lists shared element",
        """
from collections import defaultdict
# %%
v = [1]
# %%
d = defaultdict(list)
d["a"].append(v)
# %%
for vs in d.values():
    for w in vs:
        w.append(5)
# %%
print(v)
""",
        1,
    ),
    Idiom(
        "objects that are keys",
        """
class K:
    pass
# %%
k = K()
# %%
d = {k: 1}
# %%
for q in d:
    q.n = 5
# %%
print(k.n)
""",
        1,
    ),
    Idiom(
        "objects in tuples that are keys",
        """
class K:
    pass
# %%
k = K()
k.n = 1
d = {}
# %%
d[(k, 1)] = 1
# %%
for (q, one), two in d.items():
    q.n = 5
# %%
print(k.n)
""",
        1,
    ),
    Idiom(
        "a file read in chunks",
        """
import pandas as pd
pd.DataFrame({"x": range(6)}).to_csv("c.csv")
# %%
parts = list(pd.read_csv("c.csv", chunksize=2))
# %%
for p in parts:
    p["y"] = 1
# %%
print(sum(p.y.sum() for p in parts))
""",
        1,
    ),
    Idiom(
        "matches in a list",
        """
import re
# %%
ms = list(re.finditer("a", "banana"))
# %%
print(len(ms))
# %%
print(ms[0].start())
""",
        1,
    ),
    Idiom(
        "a column set by its position",
        """
import pandas as pd
# %%
df = pd.DataFrame({"x": [1, 2]})
# %%
df.isetitem(0, [5, 6])
# %%
print(df)
""",
        1,
    ),
    Idiom(
        "exceptions with custom init in a list",
        """
class Bad(Exception):
    def __init__(self, n):
        super().__init__(f"bad {n}")
# %%
errors = [Bad(3)]
# %%
print(errors[0])
# %%
print(len(errors))
""",
        1,
    ),
    Idiom(
        "list subclass",
        """
class L(list):
    def append(self, x):
        super().append(x * 2)
# %%
l = L()
l.append(1)
# %%
l.append(2)
# %%
print(l)
# %%
print(isinstance(l, L))
""",
        1,
    ),
    Idiom(
        "a named tuple",
        """
from collections import namedtuple
P = namedtuple("P", "x y")
# %%
p = P(1, 2)
# %%
print(p, isinstance(p, P))
# %%
print(p._replace(x=3))
""",
        3,
    ),
    Idiom(
        "a typed named tuple",
        """
from typing import NamedTuple
class P(NamedTuple):
    x: int
    y: int = 2
# %%
p = P(1)
# %%
print(p, isinstance(p, P))
# %%
print(p._replace(x=3) == P(3))
""",
        3,
    ),
    Idiom(
        "class redefined",
        """
class A:
    def f(self): return 1
# %%
a = A()
# %%
class A:
    def f(self): return 2
# %%
print(a.f(), isinstance(a, A))
# %%
print(A().f())
""",
        2,
    ),
    Idiom(
        "class between cells",
        """
x = [1]
# %%
class A:
    n = 3
# %%
a = A()
# %%
x.append(a.n)
# %%
print(x, isinstance(a, A))
""",
        3,
    ),
    Idiom(
        "method stored",
        """
class A:
    def __init__(self): self.n = 0
    def up(self):
        self.n += 1
        return self.n
# %%
a = A()
# %%
up = a.up
# %%
up()
# %%
print(a.n)
# %%
print(up())
""",
        3,
    ),
    Idiom(
        "instance reads global",
        """
class A:
    def f(self): return g
# %%
a = A()
# %%
g = 1
# %%
print(a.f())
# %%
g = 2
# %%
print(a.f())
""",
        5,
    ),
    Idiom(
        "hash by identity, set of instances",
        """
class N:
    def __init__(self, v): self.v = v
    def __hash__(self): return hash(self.v)
    def __eq__(self, o): return isinstance(o, N) and o.v == self.v
# %%
s = {N(1), N(2)}
# %%
print(N(1) in s)
# %%
print(sorted(n.v for n in s))
""",
        3,
    ),
    Idiom(
        "transformer that changes its argument inside a pipeline",
        """
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.pipeline import Pipeline, make_pipeline
class InPlace(BaseEstimator, TransformerMixin):
    def fit(self, X, y=None):
        self.n_ = len(X)
        return self
    def transform(self, X):
        X["z"] = 0
        return X
# %%
df = pd.DataFrame({"x": [1, 2]})
# %%
pipe = Pipeline([("i", InPlace())])
# %%
out = pipe.fit_transform(df)
# %%
print(df)
# %%
print(out)
""",
        5,
    ),
    Idiom(
        "function transformer",
        """
import pandas as pd
from sklearn.preprocessing import FunctionTransformer
calls = []
def note(X):
    calls.append(len(X))
    return X
# %%
ft = FunctionTransformer(note)
# %%
a = ft.transform([[1], [2]])
# %%
print(calls)
# %%
print(a)
""",
        3,
    ),
    Idiom(
        "a styled table",
        """
import pandas as pd
# %%
df = pd.DataFrame({"x": [1.234]})
# %%
st = df.style
# %%
st.format("{:.1f}")
# %%
print("1.2<" in st.to_html(), "1.234" in st.to_html())
""",
        1,
    ),
    Idiom(
        "pickled instance",
        """
import pickle
class Acc:
    def __init__(self): self.n = 0
    def pay(self): self.n += 1
# %%
data = pickle.dumps(Acc())
# %%
acc = pickle.loads(data)
# %%
acc.pay()
# %%
print(acc.n)
""",
        1,
    ),
    Idiom(
        "deep copies of nested",
        """
import copy
# %%
a = {"k": [[1], [2]]}
# %%
b = copy.deepcopy(a)
# %%
b["k"][0].append(9)
# %%
print(a)
# %%
print(b)
""",
        3,
    ),
    Idiom(
        "a model that keeps what it gave",
        """
from sklearn.decomposition import PCA
from sklearn.manifold import MDS
import numpy as np
# %%
m = MDS(2, n_init=1, init="random", max_iter=5, random_state=0, normalized_stress="auto")
X = np.arange(12.0).reshape(4, 3)
# %%
e = m.fit_transform(X)
# %%
e[:] = 0
# %%
print(m.embedding_.sum())
""",
        1,
    ),
    Idiom(
        "numpy out with view results",
        """
import numpy as np
# %%
a = np.arange(3.0)
b = np.empty(3)
# %%
np.sqrt(a, b)
# %%
print(b)
# %%
np.add(a, 1, a)
# %%
print(a)
""",
        3,
    ),
    Idiom(
        "metaclass registry",
        """
reg = {}
class M(type):
    def __init__(cls, name, b, ns):
        reg[name] = cls
        super().__init__(name, b, ns)
# %%
class A(metaclass=M): pass
# %%
print(sorted(reg))
# %%
class B(A): pass
# %%
print(sorted(reg))
""",
        1,
    ),
    Idiom(
        "one list under many keys",
        """
base = []
# %%
d = dict.fromkeys("ab", base)
# %%
d["a"].append(1)
# %%
print(base, d["b"])
""",
        1,
    ),
    Idiom(
        "random numbers of scipy",
        """
import numpy as np
from scipy import stats
np.random.seed(3)
# %%
a = stats.norm.rvs(size=2).round(3)
# %%
b = stats.poisson(3).rvs(2)
# %%
print(a)
# %%
print(b)
""",
        3,
    ),
    Idiom(
        "files that are renamed",
        """
from pathlib import Path
import os, shutil
# %%
Path("x.txt").write_text("x")
# %%
os.rename("x.txt", "y.txt")
# %%
shutil.copy("y.txt", "z.txt")
# %%
print(Path("z.txt").read_text())
# %%
os.remove("y.txt")
# %%
print(sorted(os.listdir(".")))
""",
        6,
    ),
    Idiom(
        "print to file",
        """
f = open("o.txt", "w")
# %%
print("hello", file=f)
# %%
print("more", file=f, flush=True)
# %%
f.close()
# %%
print(open("o.txt").read())
""",
        1,
    ),
    Idiom(
        "csv writer",
        """
import csv
f = open("o.csv", "w", newline="")
# %%
w = csv.writer(f)
# %%
w.writerow([1, 2])
# %%
f.close()
# %%
print(open("o.csv").read())
""",
        1,
    ),
    Idiom(
        "stringio writer",
        """
import io, csv
buf = io.StringIO()
# %%
w = csv.writer(buf)
# %%
w.writerow([1, 2])
# %%
print(repr(buf.getvalue()))
""",
        1,
    ),
    Idiom(
        "groupby apply with mutation",
        """
import pandas as pd
seen = []
# %%
df = pd.DataFrame({"k": [1, 1, 2], "v": [1, 2, 3]})
# %%
def f(g):
    seen.append(len(g))
    return g.v.sum()
# %%
r = df.groupby("k").apply(f)
# %%
print(seen)
# %%
print(r.tolist())
""",
        5,
    ),
    Idiom(
        "applymap with external dict",
        """
import pandas as pd
cache = {}
def code(x):
    return cache.setdefault(x, len(cache))
# %%
s = pd.Series(list("abca")).map(code)
# %%
t = pd.Series(list("xa")).map(code)
# %%
print(s.tolist(), t.tolist(), cache)
""",
        1,
    ),
    Idiom(
        "index name mutated through alias",
        """
import pandas as pd
# %%
df = pd.DataFrame({"x": [2, 1]})
# %%
ix = df.index
# %%
ix.name = "i"
# %%
print(df.index.name)
""",
        1,
    ),
    Idiom(
        "arrays that are one array",
        """
import numpy as np
# %%
a = np.zeros(3)
l = [a, a]
# %%
for x in l:
    x += 1
# %%
print(a)
# %%
m = np.stack(l)
m[0, 0] = 99
# %%
print(a, m[0, 0])
""",
        4,
    ),
    Idiom(
        "memoryview / bytearray",
        """
b = bytearray(b"abc")
# %%
v = memoryview(b)
# %%
v[0] = 122
# %%
print(b)
""",
        1,
    ),
    Idiom(
        "operator functions",
        """
import operator
xs = [3]
# %%
operator.iadd(xs, [4])
# %%
operator.setitem(xs, 0, 9)
# %%
print(xs, operator.itemgetter(0)(xs))
""",
        1,
    ),
    Idiom(
        "property setter with side effect",
        """
log = []
class P:
    @property
    def v(self): return self._v
    @v.setter
    def v(self, x):
        log.append(x)
        self._v = x
# %%
p = P()
# %%
p.v = 3
# %%
print(log)
""",
        3,
    ),
    Idiom(
        "__setitem__ of own class",
        """
log = []
class D:
    def __setitem__(self, k, v): log.append((k, v))
# %%
d = D()
# %%
d["a"] = 1
# %%
print(log)
""",
        3,
    ),
    Idiom(
        "__iadd__ own",
        """
class V:
    def __init__(self): self.x = []
    def __iadd__(self, o):
        self.x.append(o)
        return self
# %%
v = V(); w = v
# %%
v += 1
# %%
print(w.x)
""",
        1,
    ),
    Idiom(
        "__enter__ own",
        """
log = []
class C:
    def __enter__(self): log.append("in"); return self
    def __exit__(self, *a): log.append("out")
# %%
c = C()
# %%
with c:
    pass
# %%
print(log)
""",
        3,
    ),
    Idiom(
        "__call__ own",
        """
class F:
    def __init__(self): self.n = 0
    def __call__(self): self.n += 1; return self.n
# %%
f = F()
# %%
f()
# %%
print(f.n)
# %%
print(f())
""",
        1,
    ),
    Idiom(
        "__iter__ own",
        """
class I:
    def __init__(self): self.n = 0
    def __iter__(self):
        self.n += 1
        return iter([1, 2])
# %%
i = I()
# %%
for x in i: pass
# %%
print(i.n)
# %%
print(list(i), i.n)
""",
        1,
    ),
    Idiom(
        "descriptor",
        """
log = []
class Desc:
    def __get__(self, o, t): log.append("get"); return 1
class H:
    d = Desc()
# %%
h = H()
# %%
h.d
# %%
print(log)
""",
        1,
    ),
    Idiom(
        "max default key",
        """
seen = []
def key(x):
    seen.append(x)
    return -x["v"]
items = [{"v": 1}, {"v": 2}]
# %%
m = min(items, key=key)
# %%
m["v"] = 50
# %%
print(items, seen)
""",
        1,
    ),
    Idiom(
        "map over shared list with mutate",
        """
rows = [[1], [2]]
# %%
m = map(lambda r: r.append(0) or r, rows)
# %%
print(rows)
# %%
l = list(m)
# %%
print(rows)
""",
        1,
    ),
    Idiom(
        "zip aliasing",
        """
xs = [[1], [2]]
# %%
pairs = list(zip(xs, "ab"))
# %%
pairs[0][0].append(5)
# %%
print(xs)
""",
        1,
    ),
    Idiom(
        "enumerate dict values aliasing",
        """
d = {"a": [1]}
# %%
for i, v in enumerate(d.values()):
    v.append(i)
# %%
print(d)
""",
        1,
    ),
    Idiom(
        "star unpack alias",
        """
xs = [[1], [2], [3]]
# %%
first, *rest = xs
# %%
rest[0].append(9)
# %%
print(xs)
""",
        1,
    ),
    Idiom(
        "chained assign alias",
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
        "sklearn global seed",
        """
import numpy as np
from sklearn.utils import shuffle
from sklearn.model_selection import train_test_split
np.random.seed(0)
# %%
a = shuffle([1, 2, 3, 4, 5])
# %%
x, y = train_test_split(list(range(10)))
# %%
print(a)
# %%
print(x, y)
""",
        3,
    ),
    Idiom(
        "pandas sample global seed",
        """
import numpy as np, pandas as pd
# %%
np.random.seed(3)
# %%
df = pd.DataFrame({"x": range(10)})
# %%
s1 = df.sample(3).x.tolist()
# %%
s2 = df.x.sample(frac=0.2).tolist()
# %%
print(s1)
# %%
print(s2)
""",
        3,
    ),
    Idiom(
        "class patching",
        """
class A:
    def f(self): return 1
# %%
a = A()
# %%
A.f = lambda self: 2
# %%
print(a.f())
""",
        1,
    ),
    Idiom(
        "builtins patched",
        """
import builtins
# %%
builtins.answer = 42
# %%
print(answer)
""",
        1,
    ),
    Idiom(
        "global function rebinding inside other",
        """
def f(): return 1
def patch():
    global f
    f = lambda: 2
# %%
print(f())
# %%
patch()
# %%
print(f())
""",
        2,
    ),
    Idiom(
        "mutable default in class attr dataclass",
        """
from dataclasses import dataclass, field
@dataclass
class P:
    xs: list = field(default_factory=list)
# %%
p, q = P(), P()
# %%
p.xs.append(1)
# %%
print(p, q, p == q)
""",
        1,
    ),
    Idiom(
        "random state objects",
        """
import random
r = random.Random(1)
# %%
a = r.random()
# %%
b = r.random()
# %%
print(a != b, round(a, 3), round(b, 3))
""",
        3,
    ),
    Idiom(
        "seeding one library leaves the numbers of another",
        """
import random
import numpy as np
# %%
np.random.seed(1)
# %%
random.seed(2)
a = random.random()
# %%
print(round(a, 3), np.random.rand(2).round(3))
""",
        1,
    ),
    Idiom(
        "a lookup that adds a key",
        """
from collections import defaultdict
# %%
index = defaultdict(list)
# %%
index["seen"]
# %%
print(dict(index))
""",
        1,
    ),
    Idiom(
        "instances of exceptions, dicts and lists of the notebook",
        """
class Bad(ValueError):
    pass
class Totals(dict):
    def total(self):
        return sum(self.values())
# %%
bad = Bad("x")
# %%
totals = Totals(a=1)
# %%
print(isinstance(bad, Bad), bad.args)
# %%
print(type(totals) is Totals, totals)
# %%
print(repr(bad))
""",
        4,
    ),
    Idiom(
        "a console that several cells print on",
        """
from rich.console import Console
import sys
# %%
console = Console(file=sys.stderr)
total = sum(range(5))
# %%
console.print("one")
print(total)
# %%
console.print("two")
print(total + 1)
""",
        1,
    ),
]
