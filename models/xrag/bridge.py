"""A trained bridge: the projector with its manifest, in a folder of two files."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from excerpt.cached import cached_property
from excerpt.errors import ModelError
from excerpt.files.atomic import replacing, write_atomic
from excerpt.imports.extras import require
from excerpt.models.card import file_sha256
from excerpt.models.protocols import Encoder
from excerpt.models.registry import load_encoder
from excerpt.models.runtime.tensors import read_tensors
from excerpt.models.xrag.manifest import BridgeManifest, ReaderTraits
from excerpt.models.xrag.projector import TENSORS, make_projector
from excerpt.models.xrag.prompts import XragPrompts
from excerpt.values.vectors import unit_rows

__all__ = ["MANIFEST", "WEIGHTS", "Bridge", "filled"]

MANIFEST, WEIGHTS = "bridge.json", "bridge.safetensors"
_PURPOSE = "projecting vectors for a reader"


class Bridge:
    """Makes input embeddings of a reader from vectors of an encoder (an `excerpt.models.soft.SoftCompressor`).

    Args:
        manifest: What it belongs to.
        network: The projector (`excerpt.models.xrag.projector`), on the CPU.

    Raises:
        ModelError: The network is not of the manifest's dimensions.
    """

    def __init__(self, manifest: BridgeManifest, network: Any) -> None:  # noqa: ANN401 - untyped package
        shape = (network[0].in_features, network[2].out_features)
        if shape != (manifest.encoder.dim, manifest.reader.dim):
            message = (
                f"bridge: the projector maps {shape[0]} to {shape[1]} dimensions, its manifest says "
                f"{manifest.encoder.dim} to {manifest.reader.dim}"
            )
            raise ModelError(message)
        self.manifest = manifest
        self.network = network.eval().requires_grad_(requires_grad=False)

    @classmethod
    def read(cls, folder: Path) -> "Bridge":
        """A bridge from the folder that `save` wrote.

        Raises:
            ModelError: A file is missing or is not what the manifest says.
            MissingExtraError: The extra ``torch`` is not installed.
        """
        manifest = BridgeManifest.read(folder / MANIFEST)
        path = folder / WEIGHTS
        if not path.is_file() or file_sha256(path) != manifest.weights_sha256:
            message = f"{path} is missing or is not the file of its manifest (its checksum differs); restore the folder"
            raise ModelError(message)
        return cls(manifest, filled(manifest, read_tensors(path, "pt").tensors, str(path)))

    def save(self, directory: str | Path) -> None:
        """Write weights, then manifest, each whole or not at all."""
        safetensors = require("safetensors.torch", extra="torch", purpose=_PURPOSE)
        folder = Path(directory)
        folder.mkdir(parents=True, exist_ok=True)
        tensors = {
            name: tensor.float().cpu().contiguous() for name, tensor in self.network.state_dict().items()
        }
        with replacing(folder / WEIGHTS) as draft:
            safetensors.save_file(tensors, draft)
            self.manifest = replace(self.manifest, weights_sha256=file_sha256(draft))
        write_atomic(folder / MANIFEST, self.manifest.to_json())

    name = "xrag"

    @property
    def fingerprint(self) -> str:
        """Whatever changes an embedding, in words."""
        return f"bridge {self.manifest.weights_sha256} {json.dumps(self.manifest.encoder.fingerprint)}"

    @property
    def reader(self) -> ReaderTraits:
        """Whose embeddings it makes."""
        return self.manifest.reader

    @property
    def prompts(self) -> XragPrompts:
        """What its vectors stand among."""
        return self.manifest.prompts

    @property
    def closing(self) -> NDArray[np.float32]:
        """Nothing stands behind the vectors, float32 ``(0, reader_dim)``."""
        return np.zeros((0, self.manifest.reader.dim), dtype=np.float32)

    def check(self, reader: ReaderTraits, prompts: XragPrompts) -> None:
        """Refuse another reader, or other prompts than those of the training.

        Raises:
            ModelError: Something differs; the message names it.
        """
        self.manifest.check_reader(reader)
        self.manifest.check_prompts(prompts)

    def slots(self, text: str) -> int:
        """One."""
        del text
        return 1

    def embed(self, text: str) -> NDArray[np.float32]:
        """A text through the manifest's encoder and the projector, float32 ``(1, reader_dim)``.

        A stage takes the encoder's vectors from the index instead, and calls `project`.

        Raises:
            ModelError: The encoder cannot be loaded, or is another.
        """
        vectors = self._encoder.encode([text])
        return self.project(unit_rows(vectors) if self.manifest.encoder.normalized else vectors)

    @cached_property
    def _encoder(self) -> Encoder:
        encoder = load_encoder(self.manifest.encoder.name)
        wanted = self.manifest.encoder
        self.manifest.check_encoder(replace(wanted, fingerprint=encoder.fingerprint, dim=encoder.dim))
        return encoder

    def project(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """One product for all vectors; float32 ``(n, reader_dim)``.

        Args:
            vectors: ``(n, encoder_dim)``.

        Raises:
            ModelError: They are of another length.
        """
        if vectors.ndim != 2 or vectors.shape[1] != self.manifest.encoder.dim:
            message = (
                f"bridge: takes vectors of {self.manifest.encoder.dim} dimensions ({self.manifest.encoder.name}), was "
                f"given an array of shape {vectors.shape}"
            )
            raise ModelError(message)
        torch = require("torch", extra="torch", purpose=_PURPOSE)
        with torch.inference_mode():
            rows = self.network(torch.from_numpy(np.ascontiguousarray(vectors, dtype=np.float32)))
        embeddings: NDArray[np.float32] = rows.numpy()
        return embeddings


def filled(manifest: BridgeManifest, tensors: dict[str, Any], where: str) -> Any:  # noqa: ANN401 - untyped package
    """A projector with these weights.

    Raises:
        ModelError: A tensor is missing or has another shape than the manifest says.
    """
    network = make_projector(manifest.encoder.dim, manifest.reader.dim)
    missing = [name for name in TENSORS if name not in tensors]
    if missing:
        message = f"{where} lacks {', '.join(missing)} of a projector"
        raise ModelError(message)
    own = network.state_dict()
    for name in TENSORS:
        if tensors[name].shape != own[name].shape:
            message = (
                f"{where}: {name} has the shape {tuple(tensors[name].shape)}; {manifest.encoder.dim} dimensions of the "
                f"encoder and {manifest.reader.dim} of the reader need {tuple(own[name].shape)}"
            )
            raise ModelError(message)
    network.load_state_dict({name: tensors[name].float() for name in TENSORS})
    return network
