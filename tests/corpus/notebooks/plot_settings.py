# A setting that changes half way: what stands behind it is drawn with it.
# found: 6 tasks, 5 wide
# %%
import matplotlib.pyplot as plt
import numpy as np

plt.rcParams.update({"figure.figsize": (2, 2), "figure.dpi": 40})
# %%
data = np.arange(5)
# %%
plt.plot(data)
plt.show()
# %%
plt.rcParams["lines.linewidth"] = 6
# %%
plt.plot(data)
plt.show()
# %%
total = data.sum()
print(total)
# %%
plt.bar(data, data)
plt.show()
# %%
with plt.rc_context({"lines.linewidth": 1}):
    plt.plot(data[::-1])
    plt.show()
# %%
print(plt.rcParams["lines.linewidth"])
