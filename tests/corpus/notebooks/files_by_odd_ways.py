# Files that are used by rarely seen ways.
# found: 23 tasks, 6 wide
# %%
import os
import io
import shutil
import configparser
import numpy as np
# %%
with open("first.txt", "w") as f:
    f.write("one\n")
# %%
print(sorted(n for n in os.listdir() if n.endswith(".txt")))
# %%
with open("second.txt", "w") as f:
    f.write("two\n")
# %%
print(sorted(n for n in os.listdir() if n.endswith(".txt")))
# %%
print(sorted(e.name for e in os.scandir() if e.name.endswith(".bin")))
# %%
data = np.arange(4.0)
# %%
data.tofile("data.bin")
# %%
print(np.fromfile("data.bin"))
# %%
print(os.path.lexists("data.bin"))
# %%
os.remove("data.bin")
# %%
print(os.path.lexists("data.bin"), os.path.islink("data.bin"))
# %%
ini = configparser.ConfigParser()
# %%
with open("conf.ini", "w") as f:
    f.write("[db]\nhost = here\n")
# %%
ini.read("conf.ini")
# %%
print(ini["db"]["host"])
# %%
ini["db"]["host"] = "there"
# %%
buf = io.StringIO()
# %%
ini.write(buf)
# %%
print(buf.getvalue())
# %%
src, dst = io.BytesIO(b"abc"), io.BytesIO()
# %%
shutil.copyfileobj(src, dst)
# %%
print(dst.getvalue())
# %%
mm = np.lib.format.open_memmap("m.npy", mode="w+", dtype="f8", shape=(3,))
mm[:] = 7
mm.flush()
# %%
print(np.load("m.npy"))
