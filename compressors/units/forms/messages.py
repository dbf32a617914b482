"""Messages under a line that says whose they are: posts, commits, mails, and what is quoted in them.

A short message is one piece with its head. A longer one is its head and, below that, the sentences of its text, so
what is kept of it says who wrote it.
"""

import re
from collections.abc import Sequence

from excerpt.compressors.units.forms.pieces import LONGEST, Piece, Region, joined
from excerpt.compressors.units.lines import Line, Lines
from excerpt.compressors.units.sentences import split_sentences

__all__ = ["find_commit", "find_mail_head", "find_posts", "find_quote"]

_MESSAGE = 0  # level of the head of a mail: above all headings of a text
_CLOCK = r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?: ?[AaPp]\.?[Mm]\b\.?)?"
_BY = re.compile(
    r"(?:(?:Posted|Written|Sent|Commented|Beitrag|Publié|Publicado) )?(?:[Bb]y|[Vv]on|[Pp]ar|[Pp]or) \S"
)
_POST = re.compile(
    rf"(?:{_BY.pattern}|[^\W\d].{{1,40}}?(?:\s\s|\s?[—–,|·»•(\[]|\s-\s)).{{0,60}}?"
    rf"(?<![\d:.]){_CLOCK}\]?(?: \(edited\)| Uhr)?$"
)
_ENDS = frozenset("0123456789mM.])r")  # of the head of a post
_AHEAD = 16  # lines in which the head of another post must come
_CHAT = 240  # characters of a post that is one piece
_COMMIT = re.compile(r"commit [0-9a-f]{7,40}\b")
_COMMIT_FIELD = re.compile(r"(?:Author|AuthorDate|Commit|CommitDate|Committer|Date|Merge): ")
_SENDERS = frozenset("*FVDOОK发差보")
_FROM = re.compile(
    r"\*{0,2}(?:From|Von|De|Da|Van|Fra|Från|Od|От|Kimden|发件人|差出人|보낸 사람)\s?[:：]\*{0,2} ?\S"
)
_FIELD = re.compile(r"\*{0,2}[^\W\d_][^:：\n]{0,24}[:：]\*{0,2} ?\S")
_SENT = re.compile(r"\*{0,2}(?:Sent|Date|Gesendet|Datum|Envoyé|Enviado|Inviato|Data|Verzonden|Sendt|Дата)\b")
_FEWEST_FIELDS, _MOST_FIELDS = 2, 16  # lines of the head of a mail
_CUT = re.compile(r"[-_]{5,}.{0,60}$")
_MARKS = re.compile(r"(?:>[ \t]?)+")
_ATTRIBUTION = 200  # characters of the line that says whom a quotation is by


def find_posts(text: str, lines: Lines, at: int) -> Region | None:
    """Posts of a forum or turns of a chat below lines with a name and a time; None for fewer than two."""
    if not _begins_post(lines, at):
        return None
    begins = [number for number in range(at + 1, min(len(lines), at + _AHEAD)) if _begins_post(lines, number)]
    if not begins:
        return None
    pieces: list[Piece] = []
    first = at
    for number in range(begins[0], len(lines) + 1):
        if number == len(lines) or _begins_post(lines, number):
            head = 1 + (_POST.match(lines[first].text) is None)
            pieces.extend(_message(text, lines[first:number], head, len(pieces), longest=_CHAT))
            first = number
    return Region(len(lines), pieces)


def _begins_post(lines: Sequence[Line], at: int) -> bool:
    """Whether a line is the head of a post, and something follows; or the title above one that says by whom it is."""
    if _is_head(lines, at):
        return not (at and lines[at].after_blank < lines[at - 1].after_blank and _is_title(lines, at - 1))
    return _is_title(lines, at)


def _is_title(lines: Sequence[Line], at: int) -> bool:
    return (
        at + 1 < len(lines)
        and lines[at + 1].text[-1] in _ENDS
        and lines[at].after_blank
        and not lines[at + 1].after_blank
        and _BY.match(lines[at + 1].text) is not None
        and _is_head(lines, at + 1)
    )


def _is_head(lines: Sequence[Line], at: int) -> bool:
    text = lines[at].text
    return (
        text[-1] in _ENDS
        and _POST.match(text) is not None
        and at + 1 < len(lines)
        and _POST.match(lines[at + 1].text) is None
    )


def _message(text: str, lines: Sequence[Line], head: int, number: int, *, longest: int) -> list[Piece]:
    """A message as one piece, or as its head and the sentences of its text, where it is longer.

    Args:
        text: The whole text.
        lines: The message's.
        head: How many of the lines are its head.
        number: What its first piece counts as.
        longest: Characters of one piece.
    """
    whole = joined(list(lines))
    if whole.end - whole.start <= longest or len(lines) == head:
        return [whole]
    start = lines[head].start
    body = split_sentences(text[start : whole.end])
    return [joined(list(lines[:head])), *(Piece(start + a, start + b, number) for a, b in body)]


