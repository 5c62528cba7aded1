"""Write FlashSloth's text model and vision tower as GGUF files with random weights, for llama.cpp.

    python gguf_file.py KIND FILE < sizes.json

KIND is q4_0, q4_k, q8_0 or bf16 for the text model, or "vision" for the tower. Needs the packages gguf and numpy. The
sizes are those of `runtimes.table.published`. Weights are drawn as blocks of the format, not rounded: they cost what
rounded ones would.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gguf
import numpy as np
from gguf import GGMLQuantizationType as Type

FORMATS = {"q4_0": Type.Q4_0, "q4_k": Type.Q4_K, "q6_k": Type.Q6_K, "q8_0": Type.Q8_0, "bf16": Type.BF16}
FILE_TYPES = {
    "q4_0": gguf.LlamaFileType.MOSTLY_Q4_0,
    "q4_k": gguf.LlamaFileType.MOSTLY_Q4_K_M,
    "q8_0": gguf.LlamaFileType.MOSTLY_Q8_0,
    "bf16": gguf.LlamaFileType.MOSTLY_BF16,
}
HEADS = {"q4_0": "q6_k", "q4_k": "q6_k"}  # formats of the head where it differs, as llama.cpp's own converter chooses
# block's bytes that hold its scales as float16, and the standard deviation of the block's other part
SCALES: dict[str, tuple[tuple[slice, float], ...]] = {
    "q4_0": ((slice(0, 2), 4.6),),
    "q8_0": ((slice(0, 2), 74.0),),
    "q4_k": ((slice(0, 2), 225.0), (slice(2, 4), 225.0 / 7.5)),  # the second is subtracted and cancels the mean
    "q6_k": ((slice(208, 210), 1350.0),),
}
POOL = 2**22 + 15  # random numbers that weights in 16 and 32 bit are cut from
Tensors = Iterator[tuple[str, np.ndarray, Type | None]]  # name, values, and the format where it has blocks


class Draw:
    """Draws weights."""

    def __init__(self) -> None:
        self.random = np.random.default_rng(0)
        self.pool = self.random.standard_normal(POOL, dtype=np.float32)

    def normal(self, shape: tuple[int, ...]) -> np.ndarray:
        """Return float32 numbers that keep the scale of what they are multiplied with."""
        start = int(self.random.integers(POOL))
        count = int(np.prod(shape))
        return np.resize(np.roll(self.pool, start), count).reshape(shape) * float(np.prod(shape[1:]) ** -0.5)

    def matrix(self, kind: str, shape: tuple[int, int]) -> np.ndarray:
        """Return the bytes (rows, bytes of a row) of a matrix in a format."""
        if kind == "bf16":
            return gguf.quants.quantize(self.normal(shape), Type.BF16)
        values, size = gguf.GGML_QUANT_SIZES[FORMATS[kind]]
        rows, columns = shape
        blocks = self.random.integers(0, 256, (rows, columns // values, size), dtype=np.uint8)
        for where, deviation in SCALES[kind]:
            blocks[..., where] = np.frombuffer(np.float16(columns**-0.5 / deviation).tobytes(), np.uint8)
        return blocks.reshape(rows, -1)


def vector(name: str, size: int) -> tuple[str, np.ndarray, None]:
    """Return a tensor of ones for the weight of a norm, of zeros for a bias."""
    return name, np.full(size, float(name.endswith("weight")), np.float32), None


def norm(name: str, width: int) -> Tensors:
    yield vector(f"{name}.weight", width)
    yield vector(f"{name}.bias", width)


def text_tensors(sizes: dict[str, Any], kind: str, draw: Draw) -> Tensors:
    """Yield the tensors of the text model, in the names of llama.cpp's phi2."""
    width, inner, words = sizes["hidden_size"], sizes["intermediate_size"], sizes["vocab_size"]
    head = HEADS.get(kind, kind)

    def linear(name: str, rows: int, columns: int) -> Tensors:
        yield f"{name}.weight", draw.matrix(kind, (rows, columns)), FORMATS[kind]
        yield vector(f"{name}.bias", rows)

    yield "token_embd.weight", draw.matrix(kind, (words, width)), FORMATS[kind]
    yield from norm("output_norm", width)
    yield "output.weight", draw.matrix(head, (words, width)), FORMATS[head]
    yield vector("output.bias", words)
    for layer in range(sizes["num_hidden_layers"]):
        prefix = f"blk.{layer}."
        yield from norm(prefix + "attn_norm", width)
        yield from linear(prefix + "attn_qkv", 3 * width, width)
        yield from linear(prefix + "attn_output", width, width)
        yield from linear(prefix + "ffn_up", inner, width)
        yield from linear(prefix + "ffn_down", width, inner)


