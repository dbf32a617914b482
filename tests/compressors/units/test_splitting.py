import re

import numpy as np
import pytest
from fakes.strategies import contexts, hostile_text, keep_masks
from hypothesis import given
from hypothesis import strategies as st

from excerpt.compressors.guards.protection import Guards
from excerpt.compressors.units.offsets import Offsets
from excerpt.compressors.units.splitting import find_splitter, split
from excerpt.errors import ConfigError, InputError
from excerpt.registry import SPLITTERS
from excerpt.run.breaches import find_breaches
from excerpt.testing.fakes import MemoryStore
from excerpt.values.spans import Span, contains
from excerpt.values.stored import Recall
from excerpt.values.types import Context, Passage


def halves(text):
    middle = len(text) // 2
    return [(0, middle), (middle, len(text))]


@pytest.mark.parametrize("kind", sorted(SPLITTERS))
@given(text=hostile_text())
def test_every_splitter_keeps_the_contract(kind, text):
    """Spans are sorted, apart, without outer white space, and hold every visible character."""
    _, splitter = find_splitter(kind)
    last = 0
    for start, end, *_ in splitter(text):
        assert last <= start < end <= len(text)
        assert not text[start].isspace()
        assert not text[end - 1].isspace()
        assert not text[last:start].strip()
        last = end
    assert not text[last:].strip()


@given(context=contexts(), kind=st.sampled_from(sorted(SPLITTERS)))
def test_units_lie_inside_what_is_kept(context, kind):
    """Every unit is inside one kept span, guarded or not."""
    for guards in (None, Guards()):
        units = split(kind, context, guards)
        everything = np.ones(len(units), dtype=bool)
        for kept, spans in zip(context.kept, units.spans(everything, len(context.passages)), strict=True):
            assert contains(kept, spans)
        context.narrow(units.spans(everything, len(context.passages)))


@given(context=contexts(), kind=st.sampled_from(sorted(SPLITTERS)))
def test_units_hold_all_visible_kept_text(context, kind):
    """Keeping every unit loses white space only."""
    units = split(kind, context, Guards())
    narrowed = context.narrow(units.spans(np.ones(len(units), dtype=bool), len(context.passages)))
    for before, after in zip(context.kept_texts(), narrowed.kept_texts(), strict=True):
        assert "".join(before.split()) == "".join(after.split())


@given(data=st.data(), text=hostile_text(), kind=st.sampled_from(sorted(SPLITTERS)))
def test_no_choice_among_guarded_units_is_a_breach(data, text, kind):
    """Whatever is kept of guarded units, protected spans are whole or gone."""
    context = Context.start("q", [Passage(text)])
    guards = Guards(patterns=(r"cat\W+did",))
    units = split(kind, context, guards)
    keep = np.array(data.draw(keep_masks(units)), dtype=bool)
    assert find_breaches(context.narrow(units.spans(keep, 1)), guards) == []


@given(data=st.data(), text=hostile_text())
def test_guards_hold_over_two_stages(data, text):
    """Words chosen from sentences that were chosen before leave no breach either."""
    context, guards = Context.start("q", [Passage(text)]), Guards()
    for kind in ("sentence", "word"):
        units = split(kind, context, guards)
        keep = np.array(data.draw(keep_masks(units)), dtype=bool)
        context = context.narrow(units.spans(keep, 1))
    assert find_breaches(context, guards) == []


def test_a_unit_cut_by_kept_spans_becomes_its_parts():
    """One sentence of which two parts are kept is two units."""
    context = Context.start("q", [Passage("one two three four")]).narrow([[(0, 7), (14, 18)]])
    assert split("sentence", context).texts(context.passages) == ["one two", "four"]


def test_dropped_passages_have_no_units():
    """The passage column skips passages of which nothing is kept."""
    context = Context.start("q", [Passage("a b"), Passage("c d")]).narrow([[], [(0, 3)]])
    assert split("word", context).passage.tolist() == [1, 1]


def test_units_are_split_from_the_whole_text():
    """Dropping what stood before an abbreviation does not change the units after it."""
    text = "He saw Dr. Holt. She left."
    context = Context.start("q", [Passage(text)]).narrow([[(7, len(text))]])
    assert split("sentence", context).texts(context.passages) == ["Dr. Holt.", "She left."]


