"""Settings that are refused before an engine starts, and what vLLM makes of the configuration."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flashsloth_vllm.checks import SERVED, check_decoder
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

from conftest import HERE, OFFLINE
from flashsloth.sizes.families import FAMILIES

CREATE = """
import json, sys
from vllm.engine.arg_utils import EngineArgs
for options in json.loads(sys.argv[1]):
    try:
        made = EngineArgs(max_model_len=512, **options).create_engine_config().model_config
        print(json.dumps([made.tokenizer_mode, type(made.hf_config).__name__]))
    except Exception as error:
        print(json.dumps(str(error)))
"""


def create(*options: dict[str, Any]) -> list[Any]:
    """Make vLLM's configuration with each of the options; return what it is or the error's text."""
    command = [sys.executable, "-c", CREATE, json.dumps(options)]
    ran = subprocess.run(
        command, capture_output=True, text=True, cwd=HERE, env={**os.environ, **OFFLINE}, timeout=300
    )
    assert ran.returncode == 0, ran.stderr[-4000:]
    return [json.loads(line) for line in ran.stdout.splitlines() if line[:1] in '["']


def test_configuration(toys: Path, tmp_path: Path) -> None:
    quantized = tmp_path / "int4"
    quantized.mkdir()
    config = json.loads((toys / "native" / "config.json").read_text())
    (quantized / "config.json").write_text(
        json.dumps({**config, "quantization_config": {"quant_method": "flashsloth"}})
    )
    other = tmp_path / "smollm3"
    other.mkdir()
    text = {"model_type": "smollm3", "vocab_size": 1024, "pad_token_id": 0, "eos_token_id": 2}
    (other / "config.json").write_text(json.dumps({**config, "text_config": text}))
    transfer = {"kv_connector": "ExampleConnector", "kv_role": "kv_both"}
    native, released, offloaded, moved, guessed, embeds, packed, unserved = create(
        {"model": str(toys / "native")},
        {"model": str(toys / "released")},
        {"model": str(toys / "native"), "kv_offloading_size": 1},
        {"model": str(toys / "native"), "kv_transfer_config": transfer},
        {
            "model": str(toys / "native"),
            "speculative_config": {"method": "ngram", "num_speculative_tokens": 2},
        },
        {"model": str(toys / "native"), "enable_prompt_embeds": True},
        {"model": str(quantized)},
        {"model": str(other)},
    )
    assert native == released == ["flashsloth", "FlashSlothConfig"]
    for refused in (offloaded, moved):
        assert "without EmbQ's rows" in refused
    assert "speculative decoding was not tried" in guessed
    assert "prompt embeddings" in embeds
    assert "flashsloth quantize" in packed
    assert "serves phi, llama, mistral, qwen2, qwen3 without" in unserved


@pytest.mark.parametrize("family", sorted({*FAMILIES} - {*SERVED}))
def test_other_families_are_refused(family: str) -> None:
    with pytest.raises(ValueError, match=r"serves phi, llama, .* not this "):
        check_decoder(CONFIG_MAPPING[family]())


@pytest.mark.parametrize(
    ("family", "changes"),
    [
        ("mistral", {"sliding_window": 4096}),
        ("qwen2", {"use_sliding_window": True, "sliding_window": 99, "max_window_layers": 2}),
        ("llama", {"rope_parameters": {"rope_type": "dynamic", "rope_theta": 1e4, "factor": 2.0}}),
    ],
)
def test_decoders_that_vllm_would_compute_otherwise_are_refused(
    family: str, changes: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match="without attention windows"):
        check_decoder(CONFIG_MAPPING[family](**changes))


def settings(**changes: Any) -> SimpleNamespace:
    parallel = {"pipeline_parallel_size": 1, "decode_context_parallel_size": 1, "use_ubatching": False}
    values: dict[str, Any] = {
        "parallel_config": SimpleNamespace(**{**parallel, **changes.pop("parallel", {})}),
        "model_config": SimpleNamespace(enable_prompt_embeds=False),
        "cache_config": SimpleNamespace(kv_offloading_size=None),
        "kv_transfer_config": None,
        "ec_transfer_config": None,
        "speculative_config": None,
        "use_v2_model_runner": False,
    }
    return SimpleNamespace(**{**values, **changes})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"kv_transfer_config": object()}, "KV transfer"),
        ({"cache_config": SimpleNamespace(kv_offloading_size=1)}, "KV offload"),
        ({"ec_transfer_config": object()}, "separate encoder"),
        ({"speculative_config": object()}, "speculative"),
        ({"use_v2_model_runner": True}, "VLLM_USE_V2_MODEL_RUNNER=0"),
        ({"parallel": {"pipeline_parallel_size": 2}}, "pipeline"),
        ({"parallel": {"decode_context_parallel_size": 2}}, "context parallelism"),
        ({"parallel": {"use_ubatching": True}}, "micro-batches"),
    ],
)
def test_refused(changes: dict[str, Any], reason: str) -> None:
    from flashsloth_vllm.checks import refuse

    refuse(settings())
    with pytest.raises(ValueError, match=reason):
        refuse(settings(**changes))
