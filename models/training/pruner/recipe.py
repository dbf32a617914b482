"""Training a network that reads a question and a passage together: Provence's keep and relevance, and a reader's ends.

One linear head on a small encoder learns all of it at once (`excerpt.models.tasks.token_cross_encoder`), with
transformers' Trainer. Provence (Chirkova et al. 2025, arXiv:2501.16214) takes its labels from a large model and its
relevance from a reranker; here both come from marked evidence and hard negatives.
"""

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from excerpt.errors import InputError, ModelError
from excerpt.files.jsonl import read_jsonl
from excerpt.imports.extras import require
from excerpt.models.directories import find_directory
from excerpt.models.runtime.tokenizer import Tokenizer
from excerpt.models.tasks.pair_windows import MATCHING
from excerpt.models.tasks.token_cross_encoder import LABELS
from excerpt.models.training.common.curve import draw_curve
from excerpt.models.training.common.readme import Story, write_readme
from excerpt.models.training.common.run_folder import RunFolder, describe
from excerpt.models.training.common.trainers import ProgressCallback, check_base, listen, shared_settings
from excerpt.models.training.pruner.corpus import Split, corpus_pairs
from excerpt.models.training.pruner.loss import measure, pair_loss
from excerpt.models.training.pruner.pairs import Pair, read_pairs
from excerpt.models.training.pruner.rows import PairRows, collate

__all__ = ["Recipe", "train"]

