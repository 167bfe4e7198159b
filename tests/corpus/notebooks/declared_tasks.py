# Tasks that a person declared, among cells nobody said anything about.
# found: 5 tasks, 2 wide
# %%
# %load_ext nbflow
import pandas as pd
# %%
raw = pd.DataFrame({"x": [1, 2, 3]})
# %%
# %%task double
# doubled = raw * 2
# print(doubled.x.sum())
# %%
# %%task halve --after double
# halved = raw / 2
# print(halved.x.sum())
# %% tags=["task:report"]
both = doubled.join(halved, rsuffix="_half")
# %% tags=["task:report"]
print(both)
# %% tags=["skip"]
print("never")
# %%
print(len(raw))
