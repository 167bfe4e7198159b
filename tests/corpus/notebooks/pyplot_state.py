# A notebook that keeps figures open and draws on over many cells.
# found: 1 task, 1 wide
# %%
# %config InlineBackend.close_figures = False
import matplotlib.pyplot as plt

plt.rcParams.update({"figure.dpi": 40, "figure.figsize": (2, 2)})
# %%
plt.plot([1, 2, 3])
# %%
plt.title("still the same")
# %%
print(plt.gca().get_title(), len(plt.gcf().axes))
# %%
plt.figure()
plt.plot([3, 2, 1])
# %%
print(len(plt.get_fignums()))
# %%
plt.close("all")
# %%
print(len(plt.get_fignums()))