def test_words_of_one_number_are_one_unit():
    """A guard joins the words that it spans."""
    context = Context.start("q", [Passage("It weighs 12.5 kg now")])
    assert split("word", context, Guards()).texts(context.passages) == ["It", "weighs", "12.5 kg", "now"]


def test_gluing_stays_local():
    """A long text is not glued into one unit by many short protected spans."""
    text = " ".join(f"Item {n} did not sell at $5 million." for n in range(50))
    context = Context.start("q", [Passage(text)])
    assert len(split("sentence", context, Guards())) == 50


def test_a_splitter_of_ones_own_is_used_and_named():
    """A function is taken as it is; its name is the kind."""
    units = split(halves, Context.start("q", [Passage("abcd")]))
    assert (units.kind, units.start.tolist()) == ("halves", [0, 2])


def test_a_bad_splitter_of_ones_own_is_named():
    """Overlapping spans are refused, with the passage and the span."""
    with pytest.raises(InputError, match=r"'<lambda>' gave the span \(1, 3\) for passages\[0\]"):
        split(lambda _: [Span(0, 2), Span(1, 3)], Context.start("q", [Passage("abcd")]))


@pytest.mark.parametrize("found", [None, ["ab"], [(0.0, 2.0)], 5])
def test_a_splitter_that_gives_no_spans_is_named(found):
    """Pairs of whole numbers, and nothing else."""
    with pytest.raises(
        InputError, match=r"'<lambda>' gave .* for passages\[0\]; give pairs of whole numbers"
    ):
        split(lambda _: found, Context.start("q", [Passage("abcd")]))


def test_a_splitter_may_be_a_generator():
    """It is read once."""
    units = split(lambda _: ((at, at + 1) for at in range(4)), Context.start("q", [Passage("abcd")]))
    assert units.start.tolist() == [0, 1, 2, 3]


def test_a_unit_that_is_neither_name_nor_function_is_refused():
    """With the names there are."""
    with pytest.raises(ConfigError, match="no splitter named 5; use one of block"):
        split(5, Context.start("q", [Passage("a")]))


def test_an_unknown_kind_lists_the_known_ones():
    """A wrong name is a configuration error with the names there are."""
    with pytest.raises(ConfigError, match="no splitter named 'paragraph'; use one of block, clause"):
        split("paragraph", Context.start("q", [Passage("a")]))


def _rows(text):
    """Lines; every one belongs to the first."""
    return [(*match.span(), -1 if match.start() == 0 else 0) for match in re.finditer(r"[^\n]+", text)]


def test_parents_go_with_their_units():
    """Through several passages, through joined units, and through what is still kept."""
    text = "id name\n1 Ada\n2 Bo"
    context = Context.start("q", [Passage("No rows."), Passage(text)])
    assert split(_rows, context).parent.tolist() == [-1, -1, 1, 1]
    joined = split(_rows, context, Guards(patterns=(r"name\n1",)))
    assert joined.texts(context.passages) == ["No rows.", "id name\n1 Ada", "2 Bo"]
    assert joined.parent.tolist() == [-1, -1, 1]
    assert split(_rows, context.narrow([(), ((8, len(text)),)])).parent is None
    assert split(_rows, context.narrow([(), ((3, len(text)),)])).parent.tolist() == [-1, 0, 0]


def test_a_parent_that_is_no_earlier_piece_is_named():
    """One that comes later, too."""
    context = Context.start("q", [Passage("a b")])
    with pytest.raises(InputError, match=r"parent 1 to piece 0 of passages\[0\]"):
        split(lambda _: [(0, 1, 1), (2, 3, -1)], context)


def test_stored_records_have_the_parents_of_fresh_ones():
    """With guards and without."""
    texts = [
        "id,name,city\n1,Ada,Lyon\n2,Bo,Rome\n3,Cy,Bonn",
        "Rain fell. It was 5 °C.",
        '{"a": [{"b": 1}, {"b": 2}]}',
    ]
    passages = [Passage(text) for text in texts]
    store = MemoryStore([Offsets("record"), Guards()], passages)
    for guards in (None, Guards()):
        fresh = split("record", Context.start("q", passages), guards)
        stored = split("record", Context.start("q", passages, Recall(store)), guards)
        assert fresh.parent is not None
        for name in ("passage", "start", "end", "parent"):
            assert getattr(fresh, name).tolist() == getattr(stored, name).tolist()
