# What a shell prints becomes a value, names of the notebook go into commands.
# found: 9 tasks, 2 wide
# %%
from pathlib import Path

name = "report"
count = 3
# %%
for i in range(count):
    Path(f"{name}-{i}.txt").write_text(f"line {i}\n" * (i + 1))
# %%
# files = !ls *.txt
# %%
print(len(files), files[0])
# %%
# lines = !wc -l < {name}-2.txt
print(int(lines[0]))
# %%
# !echo {name.upper()} $count
# %%
# listing = %sx cat report-0.txt
print(listing)
# %%
# !rm -f {name}-1.txt
# %%
print(sorted(p.name for p in Path(".").glob("*.txt")))
# %%
squares = [n * n for n in range(count)]
print(squares)
