# Loops over rows that write into other things.
# found: 1 task, 1 wide
# best: 7 tasks, 3 wide
# %%
import pandas as pd
# %%
orders = pd.DataFrame({"who": ["ann", "bob", "ann"], "what": ["tea", "milk", "rice"], "n": [1, 2, 3]})
# %%
basket = {}
for _, row in orders.iterrows():
    basket.setdefault(row.who, []).append(row.what)
# %%
print(basket)
# %%
total = 0
for row in orders.itertuples():
    total += row.n
# %%
print(total, row.what)
# %%
for i in orders.index:
    orders.at[i, "n"] = orders.at[i, "n"] + len(basket[orders.at[i, "who"]])
# %%
print(orders.n.tolist())
# %%
notes = orders.apply(lambda r: basket[r.who].append("!") or r.n, axis=1)
# %%
print(basket["ann"], notes.tolist())
