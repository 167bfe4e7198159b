# Names that may be there or not: del, try/except NameError, globals(), locals(), annotations.
# found: 1 task, 1 wide
# %%
try:
    counter
except NameError:
    counter = 0
# %%
counter += 1
# %%
print(counter)
# %%
if "cache" not in globals():
    cache = {}
# %%
cache["a"] = counter
# %%
print(cache)
# %%
del counter
# %%
print("counter" in globals(), "counter" in dir())
# %%
limit: int
# %%
limit: int = 5
# %%
print(limit, __annotations__ if "__annotations__" in globals() else "?")
# %%
def setter():
    global late
    late = [1]
# %%
setter()
# %%
late.append(2)
# %%
print(late)
# %%
for i in range(3):
    pass
else:
    ended = True
# %%
print(i, ended)
# %%
values = [y := 1, y + 1, (z := y * 10)]
total = sum((last := v) for v in values)
# %%
print(values, y, z, last, total)
# %%
for name in ("alpha", "beta"):
    globals()[name] = len(name)
# %%
print(alpha, beta)
# %%
vars()["gamma"] = 3
# %%
print(gamma)
# %%
match {"kind": "pair", "of": [1, 2]}:
    case {"kind": "pair", "of": [left, right]}:
        found = left + right
# %%
print(left, right, found)
# %%
with open("f.txt", "w") as handle:
    handle.write("text")
# %%
print(handle.closed)
# %%
try:
    1 / 0
except ZeroDivisionError as problem:
    kept = problem
# %%
print(repr(kept))
# %%
first, *rest = [1, 2, 3]
# %%
print(first, rest)
