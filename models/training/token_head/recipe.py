"""Training a keep-or-drop head on the frozen states of an encoder: minutes on a CPU.

The objective and the labels are those of `excerpt.models.training.token_classifier.recipe`; the encoder stays as
it is and is run once over the data, so that only a small convolutional head is trained. It reads the
states of the encoder as it is shipped, quantized.
"""

import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from excerpt.models.card import CARD_NAME, ModelCard, file_sha256
from excerpt.models.registry import load_encoder
from excerpt.models.tasks.head import HEAD_NAME
from excerpt.models.training.common.curve import draw_curve
from excerpt.models.training.common.model_page import PageText, write_model_page
from excerpt.models.training.common.recipe import TrainingProgress, part, require_packages, setting
from excerpt.models.training.common.run_folder import RunFolder, describe
from excerpt.models.training.token_classifier.examples import Labelled, merged, read_labelled, split_texts
from excerpt.models.training.token_head.examples import Batch, ConvSettings, join, labels_of

__all__ = ["TokenHeadRecipe", "train"]

_TOGETHER = 32  # texts encoded in one call
_PAGE = PageText(
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
class TokenHeadRecipe:
    """Every setting that shapes the result.

    Args:
        encoder: Bundled name, directory or hub name of the encoder.
        join: Short texts are joined at random up to so many, since passages have several sentences.
        longest: Texts of more characters are left out.
        held_out: Share of the texts that is not trained on; the epoch that does best on it is kept.
        head: The shape of the head and of its training.
    """

    encoder: str = setting("all-MiniLM-L6-v2", help="The encoder whose states it reads.")
    join: int = 4
    longest: int = 1200
    held_out: float = 0.05
    head: ConvSettings = part(ConvSettings)


def train(
    sources: Sequence[str | Path],
    output: str | Path,
    recipe: TokenHeadRecipe,
    *,
    progress: TrainingProgress | None = None,
) -> dict[str, float]:
    """Train a head, and write ``head.onnx``, its cards and its curve into ``output``.

    Args:
        sources: JSONL files of compression pairs or of questions with evidence.
        output: Folder to make.
        recipe: The settings.
        progress: Called as texts are encoded and after each step; counts sequences.

    Returns:
        Accuracy and F1 of "keep" on the held-out texts.

    Raises:
        InputError: A source is wrong or holds nothing to learn from, or there is something in ``output``.
        MissingExtraError: torch, onnx, onnxscript or matplotlib is not installed.
    """
    require_packages("torch", "onnx", "onnxscript", "matplotlib", "huggingface_hub")
    # Only now: whoever asks for the settings alone needs no torch.
    from excerpt.models.training.token_head.network import fit  # noqa: PLC0415

    settings = {"base": recipe.encoder, **asdict(recipe)}
    del settings["encoder"]
    folder = RunFolder(output, settings, describe(sources), resume=False)
    chance = random.Random(recipe.head.seed)
    texts = merged(labelled for source in sources for labelled in read_labelled(source))
    texts = [labelled for labelled in texts if len(labelled.text) <= recipe.longest]
    chance.shuffle(texts)
    learnt, held_out = split_texts(texts, sources, share=recipe.held_out)
    encoder = load_encoder(recipe.encoder)

    def batches_of(texts: Sequence[Labelled], step: str) -> list[Batch]:
        batches = []
        for start in range(0, len(texts), _TOGETHER):
            chosen = texts[start : start + _TOGETHER]
            states = encoder.encode_tokens([text for text, _ in chosen])
            batches += [
                Batch(of.hidden, labels_of(of, marks)) for of, (_, marks) in zip(states, chosen, strict=True)
            ]
            if progress is not None:
                progress(step, start + len(chosen), len(texts), {})
        return batches

    joined = list(join(learnt, recipe.join, chance))
    trained = fit(
        batches_of(joined, "encoding"), batches_of(held_out, "encoding held out"), recipe.head, progress
    )
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
    write_model_page(folder, _PAGE, trained.figures, {"texts": len(learnt), "texts held out": len(held_out)})
    folder.finish(trained.figures, trained.history)
    return trained.figures
