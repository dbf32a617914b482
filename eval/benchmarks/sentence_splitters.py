"""Measure sentence splitters: correctness on two kinds of gold, exactness of offsets, and speed.

Gold:
    ``hand``: sentence_gold.jsonl beside this file, written for it, 400 texts in 51 languages
    with headings, lists, tables, code and hostile characters. Half of it (``tune``) was looked at while
    the rules were written, the other half (``held``) was not.
    ``selqa``: the sentence bounds of SelQA (``meta.sentences``).
    ``hotpotqa``, ``2wikimultihopqa``: annotated evidence sentences; a splitter is right about one
    if its units begin and end where the sentence does.

Each library is also run inside the prose blocks of ``excerpt.compressors.units.blocks`` ("blocks+...").
Libraries that are not installed are left out. Run from the repository root:

    python eval/benchmarks/sentence_splitters.py --data DATA --out eval/results/sentence_splitters.csv

``DATA`` holds ``qa/*.jsonl.gz``; without it only the hand-written gold is measured.
"""

import argparse
import csv
import gzip
import importlib.metadata
import importlib.util
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from excerpt.compressors.guards.protection import Guards
from excerpt.compressors.units.blocks import split_blocks
from excerpt.compressors.units.sentences import split_sentences
from excerpt.compressors.units.words import split_words
from excerpt.errors import ConfigError
from excerpt.eval.provenance import provenance

Spans = list[tuple[int, int]]
Split = Callable[[str, str], Spans]  # text, language
GOLD = Path(__file__).with_name("sentence_gold.jsonl")
PUNKT_TRAINING = 1_500  # passages of the training split that punkt learns its abbreviations from


class Case(NamedTuple):
    """A text and where its sentences are; ``partial`` gold marks only some of them."""

    text: str
    language: str
    spans: Spans
    partial: bool = False


def trimmed(text: str, spans: Iterable[tuple[int, int]]) -> Spans:
    """The spans without white space at their ends and without empty ones."""
    found = []
    for start, end in spans:
        piece = text[start:end]
        if piece.strip():
            first = start + len(piece) - len(piece.lstrip())
            found.append((first, first + len(piece.strip())))
    return found


def from_cuts(cuts: Iterable[int]) -> Spans:
    """Spans between successive positions."""
    at, spans = 0, []
    for cut in cuts:
        spans.append((at, cut))
        at = cut
    return spans


def from_strings(text: str, sentences: Iterable[str]) -> Spans:
    """Find sentences that came back as strings; one that was changed cannot be found and is lost."""
    at, spans = 0, []
    for sentence in sentences:
        start = text.find(sentence.strip(), at)
        if start >= 0:
            at = start + len(sentence.strip())
            spans.append((start, at))
    return spans


def with_pysbd() -> Split:
    """Rules for 23 languages, ported from Ruby."""
    pysbd = importlib.import_module("pysbd")
    codes = importlib.import_module("pysbd.languages").LANGUAGE_CODES
    made: dict[str, Any] = {}

    def split(text: str, language: str) -> Spans:
        code = language if language in codes else "en"
        if code not in made:
            made[code] = pysbd.Segmenter(language=code, clean=False)
        return from_strings(text, made[code].segment(text))

    return split


def with_syntok() -> Split:
    """A tokenizer and rules for English, Spanish and German."""
    segmenter = importlib.import_module("syntok.segmenter")

    def split(text: str, _: str) -> Spans:
        return [
            (sentence[0].offset, sentence[-1].offset + len(sentence[-1].value))
            for paragraph in segmenter.analyze(text)
            for sentence in paragraph
            if sentence
        ]

    return split


def with_blingfire() -> Split:
    """A finite automaton in C++."""
    blingfire = importlib.import_module("blingfire")
    return lambda text, _: [(a, b) for a, b in blingfire.text_to_sentences_and_offsets(text)[1]]


def with_spacy() -> Split:
    """The rule-based sentencizer on a blank pipeline of the language."""
    spacy_sentences = importlib.import_module("excerpt.compressors.units.spacy_sentences")
    made: dict[str, Any] = {}

    def split(text: str, language: str) -> Spans:
        if language not in made:
            try:
                made[language] = spacy_sentences.SpacySentences(language=language)
            except (ConfigError, ImportError):  # a language that spaCy lacks, or needs a package for
                made[language] = spacy_sentences.SpacySentences(language="xx")
        return [tuple(span) for span in made[language](text)]

    return split


