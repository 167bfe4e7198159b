# What a copy answers otherwise: id, is, the size of an object, memory that is shared.
# found: 3 tasks, 2 wide
# %%
import sys
import copy
import numpy as np
# %%
a = [1, 2, 3]
b = a
# %%
print(id(a) == id(b))
# %%
x = 300
y = x
# %%
print(x is y)
# %%
words = [w for w in "the quick brown fox jumps over".split()]
words.append("lazy")
# %%
print(sys.getsizeof(words))
# %%
shared = []
again = shared
box = [shared]
# %%
print(sys.getrefcount(shared))
# %%
arr = np.arange(10)
view = arr[2:5]
# %%
print(np.shares_memory(arr, view), np.may_share_memory(arr, view))
# %%
print(view.base is arr, view.base is None)
# %%
print(view.flags["OWNDATA"], arr.flags.owndata)
# %%
frozen = np.zeros(3)
frozen.flags.writeable = False
# %%
try:
    frozen[0] = 1
except ValueError as e:
    print("read only:", e)
# %%
wide = np.broadcast_to(np.arange(3), (2, 3))
# %%
print(wide.strides, wide.flags.writeable)
# %%
vals = [1.0, np.nan, 3.0]
# %%
print(np.nan in vals)
# %%
nums = set(range(1000))
nums -= set(range(1000)) - {9, 800}
# %%
print(nums)
# %%
print(list(nums)[0], nums.pop())
