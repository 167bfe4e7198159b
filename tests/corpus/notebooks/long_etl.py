# Files in, database between, files out: an ETL with checks after each step.
# found: 32 tasks, 11 wide
# %%
import csv
import json
import sqlite3
from collections import Counter
from pathlib import Path

import pandas as pd

IN, OUT = Path("in"), Path("out")
DB = "warehouse.db"
# %%
IN.mkdir(exist_ok=True)
# %%
OUT.mkdir(exist_ok=True)
# %%
(IN / "orders.csv").write_text("id,who,amount\n1,ann,10\n2,bob,5\n3,ann,7\n4,cy,-1\n")
# %%
(IN / "people.json").write_text(json.dumps([{"who": "ann", "city": "Oslo"}, {"who": "bob", "city": "Rome"}]))
# %%
(IN / "rates.txt").write_text("Oslo=11.5\nRome=1.0\n")
# %%
print(sorted(path.name for path in IN.iterdir()))
# %%
with open(IN / "orders.csv", newline="") as handle:
    orders = list(csv.DictReader(handle))
# %%
people = json.loads((IN / "people.json").read_text())
# %%
rates = {}
for line in (IN / "rates.txt").read_text().splitlines():
    city, _, rate = line.partition("=")
    rates[city] = float(rate)
# %%
print(len(orders), len(people), rates)
# %%
for order in orders:
    order["amount"] = float(order["amount"])
# %%
bad = [order for order in orders if order["amount"] < 0]
# %%
orders = [order for order in orders if order["amount"] >= 0]
# %%
print(bad[0]["who"], len(orders))
# %%
cities = {person["who"]: person["city"] for person in people}
# %%
unknown = sorted({o["who"] for o in orders} - set(cities))
print(unknown)
# %%
con = sqlite3.connect(DB)
con.execute("create table orders (id integer primary key, who text, amount real, local real)")
con.commit()
con.close()
# %%
rows = [(int(o["id"]), o["who"], o["amount"], o["amount"] * rates[cities[o["who"]]]) for o in orders]
# %%
con = sqlite3.connect(DB)
con.executemany("insert into orders values (?, ?, ?, ?)", rows)
con.commit()
con.close()
# %%
con = sqlite3.connect(DB)
totals = con.execute("select who, sum(local) from orders group by who order by who").fetchall()
con.close()
# %%
print(totals)
# %%
con = sqlite3.connect(DB)
frame = pd.read_sql("select * from orders", con)
con.close()
# %%
frame.dtypes.astype(str).to_dict()
# %%
frame["share"] = frame.amount / frame.amount.sum()
# %%
frame.to_csv(OUT / "orders.csv", index=False)
# %%
(OUT / "totals.json").write_text(json.dumps(dict(totals), indent=1))
# %%
(OUT / "bad.txt").write_text("\n".join(order["id"] for order in bad))
# %%
print(sorted(p.name for p in OUT.glob("*")))
# %%
checked = pd.read_csv(OUT / "orders.csv")
print(checked.share.sum().round(6), len(checked))
# %%
print(json.loads((OUT / "totals.json").read_text()))
# %%
print(repr((OUT / "bad.txt").read_text()))
# %%
by_size = Counter("large" if row[2] > 6 else "small" for row in rows)
by_size
