# Pipelines of generators, read in steps.
# found: 1 task, 1 wide
# best: 1 task, 1 wide
# %%
import itertools
# %%
def numbers(limit):
    for n in range(limit):
        yield n

def evens(source):
    for n in source:
        if n % 2 == 0:
            yield n
# %%
stream = evens(numbers(20))
# %%
first = next(stream)
print(first)
# %%
some = list(itertools.islice(stream, 3))
print(some)
# %%
pairs = itertools.zip_longest(some, stream)
# %%
print(list(pairs))
# %%
print(list(stream), first)
# %%
squares = (n * n for n in some)
# %%
print(sum(squares))
# %%
print(sum(squares))
