# Documents, a matrix of words, topics and neighbours.
# found: 5 tasks, 3 wide
# best: 5 tasks, 3 wide
# %%
from sklearn.decomposition import NMF
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import cosine_similarity
# %%
documents = [
    "the cat sat on the mat",
    "a cat and a dog",
    "stocks fell as markets sold",
    "the market rose and stocks rose",
]
# %%
vectorizer = TfidfVectorizer(stop_words="english")
matrix = vectorizer.fit_transform(documents)
matrix.shape
# %%
similar = cosine_similarity(matrix)
print(similar.round(2))
# %%
topics = NMF(2, random_state=0, max_iter=500).fit_transform(matrix)
print(topics.argmax(axis=1)[0] != topics.argmax(axis=1)[3])
# %%
terms = vectorizer.get_feature_names_out()
print(terms[:4], len(terms))
# %%
weights = matrix.sum(axis=0).A1
print(terms[weights.argmax()])
