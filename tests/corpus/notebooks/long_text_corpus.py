# Speeches are cleaned, counted, compared; helpers are redefined on the way.
# found: 20 tasks, 15 wide
# %%
import re
from collections import Counter, defaultdict
from itertools import combinations, pairwise
# %%
TEXTS = {
    "gettysburg": "Four score and seven years ago our fathers brought forth on this continent a new nation",
    "dream": "I have a dream that one day this nation will rise up and live out the true meaning of its creed",
    "moon": "We choose to go to the moon in this decade and do the other things not because they are easy",
    "finest": "We shall fight on the beaches we shall fight on the landing grounds we shall never surrender",
}
# %%
def tokens(text):
    return re.findall(r"[a-z]+", text.lower())
# %%
raw_counts = {name: Counter(tokens(text)) for name, text in TEXTS.items()}
# %%
raw_counts["finest"].most_common(2)
# %%
stop = {"the", "and", "a", "on", "to", "of", "this", "that"}
# %%
stop |= {"i", "we", "our", "its", "in"}
# %%
print(len(stop))
# %%
def tokens(text):
    return [w for w in re.findall(r"[a-z]+", text.lower()) if w not in stop]
# %%
counts = {name: Counter(tokens(text)) for name, text in TEXTS.items()}
# %%
print({name: sum(c.values()) for name, c in counts.items()})
# %%
print({name: sum(c.values()) for name, c in raw_counts.items()})
# %%
vocabulary = sorted(set().union(*counts.values()))
# %%
len(vocabulary), vocabulary[:3]
# %%
document_frequency = Counter(word for c in counts.values() for word in c)
# %%
shared = [w for w, n in document_frequency.items() if n > 1]
print(sorted(shared))
# %%
longest = max(vocabulary, key=lambda w: (len(w), w))
longest
# %%
lengths = defaultdict(int)
for word in vocabulary:
    lengths[len(word)] += 1
# %%
dict(sorted(lengths.items()))
# %%
def jaccard(a, b):
    return len(set(a) & set(b)) / len(set(a) | set(b))
# %%
similarity = {(x, y): round(jaccard(raw_counts[x], raw_counts[y]), 3) for x, y in combinations(sorted(TEXTS), 2)}
# %%
max(similarity, key=similarity.get)
# %%
bigrams = {name: Counter(pairwise(tokens(text))) for name, text in TEXTS.items()}
# %%
bigrams["finest"].most_common(1)
# %%
chain = defaultdict(list)
for text in TEXTS.values():
    for first, second in pairwise(re.findall(r"[a-z]+", text.lower())):
        chain[first].append(second)
# %%
chain["the"]
# %%
chain["we"].append("extra")
# %%
print(len(chain["we"]), sorted(chain)[:3])
# %%
word, sentence = "we", []
for _ in range(5):
    sentence.append(word)
    word = chain[word][0] if chain[word] else "end"
# %%
print(" ".join(sentence))
# %%
index = {}
for name, text in TEXTS.items():
    for position, token in enumerate(tokens(text)):
        index.setdefault(token, []).append((name, position))
# %%
index["nation"]
# %%
def search(term):
    return sorted({name for name, _ in index.get(term, [])})
# %%
search("nation"), search("moon"), search("nothing")
# %%
index["moon"].append(("extra", 0))
# %%
search("moon")
# %%
stop.add("nation")
# %%
print([w for w in tokens(TEXTS["dream"]) if w == "nation"])
# %%
print(counts["dream"]["nation"])
# %%
report = "\n".join(f"{name:<12}{len(set(c)):>4}" for name, c in sorted(counts.items()))
print(report)
