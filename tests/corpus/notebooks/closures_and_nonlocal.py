# Functions that keep state: nonlocal, closures in dicts, partials, lambdas over loop variables.
# found: 9 tasks, 7 wide
# %%
from functools import partial, reduce, wraps
# %%
def make_account(balance):
    def deposit(amount):
        nonlocal balance
        balance += amount
        return balance

    def show():
        return balance

    return deposit, show
# %%
deposit, show = make_account(10)
# %%
deposit(5)
# %%
print(show())
# %%
deposit(100)
# %%
print(show())
# %%
actions = {"up": lambda v: v + step, "down": lambda v: v - step}
# %%
step = 2
# %%
print(actions["up"](1))
# %%
step = 10
# %%
print(actions["down"](1))
# %%
adders = [lambda x, n=n: x + n for n in range(3)]
late = [lambda x: x + n for n in range(3)]
# %%
print([f(1) for f in adders], [f(1) for f in late])
# %%
log = []

def traced(function):
    @wraps(function)
    def inner(*args, **kwargs):
        log.append(function.__name__)
        return function(*args, **kwargs)
    return inner
# %%
@traced
def work(n):
    return n * 2
# %%
work(1)
# %%
print(log)
# %%
result = list(map(work, [1, 2]))
# %%
print(result, log)
# %%
def counted():
    counted.calls += 1
    return counted.calls
counted.calls = 0
# %%
counted()
# %%
print(counted(), counted.calls)
# %%
box = []
push = box.append
# %%
push(1)
# %%
for each in (2, 3):
    push(each)
# %%
print(box)
# %%
scaled = partial(lambda factor, values: [factor * v for v in values], 3)
# %%
print(scaled(box))
# %%
box += [4]
other = box
other += [5]
# %%
print(box, reduce(lambda a, b: a + b, box))
