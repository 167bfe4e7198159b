# A model is trained, saved, loaded elsewhere.
# found: 5 tasks, 2 wide
# best: 5 tasks, 2 wide
# %%
import pickle

import joblib
import numpy as np
from sklearn.linear_model import LogisticRegression
# %%
X = np.array([[0.0], [1.0], [2.0], [3.0]])
y = np.array([0, 0, 1, 1])
# %%
model = LogisticRegression().fit(X, y)
# %%
joblib.dump(model, "model.joblib")
# %%
with open("labels.pkl", "wb") as f:
    pickle.dump(["no", "yes"], f)
# %%
loaded = joblib.load("model.joblib")
# %%
with open("labels.pkl", "rb") as f:
    labels = pickle.load(f)
# %%
print([labels[p] for p in loaded.predict([[0.2], [2.8]])])
# %%
print(np.allclose(model.coef_, loaded.coef_))
