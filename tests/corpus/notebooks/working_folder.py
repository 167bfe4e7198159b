# The working folder, the environment and the path of modules change on the way.
# found: 3 tasks, 2 wide
# %%
import os
import sys
import tempfile
from pathlib import Path
# %%
start = Path.cwd()
os.makedirs("inner", exist_ok=True)
# %%
Path("note.txt").write_text("outer")
# %%
os.chdir("inner")
# %%
Path("note.txt").write_text("inner")
# %%
print(Path("note.txt").read_text())
# %%
os.chdir("..")
# %%
print(Path("note.txt").read_text(), Path.cwd() == start)
# %%
os.environ["STAGE"] = "test"
# %%
def stage():
    return os.environ.get("STAGE", "none")
# %%
print(stage())
# %%
os.environ.pop("STAGE")
# %%
print(stage())
# %%
Path("inner/helper_of_mine.py").write_text("ANSWER = 42\n")
# %%
sys.path.append("inner")
# %%
import helper_of_mine
print(helper_of_mine.ANSWER)
# %%
folder = tempfile.mkdtemp()
# %%
with open(os.path.join(folder, "part.csv"), "w") as out:
    out.write("a,b\n1,2\n")
# %%
print(os.listdir(folder))
