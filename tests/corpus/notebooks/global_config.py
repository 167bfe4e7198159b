# Functions that read globals when they are called, not when they are defined.
# found: 7 tasks, 3 wide
# %%
def price(amount):
    return round(amount * (1 + rate) + fee(), 2)

def fee():
    return base_fee
# %%
rate = 0.19
base_fee = 1.0
# %%
germany = price(100)
print(germany)
# %%
rate = 0.2
# %%
france = price(100)
print(france)
# %%
base_fee = 0.5
# %%
print(price(100))
# %%
print(germany, france)
