# Names inside f-strings, nested formats and braces.
# found: 7 tasks, 4 wide
# %%
value, width, digits = 3.14159, 10, 2
label = "pi"
# %%
row = f"{label:<{width}}|{value:{width}.{digits}f}|"
# %%
print(row)
# %%
table = {"pi": value, "e": 2.71828}
# %%
print(f"{table['e']:.{digits}f} {label!r:>6} {{literal}} {len(label)=}")
# %%
lines = "\n".join(f"{key}: {f'{number:.1f}'}" for key, number in table.items())
print(lines)
# %%
digits = 4
# %%
print(f"{value:.{digits}f}", "{label} {0}".format(value, label=label), "%(label)s" % {"label": label})
