# A cache behind a function: what it returns depends on who called it before.
# found: 6 tasks, 3 wide
# %%
_cache = {}

def square(x):
    if x in _cache:
        return _cache[x] + 1
    _cache[x] = x * x
    return _cache[x]
# %%
first = square(3)
# %%
second = square(3)
# %%
print(first)
# %%
print(second, len(_cache))
# %%
other = square(4)
print(other)
# %%
third = [square(n) for n in (3, 4, 5)]
print(third, first + second)
