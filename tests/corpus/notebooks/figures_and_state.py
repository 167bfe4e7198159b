# pyplot's state over cells: figures by number, current axes, styles, rcParams, ticks.
# found: 7 tasks, 6 wide
# %%
import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
# %%
x = np.linspace(0, 1, 5)
# %%
fig, ax = plt.subplots(figsize=(2, 2))
ax.plot(x, x)
# %%
ax.set_title("late")
# %%
print(ax.get_title(), len(ax.lines))
# %%
plt.figure(7)
plt.plot(x, x**2)
plt.close("all")
# %%
print(plt.get_fignums())
# %%
plt.style.use("ggplot")
# %%
print(plt.rcParams["axes.facecolor"])
# %%
mpl.rcParams.update({"lines.linewidth": 5})
# %%
fig, ax = plt.subplots(figsize=(2, 2))
line, = ax.plot(x, 1 - x)
plt.close(fig)
# %%
print(line.get_linewidth())
# %%
mpl.rcdefaults()
# %%
print(plt.rcParams["lines.linewidth"])
# %%
with plt.rc_context({"lines.linewidth": 9}):
    print(plt.rcParams["lines.linewidth"])
# %%
def finish(title):
    plt.title(title)
    plt.close()
# %%
plt.plot([1, 2])
finish("done")
# %%
plt.ioff()
figure = plt.figure(figsize=(1, 1))
# %%
axes = figure.add_subplot()
axes.bar([1], [2])
# %%
figure
# %%
print(plt.isinteractive(), len(axes.patches))
