"""The tables of decoders: docs/models.md shows them, and hostile configurations of any family are refused early."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers.models.auto.modeling_auto import MODEL_MAPPING

import families
from flashsloth.checkpoints.language_folder import make_text_config
from flashsloth.config.families import ALLOWED, GATED, PHI, REFUSED, TESTED, UNTESTED
from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.config.text_sizes import check_text_sizes
from flashsloth.errors import InvalidConfiguration, UnsupportedModel
from paths import ROOT

ROWS = [
    line.split(" | ")
    for line in (ROOT / "docs/models.md").read_text(encoding="utf-8").split("## Towers")[0].splitlines()
    if line.startswith("| `")
]


def names(cell: str) -> list[str]:
    return re.findall("`([^`]+)`", cell)


@pytest.mark.parametrize(
    ("families", "support"), [((PHI,), "two"), (GATED, "four"), (TESTED, "own"), (UNTESTED, "own")]
)
def test_document_lists_the_decoders_that_fit(families: tuple[str, ...], support: str) -> None:
    [row] = [row for row in ROWS if names(row[0]) == [*families]]
    assert support in row[1]


def test_document_lists_the_refused_decoders() -> None:
    told = {name: row[1].strip(" |") for row in ROWS if len(row) == 2 for name in names(row[0])}
    assert told == REFUSED


@pytest.mark.parametrize(
    ("family", "sizes", "mention"),
    [
        ("qwen3", {"num_hidden_layers": 10**9}, "num_hidden_layers"),
        ("gpt2", {"n_layer": 10**9}, "n_layer"),
        ("llama", {"hidden_size": 2**20}, "hidden_size"),
        ("llama", {"num_attention_heads": 0}, "text_config"),
        ("llama", {"num_key_value_heads": 3}, "num_key_value_heads"),
        ("mixtral", {"num_local_experts": 2**21}, "num_local_experts"),
        ("qwen3", {"layer_types": ["full_attention"]}, "layer"),
        ("llama", {"hidden_act": "__import__"}, "hidden_act"),
        ("llama", {"rms_norm_eps": float("nan")}, "rms_norm_eps"),
        ("llama", {"head_dim": 0}, "head_dim"),
        ("llama", {"head_dim": -16}, "head_dim"),
        ("llama", {"rope_parameters": {"rope_type": "default", "rope_theta": float("nan")}}, "rope_theta"),
        ("llama", {"rope_parameters": {"rope_type": "default", "rope_theta": "x"}}, "rope_theta"),
        ("llama", {"rope_parameters": {"rope_type": "bogus", "rope_theta": 1e4}}, "rope_type"),
        ("qwen3", {"rope_parameters": {"rope_type": "linear", "rope_theta": 1e4, "factor": 0}}, "factor"),
        (
            "gemma3_text",
            {"rope_parameters": {"full_attention": {"rope_type": "linear", "rope_theta": 1e4, "factor": -1}}},
            "factor",
        ),
        (
            "phi3",
            {"rope_parameters": {"rope_type": "default", "rope_theta": 1e4, "partial_rotary_factor": 7}},
            "partial_rotary_factor",
        ),
        ("granite", {"logits_scaling": 0.0}, "logits_scaling"),
        ("granite", {"embedding_multiplier": float("inf")}, "embedding_multiplier"),
        ("deepseek_v2", {"num_key_value_heads": 2}, "num_key_value_heads"),
        ("llama", {"eos_token_id": None}, "eos_token_id"),
        ("llama", {"eos_token_id": [1, 999]}, "eos_token_id"),
        ("llama", {"eos_token_id": [1, families.IMAGE]}, "must differ"),
    ],
)
def test_impossible_sizes_are_refused(family: str, sizes: dict[str, Any], mention: str) -> None:
    fields = families.config(family).to_dict()
    fields["text_config"] |= sizes
    with pytest.raises(InvalidConfiguration, match=mention):
        FlashSlothConfig.from_dict(fields)


def test_numbers_that_are_stored_besides_weights_would_be_lost() -> None:
    """A family that keeps such is refused: only parameters are read, trained and written."""
    for family in sorted(ALLOWED):
        text = families.text_config(family)
        with torch.device("meta"):
            model = MODEL_MAPPING[type(text)](text)
        assert {*model.state_dict()} <= {name for name, _ in model.named_parameters(remove_duplicate=False)}, family


def test_other_classes_are_refused() -> None:
    class Own(type(families.text_config("llama"))):  # type: ignore[misc]
        model_type = "mamba"

    with pytest.raises(UnsupportedModel, match="recurrent"):
        FlashSlothConfig(text_config=Own())


# what config.json of published models says, beside the number of heads
PUBLISHED: dict[str, dict[str, Any]] = {
    "phi-2": {"model_type": "phi", "hidden_size": 2560, "vocab_size": 51200, "max_position_embeddings": 2048},
    "Llama-3.2-1B": {
        "model_type": "llama",
        "hidden_size": 2048,
        "vocab_size": 128256,
        "max_position_embeddings": 131072,
        "rope_theta": 500000.0,
        "num_key_value_heads": 8,
        "head_dim": 64,
        "rope_scaling": {
            "factor": 32.0,
            "high_freq_factor": 4.0,
            "low_freq_factor": 1.0,
            "rope_type": "llama3",
            "original_max_position_embeddings": 8192,
        },
    },
    "Mistral-Nemo-Base-2407": {
        "model_type": "mistral",
        "hidden_size": 5120,
        "vocab_size": 131072,
        "max_position_embeddings": 1024000,
        "rope_theta": 1000000.0,
        "num_key_value_heads": 8,
        "head_dim": 128,
        "sliding_window": None,
    },
    "Qwen2.5-7B-Instruct-1M": {
        "model_type": "qwen2",
        "hidden_size": 3584,
        "vocab_size": 152064,
        "max_position_embeddings": 1010000,
        "rope_theta": 10000000.0,
        "num_key_value_heads": 4,
        "sliding_window": 1010000,
        "max_window_layers": 28,
    },
    "Qwen3-4B-Instruct-2507": {
        "model_type": "qwen3",
        "hidden_size": 2560,
        "vocab_size": 151936,
        "max_position_embeddings": 262144,
        "rope_theta": 5000000,
        "num_key_value_heads": 8,
        "head_dim": 128,
        "max_window_layers": 36,
    },
    "SmolLM3-3B": {
        "model_type": "smollm3",
        "hidden_size": 2048,
        "vocab_size": 128256,
        "max_position_embeddings": 65536,
        "rope_theta": 5000000.0,
        "num_key_value_heads": 4,
    },
    "gemma-2-2b": {
        "model_type": "gemma2",
        "hidden_size": 2304,
        "vocab_size": 256000,
        "max_position_embeddings": 8192,
        "num_key_value_heads": 4,
        "head_dim": 256,
        "sliding_window": 4096,
        "query_pre_attn_scalar": 256,
    },
    "gemma-3-1b": {
        "model_type": "gemma3_text",
        "hidden_size": 1152,
        "vocab_size": 262144,
        "max_position_embeddings": 32768,
        "rope_theta": 1000000,
        "rope_local_base_freq": 10000,
        "num_key_value_heads": 1,
        "head_dim": 256,
    },
    "OLMo-2-1B": {"model_type": "olmo2", "hidden_size": 2048, "vocab_size": 100352, "rope_theta": 500000},
    "granite-3.1-2b": {
        "model_type": "granite",
        "hidden_size": 2048,
        "vocab_size": 49155,
        "max_position_embeddings": 131072,
        "rope_theta": 5000000.0,
        "num_key_value_heads": 8,
    },
    "Phi-3-mini-128k": {
        "model_type": "phi3",
        "hidden_size": 3072,
        "vocab_size": 32064,
        "max_position_embeddings": 131072,
        "original_max_position_embeddings": 4096,
        "sliding_window": 262144,
        "rope_theta": 10000.0,
        "rope_scaling": {"type": "longrope", "long_factor": [1.0] * 48, "short_factor": [1.0] * 48},
    },
    "pythia-1b": {"model_type": "gpt_neox", "hidden_size": 2048, "vocab_size": 50304, "rotary_emb_base": 10000},
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_sizes_are_read(name: str) -> None:
    given = {"num_hidden_layers": 4, "num_attention_heads": 32, **PUBLISHED[name]}
    given["num_attention_heads"] = {"Qwen2.5-7B-Instruct-1M": 28, "gemma-2-2b": 8, "gemma-3-1b": 4}.get(name, 32)
    text = make_text_config(given, Path("config.json"))
    check_text_sizes(text)
    for size in ("hidden_size", "vocab_size", "max_position_embeddings"):
        assert getattr(text, size) == given.get(size, getattr(text, size))
