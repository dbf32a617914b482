"""What always holds, on thousands of made-up structured texts: mixed, nested, cut anywhere.

    python eval/benchmarks/fuzz_structured.py --texts 20000 --out eval/results/fuzz_structured.csv

Every text is compressed twice, by a chain without a model and, one in so many, by the default one; each result must be
verbatim, sorted, within its budget, no longer than the input, without a cut protected span, the same twice, and never
empty without a warning. A text that breaks something is printed with its seed.
"""

import argparse
import json
import random
import time
from collections.abc import Callable
from pathlib import Path

from excerpt.chain import Chain
from excerpt.eval.metrics.invariants import breaches
from excerpt.eval.provenance import provenance
from excerpt.eval.table import write_rows
from excerpt.presets import load_chain
from excerpt.tokens import resolve_tokenizer

LATIN = "ferry harbour invoice 12.5 kg valve not never queue 3,486 EUR timeout <= 7 pump lease 45 € ledger router e.g."
OTHER = "Brücke z. B. 24. 12. 2023 מים سعر 5 % 東京 橋は 桥是 ₹ 500 ๒๕๖๖ नहीं user_id maxRetries /var/log/a.log U.S."
WORDS = f"{LATIN} {OTHER}".split(" ")


class Maker:
    """Makes texts of every form.

    Args:
        seed: The same seed, the same text.
    """

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def words(self, low: int = 1, high: int = 9) -> str:
        """Some words."""
        return " ".join(self.random.choices(WORDS, k=self.random.randint(low, high)))

    def word(self) -> str:
        """One word, or a name with a number."""
        return self.random.choice([*WORDS, f"item-{self.random.randint(0, 40)}"])

    def many(self, make: Callable[[int], str], low: int = 2, high: int = 14, glue: str = "\n") -> str:
        """Several of a kind."""
        return glue.join(make(number) for number in range(self.random.randint(low, high)))

    def log(self) -> str:
        """Entries with levels, one with a trace."""
        trace = "\nTraceback (most recent call last):\n  File \"a.py\", line 3, in f\n    g(x)\nKeyError: 'k'"
        return self.many(
            lambda n: (
                f"2026-11-{n % 28 + 1:02} 10:0{n % 10}:00 {self.random.choice(['INFO', 'ERROR'])} "
                f"{self.words()}{trace if self.random.random() < 0.1 else ''}"
            )
        )

    def table(self) -> str:
        """Pipes, commas, tabs or HTML."""
        kind = self.random.choice(["| {} |", "{}", "html"])
        glue = {"| {} |": " | ", "{}": self.random.choice([",", "\t", ";"]), "html": "</td><td>"}[kind]
        row = "<tr><td>{}</td></tr>" if kind == "html" else kind
        body = self.many(lambda _: row.format(glue.join(self.word() for _ in range(3))), 3)
        return f"<table>{body}</table>" if kind == "html" else body

    def value(self, depth: int) -> object:
        """Something that JSON can say."""
        kind = self.random.random()
        if depth and kind < 0.5:
            return {self.word(): self.value(depth - 1) for _ in range(self.random.randint(1, 4))}
        if depth and kind < 0.7:
            return [self.value(depth - 1) for _ in range(self.random.randint(0, 5))]
        return self.random.choice([self.words(), self.random.randint(0, 9999), 2.5, None, True])

    def json(self) -> str:
        """Pretty, in one line, or a line each."""
        indent = self.random.choice([None, 2, 4])
        if indent is None and self.random.random() < 0.4:
            return self.many(lambda _: json.dumps(self.value(2), ensure_ascii=False))
        return json.dumps(
            [self.value(3) for _ in range(self.random.randint(1, 8))], indent=indent, ensure_ascii=False
        )

    def code(self) -> str:
        """Functions, fenced or not."""
        body = self.many(
            lambda n: f"def f{n}(a, b=3):\n    x = a * {n}\n    if x:\n        return x\n    return b",
            1,
            5,
            "\n\n",
        )
        return f"```python\n{body}\n```" if self.random.random() < 0.5 else body

    def settings(self) -> str:
        """YAML, INI or key and value."""
        return self.random.choice(
            [
                self.many(lambda n: f"server{n}:\n  port: {n}\n  name: {self.word()}"),
                "[main]\n" + self.many(lambda n: f"key{n} = {self.words(1, 3)}"),
                self.many(lambda _: f"{self.word()}: {self.words()}"),
            ]
        )

    def chat(self) -> str:
        """Turns, questions and answers, or subtitles."""
        return self.random.choice(
            [
                self.many(lambda n: f"[10:{n:02}] <{self.random.choice(['ann', 'bo'])}> {self.words()}"),
                self.many(lambda _: f"Q: {self.words()}?\nA: {self.words()}.", glue="\n\n"),
                self.many(
                    lambda n: f"{n + 1}\n00:00:{n:02},000 --> 00:00:{n:02},900\n{self.words()}", glue="\n\n"
                ),
            ]
        )

    def markup(self) -> str:
        """HTML and Markdown."""
        return self.random.choice(
            [
                self.many(lambda _: f"<p>{self.words()}.&nbsp;{self.words()}.</p>", glue=""),
                self.many(
                    lambda _: f"# {self.word()}\n\n{self.words()}. {self.words()}.\n\n- {self.words()}",
                    glue="\n\n",
                ),
                "\n".join(
                    ["@@ -1,3 +1,3 @@", *(f"{self.random.choice('+- ')}{self.words()}" for _ in range(5))]
                ),
            ]
        )

    def prose(self) -> str:
        """Sentences."""
        return self.many(lambda _: self.words(3, 14).capitalize() + ".", glue=" ")

    def text(self) -> str:
        """One to four forms, one inside another now and then, cut anywhere in half of all texts."""
        forms = [
            self.log,
            self.table,
            self.json,
            self.code,
            self.settings,
            self.chat,
            self.markup,
            self.prose,
        ]
        parts = [self.random.choice(forms)() for _ in range(self.random.randint(1, 4))]
        if self.random.random() < 0.2:
            parts.append("2026-11-30 INFO body=" + json.dumps({"text": self.random.choice(forms)()}))
        if self.random.random() < 0.05:
            parts.append("".join(self.random.choices("abcdefABCDEF0123456789+/", k=900)))
        text = self.random.choice(["\n\n", "\n", " "]).join(parts)
        if self.random.random() < 0.5:
            first, last = sorted(self.random.choices(range(len(text) + 1), k=2))
            text = text[first:last] if self.random.random() < 0.3 else text[first:]
        return text.replace("\n", "\r\n") if self.random.random() < 0.05 else text


