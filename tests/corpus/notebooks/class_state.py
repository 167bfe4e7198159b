# State kept in classes: registries, counters, cached properties.
# found: 1 task, 1 wide
# %%
from functools import cached_property
# %%
class Plugin:
    known = []
    made = 0

    def __init_subclass__(cls, **kwargs):
        Plugin.known.append(cls.__name__)

    def __init__(self):
        type(self).made += 1
        Plugin.made += 1
# %%
class Reader(Plugin):
    @cached_property
    def text(self):
        Plugin.known.append("read")
        return "text"
# %%
class Writer(Plugin):
    pass
# %%
print(Plugin.known)
# %%
reader, writer = Reader(), Writer()
# %%
print(Plugin.made, Reader.made)
# %%
reader.text + reader.text
# %%
print(Plugin.known, vars(reader))
# %%
Plugin.known.clear()
# %%
print(Writer.known)
