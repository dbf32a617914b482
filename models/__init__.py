"""Small models: running them, reading their files, exporting them, and the bundled weights.

Names are loaded on first use, so importing this package loads neither ONNX Runtime nor torch.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from winnow.models.card import ModelCard as ModelCard
    from winnow.models.cross_encoder import CrossEncoder as CrossEncoder
    from winnow.models.encoder import SentenceEncoder as SentenceEncoder
    from winnow.models.export import export_model as export_model
    from winnow.models.onnx import OnnxModel as OnnxModel
    from winnow.models.protocols import Check as Check
    from winnow.models.protocols import Encoder as Encoder
    from winnow.models.protocols import SequenceModel as SequenceModel
    from winnow.models.protocols import TokenStates as TokenStates
    from winnow.models.registry import bundled as bundled
    from winnow.models.registry import load as load
    from winnow.models.registry import load_encoder as load_encoder
    from winnow.models.registry import load_token_classifier as load_token_classifier
    from winnow.models.registry import verify as verify
    from winnow.models.token_classifier import TokenClassifier as TokenClassifier
    from winnow.models.tokenizer import Tokenizer as Tokenizer
    from winnow.models.torch_model import TorchModel as TorchModel

_PLACES = {
    "Check": "protocols",
    "CrossEncoder": "cross_encoder",
    "Encoder": "protocols",
    "ModelCard": "card",
    "OnnxModel": "onnx",
    "SentenceEncoder": "encoder",
    "SequenceModel": "protocols",
    "TokenClassifier": "token_classifier",
    "TokenStates": "protocols",
    "Tokenizer": "tokenizer",
    "TorchModel": "torch_model",
    "bundled": "registry",
    "export_model": "export",
    "load": "registry",
    "load_encoder": "registry",
    "load_token_classifier": "registry",
    "verify": "registry",
}

__all__ = [
    "Check",
    "CrossEncoder",
    "Encoder",
    "ModelCard",
    "OnnxModel",
    "SentenceEncoder",
    "SequenceModel",
    "TokenClassifier",
    "TokenStates",
    "Tokenizer",
    "TorchModel",
    "bundled",
    "export_model",
    "load",
    "load_encoder",
    "load_token_classifier",
    "verify",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the type is the named object's own
    if name not in _PLACES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(importlib.import_module(f"{__name__}.{_PLACES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
