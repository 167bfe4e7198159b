# Abstract bases, mixins, operators, iterators, properties with setters.
# found: 1 task, 1 wide
# %%
from abc import ABC, abstractmethod
# %%
class Shape(ABC):
    @abstractmethod
    def area(self): ...

    def __lt__(self, other):
        return self.area() < other.area()

class Named:
    def __str__(self):
        return f"{type(self).__name__.lower()} of {self.area():.1f}"
# %%
class Square(Named, Shape):
    def __init__(self, side):
        self.side = side

    @property
    def side(self):
        return self._side

    @side.setter
    def side(self, value):
        if value < 0:
            raise ValueError("negative")
        self._side = value

    def area(self):
        return self.side**2
# %%
class Cube(Square):
    def area(self):
        return 6 * super().area()
# %%
shapes = [Cube(1), Square(2), Square(3)]
# %%
print([str(s) for s in sorted(shapes)])
# %%
shapes[1].side = 10
# %%
print(max(shapes), isinstance(shapes[0], Named), Shape.__subclasses__()[0].__name__)
# %%
try:
    Square(-1)
except ValueError as error:
    print(error)
# %%
total = sum(s.area() for s in shapes)
print(total)
