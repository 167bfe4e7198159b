# Names that come from a star: which ones is only known when it runs.
# found: 2 tasks, 2 wide
# %%
from math import *
from os.path import *
# %%
radius = 2
area = pi * radius**2
print(round(area, 3))
# %%
print(floor(3.7), ceil(3.2), basename("/a/b.txt"))
# %%
e = 2
# %%
print(e, round(tau, 2))
# %%
def hypotenuse(a, b):
    return sqrt(a * a + b * b)
# %%
print(hypotenuse(3, 4), exists("/nowhere"))
