# Trend and season with statsmodels, a forecast by hand.
# found: 3 tasks, 2 wide
# %%
import warnings

import numpy as np
import pandas as pd
import statsmodels.api as sm
from statsmodels.tsa.seasonal import seasonal_decompose

warnings.filterwarnings("ignore")
# %%
months = pd.date_range("2018-01-01", periods=48, freq="MS")
co2 = pd.Series(
    400 + 0.2 * np.arange(48) + 3 * np.sin(np.arange(48) * np.pi / 6), index=months
)
# %%
parts = seasonal_decompose(co2, model="additive", period=12)
parts.seasonal.iloc[:12].round(2)
# %%
trend = parts.trend.dropna()
design = sm.add_constant(np.arange(len(trend)))
fit = sm.OLS(trend.to_numpy(), design).fit()
print(fit.params.round(4), round(fit.rsquared, 4))
# %%
ahead = np.arange(len(trend), len(trend) + 6)
forecast = fit.params[0] + fit.params[1] * ahead
print(forecast.round(2))
# %%
print("noise:", round(float(parts.resid.std()), 6))
