# Clients, sessions, connections and engines: what is open stays where it was opened.
# found: 8 tasks, 4 wide
# %%
import io
import logging
import mmap
import socket
import threading
from pathlib import Path

import requests
from rich.console import Console
from sqlalchemy import create_engine, text
# %%
session = requests.Session()
session.headers["X-Mark"] = "1"
# %%
print(session.headers["X-Mark"])
# %%
engine = create_engine("sqlite://")
# %%
with engine.begin() as db:
    db.execute(text("create table t (n int)"))
    db.execute(text("insert into t values (4)"))
# %%
with engine.connect() as db:
    print(db.execute(text("select n from t")).scalar())
# %%
console = Console(file=io.StringIO(), width=40)
# %%
console.print("hello")
# %%
print(repr(console.file.getvalue()))
# %%
left, right = socket.socketpair()
# %%
left.sendall(b"ping")
# %%
print(right.recv(10))
left.close()
right.close()
# %%
Path("blob.bin").write_bytes(b"0123456789")
blob = open("blob.bin", "r+b")
mapped = mmap.mmap(blob.fileno(), 0)
# %%
mapped[0:1] = b"X"
# %%
print(mapped[:3])
mapped.close()
blob.close()
# %%
print(Path("blob.bin").read_bytes())
# %%
event = threading.Event()
timer = threading.Timer(0, event.set)
# %%
timer.start()
timer.join()
# %%
print(event.is_set())
# %%
handler = logging.NullHandler()
# %%
print(handler.level)
