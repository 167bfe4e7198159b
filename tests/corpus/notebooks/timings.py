# Measuring how long the notebook took.
# found: 6 tasks, 3 wide
# %%
import time
from datetime import datetime
# %%
started = time.perf_counter()
# %%
a = sum(range(1000))
# %%
b = max(range(1000))
# %%
took = time.perf_counter() - started
print(took >= 0, took < 3600)
# %%
print(a, b)
# %%
now = datetime.now()
print(now.year > 2000)
