# Dataclasses, enums and pattern matching.
# found: 1 task, 1 wide
# best: 4 tasks, 3 wide
# %%
from collections import Counter
from dataclasses import dataclass, field, replace
from enum import Enum
# %%
class Kind(Enum):
    IN = "in"
    OUT = "out"

@dataclass(frozen=True)
class Move:
    kind: Kind
    amount: int
    tags: tuple = ()

@dataclass
class Account:
    name: str
    moves: list = field(default_factory=list)

    def balance(self):
        return sum(m.amount if m.kind is Kind.IN else -m.amount for m in self.moves)
# %%
account = Account("main", [Move(Kind.IN, 100), Move(Kind.OUT, 30, ("rent",))])
# %%
account.moves.append(Move(Kind.OUT, 20, ("food", "fun")))
account.balance()
# %%
def describe(move):
    match move:
        case Move(Kind.IN, amount):
            return f"+{amount}"
        case Move(Kind.OUT, amount, (first, *rest)):
            return f"-{amount} for {first}{' and more' if rest else ''}"
        case _:
            return "?"
# %%
for move in account.moves:
    print(describe(move))
# %%
bigger = [replace(m, amount=m.amount * 2) for m in account.moves]
print(bigger[0] == Move(Kind.IN, 200), bigger[0].kind is Kind.IN)
# %%
Counter(tag for m in account.moves for tag in m.tags)
