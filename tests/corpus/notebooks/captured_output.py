# Output that is led into a buffer, loggers set up by a dict, programs that are talked to.
# found: 4 tasks, 1 wide
# %%
import contextlib
import io
import logging
import logging.config
import subprocess
# %%
buffer = io.StringIO()
# %%
with contextlib.redirect_stdout(buffer):
    print("kept")
# %%
print(buffer.getvalue())
# %%
program = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
# %%
program.stdin.write("hello")
program.stdin.close()
# %%
print(program.stdout.read(), program.wait())
# %%
logging.basicConfig(filename="run.log", level=logging.INFO, force=True)
# %%
logging.info("started")
# %%
print(open("run.log").read())
# %%
logging.config.dictConfig({"version": 1, "loggers": {"corpus": {"level": "ERROR"}}})
# %%
print(logging.getLogger("corpus").level)
