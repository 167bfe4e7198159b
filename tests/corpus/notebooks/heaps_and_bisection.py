# Containers changed by functions of the standard library: heapq, bisect, shuffle, deque, dict.
# found: 15 tasks, 11 wide
# %%
import bisect
import heapq
import itertools
import operator
from collections import ChainMap, Counter, OrderedDict, defaultdict, deque
# %%
heap = [5, 1, 4]
heapq.heapify(heap)
# %%
heapq.heappush(heap, 0)
# %%
smallest = heapq.heappop(heap)
# %%
print(smallest, heap)
# %%
ordered = [1, 3, 5]
bisect.insort(ordered, 4)
# %%
bisect.insort_left(ordered, 2)
# %%
print(ordered)
# %%
window = deque(maxlen=3)
# %%
for n in range(5):
    window.append(n)
# %%
print(window)
# %%
index = defaultdict(list)
# %%
for word in "the quick the lazy".split():
    index[word].append(len(word))
# %%
index["missing"]
# %%
print(dict(index))
# %%
tally = Counter("aab")
# %%
tally.update("bbc")
# %%
print(tally.most_common(2), tally["z"])
# %%
base = {"x": 1}
chain = ChainMap({}, base)
# %%
chain["x"] = 2
base["y"] = 3
# %%
print(dict(chain), base)
# %%
append = operator.methodcaller("append", 9)
append(ordered)
# %%
print(ordered)
# %%
operator.setitem(base, "z", 26)
# %%
print(base)
# %%
order = OrderedDict(a=1, b=2)
# %%
order.move_to_end("a")
# %%
print(list(order))
# %%
list.append(ordered, 10)
dict.update(base, w=0)
# %%
print(ordered, base)
# %%
first = ordered
first[:] = []
# %%
print(ordered)
# %%
any(base.pop(key) for key in list(base))
# %%
print(base)
