"""Build the model of transformers, empty or with a Network's weights, and its generation settings."""

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
    """Return the model without weights: its parameters are on the meta device. With `real_buffers`
    computed buffers have their values; otherwise they are on the meta device as well.

    Raises: errors of many types for sizes that do not fit a family.
    """
    with no_init_weights(), init_empty_weights(include_buffers=not real_buffers):
        model = FlashSlothForConditionalGeneration(config)
    # Moving a parameter to the meta device makes a copy of it, so weights must be tied again.
    model.tie_weights()
    model.generation_config = generation_config(config, {})
    return model


def as_transformers(network: Any, config: FlashSlothConfig, sampling: Mapping[str, Any]) -> Any:
    """Return the model of transformers with the weights of a network. The two share their memory.

    Args:
        network: a Network in 16 or 32 bit; a model of transformers is returned unchanged.
        config: the configuration in the network's folder. It is changed where the network's own
            configuration differs from it, for example because of an adapter.
        sampling: sampling settings for `generate()`.
    """
    if not isinstance(network, Network):
        return network
    # The tower and the decoder keep transformers' own configurations, which have more fields.
    for field in fields(ModelSizes):
        if field.name not in USUAL:
            setattr(config, field.name, getattr(network.config, field.name))
    model = build_empty(config)
    model.load_state_dict(network.state_dict(), assign=True)
    model.tie_weights()
    model.generation_config = generation_config(config, sampling)
    return model.to(network.get_input_embeddings().weight.device).eval().requires_grad_(False)


def generation_config(config: FlashSlothConfig, sampling: Mapping[str, Any]) -> GenerationConfig:
    """Return the settings of `generate()`. Sampling is turned on if `sampling` has settings."""
    text = config.text_config
    ends = config.end_token_ids
    placeholders = [config.image_token_id, config.query_token_id]  # these must never be generated
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
