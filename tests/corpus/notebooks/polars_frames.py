# Frames of polars: eager, lazy, categories, zones, a file that is read when a query is collected.
# found: 8 tasks, 6 wide
# %%
from datetime import datetime

import polars as pl
# %%
df = pl.DataFrame({"city": ["Rome", "Oslo", "Rome"], "t": [21.5, 3.0, 19.5]})
# %%
df = df.with_columns(pl.col("city").cast(pl.Categorical), f=pl.col("t") * 9 / 5 + 32)
# %%
means = df.group_by("city").agg(pl.col("t").mean()).sort("city")
# %%
print(means.rows())
# %%
print(df.schema, df.height)
# %%
df.write_csv("cities.csv")
# %%
lazy = pl.scan_csv("cities.csv").filter(pl.col("t") > 10)
# %%
pl.DataFrame({"city": ["Cairo"], "t": [35.0], "f": [95.0]}).write_csv("cities.csv")
# %%
print(lazy.collect().rows())
# %%
when = pl.Series("when", [datetime(2026, 3, 29, 1)]).dt.replace_time_zone("Europe/Paris")
# %%
print(when.dt.offset_by("2h").to_list())
# %%
df.insert_column(0, pl.Series("n", [1, 2, 3]))
# %%
print(df.columns)
# %%
nested = df.select(pl.struct("n", "city").alias("both"))
# %%
print(nested.to_dicts())
