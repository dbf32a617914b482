"""Small models: running them, reading their files, exporting them, and the bundled weights.

Names are loaded on first use, so importing this package loads neither ONNX Runtime nor torch.
"""

from typing import TYPE_CHECKING

from excerpt.imports.lazy import lazy_attributes

if TYPE_CHECKING:
    from excerpt.models.bundle import bundled as bundled
    from excerpt.models.bundle import verify as verify
    from excerpt.models.card import ModelCard as ModelCard
    from excerpt.models.export.checkpoint import export_model as export_model
    from excerpt.models.protocols import Check as Check
    from excerpt.models.protocols import Encoder as Encoder
    from excerpt.models.protocols import SequenceModel as SequenceModel
    from excerpt.models.protocols import TokenStates as TokenStates
    from excerpt.models.readers.protocols import Answer as Answer
    from excerpt.models.readers.protocols import Reader as Reader
    from excerpt.models.registry import load as load
    from excerpt.models.registry import load_encoder as load_encoder
    from excerpt.models.registry import load_token_classifier as load_token_classifier
    from excerpt.models.registry import load_token_cross_encoder as load_token_cross_encoder
    from excerpt.models.runtime.onnx import OnnxModel as OnnxModel
    from excerpt.models.runtime.tokenizer import Tokenizer as Tokenizer
    from excerpt.models.runtime.torch_model import TorchModel as TorchModel
    from excerpt.models.tasks.cross_encoder import CrossEncoder as CrossEncoder
    from excerpt.models.tasks.encoder import SentenceEncoder as SentenceEncoder
    from excerpt.models.tasks.token_classifier import TokenClassifier as TokenClassifier
    from excerpt.models.tasks.token_cross_encoder import TokenCrossEncoder as TokenCrossEncoder

_PLACES = {
    "Answer": "excerpt.models.readers.protocols",
    "Check": "excerpt.models.protocols",
    "CrossEncoder": "excerpt.models.tasks.cross_encoder",
    "Encoder": "excerpt.models.protocols",
    "ModelCard": "excerpt.models.card",
    "OnnxModel": "excerpt.models.runtime.onnx",
    "TokenCrossEncoder": "excerpt.models.tasks.token_cross_encoder",
    "Reader": "excerpt.models.readers.protocols",
    "SentenceEncoder": "excerpt.models.tasks.encoder",
    "SequenceModel": "excerpt.models.protocols",
    "TokenClassifier": "excerpt.models.tasks.token_classifier",
    "TokenStates": "excerpt.models.protocols",
    "Tokenizer": "excerpt.models.runtime.tokenizer",
    "TorchModel": "excerpt.models.runtime.torch_model",
    "bundled": "excerpt.models.bundle",
    "export_model": "excerpt.models.export.checkpoint",
    "load": "excerpt.models.registry",
    "load_encoder": "excerpt.models.registry",
    "load_token_cross_encoder": "excerpt.models.registry",
    "load_token_classifier": "excerpt.models.registry",
    "verify": "excerpt.models.bundle",
}

__all__ = sorted(_PLACES)  # noqa: PLE0605 - a test holds it equal to what can be imported

__getattr__, __dir__ = lazy_attributes(__name__, _PLACES)
