# With-blocks: files, suppressed errors, a context of the notebook.
# found: 1 task, 1 wide
# %%
import contextlib
import io
from contextlib import contextmanager
# %%
trace = []

@contextmanager
def step(name):
    trace.append(f"> {name}")
    try:
        yield len(trace)
    finally:
        trace.append(f"< {name}")
# %%
with step("load") as depth:
    loaded = [1, 2, 3]
# %%
with step("sum"), contextlib.suppress(ZeroDivisionError):
    total = sum(loaded)
    ratio = total / 0
# %%
print(depth, total, "ratio" in dir())
# %%
buffer = io.StringIO()
with contextlib.redirect_stdout(buffer):
    print("quiet")
# %%
print(repr(buffer.getvalue()))
# %%
print(trace)
