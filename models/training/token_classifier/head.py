"""Training a keep-or-drop head on the frozen states of an encoder: minutes on a CPU.

The objective and the labels are those of `excerpt.models.training.token_classifier.recipe`; the encoder stays as
it is and is run once over the data, so that only a small convolutional head is trained. It reads the
states of the encoder as it is shipped, quantized.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from excerpt.imports.extras import require
from excerpt.models.card import CARD_NAME, ModelCard, file_sha256
from excerpt.models.protocols import TokenStates
from excerpt.models.registry import load_encoder
from excerpt.models.tasks.head import HEAD_NAME
from excerpt.models.training.common.curve import draw_curve
from excerpt.models.training.common.readme import Story, write_readme
from excerpt.models.training.common.run_folder import RunFolder, describe
from excerpt.models.training.token_classifier.conv_head import IGNORED, Batch, HeadSettings, fit
from excerpt.models.training.token_classifier.keep_labels import Labelled, merged, parted_texts, read_labelled

__all__ = ["HeadRecipe", "train"]

_TOGETHER = 32  # texts encoded in one call
_STORY = Story(
    title="A classifier that keeps or drops words, as a head",
    what="LLMLingua-2 (Pan et al. 2024, arXiv:2403.12968) as a small convolutional head on the token states of a "
    "frozen encoder, trained with excerpt.",
    data="Words of compression pairs are kept or dropped as people, or a teacher model, did. In evidence sentences of "
    "questions the words that answer and question need are kept, and words without content dropped. Words of which "
    "nothing is known take no part. Short texts are joined at random.",
    figures="On texts that were not trained on; but the epoch that does best on them is the one that is kept, so they "
    "flatter a little.",
    export="",
    chain='[[stage]]\nuse = "llmlingua2"\nmodel = "{folder}"',
    library="onnx",
    tag="token-classification",
)


@dataclass(frozen=True, slots=True)
class HeadRecipe:
    """Every setting that shapes the result.

    Args:
        encoder: Bundled name, directory or hub name of the encoder.
        join: Short texts are joined at random up to so many, since passages have several sentences.
        longest: Texts of more characters are left out.
        held_out: Share of the texts that is not trained on; the epoch that does best on it is kept.
        head: The shape of the head and of its training.
    """

    encoder: str = "all-MiniLM-L6-v2"
    join: int = 4
    longest: int = 1200
    held_out: float = 0.05
    head: HeadSettings = field(default_factory=HeadSettings)


def train(
    sources: Sequence[str | Path],
    output: str | Path,
    recipe: HeadRecipe,
    *,
    progress: Callable[[str, int], None] | None = None,
) -> dict[str, float]:
    """Train a head, and write ``head.onnx``, its cards and its curve into ``output``.

    Args:
        sources: JSONL files of compression pairs or of questions with evidence.
        output: Folder to make.
        recipe: The settings.
        progress: Called with a step's name and how much of it is done.

    Returns:
        Accuracy and F1 of "keep" on the held-out texts.

    Raises:
        InputError: A source is wrong or holds nothing to learn from, or there is something in ``output``.
        MissingExtraError: torch is not installed.
    """
    require("torch", extra="train", purpose="training")
    settings = {"base": recipe.encoder, **asdict(recipe)}
    del settings["encoder"]
    folder = RunFolder(output, settings, describe(sources), resume=False)
    chance = random.Random(recipe.head.seed)
    texts = merged(labelled for source in sources for labelled in read_labelled(source))
    texts = [labelled for labelled in texts if len(labelled.text) <= recipe.longest]
    chance.shuffle(texts)
    learnt, held_out = parted_texts(texts, sources, share=recipe.held_out)
    encoder = load_encoder(recipe.encoder)

    def batch_of(part: Sequence[Labelled], step: str) -> list[Batch]:
        found = []
        for start in range(0, len(part), _TOGETHER):
            chosen = part[start : start + _TOGETHER]
            states = encoder.encode_tokens([text for text, _ in chosen])
            found += [
                Batch(of.hidden, labels_of(of, marks)) for of, (_, marks) in zip(states, chosen, strict=True)
            ]
            if progress is not None:
                progress(step, len(chosen))
        return found

    joined = list(join(learnt, recipe.join, chance))
    trained = fit(batch_of(joined, "encoding"), batch_of(held_out, "encoding"), recipe.head, progress)
    trained.export(folder.path / HEAD_NAME)
    card = ModelCard(
        name=folder.path.name,
        task="token-classifier",
        dim=2,
        max_tokens=encoder.max_tokens,
        vocabulary=encoder.card.vocabulary,
        labels=("drop", "keep"),
        backbone=recipe.encoder,
        source_sha256=encoder.fingerprint,
        licence=encoder.card.licence,
        files=((HEAD_NAME, file_sha256(folder.path / HEAD_NAME)),),
    )
    (folder.path / CARD_NAME).write_text(card.to_json(), encoding="utf-8")
    draw_curve(trained.history, folder.path / "curve.png")
    write_readme(folder, _STORY, trained.figures, {"texts": len(learnt), "texts held out": len(held_out)})
    folder.finish(trained.figures, trained.history)
    return trained.figures


def join(texts: Sequence[Labelled], most: int, chance: random.Random) -> Iterator[Labelled]:
    """Join short neighbours at random, up to ``most`` and some 700 characters."""
    waiting = list(reversed(texts))
    while waiting:
        text, marks = waiting.pop()
        for _ in range(chance.randint(0, most - 1)):
            if not waiting or len(text) + len(waiting[-1].text) > 700:
                break
            more, others = waiting.pop()
            offset = len(text) + 1
            text = f"{text} {more}"
            marks += tuple((start + offset, end + offset, label) for start, end, label in others)
        yield Labelled(text, marks)


def labels_of(states: TokenStates, marks: Sequence[tuple[int, int, int]]) -> NDArray[np.int64]:
    """The label of the word in which each token begins, int64 ``(t,)``; specials and unknown words are passed over."""
    labels = np.full(len(states.offsets), IGNORED, dtype=np.int64)
    if not marks:
        return labels
    table = np.array(marks, dtype=np.int64)
    begin, end = states.offsets[:, 0], states.offsets[:, 1]
    word = np.searchsorted(table[:, 0], begin, side="right") - 1
    inside = (end > begin) & (word >= 0) & (begin < table[word, 1])
    labels[inside] = table[word[inside], 2]
    return labels
