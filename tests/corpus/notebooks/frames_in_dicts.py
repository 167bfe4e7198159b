# Tables kept in a dict, changed in a loop.
# found: 5 tasks, 3 wide
# %%
import pandas as pd
# %%
frames = {name: pd.DataFrame({"v": range(n)}) for name, n in [("a", 2), ("b", 3), ("c", 4)]}
# %%
first = frames["a"]
# %%
for name, frame in frames.items():
    frame["source"] = name
    frame["v"] *= 2
# %%
print(first)
# %%
frames["b"].loc[0, "v"] = 100
# %%
everything = pd.concat(frames.values(), ignore_index=True)
# %%
print(everything.groupby("source").v.sum())
# %%
print({name: len(frame) for name, frame in frames.items()})
