# One global seed: what is drawn depends on everything drawn before.
# found: 4 tasks, 3 wide
# best: 4 tasks, 3 wide
# %%
import numpy as np
# %%
np.random.seed(7)
# %%
inside = (np.random.rand(2000, 2) ** 2).sum(axis=1) < 1
print("pi is about", 4 * inside.mean())
# %%
walk = np.random.choice([-1, 1], 500).cumsum()
print(walk[-1], walk.max())
# %%
np.random.seed(8)
sample = np.random.normal(size=100)
print(sample.mean().round(4))
# %%
means = [np.random.choice(sample, 100).mean() for _ in range(50)]
print(np.percentile(means, [2.5, 97.5]).round(4))
# %%
print("walk spread", walk.std().round(4))
# %%
print("share inside", inside.sum())
