"""The Phi decoder with EmbQ between two of its layers."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from transformers.cache_utils import Cache, DynamicCache
from transformers.masking_utils import create_causal_mask
from transformers.modeling_outputs import BaseModelOutputWithPast
from transformers.models.phi.modeling_phi import PhiModel
from transformers.utils.generic import merge_with_config_defaults
from transformers.utils.output_capturing import capture_outputs

from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.model.embq import EmbQ
from flashsloth.model.query_groups import EmbqPlan


class FlashSlothTextModel(PhiModel):
    """Phi with EmbQ before layer `embq_layer` (arXiv:2412.04317, section 3.3). Without a plan it is Phi, bit for bit.

    Shape: input_ids (B, T) or inputs_embeds (B, T, D), image_features (I, N, V) -> last_hidden_state (B, T, D),
    after the final norm. Golden: prefill_*, textonly_*.
    """

    def __init__(self, config: FlashSlothConfig) -> None:
        super().__init__(config.text_config)
        self.embq_layer = config.embq_layer
        self.embq = make_embq(config) if config.has_embq else None

    @merge_with_config_defaults
    @capture_outputs
    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: Tensor | None = None,
        use_cache: bool | None = None,
        embq_plan: EmbqPlan | None = None,
        image_features: Tensor | None = None,
        **kwargs: Any,
    ) -> BaseModelOutputWithPast:
        if (input_ids is None) == (inputs_embeds is None):
            raise ValueError("give either input_ids or inputs_embeds")
        if inputs_embeds is None:
            inputs_embeds = self.embed_tokens(input_ids)
        if use_cache and past_key_values is None:
            past_key_values = DynamicCache(config=self.config)
        if position_ids is None:
            past = past_key_values.get_seq_length() if past_key_values is not None else 0
            position_ids = torch.arange(inputs_embeds.shape[1], device=inputs_embeds.device)[None] + past
        mask = create_causal_mask(
            config=self.config,
            inputs_embeds=inputs_embeds,
            attention_mask=attention_mask,
            past_key_values=past_key_values,
            position_ids=position_ids,
        )
        hidden = self.embed_dropout(inputs_embeds)
        rotary = self.rotary_emb(hidden, position_ids=position_ids)
        for index, layer in enumerate(self.layers):
            if index == self.embq_layer and embq_plan is not None and self.embq is not None:
                hidden = self.embq(hidden, embq_plan, image_features)
            hidden = layer(
                hidden,
                attention_mask=mask,
                position_ids=position_ids,
                past_key_values=past_key_values,
                use_cache=use_cache,
                position_embeddings=rotary,
                **kwargs,
            )
        hidden = self.final_layernorm(hidden)
        return BaseModelOutputWithPast(last_hidden_state=hidden, past_key_values=past_key_values)


def make_embq(config: FlashSlothConfig) -> EmbQ:
    return EmbQ(
        text_width=config.text_config.hidden_size,
        vision_width=config.vision_config.hidden_size,
        width=config.embq_width,
        heads=config.embq_heads,
        eps=config.embq_layer_norm_eps,
    )