def problems(chain: Chain, seed: int) -> list[str]:
    """What breaks for one seed; empty if all is well."""
    maker = Maker(seed)
    passages = [maker.text() for _ in range(maker.random.randint(1, 3))]
    question = maker.words(2, 6) + "?"
    budget = maker.random.choice([maker.random.randint(1, 120), 0.05, 0.1, 0.25, 0.5])
    result = chain.compress(question, passages, budget=budget)
    again = chain.compress(question, passages, budget=budget)
    found = breaches(result, resolve_tokenizer("bundled"))
    if (result.text, result.report) != (again.text, again.report):
        found.append("deterministic: two calls gave two results")
    if any(passage.strip() for passage in passages) and not result.text and not result.report.warnings:
        found.append("silent: nothing was kept, and nothing said")
    return found


def main() -> None:
    """Make, compress, check, and write a row for each chain."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=20_000)
    parser.add_argument("--every", type=int, default=20, help="the default chain takes one in so many")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    command = provenance(
        f"python eval/benchmarks/fuzz_structured.py --texts {options.texts} --every {options.every} --out OUT"
    )
    rows = []
    for name, step in (("fast", 1), ("default", options.every)):
        chain, started, broken = load_chain(name), time.process_time(), 0
        seeds = range(options.first, options.first + options.texts, step)
        for seed in seeds:
            for problem in (found := problems(chain, seed)):
                print(f"{name}, seed {seed}: {problem}", flush=True)
            broken += bool(found)
        seconds = f"{time.process_time() - started:.0f}"
        rows.append(
            {
                "chain": name,
                "questions": str(len(seeds)),
                "broken": str(broken),
                "seconds": seconds,
                **command,
            }
        )
        print(rows[-1], flush=True)
    write_rows(options.out, rows)


if __name__ == "__main__":
    main()
