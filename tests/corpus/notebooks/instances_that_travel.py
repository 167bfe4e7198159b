# Instances of classes of the notebook: they are handed from cell to cell, and used apart.
# found: 6 tasks, 4 wide
# %%
from collections import namedtuple
from dataclasses import dataclass, replace

import numpy as np
# %%
@dataclass(frozen=True)
class Config:
    rate: float
    name: str = "base"
# %%
class Model:
    def __init__(self, config):
        self.config = config
        self.weights = None

    def fit(self, data):
        self.weights = data.mean(axis=0) * self.config.rate
        return self

    def predict(self, row):
        return float((self.weights * row).sum())
# %%
Point = namedtuple("Point", "x y")
# %%
config = Config(0.5)
# %%
fast = replace(config, rate=2.0, name="fast")
# %%
data = np.arange(6.0).reshape(3, 2)
# %%
slow_model = Model(config).fit(data)
# %%
fast_model = Model(fast).fit(data)
# %%
print(slow_model.predict([1, 1]), isinstance(slow_model, Model))
# %%
print(fast_model.predict([1, 1]), fast_model.config)
# %%
points = [Point(1, 2), Point(3, 4)]
# %%
print(sum(p.x for p in points), points)
# %%
print(sorted(points, key=lambda p: -p.y)[0])
# %%
comparison = {m.config.name: m.predict([2, 2]) for m in (slow_model, fast_model)}
# %%
print(comparison)
