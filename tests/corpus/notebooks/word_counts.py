# Counting words in three texts, then together.
# found: 7 tasks, 2 wide
# best: 7 tasks, 2 wide
# %%
import re
from collections import Counter, defaultdict

WORD = re.compile(r"[a-z]+")
STOP = {"the", "a", "of", "and"}
# %%
def words(text):
    return [w for w in WORD.findall(text.lower()) if w not in STOP]
# %%
whale = "Call me Ishmael. Some years ago, the sea and the ship and the sea."
# %%
city = "It was the best of times, it was the worst of times."
# %%
whale_counts = Counter(words(whale))
whale_counts.most_common(2)
# %%
city_counts = Counter(words(city))
city_counts.most_common(2)
# %%
total = whale_counts + city_counts
print(sum(total.values()), total["sea"], total["times"])
# %%
by_length = defaultdict(list)
for word in sorted(total):
    by_length[len(word)].append(word)
# %%
print({n: ws[:2] for n, ws in sorted(by_length.items())})
# %%
print(f"{len(set(words(whale)) & set(words(city)))} words in both, {max(total.values())=}")
