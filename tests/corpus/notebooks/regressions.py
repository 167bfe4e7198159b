# Three models of the same data, trained side by side, compared at the end.
# found: 5 tasks, 3 wide
# best: 5 tasks, 3 wide
# %%
import numpy as np
from sklearn.datasets import make_regression
from sklearn.linear_model import Lasso, LinearRegression, Ridge
from sklearn.metrics import mean_squared_error, r2_score
from sklearn.model_selection import train_test_split
# %%
X, y = make_regression(n_samples=80, n_features=5, noise=10.0, random_state=0)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)
print(X_train.shape, X_test.shape)
# %%
def score(model):
    predicted = model.predict(X_test)
    return round(r2_score(y_test, predicted), 4), round(mean_squared_error(y_test, predicted), 2)
# %%
ols = LinearRegression().fit(X_train, y_train)
print(ols.coef_.round(2))
# %%
ridge = Ridge(alpha=1.0)
ridge.fit(X_train, y_train)
print(ridge.coef_.round(2))
# %%
lasso = Lasso(alpha=0.5)
lasso.fit(X_train, y_train)
print(lasso.coef_.round(2))
# %%
for name, model in {"ols": ols, "ridge": ridge, "lasso": lasso}.items():
    print(name, *score(model))
