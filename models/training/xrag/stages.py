"""The two stages of xRAG's training: the models, the vectors, and what each stage learns from."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import InputError, ModelError
from excerpt.files.atomic import replacing
from excerpt.imports.extras import require
from excerpt.models.directories import find_directory
from excerpt.models.generation.generator import load_generator
from excerpt.models.registry import load_encoder
from excerpt.models.training.common.recipe import TrainingProgress
from excerpt.models.training.common.run_folder import RunFolder
from excerpt.models.training.xrag.examples import Sources, split_sources
from excerpt.models.training.xrag.frozen_reader import FrozenReader
from excerpt.models.training.xrag.loop import StageLoop
from excerpt.models.training.xrag.loss import agreement, likelihood, likelihood_in_pieces
from excerpt.models.training.xrag.rows import Collate, Row, Written
from excerpt.models.training.xrag.scaling import Scales
from excerpt.models.training.xrag.settings import PURPOSE, STAGES, StageSettings, XragRecipe
from excerpt.models.xrag.bridge import Bridge
from excerpt.models.xrag.injection import marking
from excerpt.models.xrag.manifest import BridgeManifest, EncoderTraits, reader_traits
from excerpt.models.xrag.projector import make_projector
from excerpt.models.xrag.prompts import prompts_for
from excerpt.values.vectors import unit_rows

__all__ = ["CONTEXTS", "NEWEST", "Stages"]

CONTEXTS = ("right vector", "wrong vector", "nothing")
"""What stands in the context where held-out examples are measured."""

NEWEST = "bridge"
"""The folder, among the checkpoints, of the bridge as it is at the newest one."""

_OF_CURVE, _OF_FIGURES, _AT_ONCE = 48, 400, 16  # held-out examples


class Stages:
    """One training: the models, the vectors, and the two stages."""

    def __init__(self, recipe: XragRecipe, folder: RunFolder, sources: Sources) -> None:
        torch = require("torch", extra="train", purpose=PURPOSE)
        self.recipe, self.folder, self.sources = recipe, folder, sources
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.directory = find_directory(recipe.reader, weights="torch")
        tokenizer, network = load_generator(
            self.directory,
            "causal language model",
            dtype="bfloat16" if recipe.bf16 or self.device == "cuda" else "float32",
            device=self.device,
            # On a CPU torch's fused attention goes back several times as slowly as the plain products.
            attention="eager" if self.device == "cpu" else None,
        )
        if tokenizer.eos_token_id is None:
            message = (
                f"train xrag: the tokenizer of {self.directory} has no eos_token to end an answer; set one"
            )
            raise ModelError(message)
        self.prompts = prompts_for(recipe.prompts, tokenizer)
        self.tokenizer, mark = marking(tokenizer, self.prompts.mark)
        self.split = self._split()
        self.reader = FrozenReader(network.requires_grad_(requires_grad=False), mark)
        self.collate = Collate(torch, self.tokenizer.pad_token_id, mark)
        encoder = load_encoder(recipe.encoder)
        traits = EncoderTraits(
            encoder.name,
            encoder.fingerprint,
            encoder.dim,
            encoder.card.pooling,
            normalized=True,
            max_tokens=encoder.max_tokens,
        )
        self.manifest = BridgeManifest(traits, reader_traits(self.directory), self.prompts)
        self.vectors = torch.from_numpy(self._vectors(encoder.encode)).to(self.device)
        torch.manual_seed(recipe.seed)
        self.projector = make_projector(traits.dim, self.manifest.reader.dim).to(self.device)
        table = network.get_input_embeddings().weight
        self.scales = Scales.of(self.vectors, table, self.projector)
        self._without: dict[tuple[str, int], float] = {}

    def frozen(self) -> dict[str, str]:
        """Sha256 of the reader's weights as they are in memory, and of the encoder's files."""
        torch = require("torch", extra="train", purpose=PURPOSE)
        digest = sha256()
        for name, weight in sorted(self.reader.network.state_dict().items()):
            digest.update(name.encode() + weight.contiguous().cpu().view(torch.uint8).numpy().tobytes())
        return {"reader": digest.hexdigest(), "encoder": load_encoder(self.recipe.encoder).fingerprint}

    def bridge(self) -> Bridge:
        """What has been learned so far."""
        plain = make_projector(self.manifest.encoder.dim, self.manifest.reader.dim)
        weights = {name: value.detach() for name, value in self.projector.state_dict().items()}
        plain.load_state_dict({name: value.cpu() for name, value in self.scales.plain(weights).items()})
        return Bridge(self.manifest, plain)

    def _vectors(self, encode: Callable[[Sequence[str]], NDArray[np.float32]]) -> NDArray[np.float32]:
        """Of every passage, of length one, as an index keeps them; once for a run and its resumptions."""
        path = self.folder.checkpoints / "vectors.npy"
        if path.exists():
            return np.asarray(np.load(path, allow_pickle=False))
        vectors = unit_rows(encode(self.sources.texts))
        path.parent.mkdir(exist_ok=True)
        with replacing(path) as draft, draft.open("wb") as file:
            np.save(file, vectors)
        return np.asarray(vectors, dtype=np.float32)

    def run(
        self, name: str, before: Sequence[Mapping[str, Any]], progress: TrainingProgress | None
    ) -> list[dict[str, Any]]:
        """One stage, or what an earlier run left of it; the rows of its history."""
        stage: StageSettings = getattr(self.recipe, name)
        if not stage.epochs:
            return []
        loop = self._loop(name, self.folder.checkpoints / name / "state.safetensors")
        offset = max((int(row["step"]) for row in before), default=0)
        return [_named(row, name, offset) for row in loop.run(self._through_both(name, progress))]

    def _loop(self, name: str, state: Path) -> StageLoop:
        return StageLoop(
            self.projector,
            self.split[name][0],
            getattr(self.recipe, name),
            self.recipe.seed,
            self.recipe.checkpoint_every,
            state,
            self.loss,
            partial(self.measured, name, _OF_CURVE),
            lambda: self.bridge().save(self.folder.checkpoints / NEWEST),
        )

    def _through_both(self, name: str, progress: TrainingProgress | None) -> TrainingProgress | None:
        """Steps counted through both stages."""
        if progress is None:
            return None
        steps = {stage: self._loop(stage, Path()).steps for stage in STAGES}
        done = 0 if name == STAGES[0] else steps[STAGES[0]]
        report = progress  # not None in the function either
        return lambda what, step, _steps, figures: report(what, done + step, sum(steps.values()), figures)

    def _split(self) -> dict[str, tuple[list[Row], list[Row]]]:
        """For each stage the rows to learn from and those held out."""
        rows = {}
        both = split_sources(self.sources, share=self.recipe.held_out, seed=self.recipe.seed)
        for name, (learnt, held_out) in zip(STAGES, both, strict=True):
            stage: StageSettings = getattr(self.recipe, name)
            write = Written(self.tokenizer, self.prompts, stage.longest, name == "ask", self.recipe.seed)
            texts = self.sources.texts
            rows[name] = (write.rows(learnt, texts), write.rows(held_out, texts))
            if stage.epochs and not all(rows[name]):
                message = (
                    f"train xrag: of {len(learnt)} examples to learn from and {len(held_out)} held out, "
                    f"{len(rows[name][0])} and {len(rows[name][1])} fit in {stage.longest} tokens; give more "
                    f"examples, more tokens (--{name}-tokens), or hold out fewer"
                )
                raise InputError(message)
        return rows

    def counts(self) -> dict[str, int]:
        """How many examples there were to learn from and to measure on."""
        words = {"restate": "passages", "ask": "questions"}
        return {
            f"{words[name]} {part}": len(rows)
            for name, both in self.split.items()
            for part, rows in zip(("learnt", "held out"), both, strict=True)
        }

    def loss(self, rows: Sequence[Row]) -> Any:  # noqa: ANN401 - a torch tensor
        """What one batch costs: likelihood, and where there is a teacher the weighted divergence from it.

        The sum over the tokens of the answers.
        """
        torch = require("torch", extra="train", purpose=PURPOSE)
        batch = self._batch(rows, "prompt")
        states = self.reader.states(batch, self._embeddings(rows))
        taught = bool(rows[0]["teacher"]) and self.recipe.agreement > 0
        matrix = self.reader.matrix
        if matrix is not None and not taught:
            return likelihood_in_pieces(states, *matrix, batch["labels"])
        student = self.reader.logits(states)
        total = likelihood(student, batch["labels"]).sum()
        if not taught:
            return total
        with torch.no_grad():
            teacher = self.reader.logits(self.reader.states(self._batch(rows, "teacher"), self._none))
        return total + self.recipe.agreement * agreement(student, teacher).sum()

    @property
    def _none(self) -> Any:  # noqa: ANN401 - a torch tensor
        """No vectors."""
        return self.scales.offset.new_empty((0, self.manifest.reader.dim))

    def _batch(self, rows: Sequence[Row], prompt: str) -> dict[str, Any]:
        batch = self.collate(rows, prompt)
        return batch | {name: batch[name].to(self.device) for name in ("input_ids", "labels")}

    def _embeddings(self, rows: Sequence[Row]) -> Any:  # noqa: ANN401 - a torch tensor
        places = [place for row in rows for place in row["passages"]]
        return self.scales.apply(self.projector, self.vectors[places])

    def figures(self) -> dict[str, float]:
        """Held-out likelihoods by what stands in the context."""
        figures: dict[str, float] = {}
        for name, what in zip(STAGES, ("passage", "answer"), strict=True):
            if self.split[name][1]:
                measured = self.measured(name, _OF_FIGURES)
                figures |= {f"{what} nll, {context}": value for context, value in measured.items()}
        return figures

    def measured(self, name: str, most: int) -> dict[str, float]:
        """Mean negative log-likelihood of an answer's token, in nats, for each of `CONTEXTS`.

        Args:
            name: The stage.
            most: Of its held-out examples.
        """
        rows = self.split[name][1][:most]
        places = [place for row in rows for place in row["passages"]]
        half = len(places) // 2  # the passages of one question are neighbours
        others = iter(places[half:] + places[:half])
        wrong = [row | {"passages": [next(others) for _ in row["passages"]]} for row in rows]
        if (name, most) not in self._without:  # the projector has no part in it
            self._without[name, most] = self._mean(rows, "bare")
        values = (self._mean(rows, "prompt"), self._mean(wrong, "prompt"), self._without[name, most])
        return dict(zip(CONTEXTS, values, strict=True))

    def _mean(self, rows: Sequence[Row], prompt: str) -> float:
        torch = require("torch", extra="train", purpose=PURPOSE)
        with torch.no_grad():
            total = sum(
                self._said(rows[start : start + _AT_ONCE], prompt) for start in range(0, len(rows), _AT_ONCE)
            )
        return total / sum(len(row["answer"]) for row in rows)

    def _said(self, rows: Sequence[Row], prompt: str) -> float:
        batch = self._batch(rows, prompt)
        vectors = self._embeddings(rows) if prompt == "prompt" else self._none
        logits = self.reader.logits(self.reader.states(batch, vectors))
        return float(likelihood(logits, batch["labels"]).sum())


def _named(row: Mapping[str, Any], stage: str, offset: int) -> dict[str, Any]:
    """A row of a stage's history under the names of the curve."""
    kinds = {"loss": f"{stage} training loss"} | {one: f"{stage} {one}" for one in CONTEXTS}
    return {kinds.get(key, key): value for key, value in row.items() if key != "step"} | {
        "step": row["step"] + offset
    }
