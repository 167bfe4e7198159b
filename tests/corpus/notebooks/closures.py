# Functions that remember: nonlocal counters, default arguments, partials, late-bound lambdas.
# found: 3 tasks, 3 wide
# %%
from functools import partial
# %%
def make_counter(start=0):
    n = start
    def count(by=1):
        nonlocal n
        n += by
        return n
    return count
# %%
left = make_counter()
# %%
right = make_counter(100)
# %%
left(); left()
# %%
right(5)
# %%
print(left(), right())
# %%
def collect(item, bag=[]):
    bag.append(item)
    return bag
# %%
collect(1)
# %%
print(collect(2))
# %%
multipliers = [lambda x: x * k for k in range(3)]
# %%
print([f(10) for f in multipliers])
# %%
k = 5
fixed = [partial(pow, b) for b in (2, 3)]
# %%
print([f(k) for f in fixed], [f(1) for f in multipliers])
