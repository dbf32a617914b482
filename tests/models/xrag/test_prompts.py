"""Prompts for a reader: which are taken, and what a chat template makes of them."""

import pytest
from fakes.tiny_generators import make_causal_lm

from excerpt.errors import ConfigError
from excerpt.models.readers import XragReader
from excerpt.models.xrag.prompts import PAPER, PLAIN, prompts_for

transformers = pytest.importorskip("transformers")
TEMPLATE = (
    "{{ bos_token }}{% for m in messages %}[{{ m['role'] }}] {{ m['content'] }}\n{% endfor %}[assistant] "
)


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    folder = make_causal_lm(tmp_path_factory.mktemp("prompts") / "reader")
    return transformers.AutoTokenizer.from_pretrained(str(folder))


@pytest.fixture
def chatty(tokenizer):
    tokenizer.chat_template = TEMPLATE
    yield tokenizer
    tokenizer.chat_template = None


def test_a_model_without_a_template_keeps_the_plain_prompts(tokenizer):
    """And is told so where a template is asked for."""
    assert prompts_for("auto", tokenizer) is PLAIN
    assert prompts_for("paper", tokenizer) is PAPER
    with pytest.raises(ConfigError, match="no chat template"):
        prompts_for("chat", tokenizer)
    with pytest.raises(ConfigError, match="auto, chat, paper, plain"):
        prompts_for("poem", tokenizer)


def test_a_chat_model_is_asked_in_its_own_turns(chatty):
    """The template around the request, up to where the answer begins; word for word in the prompts."""
    prompts = prompts_for("auto", chatty)
    assert prompts.name == "chat"
    (message,) = prompts.ask.messages("who?", "the mill")
    assert message["content"] == (
        "<s>[user] Background: the mill\n\nQuestion: who?\nAnswer in a few words.\n[assistant] "
    )
    assert all(one.startswith("<s>[user] ") and one.endswith("\n[assistant] ") for one in prompts.restate)
    assert all(one.count("{context}") == 1 for one in prompts.restate)
    assert prompts.lead == ""  # the template ends in a space already


def test_what_the_tokenizer_puts_before_a_text_is_not_written_twice(chatty):
    """A template of Llama's kind writes the mark of the beginning, and so does the tokenizer."""
    from tokenizers import processors

    backend = chatty.backend_tokenizer
    backend.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    prompts = prompts_for("chat", chatty)
    assert prompts.restate[0].startswith("[user] ")


def test_a_reader_takes_the_prompts_of_its_model(tmp_path):
    """Unless others are given."""
    folder = make_causal_lm(tmp_path / "reader")
    assert XragReader(folder).prompts is PLAIN
    (folder / "chat_template.jinja").write_text(TEMPLATE)
    reader = XragReader(folder)
    assert reader.prompts.name == "chat"
    assert reader.prompt == reader.prompts.ask
    assert XragReader(folder, PAPER).prompts is PAPER
