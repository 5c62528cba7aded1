"""Build transformers' form of a model, without weights or from a network, and its generation
settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from accelerate import init_empty_weights
from transformers.generation import GenerationConfig
from transformers.initialization import no_init_weights

from flashsloth.hf.config import FlashSlothConfig
from flashsloth.hf.modeling import FlashSlothForConditionalGeneration
from flashsloth.model.network import Network
from flashsloth.sizes.model_sizes import ModelSizes
from flashsloth.sizes.part_sizes import USUAL


def build_empty(
    config: FlashSlothConfig, *, real_buffers: bool = True
) -> FlashSlothForConditionalGeneration:
    """Return the model without weights: parameters on the meta device, computed buffers real.

    Raises: errors of many types for sizes that do not fit a family.
    """
    with no_init_weights(), init_empty_weights(include_buffers=not real_buffers):
        model = FlashSlothForConditionalGeneration(config)
    model.tie_weights()  # again: a parameter that is made on the meta device is a copy
    model.generation_config = generation_config(config, {})
    return model


def as_transformers(network: Any, config: FlashSlothConfig, sampling: Mapping[str, Any]) -> Any:
    """Return the model of transformers with the weights of a network, whose memory it shares.

    Args:
        network: a Network in 16 or 32 bit; a model of transformers is returned as it is.
        config: of the network's folder. The network's may differ, as adapters change it.
        sampling: sampling settings of `generate()`.
    """
    if not isinstance(network, Network):
        return network
    for field in fields(ModelSizes):
        if field.name not in USUAL:
            setattr(config, field.name, getattr(network.config, field.name))
    model = build_empty(config)
    model.load_state_dict(network.state_dict(), assign=True)
    model.tie_weights()
    model.generation_config = generation_config(config, sampling)
    return model.to(network.get_input_embeddings().weight.device).eval().requires_grad_(False)


def generation_config(config: FlashSlothConfig, sampling: Mapping[str, Any]) -> GenerationConfig:
    """Return the settings of `generate()`, with sampling settings if there are any."""
    text = config.text_config
    ends = config.end_token_ids
    placeholders = [config.image_token_id, config.query_token_id]  # never generated
    settings = GenerationConfig(
        eos_token_id=ends[0] if len(ends) == 1 else [*ends],
        pad_token_id=text.pad_token_id,
        bos_token_id=text.bos_token_id,
        suppress_tokens=placeholders,
    )
    for name, value in sampling.items():
        setattr(settings, name, value)
        settings.do_sample = True
    return settings
