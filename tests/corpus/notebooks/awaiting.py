# Top-level await, async generators and tasks.
# found: 1 task, 1 wide
# %%
import asyncio
# %%
async def fetch(n):
    await asyncio.sleep(0)
    return n * 10

async def stream(limit):
    for n in range(limit):
        yield await fetch(n)
# %%
one = await fetch(1)
print(one)
# %%
many = await asyncio.gather(*(fetch(n) for n in range(3)))
print(many)
# %%
collected = [x async for x in stream(3)]
print(collected)
# %%
async with asyncio.Lock() as nothing:
    print("locked", nothing)
# %%
total = one + sum(many) + sum(collected)
print(total)
