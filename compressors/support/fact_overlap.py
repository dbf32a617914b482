"""Support by facts: the numbers, names and negations of a sentence must stand near each other in its sources."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from excerpt.compressors.support.protocol import Supported
from excerpt.compressors.support.statements import Statement, Term, read_statement
from excerpt.compressors.units.sentences import split_sentences

if TYPE_CHECKING:
    from excerpt.models.protocols import Check

__all__ = ["FactOverlap"]

_SOURCES, _GROUPS = 2, 3  # passages, and places in them, that one sentence may be put together from
_YEARS = (1000, 2100)  # are followed by anything
_BEFORE = 2  # sentences that one may go on from

_Key = tuple[str, bool]  # a word's form and whether it is negated


@dataclass(frozen=True, slots=True)
class _Group:
    """A sentence of a source, with those before it that it goes on from."""

    source: int
    keys: frozenset[_Key]
    own: frozenset[str]  # the forms of the last sentence
    counted: frozenset[tuple[str, str]]  # a number and the word behind it there

    @property
    def forms(self) -> frozenset[str]:
        return frozenset(form for form, _ in self.keys)


@dataclass(frozen=True, slots=True)
class FactOverlap:
    """The share of a sentence's content words that a few sentences of at most two sources have; no model.

    The support is 0 where

    * a number, a measure or a name (told by its capital) stands in none of them, or in another sentence than the
      facts and words beside it: "found in 1781 by Bohr", of passages that say the one and know the other;
    * what is said was denied there, or what is denied was said there;
    * a word that opens the sentence, and may be a name, stands nowhere.

    A sentence of a source is read together with those before it while it goes on about what they name ("It was ...",
    "The mill was ..."). Words cannot tell who did what to whom where the source names both; entailment can.

    Args:
        name: What reports call it.
    """

    name: str = "fact-overlap"

    def judge(
        self, sentences: Sequence[str], sources: Sequence[str], *, check: "Check" = None
    ) -> list[Supported]:
        """As `Support.judge`; a sentence without content words has the support 0."""
        groups = []
        for index, source in enumerate(sources):
            if check is not None:
                check()
            groups += _groups(index, source)
        return [_judged(read_statement(sentence).terms, groups) for sentence in sentences]


def _groups(index: int, source: str) -> list[_Group]:
    statements = [read_statement(source[start:end]) for start, end in split_sentences(source)]
    named = frozenset().union(*(statement.names for statement in statements))
    groups = []
    for place, statement in enumerate(statements):
        first = place
        if statement.continues and statement.opener not in named:
            first = max(0, place - 1)
            while first > max(0, place - _BEFORE) and not statements[first].names:
                first -= 1
        own = frozenset(term.form for term in statement.terms)
        groups.append(_Group(index, _keys(statements[first : place + 1]), own, _counted(statement.terms)))
    return groups


def _keys(statements: Sequence[Statement]) -> frozenset[_Key]:
    return frozenset((term.form, term.negated) for statement in statements for term in statement.terms)


def _counted(terms: Sequence[Term]) -> frozenset[tuple[str, str]]:
    return frozenset((term.form, behind.form) for term, behind in pairwise(terms) if term.number)


def _judged(terms: Sequence[Term], groups: Sequence[_Group]) -> Supported:
    wanted = {(term.form, term.negated): 1 + term.fact for term in terms}
    chosen = _chosen(wanted, groups)
    places = tuple(dict.fromkeys(group.source for group in chosen))
    known = frozenset().union(*(group.keys for group in chosen))
    if not chosen or _invents(terms, chosen, groups) or not _hangs_together(terms, groups, places):
        return Supported(0.0, places)
    return Supported(len(wanted.keys() & known) / len(wanted), places)


def _chosen(wanted: dict[_Key, int], groups: Sequence[_Group]) -> list[_Group]:
    """Takes the group that covers most of what is left, as long as one covers anything."""
    missing, chosen = set(wanted), list[_Group]()
    while missing and len(chosen) < _GROUPS:
        sources = {group.source for group in chosen}
        open_ = [group for group in groups if len(sources) < _SOURCES or group.source in sources]
        best = max(open_, key=lambda group: sum(wanted[key] for key in missing & group.keys), default=None)
        if best is None or not missing & best.keys:
            break
        chosen.append(best)
        missing -= best.keys
    return chosen


def _invents(terms: Sequence[Term], chosen: Sequence[_Group], groups: Sequence[_Group]) -> bool:
    """Whether a fact or a negation is not in the sources, or is turned round."""
    keys = frozenset().union(*(group.keys for group in chosen))
    places = {group.source for group in chosen}
    said = {key for group in groups if group.source in places for key in group.keys} - keys
    anywhere = frozenset().union(*(group.forms for group in groups))
    if any(term.negated for term in terms) and not any(negated for _, negated in keys):
        return True
    for term in terms:
        key, other = (term.form, term.negated), (term.form, not term.negated)
        if (
            other in chosen[0].keys and key not in chosen[0].keys
        ):  # elsewhere the word may be of something else
            return True
        if key not in keys and (term.fact or other in said or (term.subject and term.form not in anywhere)):
            return True
    return any(_counts_otherwise(number, behind, groups) for number, behind in _counted(terms))


def _counts_otherwise(number: str, behind: str, groups: Sequence[_Group]) -> bool:
    """Whether the sources count the same things with other numbers, or the same number in other units."""
    counted = {pair for group in groups for pair in group.counted}
    together = any(number in group.own and behind in group.own for group in groups)
    if (number, behind) in counted or together or not counted:
        return False
    if any(thing == behind for _, thing in counted):
        return True
    known = any(behind in group.forms for group in groups)
    return not known and not _is_year(number) and any(other == number for other, _ in counted)


def _is_year(number: str) -> bool:
    return number.isdecimal() and _YEARS[0] <= int(number) <= _YEARS[1]


def _hangs_together(terms: Sequence[Term], groups: Sequence[_Group], places: tuple[int, ...]) -> bool:
    """Whether each fact stands with an earlier one of its clause, and with the words beside it.

    A number must stand with the plain word before it and the one after it; a name with either.
    """
    near = [group.forms for group in groups if group.source in places]
    known = frozenset().union(*near)
    for _, clause in groupby(terms, key=lambda term: term.clause):
        said = [term for term in clause if term.form in known]
        facts: list[str] = []
        for place, term in enumerate(said):
            if not term.fact:
                continue
            before, after = _nearest(reversed(said[:place])), _nearest(said[place + 1 :])
            beside = [before, after] if term.number else [before + after]
            if not all(_together(term.form, others, near) for others in (*beside, facts)):
                return False
            facts.append(term.form)
    return True


def _nearest(terms: Iterable[Term]) -> list[str]:
    return [term.form for term in terms if not term.fact][:1]


def _together(form: str, others: Sequence[str], near: Sequence[frozenset[str]]) -> bool:
    """Whether a word stands with one of others somewhere; True where there are none."""
    return not others or any(form in forms and not forms.isdisjoint(others) for forms in near)
