"""Training the LLMLingua-2 token classifier (Pan et al. 2024, 2403.12968).

The paper's objective, cross-entropy over keep and drop for every token, on any encoder. Defects of
the public script that are not repeated (docs/guides/training.md): words are tokenised in their sentence,
not one by one; labels are not shifted; padding and special tokens take no part in the loss; gradients
are clipped after the backward pass.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import ModelError
from excerpt.imports.extras import require
from excerpt.models.training.common.curve import draw_curve
from excerpt.models.training.common.model_page import PageText, write_model_page
from excerpt.models.training.common.recipe import TrainingProgress, require_packages, setting
from excerpt.models.training.common.run_folder import RunFolder, describe
from excerpt.models.training.common.trainer import check_base, freeze, report_steps, shared_settings
from excerpt.models.training.token_classifier.examples import Labelled, merged, read_labelled, split_texts

__all__ = ["TokenClassifierRecipe", "train"]

_IGNORED = -100  # what torch's cross-entropy passes over
_PAGE = PageText(
    title="A token classifier for prompt compression",
    what=(
        "Says for each token how likely it is worth keeping, without a question: LLMLingua-2 "
        "(Pan et al. 2024, arXiv:2403.12968), trained with excerpt."
    ),
    data=(
        "Each text has words labelled keep or drop: by people who deleted words, by a teacher model "
        "(`excerpt distill`), or by what answers and evidence need. Words about which nothing is known "
        "take no part in the loss."
    ),
    figures=(
        "On texts that were not trained on, token by token: `accuracy`, `f1` of keep, and the share of labelled tokens "
        "that are `kept` in truth (always answering keep has that accuracy)."
    ),
    export="token-classifier",
    chain='[[stage]]\nuse = "llmlingua2"\nmodel = "{folder}"',
    library="transformers",
    tag="token-classification",
)


@dataclass(frozen=True, slots=True)
class TokenClassifierRecipe:
    """Every setting that shapes the result.

    Args:
        base: Directory or hub name of the encoder to start from.
        layers: How many of its layers to keep; None for all.
        frozen: Embeddings and so many of the first layers stay as they are; None trains everything.
        epochs: Passes over the data.
        learning_rate: Peak of a linear decay after 6% warm-up. (The paper: 1e-5, for far larger models.)
        batch: Sequences in a step.
        window: Tokens in a sequence, specials included.
        join: Short texts are joined at random up to so many, since passages have several sentences.
        held_out: Share of the texts that is not trained on, for the curve.
        seed: Of order, joining and initial weights.
        checkpoint_every: Steps between two measurements, each followed by a checkpoint.
    """

    base: str = setting(help="Encoder to start from: a folder or a Hugging Face name.")
    layers: int | None = setting(None, help="Keep only so many of its layers.", least=1)
    frozen: int | None = setting(None, help="Leave embeddings and so many first layers as they are.", least=0)
    epochs: float = setting(3.0, help="Passes over the data.", kind="rate")
    learning_rate: float = setting(5e-5, help="Peak of the linear decay.", kind="amount")
    batch: int = setting(16, help="Sequences in a step.", least=1)
    window: int = setting(256, help="Tokens in a sequence.", least=8)
    join: int = setting(4, help="Join up to so many short texts.", least=1)
    held_out: float = setting(0.05, help="Share of the texts to measure on.", kind="share")
    seed: int = setting(13, help="Of order, joining and initial weights.")
    checkpoint_every: int = setting(100, help="Steps.", least=1)


def train(
    sources: Sequence[str | Path],
    output: str | Path,
    recipe: TokenClassifierRecipe,
    *,
    resume: bool = False,
    progress: TrainingProgress | None = None,
) -> dict[str, float]:
    """Train, and write a Hugging Face checkpoint, its curve and its card into ``output``.

    Args:
        sources: JSONL files of compression pairs, of `excerpt distill`, or of questions with evidence.
        output: Folder to write to.
        recipe: The settings.
        resume: Go on from the last checkpoint in ``output``.
        progress: Called after each step and with what is logged.

    Returns:
        Held-out ``accuracy``, ``f1`` of "keep", ``loss``, and ``kept``, the share of words to keep in truth.

    Raises:
        InputError: A source is wrong or holds nothing to learn from, or there is something in ``output``.
        StoreError: ``resume`` is set and the earlier run had another recipe or other sources.
        ModelError: The base cannot be read.
        MissingExtraError: torch, transformers, accelerate or matplotlib is not installed.
    """
    require_packages("matplotlib", "huggingface_hub", "torch", "transformers", "accelerate")
    transformers = require("transformers", extra="train", purpose="training")
    base = check_base(recipe.base)
    learnt, held_out = _texts(sources, recipe)
    folder = RunFolder(output, asdict(recipe), describe(sources), resume=resume)
    tokenizer, model = _loaded(transformers, base, recipe)
    encode = _Encoding(tokenizer, recipe)
    rows, checked = list(encode.rows(learnt)), list(encode.rows(held_out))
    trainer = transformers.Trainer(
        model=model,
        args=_arguments(transformers, folder, recipe),
        train_dataset=rows,
        eval_dataset=checked,
        data_collator=transformers.DataCollatorForTokenClassification(tokenizer, pad_to_multiple_of=8),
        compute_metrics=_metrics,
    )
    report_steps(trainer, progress)
    trainer.train(resume_from_checkpoint=folder.last_checkpoint if resume else None)
    measured = trainer.evaluate()
    figures = {name: float(measured[f"eval_{name}"]) for name in ("accuracy", "f1", "kept", "loss")}
    model.save_pretrained(
        str(folder.path)
    )  # the trainer's own way leaves a pickle of its arguments beside it
    tokenizer.save_pretrained(str(folder.path))
    draw_curve(trainer.state.log_history, folder.path / "curve.png")
    counts = {"texts": len(learnt), "texts held out": len(held_out), "sequences": len(rows)}
    write_model_page(folder, _PAGE, figures, counts)
    folder.finish(figures, trainer.state.log_history)
    return figures


def _texts(
    sources: Sequence[str | Path], recipe: TokenClassifierRecipe
) -> tuple[list[Labelled], list[Labelled]]:
    """Distinct texts to learn from and to hold out, in the seed's order."""
    texts = merged(labelled for source in sources for labelled in read_labelled(source))
    random.Random(recipe.seed).shuffle(texts)
    return split_texts(texts, sources, share=recipe.held_out)


