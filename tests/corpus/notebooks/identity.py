# Identity and equality: `is`, id(), interning, sentinels, copies that should be the same object.
# found: 7 tasks, 7 wide
# %%
import copy
# %%
a = [1, 2]
b = a
c = list(a)
# %%
print(a is b, a is c, a == c)
# %%
MISSING = object()
settings = {"x": MISSING}
# %%
print(settings["x"] is MISSING)
# %%
def get(key):
    value = settings.get(key, MISSING)
    return "none" if value is MISSING else value
# %%
print(get("x"), get("y"))
# %%
parent = {"children": []}
child = {"parent": parent}
parent["children"].append(child)
# %%
print(child["parent"] is parent, parent["children"][0] is child)
# %%
before = id(a)
a += [3]
# %%
print(id(a) == before, b)
# %%
shared = [0]
pair = (shared, shared)
# %%
print(pair[0] is pair[1])
# %%
pair[0].append(1)
# %%
print(pair, shared is pair[1])
# %%
left = {"k": shared}
right = {"k": shared}
# %%
print(left["k"] is right["k"])
# %%
nan = float("nan")
values = [nan, 1.0]
# %%
print(nan in values, values.index(nan), float("nan") in values)
# %%
class Singleton:
    _one = None

    def __new__(cls):
        if cls._one is None:
            cls._one = super().__new__(cls)
        return cls._one
# %%
s1 = Singleton()
# %%
s2 = Singleton()
# %%
print(s1 is s2)
# %%
print(copy.copy(MISSING) is MISSING, type(MISSING).__name__)
# %%
text = "".join(["ab", "c"])
# %%
print(text == "abc", {text: 1}["abc"])
