# Recursion with a memo that everybody shares.
# found: 5 tasks, 4 wide
# %%
memo = {}

def ways(n):
    if n < 2:
        return 1
    if n not in memo:
        memo[n] = ways(n - 1) + ways(n - 2)
    return memo[n]
# %%
small = ways(5)
# %%
print(small, len(memo))
# %%
large = ways(30)
# %%
print(large, len(memo))
# %%
def hanoi(n, source, target, spare):
    if n == 0:
        return []
    return [*hanoi(n - 1, source, spare, target), (source, target), *hanoi(n - 1, spare, target, source)]
# %%
print(len(hanoi(5, "a", "b", "c")))
# %%
print(hanoi(2, "a", "b", "c"))
