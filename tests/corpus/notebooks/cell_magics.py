# Magics with a body: some are Python of the notebook, some write files, some are other programs.
# found: 9 tasks, 3 wide
# %%
# %%capture captured
# print("hidden")
# kept = 40
# %%
# %%writefile helper_numbers.py
# LIMIT = 5
# def triple(n):
#     return 3 * n
# %%
import helper_numbers
print(helper_numbers.triple(kept), helper_numbers.LIMIT)
# %%
# %%bash
# echo "from bash"
# echo 17 > number.txt
# %%
number = int(open("number.txt").read())
number
# %%
# %%time
# slow = sum(range(1000))
# %%
print(captured.stdout.strip(), slow)
# %%
# %%timeit -n1 -r1
# unused = kept * 2
# %%
print("unused" in dir(), kept)
