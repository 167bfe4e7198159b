# Breadth first, depth first, shortest paths: one graph, three algorithms.
# found: 5 tasks, 3 wide
# %%
import heapq
from collections import deque
# %%
graph = {"a": {"b": 1, "c": 4}, "b": {"c": 2, "d": 5}, "c": {"d": 1}, "d": {}}
# %%
def bfs(start):
    seen, todo = [start], deque([start])
    while todo:
        for other in graph[todo.popleft()]:
            if other not in seen:
                seen.append(other)
                todo.append(other)
    return seen
# %%
breadth = bfs("a")
print(breadth)
# %%
def dfs(node, seen=None):
    seen = [] if seen is None else seen
    if node not in seen:
        seen.append(node)
        for other in graph[node]:
            dfs(other, seen)
    return seen
# %%
depth = dfs("a")
print(depth)
# %%
distance, heap = {}, [(0, "a")]
while heap:
    d, node = heapq.heappop(heap)
    if node not in distance:
        distance[node] = d
        for other, weight in graph[node].items():
            heapq.heappush(heap, (d + weight, other))
# %%
print(distance, breadth == depth)
# %%
graph["d"]["a"] = 7
# %%
print(bfs("d"))
