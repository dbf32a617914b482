"""A tuned chain as a TOML file that says where it comes from."""

import json
from collections.abc import Mapping
from typing import Any

from excerpt.errors import ConfigError
from excerpt.eval.limits import phrase
from excerpt.eval.metrics.bootstrap import Estimate
from excerpt.eval.tuning.tune import Tuned

__all__ = ["as_toml"]


def as_toml(tuned: Tuned, *, source: str, policy: str = "") -> str:
    """The text of a chain file.

    Args:
        tuned: What came of tuning.
        source: Name of the file of questions.
        policy: Where the promise was written; "" for none.

    Raises:
        ConfigError: The chain has an option that TOML has no word for.
    """
    value, judged = tuned.judged.value, tuned.judged
    choose, promise, judge = tuned.questions
    lines = [f"Chosen by `excerpt tune` on {choose} questions of {' '.join(source.split())}."]
    lines.append(f"Judged on {judge} others, which had no part in it, at {phrase(tuned.limit)}:")
    lines.append(f"  {tuned.goal.metric} {_interval(value)}, {judged.milliseconds:.0f} ms a question")
    lines += [f"  less {name}: {_interval(less, '+')}" for name, less in tuned.over.items()]
    if tuned.policy is not None and tuned.loss is not None:
        lines.append(f"  with the policy: {_interval(tuned.loss)} of {tuned.policy.loss} lost")
        lines.append(f"Promised on {promise} questions: at most {tuned.policy.alpha:g} lost on average.")
    amount = f"--budget {tuned.limit}" if isinstance(tuned.limit, int) else f"--ratio {tuned.limit}"
    amount = f"--budget calibrated:{policy}" if policy else amount
    lines.append(f"Use: excerpt compress IN.jsonl -o OUT.jsonl --chain THIS.toml {amount}")
    lines = [f"# {line}" for line in lines]
    keys = [f"{key} = {_value(value)}" for key, value in tuned.config.items() if key != "stage"]
    stages = [
        "\n".join(["[[stage]]", *(f"{key} = {_value(value)}" for key, value in stage.items())])
        for stage in tuned.config["stage"]
    ]
    return "\n\n".join(["\n".join(lines), *(["\n".join(keys)] if keys else []), *stages]) + "\n"


def _interval(value: Estimate, sign: str = "") -> str:
    return f"{value.value:{sign}.3f} [{value.low:{sign}.3f}, {value.high:{sign}.3f}]"


def _value(value: Any) -> str:  # noqa: ANN401 - whatever a TOML file may hold
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    message = f"chain: {value!r:.80} cannot be written in a TOML file"
    raise ConfigError(message)


def _key(key: str) -> str:
    return key if key.replace("_", "").replace("-", "").isalnum() and key.isascii() else json.dumps(key)
