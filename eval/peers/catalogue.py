"""Which peers there are, and starting those that can run."""

import sys
from collections.abc import Iterable, Mapping

from excerpt.errors import InputError
from excerpt.eval.peers.process import Peer, PeerSkipped
from excerpt.models.runtime.disk_cache import DiskCache

__all__ = ["PEERS", "peak_memory", "start_peers"]

PEERS: Mapping[str, str] = {
    "ctxprune": "ctxprune",
    "langchain-embeddings-filter": "langchain_filter",
    "langchain-pipeline": "langchain_pipeline",
    "llama-index-optimizer": "llama_index_optimizer",
    "llmlingua2-upstream": "llmlingua2",
    "llmslim": "llmslim",
    "open-provence": "open_provence",
    "selective-context": "selective_context",
    "trimwise": "trimwise",
}
"""Each peer's name in tables and the file of this folder that serves it."""

_ENCODER = "sentence-transformers/all-MiniLM-L6-v2"


def start_peers(
    names: Iterable[str] = PEERS,
    *,
    python: str = sys.executable,
    models: Mapping[str, str] | None = None,
    cache: DiskCache | None = None,
) -> tuple[dict[str, Peer], dict[str, str]]:
    """Start peers; the caller closes them.

    Args:
        names: Which; all by default.
        python: The interpreter with their packages (eval/peers/requirements.txt).
        models: ``encoder`` for peers that take any sentence encoder, by default all-MiniLM-L6-v2, which is what excerpt
            bundles (as int8); ``llmlingua2``, ``open-provence`` and ``ctxprune`` for their checkpoints.
        cache: Where their answers are kept.

    Returns:
        Those that run, by name, and why the others do not.

    Raises:
        InputError: There is no such peer.
    """
    running: dict[str, Peer] = {}
    skipped: dict[str, str] = {}
    settings = {"encoder": _ENCODER, **(models or {})}
    for name in names:
        if name not in PEERS:
            message = f"peer: there is no {name!r}; there are {', '.join(PEERS)}"
            raise InputError(message)
        try:
            running[name] = Peer(name, PEERS[name], settings, python, cache)
        except PeerSkipped as why:
            skipped[name] = str(why)
    return running, skipped


def peak_memory(chain: str, rows: Iterable[Mapping[str, str]], ratio: float) -> float:
    """The most memory that a chain's own process takes over some questions, models included.

    Args:
        chain: As `excerpt.eval.named_chain` takes it.
        rows: Questions with ``question`` and ``passages``.
        ratio: The share to keep.

    Returns:
        MiB, or NaN where the chain cannot be run by its name.
    """
    try:
        with Peer(chain, "excerpt_chain", {"chain": chain}) as alone:
            for row in rows:
                alone.compress(row["question"], row["passages"], budget=ratio)
            return alone.peak_mib
    except PeerSkipped:
        return float("nan")
