"""What loads a network at its first use asks for the packages when it is made."""

import sys

import pytest
from fakes.tiny_generators import make_causal_lm

from excerpt.errors import MissingExtraError
from excerpt.models.generation.likelihood import CausalLikelihood
from excerpt.models.generation.local_writers import CausalLMWriter
from excerpt.models.readers import CausalLMReader, XragReader

pytest.importorskip("torch")
pytest.importorskip("transformers")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    return make_causal_lm(tmp_path_factory.mktemp("generators") / "model")


@pytest.mark.parametrize("kind", [CausalLMReader, XragReader, CausalLikelihood, CausalLMWriter])
@pytest.mark.parametrize("package", ["torch", "transformers"])
def test_a_missing_package_is_missed_before_the_first_question(checkpoint, monkeypatch, kind, package):
    """`excerpt eval` asks a reader after all chains have compressed."""
    kind(checkpoint)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=rf"'{package}' is needed for .*excerpt\[torch\]"):
        kind(checkpoint)
