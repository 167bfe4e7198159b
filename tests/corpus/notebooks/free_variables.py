# Helpers that need other helpers and constants, defined anywhere above the call.
# found: 6 tasks, 3 wide
# %%
SCALE = 3
offset = 1
# %%
def outer(x):
    def inner(y):
        return y * SCALE + offset
    return [inner(v) for v in helper(x)]
# %%
def helper(x):
    return range(x)
# %%
result = outer(3)
# %%
print(result)
# %%
offset = 10
# %%
again = outer(2)
# %%
print(again, result)
# %%
def helper(x):
    return [x]
# %%
print(outer(2))
