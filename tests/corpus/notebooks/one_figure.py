# A figure made in one cell and drawn on in the next ones.
# found: 3 tasks, 2 wide
# best: 3 tasks, 2 wide
# %%
import matplotlib.pyplot as plt
import numpy as np
# %%
x = np.linspace(0, 6, 50)
# %%
fig, (left, right) = plt.subplots(1, 2, figsize=(4, 2))
plt.close(fig)
# %%
left.plot(x, np.sin(x))
left.set_title("sine")
# %%
right.plot(x, np.cos(x), color="C1")
right.set_title("cosine")
# %%
fig.suptitle("waves")
fig
# %%
print(len(left.lines), len(right.lines), left.get_title())
# %%
table = np.c_[x, np.sin(x)][:3].round(3)
print(table)
