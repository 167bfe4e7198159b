# The same list or dict in two places of another: what changes in one place is seen in both.
# found: 7 tasks, 5 wide
# %%
board = [["."] * 3] * 3
apart = [["."] * 3 for _ in range(3)]
# %%
board[0][0] = "x"
apart[0][0] = "x"
# %%
print(board)
# %%
print(apart)
# %%
second = board[1]
second[2] = "o"
print(board)
# %%
row = {"n": 1}
rows = {"first": row, "second": row}
# %%
print(rows)
# %%
rows["first"]["n"] = 2
print(rows)
