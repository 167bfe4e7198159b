# exec, globals and eval: nobody can tell what they read and write.
# found: 1 task, 1 wide
# best: 1 task, 1 wide
# %%
for i, letter in enumerate("abc"):
    globals()[f"value_{letter}"] = i * 10
# %%
print(value_a, value_b, value_c)
# %%
expression = "value_b + value_c"
# %%
result = eval(expression)
# %%
exec("scaled = result * 2")
# %%
print(result, scaled)
# %%
locals()["late"] = 5
# %%
print(late, sorted(n for n in globals() if n.startswith("value_")))
