# Decorators that register, count and cache.
# found: 2 tasks, 2 wide
# %%
import functools
# %%
registry = {}

def register(function):
    registry[function.__name__] = function
    return function

def counted(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        wrapper.calls += 1
        return function(*args, **kwargs)
    wrapper.calls = 0
    return wrapper
# %%
@register
def double(n):
    return 2 * n
# %%
@register
def square(n):
    return n * n
# %%
print(sorted(registry))
# %%
@counted
def noisy(n):
    return registry["double"](n) + registry["square"](n)
# %%
print([noisy(n) for n in range(3)])
# %%
print(noisy.calls, noisy.__name__)
# %%
@functools.lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
# %%
print(fib(20))
# %%
print(fib.cache_info().currsize)
