"""The tables of decoders: docs/models.md shows them, and hostile configurations of any family are refused early."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch
from transformers.models.auto.modeling_auto import MODEL_MAPPING

import families
from flashsloth.config.families import ALLOWED, GATED, PHI, REFUSED, TESTED, UNTESTED
from flashsloth.config.model_config import FlashSlothConfig
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
