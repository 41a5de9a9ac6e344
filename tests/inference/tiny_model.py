"""A tiny Llama model of random weights with a byte-level tokeniser: engine tests need no real file."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np

WORDS = ("book", "appointment", "tuesday", "weber", "patient", "desk", "frame", "practitioner", "date")
WIDTH = 64


def vocabulary() -> tuple[list[str], list[str]]:
    """Tokens and merges: all bytes, then each word (with its leading space) built from left to right."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    tokens = [chr(byte) for byte in printable] + [chr(256 + index) for index in range(len(others))]
    merges: list[str] = []
    for word in [*WORDS, *("Ġ" + word for word in WORDS)]:
        for end in range(1, len(word)):
            merge = f"{word[:end]} {word[end]}"
            if merge not in merges:
                merges.append(merge)
                tokens.append(word[: end + 1])
    return ["<|end|>", *dict.fromkeys(tokens)], merges


def write_tiny_model(path: Path, *, architecture: str = "llama", context: int = 1024, seed: int = 7) -> Path:
    """Writes the model: two layers, width 64, four heads that share two keys."""
    tokens, merges = vocabulary()
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_context_length(context)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(2)
    writer.add_feed_forward_length(96)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_rope_dimension_count(16)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types([gguf.TokenType.CONTROL] + [gguf.TokenType.NORMAL] * (len(tokens) - 1))
    writer.add_token_merges(merges)
    writer.add_eos_token_id(0)
    writer.add_bos_token_id(0)
    writer.add_add_bos_token(False)
    writer.add_add_space_prefix(False)
    for name, tensor in _tensors(len(tokens), seed).items():
        writer.add_tensor(name, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def write_adapter(path: Path, *, seed: int = 3) -> Path:
    """A LoRA adapter (rank 4, alpha 8) for the tiny model's first query matrix."""
    random = np.random.default_rng(seed)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_string("general.type", "adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", 8.0)
    for part, shape in (("lora_a", (4, WIDTH)), ("lora_b", (WIDTH, 4))):
        writer.add_tensor(f"blk.0.attn_q.weight.{part}", random.standard_normal(shape).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _tensors(vocabulary_size: int, seed: int) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)

    def matrix(rows: int, columns: int) -> np.ndarray:
        return (random.standard_normal((rows, columns)) * 0.3).astype(np.float32)

    ones = np.ones(WIDTH, dtype=np.float32)
    tensors = {"token_embd.weight": matrix(vocabulary_size, WIDTH), "output_norm.weight": ones}
    for layer in (f"blk.{index}." for index in range(2)):
        shapes = {
            "attn_q": (WIDTH, WIDTH),
            "attn_k": (32, WIDTH),
            "attn_v": (32, WIDTH),
            "attn_output": (WIDTH, WIDTH),
            "ffn_gate": (96, WIDTH),
            "ffn_up": (96, WIDTH),
            "ffn_down": (WIDTH, 96),
        }
        tensors |= {f"{layer}{name}.weight": matrix(*shape) for name, shape in shapes.items()}
        tensors |= {f"{layer}attn_norm.weight": ones, f"{layer}ffn_norm.weight": ones}
    return tensors