def vision_tensors(sizes: dict[str, Any], draw: Draw) -> Tensors:
    """Yield the tensors of a SigLIP tower with Gemma 3's projector, which pools windows by their mean.

    Matrices are float16, as in the files that people publish.
    """
    width, inner, patch = sizes["hidden_size"], sizes["intermediate_size"], sizes["patch_size"]

    def linear(name: str, rows: int, columns: int) -> Tensors:
        yield f"{name}.weight", draw.normal((rows, columns)).astype(np.float16), None
        yield vector(f"{name}.bias", rows)

    yield "v.patch_embd.weight", draw.normal((width, 3, patch, patch)), None
    yield vector("v.patch_embd.bias", width)
    yield "v.position_embd.weight", draw.normal(((sizes["image_size"] // patch) ** 2, width)), None
    for layer in range(sizes["num_hidden_layers"]):
        prefix = f"v.blk.{layer}."
        yield from norm(prefix + "ln1", width)
        yield from norm(prefix + "ln2", width)
        for name in ("attn_q", "attn_k", "attn_v", "attn_out"):
            yield from linear(prefix + name, width, width)
        yield from linear(prefix + "ffn_up", inner, width)
        yield from linear(prefix + "ffn_down", width, inner)
    yield from norm("v.post_ln", width)
    yield vector("mm.soft_emb_norm.weight", width)
    yield "mm.input_projection.weight", draw.normal((width, sizes["text_width"])), None


def words(count: int) -> list[bytes]:
    """Return a vocabulary: all bytes as GPT-2 spells them, then names of numbers."""
    plain = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    other = [byte for byte in range(256) if byte not in plain]
    spelled = [*map(chr, plain), *(chr(256 + number) for number in range(len(other)))]
    return [word.encode() for word in [*spelled, *(f"word{number}" for number in range(256, count))]][:count]


def text_writer(sizes: dict[str, Any], kind: str, path: Path) -> gguf.GGUFWriter:
    writer = gguf.GGUFWriter(str(path), "phi2", use_temp_file=True)
    writer.add_name(f"FlashSloth's text model, random {kind}")
    writer.add_file_type(FILE_TYPES[kind])
    writer.add_context_length(sizes["max_position_embeddings"])
    writer.add_embedding_length(sizes["hidden_size"])
    writer.add_feed_forward_length(sizes["intermediate_size"])
    writer.add_block_count(sizes["num_hidden_layers"])
    writer.add_head_count(sizes["num_attention_heads"])
    writer.add_head_count_kv(sizes["num_attention_heads"])
    writer.add_layer_norm_eps(sizes["layer_norm_eps"])
    writer.add_rope_dimension_count(sizes["rotary_width"])
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(words(sizes["vocab_size"]))
    writer.add_token_types([gguf.TokenType.NORMAL] * sizes["vocab_size"])
    writer.add_token_merges(["a b"])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(1)
    writer.add_add_bos_token(False)
    return writer


def vision_writer(sizes: dict[str, Any], path: Path) -> gguf.GGUFWriter:
    writer = gguf.GGUFWriter(str(path), "clip", use_temp_file=True)
    writer.add_name("FlashSloth's vision tower, random")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_clip_has_vision_encoder(True)
    writer.add_clip_projector_type(gguf.VisionProjectorType.GEMMA3)
    writer.add_vision_projection_dim(sizes["text_width"])
    writer.add_vision_image_size(sizes["image_size"])
    writer.add_vision_patch_size(sizes["patch_size"])
    writer.add_vision_embedding_length(sizes["hidden_size"])
    writer.add_vision_feed_forward_length(sizes["intermediate_size"])
    writer.add_vision_block_count(sizes["num_hidden_layers"])
    writer.add_vision_head_count(sizes["num_attention_heads"])
    writer.add_vision_attention_layernorm_eps(sizes["layer_norm_eps"])
    writer.add_vision_projector_scale_factor(sizes["window"])  # 3 x 3 patches become one visual token
    writer.add_vision_image_mean([0.5] * 3)
    writer.add_vision_image_std([0.5] * 3)
    writer.add_vision_use_gelu(True)
    return writer


def make(kind: str, path: Path, sizes: dict[str, Any]) -> None:
    """Write a file beside its name and rename it when it is whole."""
    part, draw = path.with_name(path.name + ".part"), Draw()
    if kind == "vision":
        writer, tensors = vision_writer(sizes["vision"], part), vision_tensors(sizes["vision"], draw)
    else:
        writer, tensors = text_writer(sizes["text"], kind, part), text_tensors(sizes["text"], kind, draw)
    for name, values, blocks in tensors:
        writer.add_tensor(name, values, raw_dtype=blocks)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    part.replace(path)


if __name__ == "__main__":
    make(sys.argv[1], Path(sys.argv[2]), json.load(sys.stdin))
