# Context variables, thread-locals, weak references, locks, pools and queues.
# found: 1 task, 1 wide
# %%
import contextvars
import queue
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
# %%
user = contextvars.ContextVar("user", default="nobody")
# %%
token = user.set("ana")
# %%
print(user.get())
# %%
user.reset(token)
# %%
print(user.get())
# %%
local = threading.local()
local.value = 3
# %%
print(local.value)
# %%
class Node:
    def __init__(self, name):
        self.name = name
# %%
node = Node("root")
ref = weakref.ref(node)
# %%
print(ref().name)
# %%
node = None
# %%
print(ref())
# %%
pool = ThreadPoolExecutor(2)
# %%
future = pool.submit(pow, 2, 10)
# %%
print(future.result())
# %%
waiting = queue.Queue()
# %%
waiting.put("a")
waiting.put("b")
# %%
print(waiting.get(), waiting.qsize())
# %%
lock = threading.Lock()
total = 0

def add(n):
    global total
    with lock:
        total += n
# %%
threads = [threading.Thread(target=add, args=(n,)) for n in range(5)]
# %%
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
# %%
print(total)
# %%
list(pool.map(add, [10, 20]))
# %%
print(total)
pool.shutdown()
