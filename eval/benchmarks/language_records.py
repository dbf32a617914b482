"""Questions about lists, tables, JSON and manuals in six languages, made from the words of ``language_records.toml``.

No public set asks about such text in another language than English. Each language has two corpora of eight passages:
two lists of people (groups of ``Key: value``), two tables of orders (CSV), two of products (JSON, one record a line)
and two manuals (a command below what it does). Every question of a corpus has all eight, so other forms distract too.
Where one would, questions use other words than the text: a duty in the place of a department, what is wanted in the
place of a manual's sentence. Records that answer are evidence, whole.
"""

import json
import random
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["LANGUAGES", "record_questions"]

LANGUAGES = ("es", "de", "ru", "ar", "zh", "ja")
_COMMANDS = (
    *("arc pack --level 9", "arc list --long", "arc test", "arc lock --key", "arc split --size 100M"),
    *("arc sync --delete", "arc watch", "arc find --text", "arc undo --steps 2", "arc limit --rate 1M"),
)
_CORPORA, _ROWS = 2, 14
Words = Mapping[str, Any]


class Asked(NamedTuple):
    """A record and the question that it answers.

    Args:
        record: As it stands in its passage.
        question: In the language.
    """

    record: str
    question: str


class Made(NamedTuple):
    """One passage.

    Args:
        title: Of the file that it could be.
        text: Its records.
        asked: What can be asked of it.
    """

    title: str
    text: str
    asked: Sequence[Asked]


def record_questions(language: str) -> list[dict[str, Any]]:
    """The questions of one language in the JSONL input form, with evidence; the same on every call.

    Args:
        language: One of ``LANGUAGES``.
    """
    path = Path(__file__).with_suffix(".toml")
    words = tomllib.loads(path.read_text(encoding="utf-8"))[language]
    draw = random.Random(f"records {language}")
    return [row for number in range(_CORPORA) for row in _corpus(words, draw, f"{language}-{number}")]


def _corpus(words: Words, draw: random.Random, name: str) -> Iterator[dict[str, Any]]:
    made = [*_people(words, draw), *_orders(words, draw), *_products(words, draw), *_manual(words, draw)]
    draw.shuffle(made)
    for place, passage in enumerate(made):
        for number, asked in enumerate(passage.asked):
            start = passage.text.index(asked.record)
            passages = [
                {"id": str(index), "title": one.title, "text": one.text} for index, one in enumerate(made)
            ]
            passages[place]["evidence"] = [[start, start + len(asked.record)]]
            yield {"id": f"{name}-{place}-{number}", "question": asked.question, "passages": passages}


def _drawn(draw: random.Random, *columns: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Rows of one value a column, no two alike."""
    rows: dict[tuple[str, ...], tuple[Any, ...]] = {}
    while len(rows) < 2 * _ROWS:
        row = tuple(draw.choice(column) for column in columns)
        rows.setdefault(tuple(map(str, row)), row)
    return list(rows.values())


def _halves(title: str, asked: Sequence[Asked], before: str, between: str) -> Iterator[Made]:
    """The records in two passages, with the first three questions of one and the first two of the other."""
    half = len(asked) // 2
    stem, _, ending = title.partition(".")
    for number, part in enumerate((asked[:half], asked[half:])):
        text = before + between.join(one.record for one in part)
        yield Made(f"{stem}-{number + 1}.{ending}", text, part[: 3 - number])


def _people(words: Words, draw: random.Random) -> Iterator[Made]:
    names = draw.sample(_full_names(words["names"]), 2 * _ROWS)
    places = _drawn(draw, words["departments"], words["cities"])
    asked = []
    for number, (name, ((department, duty), city)) in enumerate(zip(names, places, strict=True)):
        values = (name, department, city, str(draw.randrange(1000, 9999)))
        record = "\n".join(f"{key}: {value}" for key, value in zip(words["people"], values, strict=True))
        by_duty = words["ask_duty"].format(duty=duty, city=city)
        asked.append(Asked(record, by_duty if number % 2 else words["ask_person"].format(name=name)))
    return _halves("people.txt", asked, "", "\n\n")


def _full_names(names: Sequence[str]) -> list[str]:
    """Every first name with every last one, each once: two people of one name would be two answers."""
    # Without a space the first two characters are the last name.
    parts = [name.split() if " " in name else (name[:2], name[2:]) for name in names]
    joint = " " if " " in names[0] else ""
    return sorted({joint.join((one[0], other[1])) for one in parts for other in parts})


def _orders(words: Words, draw: random.Random) -> Iterator[Made]:
    rows = [(*pair, *draw.choice(words["states"])) for pair in _drawn(draw, words["names"], words["items"])]
    states = Counter((name, state) for name, _, state, _ in rows)
    asked = []
    for number, (name, item, state, said) in enumerate(rows):
        values = (draw.randrange(10_000, 99_999), name, item, draw.randrange(2, 60), state)
        alone = number % 2 and states[name, state] == 1
        by_state = words["ask_state"].format(name=name, state=said)
        question = by_state if alone else words["ask_order"].format(name=name, item=item)
        asked.append(Asked(",".join(map(str, values)), question))
    return _halves("orders.csv", asked, ",".join(words["orders"]) + "\n", "\n")


def _products(words: Words, draw: random.Random) -> Iterator[Made]:
    asked = []
    for item, material, colour in _drawn(draw, words["items"], words["materials"], words["colours"]):
        values = (item, material, colour, draw.randrange(20, 900))
        record = json.dumps(dict(zip(words["products"], values, strict=True)), ensure_ascii=False)
        asked.append(Asked(record, words["ask_product"].format(item=item, material=material, colour=colour)))
    return _halves("products.jsonl", asked, "", "\n")


def _manual(words: Words, draw: random.Random) -> Iterator[Made]:
    entries = [
        Asked(f"- {does}:\n\n`{command}`", question)
        for command, (does, question) in zip(_COMMANDS, words["manual"], strict=True)
    ]
    return _halves("arc.md", draw.sample(entries, len(entries)), "", "\n\n")