def _loaded(transformers: Any, base: str, recipe: TokenClassifierRecipe) -> tuple[Any, Any]:  # noqa: ANN401 - an optional package
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(base)
        config = transformers.AutoConfig.from_pretrained(
            base, num_labels=2, id2label={0: "drop", 1: "keep"}, label2id={"drop": 0, "keep": 1}
        )
        if recipe.layers is not None:
            config.num_hidden_layers = min(recipe.layers, config.num_hidden_layers)
        transformers.set_seed(recipe.seed)  # the new head's weights
        model = transformers.AutoModelForTokenClassification.from_pretrained(base, config=config)
    except (OSError, ValueError, KeyError) as error:
        message = f"base: transformers cannot load {recipe.base} as a token classifier: {error}"
        raise ModelError(message) from error
    if recipe.frozen is not None:
        freeze(model.base_model, recipe.frozen)
    return tokenizer, model


def _arguments(transformers: Any, folder: RunFolder, recipe: TokenClassifierRecipe) -> Any:  # noqa: ANN401 - an optional package
    return transformers.TrainingArguments(
        num_train_epochs=recipe.epochs,
        learning_rate=recipe.learning_rate,
        warmup_steps=0.06,
        per_device_train_batch_size=recipe.batch,
        per_device_eval_batch_size=recipe.batch,
        seed=recipe.seed,
        train_sampling_strategy="group_by_length",
        **shared_settings(folder, recipe.checkpoint_every),
    )


class _Encoding:
    """Labelled texts to rows of ids and labels."""

    def __init__(self, tokenizer: Any, recipe: TokenClassifierRecipe) -> None:  # noqa: ANN401 - an optional package
        self.tokenizer, self.recipe = tokenizer, recipe

    def rows(self, texts: Sequence[Labelled]) -> Iterator[dict[str, Any]]:
        """Join short texts, cut long ones into windows; nothing is lost."""
        for text, marks in _joined(texts, self.recipe):
            encoded = self.tokenizer(
                text,
                truncation=True,
                max_length=self.recipe.window,
                return_overflowing_tokens=True,
                return_offsets_mapping=True,
            )
            for ids, offsets in zip(encoded["input_ids"], encoded["offset_mapping"], strict=True):
                labels = _piece_labels(offsets, marks)
                if any(label != _IGNORED for label in labels):
                    yield {"input_ids": ids, "attention_mask": [1] * len(ids), "labels": labels}


def _joined(texts: Sequence[Labelled], recipe: TokenClassifierRecipe) -> Iterator[Labelled]:
    chance = random.Random(recipe.seed)
    at = 0
    while at < len(texts):
        group = [texts[at]]
        at += 1
        for _ in range(chance.randint(0, recipe.join - 1)):
            # About four characters make a token; a long passage stands alone.
            if (
                at >= len(texts)
                or sum(len(text) for text, _ in group) + len(texts[at].text) > 3 * recipe.window
            ):
                break
            group.append(texts[at])
            at += 1
        marks: list[tuple[int, int, int]] = []
        joined = ""
        for text, its_marks in group:
            start = len(joined) + bool(joined)
            joined = f"{joined} {text}" if joined else text
            marks += [(begin + start, end + start, label) for begin, end, label in its_marks]
        yield Labelled(joined, tuple(marks))


def _piece_labels(offsets: Sequence[tuple[int, int]], marks: Sequence[tuple[int, int, int]]) -> list[int]:
    """The label of the word in which each piece begins; specials have the empty span."""
    labels = []
    mark = 0
    for start, end in offsets:
        while mark < len(marks) and marks[mark][1] <= start:
            mark += 1
        inside = end > start and mark < len(marks) and marks[mark][0] <= start
        labels.append(marks[mark][2] if inside else _IGNORED)
    return labels


def _metrics(prediction: Any) -> dict[str, float]:  # noqa: ANN401 - transformers.EvalPrediction
    logits: NDArray[np.float32] = prediction.predictions
    known = prediction.label_ids != _IGNORED
    kept, truth = logits.argmax(-1)[known] == 1, prediction.label_ids[known] == 1
    hits = float((kept & truth).sum())
    return {
        "accuracy": float((kept == truth).mean()),
        "f1": 2 * hits / max(float(kept.sum() + truth.sum()), 1.0),
        "kept": float(truth.mean()),
    }
