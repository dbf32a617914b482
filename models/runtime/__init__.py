"""Running networks: ONNX Runtime, torch, tokenizers, threads, caches."""
