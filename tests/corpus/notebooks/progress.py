# Progress bars around work.
# found: 4 tasks, 3 wide
# %%
import sys

from tqdm import tqdm
# %%
squares = []
for n in tqdm(range(5), file=sys.stderr, disable=True):
    squares.append(n * n)
# %%
print(squares)
# %%
bar = tqdm(total=3, disable=True)
# %%
bar.update(2)
# %%
bar.close()
print(bar.n)
# %%
print(sum(squares))
