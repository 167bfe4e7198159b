# A database in memory: the connection cannot travel, what is fetched can.
# found: 3 tasks, 2 wide
# %%
import sqlite3

import pandas as pd
# %%
con = sqlite3.connect(":memory:")
con.execute("create table visits (day text, n integer)")
# %%
con.executemany("insert into visits values (?, ?)", [("mon", 3), ("tue", 5), ("wed", 1)])
con.commit()
# %%
rows = con.execute("select day, n from visits order by n desc").fetchall()
# %%
frame = pd.read_sql("select * from visits", con)
# %%
print(rows[0])
# %%
frame.n.mean()
# %%
con.execute("delete from visits where n < 2")
print(con.total_changes, con.execute("select count(*) from visits").fetchone())
con.close()
