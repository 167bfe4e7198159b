# Dimensions reduced, then looked at from three sides.
# found: 7 tasks, 5 wide
# best: 7 tasks, 5 wide
# %%
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_wine
from sklearn.decomposition import PCA
from sklearn.preprocessing import scale
# %%
wine = load_wine()
X = scale(wine.data)
# %%
pca = PCA(n_components=3)
scores = pca.fit_transform(X)
# %%
print(pca.explained_variance_ratio_.round(3))
# %%
order = np.argsort(-np.abs(pca.components_[0]))[:3]
print([wine.feature_names[i] for i in order])
# %%
plt.figure(figsize=(2, 2), dpi=50)
plt.scatter(np.abs(scores[:, 0]), np.abs(scores[:, 1]), c=wine.target, s=4)
plt.show()
# %%
centers = np.array([np.abs(scores[wine.target == k, 0]).mean() for k in range(3)])
print(centers.round(2))
# %%
residual = X - pca.inverse_transform(scores)
print((residual**2).mean().round(4))