_LINES = {
    "loss": "training loss",
    "eval_loss": "held-out loss",
    "eval_f1": "held-out F1 of keep",
    "eval_relevance": "held-out accuracy of relevance",
    "eval_answers": "held-out answers right",
    "eval_no answers": "held-out no answer right",
}
_STORY = Story(
    title="A network that reads a question and a passage together",
    what=(
        "Says of each token how likely the question needs it and of the passage how likely it helps (Provence, "
        "Chirkova et al. 2025, arXiv:2501.16214), and where an answer begins and ends. Trained with excerpt."
    ),
    data=(
        "Each question is read with the passages that help it and with the hardest of the others, those that share "
        "most of its rare words. What is marked as evidence is kept; the ends are those of the answer within it. What "
        "nobody said takes no part in the loss. Of plain text, a sentence asks for the rest of its passage."
    ),
    figures=(
        "On pairs of questions that were not trained on: `f1` of the kept tokens, accuracy of `relevance`, and the "
        "share of `answers` and of `no answers` whose both ends are right."
    ),
    export="token-cross-encoder",
    chain='[[stage]]\nuse = "pruner"\nmodel = "{folder}"',
    library="transformers",
    tag="token-classification",
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """Every setting that shapes the result.

    Args:
        base: Directory or hub name of the encoder to start from, or of an earlier result of this training.
        layers: How many of its layers to keep; None for all.
        matches: Give tokens that question and passage share segments of their own.
        negatives: Passages that do not help, for each that does.
        keep: What the loss of kept tokens counts for.
        relevant: What that of relevance counts for.
        answer: What that of the answer's ends counts for.
        epochs: Passes over the data.
        learning_rate: Peak of a linear decay after 6% warm-up.
        batch: Windows in a step.
        window: Tokens in a window, specials included; also in use.
        held_out: Share of the questions that is not trained on, for the curve.
        bf16: Multiply in bfloat16 on a CPU too: twice as fast where the processor has it. On a GPU always.
        seed: Of order, split and initial weights.
        checkpoint_every: Steps between two measurements, each followed by a checkpoint.
    """

    base: str
    layers: int | None = None
    matches: bool = True
    negatives: float = 1.0
    keep: float = 3.0
    relevant: float = 1.0
    answer: float = 1.0
    epochs: float = 1.0
    learning_rate: float = 3e-4
    batch: int = 16
    window: int = 224
    held_out: float = 0.02
    bf16: bool = False
    seed: int = 13
    checkpoint_every: int = 200


def train(  # noqa: PLR0913 - each is a setting of its own, all but the first three keywords
    sources: Sequence[str | Path],
    output: str | Path,
    recipe: Recipe,
    *,
    split: Split,
    resume: bool = False,
    pause_after: float | None = None,
    progress: ProgressCallback | None = None,
) -> dict[str, float]:
    """Train, and write a Hugging Face checkpoint, its curve and its card into ``output``.

    Args:
        sources: JSONL files of questions with ``evidence`` or ``answers``, or of plain passages (``text``).
        output: Folder to write to.
        recipe: The settings.
        split: Cuts a text into sentences (`excerpt.compressors.units.sentences.split_sentences`).
        resume: Go on from the last checkpoint in ``output``.
        pause_after: Stop with a checkpoint after so many minutes of training, to be resumed.
        progress: Called after steps with their number, how many there are and the figures so far.

    Returns:
        Held-out ``f1``, ``relevance``, ``answers``, ``no answers`` and ``loss``; empty when it was paused.

    Raises:
        InputError: A source is wrong or holds nothing to learn from, or there is something in ``output``.
        StoreError: ``resume`` is set and the earlier run had another recipe or other sources.
        ModelError: The base cannot be read.
        MissingExtraError: torch or transformers is not installed.
    """
    transformers = require("transformers", extra="train", purpose="training")
    base = check_base(recipe.base)
    learnt, held_out = _pairs(sources, split, recipe)
    folder = RunFolder(output, asdict(recipe), describe(sources), resume=resume)
    model = _network(transformers, base, recipe)
    rows = PairRows(
        Tokenizer.from_directory(find_directory(base)), split, recipe.window, model.config.type_vocab_size
    )
    trainer = transformers.Trainer(
        model=model,
        args=_arguments(transformers, folder, recipe),
        train_dataset=list(rows.rows(learnt)),
        eval_dataset=list(rows.rows(held_out)),
        data_collator=partial(collate, pad=model.config.pad_token_id or 0),
        compute_loss_func=_loss(recipe),
        compute_metrics=lambda found: measure(found.predictions, found.label_ids),
    )
    listen(trainer, progress)
    if pause_after is not None:
        trainer.add_callback(_pausing(transformers, pause_after))
    trainer.train(resume_from_checkpoint=folder.last_checkpoint if resume else None)
    if trainer.state.global_step < trainer.state.max_steps:
        return {}
    measured = trainer.evaluate()
    figures = {
        name: float(measured[f"eval_{name}"]) for name in ("f1", "relevance", "answers", "no answers", "loss")
    }
    _save(transformers, trainer, base, folder, recipe)
    history = trainer.state.log_history
    draw_curve(history, folder.path / "curve.png", _LINES)
    counts = {
        "pairs": len(learnt),
        "pairs held out": len(held_out),
        "windows": len(trainer.train_dataset),
        "tokens in an epoch": sum(len(row["input_ids"]) for row in trainer.train_dataset),
    }
    write_readme(folder, _STORY, figures, counts)
    folder.finish(figures, history)
    return figures


def _pairs(sources: Sequence[str | Path], split: Split, recipe: Recipe) -> tuple[list[Pair], list[Pair]]:
    """Pairs to learn from and to hold out; the same question is never in both."""
    found: dict[str, list[Pair]] = {}
    for of_one in chain.from_iterable(_read(source, split, recipe) for source in sources):
        for pair in of_one:
            found.setdefault(pair.question, []).append(pair)
    groups = list(found.values())
    random.Random(recipe.seed).shuffle(groups)
    held_out = max(1, int(len(groups) * recipe.held_out))
    if len(groups) <= held_out:
        message = f"{', '.join(map(str, sources))}: {len(groups)} questions are too few to train on"
        raise InputError(message)
    if not any(pair.relevant for pairs in groups[held_out:] for pair in pairs):
        message = (
            f"{', '.join(map(str, sources))}: no passage helps with its question, so there is nothing to tell apart; "
            'mark "evidence" or "gold" in the passages, or give "answers"'
        )
        raise InputError(message)
    return list(chain.from_iterable(groups[held_out:])), list(chain.from_iterable(groups[:held_out]))


def _read(source: str | Path, split: Split, recipe: Recipe) -> Iterator[list[Pair]]:
    """The pairs of one file, by what its first line holds."""
    _, first = next(read_jsonl(source), (0, {}))
    if "text" in first and "passages" not in first:
        return corpus_pairs(source, split, recipe.seed)
    return read_pairs(source, recipe.negatives)


def _network(transformers: Any, base: str, recipe: Recipe) -> Any:  # noqa: ANN401 - an optional package
    try:
        config = transformers.AutoConfig.from_pretrained(base)
        named = dict(enumerate(LABELS))
        ready = config.id2label == named
        config.id2label, config.label2id = named, {name: index for index, name in named.items()}
        if recipe.layers is not None:
            config.num_hidden_layers = min(recipe.layers, config.num_hidden_layers)
        transformers.set_seed(recipe.seed)  # the new head's weights
        model = transformers.AutoModelForTokenClassification.from_pretrained(
            base,
            config=config,
            ignore_mismatched_sizes=not ready,  # another head
        )
    except (OSError, ValueError, KeyError) as error:
        message = f"base: transformers cannot load {recipe.base} as a token classifier: {error}"
        raise ModelError(message) from error
    if recipe.matches and not ready:
        _add_segments(model, base)
    return model


def _add_segments(model: Any, base: str) -> None:  # noqa: ANN401 - an optional package
    """Segments for shared tokens, which begin as those of question and passage, moved as far as these are long.

    Begun at the very same place they would drift apart by a learning rate a step, and be of no use for hundreds.
    """
    torch = require("torch", extra="train", purpose="training")
    embeddings = getattr(model.base_model, "embeddings", None)
    old = getattr(embeddings, "token_type_embeddings", None)
    if embeddings is None or old is None or old.num_embeddings != 2:
        message = f"base: {base} does not tell two segments apart; train it with --no-matches"
        raise InputError(message)
    new = torch.nn.Embedding(MATCHING, old.embedding_dim)
    with torch.no_grad():
        new.weight.copy_(old.weight[[0, 1, 1, 0]])
        new.weight[2:] += torch.randn(2, old.embedding_dim) * old.weight.std()
    embeddings.token_type_embeddings = new
    model.config.type_vocab_size = MATCHING


def _arguments(transformers: Any, folder: RunFolder, recipe: Recipe) -> Any:  # noqa: ANN401 - an optional package
    shared = shared_settings(folder, recipe.checkpoint_every)
    on_cpu = {"bf16": True, "use_cpu": True} if recipe.bf16 and not shared["bf16"] else {}
    return transformers.TrainingArguments(
        **shared | on_cpu,
        num_train_epochs=recipe.epochs,
        learning_rate=recipe.learning_rate,
        warmup_steps=0.06,
        per_device_train_batch_size=recipe.batch,
        per_device_eval_batch_size=2 * recipe.batch,
        seed=recipe.seed,
        train_sampling_strategy="group_by_length",
    )


def _loss(recipe: Recipe) -> Any:  # noqa: ANN401 - what the trainer calls
    weights = {"keep": recipe.keep, "relevant": recipe.relevant, "answer": recipe.answer}

    def loss(outputs: Any, labels: Any, num_items_in_batch: Any = None) -> Any:  # noqa: ANN401, ARG001 - the trainer's
        return pair_loss(outputs.logits, labels, weights)

    return loss


def _pausing(transformers: Any, minutes: float) -> Any:  # noqa: ANN401 - an optional package
    started = time.monotonic()

    class Pausing(transformers.TrainerCallback):  # type: ignore[misc]  # untyped package
        def on_step_end(self, _arguments: Any, _state: Any, control: Any, **_rest: Any) -> None:  # noqa: ANN401
            if time.monotonic() - started > 60 * minutes:
                control.should_save = control.should_training_stop = True

    return Pausing()


def _save(transformers: Any, trainer: Any, base: str, folder: RunFolder, recipe: Recipe) -> None:  # noqa: ANN401
    trainer.model.save_pretrained(str(folder.path))
    tokenizer = transformers.AutoTokenizer.from_pretrained(base)
    tokenizer.model_max_length = recipe.window
    tokenizer.save_pretrained(str(folder.path))
