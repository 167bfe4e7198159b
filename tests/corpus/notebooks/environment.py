# The environment, the working folder and the module path.
# found: 3 tasks, 2 wide
# %%
import os
import sys
from pathlib import Path
# %%
os.environ["CORPUS_STAGE"] = "test"
# %%
stage = os.environ.get("CORPUS_STAGE", "none")
print(stage)
# %%
Path("inner").mkdir(exist_ok=True)
Path("inner/corpus_local_module.py").write_text("ANSWER = 42\n")
# %%
sys.path.insert(0, str(Path("inner").resolve()))
# %%
from corpus_local_module import ANSWER
print(ANSWER)
# %%
os.chdir("inner")
# %%
print(os.path.basename(os.getcwd()), sorted(os.listdir())[0])
# %%
os.chdir("..")
# %%
print(Path("inner").is_dir())
# %%
independent = stage * 2
print(independent)
