# Top-level await: tasks that go on in the background, queues, locks and gathers.
# found: 2 tasks, 2 wide
# %%
import asyncio
# %%
results = []

async def fetch(name, delay):
    await asyncio.sleep(delay)
    results.append(name)
    return name.upper()
# %%
first = await fetch("a", 0)
# %%
print(first, results)
# %%
both = await asyncio.gather(fetch("b", 0.01), fetch("c", 0))
# %%
print(both, results)
# %%
task = asyncio.ensure_future(fetch("d", 0))
# %%
print(await task)
# %%
queue = asyncio.Queue()
# %%
await queue.put(1)
# %%
print(await queue.get())
# %%
async def numbers():
    for n in range(3):
        yield n
# %%
print([n async for n in numbers()])
# %%
async with asyncio.Lock() as held:
    print("locked", held)
# %%
print(results)
