# A value that is only read inside functions, through functions, and through methods.
# found: 6 tasks, 4 wide
# %%
source_value = "old"
# %%
def read_source():
    return source_value

def twice():
    return read_source() * 2
# %%
class Reader:
    def get(self):
        return twice()
# %%
observed = read_source()
# %%
print(observed)
# %%
source_value = "new"
# %%
print(twice(), observed)
# %%
print(Reader().get())
# %%
show = lambda: [read_source() for _ in range(2)]
source_value = "newest"
# %%
print(show())
