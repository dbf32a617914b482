import pytest
from fakes.gguf_files import write_tiny_gguf

from excerpt.errors import InputError, ModelError
from excerpt.models.importing.checkpoint import import_model


def test_a_gguf_file_becomes_a_checkpoint_of_the_same_network(tmp_path):
    """Same logits, tokenizer, chat template and licence; nothing says quantized any more."""
    import torch
    import transformers

    network = write_tiny_gguf(tmp_path / "tiny.gguf")
    report = import_model(str(tmp_path / "tiny.gguf"), output=tmp_path / "out")
    assert report.licence == "Apache-2.0"
    read = transformers.AutoModelForCausalLM.from_pretrained(str(tmp_path / "out"))
    tokenizer = transformers.AutoTokenizer.from_pretrained(str(tmp_path / "out"))
    ids = tokenizer("a the", return_tensors="pt", add_special_tokens=False)["input_ids"]
    assert tokenizer.convert_ids_to_tokens(ids[0]) == ["a", "Ġthe"]
    with torch.inference_mode():
        torch.testing.assert_close(read(ids).logits, network(ids).logits, atol=1e-5, rtol=1e-5)
    assert (
        tokenizer.apply_chat_template([{"role": "user", "content": "a"}], tokenize=False)
        == "<|start|>a<|end|>"
    )
    assert getattr(read.config, "quantization_config", None) is None


def test_what_transformers_cannot_read_is_an_error(tmp_path):
    """It names the file; and a GGUF file cannot be quantized."""
    (tmp_path / "broken.gguf").write_bytes(b"GGUF" + bytes(2000))
    with pytest.raises(ModelError, match=r"transformers cannot read broken\.gguf"):
        import_model(str(tmp_path / "broken.gguf"), output=tmp_path / "out")
    with pytest.raises(InputError, match="--quantize is for sentence encoders"):
        import_model(str(tmp_path / "broken.gguf"), output=tmp_path / "out", quantization="int8")
    assert not (tmp_path / "out").exists()
