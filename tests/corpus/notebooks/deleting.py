# Large things are deleted when they have served.
# found: 8 tasks, 3 wide
# %%
import gc

import numpy as np
import pandas as pd
# %%
big = np.arange(10_000).reshape(100, 100)
# %%
rows = big.sum(axis=1)
# %%
columns = big.sum(axis=0)
# %%
del big
gc.collect() >= 0
# %%
print(rows[:3], columns[:3])
# %%
frame = pd.DataFrame({"r": rows, "c": columns})
del rows, columns
# %%
del frame["c"]
# %%
print(list(frame.columns), "big" in dir())
# %%
big = "small now"
# %%
print(big)
