# Sorting and shuffling in place, with keys and with side effects.
# found: 4 tasks, 3 wide
# %%
import random
# %%
deck = [f"{rank}{suit}" for suit in "CD" for rank in "A23"]
# %%
random.seed(3)
random.shuffle(deck)
# %%
hand = deck[:3]
# %%
print(hand, len(deck))
# %%
hand.sort(key=lambda card: (card[1], card[0]))
# %%
print(hand)
# %%
deck.reverse()
# %%
print(deck[0], random.choice(deck))
# %%
ranked = sorted(deck, key=str.lower, reverse=True)
print(ranked[:2])
# %%
counts = {}
calls = [counts.update({card[0]: counts.get(card[0], 0) + 1}) for card in deck]
print(counts, calls[0])
