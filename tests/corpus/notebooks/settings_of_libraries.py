# Options of libraries that are set half way: display, warnings, printing, locale, decimal contexts.
# found: 6 tasks, 5 wide
# %%
import decimal
import locale
import warnings
from decimal import Decimal

import numpy as np
import pandas as pd
# %%
frame = pd.DataFrame({"value": [1 / 3, 2 / 3, 1.0]})
# %%
frame
# %%
pd.options.display.precision = 2
# %%
frame
# %%
np.set_printoptions(precision=3)
thirds = np.array([1 / 3, 2 / 3])
# %%
thirds
# %%
print(Decimal(1) / Decimal(3))
# %%
decimal.getcontext().prec = 5
# %%
print(Decimal(1) / Decimal(3))
# %%
with decimal.localcontext() as ctx:
    ctx.prec = 3
    print(Decimal(2) / Decimal(3))
# %%
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    warnings.warn("first")
print(len(caught))
# %%
warnings.simplefilter("error")
# %%
try:
    warnings.warn("second")
    print("only warned")
except UserWarning as error:
    print("raised", error)
# %%
warnings.resetwarnings()
pd.reset_option("display.precision")
# %%
frame
# %%
locale.setlocale(locale.LC_ALL, "C")
print(locale.localeconv()["decimal_point"])
