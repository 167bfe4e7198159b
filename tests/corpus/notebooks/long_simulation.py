# A queue is simulated under several settings; each run has its own stream.
# found: 25 tasks, 17 wide
# %%
import heapq
import math

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

plt.rcParams.update({"figure.figsize": (2, 1.5), "figure.dpi": 50})
CUSTOMERS = 300
# %%
def simulate(seed, arrival, service, servers=1):
    rng = np.random.default_rng(seed)
    free = [0.0] * servers
    clock, waits = 0.0, []
    for _ in range(CUSTOMERS):
        clock += rng.exponential(arrival)
        start = max(clock, heapq.heappop(free))
        waits.append(start - clock)
        heapq.heappush(free, start + rng.exponential(service))
    return np.array(waits)
# %%
def erlang(load, servers):
    top = load**servers / math.factorial(servers) * servers / (servers - load)
    return top / (sum(load**k / math.factorial(k) for k in range(servers)) + top)
# %%
quiet = simulate(1, arrival=2.0, service=1.0)
# %%
busy = simulate(2, arrival=1.2, service=1.0)
# %%
crowded = simulate(3, arrival=1.05, service=1.0)
# %%
two = simulate(4, arrival=0.6, service=1.0, servers=2)
# %%
three = simulate(5, arrival=0.4, service=1.0, servers=3)
# %%
print(quiet.mean().round(3), (quiet > 0).mean().round(3))
# %%
print(busy.mean().round(3), (busy > 0).mean().round(3))
# %%
print(crowded.mean().round(3), (crowded > 0).mean().round(3))
# %%
print(two.mean().round(3))
# %%
print(three.mean().round(3))
# %%
theory = {servers: round(erlang(0.8 * servers, servers), 4) for servers in (1, 2, 3)}
theory
# %%
runs = pd.DataFrame({"quiet": quiet, "busy": busy, "crowded": crowded, "two": two, "three": three})
# %%
runs.describe().round(2).loc[["mean", "max"]]
# %%
quantiles = runs.quantile([0.5, 0.9])
quantiles.round(2)
# %%
runs.corr().round(2).to_numpy()[0, 1]
# %%
plt.hist(busy, bins=20)
plt.show()
# %%
plt.plot(np.maximum.accumulate(crowded))
plt.show()
# %%
warm = 50
# %%
steady = runs.iloc[warm:]
steady.mean().round(3)
# %%
def batches(values, k=5):
    return values[: len(values) // k * k].reshape(k, -1).mean(axis=1)
# %%
batch_means = {name: batches(steady[name].to_numpy()) for name in steady}
# %%
halfwidth = {name: 2.78 * m.std(ddof=1) / np.sqrt(5) for name, m in batch_means.items()}
{name: round(float(h), 2) for name, h in halfwidth.items()}
# %%
autocorrelation = [np.corrcoef(busy[:-k], busy[k:])[0, 1] for k in (1, 5, 10)]
print(np.round(autocorrelation, 2))
# %%
antithetic = (busy + crowded) / 2
print(antithetic.var().round(2))
# %%
cost = {"one": 1.0 + busy.mean(), "two": 2.0 + two.mean(), "three": 3.0 + three.mean()}
# %%
cheapest = min(cost, key=cost.get)
print(cheapest, round(cost[cheapest], 2))
# %%
warm = 100
# %%
print(runs.iloc[warm:].mean().round(3).to_dict())
# %%
heap = list(busy[:5])
# %%
heapq.heapify(heap)
# %%
print(np.round(heap[0], 3), len(heap))
