"""Messages as one text, the way a checkpoint was trained to read them."""

from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import TemplateError

__all__ = ["has_template", "written"]


def has_template(tokenizer: Any) -> bool:  # noqa: ANN401 - untyped package
    """Whether a tokenizer of transformers knows how its model wants messages written."""
    return bool(getattr(tokenizer, "chat_template", None))


def written(tokenizer: Any, messages: Sequence[Mapping[str, str]], *, raw: bool = False) -> str:  # noqa: ANN401 - untyped package
    """The messages through the chat template, up to where the answer begins; without one as plain paragraphs.

    A template that has no place for a system message, such as Gemma's, is given it as the first paragraph of the
    user's. What a template writes has its special tokens in it: tokenise it without adding any.

    Args:
        tokenizer: Of transformers.
        messages: ``role`` and ``content`` of each; a system message, if any, is the first of two or more.
        raw: As it stands, whatever template there is.
    """
    if raw or not has_template(tokenizer):
        return "\n\n".join(message["content"] for message in messages)
    told = [dict(message) for message in messages]
    try:
        return _templated(tokenizer, told)
    except TemplateError:
        if told[0]["role"] != "system":
            raise
        first, second, *rest = told
        merged = {**second, "content": f"{first['content']}\n\n{second['content']}"}
        return _templated(tokenizer, [merged, *rest])


def _templated(tokenizer: Any, messages: list[dict[str, str]]) -> str:  # noqa: ANN401 - untyped package
    text: str = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    return text
