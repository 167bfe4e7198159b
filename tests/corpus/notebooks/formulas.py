# Statistical models by formula.
# found: 4 tasks, 3 wide
# best: 6 tasks, 3 wide
# %%
import numpy as np
import pandas as pd
import statsmodels.formula.api as smf
# %%
rng = np.random.default_rng(5)
data = pd.DataFrame({"x": np.arange(30.0), "g": ["u", "v"] * 15})
data["y"] = 2 * data.x + (data.g == "v") * 3 + rng.normal(0, 1, 30)
# %%
linear = smf.ols("y ~ x", data=data).fit()
print(linear.params.round(3).to_dict())
# %%
grouped = smf.ols("y ~ x + C(g)", data=data).fit()
print(grouped.params.round(3).to_dict())
# %%
print(round(linear.aic - grouped.aic, 2))
# %%
data.groupby("g").y.mean().round(3)
# %%
residuals = grouped.resid
print(residuals.std().round(4))
