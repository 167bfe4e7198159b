# Threads, queues and locks inside the notebook.
# found: 2 tasks, 2 wide
# %%
import queue
import threading
from concurrent.futures import ThreadPoolExecutor
# %%
lock = threading.Lock()
done = []

def work(n):
    with lock:
        done.append(n)
    return n * n
# %%
with ThreadPoolExecutor(2) as pool:
    squares = list(pool.map(work, range(4)))
# %%
print(squares)
# %%
print(sorted(done))
# %%
inbox = queue.Queue()
worker = threading.Thread(target=lambda: inbox.put("ready"))
# %%
worker.start()
worker.join()
# %%
print(inbox.get(), lock.locked())
# %%
cubes = [n**3 for n in range(4)]
print(cubes)
