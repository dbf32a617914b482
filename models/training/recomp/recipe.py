"""Training RECOMP's extractive dual encoder (Xu et al. 2023, arXiv:2310.04408), with sentence-transformers' trainer.

The paper's objective: a softmax over the similarities of a question to its useful sentence, to those
of the other questions in the batch, and to a hard negative of each. In the paper a sentence is useful when a reader
answers rightly with it; here, when it holds evidence or the answer (`read_candidates`).
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from excerpt.compressors.units.sentences import split_sentences
from excerpt.errors import ModelError
from excerpt.files.atomic import write_atomic
from excerpt.imports.extras import require
from excerpt.models.training.common.curve import draw_curve
from excerpt.models.training.common.held_out import split_questions
from excerpt.models.training.common.model_page import PageText, write_model_page
from excerpt.models.training.common.questions import evenly_spread
from excerpt.models.training.common.recipe import TrainingProgress, require_packages, setting
from excerpt.models.training.common.run_folder import RunFolder, describe
from excerpt.models.training.common.trainer import check_base, freeze, report_steps, shared_settings
from excerpt.models.training.recomp.examples import (
    Encode,
    QuestionSentences,
    Triple,
    hard_triples,
    most_alike,
    read_candidates,
    recall,
)

__all__ = ["RecompRecipe", "train"]

_ON_THE_WAY = 100  # held-out questions that are measured at each checkpoint; before and after: all
_COSINE_SCALE = 20.0  # sentence-transformers' own
_LINES = {"loss": "training loss", "eval_recall@1": "held-out recall@1", "eval_recall@3": "held-out recall@3"}
_PAGE = PageText(
    title="A dual encoder that picks sentences for a question",
    what=(
        "The sentences nearest to a question are the ones to keep: RECOMP's extractive compressor "
        "(Xu et al. 2023, arXiv:2310.04408), trained with excerpt."
    ),
    data=(
        "Positives are sentences that hold evidence, or, where none is marked, an answer; hard negatives the sentences "
        "of the same question that the base encoder finds most similar and that are neither. The title stands before "
        "each sentence."
    ),
    figures=(
        "On questions that were not trained on: the share of a question's useful sentences among its 1 and its 3 "
        "nearest, averaged over the questions, before and after the training."
    ),
    export="encoder",
    chain='[[stage]]\nuse = "recomp-extractive"\nmodel = "{folder}"',
    library="sentence-transformers",
    tag="sentence-similarity",
)


@dataclass(frozen=True, slots=True)
class RecompRecipe:
    """Every setting that shapes the result; the defaults are the paper's but for the warm-up.

    Args:
        base: Directory or hub name of the encoder to start from. (The paper: contriever-msmarco.)
        layers: How many of its layers to keep; None for all.
        frozen: Embeddings and so many of the first layers stay as they are; None trains everything.
        similarity: ``"dot"`` at scale 1, as published, or ``"cosine"`` at scale 20.
        epochs: Passes over the triples.
        learning_rate: Peak of a linear decay after the warm-up.
        warmup: Share of the steps in which the rate rises. (The paper: 1,000 steps.)
        batch: Triples in a step.
        max_tokens: Longer sentences are cut in training, and read window by window in use.
        negatives: Hard negatives of a useful sentence, a triple each.
        others: Sentences of a question that negatives are looked for among: those that share most words with it.
        per_file: Questions of a file that are read at most, evenly spread.
        held_out: Share of the questions that is not trained on.
        bf16: Multiply in bfloat16 on a CPU too; a GPU does in any case.
        seed: Of the order and the split.
        checkpoint_every: Steps between two measurements, each followed by a checkpoint.
    """

    base: str = setting(help="Encoder to start from: a folder or a Hugging Face name.")
    layers: int | None = setting(None, help="Keep only so many of its layers.", least=1)
    frozen: int | None = setting(None, help="Leave embeddings and so many first layers as they are.", least=0)
    similarity: Literal["dot", "cosine"] = setting(
        "dot", help="dot: raw vectors at scale 1, as published. cosine: scale 20."
    )
    epochs: float = setting(3.0, help="Passes over the triples.", kind="rate")
    learning_rate: float = setting(2e-5, help="Peak of the linear decay.", kind="amount")
    warmup: float = setting(0.1, help="Share of the steps in which the rate rises.", kind="share")
    batch: int = setting(64, help="Triples in a step.", least=2)
    max_tokens: int = setting(100, help="Of a sentence.", least=8)
    negatives: int = setting(5, help="Hard negatives of a sentence.", least=1)
    others: int = setting(
        40, help="Look for them among so many that share most words with the question.", least=1
    )
    per_file: int | None = setting(
        None, help="At most so many questions of each file, evenly spread.", least=1
    )
    held_out: float = setting(0.05, help="Share of the questions to measure on.", kind="share")
    bf16: bool = setting(False, help="Multiply in bfloat16 on a CPU too.")
    seed: int = setting(13, help="Of the order and the split.")
    checkpoint_every: int = setting(100, help="Steps.", least=1)


def train(
    sources: Sequence[str | Path],
    output: str | Path,
    recipe: RecompRecipe,
    *,
    resume: bool = False,
    progress: TrainingProgress | None = None,
) -> dict[str, float]:
    """Train, and write a sentence-transformers checkpoint, its curve and its card into ``output``.

    Args:
        sources: JSONL files of questions with ``evidence`` or ``answers``.
        output: Folder to write to.
        recipe: The settings.
        resume: Go on from the last checkpoint in ``output``.
        progress: Called after each step and with what is logged.

    Returns:
        Held-out ``recall@1`` and ``recall@3``, and the same ``before`` the training.

    Raises:
        InputError: A source is wrong or holds nothing to learn from, or there is something in ``output``.
        StoreError: ``resume`` is set and the earlier run had another recipe or other sources.
        ModelError: The base cannot be read.
        MissingExtraError: sentence-transformers, datasets, accelerate or matplotlib is not installed.
    """
    purpose = "training a sentence encoder"
    require_packages("matplotlib", "huggingface_hub", "torch", "transformers", "accelerate", purpose=purpose)
    require_packages("datasets", purpose=purpose)
    package = require("sentence_transformers", extra="train", purpose="training a sentence encoder")
    base = check_base(recipe.base)
    learnt, held_out = _questions(sources, recipe)
    folder = RunFolder(output, asdict(recipe), describe(sources), resume=resume)
    model = _model(package, base, recipe)
    before = recall(held_out, _encoder(model))
    triples = _triples(folder, learnt, model, recipe)
    trainer = _trainer(package, model, triples, held_out, folder, recipe)
    report_steps(trainer, progress)
    trainer.train(resume_from_checkpoint=folder.last_checkpoint if resume else None)
    after = recall(held_out, _encoder(model))
    figures = {f"{name} before": value for name, value in before.items()} | after
    model.save_pretrained(str(folder.path), create_model_card=False)
    history = trainer.state.log_history
    draw_curve(
        _with_ends(history, before, after, trainer.state.global_step), folder.path / "curve.png", _LINES
    )
    counts = {"questions": len(learnt), "questions held out": len(held_out), "triples": len(triples)}
    write_model_page(folder, _PAGE, figures, counts)
    folder.finish(figures, history)
    return figures


def _questions(
    sources: Sequence[str | Path], recipe: RecompRecipe
) -> tuple[list[QuestionSentences], list[QuestionSentences]]:
    """Questions to learn from and to hold out; the same question is never in both."""
    by_question: dict[str, list[QuestionSentences]] = {}
    for source in sources:
        for read in evenly_spread(list(read_candidates(source, split_sentences)), recipe.per_file):
            question = most_alike(read, recipe.others)
            by_question.setdefault(question.question, []).append(question)
    return split_questions(by_question, sources, share=recipe.held_out, seed=recipe.seed)


def _model(package: Any, base: str, recipe: RecompRecipe) -> Any:  # noqa: ANN401 - an optional package
    """The base with its own pooling; a dot product wants raw vectors, cosine says so by scaling to length 1."""
    modules = require(
        "sentence_transformers.sentence_transformer.modules",
        extra="train",
        purpose="training a sentence encoder",
    )
    try:
        model = package.SentenceTransformer(base)
    except (OSError, ValueError, KeyError) as error:
        message = f"base: sentence-transformers cannot load {recipe.base}: {error}"
        raise ModelError(message) from error
    kept = [module for module in model if not isinstance(module, modules.Normalize)]
    if recipe.similarity == "cosine":
        kept.append(modules.Normalize())
    model = package.SentenceTransformer(modules=kept, similarity_fn_name=recipe.similarity)
    # The trainer would draft a card of its own, and look the base up on the hub for it; ours is `write_readme`.
    model.model_card_data.generate_widget_examples = False
    model.model_card_data.local_files_only = True
    model.max_seq_length = min(recipe.max_tokens, model.max_seq_length or recipe.max_tokens)
    network = model[0].auto_model
    if recipe.layers is not None:
        network.encoder.layer = network.encoder.layer[: recipe.layers]
        network.config.num_hidden_layers = len(network.encoder.layer)
    if recipe.frozen is not None:
        freeze(network, recipe.frozen)
    return model


def _encoder(model: Any) -> Encode:  # noqa: ANN401 - sentence_transformers.SentenceTransformer
    """Vectors whose inner product is the similarity."""

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        vectors: NDArray[np.float32] = model.encode(
            list(texts), show_progress_bar=False, convert_to_numpy=True
        )
        return vectors

    return encode


def _remembering(encode: Encode) -> Encode:
    """The same, each text once: thousands of questions can share the sentences of an article."""
    known: dict[str, NDArray[np.float32]] = {}

    def encode_new(texts: Sequence[str]) -> NDArray[np.float32]:
        new = [text for text in texts if text not in known]
        if new:
            known.update(zip(new, encode(new), strict=True))
        return np.stack([known[text] for text in texts])

    return encode_new


def _triples(
    folder: RunFolder,
    learnt: Sequence[QuestionSentences],
    model: Any,  # noqa: ANN401 - an optional package
    recipe: RecompRecipe,
) -> list[Triple]:
    """Mined once, by the encoder as it was before training; a resumed run reads them again.

    They lie with the checkpoints and go with them: a model's folder may be passed on, its data maybe not.
    """
    path = folder.checkpoints / "triples.json"
    if path.exists():
        return [Triple(*row) for row in json.loads(path.read_text(encoding="utf-8"))]
    triples = list(hard_triples(learnt, _remembering(_encoder(model)), recipe.negatives))
    path.parent.mkdir(exist_ok=True)
    write_atomic(path, json.dumps(triples, ensure_ascii=False))
    return triples


def _trainer(  # noqa: PLR0917 - one step of `train`, cut out for its length
    package: Any,  # noqa: ANN401 - an optional package
    model: Any,  # noqa: ANN401 - an optional package
    triples: Sequence[Triple],
    held_out: Sequence[QuestionSentences],
    folder: RunFolder,
    recipe: RecompRecipe,
) -> Any:  # noqa: ANN401 - an optional package
    purpose = "training a sentence encoder"
    datasets = require("datasets", extra="train", purpose=purpose)
    losses = require("sentence_transformers.sentence_transformer.losses", extra="train", purpose=purpose)
    dot = require("sentence_transformers.util", extra="train", purpose=purpose).dot_score
    # With cosine the vectors have length 1 already, so that the dot product is the cosine.
    scale = 1.0 if recipe.similarity == "dot" else _COSINE_SCALE

    def measure(now: Any, *_place: Any) -> dict[str, float]:  # noqa: ANN401 - an optional package
        return recall(held_out[:_ON_THE_WAY], _encoder(now))

    return package.SentenceTransformerTrainer(
        model=model,
        args=package.SentenceTransformerTrainingArguments(
            num_train_epochs=recipe.epochs,
            learning_rate=recipe.learning_rate,
            warmup_steps=recipe.warmup,
            per_device_train_batch_size=recipe.batch,
            # A text that is another row's positive would be taken for a negative.
            batch_sampler="no_duplicates",
            seed=recipe.seed,
            **shared_settings(folder, recipe.checkpoint_every, bf16=recipe.bf16),
        ),
        train_dataset=datasets.Dataset.from_list([triple._asdict() for triple in triples]),
        loss=losses.MultipleNegativesRankingLoss(model, scale=scale, similarity_fct=dot),
        evaluator=[measure],
    )


def _with_ends(
    history: Sequence[dict[str, Any]], before: dict[str, float], after: dict[str, float], steps: int
) -> list[dict[str, Any]]:
    """The history with the measurements before the first and after the last step."""
    ends = [
        {"step": step} | {f"eval_{name}": value for name, value in figures.items()}
        for step, figures in ((0, before), (steps, after))
    ]
    return [ends[0], *history, ends[1]]
