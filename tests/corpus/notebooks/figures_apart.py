# With the inline backend every cell shows and closes its own figure.
# found: 5 tasks, 4 wide
# best: 6 tasks, 5 wide
# %%
# %matplotlib inline
import matplotlib.pyplot as plt
import numpy as np

plt.rcParams["figure.figsize"] = (3, 2)
plt.rcParams["figure.dpi"] = 50
# %%
x = np.linspace(0, 1, 20)
# %%
plt.plot(x, x**2)
plt.title("squares")
# %%
plt.plot(x, x**3)
plt.title("cubes")
# %%
plt.hist(x, bins=4)
plt.ylabel("count")
# %%
plt.scatter(x, np.sqrt(x), s=3)
# %%
print(plt.rcParams["figure.dpi"], len(plt.get_fignums()))
