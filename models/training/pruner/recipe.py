"""Training a network that reads a question and a passage together: Provence's keep and relevance, and a reader's ends.

One linear head on a small encoder learns all of it at once (`excerpt.models.tasks.token_cross_encoder`), with
transformers' Trainer. Provence (Chirkova et al. 2025, arXiv:2501.16214) takes its labels from a large model and its
relevance from a reranker; here both come from marked evidence and hard negatives.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from excerpt.compressors.units.sentences import split_sentences
from excerpt.errors import InputError, ModelError
from excerpt.files.jsonl import read_jsonl
from excerpt.imports.extras import require
from excerpt.models.directories import find_directory
from excerpt.models.runtime.tokenizer import Tokenizer
from excerpt.models.tasks.pair_windows import MATCHING
from excerpt.models.tasks.token_cross_encoder import LABELS
from excerpt.models.training.common.curve import draw_curve
from excerpt.models.training.common.held_out import split_questions
from excerpt.models.training.common.model_page import PageText, write_model_page
from excerpt.models.training.common.recipe import TrainingProgress, require_packages, setting
from excerpt.models.training.common.run_folder import RunFolder, describe
from excerpt.models.training.common.trainer import check_base, report_steps, shared_settings
from excerpt.models.training.pruner.corpus import corpus_pairs
from excerpt.models.training.pruner.examples import Pair, read_pairs
from excerpt.models.training.pruner.loss import measure, pair_loss
from excerpt.models.training.pruner.rows import PairRows, collate

__all__ = ["PrunerRecipe", "train"]

_LINES = {
    "loss": "training loss",
    "eval_loss": "held-out loss",
    "eval_f1": "held-out F1 of keep",
    "eval_relevance": "held-out accuracy of relevance",
    "eval_answers": "held-out answers right",
    "eval_no answers": "held-out no answer right",
}
_PAGE = PageText(
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
class PrunerRecipe:
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

    base: str = setting(help="Encoder, or an earlier result, to start from: a folder or a Hugging Face name.")
    layers: int | None = setting(None, help="Keep only so many of its layers.", least=1)
    matches: bool = setting(True, help="Mark the tokens that question and passage share.")
    negatives: float = setting(1.0, help="Hard negatives for each helping passage.", kind="amount")
    keep: float = setting(3.0, help="Weight of the loss of kept tokens.", kind="amount")
    relevant: float = setting(1.0, help="Weight of the loss of relevance.", kind="amount")
    answer: float = setting(1.0, help="Weight of the loss of the answer's ends.", kind="amount")
    epochs: float = setting(1.0, help="Passes over the data.", kind="rate")
    learning_rate: float = setting(3e-4, help="Peak of the linear decay.", kind="amount")
    batch: int = setting(16, help="Windows in a step.", least=1)
    window: int = setting(224, help="Tokens in a window.", least=24)
    held_out: float = setting(0.02, help="Share of the questions to measure on.", kind="share")
    bf16: bool = setting(False, help="Multiply in bfloat16 on a CPU too.")
    seed: int = setting(13, help="Of order, split and initial weights.")
    checkpoint_every: int = setting(200, help="Steps.", least=1)


def train(
    sources: Sequence[str | Path],
    output: str | Path,
    recipe: PrunerRecipe,
    *,
    resume: bool = False,
    pause_after: float | None = None,
    progress: TrainingProgress | None = None,
) -> dict[str, float]:
    """Train, and write a Hugging Face checkpoint, its curve and its card into ``output``.

    Args:
        sources: JSONL files of questions with ``evidence`` or ``answers``, or of plain passages (``text``).
        output: Folder to write to.
        recipe: The settings.
        resume: Go on from the last checkpoint in ``output``.
        pause_after: Stop with a checkpoint after so many minutes of training, to be resumed.
        progress: Called after each step and with what is logged.

    Returns:
        Held-out ``f1``, ``relevance``, ``answers``, ``no answers`` and ``loss``; empty when it was paused.

    Raises:
        InputError: A source is wrong or holds nothing to learn from, or there is something in ``output``.
        StoreError: ``resume`` is set and the earlier run had another recipe or other sources.
        ModelError: The base cannot be read.
        MissingExtraError: torch, transformers, accelerate or matplotlib is not installed.
    """
    require_packages("matplotlib", "huggingface_hub", "torch", "transformers", "accelerate")
    transformers = require("transformers", extra="train", purpose="training")
    base = check_base(recipe.base)
    learnt, held_out = _pairs(sources, recipe)
    folder = RunFolder(output, asdict(recipe), describe(sources), resume=resume)
    model = _network(transformers, base, recipe)
    rows = PairRows(
        Tokenizer.from_directory(find_directory(base)),
        split_sentences,
        recipe.window,
        model.config.type_vocab_size,
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
    report_steps(trainer, progress)
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
    write_model_page(folder, _PAGE, figures, counts)
    folder.finish(figures, history)
    return figures


def _pairs(sources: Sequence[str | Path], recipe: PrunerRecipe) -> tuple[list[Pair], list[Pair]]:
    """Pairs to learn from and to hold out; the same question is never in both."""
    by_question: dict[str, list[Pair]] = {}
    for pair in chain.from_iterable(chain.from_iterable(_read(source, recipe) for source in sources)):
        by_question.setdefault(pair.question, []).append(pair)
    learnt, held_out = split_questions(
        by_question,
        sources,
        share=recipe.held_out,
        seed=recipe.seed,
        too_few="questions are too few to train on",
    )
    if not any(pair.relevant for pair in learnt):
        message = (
            f"{', '.join(map(str, sources))}: no passage helps with its question, so there is nothing to tell apart; "
            'mark "evidence" or "gold" in the passages, or give "answers"'
        )
        raise InputError(message)
    return learnt, held_out


def _read(source: str | Path, recipe: PrunerRecipe) -> Iterator[list[Pair]]:
    """The pairs of one file, by what its first line holds."""
    _, first = next(read_jsonl(source), (0, {}))
    if "text" in first and "passages" not in first:
        return corpus_pairs(source, split_sentences, recipe.seed)
    return read_pairs(source, recipe.negatives)


def _network(transformers: Any, base: str, recipe: PrunerRecipe) -> Any:  # noqa: ANN401 - an optional package
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


def _arguments(transformers: Any, folder: RunFolder, recipe: PrunerRecipe) -> Any:  # noqa: ANN401 - an optional package
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


def _loss(recipe: PrunerRecipe) -> Any:  # noqa: ANN401 - what the trainer calls
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


def _save(transformers: Any, trainer: Any, base: str, folder: RunFolder, recipe: PrunerRecipe) -> None:  # noqa: ANN401
    trainer.model.save_pretrained(str(folder.path))
    tokenizer = transformers.AutoTokenizer.from_pretrained(base)
    tokenizer.model_max_length = recipe.window
    tokenizer.save_pretrained(str(folder.path))
