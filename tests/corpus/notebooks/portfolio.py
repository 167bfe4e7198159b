# A class of the notebook, two instances that live apart.
# found: 3 tasks, 2 wide
# best: 6 tasks, 3 wide
# %%
class Portfolio:
    fee = 0.5

    def __init__(self, owner):
        self.owner = owner
        self.positions = {}

    def buy(self, symbol, shares, price):
        self.positions.setdefault(symbol, []).append((shares, price))
        return self

    @property
    def cost(self):
        return sum(s * p + self.fee for lots in self.positions.values() for s, p in lots)

    def __repr__(self):
        return f"{self.owner}: {self.cost:.2f}"
# %%
ann = Portfolio("ann")
# %%
ben = Portfolio("ben")
# %%
ann.buy("AAA", 10, 2.5).buy("BBB", 1, 100.0)
# %%
ben.buy("AAA", 4, 2.7)
# %%
ann
# %%
ben
# %%
ben.buy("CCC", 2, 50.0)
print(ben, len(ben.positions))
# %%
print(sorted([ann, ben], key=lambda p: p.cost)[-1].owner)
