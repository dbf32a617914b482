"""First sight, then the same bytes."""

import asyncio
import json
import time

import pytest

from excerpt import Chain, ConfigError, InputError, StoreError
from excerpt.adapters.conversation import Conversation
from excerpt.adapters.kept_texts import KeptTexts
from excerpt.adapters.texts import TextCompressor
from excerpt.compressors import Bm25Sentences, Truncate

FILLER = " ".join(
    f"Ledger page {n} lists oats, rye and barley sold to household number {n}." for n in range(40)
)
LONG = f"{FILLER} The mill burned in 1859. {FILLER.replace('Ledger', 'Journal')}"


def conversation(store=None, chain=None, **options):
    compressor = TextCompressor(chain or Chain([Bm25Sentences()]), budget=60, budget_for="each")
    return Conversation(compressor, store, **options)


def tool(call_id, text=LONG):
    return {"role": "tool", "tool_call_id": call_id, "content": text}


def turn(number):
    return [
        {"role": "user", "content": f"When did the mill burn? ({number})"},
        {"role": "assistant", "content": None, "tool_calls": [{"id": f"c{number}", "function": {}}]},
        tool(f"c{number}", f"{LONG} {number}"),
    ]


def test_twenty_turns_send_the_same_bytes_again(tmp_path):
    """What was sent is the beginning of what is sent next, and most tokens are saved."""
    store = KeptTexts(tmp_path / "kept.sqlite")
    messages, sent, before = [], "", 0
    for number in range(20):
        messages += turn(number)
        result = conversation(store if number % 2 else KeptTexts(tmp_path / "kept.sqlite")).compress(
            {"messages": messages}, "chat"
        )
        now = json.dumps(result.request["messages"])
        assert now.startswith(sent.removesuffix("]"))
        assert [part.action for part in result.parts] == ["replayed"] * number + ["compressed"]
        assert result.tokens_out < 0.2 * result.tokens_in
        assert before < result.tokens_out
        sent, before = now, result.tokens_out
        messages.append({"role": "assistant", "content": "In 1859."})
    assert sent.count("The mill burned in 1859.") == 20


def test_other_settings_do_not_change_what_was_sent():
    """A tool call's text stays as it was first sent."""
    store = KeptTexts()
    request = {"messages": turn(0)}
    first = conversation(store).compress(request, "chat")
    again = conversation(store, Chain([Truncate()])).compress(request, "chat")
    assert again.request == first.request
    assert [part.action for part in again.parts] == ["replayed"]


def test_without_a_call_id_the_question_tells_texts_apart():
    """The same page in another conversation is compressed for that conversation's question."""
    ours = conversation()

    def ask(question):
        page = {"type": "document", "source": {"type": "text", "data": LONG}}
        content = [page, {"type": "text", "text": question}]
        return ours.compress({"messages": [{"role": "user", "content": content}]}, "anthropic")

    first, second = ask("When did the mill burn?"), ask("Who bought barley from page 7?")
    assert first.parts[0].id != second.parts[0].id
    assert ask("When did the mill burn?").request == first.request


def test_a_text_that_the_model_has_seen_whole_stays_whole():
    """Shortening it would change what the provider has in its cache."""
    messages = [*turn(0), {"role": "assistant", "content": "In 1859."}, {"role": "user", "content": "And?"}]
    result = conversation().compress({"messages": messages}, "chat")
    assert not result.changed
    assert result.request["messages"] is messages
    assert result.parts[0].reason == "seen"


def test_the_original_is_had_back():
    """Nothing is lost to the model."""
    ours = conversation()
    (part,) = ours.compress({"messages": turn(0)}, "chat").parts
    assert ours.expand(part.id) == f"{LONG} 0"
    assert ours.expand(part.id, 0, 6) == "Ledger"
    with pytest.raises(InputError, match="nothing is stored"):
        ours.expand("0" * 32)


def test_scopes_are_apart():
    """The same text of another customer is another text."""
    ours = conversation()
    (mine,) = ours.compress({"messages": turn(0)}, "chat", scope="a").parts
    (theirs,) = ours.compress({"messages": turn(0)}, "chat", scope="b").parts
    assert mine.id != theirs.id
    assert theirs.action == "compressed"
    with pytest.raises(InputError, match="nothing is stored"):
        ours.expand(mine.id, scope="b")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("A short text.", "short"),
        (json.dumps([{"name": LONG}]), "json"),
        (f"Error: {LONG}", "error"),
    ],
)
def test_what_is_left_alone(text, reason):
    """With the reason."""
    result = conversation().compress({"messages": [tool("c", text)]}, "chat")
    assert not result.changed
    assert result.parts[0].reason == reason


