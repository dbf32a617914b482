import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from excerpt.errors import InputError
from excerpt.models.training.distill.chunks import chunk_spans, read_chunks
from excerpt.tokens import resolve_tokenizer

WORDS = resolve_tokenizer(lambda text: len(text.split()))
LETTERS = resolve_tokenizer(len)


@given(st.text(alphabet="ab. \n3", max_size=80), st.integers(1, 12))
def test_chunks_lose_nothing_but_white_space(text, limit):
    """In order, within the limit, every other character in exactly one."""
    spans = chunk_spans(text, LETTERS, limit)
    assert all(end - start <= limit for start, end in spans)
    assert all(left.end <= right.start for left, right in pairwise(spans))
    assert "".join("".join(spans_of(text, spans)).split()) == "".join(text.split())


def spans_of(text, spans):
    return [text[start:end] for start, end in spans]


def test_a_chunk_ends_at_a_stop_or_a_line_break():
    """And not inside a number."""
    text = "It weighs 3.5 kg. The wind blows.\nNobody saw it. Nobody asked."
    cut = spans_of(text, chunk_spans(text, WORDS, 7))
    assert cut == ["It weighs 3.5 kg. The wind blows.", "Nobody saw it. Nobody asked."]


def test_a_stretch_without_an_end_is_cut_at_spaces():
    """A word is whole while it fits."""
    text = "one two three four five six seven"
    assert spans_of(text, chunk_spans(text, WORDS, 4)) == ["one two three four", "five six seven"]


def test_a_limit_below_one_is_refused():
    """There is no such chunk."""
    with pytest.raises(InputError, match="at least 1 token"):
        chunk_spans("a", WORDS, 0)


def test_corpora_and_question_sets_are_read(tmp_path):
    """A text that stands in both is one chunk."""
    path = tmp_path / "in.jsonl"
    rows = [
        {"id": "mill", "title": "Mill", "text": "It grinds. It turns."},
        {"id": 7, "question": "what", "passages": ["It grinds. It turns.", {"id": "p", "text": "Rye."}]},
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    found = [(chunk.id, chunk.text, chunk.tokens) for chunk in read_chunks([path], WORDS, 2)]
    assert found == [("mill:0", "It grinds.", 2), ("mill:11", "It turns.", 2), ("7/p:0", "Rye.", 1)]


@pytest.mark.parametrize(
    ("row", "said"),
    [({"body": "x"}, "keys are body"), ({"text": 3}, "text"), ({"passages": [3]}, "passages")],
)
def test_what_is_no_text_is_named_with_its_line(tmp_path, row, said):
    """File, line and field."""
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps({"text": "fine"}) + "\n" + json.dumps(row))
    with pytest.raises(InputError, match=rf"line 2: .*{said}"):
        list(read_chunks([path], WORDS))
