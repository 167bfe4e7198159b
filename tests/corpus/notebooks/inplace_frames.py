# Frames that are changed in place: pop, insert, loc, inplace arguments, assignments by attribute.
# found: 1 task, 1 wide
# %%
import pandas as pd
# %%
df = pd.DataFrame({"id": [3, 1, 2], "x": [1.0, None, 3.0], "label": list("abc")})
# %%
label = df.pop("label")
# %%
df.insert(0, "name", label.str.upper())
# %%
df.loc[df.id == 1, "x"] = -1.0
# %%
df.sort_values("id", inplace=True)
# %%
print(df)
# %%
df.columns = [c.title() for c in df.columns]
# %%
print(list(df.columns), label.tolist())
# %%
df.index.name = "row"
# %%
df.reset_index(inplace=True)
# %%
print(df)
# %%
view = df[["Id", "X"]]
series = df["X"]
# %%
series.iloc[0] = 50
# %%
print(df["X"].tolist(), series.tolist())
# %%
df["Y"] = df.X * 2
del df["X"]
# %%
print(df.shape, "X" in df, view.shape)
# %%
df.attrs["source"] = "made up"
# %%
print(df.attrs)
# %%
df.at[0, "Y"] = 0
df.iat[1, 0] = 77
# %%
df.update(pd.DataFrame({"Y": [8.0]}, index=[2]))
# %%
df.eval("Z = Y + Id", inplace=True)
# %%
df
# %%
limit = 2
print(df.query("Id >= @limit").Name.tolist())
# %%
grouped = df.groupby("Id")
# %%
df["Y"] += 1
# %%
print(grouped["Y"].sum().tolist())
