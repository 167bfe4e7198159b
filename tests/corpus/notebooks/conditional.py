# Definitions that depend on flags, on imports that may fail, on loops that may be empty.
# found: 5 tasks, 3 wide
# %%
try:
    import some_package_nobody_has as fast
except ImportError:
    fast = None
DEBUG = False
# %%
sample = list(range(10))
mode = "full"
# %%
if DEBUG:
    sample = sample[:2]
    mode = "debug"
# %%
print(mode, len(sample))
# %%
if fast is None:
    def mean(xs):
        return sum(xs) / len(xs)
else:
    mean = fast.mean
# %%
print(mean(sample))
# %%
best = None
for x in sample:
    if x > 6:
        best = x
        break
else:
    best = -1
# %%
print(best)
# %%
while sample and sample[-1] > best:
    last = sample.pop()
# %%
print(last, sample)
