# Values kept by %store for another day.
# found: 1 task, 1 wide
# %%
totals = {"a": 1, "b": 2}
# %%
# %store totals
# %%
del totals
# %%
# %store -r totals
# %%
print(totals)
# %%
# %store -d totals
# %%
print(sum(totals.values()))
