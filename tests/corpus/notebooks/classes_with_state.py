# Classes that remember: class attributes, properties with effects, slots, counters, registries.
# found: 6 tasks, 6 wide
# %%
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cache, cached_property, lru_cache, singledispatch
# %%
class Counter:
    made = 0

    def __init__(self):
        type(self).made += 1
        self.number = Counter.made

    @property
    def next(self):
        self.number += 1
        return self.number
# %%
a = Counter()
# %%
b = Counter()
# %%
print(a.number, b.number, Counter.made)
# %%
a.next
# %%
print(a.number)
# %%
class Plugin(ABC):
    known = {}

    def __init_subclass__(cls, **kwargs):
        Plugin.known[cls.__name__] = cls

    @abstractmethod
    def run(self): ...
# %%
class Upper(Plugin):
    def run(self):
        return "UP"
# %%
class Lower(Plugin):
    def run(self):
        return "low"
# %%
print([name for name in Plugin.known], [each().run() for each in Plugin.known.values()])
# %%
class Colour(Enum):
    RED = auto()
    BLUE = auto()
# %%
chosen = Colour.RED
# %%
print(chosen is Colour.RED, chosen == Colour["RED"], chosen)
# %%
@dataclass
class Basket:
    items: list = field(default_factory=list)
    owner: str = "nobody"

    @cached_property
    def first(self):
        print("looked up")
        return self.items[0]
# %%
basket = Basket(["apple"])
# %%
print(basket.first)
# %%
basket.items.insert(0, "pear")
# %%
print(basket.first, basket)
# %%
@cache
def slow(n):
    print("computing", n)
    return n * n
# %%
print(slow(3))
# %%
print(slow(3))
# %%
print(slow.cache_info())
# %%
@singledispatch
def describe(value):
    return "something"
# %%
@describe.register
def _(value: int):
    return "a number"
# %%
print(describe(1), describe("x"))
# %%
Counter.made = 100
# %%
print(Counter().number)
