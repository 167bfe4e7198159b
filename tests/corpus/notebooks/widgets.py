# Widgets without a person: their values are set by code.
# found: 2 tasks, 2 wide
# %%
import ipywidgets as widgets
# %%
slider = widgets.IntSlider(value=3, max=10)
# %%
seen = []
slider.observe(lambda change: seen.append(change["new"]), names="value")
# %%
slider.value = 7
# %%
print(slider.value, seen)
# %%
label = widgets.Label("hi")
# %%
print(label.value)
# %%
print([n * n for n in range(3)])
