# Monthly sales: one table, three views of it, a report.
# found: 6 tasks, 3 wide
# best: 6 tasks, 3 wide
# %% [markdown]
# # Monthly sales
# %%
import pandas as pd
import matplotlib.pyplot as plt
# %%
sales = pd.DataFrame(
    {
        "month": ["Jan", "Jan", "Feb", "Feb", "Mar", "Mar"],
        "region": ["EU", "US", "EU", "US", "EU", "US"],
        "units": [10, 20, 15, 5, 30, 25],
        "price": [2.0, 2.5, 2.0, 2.5, 2.2, 2.4],
    }
)
sales.head()
# %%
sales["revenue"] = sales.units * sales.price
# %% [markdown]
# ## By month
# %%
by_month = sales.groupby("month", sort=False).revenue.sum()
by_month
# %% [markdown]
# ## By region
# %%
by_region = sales.groupby("region").revenue.agg(["sum", "mean"])
by_region
# %% [markdown]
# ## The largest
# %%
top = sales.nlargest(2, "revenue")
top[["month", "region", "revenue"]]
# %% [markdown]
# ## Report
# %%
print(f"Best month: {by_month.idxmax()} with {by_month.max():.1f}")
print(f"Best region: {by_region['sum'].idxmax()}; top sale {top.revenue.iloc[0]:.1f}")
# %%
fig, ax = plt.subplots(figsize=(3, 2))
by_month.plot.bar(ax=ax)
ax.set_title("Revenue")
plt.show()
