# Files written by helpers and read by variables, handles, shell commands, archives and globs.
# found: 18 tasks, 4 wide
# %%
import glob
import json
import os
import pickle
import shutil
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
# %%
OUT = Path("results")

def save(name, thing):
    OUT.mkdir(exist_ok=True)
    path = OUT / f"{name}.json"
    path.write_text(json.dumps(thing))
    return path
# %%
save("one", {"n": 1})
# %%
where = save("two", {"n": 2})
# %%
for path in sorted(OUT.glob("*.json")):
    print(path.name, json.loads(path.read_text()))
# %%
print(where.read_text())
# %%
save("one", {"n": 100})
# %%
print(sorted(glob.glob("results/*")))
print(pd.read_json("results/one.json", typ="series")["n"])
# %%
np.save("array.npy", np.arange(3))
# %%
target = "array" + ".npy"
print(np.load(target))
# %%
subprocess.run(["cp", "array.npy", "copy.npy"], check=True)
# %%
print(os.path.exists("copy.npy"))
# %%
with zipfile.ZipFile("all.zip", "w") as archive:
    archive.write("array.npy")
# %%
with zipfile.ZipFile("all.zip") as archive:
    print(archive.namelist())
# %%
pickle.dump({"k": [1, 2]}, open("kept.pkl", "wb"))
# %%
print(pickle.load(open("kept.pkl", "rb")))
# %%
log = open("log.txt", "a")
# %%
print("first line", file=log)
# %%
log.write("second line\n")
log.flush()
# %%
print(Path("log.txt").read_text())
# %%
log.close()
shutil.rmtree("results")
# %%
print(OUT.exists())
# %%
os.remove("copy.npy")
# %%
print(os.path.exists("copy.npy"), os.path.exists("array.npy"))
