# Other names for what a module goes by: its settings, and its own random numbers.
# found: 3 tasks, 3 wide
# %%
import os
import random

import matplotlib.pyplot as plt
import numpy as np
# %%
settings = plt.rcParams
environment = os.environ
# %%
home = os.environ["HOME"]
# %%
print(len(home) > 0)
# %%
draws = {"pick": random.choice, "normal": np.random.normal}
# %%
plt.rcParams["font.size"] = 7.0
os.environ["CORPUS_LEVEL"] = "3"
# %%
print(settings["font.size"], environment["CORPUS_LEVEL"])
# %%
random.seed(3)
np.random.seed(3)
# %%
picked = draws["pick"](range(100))
# %%
drawn = draws["normal"]()
# %%
print(picked, round(drawn, 4))
# %%
print(round(random.random(), 4), np.random.rand(2).round(4))
