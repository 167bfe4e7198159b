# Prices of four shares: returns, risk, correlation, two strategies, a report.
# found: 33 tasks, 17 wide
# %%
import numpy as np
import pandas as pd

YEAR = 252
SYMBOLS = ["AAA", "BBB", "CCC", "DDD"]
# %%
rng = np.random.default_rng(2024)
days = pd.bdate_range("2022-01-03", periods=300)
steps = rng.normal(0.0004, 0.012, (300, 4))
# %%
prices = pd.DataFrame(100 * np.exp(steps.cumsum(axis=0)), index=days, columns=SYMBOLS)
# %%
prices.head(2).round(2)
# %%
prices.iloc[-1].round(2).to_dict()
# %%
returns = prices.pct_change().dropna()
# %%
log_returns = np.log(prices).diff().dropna()
# %%
print((returns - log_returns).abs().to_numpy().max().round(5))
# %%
annual = returns.mean() * YEAR
annual.round(3)
# %%
volatility = returns.std() * np.sqrt(YEAR)
volatility.round(3)
# %%
sharpe = annual / volatility
print(sharpe.round(2).to_dict())
# %%
correlation = returns.corr()
correlation.round(2)
# %%
covariance = returns.cov() * YEAR
# %%
def portfolio(weights):
    weights = np.asarray(weights)
    return float(weights @ annual), float(np.sqrt(weights @ covariance.to_numpy() @ weights))
# %%
equal = portfolio([0.25] * 4)
print(np.round(equal, 3))
# %%
candidates = rng.dirichlet(np.ones(4), 200)
# %%
results = pd.DataFrame([portfolio(w) for w in candidates], columns=["return", "risk"])
results.describe().loc[["min", "max"]].round(3)
# %%
best = (results["return"] / results.risk).idxmax()
print(candidates[best].round(2))
# %%
peak = prices.cummax()
drawdown = prices / peak - 1
# %%
drawdown.min().round(3)
# %%
longest = {s: int((drawdown[s] < 0).astype(int).groupby((drawdown[s] >= 0).cumsum()).sum().max()) for s in SYMBOLS}
longest
# %%
fast = prices.AAA.rolling(10).mean()
# %%
slow = prices.AAA.rolling(40).mean()
# %%
signal = (fast > slow).astype(int)
# %%
strategy = (signal.shift(1) * returns.AAA).dropna()
print(round(float((1 + strategy).prod()), 4))
# %%
hold = float((1 + returns.AAA).prod())
print(round(hold, 4))
# %%
trades = signal.diff().abs().sum()
print(int(trades))
# %%
momentum = prices.pct_change(60).iloc[-1]
# %%
ranking = momentum.sort_values(ascending=False)
ranking.index.tolist()
# %%
var95 = returns.quantile(0.05)
var95.round(4)
# %%
shortfall = returns[returns.le(var95)].mean()
shortfall.round(4)
# %%
monthly = prices.resample("ME").last().pct_change().dropna()
# %%
monthly.AAA.round(3).head(3)
# %%
best_month = monthly.stack().idxmax()
print(best_month[0].strftime("%Y-%m"), best_month[1])
# %%
report = pd.DataFrame({"annual": annual, "volatility": volatility, "sharpe": sharpe, "drawdown": drawdown.min()})
# %%
report["rank"] = report.sharpe.rank(ascending=False).astype(int)
# %%
report.round(3)
# %%
report.to_csv("report.csv")
# %%
print(open("report.csv").readline().strip())
