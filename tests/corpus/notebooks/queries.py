# Names of the notebook inside the text of queries.
# found: 5 tasks, 3 wide
# %%
import pandas as pd
# %%
people = pd.DataFrame({"name": ["ann", "bob", "cy"], "age": [30, 40, 50]})
limit, names = 35, ["ann", "cy"]
# %%
print(people.query("age > @limit").name.tolist())
# %%
print(people.query("name in @names").age.sum())
# %%
limit = 45
# %%
old = people.query("age > @limit")
print(len(old))
# %%
people.eval("double = age * 2", inplace=True)
# %%
def older_than(bound):
    return people.query("age > @bound").name.tolist()
# %%
print(older_than(30), people.double.max())
