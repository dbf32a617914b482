"""What a sentence states, word by word: content words, which of them are facts, and which are negated."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from excerpt.compressors.evidence.stop_terms import STOP_TERMS
from excerpt.compressors.guards.negations import NEGATION_WORDS
from excerpt.compressors.terms.stems import stem
from excerpt.compressors.units.word_forms import even_form, simple_forms
from excerpt.compressors.units.words import split_words

__all__ = ["Statement", "Term", "read_statement"]

_CARDINALS = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen twenty"
)  # "one" is mostly a pronoun
_TENS = "thirty forty fifty sixty seventy eighty ninety"
_ORDINALS = "second third fourth fifth sixth seventh eighth ninth tenth"
_DIGITS = {
    **{word: str(number) for number, word in enumerate(_CARDINALS.split(), 2)},
    **{word: str(number) for number, word in enumerate(_ORDINALS.split(), 2)},
    **{word: f"{ten}0" for ten, word in enumerate(_TENS.split(), 3)},
}
_MEASURES = {
    "%": "%", "percent": "%", "‰": "‰", "$": "$", "dollar": "$", "€": "€", "euro": "€", "eur": "€", "usd": "$",
    "£": "£", "¥": "¥", "₹": "₹", "hundred": "hundred", "thousand": "thousand", "million": "million",
    "billion": "billion",
}  # fmt: skip
_TURNS = frozenset(("and", "but", "while", "whereas", "although", "because", "who", "which", "whose"))
_ENDS = frozenset('.,;:!?()—–"')
_CONNECTOR_WORDS = """
according additionally afterward afterwards currently eventually finally following furthermore hence instead later
meanwhile moreover nevertheless originally overall subsequently therefore today unlike
"""
_CONNECTORS = frozenset(_CONNECTOR_WORDS.split())
_COMMON = (
    "ly",
    "s",
    "ing",
    "ed",
    "one",
    "body",
    "er",
    "ment",
    "ity",
    "ion",
    "ren",
)  # ends of words that are no names
_PRONOUN_WORDS = "he she it they his her hers its their theirs him them this these those such there"
_PRONOUNS = frozenset(_PRONOUN_WORDS.split())


class Term(NamedTuple):
    """A content word of a sentence.

    Attributes:
        form: Its stem; a number in digits.
        fact: Whether it is a number, a measure or a name.
        number: Whether it is a number.
        subject: Whether it opens the sentence, where a capital says nothing, and may be a name by its ending.
        negated: Whether it is what a negation denies: the next content word of its clause, else the one before.
        clause: The clause's number in the sentence.
    """

    form: str
    fact: bool
    number: bool
    subject: bool
    negated: bool
    clause: int


class Statement(NamedTuple):
    """A sentence.

    Attributes:
        terms: Its content words in order.
        names: The forms of those with a capital that does not open the sentence.
        opener: The form of the word that opens it, if it may be a name for all that is known.
        continues: Whether a pronoun, or "the" with a common noun, stands before its first name: it goes on about what
            was named before, unless its opener is a name.
    """

    terms: tuple[Term, ...]
    names: frozenset[str]
    opener: str
    continues: bool


def read_statement(sentence: str) -> Statement:
    """Read one sentence. Names are told by their capitals, so scripts without them have none."""
    words = [sentence[start:end].replace("’", "'") for start, end in split_words(sentence)]
    forms = [_form(word) for word in simple_forms([word.removesuffix("'s") for word in words])]
    negated = _negated(words, forms)
    first = next((place for place, word in enumerate(words) if word[:1].isalnum()), -1)
    terms, names, clause = list[Term](), set[str](), 0
    for place, (word, form) in enumerate(zip(words, forms, strict=True)):
        clause += (
            form in _TURNS
            or word == ";"
            or (word == "," and _says_more(words[place + 1 :], forms[place + 1 :]))
        )
        name = (place != first and word[:1].isupper()) or sum(map(str.isupper, word)) > 1
        if not _is_content(form) and not (name and form == "may"):  # the month
            continue
        if name:
            names.add(stem(form))
        number = any(map(str.isdigit, form))
        opens = place == first and word[:1].isupper() and not name
        subject = opens and form not in _CONNECTORS and not word.lower().endswith(_COMMON)
        fact = number or name or form in _MEASURES.values()
        terms.append(Term(stem(form), fact, number, subject, place in negated, clause))
    opener = stem(forms[first]) if first >= 0 and _is_content(forms[first]) else ""
    return Statement(tuple(terms), frozenset(names), opener, _continues(words, first))


def _form(form: str) -> str:
    form = _DIGITS.get(form) or _MEASURES.get(form) or form
    digits = form.replace(",", "").replace("\u00a0", "")
    if digits[:-2].isdigit() and digits[-2:] in {"st", "nd", "rd", "th"}:
        return digits[:-2]
    return digits if digits.isdigit() else form


def _is_content(form: str) -> bool:
    if form in _MEASURES.values():
        return True
    return form not in STOP_TERMS and not _negates(form) and any(map(str.isalnum, form))


def _negates(form: str) -> bool:
    return form in NEGATION_WORDS or form.endswith("n't")


def _says_more(words: Sequence[str], forms: Sequence[str]) -> bool:
    """Whether what follows a comma is more than a name or a figure: a plain word is in it."""
    for word, form in zip(words, forms, strict=True):
        if word in _ENDS:
            return False
        if _is_content(form) and not word[:1].isupper() and not any(map(str.isdigit, form)):
            return True
    return False


def _negated(words: Sequence[str], forms: Sequence[str]) -> frozenset[int]:
    """Places of what negations deny."""
    found: set[int] = set()
    for place, word in enumerate(words):
        if not _negates(even_form(word)) or _bounds(forms[place + 1 : place + 3]):
            continue
        behind = list(_reach(range(place + 1, len(words)), words, forms))
        found.update((behind or list(_reach(range(place - 1, -1, -1), words, forms)))[:1])
    return frozenset(found)


def _bounds(following: Sequence[str]) -> bool:
    """Whether a negation is part of a bound: "no more than", "not later than"."""
    return len(following) == 2 and following[1] == "than"


def _reach(places: range, words: Sequence[str], forms: Sequence[str]) -> Iterator[int]:
    for place in places:
        if forms[place] in _TURNS or words[place] in _ENDS:
            return
        if _is_content(forms[place]):
            yield place


def _continues(words: Sequence[str], first: int) -> bool:
    for place, word in enumerate(words):
        form = even_form(word)
        capital_behind = place + 1 < len(words) and words[place + 1][:1].isupper()
        if form in _PRONOUNS or (form == "the" and not capital_behind):
            return True
        if word[:1].isupper() and form not in STOP_TERMS and (place != first or capital_behind):
            return False
    return False
