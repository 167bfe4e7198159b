# Objects changed by whoever gets them: through helpers, aliases, elements, callbacks.
# found: 4 tasks, 3 wide
# %%
import pandas as pd
# %%
ll = [[1], [2], [3]]
# %%
last = ll.pop()
inner = ll[0]
# %%
def add_total(rows):
    rows.append([sum(r[0] for r in rows)])

def pass_on(function, value):
    function(value)
# %%
add_total(ll)
# %%
inner.append("seen")
# %%
print(ll, last)
# %%
pass_on(add_total, [[5]])
pass_on(lambda rows: rows.clear(), last)
# %%
print(last)
# %%
df = pd.DataFrame({"x": [3, 2, 1]})
# %%
df.sort_values(by="x", inplace=True)
# %%
df2 = df
# %%
df2.loc[0, "x"] = 100
# %%
print(df.x.tolist(), df2 is df)
# %%
def clean(frame):
    frame.columns = [c.upper() for c in frame.columns]
    return frame
# %%
cleaned = clean(df)
# %%
print(list(df.columns), (df + df).X.max())
