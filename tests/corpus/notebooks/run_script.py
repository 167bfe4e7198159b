# Another file runs inside the notebook and leaves its names there.
# found: 3 tasks, 2 wide
# %%
# %%writefile setup_corpus.py
# base = 10
# def scaled(n):
#     return n * base
# print("script ran")
# %%
factor = 2
# %%
# %run setup_corpus.py
# %%
print(base, scaled(3), factor)
# %%
base = 100
# %%
print(scaled(3), base)
# %%
independent = [factor] * 3
print(independent)
