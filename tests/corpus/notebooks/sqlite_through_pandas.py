# A database in a file and one in memory, used by pandas, cursors and helpers.
# found: 6 tasks, 1 wide
# %%
import sqlite3

import pandas as pd
# %%
def connect():
    return sqlite3.connect("shop.db")
# %%
with connect() as db:
    db.execute("create table if not exists sales (item text, amount int)")
# %%
pd.DataFrame({"item": ["a", "b"], "amount": [1, 2]}).to_sql(
    "sales", connect(), if_exists="append", index=False
)
# %%
print(pd.read_sql("select count(*) as n from sales", connect()))
# %%
def sell(item, amount):
    with connect() as db:
        db.execute("insert into sales values (?, ?)", (item, amount))
# %%
sell("c", 30)
# %%
print(pd.read_sql_query("select sum(amount) as total from sales", connect()).total[0])
# %%
memory = sqlite3.connect(":memory:")
# %%
memory.executescript("create table t (n int); insert into t values (1), (2);")
# %%
cursor = memory.cursor()
rows = cursor.execute("select n from t order by n").fetchall()
# %%
print(rows)
# %%
memory.row_factory = sqlite3.Row
# %%
print(memory.execute("select n from t").fetchone()["n"])
# %%
sell("d", 400)
with connect() as db:
    print(db.execute("select max(amount) from sales").fetchone())
