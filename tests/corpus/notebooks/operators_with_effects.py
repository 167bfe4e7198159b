# Operators and protocols of the notebook's classes that change things without looking like it.
# found: 2 tasks, 2 wide
# %%
class Ledger:
    def __init__(self):
        self.rows = []

    def __iadd__(self, row):
        self.rows.append(row)
        return self

    def __lshift__(self, row):
        self.rows.append(("<<", row))
        return self

    def __contains__(self, row):
        self.rows.append(("asked", row))
        return row in self.rows

    def __enter__(self):
        self.rows.append("in")
        return self

    def __exit__(self, *error):
        self.rows.append("out")

    def __len__(self):
        self.rows.append("len")
        return len(self.rows)

    def __iter__(self):
        self.rows.append("iter")
        return iter(list(self.rows))

    def __getitem__(self, place):
        self.rows.append("get")
        return self.rows[place]

    def __bool__(self):
        self.rows.append("bool")
        return True

    def __format__(self, spec):
        self.rows.append("format")
        return "ledger"

    def __hash__(self):
        self.rows.append("hash")
        return 1

    def __eq__(self, other):
        self.rows.append("eq")
        return self is other

    def __call__(self, n):
        self.rows.append(n)
        return n
# %%
book = Ledger()
# %%
book += 1
# %%
book << 2
# %%
print(3 in book)
# %%
with book as same:
    pass
# %%
len(book)
# %%
sum(1 for _row in book)
# %%
book[0]
# %%
"yes" if book else "no"
# %%
f"{book}"
# %%
{book}
# %%
book == 1
# %%
book(9)
# %%
print(same.rows)
# %%
class Field:
    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, one, owner=None):
        one.log.append(f"get {self.name}")
        return one.__dict__[self.name]

    def __set__(self, one, value):
        one.log.append(f"set {self.name}")
        one.__dict__[self.name] = value

class Thing:
    size = Field()

    def __init__(self):
        self.log = []
        self.size = 1
# %%
thing = Thing()
# %%
thing.size
# %%
thing.size = 5
# %%
print(thing.log)
# %%
log = thing.log
getattr(thing, "size")
# %%
setattr(thing, "size", 6)
# %%
print(len(log), log[-1])
