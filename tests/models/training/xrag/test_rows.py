"""The order of steps and the shape of batches."""

import pytest

torch = pytest.importorskip("torch")

from excerpt.models.training.xrag.rows import Collate, steps_of  # noqa: E402 - after the skip


def row(number, length):
    return {"passages": [number], "request": [number % 2], "prompt": [1, 2, 9], "bare": [1, 2],
            "teacher": [], "answer": list(range(10, 10 + length))}  # fmt: skip


def test_a_pass_has_every_row_once_and_like_lengths_together():
    """In another order on each pass, the same on each run."""
    rows = [row(number, 1 + number * 7 % 50) for number in range(100)]
    steps = steps_of(rows, 8, seed=3, epoch=0)
    assert sorted(one["passages"][0] for step in steps for one in step) == list(range(100))
    assert max(map(len, steps)) == 8
    assert steps == steps_of(rows, 8, seed=3, epoch=0)
    assert steps != steps_of(rows, 8, seed=3, epoch=1)
    padded = sum(len(step) * max(len(one["answer"]) for one in step) for step in steps)
    assert padded < 1.3 * sum(len(one["answer"]) for one in rows)


def test_what_all_prompts_begin_with_ends_before_a_vector():
    """And leaves a token of each prompt, which predicts the answer's first."""
    collate = Collate(torch, 0, 9)
    batch = collate([row(0, 2), row(1, 3)], "prompt")
    assert batch["prefix"] == (1, 2)
    assert batch["input_ids"].tolist() == [[9, 10, 11, 0], [9, 10, 11, 12]]
    assert batch["labels"].tolist() == [[-100, 10, 11, -100], [-100, 10, 11, 12]]
    assert collate([row(0, 2)], "bare")["prefix"] == (1,)
