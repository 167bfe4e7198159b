# How many clusters: scaling, then three tries, then the choice.
# found: 6 tasks, 3 wide
# best: 6 tasks, 3 wide
# %%
import numpy as np
from sklearn.cluster import KMeans
from sklearn.datasets import make_blobs
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import StandardScaler
# %%
raw, truth = make_blobs(n_samples=60, centers=3, random_state=1)
# %%
scaler = StandardScaler()
points = scaler.fit_transform(raw)
points.mean(axis=0).round(6), points.std(axis=0).round(6)
# %%
two = KMeans(2, n_init=2, random_state=0).fit(points)
print(round(silhouette_score(points, two.labels_), 3))
# %%
three = KMeans(3, n_init=2, random_state=0).fit(points)
print(round(silhouette_score(points, three.labels_), 3))
# %%
four = KMeans(4, n_init=2, random_state=0).fit(points)
print(round(silhouette_score(points, four.labels_), 3))
# %%
best = max([two, three, four], key=lambda model: silhouette_score(points, model.labels_))
print(best.n_clusters, np.bincount(best.labels_))
# %%
print(scaler.inverse_transform(best.cluster_centers_).round(1))
