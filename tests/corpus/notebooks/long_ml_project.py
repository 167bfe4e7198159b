# A machine-learning project: data, features, five models, tuning, errors, a choice.
# found: 3 tasks, 2 wide
# %%
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.datasets import load_breast_cancer
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, confusion_matrix, roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_score, train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

SEED = 0
FOLDS = 2
# %%
data = load_breast_cancer(as_frame=True)
# %%
frame = data.frame
frame.shape
# %%
frame.target.value_counts().to_dict()
# %%
X = frame.drop(columns="target").iloc[:, :8]
y = frame["target"]
# %%
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=SEED, stratify=y)
# %%
X_train.describe().loc[["mean", "std"]].round(2)
# %%
high = X_train.corr().abs()
pairs = high.where(np.triu(np.ones(high.shape, dtype=bool), 1)).stack()
pairs.nlargest(3).round(3)
# %%
class Clip(BaseEstimator, TransformerMixin):
    def __init__(self, limit=3.0):
        self.limit = limit

    def fit(self, X, y=None):
        self.fitted_ = True
        return self

    def transform(self, X):
        return np.clip(X, -self.limit, self.limit)
# %%
def evaluate(model):
    probability = model.predict_proba(X_test)[:, 1]
    return {
        "accuracy": round(accuracy_score(y_test, probability > 0.5), 3),
        "auc": round(roc_auc_score(y_test, probability), 3),
    }
# %%
folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
# %%
dummy = DummyClassifier().fit(X_train, y_train)
# %%
evaluate(dummy)
# %%
logistic = make_pipeline(StandardScaler(), LogisticRegression())
logistic.fit(X_train, y_train)
# %%
evaluate(logistic)
# %%
knn = make_pipeline(StandardScaler(), KNeighborsClassifier())
knn.fit(X_train, y_train)
# %%
evaluate(knn)
# %%
tree = DecisionTreeClassifier(max_depth=3, random_state=SEED)
tree.fit(X_train, y_train)
# %%
evaluate(tree)
# %%
forest = RandomForestClassifier(10, random_state=SEED)
forest.fit(X_train, y_train)
# %%
evaluate(forest)
# %%
bayes = GaussianNB().fit(X_train, y_train)
# %%
evaluate(bayes)
# %%
cv_logistic = cross_val_score(logistic, X_train, y_train, cv=folds)
cv_logistic.round(3)
# %%
cv_tree = cross_val_score(tree, X_train, y_train, cv=folds)
cv_tree.round(3)
# %%
cv_bayes = cross_val_score(bayes, X_train, y_train, cv=folds)
cv_bayes.round(3)
# %%
importances = pd.Series(forest.feature_importances_, index=X.columns)
importances.nlargest(3).round(2)
# %%
print(tree.get_depth(), tree.get_n_leaves())
# %%
clipped = make_pipeline(StandardScaler(), Clip(2.0), LogisticRegression())
clipped.fit(X_train, y_train)
# %%
evaluate(clipped)
# %%
depths = {}
for depth in (1, 2, 4):
    candidate = DecisionTreeClassifier(max_depth=depth, random_state=SEED).fit(X_train, y_train)
    depths[depth] = round(candidate.score(X_test, y_test), 3)
depths
# %%
predictions = pd.DataFrame({"truth": y_test, "logistic": logistic.predict(X_test), "tree": tree.predict(X_test)})
# %%
print(confusion_matrix(predictions.truth, predictions.logistic))
# %%
disagree = predictions[predictions.logistic != predictions.tree]
len(disagree)
# %%
hard = predictions[(predictions.truth != predictions.logistic) & (predictions.truth != predictions.tree)]
print(sorted(hard.index)[:5])
# %%
scores = {name: evaluate(model)["auc"] for name, model in [("logistic", logistic), ("forest", forest), ("bayes", bayes)]}
# %%
winner = max(scores, key=scores.get)
print(winner, scores[winner])
