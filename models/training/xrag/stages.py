"""The two stages of xRAG's training: the models, the vectors, and what each stage learns from."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from excerpt.errors import InputError, ModelError
from excerpt.files.atomic import replacing, write_atomic
from excerpt.imports.extras import require
from excerpt.models.directories import find_directory
from excerpt.models.generation.generator import load_generator
from excerpt.models.registry import load_encoder
from excerpt.models.training.common.recipe import TrainingProgress
from excerpt.models.training.common.run_folder import RunFolder, newest_checkpoint
from excerpt.models.training.common.trainer import report_steps, shared_settings
from excerpt.models.training.xrag.examples import Collate, Sources, Written, split_sources
from excerpt.models.training.xrag.loss import agreement, answer_logits, likelihood
from excerpt.models.training.xrag.settings import PURPOSE, STAGES, StageSettings, XragRecipe
from excerpt.models.xrag.injection import injected, marking
from excerpt.models.xrag.manifest import BridgeManifest, EncoderTraits, reader_traits
from excerpt.models.xrag.projector import make_projector
from excerpt.models.xrag.prompts import named_prompts
from excerpt.values.vectors import unit_rows

__all__ = ["Stages"]


class Stages:
    """One training: the models, the vectors, and the two stages."""

    def __init__(self, recipe: XragRecipe, folder: RunFolder, sources: Sources) -> None:
        torch = require("torch", extra="train", purpose=PURPOSE)
        self.recipe, self.folder, self.sources = recipe, folder, sources
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.prompts = named_prompts(recipe.prompts)
        self.directory = find_directory(recipe.reader, weights="torch")
        dtype = "bfloat16" if self.device == "cuda" else "float32"
        tokenizer, self.reader = load_generator(
            self.directory, "causal language model", dtype=dtype, device=self.device
        )
        if tokenizer.eos_token_id is None:
            message = (
                f"train xrag: the tokenizer of {self.directory} has no eos_token to end an answer; set one"
            )
            raise ModelError(message)
        self.reader.requires_grad_(requires_grad=False)
        self.tokenizer, self.mark = marking(tokenizer, self.prompts.mark)
        self.split = self._split()
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
        torch.manual_seed(recipe.seed)
        self.projector = make_projector(traits.dim, self.manifest.reader.dim).to(self.device)
        self.vectors = torch.from_numpy(self._vectors(encoder.encode))

    def frozen(self) -> dict[str, str]:
        """Sha256 of the reader's weights as they are in memory, and of the encoder's files."""
        torch = require("torch", extra="train", purpose=PURPOSE)
        digest = sha256()
        for name, weight in sorted(self.reader.state_dict().items()):
            digest.update(name.encode() + weight.contiguous().cpu().view(torch.uint8).numpy().tobytes())
        return {"reader": digest.hexdigest(), "encoder": load_encoder(self.recipe.encoder).fingerprint}

    def _vectors(self, encode: Callable[[Sequence[str]], NDArray[np.float32]]) -> NDArray[np.float32]:
        """Of every passage, of length one, as an index keeps them; once for a run and its resumptions."""
        path = self.folder.checkpoints / "vectors.npy"
        if path.exists():
            return np.asarray(np.load(path, allow_pickle=False))
        vectors = encode(self.sources.texts)
        vectors = unit_rows(vectors)
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
        safetensors = require("safetensors.torch", extra="train", purpose=PURPOSE)
        place = self.folder.checkpoints / name
        weights, rows = place / "projector.safetensors", place / "history.json"
        if not rows.exists():
            trainer = self._trainer(name, stage, place)
            report_steps(trainer, self._through_both(name, progress))
            trainer.train(resume_from_checkpoint=newest_checkpoint(place))
            safetensors.save_file(
                {key: value.cpu() for key, value in self.projector.state_dict().items()}, weights
            )
            write_atomic(rows, json.dumps(trainer.state.log_history))  # a run that goes on reads it
        self.projector.load_state_dict(safetensors.load_file(weights))
        offset = max((int(row["step"]) for row in before), default=0)
        return [_named(row, name, offset) for row in json.loads(rows.read_text(encoding="utf-8"))]

    def _through_both(self, name: str, progress: TrainingProgress | None) -> TrainingProgress | None:
        """Steps counted through both stages."""
        if progress is None:
            return None
        steps = {stage: self._steps(stage) for stage in STAGES}
        done = 0 if name == STAGES[0] else steps[STAGES[0]]
        report = progress  # not None in the function either
        return lambda what, step, _steps, figures: report(what, done + step, sum(steps.values()), figures)

    def _steps(self, name: str) -> int:
        """Steps of a stage, as the trainer counts them."""
        stage: StageSettings = getattr(self.recipe, name)
        batches = math.ceil(len(self.split[name][0]) / stage.batch)
        return math.ceil(stage.epochs * math.ceil(batches / stage.accumulate))

    def _split(self) -> dict[str, tuple[list[dict[str, list[int]]], list[dict[str, list[int]]]]]:
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

    def _trainer(self, name: str, stage: StageSettings, place: Path) -> Any:  # noqa: ANN401 - untyped package
        transformers = require("transformers", extra="train", purpose=PURPOSE)
        torch = require("torch", extra="train", purpose=PURPOSE)
        learnt, held_out = self.split[name]
        shared = shared_settings(self.folder, self.recipe.checkpoint_every)
        settings = transformers.TrainingArguments(
            **shared | {"output_dir": str(place), "bf16": False},
            num_train_epochs=stage.epochs,
            learning_rate=stage.learning_rate,
            lr_scheduler_type="linear",
            warmup_steps=0.03,
            weight_decay=0.0,
            max_grad_norm=0.0,
            per_device_train_batch_size=stage.batch,
            per_device_eval_batch_size=stage.batch,
            gradient_accumulation_steps=stage.accumulate,
            seed=self.recipe.seed,
            remove_unused_columns=False,
            label_names=["labels"],
            prediction_loss_only=True,
            use_cpu=self.device == "cpu",
        )
        job = self

        class Bridging(transformers.Trainer):  # type: ignore[misc, name-defined]  # untyped package
            def compute_loss(self, model: Any, inputs: Any, return_outputs: Any = False, **_rest: Any) -> Any:  # noqa: ANN401
                loss = job.loss(model, inputs)
                return (loss, {}) if return_outputs else loss

        return Bridging(
            model=self.projector,
            args=settings,
            train_dataset=learnt,
            eval_dataset=held_out[:200],
            data_collator=Collate(torch, self.vectors, self.tokenizer.pad_token_id),
        )

    def loss(self, projector: Any, batch: Mapping[str, Any]) -> Any:  # noqa: ANN401 - torch modules and tensors
        """What one batch costs: likelihood, and where there is a teacher the weighted divergence from it."""
        torch = require("torch", extra="train", purpose=PURPOSE)
        mixed = self.recipe.bf16 or self.device == "cuda"
        with torch.autocast(self.device, dtype=torch.bfloat16, enabled=mixed):
            logits = self._read(projector(batch["vectors"]), batch)
        total = likelihood(logits, batch["labels"])
        if "teacher_input_ids" not in batch or not self.recipe.agreement:
            return total
        with torch.no_grad(), torch.autocast(self.device, dtype=torch.bfloat16, enabled=mixed):
            read = self.reader(
                input_ids=batch["teacher_input_ids"], attention_mask=batch["teacher_attention_mask"]
            ).logits
        student = answer_logits(logits, batch["labels"])
        return total + self.recipe.agreement * agreement(
            student, answer_logits(read, batch["teacher_labels"])
        )

    def _read(self, vectors: Any, batch: Mapping[str, Any]) -> Any:  # noqa: ANN401 - torch tensors
        table = self.reader.get_input_embeddings()
        embeddings = injected(table, batch["input_ids"], self.mark, vectors)
        return self.reader(inputs_embeds=embeddings, attention_mask=batch["attention_mask"]).logits

    def figures(self) -> dict[str, float]:
        """Held-out likelihoods from the right vectors, and from those of other passages."""
        figures = {}
        wrong = self.vectors.roll(
            max(1, len(self.vectors) // 2), 0
        )  # passages of one question are neighbours
        for name, what in zip(STAGES, ("passage", "answer"), strict=True):
            if rows := self.split[name][1]:
                figures[f"{what} nll"] = self._measured(rows, self.vectors)
                figures[f"{what} nll, wrong vector"] = self._measured(rows, wrong)
        return figures

    def _measured(self, rows: Sequence[dict[str, list[int]]], vectors: Any) -> float:  # noqa: ANN401 - a tensor
        torch = require("torch", extra="train", purpose=PURPOSE)
        collate = Collate(torch, vectors, self.tokenizer.pad_token_id)
        total, tokens = 0.0, 0
        with torch.inference_mode():
            for start in range(0, len(rows), 8):
                batch = {
                    key: value.to(self.device) for key, value in collate(rows[start : start + 8]).items()
                }
                count = int((batch["labels"][:, 1:] >= 0).sum())
                logits = self._read(self.projector(batch["vectors"]), batch)
                total += float(likelihood(logits, batch["labels"])) * count
                tokens += count
        return total / tokens


def _named(row: Mapping[str, Any], stage: str, offset: int) -> dict[str, Any]:
    """A row of a trainer's history under the names of the curve."""
    kinds = {"loss": f"{stage} training loss", "eval_loss": f"{stage} held-out loss"}
    return {kinds.get(key, key): value for key, value in row.items() if key != "step"} | {
        "step": row["step"] + offset
    }
