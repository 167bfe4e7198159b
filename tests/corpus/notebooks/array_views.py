# Slices share memory: changing one changes the other.
# found: 4 tasks, 3 wide
# %%
import numpy as np
# %%
grid = np.zeros((4, 4), dtype=int)
# %%
top = grid[:2]
corner = grid[-2:, -2:]
# %%
top += 1
# %%
corner[:] = 9
# %%
print(grid)
# %%
copy = grid.copy()
copy[0] = -1
# %%
print(grid.sum(), copy.sum())
# %%
flat = grid.ravel()
flat[::5] = 7
# %%
print(np.diag(grid), top)
# %%
picked = grid[[0, 3]]
picked[:] = 0
print(grid.sum())
# %%
transposed = grid.T
np.fill_diagonal(transposed, 0)
print(grid.trace())
