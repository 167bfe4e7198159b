# A first look at the penguins: every question is a branch of its own.
# found: 8 tasks, 6 wide
# best: 8 tasks, 6 wide
# %%
import matplotlib.pyplot as plt
import pandas as pd
from palmerpenguins import load_penguins
# %%
penguins = load_penguins()
penguins.shape
# %%
missing = penguins.isna().sum()
missing[missing > 0]
# %%
clean = penguins.dropna().copy()
clean["bill_ratio"] = clean.bill_length_mm / clean.bill_depth_mm
print(len(penguins) - len(clean), "dropped")
# %%
clean.groupby("species").bill_ratio.describe().round(2)
# %%
clean.groupby(["island", "species"]).size().unstack(fill_value=0)
# %%
clean[["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]].corr().round(2)
# %%
fig, ax = plt.subplots(figsize=(3, 2))
for species, group in clean.groupby("species"):
    ax.scatter(group.bill_length_mm, group.bill_depth_mm, s=4, label=species)
ax.legend()
plt.show()
# %%
heaviest = clean.loc[clean.groupby("species").body_mass_g.idxmax(), ["species", "body_mass_g"]]
heaviest
