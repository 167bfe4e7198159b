# Models that draw from NumPy's global numbers, seeded in the cell that makes them.
# found: 1 task, 1 wide
# %%
import numpy as np
from sklearn.cluster import KMeans

points = np.arange(10.0).reshape(-1, 1)
# %%
model = KMeans(2, n_init=1)
np.random.seed(1)
# %%
model.fit(points)
# %%
model.fit(points)
print(sorted(model.cluster_centers_.ravel().round(3)))
# %%
print(round(np.random.rand(), 6))
# %%
print(points.sum())
