"""The public surface as a user types it. Never run: mypy checks it (`make types`)."""

from excerpt import Budget, Chain, Compressed, Passage, Span, compress
from excerpt.compressors import AdaptiveK, Guards, LargestGap, LLMLingua2, RecompExtractive
from excerpt.retrievers import Index

passages: list[Passage] = [Passage("text", id="1", title="t")]
result: Compressed = compress("q", passages, budget=200)
text: str = result.text
spans: tuple[Span, ...] = result.passages[0].spans
counts: tuple[int, int] = (result.tokens_in, result.tokens_out)
html: str = result.explain("page.html")
chain = Chain(
    [AdaptiveK(gap=LargestGap(buffer=3)), RecompExtractive(), LLMLingua2()], guards=Guards(quotes=False)
)
more: list[Compressed] = chain.compress_batch(["q"], [["a", {"text": "b"}]], budget=Budget(ratio=0.25))
exact: Compressed = chain.compress("q", passages, budget=Budget(tokens=500, tokenizer="o200k_base"))
promised: Compressed = chain.compress("q", passages, budget=Budget.calibrated("policy.json", tokens=900))
index = Index.build(passages, "corpus.excerpt")
found: Compressed = Index.open("corpus.excerpt").compress("q", k=50, budget=500)
