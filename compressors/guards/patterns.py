"""URLs, code in a line and quotations.

Every pattern starts at a token boundary (a look-behind), and every repeat is possessive or bounded, so that no text
makes the engine scan the same characters again and again. A pattern of this size is slow where nothing matches, so each
has an anchor, a small expression without which it cannot match.
"""

import re

import regex

from excerpt.compressors.guards.gaps import in_url, within_line, within_quotes
from excerpt.compressors.guards.rules import HARD_BREAK, LatePattern, Rule, any_of

__all__ = ["INLINE_CODE", "QUOTES", "URLS"]

_HOST = r"(?:[\p{L}\p{N}-]{1,63}\.){1,6}"
_TOPS = any_of(
    "com org net edu gov io co info int mil dev app ai uk de fr eu us jp cn ru in ch nl it es ca au"
)
_IN_URL = r"[^\s<>\"“”‘’「」『』。、，（）()\[\]{}|\\^`.,;:!?'*_]"
_IN_PATH = r"[\w@%+=$-]"
URLS = Rule(
    "url",
    re.compile(rf"://|www\.|doi:|mailto:|\w@\w|\w\.(?:{_TOPS})\b|/[\w.-]+/|:\\|10\.\d{{4}}"),
    LatePattern(
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
    crosses=in_url,
)
"""URLs, e-mail addresses, hosts under well-known top domains, DOIs, paths of two parts or more."""

INLINE_CODE = Rule(
    "code",
    re.compile("`"),
    LatePattern(r"(?<!`)(`{1,3})(?![`\s])[^`\n]{1,200}+(?<!\s)\1(?!`)", regex.V1),
    crosses=within_line,
)
"""Code between one to three backticks on one line, at most 200 characters."""

_LINE = r"\n(?![ \t]{0,8}\r?\n)"  # a quotation may be wrapped but not cross a blank line
_OTHER = rf"\n{HARD_BREAK}"
# What cannot begin a quotation: behind such a mark the quotation mark is the end of a string of JSON, CSV or code.
_OPENS = r"(?=[^\s\",:;=)\]}>])"
QUOTES = Rule(
    "quote",
    re.compile('["“„«»「『‘]'),
    LatePattern(
        rf"""
          (?<![\w"])"{_OPENS}(?:[^"{_OTHER}]|{_LINE}){{1,200}}+"(?!\w)
        | “(?:[^“”{_OTHER}]|{_LINE}){{1,200}}+”
        | „(?:[^„“”{_OTHER}]|{_LINE}){{1,200}}+[“”]
        | «(?:[^«»{_OTHER}]|{_LINE}){{1,200}}+»
        | »(?:[^«»{_OTHER}]|{_LINE}){{1,200}}+«
        | 「(?:[^「」{_OTHER}]|{_LINE}){{1,200}}+」
        | 『(?:[^『』{_OTHER}]|{_LINE}){{1,200}}+』
        | (?<!\w)‘(?:[^‘’{_OTHER}]|’(?=\w)|{_LINE}){{1,200}}+’(?!\w)
        """,
        regex.VERBOSE | regex.V1,
    ),
    crosses=within_quotes,
)
"""Strings between balanced quotation marks, of at most 200 characters, inside a paragraph or a line of machine text."""
