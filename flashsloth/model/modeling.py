"""The whole model as transformers knows it: pictures and ids in, logits and a loss out. Knows no text and no files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers.cache_utils import Cache
from transformers.generation import GenerationMixin
from transformers.modeling_outputs import BaseModelOutputWithPast, BaseModelOutputWithPooling, CausalLMOutputWithPast
from transformers.modeling_utils import slice_logits_to_keep
from transformers.utils.generic import can_return_tuple

from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.model.pooling import make_pooling
from flashsloth.model.pretrained import FlashSlothPreTrainedModel, QueryTokens
from flashsloth.model.query_groups import EmbqPlan, QueryGroup, check_runs, plan_embq, plan_groups, unpadded
from flashsloth.model.text_model import FlashSlothTextModel
from flashsloth.model.vision import Projector, VisionTower

IGNORE_INDEX = -100  # the label of a place where nothing is learned; torch's own convention


@dataclass
class FlashSlothModelOutput(BaseModelOutputWithPast):
    """`image_features`: the pictures' unpooled features (I, N, V), to be handed in again for the next turn."""

    image_features: Tensor | None = None


@dataclass
class FlashSlothCausalLMOutput(CausalLMOutputWithPast):
    """`image_features`: the pictures' unpooled features (I, N, V), to be handed in again for the next turn."""

    image_features: Tensor | None = None


