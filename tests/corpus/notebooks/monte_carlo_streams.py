# A generator for each experiment: nothing is shared, all run side by side.
# found: 5 tasks, 4 wide
# best: 5 tasks, 4 wide
# %%
import numpy as np

N = 2000
# %%
rng_pi = np.random.default_rng(1)
points = rng_pi.random((N, 2))
pi = 4 * ((points**2).sum(axis=1) < 1).mean()
print(pi)
# %%
rng_walk = np.random.default_rng(2)
walk = rng_walk.choice([-1, 1], N).cumsum()
print(walk[-1])
# %%
rng_dice = np.random.default_rng(3)
dice = rng_dice.integers(1, 7, size=(N, 2)).sum(axis=1)
print(np.bincount(dice)[2:])
# %%
rng_wait = np.random.default_rng(4)
waits = rng_wait.exponential(3.0, N)
print(waits.mean().round(4))
# %%
print(f"{pi:.3f} {walk.max()} {dice.mean():.3f} {np.median(waits):.3f}")
