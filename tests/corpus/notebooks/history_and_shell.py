# What IPython itself keeps: `_`, Out, In, get_ipython(), user_ns, its aliases and hooks.
# found: 1 task, 1 wide
# %%
6 * 7
# %%
print(_ + 1)
# %%
10 + 1
# %%
x = _
print(x, Out[1], __)
# %%
shell = get_ipython()
# %%
shell.user_ns["planted"] = 5
# %%
print(planted)
# %%
shell.run_line_magic("time", "y = 3")
# %%
print(y)
# %%
get_ipython().ex("z = 12")
# %%
print(z)
# %%
print(len(In) > 5, In[1])
# %%
get_ipython().push({"pushed": [1]})
# %%
pushed.append(2)
# %%
print(pushed)
# %%
# %%capture said
# print("quiet words")
# %%
print(said.stdout)
# %%
# answer = %sx echo hello
# %%
print(answer)
# %%
name = "world"
# words = !echo hello {name} $x
# %%
print(words)
