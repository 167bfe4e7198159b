# Chance drawn through helpers, lists and methods, with a seed set by a function far away.
# found: 6 tasks, 3 wide
# %%
import random

import numpy as np
from sklearn.linear_model import SGDRegressor
from sklearn.model_selection import train_test_split
# %%
def fix_everything(seed):
    random.seed(seed)
    np.random.seed(seed)
# %%
def noisy(values):
    return [v + random.random() for v in values]
# %%
fix_everything(7)
# %%
first = noisy([1, 2, 3])
print([round(v, 3) for v in first])
# %%
deck = list(range(10))
# %%
random.shuffle(deck)
# %%
print(deck)
# %%
table = np.arange(12).reshape(4, 3)
np.random.shuffle(table)
# %%
print(table.tolist())
# %%
state = random.getstate()
a = random.random()
# %%
random.setstate(state)
# %%
print(random.random() == a)
# %%
train, test = train_test_split(np.arange(10))
print(sorted(train.tolist() + test.tolist()), train.tolist())
# %%
model = SGDRegressor(max_iter=5, tol=None)
# %%
model.fit(np.arange(10).reshape(-1, 1) / 10, np.arange(10) / 5)
# %%
print(model.coef_.round(4))
# %%
mine = random.Random(3)
# %%
picked = mine.sample(deck, 3)
# %%
print(picked, mine.randint(1, 100))
# %%
generator = np.random.default_rng(1)
streams = generator.spawn(2)
# %%
print(streams[0].integers(10, size=3).tolist())
# %%
print(streams[0].integers(10, size=3).tolist(), streams[1].integers(10, size=2).tolist())