def with_icu() -> Split:
    """Unicode Standard Annex 29 as ICU implements it, with its data for the language."""
    icu = importlib.import_module("icu")

    def split(text: str, language: str) -> Spans:
        breaks = icu.BreakIterator.createSentenceInstance(icu.Locale(language))
        if all(character <= "\uffff" for character in text):
            breaks.setText(text)
            return from_cuts(breaks)
        breaks.setText(icu.UnicodeString(text))  # positions are UTF-16 units
        encoded = text.encode("utf-16-le")
        return from_cuts(len(encoded[: 2 * cut].decode("utf-16-le", "ignore")) for cut in breaks)

    return split


def with_uniseg() -> Split:
    """Unicode Standard Annex 29 in Python."""
    sentencebreak = importlib.import_module("uniseg.sentencebreak")
    return lambda text, _: from_cuts(sentencebreak.sentence_boundaries(text))


def with_sentencex() -> Split:
    """Wikimedia's rules for many languages, in Rust."""
    sentencex = importlib.import_module("sentencex")
    return lambda text, language: from_strings(text, sentencex.segment(language, text))


def with_punkt(training: list[str]) -> Split:
    """NLTK's own model is a separate download; this one is trained here, on the given texts."""
    punkt = importlib.import_module("nltk.tokenize.punkt")
    trainer = punkt.PunktTrainer()
    trainer.INCLUDE_ALL_COLLOCS = True
    trainer.train("\n".join(training), finalize=True)
    tokenizer = punkt.PunktSentenceTokenizer(trainer.get_params())
    return lambda text, _: list(tokenizer.span_tokenize(text))


def inside_blocks(split: Split) -> Split:
    """Our blocks, with another splitter inside the prose."""

    def hybrid(text: str, language: str) -> Spans:
        spans: Spans = []
        for block in split_blocks(text):
            if block.kind in {"prose", "item"}:
                found = trimmed(
                    text,
                    [
                        (block.body + a, block.body + b)
                        for a, b in split(text[block.body : block.end], language)
                    ],
                )
                spans.extend(
                    [(block.start, found[0][1]), *found[1:]] if found else [(block.start, block.end)]
                )
            else:
                spans.append((block.start, block.end))
        return spans

    return hybrid


def splitters(training: list[str]) -> dict[str, Split]:
    """Every splitter that is installed, by name."""
    libraries: list[tuple[str, str, Callable[[], Split]]] = [
        ("pysbd", "pysbd", with_pysbd),
        ("syntok", "syntok", with_syntok),
        ("blingfire", "blingfire", with_blingfire),
        ("spacy-sentencizer", "spacy", with_spacy),
        ("icu", "icu", with_icu),
        ("uniseg", "uniseg", with_uniseg),
        ("sentencex", "sentencex", with_sentencex),
        ("nltk-punkt", "nltk", lambda: with_punkt(training)),
    ]
    found: dict[str, Split] = {"excerpt": lambda text, _: [tuple(span) for span in split_sentences(text)]}
    for name, module, make in libraries:
        if importlib.util.find_spec(module) is None:
            print(f"{name}: {module} is not installed, left out", file=sys.stderr)
            continue
        found[name] = make()
        found[f"blocks+{name}"] = inside_blocks(found[name])
    return found


def hand(part: str) -> Iterator[Case]:
    """One part of the hand-written gold."""
    with GOLD.open(encoding="utf-8") as file:
        for row in map(json.loads, file):
            if row["part"] == part:
                yield Case(row["text"], row["lang"], [tuple(span) for span in row["spans"]])


