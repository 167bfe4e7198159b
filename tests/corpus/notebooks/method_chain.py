# One long chain, its result used three times.
# found: 6 tasks, 4 wide
# best: 6 tasks, 4 wide
# %%
import numpy as np
import pandas as pd
# %%
def tidy(frame):
    return frame.rename(columns=str.lower)

def flag(frame, limit):
    return frame.assign(high=frame.value > limit)
# %%
raw = pd.DataFrame({"ID": range(6), "Value": [5, 3, 8, 1, 9, 2], "Group": list("aabbcc")})
# %%
result = (
    raw.pipe(tidy)
    .query("value > 1")
    .pipe(flag, limit=4)
    .assign(share=lambda d: d.value / d.value.sum())
    .sort_values("share", ascending=False)
)
result.round(3)
# %%
result.groupby("group").share.sum().round(3)
# %%
result.high.value_counts().to_dict()
# %%
result.melt(id_vars="id", value_vars=["share"], value_name="v").shape
# %%
print(raw.columns.tolist())
