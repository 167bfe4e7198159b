# One name in many scopes: comprehensions, lambdas, classes, exception clauses, loops.
# found: 5 tasks, 2 wide
# %%
n = 100
i = "outer"
# %%
squares = [n * n for n in range(4)]
pairs = {k: [k for k in range(v)] for k, v in zip("ab", (1, 2))}
# %%
print(n, squares, pairs)
# %%
class Scope:
    n = 7
    values = [n for _ in range(2)] if False else [n]

    def method(self):
        return n
# %%
print(Scope.n, Scope().method(), Scope.values)
# %%
add = lambda n, m=n: n + m
print(add(1))
# %%
try:
    1 / 0
except ZeroDivisionError as i:
    message = str(i)
print(message)
# %%
print("i" in dir())
# %%
for j in range(3):
    last = j
print(j, last)
# %%
if (half := n // 2) > 10 and any((found := s) > 3 for s in squares):
    print(half, found)
# %%
matches = {k for k, v in pairs.items() if (size := len(v)) > 1}
print(matches, size)
