"""One call of a chain: it starts, its stages run in order, the budget is held, and the result says what happened."""

from excerpt.run.hold import hold_budget
from excerpt.run.result import to_result
from excerpt.run.stages import Reached, run_stages
from excerpt.run.start import Call
from excerpt.values.compressed import Compressed

__all__ = ["run_call"]


def run_call(call: Call, started: float) -> Compressed:
    """Compress, or return the input whole where that is as good.

    Args:
        call: What holds (`excerpt.run.start.start`).
        started: The reading of ``time.perf_counter()`` at the beginning.

    Raises:
        InputError: A stage gave something else than less of what it was given.
        ExcerptError: A stage failed, and the chain does not keep what came before.
    """
    reached, why = Reached.at_start(call), call.why_nothing_to_do
    if not why:
        reached = hold_budget(call, run_stages(call))
        why = call.why_no_gain(reached.tokens)
    return to_result(call, reached, why, started)
