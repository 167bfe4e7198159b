# Attributes and items of expressions, not only of names.
# found: 3 tasks, 2 wide
# %%
import numpy as np
import pandas as pd
# %%
a = np.array([3.0, 1.0])
b = np.array([1.0, 2.0])
# %%
print((a + b).T.shape, (a @ b).real)
# %%
pair = {"k": [a, b]}
# %%
pair["k"][0][1] = 50
# %%
print(a)
# %%
(pair["k"] + [a])[-1][0] = 7
# %%
print(a.tolist(), b.tolist())
# %%
frame = pd.DataFrame({"a": a, "b": b})
# %%
frame.a.iloc[0:1].sum(), (frame * 2).b.max()
# %%
frame.iloc[0, 0] = -1
getattr(frame, "b")
# %%
print(frame.to_dict("list"), a)
