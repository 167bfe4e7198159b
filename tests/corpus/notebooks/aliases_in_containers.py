# Objects reached by several ways: rows in lists, views of arrays, columns of frames, defaults.
# found: 7 tasks, 6 wide
# %%
import copy

import numpy as np
import pandas as pd
# %%
row = [0, 0, 0]
grid = [row] * 3
# %%
grid[0][1] = 5
# %%
print(row, grid)
# %%
data = np.zeros((3, 3))
left, right = data[:, :1], data[:, 1:]
# %%
left += 1
# %%
right[:] = 7
# %%
print(data)
# %%
by_name = {"all": data}
flat = by_name["all"].ravel()
# %%
flat[0] = 99
# %%
print(data[0, 0], left.tolist())
# %%
def add_to(item, box=[]):
    box.append(item)
    return box
# %%
add_to("a")
# %%
print(add_to("b"))
# %%
shallow = copy.copy(grid)
deep = copy.deepcopy(grid)
# %%
row.append("x")
# %%
print(shallow[2], deep[2])
# %%
matrix = np.arange(6).reshape(2, 3)
turned = matrix.T
# %%
matrix.sort(axis=0)
matrix *= 2
# %%
print(turned)
# %%
def scale(values, factor):
    values *= factor
# %%
scale(matrix, 10)
# %%
print(matrix, turned.sum())
# %%
out = np.empty(3)
np.add([1, 2, 3], 1, out=out)
# %%
np.multiply(out, 2, out=out)
# %%
print(out)
# %%
left, right = right, left
print(left.shape, right.shape)
