"""A tiny Llama as a GGUF file, with the names and the order of rows that llama.cpp's converter writes."""

import numpy as np

WORDS = ("<|end|>", "<|start|>", *"abcdefghijklmnopqrstuvwxyz", "Ġ", "th", "the", "Ġthe")
MERGES = ("t h", "th e", "Ġ the")
TEMPLATE = "{% for message in messages %}<|start|>{{ message['content'] }}<|end|>{% endfor %}"


def tiny_llama():
    """A network with random weights."""
    import torch
    import transformers

    with torch.random.fork_rng():
        torch.manual_seed(3)
        config = transformers.LlamaConfig(
            vocab_size=len(WORDS), hidden_size=32, intermediate_size=64, num_hidden_layers=1, num_attention_heads=4,
            num_key_value_heads=2, max_position_embeddings=64, tie_word_embeddings=False, rms_norm_eps=1e-5,
        )  # fmt: skip
        return transformers.LlamaForCausalLM(config).eval()


def write_tiny_gguf(path, licence="apache-2.0"):
    """Write the file; gives the network that it holds."""
    import gguf

    network = tiny_llama()
    config = network.config
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_name("tiny")
    writer.add_license(licence)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(10000.0)
    writer.add_vocab_size(config.vocab_size)
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(list(WORDS))
    writer.add_token_types([3, 3, *[1] * (len(WORDS) - 2)])
    writer.add_token_merges(list(MERGES))
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(0)
    writer.add_chat_template(TEMPLATE)
    for name, values in _tensors(network):
        writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return network


def _tensors(network):
    names = {
        "model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output",
        "model.layers.0.self_attn.q_proj": "blk.0.attn_q", "model.layers.0.self_attn.k_proj": "blk.0.attn_k",
        "model.layers.0.self_attn.v_proj": "blk.0.attn_v", "model.layers.0.self_attn.o_proj": "blk.0.attn_output",
        "model.layers.0.mlp.gate_proj": "blk.0.ffn_gate", "model.layers.0.mlp.up_proj": "blk.0.ffn_up",
        "model.layers.0.mlp.down_proj": "blk.0.ffn_down",
        "model.layers.0.input_layernorm": "blk.0.attn_norm",
        "model.layers.0.post_attention_layernorm": "blk.0.ffn_norm",
    }  # fmt: skip
    heads = {"q_proj": network.config.num_attention_heads, "k_proj": network.config.num_key_value_heads}
    for name, tensor in network.state_dict().items():
        stem = name.removesuffix(".weight")
        values = tensor.numpy()
        for part, count in heads.items():
            if stem.endswith(part):  # llama.cpp turns pairs of neighbours, Hugging Face halves of a head
                rows = values.reshape(count, 2, values.shape[0] // count // 2, values.shape[1])
                values = rows.swapaxes(1, 2).reshape(values.shape)
        yield f"{names[stem]}.weight", np.ascontiguousarray(values)
