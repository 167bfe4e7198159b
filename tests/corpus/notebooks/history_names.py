# What Jupyter remembers: the last results and the inputs.
# found: 1 task, 1 wide
# best: 2 tasks, 2 wide
# %%
6 * 7
# %%
answer = _
# %%
print(answer)
# %%
[answer]
# %%
_.append(1)
_
# %%
print(len(In) > 3, Out[1])
# %%
independent = "x" * 3
print(independent)
