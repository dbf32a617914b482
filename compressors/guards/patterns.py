r"""The built-in patterns of the guards.

Every pattern starts at a token boundary (a look-behind), and every repeat is possessive or bounded,
so that no text makes the engine scan the same characters again and again. A pattern of this size is
slow where nothing matches, so each has an anchor, a small expression without which it cannot match,
and is tried only around the anchors.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

import regex

from excerpt.values.spans import Span

__all__ = ["INLINE_CODE", "NEGATIONS", "NUMBERS", "QUOTES", "URLS", "Rule"]

_REACH = 100  # characters behind the start of an anchor that a match may hold


class Rule(NamedTuple):
    """A pattern, what must occur where it matches, and how far before that a match may begin.

    With ``back`` None the anchor only says whether the pattern is worth trying on a text at all.
    """

    kind: str
    anchor: "re.Pattern[str]"
    pattern: "regex.Pattern[str]"
    back: int | None = None

    def spans(self, text: str) -> Iterator[Span]:
        """The matches in order, without overlaps."""
        if self.back is None:
            if self.anchor.search(text):
                yield from (Span(*match.span()) for match in self.pattern.finditer(text))
            return
        done = 0
        for anchor in self.anchor.finditer(text):
            at = anchor.start()
            while done <= at:
                start = max(done, at - self.back)
                match = self.pattern.search(text, start, min(len(text), at + _REACH))
                if match is None or match.start() > at:
                    break
                yield Span(*match.span())
                done = match.end()


def _any(*words: str) -> str:
    """One of the words, the longest first so that a possessive group takes the whole word."""
    return "|".join(sorted((part for word in words for part in word.split()), key=len, reverse=True))


# A gap inside one expression: spaces on the line, or a line break that wrapped the text there.
_GAP = r"(?:[ \t\u00A0\u202F]{1,2}|[ \t]?\r?\n[ \t]{0,8}(?=\p{Ll}|\d))"
_SPACE = r"[ \u00A0\u202F]"
_ALPHABETIC = r"\p{Latin}\p{Greek}\p{Cyrillic}"

_MONTH = rf"""(?:{
    _any(
        "January February March April May June July August September October November December",
        "Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec",
        "Januar Februar März Mai Juni Juli Oktober Dezember",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    )
})\b\.?"""
_CURRENCY = r"(?:(?:US|AU|CA|NZ|HK|A|C)?\p{Sc}|USD|EUR|GBP|CHF|JPY|CNY|Rs\.?|RM|kr)"
_DIGITS = r"\d++(?:[.,٫٬'’]\d++|[ \u00A0\u202F]\d{3}(?!\d))*+"
_LETTERS_OF_NUMBER = r"(?:\p{Latin}{1,12}+(?:/\p{Latin}{1,3})?+)?+"  # "3D", "5th", "1990s", "10km/h"
_NUMBER = rf"[+\-−±]?(?:{_CURRENCY}{_SPACE}?)?[+\-−]?\.?{_DIGITS}{_LETTERS_OF_NUMBER}\p{{No}}?"
_JOINT = rf"(?:{_SPACE}?[-‐‑–—−/:×x^±~]{_SPACE}?|{_SPACE}(?:to|and|of|by|bis|à|or){_SPACE}(?=[\d\p{{Sc}}]))"
_RANGE = rf"{_NUMBER}(?:{_JOINT}{_NUMBER})*+"
_MAGNITUDE = rf"""(?:{
    _any(
        "hundred thousand million billion trillion dozen lakh crore mln bn mio mrd millions million",
        "Million Millionen Milliarde Milliarden Mio Mrd milliard milliards millones mil",
    )
})\b\.?"""
_UNIT_WORDS = _any(
    "min h hr hrs hour hours minute minutes second seconds sec secs millisecond milliseconds day days",
    "week weeks month months year years decade decades century centuries percent pp degree degrees",
    "dollar dollars euro euros pound pounds cent cents yen yuan rupee rupees USD EUR GBP CHF JPY CNY",
    "inch inches feet foot ft yard yards yd mile miles mi mph kmh kph knot knots acre acres hectare",
    "hectares ha meter metre meters metres kilometer kilometre kilometers kilometres centimeter",
    "centimetre centimeters centimetres millimeter millimetre millimeters millimetres gram grams kilo",
    "kilos kilogram kilograms tonne tonnes ton tons lb lbs oz ounce ounces liter litre liters litres",
    "gallon gallons barrel barrels watt watts volt volts byte bytes bit bits KiB MiB GiB TiB dpi px rpm",
    "fps bpm dB ppm AM PM UTC GMT CET EST PST BC BCE CE AD Jahr Jahre Jahren Tag Tage Tagen Stunde",
    "Stunden Minuten Uhr ans jours heures años días horas page pages people person persons point points",
    "vote votes seat seats times fold st nd rd th",
)
_UNIT = (
    r"(?:[%‰℃℉]|°\s?[CFK]?|(?:[µμnmkKMGTcdh]?(?:m|g|s|W|Wh|V|A|Hz|J|N|Pa|L|l|B|b|eV|mol|cal|t)[²³23]?"
    rf"|[ap]\.?m\.?|per\scent|percentage\spoints?|o['’]clock|p\.|{_UNIT_WORDS})(?![\p{{L}}\d]))"
)
_PER = rf"(?:(?:[/·*⋅]|{_SPACE}per{_SPACE})\p{{L}}{{1,12}}[²³23]?)"
_HAN_UNIT = (
    "[年月日号號时時分秒点點元円圓块塊美欧万萬亿億千百十个個人名位次回歳岁度"
    "公里米克斤吨噸％%层層階期世紀级級]{1,4}"
)
_TAIL = (
    rf"(?:(?:{_GAP}|-)?{_MAGNITUDE})?+(?:(?:{_GAP}|-)?{_UNIT}{_PER}?+(?:-old|{_SPACE}old\b)?+)?+"
    rf"(?:{_HAN_UNIT})?+"
)
_LABEL = rf"""(?:(?:{
    _any(
        "No Nos Nr Fig Figs Eq Sec Ch Vol Art p pp Version version Page page Chapter chapter Section section",
        "Figure figure Table table Article article",
    )
})\.?|n°|№|§|\#)"""
_DAY = r"\d{1,2}(?:st|nd|rd|th|er|º|ª|\.)?"
_DAYS = rf"{_DAY}(?:{_SPACE}?[-–]{_SPACE}?{_DAY})?"
_YEAR = rf"(?:,?{_GAP}(?:de{_SPACE})?\d{{4}}(?!\d)(?:{_SPACE}?(?:BCE?|CE|AD)\b)?)"
_WORD_NUMBER = rf"""(?:{
    _any(
        "one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty",
        "sixty seventy eighty ninety several a",
    )
}|half\sa|a\sfew)"""

NUMBERS = Rule(
    "number",
    # The rest of the token is swallowed, since no number begins inside it.
    re.compile(
        r"\d(?:[.,]|[^\W\u2e80-\u9fff\uac00-\ud7a3])*+|(?<=[\s-])(?:hundred|thousand|[mbtr]illion|dozen|lakh|crore)\b"
    ),
    regex.compile(
        rf"""
        (?<![{_ALPHABETIC}\d_.,])
        (?: {_DAYS}{_GAP}(?:of{_SPACE}|de{_SPACE})?{_MONTH}{_YEAR}?+
          | {_MONTH}{_GAP}{_DAYS}(?!\d){_YEAR}?+
          | {_MONTH}{_YEAR}
          | {_WORD_NUMBER}(?:{_SPACE}|-){_MAGNITUDE}(?:{_GAP}{_UNIT})?+
          | (?:{_LABEL}{_SPACE}?|AD{_SPACE})?+(?:[{_ALPHABETIC}]{{1,20}}+-?)?+{_RANGE}{_TAIL}
        )
        """,
        regex.VERBOSE | regex.V1,
    ),
    back=40,
)
"""Numbers with sign, currency, magnitude and unit; dates, times, ranges, codes such as F16."""

_WORD = r"(?>[\p{L}\p{M}\p{N}'’]{1,40}(?:-[\p{L}\p{N}]{1,40}){0,3})"
_BETWEEN = rf"""(?:{_GAP}(?:{
    _any(
        "yet ever even be been being have has had only so very too also the a an any to in of",
    )
}|\p{{Ll}}{{2,20}}ly)\b){{0,3}}+"""
_NEXT = rf"{_BETWEEN}{_GAP}{_WORD}"
_AUXILIARY = rf"""(?:{
    _any(
        "do does did is are was were be been am has have had can could will would shall should may might must",
    )
})"""
# Words that stand before what they negate.
_NEGATIONS = _any(
    "not never no nor neither none nobody nothing nowhere cannot without hardly barely scarcely unless",
    "except lack lacks lacking nicht nie niemals kein keine keinen keinem keiner keines ohne ne jamais",
    "sans aucun aucune nunca jamás sin tampoco ningún ninguno ninguna non mai senza nessun nessuno nessuna",
    "não sem nenhum nenhuma niet geen nooit zonder inte aldrig utan ikke aldri uden uten не ни без нет",
    "никогда ні nie bez nigdy není لا لم لن ليس ليست بدون غير לא אין בלי ללא नहीं değil không chưa",
    "tidak bukan 안 못",
).split("|")
_BEFORE = "|".join(_NEGATIONS)
_ELIDED = _any("est a ai as ont avait était y en eut")
_PAS = _any("pas jamais plus rien point personne aucun aucune")
NEGATIONS = Rule(
    "negation",
    re.compile(
        rf"\b(?:{'|'.join(form for word in _NEGATIONS for form in (word, word.capitalize()))}|NOT|NO|NEVER)\b"
        r"|n['’](?=t\b|[aeoyé])|[不没沒未无無非别別勿莫]|ません|ない|なかった|ずに"
    ),
    regex.compile(
        rf"""
          (?<![\p{{L}}\p{{M}}\d_'’-])(?i:
            (?:{_AUXILIARY}{_GAP})?+(?:{_BEFORE})\b(?:{_GAP}(?:longer|more|one|less|again)\b)?+(?:{_NEXT})?+
          | (?:\p{{Latin}}{{2,8}}n['’]t)\b(?:{_NEXT})?+
          | n['’](?:{_ELIDED})\b(?:{_GAP}(?:{_PAS})\b)?+(?:{_GAP}{_WORD})?+
          | {_WORD}{_GAP}(?:değil|नहीं)(?![\p{{L}}\p{{M}}])(?:{_GAP}{_WORD})?+
          )
        | [不没沒未无無非别別勿莫][\p{{Han}}]{{1,2}}
        | [\p{{Han}}\p{{Hiragana}}]{{1,3}}(?:ませんでした|ません|なかった|ない|ずに)
        """,
        regex.VERBOSE | regex.V1,
    ),
    back=16,
)
"""A negation and the next word, with an auxiliary before it and adverbs between."""

_HOST = r"(?:[\p{L}\p{N}-]{1,63}\.){1,6}"
_TOPS = _any("com org net edu gov io co info int mil dev app ai uk de fr eu us jp cn ru in ch nl it es ca au")
_IN_URL = r"[^\s<>\"“”‘’「」『』。、，（）()\[\]{}|\\^`.,;:!?'*_]"
_IN_PATH = r"[\w@%+=$-]"
URLS = Rule(
    "url",
    re.compile(rf"://|www\.|doi:|mailto:|\w@\w|\w\.(?:{_TOPS})\b|/[\w.-]+/|:\\|10\.\d{{4}}"),
    regex.compile(
        rf"""
          (?<![\p{{L}}\p{{N}}])(?:(?:https?|ftps?|file|s3|git|ssh)://|www\.|doi:|mailto:)
            (?>(?:{_IN_URL}|[.,;:!?'*_]++(?={_IN_URL}|\()|\([^\s()<>]{{0,80}}\))++/?)
        | (?<![\w.+-])[\w+-]{{1,64}}+(?:\.[\w+-]{{1,64}}+){{0,4}}
            @[\p{{L}}\p{{N}}-]{{1,63}}+(?:\.[\p{{L}}\p{{N}}-]{{1,63}}){{1,6}}
        | (?<![\p{{L}}\p{{N}}.@/-]){_HOST}(?:{_TOPS})\b(?::\d{{1,5}})?
            (?:/(?:[^\s<>"()\[\]{{}}|\\^`.,;:!?'*]|[.,;:!?'*]++(?=[\p{{L}}\p{{N}}/]))*+)?+
        | (?<![\w.@-])10\.\d{{4,9}}/(?>(?:[^\s"<>.,;]|[.,;](?=[^\s"<>]))++)
        | (?<![\w/.~@:-])(?:~|\.{{1,2}})?(?:/(?:{_IN_PATH}|\.(?={_IN_PATH}))++){{2,}}+/?
        | (?<!\w)[A-Za-z]:\\(?:[\w.$@ -]{{1,64}}\\){{0,16}}(?:{_IN_PATH}|\.(?={_IN_PATH})){{1,64}}
        """,
        regex.VERBOSE | regex.V1,
    ),
)
"""URLs, e-mail addresses, hosts under well-known top domains, DOIs, paths of two parts or more."""

INLINE_CODE = Rule(
    "code",
    re.compile("`"),
    regex.compile(r"(?<!`)(`{1,3})(?![`\s])[^`\n]{1,200}+(?<!\s)\1(?!`)", regex.V1),
)
"""Code between one to three backticks on one line, at most 200 characters."""

_LINE = r"\n(?![ \t]{0,8}\r?\n)"  # a quotation may be wrapped but not cross a blank line
QUOTES = Rule(
    "quote",
    re.compile('["“„«»「『‘]'),
    regex.compile(
        rf"""
          (?<![\w"])"(?=[^\s"])(?:[^"\n]|{_LINE}){{1,200}}+"(?!\w)
        | “(?:[^“”\n]|{_LINE}){{1,200}}+”
        | „(?:[^„“”\n]|{_LINE}){{1,200}}+[“”]
        | «(?:[^«»\n]|{_LINE}){{1,200}}+»
        | »(?:[^«»\n]|{_LINE}){{1,200}}+«
        | 「(?:[^「」\n]|{_LINE}){{1,200}}+」
        | 『(?:[^『』\n]|{_LINE}){{1,200}}+』
        | (?<!\w)‘(?:[^‘’\n]|’(?=\w)|{_LINE}){{1,200}}+’(?!\w)
        """,
        regex.VERBOSE | regex.V1,
    ),
)
"""Strings between balanced quotation marks, at most 200 characters and inside one paragraph."""
