# Options of pandas, for good and for a while.
# found: 6 tasks, 5 wide
# %%
import pandas as pd

pd.set_option("display.precision", 2)
pd.options.display.max_rows = 6
# %%
s = pd.Series([1 / 3, 2 / 3, 1.0])
# %%
s
# %%
with pd.option_context("display.precision", 5):
    print(s)
# %%
pd.set_option("display.precision", 4)
# %%
s
# %%
pd.reset_option("display.precision")
# %%
print(s)
# %%
print(s.sum())
