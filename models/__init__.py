"""Small models: running them, reading their files, exporting them, and the bundled weights.

Names are loaded on first use, so importing this package loads neither ONNX Runtime nor torch.
"""

from typing import TYPE_CHECKING

from winnow.lazy import lazy_attributes

if TYPE_CHECKING:
    from winnow.models.card import ModelCard as ModelCard
    from winnow.models.cross_encoder import CrossEncoder as CrossEncoder
    from winnow.models.encoder import SentenceEncoder as SentenceEncoder
    from winnow.models.export import export_model as export_model
    from winnow.models.onnx import OnnxModel as OnnxModel
    from winnow.models.pair_reader import PairReader as PairReader
    from winnow.models.protocols import Check as Check
    from winnow.models.protocols import Encoder as Encoder
    from winnow.models.protocols import SequenceModel as SequenceModel
    from winnow.models.protocols import TokenStates as TokenStates
    from winnow.models.readers.protocols import Answer as Answer
    from winnow.models.readers.protocols import Reader as Reader
    from winnow.models.registry import bundled as bundled
    from winnow.models.registry import load as load
    from winnow.models.registry import load_encoder as load_encoder
    from winnow.models.registry import load_pair_reader as load_pair_reader
    from winnow.models.registry import load_token_classifier as load_token_classifier
    from winnow.models.registry import verify as verify
    from winnow.models.token_classifier import TokenClassifier as TokenClassifier
    from winnow.models.tokenizer import Tokenizer as Tokenizer
    from winnow.models.torch_model import TorchModel as TorchModel

_PLACES = {
    "Answer": "winnow.models.readers.protocols",
    "Check": "winnow.models.protocols",
    "CrossEncoder": "winnow.models.cross_encoder",
    "Encoder": "winnow.models.protocols",
    "ModelCard": "winnow.models.card",
    "OnnxModel": "winnow.models.onnx",
    "PairReader": "winnow.models.pair_reader",
    "Reader": "winnow.models.readers.protocols",
    "SentenceEncoder": "winnow.models.encoder",
    "SequenceModel": "winnow.models.protocols",
    "TokenClassifier": "winnow.models.token_classifier",
    "TokenStates": "winnow.models.protocols",
    "Tokenizer": "winnow.models.tokenizer",
    "TorchModel": "winnow.models.torch_model",
    "bundled": "winnow.models.registry",
    "export_model": "winnow.models.export",
    "load": "winnow.models.registry",
    "load_encoder": "winnow.models.registry",
    "load_pair_reader": "winnow.models.registry",
    "load_token_classifier": "winnow.models.registry",
    "verify": "winnow.models.registry",
}

__all__ = sorted(_PLACES)  # noqa: PLE0605 - a test holds it equal to what can be imported

__getattr__, __dir__ = lazy_attributes(__name__, _PLACES)
