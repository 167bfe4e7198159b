# Which of two landing pages converts better; each arm is summed up on its own.
# found: 6 tasks, 3 wide
# best: 6 tasks, 3 wide
# %%
import numpy as np
import pandas as pd
from scipy import stats

ALPHA = 0.05
# %%
rng = np.random.default_rng(42)
visits = pd.DataFrame(
    {
        "page": rng.choice(["a", "b"], 400),
        "bought": rng.random(400) < 0.3,
        "seconds": rng.gamma(2.0, 30.0, 400),
    }
)
visits.shape
# %%
a = visits[visits.page == "a"]
print(len(a), round(a.bought.mean(), 4))
# %%
b = visits[visits.page == "b"]
print(len(b), round(b.bought.mean(), 4))
# %%
table = pd.crosstab(visits.page, visits.bought)
chi2, p_bought, dof, _ = stats.chi2_contingency(table)
print(f"{chi2:.4f} {p_bought:.4f} {dof}")
# %%
t, p_time = stats.ttest_ind(a.seconds, b.seconds, equal_var=False)
print(f"{t:.4f} {p_time:.4f}")
# %%
for name, p in [("conversion", p_bought), ("time on page", p_time)]:
    print(name, "differs" if p < ALPHA else "does not differ")
