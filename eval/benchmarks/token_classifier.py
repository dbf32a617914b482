"""The token classifier on held-out deletions, and what survives it that nobody asked about yet.

    python eval/benchmarks/token_classifier.py DATA --out eval/results/token_classifier.csv

Deletions: F1 and accuracy of "keep" for each word of sentences that people shortened, at a threshold of 0.5 and
at the share that people kept, against keeping random words and keeping words with content. Survival: the share of
questions whose answer still stands in the passage after a question-blind cut to 0.5 and 0.33 of its tokens.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from excerpt import Chain, Context, Passage, Units
from excerpt.compressors import Extractive, LLMLingua2
from excerpt.compressors.evidence.stop_terms import STOP_TERMS
from excerpt.compressors.scorers.keep_probability import KeepProbability
from excerpt.eval.data.datasets import PreparedFolder
from excerpt.eval.metrics.bootstrap import mean
from excerpt.eval.metrics.scores import contains_answer, usable_answers
from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.models import load_token_classifier
from excerpt.models.training.token_classifier.examples import read_labelled


@dataclass(frozen=True)
class StopWordsFirst:
    """Words with content before words without, in random order among themselves."""

    name: str = "stop-words-first"

    def score(self, context: Context, units: Units) -> NDArray[np.floating]:
        """1 to 2 for content, 0 to 1 for the rest."""
        chance = np.random.default_rng(len(units)).random(len(units))
        words = [text.casefold().strip(".,;:!?()[]\"'") for text in units.texts(context.passages)]
        return chance + np.array([bool(word) and word not in STOP_TERMS for word in words])


@dataclass(frozen=True)
class Anything:
    """Random words."""

    name: str = "random-words"

    def score(self, context: Context, units: Units) -> NDArray[np.floating]:  # noqa: ARG002 - a scorer's shape
        """Uniform numbers."""
        return np.random.default_rng(len(units)).random(len(units))


def deletions(path: Path, model: str) -> Iterator[dict[str, str]]:
    """Agreement with people's deletions, word by word."""
    texts = list(read_labelled(path))
    contexts = [Context.start("unasked", [Passage(text)]) for text, _ in texts]
    units = [Units.of("word", [[(start, end) for start, end, _ in marks]]) for _, marks in texts]
    truth = np.concatenate([np.array([label for _, _, label in marks]) for _, marks in texts]) == 1
    classifier = KeepProbability(load_token_classifier(model))
    scorers: dict[str, Callable[[Context, Units], NDArray[np.floating]]] = {
        "token-classifier": classifier.score,
        "content-words": StopWordsFirst().score,
        "random-words": Anything().score,
    }
    for name, score in scorers.items():
        values = np.concatenate([score(c, u) for c, u in zip(contexts, units, strict=True)])
        at_share = np.zeros(len(values), dtype=bool)
        at_share[np.argsort(-values, kind="stable")[: int(truth.sum())]] = True
        rules = {"same share": at_share}
        if name == "token-classifier":
            rules["p > 0.5"] = values > 0.5
        if name == "content-words":
            rules["all content"] = values >= 1
        for rule, kept in rules.items():
            f1 = 2 * (kept & truth).sum() / (kept.sum() + truth.sum())
            yield {
                "what": "deletions", "data": "google_sc.dev", "method": name, "rule": rule, "n": str(len(texts)),
                "f1": f"{f1:.4f}", "accuracy": f"{(kept == truth).mean():.4f}", "kept": f"{kept.mean():.4f}",
            }  # fmt: skip


def survival(folder: PreparedFolder, name: str, limit: int, model: str) -> Iterator[dict[str, str]]:
    """Whether answers survive a cut that does not know the question."""
    cases: list[tuple[str, Sequence[str]]] = []
    for row in folder.rows(name, "dev", limit=limit):
        answers = usable_answers(row["answers"])
        gold = [passage["text"] for passage in row["passages"] if passage.get("evidence")]
        if answers and gold and contains_answer(gold[0], answers):
            cases.append((gold[0], answers))
    chains = {
        "token-classifier": Chain([LLMLingua2(model)]),
        "token-classifier, digits and names first": Chain(
            [LLMLingua2(model, reserve_digit=True, reserve_entity=True)]
        ),
        "stop-words-first": Chain([Extractive("stop-words-first", "word", StopWordsFirst())]),
        "random-words": Chain([Extractive("random-words", "word", Anything())]),
    }
    for method, chain in chains.items():
        for ratio in (0.5, 0.33):
            kept = [
                contains_answer(chain.compress("unasked", [text], budget=ratio).text, answers)
                for text, answers in cases
            ]
            estimate = mean(np.array(kept, dtype=float))
            yield {
                "what": "answer_survival", "data": f"{name}.dev", "method": method, "rule": f"ratio {ratio}",
                "n": str(len(cases)), "survived": f"{estimate.value:.4f}", "low": f"{estimate.low:.4f}",
                "high": f"{estimate.high:.4f}",
            }  # fmt: skip


def main() -> None:
    """Measure and write the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", default="excerpt-token-classifier")
    parser.add_argument("--limit", type=int, default=300)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    rows = list(deletions(options.data / "compression" / "google_sc.dev.jsonl.gz", options.model))
    for name in ("qed", "squad", "nq_multidoc"):
        rows += survival(PreparedFolder(options.data), name, options.limit, options.model)
    model = Path(options.model).name
    command = (
        f"python eval/benchmarks/token_classifier.py DATA --model {model} --limit {options.limit} --out OUT"
    )
    write_rows(options.out, [{**row, "model": model, **provenance(command)} for row in rows])
    for row in rows:
        print({key: value for key, value in row.items() if value})


if __name__ == "__main__":
    main()
