"""A calibrated policy: what `excerpt calibrate` found out, and the promise that comes with it.

A policy is a JSON file with a digest over its content, so that an edited one is found out (by accident or for
a number that looks better; it is no signature). It also carries a fingerprint of the pipeline that it was made
with (`excerpt.calibrated.fingerprint`), and serves no other.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, Self, TypeAlias, get_args

from excerpt.errors import PolicyError
from excerpt.files.atomic import write_atomic

__all__ = ["ALL", "Calibrated", "Knob", "Loss", "Method", "Point", "Policy"]

Loss: TypeAlias = Literal["evidence", "any-evidence", "answer"]
Method: TypeAlias = Literal["crc", "ltt"]
Knob: TypeAlias = Literal["ratio", "score"]

ALL = ""
"""The one group of a policy without groups."""

_FORMAT = 1
_LOST = {
    "evidence": "the share of a question's evidence that is lost",
    "any-evidence": "the chance that any of a question's evidence is lost",
    "answer": "the chance that the answer is lost",
}


@dataclass(frozen=True, slots=True)
class Point:
    """One setting of the knob, as the calibration questions saw it.

    Args:
        value: The knob.
        risk: Mean loss (of the monotone envelope, for conformal risk control).
        tested: What the method compared: the adjusted risk, or the p-value.
        kept: Mean share of the tokens that is kept.
    """

    value: float
    risk: float
    tested: float
    kept: float


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What was found for one group of questions.

    Args:
        questions: How many there were.
        value: The knob's chosen value; None where nothing can be promised.
        refused: Why nothing can be promised; "" where something is.
        curve: Every setting, mildest first; empty where there were too few questions to try.
        kept: Of the tokens kept at the chosen value the quantiles 0, 0.1, ... 1 over questions.
        usual: For each watched number (`excerpt.calibrated.drift`) its quantiles 0, 0.05, ... 1 over questions.
    """

    questions: int
    value: float | None = None
    refused: str = ""
    curve: tuple[Point, ...] = ()
    kept: tuple[float, ...] = ()
    usual: Mapping[str, tuple[float, ...]] | None = None

    @property
    def chosen(self) -> Point | None:
        """The chosen setting."""
        return next((point for point in self.curve if point.value == self.value), None)


