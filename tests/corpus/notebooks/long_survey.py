# A survey: answers are recoded, checked, weighted, tabulated; one table changes all the way.
# found: 28 tasks, 14 wide
# %%
import numpy as np
import pandas as pd
# %%
rng = np.random.default_rng(5)
n = 120
# %%
answers = pd.DataFrame(
    {
        "age": rng.integers(16, 80, n),
        "sex": rng.choice(["f", "m", "x"], n, p=[0.5, 0.45, 0.05]),
        "region": rng.choice(["north", "south", "west"], n),
        "q1": rng.integers(1, 6, n).astype(float),
        "q2": rng.integers(1, 6, n).astype(float),
        "q3": rng.integers(0, 2, n),
    }
)
# %%
answers.loc[rng.choice(n, 10, replace=False), "q1"] = np.nan
# %%
answers.isna().sum().to_dict()
# %%
LABELS = {1: "never", 2: "rarely", 3: "sometimes", 4: "often", 5: "always"}
# %%
codebook = pd.Series(LABELS)
codebook
# %%
problems = []
# %%
if (answers.age < 18).any():
    problems.append(f"{(answers.age < 18).sum()} under age")
# %%
if answers.q1.isna().mean() > 0.05:
    problems.append("many gaps in q1")
# %%
print(problems)
# %%
answers = answers[answers.age >= 18]
# %%
answers = answers.assign(group=pd.cut(answers.age, [17, 35, 55, 80], labels=["young", "middle", "old"]))
# %%
answers["q2"] = 6 - answers.q2
# %%
answers["score"] = answers[["q1", "q2"]].mean(axis=1)
# %%
counts = answers.group.value_counts(sort=False)
counts
# %%
TARGET = {"young": 0.4, "middle": 0.35, "old": 0.25}
# %%
weights = answers.group.astype(str).map(lambda g: TARGET[g] / (counts[g] / counts.sum()))
# %%
answers = answers.assign(weight=weights)
# %%
print(round(answers.weight.mean(), 4))
# %%
def weighted(frame, column):
    valid = frame.dropna(subset=[column])
    return np.average(valid[column], weights=valid.weight)
# %%
overall = weighted(answers, "score")
print(round(overall, 3))
# %%
by_region = {region: round(weighted(part, "score"), 3) for region, part in answers.groupby("region")}
by_region
# %%
by_sex = {sex: round(weighted(part, "score"), 3) for sex, part in answers.groupby("sex")}
by_sex
# %%
by_group = {str(g): round(weighted(part, "score"), 3) for g, part in answers.groupby("group", observed=True)}
by_group
# %%
table = pd.crosstab(answers.region, answers.q3, normalize="index").round(3)
table
# %%
yes = answers.q3 == 1
# %%
gap = answers[yes].score.mean() - answers[~yes].score.mean()
print(round(gap, 3))
# %%
shuffles = []
for _ in range(100):
    shuffled = rng.permutation(yes)
    shuffles.append(answers.score[shuffled].mean() - answers.score[~shuffled].mean())
# %%
p = np.mean(np.abs(shuffles) >= abs(gap))
print(round(p, 2))
# %%
named = answers.q1.dropna().astype(int).map(LABELS)
named.value_counts().reindex(LABELS.values()).to_dict()
# %%
long = answers.melt(id_vars=["region"], value_vars=["q1", "q2"])
long.groupby("variable").value.mean().round(3)
# %%
alpha_items = answers[["q1", "q2"]].dropna()
alpha = 2 * (1 - alpha_items.var().sum() / alpha_items.sum(axis=1).var())
print(round(alpha, 3))
# %%
problems.append(f"alpha {alpha:.2f}")
# %%
print(problems[-1], len(problems))
# %%
report = {"overall": round(overall, 2), "gap": round(gap, 2), "n": len(answers)}
# %%
print(report)
