"""A model of another program's format as a Hugging Face directory with a card, a licence and checksums."""

import json
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from excerpt.errors import InputError, ModelError
from excerpt.files.atomic import move_into_place, sync_tree
from excerpt.imports.extras import require
from excerpt.models.card import file_sha256
from excerpt.models.directories import IMPORT_NAME, find_directory, imported_models
from excerpt.models.export.checkpoint import export_model, require_exporter
from excerpt.models.export.quantize import Quantization
from excerpt.models.importing.e5s1 import read_e5
from excerpt.models.importing.gguf import write_gguf
from excerpt.models.importing.sources import SourceFile, opened
from excerpt.models.importing.unigram import unigram_tokenizer

__all__ = ["ImportReport", "import_model"]

_E5_PREFIXES = {"query": "query: ", "passage": "passage: "}


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import made.

    Args:
        directory: The finished directory.
        name: What options take for it; its path where it is not in the cache.
        origin: Where the weights came from.
        licence: SPDX name; empty when unknown.
        bytes: Size of all its files.
        mean_cosine: Of a quantized export's token states with the float model's; None without one.
    """

    directory: Path
    name: str
    origin: str
    licence: str
    bytes: int
    mean_cosine: float | None = None


def import_model(  # noqa: PLR0913 - each is a setting of its own, all keywords
    source: str,
    *,
    name: str = "",
    output: str | Path = "",
    file: str = "",
    quantization: Quantization | None = None,
    prefixes: tuple[str, str] | None = None,
    licence: str = "",
) -> ImportReport:
    """Turn a GGUF file or a four-bit e5 file into a directory that transformers, and excerpt, read.

    Args:
        source: As for `excerpt.models.importing.sources.opened`. With ``quantization`` also the directory or hub name
            of a sentence encoder.
        name: What to call it; default: the file's name without its ending.
        output: The directory to make, which must not exist; default: ``name`` in excerpt's cache, where options
            find it by that name.
        file: Which model of several, by its file's name.
        quantization: Leave a sentence encoder that runs without torch (`export_model`), not the checkpoint.
        prefixes: Of questions and of passages, for an encoder whose files do not name them.
        licence: SPDX name, where the source does not say.

    Raises:
        InputError: The source holds no model or several, or the directory exists.
        ModelError: The model cannot be read.
        MissingExtraError: A package that reads or writes it is not installed.
    """
    if quantization is not None:
        require_exporter(quantization)
    with ExitStack() as stack:
        found = None if _is_checkpoint(source) else stack.enter_context(opened(source, file))
        if found is None and quantization is None:
            message = f"{source} is a checkpoint that needs no import: use it as it is, or give --quantize"
            raise InputError(message)
        if found is not None and found.form == "gguf" and quantization is not None:
            message = f"--quantize is for sentence encoders; {found.origin} is a GGUF file"
            raise InputError(message)
        if prefixes is not None and quantization is None:
            message = "--query-prefix and --passage-prefix go into what --quantize makes; give that too"
            raise InputError(message)
        stem = Path(source).name if found is None else found.path.stem
        target = _target(name or stem, output)
        scratch = stack.enter_context(
            tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.")
        )
        draft = Path(scratch) / target.name
        if found is not None:
            draft.mkdir()
            licence = _write(found, draft, licence)
        origin = source if found is None else found.origin
        cosine = None
        if quantization is not None:
            checkpoint, draft = source if found is None else draft, Path(scratch) / "exported" / target.name
            report = export_model(
                checkpoint, draft, task="encoder", quantization=quantization, origin=origin, licence=licence,
                prefixes=prefixes,
            )  # fmt: skip
            cosine = report.mean_cosine
        facts = {"source": origin, "licence": licence}
        _finish(draft, facts if found is None else {**facts, "source_sha256": file_sha256(found.path)})
        move_into_place(draft, target)
    size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    return ImportReport(target, str(output) or target.name, origin, licence, size, cosine)


def _is_checkpoint(source: str) -> bool:
    """Whether a source is a Hugging Face directory, or a hub name of a repository without GGUF files."""
    path = Path(source).expanduser()
    if path.exists() or source.count("/") != 1 or source.startswith((".", "/", "~")):
        return path.is_dir() and (path / "config.json").is_file()
    hub = require("huggingface_hub", extra="hub", purpose=f"fetching the model {source!r}")
    try:
        return not any(item.lower().endswith(".gguf") for item in hub.HfApi().list_repo_files(source))
    except Exception:  # noqa: BLE001 - any failure of the client: then its cache
        return (find_directory(source, weights="torch") / "config.json").is_file()


def _target(name: str, output: str | Path) -> Path:
    """Where the model goes; its parent is there afterwards."""
    if not output and (not name or name.startswith(".") or set(name) & set('/\\:*?"<>|')):
        message = f"--name {name!r}: must be a plain name, without slashes or other signs that paths have"
        raise InputError(message)
    target = Path(output).expanduser() if output else imported_models() / name
    if target.exists():
        message = f"{target} exists; remove it, or give another --name"
        raise InputError(message)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"{target.parent} cannot be made ({error.strerror}); name another place with --output"
        raise InputError(message) from error
    return target


def _write(found: SourceFile, folder: Path, licence: str) -> str:
    """Write the checkpoint; gives the licence."""
    if found.form == "e5s1":
        _write_e5(found.path, folder)
        licence = licence or found.licence
    else:
        licence = licence or write_gguf(found.path, folder) or found.licence
    return licence


def _write_e5(path: Path, folder: Path) -> None:
    """A BERT in the layout of sentence-transformers: mean over all tokens, length one, and the prefixes."""
    numpy_files = require("safetensors.numpy", extra="torch", purpose="writing a checkpoint")
    file = read_e5(path)
    numpy_files.save_file(file.weights, str(folder / "model.safetensors"), metadata={"format": "pt"})
    unigram_tokenizer(file).save(str(folder / "tokenizer.json"), pretty=False)
    settings = file.settings
    start, end, pad = (file.pieces[index][0] for index in file.special)
    _write_json(
        folder / "config.json",
        {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_size": settings["hidden"],
            "num_hidden_layers": settings["layers"],
            "num_attention_heads": settings["heads"],
            "intermediate_size": settings["inner"],
            "hidden_act": "gelu",
            "vocab_size": settings["vocabulary"],
            "max_position_embeddings": settings["positions"],
            "type_vocab_size": settings["segments"],
            "layer_norm_eps": float(f"{file.epsilon:.6g}"),
            "pad_token_id": 0,
        },
    )
    special = {"bos_token": start, "eos_token": end, "cls_token": start, "sep_token": end, "pad_token": pad}
    _write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": settings["positions"],
            "unk_token": file.pieces[file.unknown][0],
            **special,
        },
    )
    parts = (("0", "", "Transformer"), ("1", "1_Pooling", "Pooling"), ("2", "2_Normalize", "Normalize"))
    modules = [
        {"idx": int(number), "name": number, "path": place, "type": f"sentence_transformers.models.{kind}"}
        for number, place, kind in parts
    ]
    _write_json(folder / "modules.json", modules)
    _write_json(folder / "config_sentence_transformers.json", {"prompts": _E5_PREFIXES})
    _write_json(folder / "sentence_bert_config.json", {"max_seq_length": settings["positions"]})
    (folder / "1_Pooling").mkdir()
    pooling = {"word_embedding_dimension": settings["hidden"], "pooling_mode_mean_tokens": True}
    _write_json(folder / "1_Pooling" / "config.json", pooling)


def _finish(folder: Path, facts: dict[str, str]) -> None:
    """The card for people, and for `excerpt models verify` what the files should be."""
    licence = f"license: {facts['licence'].lower()}\n" if facts["licence"] else ""
    checked = f" (sha256 `{facts['source_sha256']}`)" if "source_sha256" in facts else ""
    page = (
        f"---\n{licence}tags:\n- excerpt\n---\n\n# {folder.name}\n\nMade by `excerpt models import` from "
        f"{facts['source']}{checked}. Weights that were stored in fewer bits are written out as they stand there, so "
        f"they are no closer to the original than that file.\n\nLicence: {facts['licence'] or 'not known'}.\n"
    )
    (folder / "README.md").write_text(page, encoding="utf-8")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sums = {path.relative_to(folder).as_posix(): file_sha256(path) for path in files}
    _write_json(folder / IMPORT_NAME, {"format": 1, **facts, "files": sums})
    try:
        sync_tree(folder)
    except OSError as error:
        message = f"{folder} cannot be written ({error.strerror})"
        raise ModelError(message) from error


def _write_json(path: Path, value: Sequence[Any] | dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
