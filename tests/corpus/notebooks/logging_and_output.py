# Loggers and streams that are set up in one cell and write in another.
# found: 1 task, 1 wide
# %%
import io
import logging
import sys
# %%
stream = io.StringIO()
handler = logging.StreamHandler(stream)
# %%
log = logging.getLogger("study")
log.setLevel(logging.INFO)
log.addHandler(handler)
# %%
log.info("first")
# %%
print(stream.getvalue())
# %%
handler.setFormatter(logging.Formatter("%(levelname)s:%(message)s"))
# %%
logging.getLogger("study").warning("second")
# %%
print(stream.getvalue())
# %%
log.setLevel(logging.ERROR)
# %%
log.info("nobody hears")
print(stream.getvalue().count("\n"))
# %%
class Tee:
    def __init__(self, inner):
        self.inner, self.lines = inner, 0

    def write(self, text):
        self.lines += text.count("\n")
        return self.inner.write(text)

    def flush(self):
        self.inner.flush()
# %%
tee = Tee(stream)
print("through", file=tee)
# %%
print("again", file=tee)
# %%
print(tee.lines, len(stream.getvalue()))
# %%
old_hook = sys.displayhook
# %%
sys.setrecursionlimit(2345)
# %%
print(sys.getrecursionlimit())
# %%
sys.argv[1:] = ["--fast"]
# %%
print(sys.argv[1:])
