"""Whatever callers have becomes passages, or an error that names the place."""

from uuid import UUID

import pytest
from langchain_core.documents import Document

from excerpt import InputError, Passage
from excerpt.values.coerce import question_key, to_asked, to_passage, to_passages, to_query, to_question


def test_a_mapping_keeps_its_other_keys_as_metadata():
    """Nothing that came along is lost."""
    passage = to_passage({"id": 7, "title": None, "text": "t", "score": 0.5})
    assert (passage.id, passage.title, passage.text) == ("7", "", "t")
    assert passage.metadata == {"score": 0.5}


def test_a_langchain_document_is_read_without_its_class():
    """By its shape: content, id and metadata."""
    passage = to_passage(Document("text", id="d1", metadata={"title": "T", "page": 3}))
    assert (passage.id, passage.title, passage.text, passage.metadata["page"]) == ("d1", "T", "text", 3)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"page_content": "t", "metadata": {"id": 5, "title": "T", "page": 3}}, ("t", "5", "T", {"page": 3})),
        ({"page_content": "t", "id": "own", "type": "Document"}, ("t", "own", "", {"type": "Document"})),
        ({"role": "tool", "content": "t"}, ("t", "", "", {"role": "tool"})),
        ({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}, ("a\nb", "", "", {})),
        ({"text": "t", "content": 5}, ("t", "", "", {"content": 5})),
    ],
)
def test_documents_and_messages_as_json(value, expected):
    """As LangChain and chat interfaces write them; a text that is called so comes first."""
    passage = to_passage(value)
    assert (passage.text, passage.id, passage.title, dict(passage.metadata)) == expected


def test_a_passage_is_taken_as_it_is():
    """No copy."""
    passage = Passage("x")
    assert to_passage(passage) is passage


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"body": "x"}, r"passages\[0\]: has no 'text'; its keys are \['body'\]"),
        ({"text": 5}, r"passages\[0\].text: expected a string, got int"),
        ({"text": "x", "id": 1.5}, r"passages\[0\].id: expected a string"),
        ({"text": "x", "title": 5}, r"passages\[0\].title: expected a string"),
        ({"content": 5}, r"passages\[0\].content: expected a string"),
        ({"content": [{"type": "image_url"}]}, r"passages\[0\].content\[0\]: has no 'text'"),
        (5, r"passages\[0\]: expected a str"),
        (None, "got NoneType"),
        ("a\ud800b", "character 1 is a lone surrogate"),
    ],
)
def test_a_wrong_passage_names_its_place(value, message):
    """The field and the index stand in the message."""
    with pytest.raises(InputError, match=message):
        to_passages([value])


@pytest.mark.parametrize(
    ("value", "advice"),
    [
        ("one text", "one str; wrap it in a list"),
        ({"text": "x"}, "one dict; wrap it in a list"),
        (Passage("x"), "one Passage; wrap it in a list"),
        (b"x", "bytes; decode them"),
        (5, "got int$"),
        (None, "got NoneType$"),
    ],
)
def test_one_passage_is_not_a_list(value, advice):
    """A single string would be read as a list of characters; a list around what is no passage would not help."""
    with pytest.raises(InputError, match=rf"expected a list of passages, .*{advice}"):
        to_passages(value)


@pytest.mark.parametrize("query", ["", "  \n", None, 5, "\udfff"])
def test_a_query_must_be_text(query):
    """Empty questions select nothing in particular."""
    with pytest.raises(InputError, match="query"):
        to_query(query)


@pytest.mark.parametrize(
    ("passage", "message"),
    [
        (Passage(5), "passage.text: expected a string, got int"),
        (Passage("x", id=5), "passage.id: expected a string, got int"),
        (Passage("x", title=None), "passage.title: expected a string, got NoneType"),
        (Passage("x", title="\ud800"), "passage.title: character 0 is a lone surrogate"),
        (Passage("x", metadata=None), "passage.metadata: expected a mapping, got NoneType"),
    ],
)
def test_a_passage_made_by_hand_is_checked_too(passage, message):
    """A data class takes anything; a chain would fail on it later, somewhere else."""
    with pytest.raises(InputError, match=message):
        to_passage(passage)


def test_an_id_in_a_documents_metadata_may_be_of_any_kind():
    """Metadata are the caller's."""
    named = [to_passage(Document("x", metadata={"id": name})).id for name in (UUID(int=7), 1.5, 0, None)]
    assert named == ["00000000-0000-0000-0000-000000000007", "1.5", "0", ""]


def test_a_title_in_a_documents_metadata_is_text():
    """It is written into prompts and files."""
    with pytest.raises(InputError, match=r"passage\.title: character 1 is a lone surrogate"):
        to_passage(Document("x", metadata={"title": "a\ud800"}))


def test_a_record_is_read_one_way():
    """The question stands under either name; ``question`` is taken where both are there."""
    assert to_asked({"query": "q", "passages": ["x"]}) == ("q", (Passage("x"),))
    assert to_question({"question": "a", "query": "b"}) == "a"
    assert question_key({"query": "b"}) == "query"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"text": "x"}, r"f, line 3: question: is missing; the keys are text; give"),
        ({}, r"the keys are none"),
        ({"question": "q"}, r"f, line 3: passages: is missing"),
        ({"query": 5, "passages": []}, r"f, line 3: query: expected a string, got int"),
        ({"question": " ", "passages": []}, r"f, line 3: question: is empty"),
        ({"question": "q", "passages": [4]}, r"f, line 3: passages\[0\]: expected a str"),
    ],
)
def test_a_wrong_record_is_refused(row, message):
    """With file, line and field."""
    with pytest.raises(InputError, match=message):
        to_asked(row, "f, line 3")
