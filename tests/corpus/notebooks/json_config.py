# A settings file that is written, read, changed and read again.
# found: 6 tasks, 2 wide
# %%
import json
from pathlib import Path

CONFIG = Path("settings.json")
# %%
CONFIG.write_text(json.dumps({"depth": 3, "names": ["a", "b"]}))
# %%
config = json.loads(CONFIG.read_text())
print(config)
# %%
depth = config["depth"] * 2
# %%
names = [n.upper() for n in config["names"]]
# %%
config["depth"] = depth
with open("settings.json", "w") as file:
    json.dump(config, file, indent=1)
# %%
print(CONFIG.read_text())
# %%
print(depth, names)
