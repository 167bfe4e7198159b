# Magics in a line: timing, settings, history of the shell.
# found: 8 tasks, 5 wide
# %%
import numpy as np
# %%
# %precision 3
# %%
# %time total = sum(n * n for n in range(100))
# %%
print(total)
# %%
# %timeit -n 1 -r 1 sum([1, 2])
# %%
# %env NBFLOW_CORPUS_COLOR=blue
# %%
import os
print(os.environ["NBFLOW_CORPUS_COLOR"])
# %%
x = 1 / 3
x
# %%
# y = %time total + 1
print(y)
# %%
# %who_ls int
# %%
# !echo $NBFLOW_CORPUS_COLOR