@dataclass(frozen=True)
class Policy:
    """A calibrated setting of one chain's knob, by group of questions.

    Args:
        loss: What is limited: ``"evidence"`` (share of its characters lost), ``"any-evidence"`` (1 if any is lost) or
            ``"answer"`` (1 if the text no longer holds an answer that the whole context holds).
        alpha: The risk that was asked for.
        method: ``"crc"`` (expected loss) or ``"ltt"`` (mean loss, with high probability).
        delta: How often ``"ltt"`` may break its promise; None for ``"crc"``.
        bound: The largest possible loss.
        knob: ``"ratio"`` (the budget's kept share) or ``"score"`` (`excerpt.calibrated.knob.ScoreRule`).
        temperature: Of the score rule; None for its own scale.
        group_by: Key of the question's record that names its group; "" where all are one group.
        groups: What was found, by group.
        left_out: Calibration questions that cannot lose anything, and do not count.
        fingerprint: Of the pipeline.
        chain: The chain's name, for messages.
        tokenizer: The tokenizer's name, for messages.
        excerpt: The version that calibrated.
        date: When, as YYYY-MM-DD.
    """

    loss: Loss
    alpha: float
    method: Method
    delta: float | None
    bound: float
    knob: Knob
    temperature: float | None
    group_by: str
    groups: Mapping[str, Calibrated]
    left_out: int
    fingerprint: Mapping[str, str]
    chain: str
    tokenizer: str
    excerpt: str
    date: str

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a policy.

        Raises:
            PolicyError: The file cannot be read, is not a policy, or was changed since it was written.
        """
        try:
            content = json.loads(Path(path).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            reason = (isinstance(error, OSError) and error.strerror) or error  # without the path again
            message = (
                f"policy: {path or repr(path)} cannot be read ({reason}); `excerpt calibrate` writes one"
            )
            raise PolicyError(message) from error
        if not isinstance(content, dict) or content.get("format") != _FORMAT:
            message = f"policy: {path} is not a policy of format {_FORMAT}; `excerpt calibrate` writes one"
            raise PolicyError(message)
        if content.pop("sha256", None) != _digest(content):
            message = (
                f"policy: {path} was changed since it was written, so its promise is void; calibrate again"
            )
            raise PolicyError(message)
        del content["format"]
        try:
            groups = {name: _calibrated(group) for name, group in content.pop("groups").items()}
            policy = cls(groups=groups, **content)
        except (TypeError, KeyError, AttributeError) as error:
            message = f"policy: {path} does not have the fields of a policy ({error}); calibrate again"
            raise PolicyError(message) from error
        return policy._checked(str(path))

    def _checked(self, path: str) -> Self:
        names = ((self.loss, Loss), (self.method, Method), (self.knob, Knob))
        if any(name not in get_args(known) for name, known in names) or not self.groups:
            message = f"policy: {path} is of a kind that this version does not know; calibrate again"
            raise PolicyError(message)
        return self

    def save(self, path: str | Path) -> None:
        """Write the policy; the file is replaced as a whole.

        Raises:
            PolicyError: It cannot be written.
        """
        content = {"format": _FORMAT, **asdict(self)}
        text = json.dumps({**content, "sha256": _digest(content)}, indent=1, ensure_ascii=False) + "\n"
        try:
            write_atomic(path, text)
        except OSError as error:
            message = f"policy: {path} cannot be written ({error.strerror or error})"
            raise PolicyError(message) from error

    def group(self, name: str | None = None) -> Calibrated:
        """What was found for a group.

        A group that was not calibrated is refused. Taking the strictest of the known ones instead would keep more, but
        nothing is known of the new group's losses, so it would promise what nobody checked.

        Args:
            name: The group; None or "" for a policy without groups.

        Raises:
            PolicyError: There is no such group, or nothing can be promised for it.
        """
        if (name or ALL) not in self.groups:
            known = ", ".join(repr(one) for one in self.groups if one)
            message = (
                f"policy: it was calibrated by {self.group_by!r} for {known}, and knows nothing of {name!r}; calibrate "
                "again with questions of that group"
                if self.group_by
                else f"policy: it was calibrated without groups, and was asked for the group {name!r}"
            )
            raise PolicyError(message)
        calibrated = self.groups[name or ALL]
        if calibrated.value is None:
            message = f"policy: nothing can be promised for {name!r}: {calibrated.refused}"
            raise PolicyError(message)
        return calibrated

    def promise(self, name: str | None = None) -> str:
        """The promise in one sentence.

        Raises:
            PolicyError: As `group`.
        """
        questions = self.group(name).questions
        kind = f" with {self.group_by} {name!r}" if name else ""
        what = f"{_LOST[self.loss]} is at most {self.alpha:g}"
        if self.method == "ltt":
            chance = f"With probability {1 - (self.delta or 0):g} over the calibration questions, "
            return f"{chance}{what} on average over new questions like the {questions}{kind} it was calibrated on."
        return f"On average, {what} on a new question like the {questions}{kind} it was calibrated on."

    def check(self, fingerprint: Mapping[str, str], chain: str, tokenizer: str) -> None:
        """Refuse any pipeline but the one that was calibrated.

        Args:
            fingerprint: Of the pipeline at hand (`excerpt.calibrated.fingerprint.fingerprint`).
            chain: Its name.
            tokenizer: Its tokenizer's name.

        Raises:
            PolicyError: A part differs; the message names it.
        """
        parts = [name for name in fingerprint if self.fingerprint.get(name) != fingerprint[name]]
        if parts:
            message = (
                f"policy: it was calibrated with the chain {self.chain!r} and the tokenizer {self.tokenizer!r}, and "
                f"this is {chain!r} with {tokenizer!r}: {' and '.join(parts)} "
                f"{'differs' if len(parts) == 1 else 'differ'}. Use what was calibrated, or calibrate again"
            )
            raise PolicyError(message)


def _digest(content: Mapping[str, Any]) -> str:
    return sha256(json.dumps(content, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def _calibrated(row: Mapping[str, Any]) -> Calibrated:
    unknown = set(row) - {field.name for field in fields(Calibrated)}
    if unknown:
        message = f"unknown field {min(unknown)!r}"
        raise TypeError(message)
    usual = row["usual"]
    return Calibrated(
        row["questions"],
        row["value"],
        row["refused"],
        tuple(Point(**point) for point in row["curve"]),
        tuple(row["kept"]),
        None if usual is None else {name: tuple(values) for name, values in usual.items()},
    )
