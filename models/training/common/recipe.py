"""What recipes are made of: settings that are options of a command too, progress, and the packages a run needs.

A recipe is a frozen dataclass. Its fields that are made by `setting` are options of ``excerpt train NAME``
(`excerpt.cli.train.options`); its other fields can be set in Python only. Nothing here imports torch, so that a
command can show its options without it.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field
from typing import Any, Literal, TypeAlias

from excerpt.imports.extras import require_all

__all__ = ["FitSettings", "TrainingProgress", "part", "require_packages", "setting"]

TrainingProgress: TypeAlias = Callable[[str, int, int | None, Mapping[str, float]], None]
"""Called with what is being done, such as ``"training"``, how much of it is done, of how much (None where that is not
known), and the figures that were logged with it, by name."""


def setting(
    default: Any = MISSING,  # noqa: ANN401 - of the field's own type
    *,
    help: str,  # noqa: A002 - click's word for it
    kind: Literal["rate", "amount", "share"] | None = None,
    least: int | None = None,
    most: int | None = None,
    option: str = "",
) -> Any:  # noqa: ANN401 - a field, which dataclasses type as what they hold
    """A field of a recipe that is an option of its command.

    Args:
        default: Its value where none is given; without one the option must be given.
        help: What the command's help says of it. Of a `part`, words in braces are filled in.
        kind: The range of a float: a rate is above 0, an amount 0 or more, a share 0 to below 1.
        least: The smallest whole number allowed.
        most: The largest.
        option: The option's name where it is not the field's, without its dashes.
    """
    return field(
        default=default,
        metadata={"help": help, "kind": kind, "least": least, "most": most, "option": option},
    )


def part(
    make: Callable[[], Any],
    *,
    prefix: str = "",
    least: Mapping[str, int] | None = None,
    words: Mapping[str, str] | None = None,
) -> Any:  # noqa: ANN401 - as `setting`
    """A field that holds settings of its own, which are options of the command as well.

    Args:
        make: Makes it with this recipe's defaults.
        prefix: Stands before the names of its options.
        least: The smallest allowed whole number of a field, where this recipe has another.
        words: What stands for the words in braces in its helps.
    """
    return field(
        default_factory=make, metadata={"prefix": prefix, "least": least or {}, "words": words or {}}
    )


@dataclass(frozen=True, slots=True)
class FitSettings:
    """How a head is trained.

    Args:
        epochs: Passes over the questions; the one that does best on held-out questions is kept.
        learning_rate: Peak of the one-cycle schedule.
        batch: Questions in a step.
        weight_decay: AdamW's.
        seed: Of order and initial weights.
    """

    epochs: int = setting(4, help="Passes over the questions.", least=1)
    learning_rate: float = setting(3e-3, help="Peak of the one-cycle schedule.", kind="rate")
    batch: int = setting(16, help="Questions in a step.", least=1)
    weight_decay: float = 0.01
    seed: int = setting(13, help="Of the split, the order and initial weights.")


def require_packages(*packages: str, purpose: str = "training") -> None:
    """See that all that a run needs is there before anything is read: what is drawn or written last, too.

    Args:
        packages: Modules of the extra ``train``.
        purpose: Ends the sentence "... is needed for".

    Raises:
        MissingExtraError: One is not installed; the message says what installs it.
    """
    require_all(*packages, extra="train", purpose=purpose)
