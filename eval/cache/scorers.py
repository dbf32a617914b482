"""Each score is worked out once: not again for another ratio, nor in another run with the same versions and models.

Kept on disk is what a stage's scorer said, under a hash of everything that it could have looked at: the stage and its
models (`excerpt.calibrated.fingerprint`), the versions of excerpt and its rules, the question, the passages, the units.
Whoever changes a scorer's code in a working copy deletes the file first: such a change has no version.
What it took is kept beside it, so that latencies stay what they were when the models really ran.
"""

import copy
import json
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from excerpt.calibrated.fingerprint import chain_fingerprint
from excerpt.chain import Chain
from excerpt.contracts import CompressorContract, with_defaults
from excerpt.eval.cache.encodings import VectorCache, cached_encoders, with_scorer
from excerpt.eval.cache.versions import code_version
from excerpt.models.runtime.disk_cache import DiskCache, content_key
from excerpt.protocols import VectorScorer
from excerpt.values.types import Context, Units, UnitVectors

__all__ = ["CachedScorer", "ScoreCache", "cached_scores", "stage_key"]

_DTYPES = {b"f4": np.float32, b"f8": np.float64}


@dataclass(slots=True)
class ScoreCache:
    """Where scores are kept, and what the work that was spared had cost.

    Args:
        disk: On disk, or ``DiskCache(":memory:")`` for one run.
        vectors: Vectors that several scorers share, for one run.
    """

    disk: DiskCache
    vectors: VectorCache = field(default_factory=VectorCache)
    _owed: dict[str, float] = field(default_factory=dict)

    def owe(self, stage: str, milliseconds: float) -> None:
        """Note what a spared piece of work took when it was done."""
        self._owed[stage] = self._owed.get(stage, 0.0) + milliseconds

    def settle(self) -> dict[str, float]:
        """Milliseconds spared since the last call, by stage."""
        owed, self._owed = self._owed, {}
        return owed


@dataclass(frozen=True)
class CachedScorer:
    """A stage's scorer that looks in a cache first.

    Args:
        scorer: The scorer itself: a pure function of the context and the units.
        stage: The stage's name.
        key: What changes whenever the scorer would say something else: `stage_key`.
        cache: Where scores are kept.
    """

    scorer: Any
    stage: str
    key: bytes
    cache: ScoreCache

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - everything else is the scorer's own
        return getattr(self.scorer, name)

    @property
    def name(self) -> str:
        """The scorer's own."""
        name: str = self.scorer.name
        return name

    def score(self, context: Context, units: Units, **options: Any) -> NDArray[np.floating]:  # noqa: ANN401 - the scorer's own
        """The scorer's own, from the cache where it was asked before."""
        started = time.perf_counter()
        key = content_key(self.key, *_seen(context, units))
        stored = self.cache.disk.get_many([key]).get(key)
        if stored is not None:
            taken, scores = _unpacked(stored)
            self.cache.owe(self.stage, taken - 1000 * (time.perf_counter() - started))
            return scores
        looked, spared = time.perf_counter(), self.cache.vectors.spared_ms
        scores = np.asarray(self.scorer.score(context, units, **options))
        taken = 1000 * (time.perf_counter() - looked) + self.cache.vectors.spared_ms - spared
        if scores.dtype.str[1:].encode() in _DTYPES:
            self.cache.disk.put_many({key: _packed(taken, scores)})
        self.cache.owe(self.stage, taken - 1000 * (time.perf_counter() - started))
        return scores

    def score_with_vectors(
        self, context: Context, units: Units
    ) -> tuple[NDArray[np.floating], Callable[[], UnitVectors | None]]:
        """The scores, and the scorer's own vectors, made when a selector asks; None where it has none."""
        return self.score(context, units), lambda: self._vectors(context, units)

    def _vectors(self, context: Context, units: Units) -> UnitVectors | None:
        if not isinstance(self.scorer, VectorScorer):
            return None
        return self.scorer.score_with_vectors(context, units)[1]()


def cached_scores(chain: Chain, cache: ScoreCache) -> Chain:
    """The same chain, with every stage's ``scorer`` looking in ``cache`` first, and their encoders too.

    A stage without one is left as it is. The given chain is not changed.
    """
    stages = []
    for index, stage in enumerate(cached_encoders(chain, cache.vectors).stages):
        scorer = with_defaults(stage, CompressorContract).scorer
        if scorer is None:
            stages.append(stage)
        else:
            key = stage_key(chain, index)
            stages.append(with_scorer(stage, CachedScorer(scorer, stage.name, key, cache)))
    other = copy.copy(chain)
    other.stages = tuple(stages)
    return other


def stage_key(chain: Chain, index: int) -> bytes:
    """What changes whenever a stage of a chain would score differently."""
    alone = chain_fingerprint([chain.stages[index]], None, chain.layout)
    return content_key(alone["chain"], alone["models"], code_version())


def _seen(context: Context, units: Units) -> list[str | bytes]:
    """Everything that a scorer can look at."""
    parts: list[str | bytes] = [context.query, units.kind]
    for passage, kept in zip(context.passages, context.kept, strict=True):
        visible = {key: value for key, value in passage.metadata.items() if key not in {"evidence", "gold"}}
        parts += [passage.title, passage.text, repr(kept), json.dumps(visible, default=repr, sort_keys=True)]
    parts += [column.tobytes() for column in (units.passage, units.start, units.end)]
    for ranking in context.rankings:
        parts += [ranking.stage, ranking.scores.tobytes(), ranking.kept.tobytes()]
    return parts


def _packed(milliseconds: float, scores: NDArray[np.floating]) -> bytes:
    return struct.pack("<d2s", milliseconds, scores.dtype.str[1:].encode()) + scores.tobytes()


def _unpacked(stored: bytes) -> tuple[float, NDArray[np.floating]]:
    milliseconds, name = struct.unpack_from("<d2s", stored)
    return milliseconds, np.frombuffer(stored, dtype=_DTYPES[name], offset=10).copy()
