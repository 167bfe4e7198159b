# Iterators that somebody has already taken from: zip, map, files, generators, tees, iter.
# found: 8 tasks, 8 wide
# %%
import csv
import itertools
from pathlib import Path
# %%
pairs = zip("abc", range(3))
# %%
print(next(pairs))
# %%
print(list(pairs))
# %%
squares = map(lambda n: n * n, range(4))
evens = filter(lambda n: n % 2 == 0, squares)
# %%
print(next(squares))
# %%
print(list(evens))
# %%
numbers = iter([1, 2, 3, 4])
# %%
head = list(itertools.islice(numbers, 2))
# %%
print(head, list(numbers))
# %%
counter = itertools.count(10)
# %%
ids = {name: next(counter) for name in "xy"}
# %%
print(ids, next(counter))
# %%
Path("rows.csv").write_text("a,b\n1,2\n3,4\n")
# %%
stream = open("rows.csv")
reader = csv.DictReader(stream)
# %%
print(next(reader))
# %%
print(list(reader))
stream.close()
# %%
one, two = itertools.tee(x for x in range(3))
# %%
print(list(one))
# %%
print(list(two))
# %%
def countdown(n):
    while n:
        received = yield n
        n = received if received is not None else n - 1
# %%
clock = countdown(5)
print(next(clock))
# %%
print(clock.send(2))
# %%
print(list(clock))
# %%
seen = set()
unique = [x for x in "abca" if not (x in seen or seen.add(x))]
# %%
print(unique, sorted(seen))
