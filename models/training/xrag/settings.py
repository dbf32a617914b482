"""The settings of xRAG's training."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from excerpt.models.training.common.recipe import part, setting

__all__ = ["PURPOSE", "STAGES", "StageSettings", "XragRecipe"]

PURPOSE = "training xRAG"
STAGES = ("restate", "ask")


@dataclass(frozen=True, slots=True)
class StageSettings:
    """One of the two stages.

    Args:
        learning_rate: Peak of a linear decay after 3% warm-up; no weight decay, no clipping.
        epochs: Passes over the examples; 0 to leave the stage out.
        batch: Examples that go through the reader together.
        accumulate: Batches to a step.
        longest: Tokens of prompt and answer, at most.
    """

    learning_rate: float = setting(help="Learning rate of the {stage} stage.", kind="rate", option="rate")
    epochs: float = setting(1.0, help="Passes over the {examples}; 0 for none.", kind="amount")
    batch: int = setting(4, help="{Examples} at once.", least=1)
    accumulate: int = setting(1, help="Batches to a step.", least=1)
    longest: int = setting(1024, help="Longest example.", least=1, option="tokens")


@dataclass(frozen=True, slots=True)
class XragRecipe:
    """Every setting that shapes the result; the defaults are the paper's, for one GPU.

    Args:
        reader: Directory or hub name of the causal language model.
        encoder: What makes the vectors: a bundled name, a directory or a hub name.
        prompts: ``"paper"`` for readers of the Mistral-Instruct kind, ``"plain"`` for others.
        restate: Paraphrase pre-training.
        ask: Context-aware instruction tuning.
        agreement: What the divergence from the reader with the text counts for; the likelihood counts for 1.
        passages: Take so many passages of the corpus; None for all.
        questions: Take so many questions; None for all.
        held_out: Share of passages and of questions that is not trained on.
        bf16: Multiply in bfloat16 on a CPU too. On a GPU always.
        seed: Of initial weights, order and split.
        checkpoint_every: Steps between two measurements, each followed by a checkpoint.
    """

    reader: str = setting(help="Causal language model: a folder or a Hugging Face name.")
    encoder: str = setting("all-MiniLM-L6-v2", help="What makes passages' vectors.")
    prompts: Literal["paper", "plain"] = setting(
        "paper", help="paper: for readers that know [INST]. plain: for others."
    )
    restate: StageSettings = part(
        lambda: StageSettings(6e-3, batch=12, accumulate=32, longest=336),
        prefix="restate",
        words={"stage": "first", "examples": "passages", "Examples": "Passages"},
    )
    ask: StageSettings = part(
        lambda: StageSettings(2e-5, batch=4, accumulate=16),
        prefix="ask",
        words={"stage": "second", "examples": "questions", "Examples": "Questions"},
    )
    agreement: float = setting(2.0, help="Weight of agreeing with the reader of the text.", kind="amount")
    passages: int | None = setting(None, help="Only so many passages of the corpus.", least=1)
    questions: int | None = setting(None, help="Only so many questions.", least=1)
    held_out: float = setting(0.02, help="Share of the passages to measure on.", kind="share")
    bf16: bool = setting(False, help="Multiply in bfloat16 on a CPU too.")
    seed: int = setting(13, help="Of initial weights, order and split.")
    checkpoint_every: int = setting(200, help="Steps.", least=1)

    def to_dict(self) -> dict[str, Any]:
        """As it is kept and shown: of local models only the last part of the path."""
        names = {"base": self.reader, "encoder": _shown(self.encoder)}
        return {key: value for key, value in asdict(self).items() if key != "reader"} | names


def _shown(model: str) -> str:
    path = Path(model).expanduser()
    return path.name if path.exists() else model