class FlashSlothModel(FlashSlothPreTrainedModel):
    """Tower, SAP, projector, query tokens and the decoder with EmbQ; no head.

    Ids are expanded: every visual token and every query token has a place of its own, held by `image_token_id` and
    `query_token_id`. Pictures are numbered through the batch in the order of their places.
    """

    def __init__(self, config: FlashSlothConfig) -> None:
        super().__init__(config)
        vision, text = config.vision_config, config.text_config
        self.vision_tower = VisionTower(vision)
        self.pooling = make_pooling(config)
        self.projector = Projector(vision.hidden_size, text.hidden_size)
        self.query_tokens = QueryTokens(config.num_query_tokens, text.hidden_size) if config.num_query_tokens else None
        self.language_model = FlashSlothTextModel(config)
        self.post_init()

    def get_input_embeddings(self) -> nn.Module:
        return self.language_model.embed_tokens

    def set_input_embeddings(self, value: nn.Module) -> None:
        self.language_model.embed_tokens = value

    def get_decoder(self) -> nn.Module:
        return self.language_model

    def get_encoder(self, modality: str | None = None) -> nn.Module:
        return self.vision_tower if modality == "image" else self

    @can_return_tuple
    def get_image_features(
        self, pixel_values: Tensor, output_hidden_states: bool | None = None, output_attentions: bool | None = None
    ) -> BaseModelOutputWithPooling:
        """What the model sees: `last_hidden_state` the unpooled features (I, N, V), `pooler_output` the visual tokens
        (I, P, D). pixel_values (I, 3, S, S), or (I, tiles, 3, S, S): tiles are encoded and pooled one by one and stand
        behind each other in both (goldens vision_0, hd_*). `hidden_states` and `attentions` are the tower's, a tile a
        row. ValueError for pixels of another kind or size."""
        size = self.config.vision_config.image_size
        if pixel_values.dim() not in (4, 5) or pixel_values.shape[-3:] != (3, size, size):
            wanted = f"(pictures, 3, {size}, {size}) or (pictures, tiles, 3, {size}, {size})"
            raise ValueError(
                f"pixel_values must be {wanted}, as the processor makes them, not {tuple(pixel_values.shape)}"
            )
        if not pixel_values.is_floating_point():
            raise ValueError(f"pixel_values must be floats, as the processor makes them, not {pixel_values.dtype}")
        I = pixel_values.shape[0]  # noqa: E741
        tiles = pixel_values.flatten(0, 1) if pixel_values.dim() == 5 else pixel_values
        more = {"output_hidden_states": output_hidden_states, "output_attentions": output_attentions}
        given: Any = {name: value for name, value in more.items() if value is not None}  # else the configuration's
        seen = self.vision_tower(tiles.to(self.vision_tower.dtype), **given)
        features = seen.last_hidden_state
        tokens = self.projector(self.pooling(features))
        return BaseModelOutputWithPooling(
            last_hidden_state=features.reshape(I, -1, features.shape[-1]),
            pooler_output=tokens.reshape(I, -1, tokens.shape[-1]),
            hidden_states=seen.hidden_states,
            attentions=seen.attentions,
        )

    def embed(self, input_ids: Tensor, visual_tokens: Tensor | None = None) -> Tensor:
        """Word embeddings (B, T, D) with the visual tokens (I, P, D) and the query tokens in their places. ValueError
        where the places are not whole runs, of P or of Q."""
        config = self.config
        embeds = self.language_model.embed_tokens(input_ids)
        places = input_ids == config.image_token_id
        if visual_tokens is not None:
            count, given = int(places.sum()), visual_tokens.shape[0] * visual_tokens.shape[1]
            if count != given:
                raise ValueError(f"{count} places for visual tokens in the ids, but the pictures have {given}")
            check_runs(places, visual_tokens.shape[1], "visual tokens")
            embeds = embeds.masked_scatter(places[..., None], visual_tokens.to(embeds.dtype))
        elif input_ids.shape[1] > 1 and places.any():  # not while answering: a model may say anything
            raise ValueError("the ids hold places for visual tokens, but there are no pixel_values")
        queries = input_ids == config.query_token_id
        if self.query_tokens is not None and queries.any():
            check_runs(queries, config.num_query_tokens, "query tokens")
            # the reference adds the embedding of one token (' .') to all query tokens: part of what was learned
            offset = self.language_model.embed_tokens(input_ids.new_tensor(config.query_offset_token_id))
            tokens = self.query_tokens(offset).to(embeds.dtype)
            runs = int(queries.sum()) // config.num_query_tokens
            embeds = embeds.masked_scatter(queries[..., None], tokens.repeat(runs, 1))
        return embeds

    def zero_vision_term(self, pixel_values: Tensor) -> Tensor:
        """Zero, computed through tower, SAP, projector, query tokens and EmbQ.

        Where several processes train together, each must use the same modules in the same order, also one whose batch
        has no picture; added to its embeddings this keeps it in step and changes nothing. pixel_values as elsewhere.
        """
        seen = self.get_image_features(pixel_values)
        total = seen.pooler_output.sum()
        Q = self.config.num_query_tokens
        rows = seen.pooler_output.new_zeros(1, Q, seen.pooler_output.shape[-1])
        if self.language_model.embq is not None:
            group = QueryGroup(question_start=0, query_start=0, picture=0)
            plan = plan_groups([(0, group)], Q, Q)
            assert plan is not None  # there is a group
            total = total + self.language_model.embq(rows, plan.to(rows.device), seen.last_hidden_state).sum()
        if self.query_tokens is not None:
            total = total + self.query_tokens(rows[0, 0]).sum()
        return 0 * total

    def check_inputs(
        self,
        input_ids: Tensor | None,
        inputs_embeds: Tensor | None,
        pixel_values: Tensor | None,
        image_features: Tensor | None,
        embq_plan: EmbqPlan | None,
        past_key_values: Cache | None,
    ) -> None:
        """Raise ValueError for inputs of which one would be left out in silence."""
        if (input_ids is None) == (inputs_embeds is None):
            raise ValueError("give either input_ids or inputs_embeds")
        if pixel_values is not None and image_features is not None:
            raise ValueError("give either pixel_values or image_features, those of pictures that the cache holds")
        if inputs_embeds is not None and pixel_values is not None:
            raise ValueError(
                "pixel_values need input_ids, which hold the pictures' places: with inputs_embeds put the pictures in "
                "yourself (model.embed) and give image_features and embq_plan"
            )
        if not self.config.has_embq or embq_plan is not None:
            return
        if image_features is not None and input_ids is not None and (input_ids == self.config.query_token_id).any():
            raise ValueError("image_features are read by EmbQ alone, which needs an embq_plan (generate makes it)")
        if pixel_values is not None and past_key_values is not None and past_key_values.get_seq_length():
            raise ValueError("pixel_values behind cached turns need an embq_plan: give the whole conversation instead")

    @can_return_tuple
    def forward(
        self,
        input_ids: Tensor | None = None,
        pixel_values: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: Tensor | None = None,
        image_features: Tensor | None = None,
        embq_plan: EmbqPlan | None = None,
        use_cache: bool | None = None,
        dummy_pixel_values: Tensor | None = None,
        **kwargs: Any,
    ) -> FlashSlothModelOutput:
        """Hidden states after the final norm, (B, T, D).

        Args:
            input_ids: (B, T) expanded ids; with a cache, those after the cached ones.
            pixel_values: (I, 3, S, S) or (I, tiles, 3, S, S), for ids that hold the pictures' places.
            image_features: (I, N, V) unpooled features of pictures that the cache holds already.
            embq_plan: which groups EmbQ serves; made from `input_ids` where nothing is cached. To continue a cache
                give `plan_embq(all_ids, config, visual_tokens, past_length)`; `generate` does so by itself.
            inputs_embeds: (B, T, D) instead of ids, taken as they are; without a plan EmbQ stays out.
            attention_mask: (B, past + T), 0 at padding on either side; positions are counted without padding.
            dummy_pixel_values: as pixel_values, for a picture that no row shows (`zero_vision_term`).
        """
        self.check_inputs(input_ids, inputs_embeds, pixel_values, image_features, embq_plan, past_key_values)
        past = past_key_values.get_seq_length() if past_key_values is not None else 0
        visual_tokens = None
        if pixel_values is not None:
            seen = self.get_image_features(pixel_values)
            image_features, visual_tokens = seen.last_hidden_state, seen.pooler_output
        if input_ids is not None:
            embeds = self.embed(input_ids, visual_tokens)
            if embq_plan is None and visual_tokens is not None and past == 0:
                embq_plan = plan_embq(unpadded(input_ids, attention_mask), self.config, visual_tokens.shape[1])
        else:
            embeds = cast(Tensor, inputs_embeds)
        if dummy_pixel_values is not None:
            embeds = embeds + self.zero_vision_term(dummy_pixel_values).to(embeds.dtype)
        if position_ids is None:
            position_ids = count_positions(attention_mask, embeds.shape[1])
        outputs = self.language_model(
            inputs_embeds=embeds,
            attention_mask=attention_mask,
            position_ids=position_ids,
            past_key_values=past_key_values,
            use_cache=use_cache,
            embq_plan=embq_plan.to(embeds.device) if embq_plan is not None else None,
            picture_features=image_features,
            **kwargs,
        )
        return FlashSlothModelOutput(
            last_hidden_state=outputs.last_hidden_state,
            past_key_values=outputs.past_key_values,
            hidden_states=outputs.hidden_states,
            attentions=outputs.attentions,
            image_features=image_features,
        )


