"""Messages as one text."""

import jinja2
import pytest

from excerpt.models.generation.chat import written

MESSAGES = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "What turns?"}]


class Tokenizer:
    """Renders a template as transformers does."""

    def __init__(self, template):
        self.chat_template = template

    def apply_chat_template(self, messages, *, tokenize, add_generation_prompt):
        assert (tokenize, add_generation_prompt) == (False, True)

        def refuse(text):
            raise jinja2.TemplateError(text)

        return jinja2.Template(self.chat_template).render(messages=messages, raise_exception=refuse)


def test_a_template_is_used_unless_the_prompt_is_raw():
    """Without one, and raw, messages are paragraphs."""
    tokenizer = Tokenizer("{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<answer>")
    assert written(tokenizer, MESSAGES) == "<system>Be brief.<user>What turns?<answer>"
    assert (
        written(tokenizer, MESSAGES, raw=True)
        == written(Tokenizer(None), MESSAGES)
        == "Be brief.\n\nWhat turns?"
    )


def test_a_template_without_a_place_for_a_system_message_gets_it_in_the_users():
    """As Gemma's: it raises."""
    refuses = "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}"
    tokenizer = Tokenizer(f"{refuses}<{{{{ messages[0].role }}}}>{{{{ messages[0].content }}}}")
    assert written(tokenizer, MESSAGES) == "<user>Be brief.\n\nWhat turns?"


def test_another_refusal_is_not_hidden():
    """There is no system message to blame."""
    with pytest.raises(jinja2.TemplateError, match="never"):
        written(Tokenizer("{{ raise_exception('never') }}"), MESSAGES[1:])
