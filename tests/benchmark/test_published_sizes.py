"""Sizes of published decoders: as many weights as their makers count, and EmbQ as `train` would size it."""

from __future__ import annotations

import math

import pytest

from flashsloth.benchmark.random_weights import make_config, read_sizes
from flashsloth.checkpoints.compose import embq_sizes
from flashsloth.checkpoints.model_files import empty_shapes
from flashsloth.config.parts import part_of
from paths import ROOT

# of the published weights, tied heads counted once; SmolLM2's rows are grown from 49152 to 49216
WEIGHTS = {
    "qwen3-0.6b-siglip2": 596_049_920,
    "qwen3-1.7b-siglip2": 1_720_574_976,
    "smollm2-135m-siglip2": 134_515_008 + 64 * 576,
    "smollm2-1.7b-siglip2": 1_711_376_384 + 64 * 2048,
}


@pytest.mark.parametrize("name", WEIGHTS)
def test_sizes_are_the_published_ones(name: str) -> None:
    config = make_config(read_sizes(str(ROOT / "benchmarks" / "sizes" / f"{name}.toml"))[1])
    counts = (math.prod(shape) for part, shape in empty_shapes(config).items() if part_of(part) == "text")
    assert sum(counts) == WEIGHTS[name]
    text = config.text_config
    sizes = embq_sizes(config.vision_config.hidden_size, text.num_hidden_layers, text.num_attention_heads)
    assert sizes == {size: getattr(config, size) for size in sizes}
    assert config.tokens_per_tile == 81