def test_json_where_it_is_allowed():
    """An option."""
    text = json.dumps([{"page": n, "text": f"Oats were sold to household {n}."} for n in range(60)])
    assert conversation(json=True).compress({"messages": [tool("c", text)]}, "chat").changed


def test_without_a_question_it_says_so():
    """The user's turn is not always there."""
    result = conversation().compress({"messages": [tool("c")]}, "chat")
    assert result.parts[0].action == "compressed"
    assert "no question was read" in result.parts[0].warnings[0]


def test_a_question_of_its_own():
    """Replaces what the user said."""
    result = conversation().compress({"messages": [tool("c")]}, "chat", question="when did the mill burn")
    assert "The mill burned in 1859." in result.request["messages"][0]["content"]
    assert result.parts[0].warnings == ()


def test_a_failing_chain_leaves_the_text_for_good():
    """The model saw it whole, so it stays whole when the chain can again."""

    class Failing:
        name = "failing"

        def compress(self, context, room):
            raise RuntimeError("no luck")

    store = KeptTexts()
    request = {"messages": [{"role": "user", "content": "When?"}, tool("c")]}
    failed = conversation(store, Chain([Failing()])).compress(request, "chat")
    assert (failed.changed, failed.parts[0].reason) == (False, "failed")
    assert failed.parts[0].warnings == ("RuntimeError: no luck",)
    later = conversation(store).compress(request, "chat")
    assert (later.changed, later.parts[0].reason) == (False, "failed")


def test_the_deadline_is_for_all_texts_of_a_request():
    """What is not done by then is sent whole."""

    class Slow(Truncate):
        def compress(self, context, room):
            time.sleep(0.2)
            return super().compress(context, room)

    compressor = TextCompressor(Chain([Slow()]), budget=60, budget_for="each", deadline_s=0.5)
    messages = [tool(str(number)) for number in range(8)]
    result = Conversation(compressor).compress({"messages": messages}, "chat", question="when")
    assert result.parts[-1].reason == "deadline"
    assert result.request["messages"][-1] == messages[-1]


def test_what_cannot_be_stored_is_sent_whole():
    """Its bytes could not be sent again."""

    class Full(KeptTexts):
        def put(self, text_id, kept):
            raise StoreError("the disk is full")

    result = conversation(Full()).compress({"messages": turn(0)}, "chat")
    assert (result.changed, result.parts[0].reason) == (False, "unstored")
    assert result.parts[0].warnings == ("the disk is full",)


def test_a_note_says_how_to_ask_for_more():
    """Behind the text, and only where the whole is still shorter."""
    ours = conversation(note="\n[{tokens_out} of {tokens_in} tokens; expand('{id}') gives the rest]")
    result = ours.compress({"messages": turn(0)}, "chat")
    content = result.request["messages"][2]["content"]
    assert f"expand('{result.parts[0].id}')" in content
    assert ours.compress({"messages": turn(0)}, "chat").request == result.request


def test_async_gives_the_same():
    """On a thread of its own."""
    ours = conversation()
    made = asyncio.run(ours.acompress({"messages": turn(0)}, "chat"))
    assert made.changed
    assert ours.compress({"messages": turn(0)}, "chat").request == made.request


def test_one_text_alone():
    """For hosts with messages of their own."""
    ours = conversation()
    text, outcome = ours.text(LONG, "When did the mill burn?", call_id="c")
    assert "1859" in text
    assert outcome.action == "compressed"
    again, replayed = ours.text(LONG, "Another question?", call_id="c")
    assert (again, replayed.action) == (text, "replayed")
    assert ours.text("A short one.", None)[0] == "A short one."


def test_options_are_checked():
    """Named."""
    with pytest.raises(ConfigError, match="budget_for='each'"):
        Conversation(TextCompressor())
    with pytest.raises(ConfigError, match="note: must be a text"):
        conversation(note="")
    with pytest.raises(ConfigError, match="min_tokens must be a whole number"):
        conversation(min_tokens=-1)
