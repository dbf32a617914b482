"""Coverage and neighbours, from TOML."""

from fakes.hash_encoder import HashEncoder

from excerpt import Budget, Chain
from excerpt.compressors import BeyondNearestNeighbors
from excerpt.tokens import count_words

TEXT = "Ada Holt built a mill. It grinds the rye of Arden. Bees sleep. Oats grow tall. Rain falls on bees."


def test_a_pronoun_brings_what_it_stands_for():
    """The sentence that answers begins with "it": the mill comes with it; without the graph it does not."""
    budget = Budget(tokens=12, tokenizer=count_words)
    question = "grinds the rye of Arden"
    walked = Chain([BeyondNearestNeighbors(HashEncoder(), discount=1.0)]).compress(
        question, [TEXT], budget=budget
    )
    assert walked.text == "Ada Holt built a mill. It grinds the rye of Arden."
    stage = BeyondNearestNeighbors(HashEncoder(), discount=0.0)
    assert "grinds the rye" in Chain([stage]).compress(question, [TEXT], budget=budget).text
    assert "built" not in Chain([stage]).compress(question, [TEXT], budget=budget).text
