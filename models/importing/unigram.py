"""A SentencePiece unigram tokenizer of the XLM-R kind from its pieces and scores."""

import re
from typing import Any

from excerpt.models.importing.e5s1 import E5File

__all__ = ["unigram_tokenizer"]

_MARK = "▁"


def unigram_tokenizer(file: E5File) -> Any:  # noqa: ANN401 - untyped package
    """The tokenizer, a ``tokenizers.Tokenizer``.

    Characters are normalised by NFKC and by the file's list of those that are spaces or nothing; that is what the
    file's own table comes to, but for characters that Unicode has only since, and it joins accents that stand apart,
    which the table cannot.
    """
    import tokenizers  # noqa: PLC0415 - loaded when a model is
    from tokenizers import decoders, models, normalizers, pre_tokenizers, processors  # noqa: PLC0415 - as above

    pieces = file.pieces
    tokenizer = tokenizers.Tokenizer(models.Unigram(pieces, unk_id=file.unknown, byte_fallback=False))
    steps: list[Any] = [
        normalizers.Replace(tokenizers.Regex(f"[{re.escape(characters)}]"), target)
        for characters, target in ((file.dropped, ""), (file.spaces, " "))
        if characters
    ]
    steps += [normalizers.NFKC(), normalizers.Replace(tokenizers.Regex(" {2,}"), " ")]
    tokenizer.normalizer = normalizers.Sequence(steps)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(_MARK, prepend_scheme="always")]
    )
    tokenizer.decoder = decoders.Metaspace(_MARK, prepend_scheme="always")
    start, end, _pad = file.special
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{pieces[start][0]} $A {pieces[end][0]}",
        pair=f"{pieces[start][0]} $A {pieces[end][0]} {pieces[end][0]} $B {pieces[end][0]}",
        special_tokens=[(pieces[index][0], index) for index in (start, end)],
    )
    special = {*file.special, file.unknown, len(pieces) - 1 if pieces[-1][0] == "<mask>" else file.unknown}
    tokenizer.add_special_tokens(
        [tokenizers.AddedToken(pieces[index][0], special=True, normalized=False) for index in sorted(special)]
    )
    return tokenizer