def records(data: Path, name: str, split: str) -> Iterator[dict[str, Any]]:
    """The records of a question set."""
    with gzip.open(data / "qa" / f"{name}.{split}.jsonl.gz", "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def selqa(data: Path, split: str) -> list[Case]:
    """Each section once, with all of its sentences."""
    found: dict[str, Case] = {}
    for record in records(data, "selqa", split):
        text = record["passages"][0]["text"]
        found[text] = Case(text, "en", trimmed(text, record["meta"]["sentences"]))
    return list(found.values())


def evidence(data: Path, name: str, split: str) -> list[Case]:
    """Each gold passage once, with its evidence sentences."""
    found: dict[str, Case] = {}
    for record in records(data, name, split):
        for passage in record["passages"]:
            if passage["evidence"]:
                text = passage["text"]
                found[text] = Case(text, "en", trimmed(text, passage["evidence"]), partial=True)
    return list(found.values())


def score(split: Split, cases: list[Case]) -> dict[str, float]:
    """Precision and recall of inner sentence starts, exact texts, and texts with characters lost.

    With partial gold, recall is over the starts and ends of the marked sentences and precision over
    the cuts that fall strictly inside them.
    """
    right = found = wanted = exact = lost = failed = 0
    for case in cases:
        try:
            spans = trimmed(case.text, split(case.text, case.language))
        except Exception:  # noqa: BLE001 - counted and reported, not hidden
            failed, spans = failed + 1, []
        held = "".join("".join(case.text[a:b].split()) for a, b in spans)
        lost += held != "".join(case.text.split())
        starts, ends = {a for a, _ in spans}, {b for _, b in spans}
        if case.partial:
            kept = sum((a in starts) + (b in ends) for a, b in case.spans)
            inner = sum(1 for a, b in case.spans for start in starts if a < start < b)
            right, wanted, found = right + kept, wanted + 2 * len(case.spans), found + kept + inner
            exact += all(span in spans for span in case.spans)
        else:
            gold, mine = {a for a, _ in case.spans[1:]}, {a for a, _ in spans[1:]}
            right, wanted, found = right + len(gold & mine), wanted + len(gold), found + len(mine)
            exact += spans == case.spans
    precision, recall = right / max(1, found), right / max(1, wanted)
    return {
        "texts": len(cases),
        "boundaries": wanted,
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(2 * precision * recall / max(1e-9, precision + recall), 4),
        "exact_texts": round(exact / max(1, len(cases)), 4),
        "texts_with_lost_characters": lost,
        "texts_failed": failed,
    }


def speeds(found: dict[str, Split], texts: list[str], rounds: int) -> dict[str, dict[str, float]]:
    """Median processor seconds over all texts, splitters interleaved; and the median ratio to ours."""
    seconds: dict[str, list[float]] = {name: [] for name in found}
    counts: dict[str, int] = {}
    for _ in range(rounds):
        for name, split in found.items():
            began = time.process_time()
            counts[name] = sum(len(split(text, "en")) for text in texts)
            seconds[name].append(time.process_time() - began)
    size = sum(len(text.encode()) for text in texts) / 1e6
    return {
        name: {
            "mb_per_s": round(size / statistics.median(spent), 3),
            "sentences_per_s": round(counts[name] / statistics.median(spent)),
            "time_against_excerpt": round(
                statistics.median(a / b for a, b in zip(spent, seconds["excerpt"], strict=True)), 3
            ),
        }
        for name, spent in seconds.items()
    }


def own_speeds(texts: list[str], rounds: int) -> list[dict[str, Any]]:
    """Speed of blocks, words and guards on the same texts."""
    size = sum(len(text.encode()) for text in texts) / 1e6
    guards = Guards()
    rows = []
    for name, call in (("blocks", split_blocks), ("words", split_words), ("guards", guards.protected)):
        spent = []
        for _ in range(rounds):
            began = time.process_time()
            for text in texts:
                call(text)
            spent.append(time.process_time() - began)
        rows.append(
            {"what": "speed", "splitter": name, "mb_per_s": round(size / statistics.median(spent), 3)}
        )
    return rows


MEASURED = ("pysbd", "syntok", "blingfire", "spacy", "PyICU", "uniseg", "sentencex", "nltk", "regex")


def main() -> None:
    """Measure, print a table, and write the rows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--split", default="dev", choices=["train", "dev"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", help="comma-separated names of splitters")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    sets = {f"hand.{part}": list(hand(part)) for part in ("tune", "held")}
    training: list[str] = [case.text for case in sets["hand.tune"]]
    if options.data:
        sets[f"selqa.{options.split}"] = selqa(options.data, options.split)
        for name in ("hotpotqa", "2wikimultihopqa"):
            sets[f"{name}.{options.split}"] = evidence(options.data, name, options.split)
        training = [case.text for case in selqa(options.data, "train")][:PUNKT_TRAINING]
    found = splitters(training)
    if options.only:
        found = {
            name: split for name, split in found.items() if name in {"excerpt", *options.only.split(",")}
        }
    timed_set = list(sets)[2 if options.data else 0]
    timed = [case.text for case in sets[timed_set]][:100]
    speed = speeds(found, timed, options.rounds)
    common = provenance(
        "python eval/benchmarks/sentence_splitters.py"
        + (f" --data DATA --split {options.split}" if options.data else "")
        + f" --rounds {options.rounds}",
        MEASURED,
    )
    rows = [
        {
            "what": "sentence_splitter",
            "data": data,
            "splitter": name,
            **score(split, cases),
            **speed[name],
            **common,
        }
        for name, split in found.items()
        for data, cases in sets.items()
    ]
    for row in rows:
        print("  ".join(f"{key} {row[key]}" for key in list(row)[1:-4]))
    rows.extend(
        {**row, "data": timed_set, "texts": len(timed), **common} for row in own_speeds(timed, options.rounds)
    )
    if options.out:
        with options.out.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main()