class FlashSlothForConditionalGeneration(FlashSlothPreTrainedModel, GenerationMixin):
    """FlashSloth with its head: what `generate`, training and `flashsloth.open` use."""

    def __init__(self, config: FlashSlothConfig) -> None:
        super().__init__(config)
        self.model = FlashSlothModel(config)
        self.lm_head = nn.Linear(config.text_config.hidden_size, config.text_config.vocab_size, bias=True)
        self.post_init()

    @property
    def language_model(self) -> nn.Module:
        return self.model.language_model

    def get_input_embeddings(self) -> nn.Module:
        return self.model.get_input_embeddings()

    def set_input_embeddings(self, value: nn.Module) -> None:
        self.model.set_input_embeddings(value)

    def get_output_embeddings(self) -> nn.Module:
        return self.lm_head

    def get_decoder(self) -> nn.Module:
        return self.model.get_decoder()

    def get_encoder(self, modality: str | None = None) -> nn.Module:
        return self.model.get_encoder(modality)

    def get_image_features(self, pixel_values: Tensor, **kwargs: Any) -> BaseModelOutputWithPooling:
        """See FlashSlothModel.get_image_features."""
        return self.model.get_image_features(pixel_values, **kwargs)

    @can_return_tuple
    def forward(
        self,
        input_ids: Tensor | None = None,
        pixel_values: Tensor | None = None,
        attention_mask: Tensor | None = None,
        position_ids: Tensor | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: Tensor | None = None,
        image_features: Tensor | None = None,
        embq_plan: EmbqPlan | None = None,
        labels: Tensor | None = None,
        use_cache: bool | None = None,
        logits_to_keep: int | Tensor = 0,
        loss_only: bool = False,
        num_items_in_batch: Tensor | int | None = None,
        **kwargs: Any,
    ) -> FlashSlothCausalLMOutput:
        """Logits (B, T, vocabulary), or of the last `logits_to_keep` positions; arguments as in FlashSlothModel.

        `labels` (B, T), -100 where nothing is learned: mean cross-entropy over all labelled tokens of the batch, or
        their sum over `num_items_in_batch`, for batches that are parts of a larger one. With `loss_only` the head
        runs at labelled places alone, and there are no logits: what training needs, in a fraction of the memory.
        """
        outputs = self.model(
            input_ids=input_ids,
            pixel_values=pixel_values,
            attention_mask=attention_mask,
            position_ids=position_ids,
            past_key_values=past_key_values,
            inputs_embeds=inputs_embeds,
            image_features=image_features,
            embq_plan=embq_plan,
            use_cache=use_cache,
            **kwargs,
        )
        logits, loss = None, None
        if labels is not None and loss_only:
            loss = self.learned_loss(outputs.last_hidden_state, labels, num_items_in_batch)
        else:
            logits = self.lm_head(slice_logits_to_keep(outputs.last_hidden_state, logits_to_keep))
        if labels is not None and logits is not None:
            items = {"num_items_in_batch": num_items_in_batch} if num_items_in_batch is not None else {}
            loss = self.loss_function(logits=logits, labels=labels, vocab_size=logits.shape[-1], **items, **kwargs)
        return FlashSlothCausalLMOutput(
            loss=loss,
            logits=logits,
            past_key_values=outputs.past_key_values,
            hidden_states=outputs.hidden_states,
            attentions=outputs.attentions,
            image_features=outputs.image_features,
        )

    def learned_loss(self, hidden: Tensor, labels: Tensor, num_items: Tensor | int | None = None) -> Tensor:
        """Cross-entropy of the labelled tokens, each predicted where the token before it stands.

        Shape: hidden (B, T, D), labels (B, T) -> scalar; the mean, or the sum over `num_items`. 0 without any label.
        """
        learned = labels[:, 1:] != IGNORE_INDEX
        logits = self.lm_head(hidden[:, :-1][learned]).float()  # (labelled tokens, vocabulary)
        loss = F.cross_entropy(logits, labels[:, 1:][learned], reduction="sum")
        return loss / (learned.sum().clamp(min=1) if num_items is None else num_items)

    def _expand_inputs_for_generation(
        self,
        expand_size: int = 1,
        is_encoder_decoder: bool = False,
        input_ids: Tensor | None = None,
        **kwargs: Any,
    ) -> tuple[Tensor, dict[str, Any]]:
        """As in transformers, for beams and several answers: a row is repeated with all of its pictures in order."""
        pictures = {n: kwargs.pop(n) for n in ("pixel_values", "image_features") if kwargs.get(n) is not None}
        rows = input_ids
        input_ids, kwargs = super()._expand_inputs_for_generation(
            expand_size=expand_size, is_encoder_decoder=is_encoder_decoder, input_ids=input_ids, **kwargs
        )
        for name, values in pictures.items():
            if expand_size > 1 and rows is not None:
                places = (rows == self.config.image_token_id).sum(dim=1)
                if not places.any() or int(places.sum()) % values.shape[0]:
                    raise ValueError(f"{int(places.sum())} places for visual tokens of {values.shape[0]} pictures")
                counts = (places // (int(places.sum()) // values.shape[0])).tolist()
                times = (expand_size, *[1] * (values.dim() - 1))
                values = torch.cat([part.repeat(times) for part in values.split(counts)])
            kwargs[name] = values
        return input_ids, kwargs

    def prepare_inputs_for_generation(
        self,
        input_ids: Tensor,
        next_sequence_length: int | None = None,
        past_key_values: Cache | None = None,
        inputs_embeds: Tensor | None = None,
        is_first_iteration: bool | None = False,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """As in transformers. Pictures belong to the first step alone; a cache that already holds some turns gets the
        plan for the questions after them, and wants their pictures as `image_features`."""
        prefill = is_first_iteration or not kwargs.get("use_cache", True)
        past = past_key_values.get_seq_length() if past_key_values is not None else 0
        features = kwargs.get("image_features")
        if not prefill:
            kwargs.update(pixel_values=None, image_features=None)
        elif past and input_ids.numel():
            tiles = features.shape[1] // self.config.patches_per_tile if features is not None else 1
            rows = unpadded(input_ids, kwargs.get("attention_mask"))
            plan = plan_embq(rows, self.config, tiles * self.config.tokens_per_tile, past)
            if plan is not None and features is None:
                raise ValueError("these questions ask about pictures that the cache holds: give their image_features")
            kwargs["embq_plan"] = plan
            kwargs["image_features"] = features if plan is not None else None  # read by EmbQ alone
        return super().prepare_inputs_for_generation(
            input_ids,
            next_sequence_length=next_sequence_length,
            past_key_values=past_key_values,
            inputs_embeds=inputs_embeds,
            is_first_iteration=is_first_iteration,
            **kwargs,
        )


def count_positions(attention_mask: Tensor | None, length: int) -> Tensor | None:
    """Positions (B, length) counted without padding; None where the decoder's own count is right."""
    if attention_mask is None or attention_mask.dim() != 2:
        return None
    return (attention_mask.long().cumsum(dim=-1) - 1).clamp(min=0)[:, -length:]
