"""Tests of excerpt.adapters.headroom, with Headroom's own registry, router and store."""

from importlib.metadata import entry_points

import pytest
from headroom.cache.compression_store import get_compression_store, reset_compression_store
from headroom.transforms.compressor_registry import CompressInput, CompressorRegistry
from headroom.transforms.content_router import ContentRouter, ContentRouterConfig

from excerpt import Chain
from excerpt.adapters.conversation import Conversation
from excerpt.adapters.headroom import ExcerptCompressor
from excerpt.adapters.texts import TextCompressor

KEEPER = "The miller keeps the bees."
TEXT = " ".join(
    [
        *(
            f"On day {day} of the long winter it rained at the river and the people stayed in."
            for day in range(60)
        ),
        KEEPER,
    ]
)
QUESTION = "Who keeps the bees?"


def compress(content, query=QUESTION, compressor=None):
    return (compressor or ExcerptCompressor()).compress(CompressInput(content, "text/plain", query))


def test_the_entry_point_is_found():
    """And is used only where it is named."""
    (entry,) = entry_points(group="headroom.compressor", name="excerpt")
    assert entry.load() is ExcerptCompressor
    registry = CompressorRegistry()
    assert "excerpt" in registry.discover()
    assert registry.active(None) == []
    assert [one.descriptor.name for one in registry.active({"excerpt"})] == ["excerpt"]


def test_the_router_uses_it_and_keeps_the_original(tmp_path, monkeypatch):
    """Under the hash that stands in the text."""
    monkeypatch.setenv("HEADROOM_WORKSPACE_DIR", str(tmp_path))
    reset_compression_store()
    router = ContentRouter(ContentRouterConfig(active_external_compressors=["excerpt"]))
    result = router.compress(TEXT, question=QUESTION)
    assert KEEPER in result.compressed
    assert len(result.compressed) < 0.7 * len(TEXT)
    text_id = result.compressed.rpartition("Retrieve more: hash=")[2].removesuffix("]")
    assert get_compression_store().retrieve(text_id).original_content == TEXT
    reset_compression_store()


def test_the_same_text_gives_the_same_bytes():
    """With counts and original; without a question a choice that reads none."""
    compressor = ExcerptCompressor()
    made = compress(TEXT, compressor=compressor)
    assert compress(TEXT, compressor=compressor).content == made.content
    assert made.compressed
    assert made.tokens_after < made.tokens_before
    assert list(made.recoverable.values()) == [TEXT]
    assert "no question was read" in compress(TEXT, "").warnings[0]


class Failing:
    """A stage that fails."""

    name = "failing"

    def compress(self, context, room):
        """Fail."""
        message = "broken"
        raise OSError(message)


@pytest.mark.parametrize("content", ['{"rows": ["' + TEXT + '"]}', f"ValueError: {TEXT}", KEEPER, ""])
def test_what_is_passed_by(content):
    """JSON, errors, short text: as it came, and with nothing to store."""
    made = compress(content)
    assert (made.content, made.compressed, made.recoverable) == (content, False, {})


def test_a_failure_is_passed_by():
    """With the reason."""
    failing = ExcerptCompressor(Conversation(TextCompressor(Chain([Failing()]), budget_for="each")))
    made = compress(TEXT, compressor=failing)
    assert (made.content, made.compressed) == (TEXT, False)
    assert made.warnings == ["OSError: broken", "failed"]
