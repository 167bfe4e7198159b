# Functions with side effects on globals.
# found: 7 tasks, 3 wide
# %%
count = 0
seen = []

def visit(thing):
    global count
    count += 1
    seen.append(thing)
    return thing
# %%
a = visit("a")
# %%
b = visit("b")
# %%
pure = a.upper() if False else "A"
# %%
print(count, seen)
# %%
results = [visit(x) for x in ("c", "d")]
# %%
print(count, seen, results, pure)
# %%
def reset():
    global count
    count = 0
    del seen[:]
# %%
reset()
print(count, seen)
