# A long report about penguins: cleaning, four chapters, a summary.
# found: 25 tasks, 14 wide
# %% [markdown]
# # Penguins
# %%
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
from palmerpenguins import load_penguins
from scipy import stats

plt.rcParams.update({"figure.figsize": (2.5, 2), "figure.dpi": 50})
NUMERIC = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]
# %%
def summary(frame, by):
    return frame.groupby(by)[NUMERIC].mean().round(1)
# %%
raw = load_penguins()
# %%
raw.shape
# %%
raw.isna().sum().sum()
# %%
df = raw.copy()
# %%
df["sex"] = df.sex.fillna("unknown")
# %%
df = df.dropna(subset=NUMERIC)
# %%
df["mass_kg"] = df.body_mass_g / 1000
# %%
df = df.rename(columns={"bill_length_mm": "bill", "bill_depth_mm": "depth"})
# %%
NUMERIC_NOW = ["bill", "depth", "flipper_length_mm", "body_mass_g"]
# %% [markdown]
# ## Islands
# %%
islands = df.island.value_counts()
islands
# %%
island_species = df.pivot_table(index="island", columns="species", values="bill", aggfunc="count")
island_species
# %%
share = (islands / islands.sum()).round(3)
print(share.to_dict())
# %% [markdown]
# ## Species
# %%
species = {name: group for name, group in df.groupby("species")}
# %%
print({name: len(group) for name, group in species.items()})
# %%
adelie = species["Adelie"]
adelie.bill.describe().round(2)
# %%
gentoo = species["Gentoo"]
gentoo.bill.describe().round(2)
# %%
t = stats.ttest_ind(adelie.bill, gentoo.bill)
print(round(t.statistic, 3), t.pvalue < 0.01)
# %%
print(stats.shapiro(adelie.depth).pvalue > 0.05)
# %% [markdown]
# ## Measures
# %%
corr = df[NUMERIC_NOW].corr()
corr.round(2)
# %%
strongest = corr.where(~np.eye(4, dtype=bool)).stack().abs().idxmax()
strongest
# %%
slope, intercept, r, p, err = stats.linregress(df.flipper_length_mm, df.body_mass_g)
print(round(slope, 2), round(r**2, 3))
# %%
predicted = intercept + slope * df.flipper_length_mm
# %%
residuals = df.body_mass_g - predicted
residuals.std().round(2)
# %%
worst = df.loc[residuals.abs().nlargest(3).index, ["species", "island"]]
worst
# %%
plt.scatter(df.flipper_length_mm, df.body_mass_g, s=2)
plt.plot(df.flipper_length_mm, predicted, color="C1")
plt.show()
# %% [markdown]
# ## Sexes
# %%
known = df[df.sex != "unknown"]
# %%
dimorphism = known.groupby(["species", "sex"]).body_mass_g.mean().unstack()
dimorphism.round(0)
# %%
ratio = dimorphism.male / dimorphism.female
print(ratio.round(3).to_dict())
# %%
fig, ax = plt.subplots()
dimorphism.plot.bar(ax=ax, legend=False)
plt.show()
# %% [markdown]
# ## Years
# %%
yearly = df.groupby("year").size()
yearly
# %%
trend = np.polyfit(yearly.index - 2007, yearly.to_numpy(), 1)
print(trend.round(2))
# %% [markdown]
# ## Summary
# %%
lines = [
    f"{len(df)} of {len(raw)} penguins",
    f"most on {islands.idxmax()}",
    f"{slope:.1f} g per mm of flipper",
    f"largest dimorphism: {ratio.idxmax()}",
]
# %%
for line in lines:
    print("*", line)
# %%
print(summary(raw, "species"))
