"""QGC's amounts on text."""

from fakes.hash_encoder import HashEncoder

from excerpt import Budget, Chain
from excerpt.compressors import QGC
from excerpt.tokens import count_words


def test_the_best_passage_keeps_most():
    """By BM25 the last of four is best; it keeps more than any other, and the budget is full."""
    passages = [f"{word} one two. {word} three four. {word} five six. {word} seven eight." for word in "abcd"]
    budget = Budget(tokens=20, tokenizer=count_words)
    result = Chain([QGC(HashEncoder())]).compress("d", passages, budget=budget)
    kept = [count_words(passage.text) for passage in result.passages]
    assert max(kept) == kept[3] > min(kept)
    assert result.tokens_out > 17
