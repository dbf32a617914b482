"""Tiny token classifiers with random weights and the real file layout, and texts to feed them."""

import json
import random
import re
from pathlib import Path

SUBJECTS = (
    "The miller",
    "A river pilot",
    "Dr. Okafor",
    "Our café",
    "Bäckerei Müller",
    "Team #4",
    "She",
    "Station K-9",
)
VERBS = ("sold", "re-weighed", "lost", "painted", "didn't find", "measured", "shipped (twice)", "catalogued")
OBJECTS = (
    "barley",
    "1,250 sacks",
    "the old sluice",
    "3.5 kg of rye",
    "two C++ manuals",
    "a 19th-century map",
    "covid19 tests",
)
ENDS = (". ", "! ", "? ", ".\n", "; ", " ... ", "!? ", ".\n\n", ": ")
ODD = (
    "東京は2020年に大会を延期した。 ", "他说：“好的”。", "ราคา 45 บาท ", "👩‍🌾 grew 12 🌽! ",
    "naïve façade e\u0301tude ", "x_1 = y² + [CLS] ", "foo@bar.example/path?q=1#top ", "The answer is -7 ",
    "٣ كتب ", "１２３ full-width ", "a\u200bb ", "## heading\n", "| a | b |\n", "<unk> <s> ",
)  # fmt: skip


def texts(count: int, seed: int = 7) -> list[str]:
    """Deterministic texts of our own: one to three sentences, now and then fifty, odd characters mixed in."""
    chance = random.Random(seed)
    made = []
    for number in range(count):
        sentences = 50 if number % 90 == 13 else chance.randint(1, 3)
        parts = []
        for _ in range(sentences):
            parts.append(" ".join(map(chance.choice, (SUBJECTS, VERBS, OBJECTS))) + chance.choice(ENDS))
            if chance.random() < 0.25:
                parts.append(chance.choice(ODD))
        made.append("".join(parts))
    return made


def reader_tokens(text: str) -> int:
    """A stand-in for the reader's tokenizer: short runs of letters, single marks, white space."""
    return len(re.findall(r"\w{1,4}|\s+|[^\w\s]", text))


def make_wordpiece(folder: Path, *, placeholders: int = 100) -> Path:
    """A BERT token classifier in the layout of the released multilingual checkpoint."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import BertConfig, BertForTokenClassification

    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(vocab_size=500, special_tokens=specials, show_progress=False)
    tokenizer.train_from_iterator(texts(120, seed=1), trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    _write(folder, tokenizer_class="BertTokenizer", do_lower_case=False, unk_token="[UNK]", cls_token="[CLS]",
           sep_token="[SEP]", pad_token="[PAD]", mask_token="[MASK]")  # fmt: skip
    size = tokenizer.get_vocab_size() + placeholders
    config = BertConfig(vocab_size=size, max_position_embeddings=512, pad_token_id=0, **_SHAPE)
    return _save(BertForTokenClassification, config, folder)


def make_sentencepiece(folder: Path, *, placeholders: int = 100) -> Path:
    """An XLM-R token classifier: SentencePiece unigram pieces, NFKC, ids in fairseq's order."""
    import sentencepiece
    from sentencepiece import sentencepiece_model_pb2
    from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
    from transformers import XLMRobertaConfig, XLMRobertaForTokenClassification

    folder.mkdir(parents=True, exist_ok=True)
    prefix = folder / "pieces"
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts(120, seed=1)), model_prefix=str(prefix), vocab_size=420, minloglevel=2,
        hard_vocab_limit=False, num_threads=1, unk_id=0, bos_id=1, eos_id=2, pad_id=-1, character_coverage=0.995,
    )  # fmt: skip
    trained = sentencepiece_model_pb2.ModelProto.FromString(prefix.with_suffix(".model").read_bytes())
    specials = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    learnt = [(piece.piece, piece.score) for piece in trained.pieces[3:]]
    tokenizer = Tokenizer(models.Unigram([*specials, *learnt, ("<mask>", 0.0)], unk_id=3))
    tokenizer.normalizer = normalizers.Precompiled(trained.normalizer_spec.precompiled_charsmap)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="always")]
    )
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", AddedToken("<mask>", lstrip=True)])
    tokenizer.save(str(folder / "tokenizer.json"))
    _write(folder, tokenizer_class="XLMRobertaTokenizer", bos_token="<s>", eos_token="</s>", sep_token="</s>",
           cls_token="<s>", unk_token="<unk>", pad_token="<pad>", mask_token="<mask>")  # fmt: skip
    size = tokenizer.get_vocab_size() + placeholders
    config = XLMRobertaConfig(
        vocab_size=size, max_position_embeddings=514, pad_token_id=1, bos_token_id=0, eos_token_id=2,
        type_vocab_size=1, **_SHAPE,
    )  # fmt: skip
    return _save(XLMRobertaForTokenClassification, config, folder)


_SHAPE = {
    "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32, "num_labels": 2,
    "initializer_range": 0.4,
}  # fmt: skip


def _write(folder: Path, **settings) -> None:
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")


def _save(model_class, config, folder: Path) -> Path:
    import torch

    state = torch.random.get_rng_state()
    torch.manual_seed(3)
    model_class(config).save_pretrained(folder)
    torch.random.set_rng_state(state)
    return folder
