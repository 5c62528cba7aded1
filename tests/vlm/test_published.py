"""Folders with the published sizes, ids of special tokens and settings of pictures, without weights.
The model has as many parameters as the published files have bytes, and a picture has as many tokens."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import tokenizers
from tokenizers import models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from flashsloth.checkpoints import model_files
from vlm.reference import picture
from vlm.stand_ins import ROWS, STAND_INS, write_files

LARGEST_HEADER = 200_000  # bytes of a file of weights


class Published(NamedTuple):
    """What is published. `stored` is the size of the weights, `item` that of a number in them. `ids`
    are some tokens with their ids, and `tokens` the visual tokens of 640 x 480 pixels, whole and in
    tiles; 0 if there is one way."""

    stored: int
    item: int
    vocabulary: int
    ids: Mapping[str, int]
    tokens: tuple[int, int]
    text: Mapping[str, Any]
    tower: Mapping[str, Any]
    top: Mapping[str, Any] = {}
    images: Mapping[str, Any] = {}
    missing: tuple[str, ...] = ()  # keys of text_config
    unread: int = 0  # parameters in the file that the model does not read


def heads(width: int, inner: int, layers: int, count: int, shared: int, **more: Any) -> dict[str, Any]:
    return {
        "hidden_size": width,
        "intermediate_size": inner,
        "num_hidden_layers": layers,
        "num_attention_heads": count,
        "num_key_value_heads": shared,
        "max_position_embeddings": 8192,
        **more,
    }


def tower(width: int, inner: int, layers: int, count: int, **more: Any) -> dict[str, Any]:
    return {
        "hidden_size": width,
        "intermediate_size": inner,
        "num_hidden_layers": layers,
        "num_attention_heads": count,
        **more,
    }


BASE = tower(768, 3072, 12, 12, image_size=512, patch_size=16)
SO400M = tower(1152, 4304, 27, 16, image_size=384, patch_size=14)
SQUARE = {"size": {"longest_edge": 2048}, "max_image_size": {"longest_edge": 512}}
SMOL = {"<|im_start|>": 1, "<|im_end|>": 2, "<global-img>": 49152}
SMOL |= {row: 49153 + number for number, row in enumerate(ROWS)}
SMOL |= {"<fake_token_around_image>": 49189, "<image>": 49190, "<end_of_utterance>": 49279}
PINPOINTS = [[384 * rows, 384 * columns] for rows in range(1, 7) for columns in range(1, 7)]

QWEN = {"<|endoftext|>": 151643, "<|im_start|>": 151644, "<|im_end|>": 151645}
QWEN |= {"<|vision_start|>": 151652, "<|vision_end|>": 151653, "<|image_pad|>": 151655}
QWEN |= {"<|video_pad|>": 151656}

PUBLISHED = {
    "smolvlm-256m": Published(
        513_028_808,
        2,
        49280,
        SMOL,
        (64, 832),
        heads(576, 1536, 30, 9, 3),
        BASE,
        {"scale_factor": 4},
        SQUARE,
    ),
    "smolvlm": Published(
        2_029_990_624,
        4,
        49280,
        SMOL,
        (64, 832),
        heads(960, 2560, 32, 15, 5),
        BASE,
        {"scale_factor": 4},
        SQUARE,
    ),
    "smolvlm-2b": Published(
        4_959_390_584 + 4_027_833_472,
        4,
        49280,
        SMOL,
        (81, 1053),
        heads(2048, 8192, 24, 32, 32),
        SO400M,
        {"scale_factor": 3},
        {"size": {"longest_edge": 1536}, "max_image_size": {"longest_edge": 384}},
        ("num_attention_heads", "num_key_value_heads"),
    ),
    "granite-docling": Published(
        515_093_104,
        2,
        100352,
        {
            "<|start_of_role|>": 100264,
            "<|end_of_role|>": 100265,
            "<|end_of_text|>": 100257,
            "<image>": 100270,
            "<fake_token_around_image>": 100339,
            "<global-img>": 100340,
            "<code>": 100350,
            "<end_of_utterance>": 100352,
        },
        (64, 832),
        heads(576, 1536, 30, 9, 3),
        BASE,
        {"scale_factor": 4},
        SQUARE,
    ),
    "internvl-1b": Published(
        2_121_890_856,
        2,
        151936,
        {
            "<|endoftext|>": 151643,
            "<|im_start|>": 151644,
            "<|im_end|>": 151645,
            "<img>": 151669,
            "</img>": 151670,
            "<IMG_CONTEXT>": 151671,
            "<video>": 151678,
        },
        (256, 3328),
        heads(1024, 3072, 28, 16, 8, head_dim=128),
        tower(1024, 4096, 24, 16, image_size=[448, 448], patch_size=[14, 14]),
        {"image_seq_length": 256},
        {"size": {"height": 448, "width": 448}, "max_patches": 12},
    ),
    "lighton-ocr": Published(
        2_011_367_489,
        2,
        151936,
        {
            "<|im_start|>": 151644,
            "<|im_end|>": 151645,
            "<|vision_pad|>": 151654,
            "<|image_pad|>": 151655,
        },
        (414, 0),
        heads(1024, 3072, 28, 16, 8, head_dim=128),
        tower(1024, 4096, 24, 16, head_dim=64, image_size=1540, patch_size=14),
        {},
        {"size": {"longest_edge": 1540}, "patch_size": 14},
    ),
    "llava-ov": Published(
        1_787_445_680,
        2,
        152000,
        {"<|im_start|>": 151644, "<|im_end|>": 151645, "<image>": 151646, "<video>": 151647},
        (2929, 0),
        heads(896, 4864, 24, 14, 2),
        SO400M | {"num_hidden_layers": 26},
        {"image_grid_pinpoints": PINPOINTS},
        {"image_grid_pinpoints": PINPOINTS, "size": {"height": 384, "width": 384}},
    ),
    "qwen3-vl-2b": Published(
        4_255_140_312,
        2,
        151936,
        QWEN,
        (234, 300),
        heads(2048, 6144, 28, 16, 8, head_dim=128, max_position_embeddings=262144)
        | {
            "rope_scaling": {
                "mrope_interleaved": True,
                "mrope_section": [24, 20, 20],
                "rope_type": "default",
            }
        },
        {
            "deepstack_visual_indexes": [5, 11, 17],
            "depth": 24,
            "hidden_size": 1024,
            "intermediate_size": 4096,
            "num_heads": 16,
            "num_position_embeddings": 2304,
            "out_hidden_size": 2048,
            "patch_size": 16,
        },
        {},
        {"patch_size": 16, "size": {"longest_edge": 16777216, "shortest_edge": 65536}},
    ),
    "qwen2.5-vl": Published(
        7_509_337_976,
        2,
        151936,
        QWEN,
        (234, 391),
        heads(2048, 11008, 36, 16, 2, max_position_embeddings=128000)
        | {"rope_scaling": {"mrope_section": [16, 24, 24], "type": "mrope"}},
        {
            "depth": 32,
            "fullatt_block_indexes": [7, 15, 23, 31],
            "hidden_size": 1280,
            "intermediate_size": 3420,
            "num_heads": 16,
            "out_hidden_size": 2048,
            "patch_size": 14,
            "window_size": 112,
        },
        {},
        {"max_pixels": 12845056, "min_pixels": 3136, "patch_size": 14},
    ),
    "paddleocr": Published(
        1_917_255_968,
        2,
        103424,
        {
            "</s>": 2,
            "<|IMAGE_PLACEHOLDER|>": 100295,
            "<|begin_of_sentence|>": 100273,
            "<|IMAGE_START|>": 101305,
            "<|IMAGE_END|>": 101306,
        },
        (234, 391),
        heads(1024, 3072, 18, 16, 2, head_dim=128, max_position_embeddings=131072)
        | {"rope_scaling": {"mrope_section": [16, 24, 24], "rope_type": "default"}},
        tower(1152, 4304, 27, 16, image_size=384, patch_size=14),
        {},
        {"max_pixels": 1003520, "min_pixels": 112896, "patch_size": 14},
        # SigLIP's pooling, and 32,768 position embeddings
        unread=15_238_352 + 32_768 * 1152,
    ),
}


def tokenizer_with(
    ids: Mapping[str, int], size: int, names: Mapping[str, str]
) -> PreTrainedTokenizerFast:
    """Return a tokenizer whose tokens have these ids. Bytes have the first of the others."""
    free = iter(sorted({*range(size)} - {*ids.values()}))
    words = {byte: next(free) for byte in sorted(pre_tokenizers.ByteLevel.alphabet())}
    words |= {f"word {number}": number for number in free} | {
        token: number for token, number in ids.items() if number < size
    }
    backend = tokenizers.Tokenizer(models.BPE(vocab=words, merges=[]))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    for token in sorted(ids, key=lambda name: ids[name]):
        backend.add_special_tokens([tokenizers.AddedToken(token, special=True, normalized=False)])
    return PreTrainedTokenizerFast(tokenizer_object=backend, extra_special_tokens=dict(names) or None)


@pytest.mark.slow
@pytest.mark.parametrize("name", PUBLISHED)
def test_published_folder(name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    published = PUBLISHED[name]
    stand_in = STAND_INS[name]
    config = json.loads(json.dumps(stand_in.config))
    config |= published.top
    text = config.get("text_config", config)
    text |= published.text
    for missing in published.missing:
        del text[missing]
    config["vision_config"] |= published.tower
    ids = published.ids
    named = {key: token for key, token in stand_in.named.items() if token in ids}
    if name == "lighton-ocr":
        named = dict(stand_in.named)
        ids = {**ids, "<|vision_end|>": 151653}
    tokenizer = tokenizer_with(ids, published.vocabulary, named)
    stand_in = replace(stand_in, config=config, images=stand_in.images | published.images)
    folder = write_files(stand_in, tokenizer, tmp_path / "model", published.vocabulary)
    capfd.readouterr()
    sizes: Any = model_files.read_sizes(folder)
    assert capfd.readouterr() == ("", "")  # transformers warns of tokenizers beside a mistral3
    assert sizes.image_token_id == ids[stand_in.image]
    assert sizes.end_token_ids[0] == ids[stand_in.end]
    # 1. Weights
    shapes = model_files.empty_shapes(sizes)
    parameters = sum(map(math.prod, shapes.values())) + published.unread
    assert 0 < published.stored - published.item * parameters < LARGEST_HEADER
    # 2. Pictures
    pictures = model_files.read_pictures(sizes, folder)
    image = picture(640, 480, 1)
    counts = [pictures.prepare(image, hd=hd).block.count(sizes.image_token_id) for hd in (False, True)]
    whole, tiles = published.tokens
    assert counts == [whole, tiles or whole]
