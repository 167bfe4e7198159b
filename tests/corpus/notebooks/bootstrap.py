# Resampling with a generator that is handed from cell to cell.
# found: 5 tasks, 3 wide
# %%
import numpy as np
# %%
rng = np.random.default_rng(11)
heights = rng.normal(170, 8, 60)
# %%
def resample(values, statistic, n=200):
    return np.array([statistic(rng.choice(values, len(values))) for _ in range(n)])
# %%
means = resample(heights, np.mean)
# %%
medians = resample(heights, np.median)
# %%
print(np.percentile(means, [2.5, 97.5]).round(3))
# %%
print(np.percentile(medians, [2.5, 97.5]).round(3))
# %%
print(heights.mean().round(3), len(heights))
