# How people really work: names used again and again, plots between, things tried and dropped.
# found: 28 tasks, 21 wide
# %%
# %matplotlib inline
import warnings
warnings.simplefilter("ignore")
# %%
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
plt.rcParams["figure.dpi"] = 40
plt.rcParams["figure.figsize"] = (2, 2)
# %%
np.random.seed(0)
df = pd.DataFrame(np.random.rand(50, 3), columns=list("abc"))
# %%
df.head(2)
# %%
df.shape
# %%
df.plot()
# %%
df["d"] = df.a + df.b
# %%
df.d.hist()
# %%
x = df.a.values
# %%
x.mean()
# %%
x = x - x.mean()
# %%
plt.plot(x)
# %%
tmp = df.sort_values("a")
# %%
tmp.head(1)
# %%
tmp = df[df.a > 0.5]
# %%
len(tmp)
# %%
def f(x):
    return x ** 2
# %%
f(3)
# %%
y = f(x)
# %%
plt.scatter(np.abs(x), y, s=2)
# %%
df2 = df.copy()
# %%
df2["e"] = 1
# %%
df2.e.sum()
# %%
df.columns
# %%
for i in range(3):
    print(i, df.iloc[i, 0].round(3))
# %%
i
# %%
noise = np.random.randn(50)
# %%
df["noise"] = noise
# %%
df.noise.mean().round(4)
# %%
model = np.polyfit(df.a, df.d, 1)
model.round(3)
# %%
def f(x):
    return x ** 3
# %%
f(3)
# %%
y.sum().round(3)
# %%
plt.plot(df.a, df.d, ".")
plt.plot(df.a, np.polyval(model, df.a))
# %%
best = None
for degree in (1, 2, 3):
    fit = np.polyfit(df.a, df.d, degree)
    error = ((np.polyval(fit, df.a) - df.d) ** 2).mean()
    if best is None or error < best[1]:
        best = degree, error
# %%
best[0]
# %%
df = df.drop(columns="noise")
# %%
df.columns.tolist()
# %%
groups = df.groupby(df.a > 0.5)
# %%
groups.size().tolist()
# %%
groups.mean().round(2)
# %%
result = []
# %%
for flag, g in groups:
    result.append((bool(flag), round(g.b.mean(), 3)))
# %%
result
# %%
a, b = df.a, df.b
# %%
np.corrcoef(a, b)[0, 1].round(4)
# %%
a[0] = 0
# %%
df.a[0] == a[0], round(df.b[0], 3)
# %%
# %time total = df.sum().sum()
# %%
round(total, 3)
# %%
# print(df)
# %%
df.to_pickle("df.pkl")
# %%
pd.read_pickle("df.pkl").equals(df)
# %%
del tmp
# %%
try:
    tmp
except NameError:
    print("gone")
# %%
z = [k * 2 for k in range(3)]; z
# %%
x = 5
# %%
x, len(z)
# %%
np.random.rand(2).round(4)
# %%
_ = plt.hist(np.random.rand(20))
# %%
df.describe().loc["mean"].round(3)
# %%
final = {"mean": round(df.a.mean(), 3), "n": len(df), "best": best[0]}
# %%
final
