# Feature engineering by functions that change their argument and by some that do not.
# found: 3 tasks, 2 wide
# %%
import numpy as np
import pandas as pd
# %%
houses = pd.DataFrame(
    {"area": [50, 80, 120, 200], "rooms": [2, 3, 4, 6], "price": [100, 170, 260, 410], "city": list("abab")}
)
# %%
def add_ratio(frame):
    frame["per_room"] = frame.area / frame.rooms

def logged(frame):
    return frame.assign(log_price=np.log(frame.price))
# %%
add_ratio(houses)
# %%
features = logged(houses)
# %%
encoded = pd.get_dummies(features.city, prefix="city").astype(int)
print(encoded.sum().to_dict())
# %%
binned = pd.cut(houses.area, [0, 60, 150, 300], labels=["s", "m", "l"])
print(binned.tolist())
# %%
matrix = pd.concat([features.drop(columns="city"), encoded], axis=1)
print(matrix.shape, matrix.log_price.round(3).tolist())
# %%
houses["price"] = houses.price.apply(lambda p: p * 2)
# %%
print(features.price.sum(), houses.price.sum(), houses.columns.tolist())
