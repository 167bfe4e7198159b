# Contexts left open from cell to cell.
# found: 1 task, 1 wide
# %%
import contextlib, io, sys, decimal, os, tempfile, warnings
import pandas as pd
# %%
buf = io.StringIO()
# %%
redirect = contextlib.redirect_stdout(buf)
# %%
redirect.__enter__();
# %%
print("hidden")
# %%
redirect.__exit__(None, None, None)
# %%
print("shown", repr(buf.getvalue()))
# %%
opt = pd.option_context("display.max_rows", 2)
# %%
opt.__enter__()
# %%
pd.DataFrame({"a": range(5)})
# %%
opt.__exit__(None, None, None)
# %%
pd.DataFrame({"a": range(5)})
# %%
ctx = decimal.localcontext()
# %%
c = ctx.__enter__()
# %%
c.prec = 3
# %%
print(decimal.Decimal(1) / 7)
# %%
ctx.__exit__(None, None, None)
# %%
print(decimal.Decimal(1) / 7)
# %%
td = tempfile.TemporaryDirectory()
# %%
open(os.path.join(td.name, "f"), "w").write("x")
# %%
print(os.listdir(td.name))
# %%
td.cleanup()
# %%
print(os.path.exists(td.name))
# %%
catcher = warnings.catch_warnings(record=True)
# %%
got = catcher.__enter__()
# %%
warnings.simplefilter("always")
# %%
warnings.warn("one")
# %%
print(len(got))
# %%
catcher.__exit__(None, None, None)
# %%
with tempfile.NamedTemporaryFile("w", suffix=".txt", delete=False) as t:
    t.write("kept")
# %%
print(open(t.name).read(), t.closed)
# %%
os.unlink(t.name)
# %%
print(os.path.exists(t.name))
# %%
old = sys.stdout
sys.stdout = cap = io.StringIO()
# %%
print("into cap")
# %%
sys.stdout = old
# %%
print(cap.getvalue())
