# Settings of the standard library that change in the middle.
# found: 4 tasks, 4 wide
# %%
import calendar
import csv
import io
import sqlite3
import json
import decimal
# %%
text = "a|b\n1|2\n"
print(text)
# %%
csv.register_dialect("pipes", delimiter="|")
# %%
print(list(csv.reader(io.StringIO(text), dialect="pipes")))
# %%
calendar.setfirstweekday(calendar.SUNDAY)
# %%
print(calendar.weekheader(3))
# %%
sqlite3.register_adapter(dict, json.dumps)
# %%
con = sqlite3.connect(":memory:")
print(con.execute("select ?", ({"a": 1},)).fetchone())
# %%
print(csv.field_size_limit())
# %%
csv.field_size_limit(500000)
# %%
print(csv.field_size_limit())
# %%
decimal.setcontext(decimal.Context(prec=4))
# %%
print(decimal.Decimal(1) / 3)
