"""The part of the report that goes down to single questions: what was kept, what was dropped, what was needed."""

from excerpt.eval.report.html import note
from excerpt.eval.report.study import Example, Study
from excerpt.explain import passages, shown

__all__ = ["drill_down"]


def drill_down(study: Study) -> str:
    """For each set the questions that lost most, each with the kept and dropped text of some chains."""
    parts = [_of_set(name, list(examples)) for name, examples in study.examples.items() if examples]
    if not parts:
        return ""
    said = note("The questions of each set of which the first chain lost most, the worst first.")
    return "\n".join([said, *parts])


def _of_set(name: str, examples: list[Example]) -> str:
    inside = "\n".join(_of_question(example) for example in examples)
    return f"<details><summary>{shown(name)}: {len(examples)} questions</summary>\n{inside}\n</details>"


def _of_question(example: Example) -> str:
    answers = ", ".join(example.question.answers) or "none marked"
    views = "\n".join(
        f"<details><summary>{shown(chain)} at {ratio:g}: {result.tokens_in:,} → {result.tokens_out:,} tokens"
        "</summary>\n"
        f"{passages(result)}\n</details>"
        for (chain, ratio), result in example.views.items()
    )
    return (
        f"<details><summary>{shown(example.question.query)} <small>lost {example.lost:.0%}</small></summary>\n"
        f'<p class="soft">Accepted: {shown(answers)}</p>\n{views}\n</details>'
    )
