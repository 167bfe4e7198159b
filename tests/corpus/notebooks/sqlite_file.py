# The same through a file: each cell opens its own connection.
# found: 6 tasks, 2 wide
# %%
import sqlite3

DB = "shop.db"
# %%
with sqlite3.connect(DB) as con:
    con.execute("create table items (name text, price real)")
    con.executemany("insert into items values (?, ?)", [("pen", 1.5), ("book", 12.0)])
con.close()
# %%
con = sqlite3.connect(DB)
con.execute("update items set price = price * 2 where name = 'pen'")
con.commit()
con.close()
# %%
con = sqlite3.connect(DB)
prices = dict(con.execute("select name, price from items order by name"))
con.close()
print(prices)
# %%
total = sum(prices.values())
# %%
cheapest = min(prices, key=prices.get)
# %%
print(total, cheapest)
