# Plots by pandas: the axes it returns are used on.
# found: 6 tasks, 4 wide
# %%
import matplotlib.pyplot as plt
import pandas as pd

plt.rcParams.update({"figure.dpi": 40, "figure.figsize": (2, 2)})
# %%
df = pd.DataFrame({"x": [1, 2, 3], "y": [3, 1, 2]})
# %%
ax = df.plot(x="x", y="y", legend=False)
ax.set_title("line")
# %%
df.y.plot.hist(bins=3)
# %%
fig, axes = plt.subplots(1, 2)
df.plot.scatter("x", "y", ax=axes[0])
axes[1].bar(df.x, df.y)
fig.tight_layout()
# %%
print(ax.get_title(), len(axes))
# %%
df["z"] = df.x * df.y
# %%
df.plot(y="z")
plt.axhline(3)
# %%
print(df.z.sum())
