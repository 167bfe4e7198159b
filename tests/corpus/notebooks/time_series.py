# A daily series: resampled, rolled, shifted, each on its own.
# found: 6 tasks, 4 wide
# best: 6 tasks, 4 wide
# %%
import numpy as np
import pandas as pd
# %%
index = pd.date_range("2024-01-01", periods=120, freq="D")
values = 10 + np.sin(np.arange(120) / 7) * 3 + np.arange(120) * 0.05
series = pd.Series(values, index=index, name="load")
series.head(3)
# %%
weekly = series.resample("W").mean()
weekly.tail(3).round(3)
# %%
smooth = series.rolling(7, center=True).mean()
print(smooth.isna().sum(), smooth.max().round(3))
# %%
change = series.pct_change().dropna()
print(change.abs().idxmax(), change.std().round(4))
# %%
lagged = pd.DataFrame({f"lag{k}": series.shift(k) for k in (1, 7)}).dropna()
print(lagged.corr().round(4))
# %%
pd.DataFrame({"weekly": weekly, "smooth": smooth.resample("W").last()}).round(2).head(4)
