# One name, many versions: each reader sees the one above it.
# found: 12 tasks, 7 wide
# %%
import pandas as pd
# %%
df = pd.DataFrame({"x": [3, 1, 2], "y": ["c", "a", "b"]})
# %%
print(df.x.tolist())
# %%
df = df.sort_values("x").reset_index(drop=True)
# %%
print(df.y.tolist())
# %%
df = df.assign(z=df.x * 10)
# %%
print(df.z.sum())
# %%
df = df[df.x > 1]
# %%
print(df.shape)
# %%
x = 1
# %%
print(x)
# %%
x = "text"
# %%
print(x)
# %%
df, x = x, df
# %%
print(df, len(x))
