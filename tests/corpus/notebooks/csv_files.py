# Files by their literal names: written here, read there.
# found: 8 tasks, 2 wide
# %%
import csv
import os

import pandas as pd

os.makedirs("data/out", exist_ok=True)
# %%
pd.DataFrame({"id": [1, 2, 3], "v": [0.5, 1.5, 2.5]}).to_csv("data/left.csv", index=False)
# %%
pd.DataFrame({"id": [2, 3, 4], "w": ["x", "y", "z"]}).to_csv("data/right.csv", index=False)
# %%
left = pd.read_csv("data/left.csv")
print(left.v.sum())
# %%
right = pd.read_csv("data/right.csv")
print(right.w.str.cat())
# %%
merged = left.merge(right, on="id", how="outer")
merged.to_csv("data/out/merged.csv", index=False)
# %%
with open("data/out/merged.csv") as handle:
    for row in csv.DictReader(handle):
        print(row["id"], row["w"] or "-")
# %%
print(sorted(os.listdir("data/out")))
