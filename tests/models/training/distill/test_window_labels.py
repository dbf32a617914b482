import pytest
from hypothesis import given
from hypothesis import strategies as st

from excerpt.compressors.units.words import split_words
from excerpt.errors import InputError
from excerpt.models.training.distill.window_labels import align, lemmas, match_window, simple_forms

WORDS = st.lists(st.sampled_from("abcdefg"), max_size=40)


def transcribed(text, compression, window):
    """The published algorithm step by step, clamped indices and all."""
    labels, start, last = [False] * len(text), 0, len(text) - 1
    for word in compression:
        for step in range(window if text else 0):
            ahead = min(start + step, last)
            if text[ahead] == word and not labels[ahead]:
                labels[ahead] = True
                start = start + window // 2 if ahead - start > window // 2 else ahead
                break
            behind = max(start - step, 0)
            if text[behind] == word and not labels[behind]:
                labels[behind] = True
                start = behind
                break
    return labels


def labels_of(text, found):
    return [place in {hit for hit in found if hit is not None} for place in range(len(text))]


@given(WORDS, WORDS, st.integers(1, 50))
def test_labels_are_those_of_the_published_algorithm(text, compression, window):
    """Finding the nearest free place by bisection labels the same words as trying every step."""
    assert labels_of(text, match_window(text, compression, window)) == transcribed(text, compression, window)


@given(WORDS, st.data())
def test_a_true_deletion_of_distinct_words_is_found_exactly(text, data):
    """With every word different, the labels are the deletion itself."""
    numbered = [f"{word}{place}" for place, word in enumerate(text)]
    kept = data.draw(st.lists(st.booleans(), min_size=len(text), max_size=len(text)))
    compression = [word for word, stays in zip(numbered, kept, strict=True) if stays]
    assert labels_of(text, match_window(numbered, compression, 80)) == kept


def test_a_window_below_one_is_refused():
    """Nothing could ever match."""
    with pytest.raises(InputError, match="at least 1"):
        match_window(["a"], ["a"], 0)


def test_marks_stand_on_the_words_of_the_text():
    """Spans are of the text as it is, not of the compared forms."""
    text = "The MILLERS sold 3.5 kg, then slept."
    found = align(text, "millers sold 3.5 kg", split_words)
    assert [text[start:end] for start, end, label in found.marks if label] == ["MILLERS", "sold", "3.5", "kg"]
    assert (found.variation_rate, found.alignment_gap) == (0.0, 0.0)


def test_the_variation_rate_counts_made_up_words():
    """One of four words of the compression is not in the text."""
    assert align("the old mill grinds rye", "old mill crushes rye", split_words).variation_rate == 0.25


def test_the_alignment_gap_counts_words_that_were_not_found_in_their_place():
    """Both "rye" occur in the text (2 of 4 words), and there is one place to label (1 of 4)."""
    found = align("old mills grind rye", "rye rye", split_words)
    assert (found.variation_rate, found.alignment_gap, found.kept) == (0.0, 0.25, 0.25)


def test_a_word_beyond_the_window_makes_a_gap():
    """It is in the text, so it is no variation, but it is not labelled."""
    found = align("a b c d e f g h i j", "j", split_words, window=5)
    assert (found.variation_rate, found.alignment_gap, found.kept) == (0.0, 0.1, 0.0)


def test_commas_follow_the_word_before_them():
    """The comma after "rye" survives, the one after "wheat" does not; neither counts in the measures."""
    text = "wheat, rye, and oats"
    found = align(text, "wheat rye, oats", split_words)
    assert [label for _, _, label in found.marks] == [1, 0, 1, 1, 0, 1]
    assert (found.variation_rate, found.alignment_gap) == (0.0, 0.0)


@pytest.mark.parametrize(("text", "compression"), [("", ""), ("", "rye"), ("rye", ""), (",", ",")])
def test_nothing_to_compare_gives_numbers(text, compression):
    """An empty side is as wrong as can be, and never a division by zero."""
    found = align(text, compression, split_words)
    assert (found.variation_rate, found.alignment_gap, found.kept) == (1.0, 0.0, 0.0)


def test_simple_forms_even_out_case_width_quotes_and_plurals():
    """What a teacher changes without meaning to."""
    words = ["Stones", "cities", "bus", "glass", "Ｒｙｅ", "don’t", "as"]
    assert simple_forms(words) == ["stone", "city", "bus", "glass", "rye", "don't", "as"]


def test_lemmas_come_from_a_spacy_pipeline(tmp_path):
    """Word for word, also where spaCy would have cut differently."""
    import spacy

    pipeline = spacy.blank("en")
    pipeline.add_pipe("attribute_ruler").add([[{"LOWER": "sold"}]], {"LEMMA": "Sell"})
    pipeline.to_disk(tmp_path / "small")
    assert lemmas(str(tmp_path / "small"))(["Sold", "don't", "rye"]) == ["sell", "don't", "rye"]


def test_a_missing_spacy_pipeline_is_named():
    """With the command that installs it."""
    with pytest.raises(InputError, match="spacy download no_such_pipeline"):
        lemmas("no_such_pipeline")
