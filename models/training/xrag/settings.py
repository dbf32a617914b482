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
        learning_rate: Peak of a linear decay after the warm-up; no weight decay, no clipping.
        warm_up: Share of the steps in which the rate rises; the paper's.
        epochs: Passes over the examples; 0 to leave the stage out.
        batch: Examples that go through the reader together.
        accumulate: Batches to a step.
        longest: Tokens of prompt and answer, at most.
    """

    learning_rate: float = setting(help="Learning rate of the {stage} stage.", kind="rate", option="rate")
    warm_up: float = 0.03
    epochs: float = setting(1.0, help="Passes over the {examples}; 0 for none.", kind="amount")
    batch: int = setting(4, help="{Examples} at once.", least=1)
    accumulate: int = setting(1, help="Batches to a step.", least=1)
    longest: int = setting(1024, help="Longest example.", least=1, option="tokens")


@dataclass(frozen=True, slots=True)
class XragRecipe:
    """Every setting that shapes the result.

    The defaults are for a small reader: steps of few examples, for thousands of which there is time on a processor. The
    paper's are batches of 384 and 64, at most 336 and 1,024 tokens, and for its 7B reader 6e-3 and 2e-5.

    Args:
        reader: Directory or hub name of the causal language model.
        encoder: What makes the vectors: a bundled name, a directory or a hub name.
        prompts: What vectors stand among (`excerpt.models.xrag.prompts.prompts_for`).
        restate: Paraphrase pre-training.
        ask: Context-aware instruction tuning.
        agreement: What the divergence from the reader with the text counts for; the likelihood counts for 1.
        passages: Take so many passages of the corpus; None for all.
        questions: Take so many questions; None for all.
        held_out: Share of passages and of questions that is not trained on.
        bf16: Hold the reader in bfloat16 on a CPU too. On a GPU always.
        seed: Of initial weights, order and split.
        checkpoint_every: Steps between two measurements, each followed by a checkpoint.
    """

    reader: str = setting(help="Causal language model: a folder or a Hugging Face name.")
    encoder: str = setting("all-MiniLM-L6-v2", help="What makes passages' vectors.")
    prompts: Literal["auto", "chat", "paper", "plain"] = setting(
        "auto",
        help="chat: as the reader's chat template writes them. paper: for Mistral-Instruct. auto: chat where there is "
        "a template, else plain.",
    )
    restate: StageSettings = part(
        lambda: StageSettings(1e-3, batch=16, longest=192),
        prefix="restate",
        words={"stage": "first", "examples": "passages", "Examples": "Passages"},
    )
    ask: StageSettings = part(
        lambda: StageSettings(3e-4, batch=16, longest=512),
        prefix="ask",
        words={"stage": "second", "examples": "questions", "Examples": "Questions"},
    )
    agreement: float = setting(2.0, help="Weight of agreeing with the reader of the text.", kind="amount")
    passages: int | None = setting(None, help="Only so many passages of the corpus.", least=1)
    questions: int | None = setting(None, help="Only so many questions.", least=1)
    held_out: float = setting(0.02, help="Share of the passages to measure on.", kind="share")
    bf16: bool = setting(False, help="Read in bfloat16 on a CPU too: faster where it has avx512_bf16.")
    seed: int = setting(13, help="Of initial weights, order and split.")
    checkpoint_every: int = setting(200, help="Steps.", least=1)

    def to_dict(self) -> dict[str, Any]:
        """As it is kept and shown: of local models only the last part of the path."""
        names = {"base": self.reader, "encoder": _shown(self.encoder)}
        return {key: value for key, value in asdict(self).items() if key != "reader"} | names


def _shown(model: str) -> str:
    path = Path(model).expanduser()
    return path.name if path.exists() else model
