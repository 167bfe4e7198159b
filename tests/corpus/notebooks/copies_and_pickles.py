# Lambdas in dicts, functions as values, what pickling makes of shared and recursive objects.
# found: 8 tasks, 3 wide
# %%
import copy
import pickle
import types
# %%
ops = {"add": lambda a, b: a + b, "sub": lambda a, b: a - b}
# %%
ops["mul"] = lambda a, b: a * b
# %%
print({name: f(6, 3) for name, f in ops.items()})
# %%
config = types.SimpleNamespace(rate=1.0, tags=[])
# %%
config.rate = 2.5
# %%
config.tags.append("x")
# %%
print(config)
# %%
frozen = types.MappingProxyType({"a": 1})
# %%
print(frozen["a"])
# %%
class Tree:
    def __init__(self, value, *children):
        self.value, self.children, self.up = value, children, None
        for child in children:
            child.up = self

    def total(self):
        return self.value + sum(c.total() for c in self.children)
# %%
leaf = Tree(3)
tree = Tree(1, Tree(2), leaf)
# %%
leaf.value = 30
# %%
print(tree.total(), leaf.up is tree)
# %%
again = copy.deepcopy(tree)
# %%
leaf.value = 300
# %%
print(again.total(), tree.total())
# %%
module = types.ModuleType("made")
exec("value = 5", module.__dict__)
# %%
print(module.value)
# %%
class Meter:
    def __init__(self):
        self.reads = 0

    def __getattr__(self, name):
        self.reads += 1
        return name

    def __getstate__(self):
        return {"reads": 0}
# %%
meter = Meter()
meter.something
# %%
print(meter.reads)
# %%
data = bytearray(b"abc")
view = memoryview(data)
# %%
view[0] = 122
# %%
print(data)
# %%
compiled = compile("a + b", "<text>", "eval")
a, b = 1, 2
# %%
print(eval(compiled))
