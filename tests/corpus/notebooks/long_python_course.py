# A course in Python: every idiom, a cell at a time, as a teacher writes it.
# found: 41 tasks, 31 wide
# %% [markdown]
# # Python in one notebook
# ## Numbers
# %%
a = 7
b = 3
# %%
a + b, a - b, a * b
# %%
a / b, a // b, a % b
# %%
a ** b
# %%
a += 1
# %%
a
# %%
import math
math.sqrt(16), math.floor(2.7)
# %%
round(math.pi, 3)
# %% [markdown]
# ## Text
# %%
name = "Ada"
# %%
name.upper(), name[::-1], len(name)
# %%
greeting = f"Hello, {name}!"
# %%
greeting
# %%
greeting.replace("Hello", "Goodbye")
# %%
"a,b,c".split(",")
# %%
name = "Grace"
# %%
greeting, name
# %% [markdown]
# ## Lists
# %%
numbers = [3, 1, 2]
# %%
numbers.append(5)
# %%
numbers
# %%
alias = numbers
# %%
alias.append(8)
# %%
numbers
# %%
copied = numbers[:]
# %%
copied.clear()
# %%
numbers, copied
# %%
numbers.sort()
# %%
numbers[0], numbers[-1], numbers[1:3]
# %%
del numbers[0]
# %%
sum(numbers), max(numbers)
# %%
numbers += [13]
# %%
alias
# %% [markdown]
# ## Loops
# %%
total = 0
for number in numbers:
    total += number
total
# %%
number
# %%
squares = [n ** 2 for n in range(5)]
squares
# %%
evens = {n for n in squares if n % 2 == 0}
sorted(evens)
# %%
n = 5
while n > 0:
    n -= 2
n
# %% [markdown]
# ## Functions
# %%
def area(width, height=1):
    """The area of a rectangle."""
    return width * height
# %%
area(3), area(3, 4), area(height=2, width=5)
# %%
def shout(text, times=2):
    return (text.upper() + "! ") * times
# %%
shout(name)
# %%
factor = 10
def scale(x):
    return x * factor
# %%
scale(2)
# %%
factor = 100
# %%
scale(2)
# %%
compose = lambda f, g: lambda x: f(g(x))
# %%
compose(scale, area)(3)
# %%
def count_up(limit):
    for i in range(limit):
        yield i
# %%
list(count_up(3))
# %%
counter = count_up(3)
# %%
next(counter)
# %%
list(counter)
# %% [markdown]
# ## Dictionaries
# %%
ages = {"Ada": 36, "Grace": 85}
# %%
ages["Alan"] = 41
# %%
ages
# %%
ages.get("Bob", "unknown")
# %%
for key, value in ages.items():
    print(key, value)
# %%
inverted = {v: k for k, v in ages.items()}
inverted
# %%
ages.pop("Alan")
# %%
sorted(ages), key
# %% [markdown]
# ## Errors
# %%
try:
    ages["Nobody"]
except KeyError as error:
    caught = repr(error)
caught
# %%
def safe(f, *args):
    try:
        return f(*args)
    except Exception as e:
        return type(e).__name__
# %%
safe(int, "x"), safe(int, "3"), safe(lambda: 1 / 0)
# %% [markdown]
# ## Classes
# %%
class Dog:
    tricks = []

    def __init__(self, name):
        self.name = name

    def add(self, trick):
        self.tricks.append(trick)
# %%
rex = Dog("Rex")
fido = Dog("Fido")
# %%
rex.add("roll over")
# %%
fido.tricks
# %%
rex.name, Dog.tricks is fido.tricks
# %%
with open("notes.txt", "w") as file:
    file.write("one\ntwo\n")
# %%
with open("notes.txt") as file:
    print(len(file.readlines()))
# %%
file.closed
