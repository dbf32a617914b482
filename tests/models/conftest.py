"""Tiny checkpoints: random weights in the real file layout, made once for the session."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes.fake_endpoint import FakeEndpoint

WORDS = (  # noqa: SIM905 - forty quoted words are harder to read
    "the miller weighs grain and chaff while wind blows over river stones near an old sluice where "
    "nobody counted 12 sacks of rye in 1903 ; straw , barley . oats ( again ) naïve café 風 籾 殻"
).split()
SHAPE = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 4, "intermediate_size": 64}
LIMIT = 40


def texts(count: int) -> list[str]:
    """Texts of very different lengths, the same on every run."""
    return [
        " ".join(WORDS[(7 * row + 3 * column + row * column) % len(WORDS)] for column in range(row % 23 + 1))
        for row in range(count)
    ]


def _wordpiece(folder: Path) -> int:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    letters = sorted({letter for word in WORDS for letter in word})
    names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *dict.fromkeys([*WORDS, *letters])]
    vocabulary = {name: index for index, name in enumerate([*names, *(f"##{letter}" for letter in letters)])}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.add_special_tokens(names[:5])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    tokenizer.enable_truncation(6)  # as all-MiniLM-L6-v2's file has it: must be undone
    tokenizer.enable_padding(length=6)
    tokenizer.save(str(folder / "tokenizer.json"))
    return len(vocabulary)


def _sentencepiece(folder: Path) -> int:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    specials = ["<s>", "<pad>", "</s>", "<unk>"]
    letters = sorted({letter for word in WORDS for letter in word})
    pieces = [*(f"▁{word}" for word in dict.fromkeys(WORDS)), "▁", *letters]
    scored = [(name, 0.0) for name in specials] + [(name, -float(index)) for index, name in enumerate(pieces)]
    tokenizer = Tokenizer(models.Unigram(scored, unk_id=3))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.add_special_tokens(specials)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    return len(scored)


def _network(kind: str, head: str, rows: int) -> object:
    import torch
    import transformers

    known = {
        "bert": ("Bert", {"max_position_embeddings": LIMIT, "pad_token_id": 0}),
        "xlm-roberta": (
            "XLMRoberta",
            {"max_position_embeddings": LIMIT + 2, "pad_token_id": 1, "type_vocab_size": 1},
        ),
        "roberta": (
            "Roberta",
            {"max_position_embeddings": LIMIT + 2, "pad_token_id": 1, "type_vocab_size": 1},
        ),
        "distilbert": ("DistilBert", {"max_position_embeddings": LIMIT, "pad_token_id": 0}),
    }
    name, settings = known[kind]
    config = getattr(transformers, f"{name}Config")(
        vocab_size=rows, num_labels=1 if head == "ForSequenceClassification" else 2, **SHAPE, **settings
    )
    if kind == "distilbert":
        config.dim, config.n_layers, config.n_heads, config.hidden_dim = 32, 1, 4, 64
    with torch.random.fork_rng():
        torch.manual_seed(11)
        network = getattr(transformers, f"{name}{head}")(config).eval()
        for parameter in network.parameters():  # the default start is too even to tell errors from noise
            torch.nn.init.normal_(parameter, std=0.25) if parameter.dim() > 1 else None
    return network


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """``checkpoint("bert", "Model")``: a directory as ``save_pretrained`` leaves it."""
    made: dict[tuple[str, str, int], Path] = {}

    def make(kind: str, head: str = "Model", extra_rows: int = 0) -> Path:
        key = (kind, head, extra_rows)
        if key not in made:
            folder = tmp_path_factory.mktemp(f"{kind}-{head}")
            rows = (_sentencepiece if "roberta" in kind else _wordpiece)(folder)
            _network(kind, head, rows + extra_rows).save_pretrained(folder)
            special = "<s> </s> <pad> <unk>" if "roberta" in kind else "[CLS] [SEP] [PAD] [UNK]"
            roles = dict(
                zip(("cls_token", "sep_token", "pad_token", "unk_token"), special.split(), strict=True)
            )
            (folder / "tokenizer_config.json").write_text(
                json.dumps({"tokenizer_class": "PreTrainedTokenizerFast", **roles})
            )
            made[key] = folder
        return made[key]

    return make


@pytest.fixture(scope="session")
def exported(
    checkpoint: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Path]:
    """``exported("bert", "encoder", "int8")``: the same as an ONNX directory."""
    import onnx

    from excerpt.models.export.checkpoint import export_model
    from excerpt.models.export.quantize import quantize

    heads = {
        "encoder": "Model",
        "token-classifier": "ForTokenClassification",
        "cross-encoder": "ForSequenceClassification",
    }
    made: dict[tuple[str, str, str, int], Path] = {}

    def make(kind: str, task: str = "encoder", quantization: str = "none", extra_rows: int = 0) -> Path:
        key = (kind, task, quantization, extra_rows)
        if key not in made:
            target = tmp_path_factory.mktemp("exported") / f"{kind}-{task}-{quantization}"
            if quantization == "none":
                export_model(checkpoint(kind, heads[task], extra_rows), target, task=task)
            else:  # tracing is what takes time: quantize the float export
                shutil.copytree(make(kind, task, "none", extra_rows), target)
                model = onnx.load(str(target / "model.onnx"))
                onnx.save(quantize(model, quantization), str(target / "model.onnx"))
            made[key] = target
        return made[key]

    return make


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeEndpoint]:
    """A local endpoint that speaks chat completions."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    fake = FakeEndpoint()
    yield fake
    fake.close()
