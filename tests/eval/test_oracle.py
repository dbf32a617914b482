"""The upper bound, and no bound at all."""

from excerpt import Budget, Chain
from excerpt.eval.metrics.scores import count_words
from excerpt.eval.oracle import Oracle, WholeContext


def test_oracle_keeps_the_most_evidence_that_fits():
    """Two short evidence sentences hold more than the long one that fills the budget alone."""
    text = "One long evidence sentence about old mills. Sails turn the stones. Wind turns the sails."
    evidence = [[0, 42], [44, 66], [67, 88]]
    budget = Budget(tokens=8, tokenizer=count_words)
    result = Chain([Oracle()]).compress("q?", [{"text": text, "evidence": evidence}], budget=budget)
    assert result.text == "Sails turn the stones. Wind turns the sails."


def test_oracle_prefers_gold_passages_without_evidence():
    """Where only passages are marked, those come first."""
    passages = [{"text": "Rain fell all day."}, {"text": "Mills grind grain here.", "gold": True}]
    result = Chain([Oracle()]).compress("q?", passages, budget=Budget(tokens=4, tokenizer=count_words))
    assert result.text == "Mills grind grain here."


def test_whole_context_ignores_the_size_of_the_budget():
    """It shows what there is to be kept."""
    result = WholeContext().compress(
        "q?", ["Mills grind.", "Wind."], budget=Budget(tokens=1, tokenizer=count_words)
    )
    assert result.text == "Mills grind.\n\nWind."
    assert result.report.tokenizer == "count_words"
