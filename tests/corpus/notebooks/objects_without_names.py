# Instances that get no name: what `with`, loops, operators and displays make them do.
# found: 3 tasks, 2 wide
# %% [markdown]
# # A timer, and things that tell what happens to them
# %%
events = []
timings = {}
# %%
class Timer:
    def __init__(self, name):
        self.name = name

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        timings[self.name] = timings.get(self.name, 0) + 1


class Teller:
    def __iter__(self):
        events.append("iter")
        return iter([1])

    def __bool__(self):
        events.append("bool")
        return True

    def __repr__(self):
        events.append("repr")
        return "Teller()"

    def __getattr__(self, name):
        events.append(name)
        return name
# %%
with Timer("load"):
    rows = [1, 2, 3]
# %%
with Timer("sum"):
    total = sum(rows)
# %%
print(sorted(timings.items()), total)
# %%
for one in Teller():
    print(one)
# %%
print(events)
# %%
if Teller():
    print("yes")
# %%
Teller()
# %%
print(f"{Teller()}", Teller().size)
# %%
print(events)