def find_commit(text: str, lines: Lines, at: int) -> Region | None:
    """A commit as ``git log`` shows it, with its author, its date and its message; None for none."""
    if (
        not lines[at].text.startswith("commit ")
        or not _COMMIT.match(lines[at].text)
        or at + 1 >= len(lines)
        or not _COMMIT_FIELD.match(lines[at + 1].text)
    ):
        return None
    head = at + 1
    while head < len(lines) and _COMMIT_FIELD.match(lines[head].text):
        head += 1
    stop = head
    while stop < len(lines) and lines[stop].indent > 0:
        stop += 1
    return Region(stop, _message(text, lines[at:stop], head - at, 0, longest=LONGEST))


def find_mail_head(text: str, lines: Lines, at: int) -> Region | None:  # noqa: ARG001 - one shape for all forms
    """The head of a mail, whose sender is the heading of what follows; None for none."""
    first = at + (lines[at].text[0] in "-_" and _CUT.match(lines[at].text) is not None)
    sender = next((number for number in (first, first + 1) if _names(lines, number)), -1)
    stop = first
    while (
        sender >= 0
        and stop < min(len(lines), first + _MOST_FIELDS)
        and _FIELD.match(lines[stop].text)
        and not (stop > first and lines[stop].after_blank)
    ):
        stop += 1
    if stop - first < _FEWEST_FIELDS or sender >= stop or stop == len(lines) or _names(lines, stop):
        return None
    pieces = [joined([line]) for line in lines[first:sender]]
    named = sender + 1 + (sender + 1 < stop and _SENT.match(lines[sender + 1].text) is not None)
    above = len(pieces)
    pieces.append(joined(lines[sender if pieces else at : named]))
    if pieces[0].start > lines[at].start:
        pieces[0] = pieces[0]._replace(start=lines[at].start)
    pieces.extend(joined([line], above) for line in lines[named:stop])
    return Region(stop, pieces, ((above, _MESSAGE),))


def _names(lines: Sequence[Line], at: int) -> bool:
    """Whether a line says who sent a mail."""
    return at < len(lines) and lines[at].text[0] in _SENDERS and _FROM.match(lines[at].text) is not None


def find_quote(text: str, lines: Lines, at: int) -> Region | None:
    """What is quoted below the line that says by whom it is, in sentences; None for none."""
    first = at + 1 if lines[at].text[-1] in ":：" else at + 2
    if first >= len(lines) or lines[first].text[0] != ">" or lines[at].text[0] == ">":
        return None
    if first > at + 1 and lines[at + 1].after_blank:
        return None
    who = joined(lines[at:first])
    if text[who.end - 1] not in ":：" or who.end - who.start > _ATTRIBUTION:
        return None
    pieces = [who]
    above = [0]  # the line that quotes each depth
    stop = first
    while stop < len(lines) and lines[stop].text[0] == ">":
        depth, end = _depth(lines[stop].text), stop + 1
        while end < len(lines) and _goes_on(lines, end, depth):
            end += 1
        del above[depth:]
        base = len(pieces)
        pieces.extend(_quoted(text, lines[stop:end], above[-1]))
        if len(pieces) == base:  # an empty line of the quotation
            pieces[-1] = pieces[-1]._replace(end=lines[end - 1].end)
        above.extend([above[-1]] * (depth - len(above)))
        above.append(len(pieces) - 1)
        stop = end
    return Region(stop, pieces)


def _depth(text: str) -> int:
    """How often a line is quoted."""
    marks = _MARKS.match(text)
    return marks.group().count(">") if marks else 0


def _goes_on(lines: Sequence[Line], at: int, depth: int) -> bool:
    """Whether a line belongs to the paragraph of the line before it, which is quoted so often."""
    before, line = lines[at - 1].text, lines[at]
    return (
        not line.after_blank
        and _depth(line.text) == depth
        and (_MARKS.fullmatch(line.text) is None) == (_MARKS.fullmatch(before) is None)
    )


def _quoted(text: str, lines: Sequence[Line], above: int) -> list[Piece]:
    """The sentences of a quoted paragraph; those that begin a line have its marks with them."""
    start, end = lines[0].start, lines[-1].end
    plain = list(text[start:end])
    begins = {}  # where the text of a line begins, and where its marks do
    for line in lines:
        marks = _MARKS.match(line.text)
        width = marks.end() if marks else 0
        plain[line.start - start : line.start - start + width] = " " * width
        inside = line.start + width + len(line.text[width:]) - len(line.text[width:].lstrip())
        begins[inside] = line.start
    sentences = split_sentences("".join(plain))
    return [Piece(begins.get(start + a, start + a), start + b, above) for a, b in sentences]
