# Modules that the notebook writes itself, imports, edits and loads again.
# found: 1 task, 1 wide
# %%
import importlib
import sys

sys.dont_write_bytecode = True
# %%
# %%writefile shapes.py
# SIDES = 4
# def area(w, h):
#     return w * h
# %%
import shapes
# %%
print(shapes.area(2, 3), shapes.SIDES)
# %%
# %%writefile shapes.py
# SIDES = 40
# def area(w, h):
#     return w * h * 100
# %%
importlib.reload(shapes)
# %%
print(shapes.area(2, 3), shapes.SIDES)
# %%
from shapes import area
# %%
shapes.SIDES = 7
# %%
print(area(1, 1), shapes.SIDES)
# %%
with open("extra.py", "w") as out:
    out.write("def hello():\n    return 'hello'\n")
# %%
from extra import hello
print(hello())
# %%
# %%bash
# echo "from a script" > said.txt
# %%
print(open("said.txt").read())
# %%
# %load_ext autoreload
# %autoreload 2
# %%
print(hello().upper())
