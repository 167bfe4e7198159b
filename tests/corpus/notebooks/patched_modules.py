# Modules and classes of others that the notebook changes: patches, attributes, registries.
# found: 2 tasks, 2 wide
# %%
import json
import math
import textwrap

import pandas as pd
# %%
math.tau2 = math.tau * 2
# %%
print(round(math.tau2, 3))
# %%
original = json.dumps
# %%
def pretty(value, **options):
    return original(value, sort_keys=True, **options)

json.dumps = pretty
# %%
print(json.dumps({"b": 1, "a": 2}))
# %%
json.dumps = original
# %%
print(json.dumps({"b": 1, "a": 2}))
# %%
def double(self):
    return self * 2

pd.Series.double = double
# %%
print(pd.Series([1, 2]).double().tolist())
# %%
@pd.api.extensions.register_dataframe_accessor("geo")
class Geo:
    def __init__(self, frame):
        self.frame = frame

    def middle(self):
        return self.frame.mean().tolist()
# %%
print(pd.DataFrame({"a": [1, 2], "b": [3, 5]}).geo.middle())
# %%
setattr(textwrap, "WIDTH", 12)
# %%
print(textwrap.fill("a few words to wrap here", textwrap.WIDTH))
# %%
import builtins
builtins.answer = 42
# %%
print(answer)
