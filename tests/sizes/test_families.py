"""The tables of decoders: docs/models.md lists them, and untrusted configurations of every family are
refused early."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from transformers.models.auto.modeling_auto import MODEL_MAPPING

import families
from flashsloth.errors import InvalidConfiguration, UnsupportedModel
from flashsloth.hf.config import FlashSlothConfig, part_config
from flashsloth.sizes.bounds import check_text_sizes
from flashsloth.sizes.families import FAMILIES, TOWERS
from paths import ROOT


def test_document_lists_what_fits() -> None:
    text = (ROOT / "docs/models.md").read_text(encoding="utf-8")
    assert [name for name in (*FAMILIES, *TOWERS) if f"`{name}`" not in text] == []


ROPE = {"rope_type": "default", "rope_theta": 1e4}
LINEAR = {**ROPE, "rope_type": "linear", "factor": 0}
IMPOSSIBLE: list[tuple[str, dict[str, Any], str]] = [  # what an error says
    ("qwen3", {"num_hidden_layers": 10**9}, "num_hidden_layers"),
    ("qwen3", {"layer_types": ["full_attention"]}, "layer"),
    ("llama", {"hidden_size": 2**20}, "hidden_size"),
    ("llama", {"num_key_value_heads": 3}, "num_key_value_heads"),
    ("llama", {"hidden_act": "__import__"}, "hidden_act"),
    ("llama", {"rms_norm_eps": float("nan")}, "rms_norm_eps"),
    *(("llama", {"head_dim": size}, "head_dim") for size in (0, -16)),
    ("llama", {"max_position_embeddings": 2**24 + 1}, "max_position_embeddings"),
    ("mistral", {"sliding_window": 2**24 + 1}, "sliding_window"),
    *(
        ("llama", {"rope_parameters": {**ROPE, "rope_theta": n}}, "rope_theta")
        for n in (float("nan"), 10**400)
    ),
    ("llama", {"rope_parameters": {**ROPE, "rope_type": "bogus"}}, "rope_type"),
    ("qwen3", {"rope_parameters": LINEAR}, "factor"),
    ("gemma3_text", {"rope_parameters": {"full_attention": {**LINEAR, "factor": -1}}}, "factor"),
    ("phi3", {"rope_parameters": {**ROPE, "partial_rotary_factor": 7}}, "partial_rotary_factor"),
    ("granite", {"logits_scaling": 0.0}, "logits_scaling"),
    ("granite", {"embedding_multiplier": float("inf")}, "embedding_multiplier"),
    ("llama", {"eos_token_id": [1, 999]}, "eos_token_id"),
    ("llama", {"eos_token_id": [1, families.IMAGE]}, "must differ"),
]


@pytest.mark.parametrize(("family", "sizes", "mention"), IMPOSSIBLE)
def test_impossible_sizes_are_refused(family: str, sizes: dict[str, Any], mention: str) -> None:
    fields = families.config(family).to_dict()
    fields["text_config"] |= sizes
    with pytest.raises(InvalidConfiguration, match=mention):
        FlashSlothConfig.from_dict(fields)


YARN = {"type": "yarn", "factor": 4, "original_max_position_embeddings": 262144}
LONG = {"type": "longrope", "short_factor": [1.0] * 48, "long_factor": [2.0] * 48}
PUBLISHED: list[
    tuple[str, dict[str, Any]]
] = [  # the largest numbers in config.json of models on the hub
    (
        "llama",
        {
            "vocab_size": 128256,
            "hidden_size": 16384,
            "intermediate_size": 53248,
            "num_hidden_layers": 126,
        },
    ),
    ("llama", {"max_position_embeddings": 4194304, "rope_theta": 45913600000}),
    ("llama", {"num_parameters": 405 * 10**9, "eos_token_id": [128001, 128009], "vocab_size": 128256}),
    (
        "mistral",
        {
            "max_position_embeddings": 1024000,
            "head_dim": 128,
            "rope_theta": 1000000.0,
            "rope_scaling": None,
        },
    ),
    ("qwen3", {"max_position_embeddings": 1048576, "rope_theta": 5000000, "rope_scaling": YARN}),
    (
        "gemma2",
        {
            "hidden_size": 4608,
            "num_hidden_layers": 46,
            "query_pre_attn_scalar": 144,
            "vocab_size": 256000,
        },
    ),
    ("gemma3_text", {"vocab_size": 262208, "rope_theta": 1000000, "rope_local_base_freq": 10000}),
    ("granite", {"rope_theta": 10000000, "max_position_embeddings": 131072, "logits_scaling": 16}),
    ("phi3", {"max_position_embeddings": 131072, "sliding_window": 262144, "rope_scaling": LONG}),
    ("gpt_neox", {"rotary_emb_base": 10000000, "rotary_pct": 0.25, "hidden_size": 6144}),
]


@pytest.mark.parametrize(("kind", "sizes"), PUBLISHED, ids=str)
def test_published_sizes_are_accepted(kind: str, sizes: dict[str, Any]) -> None:
    text = part_config(
        "text_config", {"model_type": kind, "num_attention_heads": 32, **sizes}, "config.json"
    )
    check_text_sizes(text)
    kept = sizes.keys() & {"vocab_size", "hidden_size", "max_position_embeddings"}
    assert {name: getattr(text, name) for name in kept} == {name: sizes[name] for name in kept}


def test_settings_of_older_files_are_kept() -> None:
    """transformers accepts these settings as arguments and has no fields for them."""
    heads = {"num_attention_heads": 4}
    sizes = {"model_type": "gpt_neox", "rotary_pct": 1.0, "rotary_emb_base": 20000, **heads}
    assert part_config("text_config", sizes, "config.json").rope_parameters == {
        "rope_type": "default",
        "rope_theta": 20000,
        "partial_rotary_factor": 1.0,
    }
    sizes = {
        "rope_local_base_freq": 20000,
        "sliding_window_pattern": 3,
        "num_hidden_layers": 6,
        **heads,
    }
    text = part_config("text_config", {"model_type": "gemma3_text", **sizes}, "config.json")
    assert text.rope_parameters["sliding_attention"]["rope_theta"] == 20000
    assert text.layer_types == ["sliding_attention", "sliding_attention", "full_attention"] * 2


def test_numbers_that_are_stored_besides_weights_would_be_lost() -> None:
    """A family with stored buffers is refused: only parameters are read, trained and written."""
    for family in FAMILIES:
        text = families.text_config(family)
        with torch.device("meta"):
            model = MODEL_MAPPING[type(text)](text)
        assert {*model.state_dict()} <= {
            name for name, _ in model.named_parameters(remove_duplicate=False)
        }, family


def test_other_classes_are_refused() -> None:
    class Own(type(families.text_config("llama"))):  # type: ignore[misc]
        model_type = "mamba"

    with pytest.raises(UnsupportedModel, match="mamba"):
        FlashSlothConfig(text_config=Own())
