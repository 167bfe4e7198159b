# Objects that say when they end, and contexts that are entered by hand.
# found: 6 tasks, 6 wide
# %%
class Res:
    live = 0
    def __init__(self, name):
        self.name = name
        Res.live += 1
    def __del__(self):
        print("bye", self.name)
# %%
r = Res("a")
# %%
print("working")
# %%
r = Res("b")
# %%
print(Res.live)
# %%
del r
# %%
print("end")
# %%
class Quiet:
    def __init__(self, n): self.n = n
    def __del__(self): print("gone", self.n)
# %%
q = Quiet(1)
# %%
q = Quiet(2)
# %%
total = sum(range(4))
# %%
print(total)
# %%
q = None
# %%
from contextlib import contextmanager, ExitStack
@contextmanager
def section(name):
    print("<", name)
    yield name
    print(">", name)
# %%
stack = ExitStack()
# %%
stack.enter_context(section("one"))
# %%
print("inside")
# %%
stack.close()
# %%
cm = section("two")
# %%
cm.__enter__()
# %%
cm.__exit__(None, None, None)
