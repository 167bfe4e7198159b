# Models kept in dicts and lists, fitted in loops, tuned by attributes, warm starts and callbacks.
# found: 5 tasks, 4 wide
# %%
import numpy as np
from sklearn.base import clone
from sklearn.ensemble import RandomForestRegressor
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
# %%
X = np.arange(20.0).reshape(10, 2)
y = X[:, 0] * 2 + 1
# %%
models = {"plain": LinearRegression(), "ridge": Ridge(alpha=1.0)}
# %%
for name, model in models.items():
    model.fit(X, y)
# %%
print({name: round(float(m.predict(X[:1])[0]), 3) for name, m in models.items()})
# %%
best = models["ridge"]
# %%
best.set_params(alpha=10.0).fit(X, y)
# %%
print(round(float(models["ridge"].coef_[0]), 4))
# %%
scaler = StandardScaler()
scaled = scaler.fit_transform(X)
# %%
scaled[0] = 0
# %%
print(X[0], scaled[0], scaler.mean_)
# %%
pipe = Pipeline([("scale", MinMaxScaler()), ("model", Ridge())])
steps = pipe.named_steps
# %%
pipe.fit(X, y)
# %%
print(round(float(steps["model"].intercept_), 4))
# %%
forest = RandomForestRegressor(n_estimators=3, random_state=0, warm_start=True)
# %%
forest.fit(X, y)
# %%
forest.n_estimators = 5
# %%
forest.fit(X, y)
# %%
print(len(forest.estimators_))
# %%
history = []

class Loud(LinearRegression):
    def fit(self, X, y):
        history.append(X.shape)
        return super().fit(X, y)
# %%
loud = Loud()
# %%
again = clone(loud)
again.fit(X, y)
# %%
loud.fit(X[:5], y[:5])
# %%
print(history)
