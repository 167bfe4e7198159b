# A log file taken apart.
# found: 4 tasks, 3 wide
# best: 4 tasks, 3 wide
# %%
import re
from datetime import datetime, timedelta

LINE = re.compile(r"(?P<at>\S+ \S+) (?P<level>[A-Z]+) (?P<text>.*)")
TEXT = """2024-01-01 10:00:00 INFO start
2024-01-01 10:00:05 ERROR disk full on /dev/sda1
2024-01-01 10:01:00 INFO retry 3
2024-01-01 10:02:30 INFO done"""
# %%
entries = [LINE.match(line).groupdict() for line in TEXT.splitlines()]
# %%
for entry in entries:
    entry["at"] = datetime.strptime(entry["at"], "%Y-%m-%d %H:%M:%S")
# %%
errors = [e["text"] for e in entries if e["level"] == "ERROR"]
print(errors)
# %%
gaps = [(b["at"] - a["at"]).total_seconds() for a, b in zip(entries, entries[1:])]
print(gaps, timedelta(seconds=sum(gaps)))
# %%
numbers = [int(n) for e in entries for n in re.findall(r"\b\d+\b", e["text"])]
print(numbers)
# %%
match = re.search(r"/dev/(\w+)", errors[0])
# %%
print(match.group(1), match.span())
