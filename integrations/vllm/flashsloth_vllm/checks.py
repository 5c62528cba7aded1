"""FlashSloth's configuration in vLLM, and the settings of vLLM that are refused at start."""

from __future__ import annotations

from typing import Any

from transformers.configuration_utils import PreTrainedConfig
from transformers.models.auto.configuration_auto import AutoConfig

from flashsloth.hf.config import FlashSlothConfig
from flashsloth.inference.packed_layers import layer_class
from flashsloth.sizes.families import PHI
from flashsloth.sizes.part_sizes import is_official, upgrade_official
from flashsloth_vllm.vllm_api import VerifyAndUpdateConfig, VllmConfig

# native and released layout
ARCHITECTURES = ("FlashSlothForConditionalGeneration", "FlashSlothForCausalLM")
OP = "flashsloth_embq"  # the custom op in which EmbQ runs
SERVED = (PHI, "llama", "mistral", "qwen2", "qwen3")
PROMPTS = "flashsloth"  # the name of the tokenizer and the renderer, vLLM's `tokenizer_mode`


def register_config() -> None:
    AutoConfig.register(FlashSlothConfig.model_type, FlashSlothConfig, exist_ok=True)


def as_flashsloth(config: PreTrainedConfig) -> FlashSlothConfig:
    """Convert a configuration that transformers has read. It reads a config.json in the released layout
    as a PhiConfig."""
    if isinstance(config, FlashSlothConfig):
        return config
    values = config.to_dict()
    if not is_official(values):
        raise ValueError(f"this is not a FlashSloth model, but {config.model_type}")
    return FlashSlothConfig(**upgrade_official(values))


class FlashSlothSettings(VerifyAndUpdateConfig):
    """The two checks that vLLM calls while it makes its configuration."""

    @staticmethod
    def verify_and_update_model_config(model_config: Any) -> None:
        config = as_flashsloth(model_config.hf_config)
        quantization = getattr(config, "quantization_config", None)
        if isinstance(quantization, dict) and quantization.get("quant_method") == "flashsloth":
            raise ValueError(
                "vLLM cannot read a folder of `flashsloth quantize`: use the model that it was made from"
            )
        if config.skipped_attention:
            raise ValueError(
                "flashsloth-vllm serves no model of flashsloth reduce skip: some layers lack attention"
            )
        if config.routed_layers:
            raise ValueError("flashsloth-vllm serves no model of mod: its tokens skip layers")
        check_decoder(config.text_config)
        model_config.hf_config, model_config.hf_text_config = config, config.text_config
        # the renderer of this mode checks prompts, so users cannot choose another one
        model_config.tokenizer_mode = PROMPTS

    @staticmethod
    def verify_and_update_config(vllm_config: VllmConfig) -> None:
        refuse(vllm_config)


def check_decoder(text: Any) -> None:
    """Raise ValueError for a decoder that `decoder.make_layer` cannot build."""
    if (
        text.model_type not in SERVED
        or layer_class(text) is None
        or getattr(text, "sliding_window", None)
    ):
        raise ValueError(
            f"flashsloth-vllm serves {', '.join(SERVED)} without attention windows and with rotary embeddings of fixed "
            f"frequencies, not this {text.model_type}"
        )


def refuse(vllm_config: Any) -> None:
    """Raise ValueError for settings that would lose EmbQ's rows, or that were never tried with them."""
    parallel = vllm_config.parallel_config
    reasons = {
        "KV transfer and KV offload (--kv-transfer-config, --kv-offloading-size) move keys and values without EmbQ's "
        "rows": vllm_config.kv_transfer_config is not None
        or vllm_config.cache_config.kv_offloading_size is not None,
        "a separate encoder (--ec-transfer-config) was not tried": vllm_config.ec_transfer_config
        is not None,
        "speculative decoding was not tried": vllm_config.speculative_config is not None,
        "pipeline parallelism is not supported": parallel.pipeline_parallel_size > 1,
        "context parallelism puts the slots of one request on several devices": max(
            parallel.decode_context_parallel_size, getattr(parallel, "prefill_context_parallel_size", 1)
        )
        > 1,
        "micro-batches (--enable-dbo, --ubatch-size) split a step": parallel.use_ubatching,
        "prompt embeddings have no ids to find questions by": vllm_config.model_config.enable_prompt_embeds,
        "the newer model runner was not tried: set VLLM_USE_V2_MODEL_RUNNER=0": vllm_config.use_v2_model_runner,
    }
    refused = [reason for reason, is_set in reasons.items() if is_set]
    if refused:
        raise ValueError("flashsloth-vllm refuses these settings: " + "; ".join(refused))
