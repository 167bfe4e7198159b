# A grid that is stepped in place, pictures on the way.
# found: 7 tasks, 3 wide
# %%
import matplotlib.pyplot as plt
import numpy as np
# %%
board = np.zeros((8, 8), dtype=int)
board[1:4, 2] = 1
board[5, 5:8] = 1
# %%
def neighbours(b):
    return sum(np.roll(b, (i, j), (0, 1)) for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0))

def step(b):
    n = neighbours(b)
    b[:] = (n == 3) | ((b == 1) & (n == 2))
# %%
start = board.copy()
# %%
step(board)
print(board.sum())
# %%
plt.figure(figsize=(1, 1), dpi=40)
plt.imshow(board)
plt.show()
# %%
for _ in range(3):
    step(board)
# %%
print((board == start).all(), board.sum())
# %%
print(np.argwhere(start)[:2])
