# Star arguments, kwargs, returned arguments, unpacking and functions that hand on what they got.
# found: 4 tasks, 3 wide
# %%
import numpy as np
# %%
def extend(*lists, **named):
    for each in lists:
        each.append(0)
    for each in named.values():
        each.append(1)
    return lists[0] if lists else None
# %%
a, b, c = [], [], []
# %%
extend(a, b)
# %%
extend(*[a], **{"x": c})
# %%
print(a, b, c)
# %%
same = extend(a)
# %%
same.append("same")
# %%
print(a)
# %%
def through(value, *rest):
    return (value, *rest)
# %%
pair = through(b, c)
# %%
pair[1].append("by pair")
# %%
print(c)
# %%
merged = {**{"k": a}, "m": b}
# %%
merged["k"].clear()
# %%
print(a, len(merged))
# %%
def normalise(x):
    x -= x.mean()
    return x
# %%
raw = np.array([1.0, 2.0, 3.0])
clean = normalise(raw)
# %%
print(raw, clean)
# %%
clean[0] = 10
# %%
print(raw)
# %%
def pick(flag, one, other):
    return one if flag else other
# %%
picked = pick(False, a, b)
# %%
picked += ["picked"]
# %%
print(a, b)
# %%
apply = lambda f, *args: f(*args)
# %%
apply(list.append, b, "applied")
# %%
print(b)
# %%
def swap(box):
    box["x"], box["y"] = box["y"], box["x"]
# %%
box = dict(x=a, y=b)
# %%
swap(box)
# %%
box["x"].append("swapped")
# %%
print(a, b)
