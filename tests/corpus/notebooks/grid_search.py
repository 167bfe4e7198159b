# Pipelines and grids: preparation, two searches, the winner.
# found: 5 tasks, 2 wide
# best: 5 tasks, 2 wide
# %%
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier
# %%
X, y = load_iris(return_X_y=True)
Xa, Xb, ya, yb = train_test_split(X, y, random_state=0, stratify=y)
# %%
knn = GridSearchCV(
    make_pipeline(StandardScaler(), KNeighborsClassifier()),
    {"kneighborsclassifier__n_neighbors": [3, 7]},
    cv=2,
)
knn.fit(Xa, ya)
print(knn.best_params_)
# %%
tree = GridSearchCV(DecisionTreeClassifier(random_state=0), {"max_depth": [1, 3]}, cv=2)
tree.fit(Xa, ya)
print(tree.best_params_)
# %%
scores = {"knn": knn.score(Xb, yb), "tree": tree.score(Xb, yb)}
print({k: round(v, 3) for k, v in scores.items()})
# %%
print(cross_val_score(knn.best_estimator_, X, y, cv=2).round(3))
