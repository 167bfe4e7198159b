"""Small notebooks in the manner of `idioms.py`, whose traps are beside the names: settings that a
module keeps, files that are not named where they are used, and what only holds of the very object.
"""

from __future__ import annotations

from tests.authoring.idioms import Idiom

HIDDEN_STATE = [
    Idiom(
        "a dialect that a module remembers",
        """
import csv, io
text = "a|b"
print(text)
# %%
csv.register_dialect("pipes", delimiter="|")
# %%
print(list(csv.reader(io.StringIO(text), dialect="pipes")))
# %%
print(text.upper())
""",
        3,
    ),
    Idiom(
        "the first day of the week, and how large a field may be",
        """
import calendar, csv
print(calendar.weekheader(2))
# %%
calendar.setfirstweekday(6)
before = csv.field_size_limit(1000)
# %%
print(calendar.weekheader(2), csv.field_size_limit(), before)
""",
        2,
    ),
    Idiom(
        "how a database writes down a dict",
        """
import json, sqlite3
print("begin")
# %%
sqlite3.register_adapter(dict, json.dumps)
# %%
print(sqlite3.connect(":memory:").execute("select ?", ({"a": 1},)).fetchone())
""",
        2,
    ),
    Idiom(
        "how tables are shown from here on",
        """
import polars as pl
df = pl.DataFrame({"x": [1, 2, 3, 4]})
# %%
print(df)
# %%
shown = pl.Config.set_tbl_rows(2)
# %%
print(df)
""",
        3,
    ),
    Idiom(
        "a context of decimal numbers",
        """
import decimal
print(decimal.Decimal(1) / 3)
# %%
decimal.setcontext(decimal.Context(prec=4))
# %%
print(decimal.Decimal(1) / 3)
""",
        2,
    ),
    Idiom(
        "a context that is entered and left by hand",
        """
import contextlib, decimal, io
text = io.StringIO()
# %%
context = decimal.localcontext()
context.__enter__().prec = 3
# %%
print(decimal.Decimal(1) / 7)
# %%
context.__exit__(None, None, None)
# %%
print(decimal.Decimal(1) / 7)
# %%
caught = contextlib.redirect_stdout(text)
caught.__enter__()
# %%
print("hidden")
# %%
caught.__exit__(None, None, None)
print(repr(text.getvalue()))
""",
        1,
    ),
    Idiom(
        "the working folder, listed without its name",
        """
import os
# %%
open("one.txt", "w").close()
# %%
print(os.listdir(), [entry.name for entry in os.scandir()])
# %%
open("two.txt", "w").close()
# %%
print(sorted(os.listdir()), os.path.lexists("two.txt"))
""",
        3,
    ),
    Idiom(
        "an array in a file",
        """
import numpy as np
a = np.arange(3.0)
# %%
a.tofile("a.bin")
# %%
print(np.fromfile("a.bin"))
# %%
print(a.sum())
""",
        3,
    ),
    Idiom(
        "an archive of arrays",
        """
import numpy as np
a = np.arange(3)
# %%
np.savez("a.npz", a=a)
# %%
arrays = np.load("a.npz")
# %%
print(arrays["a"])
# %%
print(arrays.files)
""",
        1,
    ),
    Idiom(
        "what an archive takes in and gives out",
        """
import zipfile
# %%
open("a.txt", "w").write("inside")
# %%
archive = zipfile.ZipFile("a.zip", "w")
archive.write("a.txt")
archive.close()
# %%
with zipfile.ZipFile("a.zip") as again:
    again.extractall("out")
# %%
print(open("out/a.txt").read())
""",
        3,
    ),
    Idiom(
        "a configuration that is read and written",
        """
import configparser, io
ini = configparser.ConfigParser()
buffer = io.StringIO()
# %%
with open("a.ini", "w") as file:
    file.write("[db]\\nhost = here")
# %%
ini.read("a.ini")
# %%
print(ini["db"]["host"])
# %%
ini.write(buffer)
# %%
print(buffer.getvalue())
""",
        5,
    ),
    Idiom(
        "one stream copied into another",
        """
import io, shutil
source, target = io.BytesIO(b"abc"), io.BytesIO()
# %%
shutil.copyfileobj(source, target)
# %%
print(target.getvalue())
""",
        1,
    ),
    Idiom(
        "windows into an array",
        """
import numpy as np
a = np.arange(6)
zeros = np.array([0, 1, 2])
# %%
window = np.lib.stride_tricks.as_strided(a, (2,), (8,))
trimmed = np.trim_zeros(zeros)
# %%
window[0] = 9
trimmed[0] = 7
# %%
print(a, zeros)
""",
        1,
    ),
    Idiom(
        "a filter that is told where to write",
        """
import numpy as np
from scipy import ndimage
image, first, second = np.eye(3), np.zeros((3, 3)), np.zeros((3, 3))
# %%
ndimage.uniform_filter(image, 3, output=first)
ndimage.uniform_filter(image, 3, second)
# %%
print(first.sum().round(3), second.sum().round(3))
# %%
print(image.sum())
""",
        3,
    ),
    Idiom(
        "objects that say when they end",
        """
class Told:
    def __init__(self, name):
        self.name = name
    def __del__(self):
        print("end of", self.name)
# %%
one = Told("first")
# %%
print("between")
# %%
one = Told("second")
# %%
one = None
""",
        2,
    ),
    Idiom(
        "a descriptor that tells a list of itself",
        """
names = []
class Field:
    def __set_name__(self, owner, name):
        names.append(name)
# %%
class Person:
    age = Field()
# %%
print(names)
""",
        1,
    ),
    Idiom(
        "the same object by its address",
        """
a = [1]
b = a
n = 300
m = n
# %%
print(id(a) == id(b))
# %%
print(m is n, id(m) == id(n))
# %%
print(len(a) + m)
""",
        1,
    ),
    Idiom(
        "arrays that share memory",
        """
import numpy as np
a = np.arange(6)
v = a[1:3]
# %%
print(np.shares_memory(a, v))
# %%
print(v.flags.owndata, v.base is None)
# %%
print(a.sum())
""",
        1,
    ),
    Idiom(
        "an array that nobody may write to",
        """
import numpy as np
a = np.arange(3)
a.flags.writeable = False
held = [a]
# %%
try:
    a[0] = 1
except ValueError as error:
    print(error)
# %%
try:
    held[0][0] = 1
except ValueError as error:
    print(error)
""",
        1,
    ),
    Idiom(
        "references to a list, counted",
        """
import sys
a = [1]
b = [a]
# %%
print(sys.getrefcount(a))
# %%
print(len(b))
""",
        1,
    ),
    Idiom(
        "what is not a number, looked for in a list",
        """
import numpy as np
numbers = [1.0, np.nan]
# %%
print(np.nan in numbers)
# %%
print(len(numbers))
""",
        1,
    ),
    Idiom(
        "an exception with a constructor of its own",
        """
class Refused(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code
# %%
try:
    try:
        1 / 0
    except ZeroDivisionError as error:
        raise Refused(5, "no") from error
except Refused as error:
    kept = error
# %%
print(kept.code, kept)
# %%
print(repr(kept.__cause__))
# %%
print(kept.__traceback__ is not None)
""",
        3,
    ),
    Idiom(
        "sorted streams that are read on",
        """
import heapq
merged = heapq.merge([1, 4], [2, 3])
# %%
print(next(merged))
# %%
print(list(merged))
""",
        1,
    ),
    Idiom(
        "the keys of a dict that grows",
        """
d = {"a": 1}
# %%
keys = d.keys()
# %%
print(len(d))
# %%
d["b"] = 2
# %%
print(list(keys))
""",
        3,
    ),
    Idiom(
        "a function that others are added to",
        """
from functools import singledispatch
@singledispatch
def show(x):
    return "?"
# %%
print(show(1))
# %%
@show.register
def _(x: int):
    return "int"
# %%
print(show(1))
""",
        1,
    ),
]
