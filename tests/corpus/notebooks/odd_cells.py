# Cells with nothing, with comments only, with strange layout.
# found: 8 tasks, 6 wide
# %%
# just a comment
# %%

# %%
"""A string that is shown."""
# %%
x = (1,
     2,

     3)
# %% [markdown]
# ## A heading in between
# text
# %%
if True:

    y = sum(x); z = y \
        + 1
# %%
print(y); z
# %%
...
# %%
pass
# %%
print(
    "ümläut", "日本", x[
        -1]
)
# %%
été = 3; print(été)
# %%
x, = [5]; [a, (b, *c)] = 1, (2, 3, 4)
# %%
print(x, a, b, c, été)
