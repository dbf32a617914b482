"""Training the LLMLingua-2 token classifier (Pan et al. 2024, 2403.12968).

The paper's objective, cross-entropy over keep and drop for every token, on any encoder. Defects of
the public script that are not repeated (docs/training.md): words are tokenised in their sentence,
not one by one; labels are not shifted; padding and special tokens take no part in the loss; gradients
are clipped after the backward pass.
"""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from winnow.errors import InputError
from winnow.extras import require
from winnow.models.training.curve import draw_curve
from winnow.models.training.keep_labels import Labelled, read_labelled

__all__ = ["Recipe", "train"]

_IGNORED = -100  # what torch's cross-entropy passes over


@dataclass(frozen=True, slots=True)
class Recipe:
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
    """

    base: str
    layers: int | None = None
    frozen: int | None = None
    epochs: float = 3.0
    learning_rate: float = 5e-5
    batch: int = 16
    window: int = 256
    join: int = 4
    held_out: float = 0.05
    seed: int = 13


def train(
    sources: Sequence[str | Path], output: str | Path, recipe: Recipe, *, resume: bool = False
) -> dict[str, Any]:
    """Train, and write a Hugging Face checkpoint, its curve and its card into ``output``.

    Args:
        sources: JSONL files of compression pairs or of questions with evidence.
        output: Folder to write to.
        recipe: The settings.
        resume: Go on from the last checkpoint in ``output``.

    Returns:
        Accuracy and F1 of "keep" on the held-out texts.

    Raises:
        InputError: A source is wrong or holds nothing to learn from.
        MissingExtraError: torch or transformers is not installed.
    """
    transformers = require("transformers", extra="train", purpose="training")
    folder = Path(output)
    texts = [labelled for source in sources for labelled in read_labelled(source)]
    random.Random(recipe.seed).shuffle(texts)
    held_out = max(1, int(len(texts) * recipe.held_out))
    if len(texts) <= held_out:
        message = f"{', '.join(map(str, sources))}: {len(texts)} labelled texts are too few to train on"
        raise InputError(message)
    tokenizer = transformers.AutoTokenizer.from_pretrained(recipe.base)
    encode = _Encoding(tokenizer, recipe)
    trainer = transformers.Trainer(
        model=_model(transformers, recipe),
        args=_arguments(transformers, folder, recipe),
        train_dataset=list(encode.rows(texts[held_out:])),
        eval_dataset=list(encode.rows(texts[:held_out])),
        data_collator=transformers.DataCollatorForTokenClassification(tokenizer, pad_to_multiple_of=8),
        compute_metrics=_metrics,
    )
    trainer.train(resume_from_checkpoint=resume or None)
    figures: dict[str, Any] = trainer.evaluate()
    trainer.save_model(str(folder))
    tokenizer.save_pretrained(str(folder))
    result = {name.removeprefix("eval_"): figures[name] for name in ("eval_accuracy", "eval_f1", "eval_loss")}
    _write_log(folder, recipe, result, trainer.state.log_history)
    return result


def _model(transformers: Any, recipe: Recipe) -> Any:  # noqa: ANN401 - an optional package
    config = transformers.AutoConfig.from_pretrained(
        recipe.base, num_labels=2, id2label={0: "drop", 1: "keep"}, label2id={"drop": 0, "keep": 1}
    )
    if recipe.layers is not None:
        config.num_hidden_layers = recipe.layers
    transformers.set_seed(recipe.seed)
    model = transformers.AutoModelForTokenClassification.from_pretrained(recipe.base, config=config)
    if recipe.frozen is not None:
        for parameter in model.base_model.embeddings.parameters():
            parameter.requires_grad = False
        for layer in model.base_model.encoder.layer[: recipe.frozen]:
            for parameter in layer.parameters():
                parameter.requires_grad = False
    return model


def _arguments(transformers: Any, folder: Path, recipe: Recipe) -> Any:  # noqa: ANN401 - an optional package
    torch = require("torch", extra="train", purpose="training")
    return transformers.TrainingArguments(
        output_dir=str(folder / "checkpoints"),
        num_train_epochs=recipe.epochs,
        learning_rate=recipe.learning_rate,
        warmup_steps=0.06,
        per_device_train_batch_size=recipe.batch,
        per_device_eval_batch_size=recipe.batch,
        eval_strategy="steps",
        eval_steps=100,
        save_steps=100,
        save_total_limit=1,
        logging_steps=20,
        seed=recipe.seed,
        bf16=torch.cuda.is_available(),
        dataloader_pin_memory=torch.cuda.is_available(),
        train_sampling_strategy="group_by_length",
        report_to=[],
    )


class _Encoding:
    """Labelled texts to rows of ids and labels."""

    def __init__(self, tokenizer: Any, recipe: Recipe) -> None:  # noqa: ANN401 - an optional package
        self.tokenizer, self.recipe = tokenizer, recipe

    def rows(self, texts: Sequence[Labelled]) -> Iterator[dict[str, Any]]:
        """Join short texts, cut long ones at the window."""
        for text, marks in _joined(texts, self.recipe):
            encoded = self.tokenizer(
                text, truncation=True, max_length=self.recipe.window, return_offsets_mapping=True
            )
            labels = _piece_labels(encoded["offset_mapping"], marks)
            if any(label != _IGNORED for label in labels):
                yield {
                    "input_ids": encoded["input_ids"],
                    "attention_mask": encoded["attention_mask"],
                    "labels": labels,
                }


def _joined(texts: Sequence[Labelled], recipe: Recipe) -> Iterator[Labelled]:
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
        for text, of_one in group:
            start = len(joined) + bool(joined)
            joined = f"{joined} {text}" if joined else text
            marks += [(begin + start, end + start, label) for begin, end, label in of_one]
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
    }


def _write_log(folder: Path, recipe: Recipe, result: dict[str, Any], history: list[dict[str, Any]]) -> None:
    log = {"recipe": asdict(recipe), "held_out": result, "history": history}
    (folder / "training.json").write_text(json.dumps(log, indent=1) + "\n", encoding="utf-8")
    draw_curve(history, folder / "curve.png")
