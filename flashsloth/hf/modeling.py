"""The whole model with the interface of transformers, which computes logits and a loss from pixels and
ids. It is built empty or with a Network's weights, with its generation settings. Its base class has
loading, saving, initialisation, and the modules that quantizers skip."""

from __future__ import annotations

import copy
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, cast

import torch
from accelerate import init_empty_weights
from torch import Tensor, nn
from transformers.cache_utils import Cache
from transformers.conversion_mapping import register_checkpoint_conversion_mapping
from transformers.core_model_loading import WeightRenaming
from transformers.generation import GenerationConfig, GenerationMixin
from transformers.initialization import no_init_weights
from transformers.modeling_outputs import (
    BaseModelOutputWithPast,
    BaseModelOutputWithPooling,
    CausalLMOutputWithPast,
)
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS
from transformers.modeling_utils import PreTrainedModel, slice_logits_to_keep
from transformers.utils import logging
from transformers.utils.generic import can_return_tuple

from flashsloth import devices
from flashsloth.hf.config import FlashSlothConfig
from flashsloth.hf.families import CACHE, EmbqCall, make_text_model, make_tower
from flashsloth.inference.decoder import EMBQ, LogitScale
from flashsloth.model.embq import QueryTokens
from flashsloth.model.key_mapping import OFFICIAL_TO_NATIVE
from flashsloth.model.network import IGNORE_INDEX, LearnedLoss, Network, rotary_frequencies
from flashsloth.model.pooling import make_pooling
from flashsloth.model.query_groups import (
    EmbqPlan,
    QueryGroup,
    check_runs,
    plan_embq,
    plan_groups,
    unpadded,
)
from flashsloth.model.vision import make_projector, tower_blocks
from flashsloth.quantization import cpu
from flashsloth.quantization.linear import is_quantized
from flashsloth.reduction.eas import Pia
from flashsloth.reduction.mod import LOSS_SHARE, ROUTING, Router, RoutingCall
from flashsloth.sizes.families import PHI
from flashsloth.sizes.model_sizes import ModelSizes
from flashsloth.sizes.part_sizes import USUAL

# With these renamings `from_pretrained` reads the released layout.
RENAMINGS = [WeightRenaming(official, native) for official, native in OFFICIAL_TO_NATIVE]
register_checkpoint_conversion_mapping(FlashSlothConfig.model_type, RENAMINGS, overwrite=True)

SHARD = 4 * 10**9  # bytes of one safetensors file
# The modules that transformers' quantizers skip by default. SAP has a linear layer with a single
# output, and the MLPs of the released vision tower have the width 4304, which no block size divides.
NOT_QUANTIZED = ["lm_head"] + [
    prefix + name
    for prefix in ("", "model.")
    for name in ("vision_tower", "pooling", "projector", "language_model.embq")
]


class FlashSlothPreTrainedModel(PreTrainedModel):
    config_class = FlashSlothConfig
    base_model_prefix = "model"
    main_input_name = "input_ids"
    input_modalities = ("image", "text")
    supports_gradient_checkpointing = True
    _skip_keys_device_placement = ["past_key_values", "cache"]  # noqa: RUF012
    _supports_sdpa = True
    _supports_flash_attn = True
    _supports_attention_backend = True
    language_model: Any

    def _init_weights(self, module: nn.Module) -> None:
        if isinstance(module, QueryTokens):
            # Kaiming uniform over the width, as in the reference
            bound = 1 / math.sqrt(module.weight.shape[1])
            nn.init.uniform_(module.weight, -bound, bound)
        elif isinstance(module, Pia):
            module.reset_parameters()
        elif isinstance(module, Router):
            module.reset_parameters(self.config.initializer_range)
        else:
            super()._init_weights(module)

    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path: Any, *args: Any, **kwargs: Any) -> Any:
        """Load as transformers does. A `quantization_config` that names no modules to skip gets
        `NOT_QUANTIZED`.

        Raises: ValueError for a folder of `flashsloth quantize`. transformers would use random weights
        in place of the packed weights.
        """
        where = pretrained_model_name_or_path
        if kwargs.get("quantization_config") is not None:
            kwargs["quantization_config"] = skip_small_parts(kwargs["quantization_config"])
        # A local folder is checked before any weight is read, any other source after it is downloaded.
        if isinstance(where, str | os.PathLike) and os.path.isdir(where):
            refuse_quantized(
                cls.config_class.from_pretrained(where, subfolder=kwargs.get("subfolder", "")), where
            )
        loaded = super().from_pretrained(where, *args, **kwargs)
        refuse_quantized((loaded[0] if isinstance(loaded, tuple) else loaded).config, where)
        return loaded

    def save_pretrained(self, *args: Any, **kwargs: Any) -> None:
        """Save as transformers does, in the native layout. Weights that are views into packed weights
        are copied.

        Raises: RuntimeError for a quantized model.
        """
        # By default transformers would reverse RENAMINGS, and write the released layout.
        kwargs.setdefault("save_original_format", False)
        if kwargs.get("state_dict") is None:
            layers = self.language_model.layers
            by_transformers = getattr(self, "hf_quantizer", None)
            if not len(layers) or (not by_transformers and any(map(is_quantized, layers.modules()))):
                raise RuntimeError(
                    "save_pretrained cannot save a quantized model: use flashsloth.checkpoints.save"
                )
            kwargs["state_dict"] = {
                name: devices.owned(tensor) for name, tensor in self.state_dict().items()
            }
        super().save_pretrained(*args, **kwargs)


def save_folder(model: FlashSlothPreTrainedModel, processor: Any, folder: Path) -> None:
    """Write the files of a model and its processor in the native layout, without progress bars."""
    enabled = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        model.save_pretrained(folder, max_shard_size=SHARD)
        processor.save_pretrained(folder)
    finally:
        if enabled:
            logging.enable_progress_bar()


def skip_small_parts(quantization: Any) -> Any:
    """Return a copy of a quantization configuration of transformers, or of its dictionary, which skips
    `NOT_QUANTIZED` unless it names other modules to skip."""
    changed = copy.copy(quantization)
    if isinstance(changed, dict):
        if changed.get("quant_method", "bitsandbytes") == "bitsandbytes" and not changed.get(
            "llm_int8_skip_modules"
        ):
            changed["llm_int8_skip_modules"] = list(NOT_QUANTIZED)
        return changed
    for name in ("llm_int8_skip_modules", "modules_to_not_convert"):
        if getattr(changed, name, ()) is None:
            setattr(changed, name, list(NOT_QUANTIZED))
    return changed


def refuse_quantized(config: Any, where: Any) -> None:
    """Raise ValueError for the configuration of a folder that `flashsloth quantize` wrote."""
    quantization = getattr(config, "quantization_config", None)
    if isinstance(quantization, dict) and quantization.get("quant_method") == "flashsloth":
        raise ValueError(f"{where} is quantized: open it with flashsloth.open")


# The model


OUTPUTS = tuple(field.name for field in fields(BaseModelOutputWithPast))


@dataclass
class FlashSlothModelOutput(BaseModelOutputWithPast):
    """`image_features` are the patch features (I, N, V) of the images, which are an input of the
    next turn. `routing_loss` is the loss of the router in training."""

    image_features: Tensor | None = None
    routing_loss: Tensor | None = None


@dataclass
class FlashSlothCausalLMOutput(CausalLMOutputWithPast):
    """`image_features` are the patch features (I, N, V) of the images, which are an input of the
    next turn."""

    image_features: Tensor | None = None


class FlashSlothModel(FlashSlothPreTrainedModel):
    """Vision tower, SAP, projector, query tokens and the decoder with EmbQ, without the head.

    Ids are expanded: they have an `image_token_id` for every visual token and a `query_token_id` for
    every query token, as placeholders. The images of all rows are one tensor, in the order of their
    placeholders.
    """

    def __init__(self, config: FlashSlothConfig) -> None:
        super().__init__(config)
        cpu.fit_threads()
        text = config.text_config
        self.vision_tower = make_tower(config.vision_config)
        self.pooling = make_pooling(config)
        self.projector = make_projector(config.vision_config.hidden_size, text.hidden_size)
        self.query_tokens = (
            QueryTokens(config.num_query_tokens, text.hidden_size) if config.num_query_tokens else None
        )
        self.language_model = make_text_model(config)
        self.post_init()

    @can_return_tuple
    def get_image_features(
        self,
        pixel_values: Tensor,
        output_hidden_states: bool | None = None,
        output_attentions: bool | None = None,
    ) -> BaseModelOutputWithPooling:
        """Encode images: `last_hidden_state` is the patch features (I, N, V), `pooler_output` the
        visual tokens (I, P, D). Tiles are encoded and pooled one by one and concatenated. Reference
        outputs: tests/parity/data/golden_vision_0.npz and golden_hd_*.npz.

        Shape: pixel_values (I, 3, S, S) or (I, tiles, 3, S, S). `hidden_states` and `attentions` are
        the tower's, with one row for each tile; there CLIP's class token comes before the patches.
        Raises: ValueError for other shapes and dtypes.
        """
        size = self.config.vision_config.image_size
        if pixel_values.dim() not in (4, 5) or pixel_values.shape[-3:] != (3, size, size):
            expected = f"(images, 3, {size}, {size}) or (images, tiles, 3, {size}, {size})"
            raise ValueError(
                f"pixel_values must have the shape {expected}, not {tuple(pixel_values.shape)}"
            )
        if not pixel_values.is_floating_point():
            raise ValueError(f"pixel_values must be floating point, not {pixel_values.dtype}")
        I = pixel_values.shape[0]  # noqa: E741
        tiles = pixel_values.flatten(0, 1) if pixel_values.dim() == 5 else pixel_values
        flags = {"output_hidden_states": output_hidden_states, "output_attentions": output_attentions}
        # If an argument is missing, transformers takes the configuration's value.
        options: Any = {name: value for name, value in flags.items() if value is not None}
        tower = self.vision_tower(tiles.to(self.vision_tower.dtype), **options)
        features = tower.last_hidden_state
        tokens = self.projector(self.pooling(features))
        return BaseModelOutputWithPooling(
            last_hidden_state=features.reshape(I, -1, features.shape[-1]),
            pooler_output=tokens.reshape(I, -1, tokens.shape[-1]),
            hidden_states=tower.hidden_states,
            attentions=tower.attentions,
        )

    def embed(self, input_ids: Tensor, visual_embeds: Tensor | None = None) -> Tensor:
        """Return word embeddings (B, T, D), with the visual tokens `visual_embeds` (I, P, D) and the
        query tokens in place of their placeholders.

        Raises: ValueError for placeholders that are not in runs of P or of Q.
        """
        config = self.config
        words = self.get_input_embeddings()
        embeds = words(input_ids)
        # Copy the ids to the host once: on a card, each of the checks below would wait for a transfer.
        on_host = input_ids.cpu()
        is_image, is_query = (
            on_host == each for each in (config.image_token_id, config.query_token_id)
        )
        if visual_embeds is not None:
            placeholders = int(is_image.sum())
            tokens = visual_embeds.shape[0] * visual_embeds.shape[1]
            if placeholders != tokens:
                raise ValueError(
                    f"the ids have {placeholders} image tokens, but the images have {tokens} visual tokens"
                )
            check_runs(is_image, visual_embeds.shape[1], "visual tokens")
            at = (input_ids == config.image_token_id)[..., None]
            embeds = embeds.masked_scatter(at, visual_embeds.to(embeds.dtype))
        # a single id is a decoding step, and the model may have generated any id
        elif input_ids.shape[1] > 1 and is_image.any():
            raise ValueError("the ids have image tokens, but there are no pixel_values")
        if self.query_tokens is not None and is_query.any():
            check_runs(is_query, config.num_query_tokens, "query tokens")
            # The reference adds the embedding of one token (" .") to all query tokens, and the released
            # models were trained with this sum.
            offset = words(input_ids.new_full((), config.query_offset_token_id))
            group = self.query_tokens(offset).to(embeds.dtype)
            runs = int(is_query.sum()) // config.num_query_tokens
            at = (input_ids == config.query_token_id)[..., None]
            embeds = embeds.masked_scatter(at, group.repeat(runs, 1))
        return embeds

    def zero_vision_term(self, pixel_values: Tensor) -> Tensor:
        """Return zero, computed through tower, SAP, projector, query tokens and EmbQ.

        In distributed training every process must use the same parameters in the same order. So a
        process whose batch has no image adds this term to its embeddings. `pixel_values` are as in
        `get_image_features`.
        """
        encoded = self.get_image_features(pixel_values)
        Q = self.config.num_query_tokens
        total = encoded.pooler_output.sum()
        rows = encoded.pooler_output.new_zeros(1, Q, encoded.pooler_output.shape[-1])
        if self.language_model.embq is not None:
            group = QueryGroup(question_start=0, query_start=0, images=range(1))
            plan = plan_groups([(0, group)], Q, Q)
            assert plan is not None
            updated = self.language_model.embq(rows, plan.to(rows.device), encoded.last_hidden_state)
            total = total + updated.sum()
        if self.query_tokens is not None:
            total = total + self.query_tokens(rows[0, 0]).sum()
        if self.config.routed_layers:
            total = total + self.language_model.router(rows).sum()
        return 0 * total

    def embed_and_plan(
        self,
        input_ids: Tensor | None,
        inputs_embeds: Tensor | None,
        pixel_values: Tensor | None,
        attention_mask: Tensor | None,
        image_features: Tensor | None,
        embq_plan: EmbqPlan | None,
        is_cached: bool,
    ) -> tuple[Tensor, Tensor | None, EmbqPlan | None]:
        """Return embeddings (B, T, D), patch features (I, N, V) and the EmbQ plan of a forward pass. A
        missing plan is made if there are `pixel_values`. Raises: ValueError for combinations in which
        an input would be ignored."""
        if (input_ids is None) == (inputs_embeds is None):
            raise ValueError("give either input_ids or inputs_embeds")
        if pixel_values is not None and image_features is not None:
            raise ValueError(
                "give either pixel_values or image_features (of images in the cache), not both"
            )
        # 1. The caller gave embeddings, and has inserted visual tokens and query tokens into them.
        if input_ids is None:
            if pixel_values is not None:
                raise ValueError(
                    "pixel_values need input_ids with image tokens: for inputs_embeds call model.embed yourself, and "
                    "give image_features and embq_plan"
                )
            if self.config.routed_layers:
                raise ValueError(
                    "a model with routed layers needs input_ids, which tell where visual tokens are"
                )
            return cast(Tensor, inputs_embeds), image_features, embq_plan
        # 2. The ids have no new images. If they have visual tokens, these are in the cache.
        lacks_plan = self.config.has_embq and embq_plan is None
        if pixel_values is None:
            if (
                lacks_plan
                and image_features is not None
                and (input_ids == self.config.query_token_id).any()
            ):
                raise ValueError("image_features need an embq_plan (generate makes one)")
            return self.embed(input_ids), image_features, embq_plan
        # 3. The ids have new images. A plan can be made if the ids are the whole conversation.
        if lacks_plan and is_cached:
            raise ValueError(
                "pixel_values after cached turns need an embq_plan: give the whole conversation instead"
            )
        encoded = self.get_image_features(pixel_values)
        embeds = self.embed(input_ids, encoded.pooler_output)
        if lacks_plan:
            rows = unpadded(input_ids, attention_mask)
            embq_plan = plan_embq(rows, self.config, encoded.pooler_output.shape[1])
        return embeds, encoded.last_hidden_state, embq_plan

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
        cache: Cache | None = None,
        **kwargs: Any,
    ) -> FlashSlothModelOutput:
        """Return hidden states after the final norm, (B, T, D).

        Args:
            input_ids: (B, T) expanded ids; with a cache, the ids after the cached ones.
            pixel_values: (I, 3, S, S) or (I, tiles, 3, S, S), for ids with image tokens.
            image_features: (I, N, V) patch features of images whose visual tokens are in the cache.
            embq_plan: the query groups for EmbQ. If it is missing and nothing is cached, it is made
                from `input_ids`. With a cache pass `plan_embq(all_ids, config, P, past_length)`, as
                `generate` does.
            inputs_embeds: (B, T, D) instead of ids; without a plan EmbQ is not applied.
            attention_mask: (B, past + T), 0 at padding on either side; positions are counted without
                padding.
            dummy_pixel_values: pixel_values of an image that belongs to no row (`zero_vision_term`).
            cache: the name of past_key_values in transformers since 5.24.
        """
        past_key_values = past_key_values if cache is None else cache
        is_cached = past_key_values is not None and past_key_values.get_seq_length() > 0
        # 1. Make the embeddings, and encode the images.
        embeds, image_features, embq_plan = self.embed_and_plan(
            input_ids, inputs_embeds, pixel_values, attention_mask, image_features, embq_plan, is_cached
        )
        if dummy_pixel_values is not None:
            embeds = embeds + self.zero_vision_term(dummy_pixel_values).to(embeds.dtype)
        # 2. EmbQ and the router reach their layers as keyword arguments (hf/families.py).
        embq = self.language_model.embq
        call = None
        if embq_plan is not None and embq is not None:
            kwargs[EMBQ] = call = EmbqCall(
                embq, embq_plan.to(embeds.device), cast(Tensor, image_features)
            )
        routing = None
        if self.config.routed_layers and pixel_values is not None:
            kwargs[ROUTING] = routing = self._routing(
                cast(Tensor, input_ids), cast(Tensor, image_features)
            )
        # 3. Run the decoder, and check that it passed EmbQ on to its layer.
        if position_ids is None:
            position_ids = count_positions(attention_mask, embeds.shape[1])
        outputs = self.language_model(
            inputs_embeds=embeds,
            attention_mask=attention_mask,
            position_ids=position_ids,
            use_cache=use_cache,
            **{CACHE: past_key_values},
            **kwargs,
        )
        if call is not None:
            call.check(self.language_model)
        # a family may have more outputs
        kept = {name: outputs[name] for name in OUTPUTS if name in outputs}
        loss = routing.loss if routing is not None and self.training else None
        return FlashSlothModelOutput(**kept, image_features=image_features, routing_loss=loss)

    def _routing(self, input_ids: Tensor, image_features: Tensor) -> RoutingCall:
        """Return the call of the router, with the rows of the new images' visual tokens."""
        tiles = image_features.shape[1] // self.config.patches_per_tile
        visual = (input_ids == self.config.image_token_id).flatten().nonzero()
        rows = visual.view(-1, tiles * self.config.tokens_per_tile)
        return RoutingCall(self.language_model.router, cast(float, self.config.skip_ratio), rows)


class FlashSlothForConditionalGeneration(FlashSlothPreTrainedModel, GenerationMixin, LearnedLoss):
    """FlashSloth with its head, for `generate` and training."""

    _tp_plan = {"lm_head": "colwise_gather_output"}  # noqa: RUF012

    def __init__(self, config: FlashSlothConfig) -> None:
        super().__init__(config)
        self.model = FlashSlothModel(config)
        text = config.text_config
        self.lm_head = nn.Linear(text.hidden_size, text.vocab_size, bias=text.model_type == PHI)
        self.logit_scale = LogitScale.of(text)
        # transformers ties weights by their names. The embeddings have another name in some families.
        words = self.get_input_embeddings()
        name = next(name for name, module in self.named_modules() if module is words)
        # used if the configuration ties them
        self._tied_weights_keys = {"lm_head.weight": f"{name}.weight"}
        self.post_init()

    @property
    def language_model(self) -> nn.Module:
        return self.model.language_model

    def rotary_frequencies(self) -> tuple[Tensor, float]:
        """Return the rotary frequencies, and the factor by which cos and sin are multiplied.
        `PackedDecoder` uses this method."""
        text = self.config.text_config
        scale = ROPE_INIT_FUNCTIONS.get(text.rope_parameters["rope_type"])
        return (rotary_frequencies(text), 1.0) if scale is None else scale(text, torch.device("cpu"))

    def tower_blocks(self) -> tuple[str, nn.ModuleList]:
        """Return the blocks of the tower, and the prefix of their tensors, for `Engine` and presets."""
        return tower_blocks(self.model.vision_tower)

    def get_image_features(self, pixel_values: Tensor, **kwargs: Any) -> BaseModelOutputWithPooling:
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
        cache: Cache | None = None,
        **kwargs: Any,
    ) -> FlashSlothCausalLMOutput:
        """Return logits (B, T, vocabulary), or only the logits of the last `logits_to_keep` positions.

        With `labels` (B, T), which are -100 at positions without a loss, the loss is also returned: the
        mean cross-entropy of the labelled tokens, or for a part of a larger batch the sum divided by
        `num_items_in_batch`. In training the router's loss is added. With `loss_only` the head computes
        labelled positions only, and no logits are returned, which saves most of the memory of training.
        """
        outputs = self.model(
            input_ids,
            pixel_values=pixel_values,
            attention_mask=attention_mask,
            position_ids=position_ids,
            past_key_values=past_key_values,
            cache=cache,
            inputs_embeds=inputs_embeds,
            image_features=image_features,
            embq_plan=embq_plan,
            use_cache=use_cache,
            **kwargs,
        )
        logits = None
        loss = None
        if labels is not None and loss_only:
            loss = self.learned_loss(outputs.last_hidden_state, labels, num_items_in_batch)
        else:
            logits = self._head(slice_logits_to_keep(outputs.last_hidden_state, logits_to_keep))
            if labels is not None:
                loss = self.loss_function(
                    logits=logits,
                    labels=labels,
                    vocab_size=logits.shape[-1],
                    num_items_in_batch=num_items_in_batch,
                    **kwargs,
                )
        if loss is not None and labels is not None and outputs.routing_loss is not None:
            # With gradient accumulation this part is weighted by its share of the labelled tokens.
            share = (
                1
                if num_items_in_batch is None
                else (labels[:, 1:] != IGNORE_INDEX).sum() / num_items_in_batch
            )
            loss = loss + LOSS_SHARE * share * outputs.routing_loss
        kept = {
            name: value
            for name, value in outputs.items()
            if name not in ("last_hidden_state", "routing_loss")
        }
        return FlashSlothCausalLMOutput(loss=loss, logits=logits, **kept)

    def _head(self, hidden: Tensor) -> Tensor:
        return self.logit_scale(self.lm_head(hidden))

    def _expand_inputs_for_generation(
        self,
        expand_size: int = 1,
        is_encoder_decoder: bool = False,
        input_ids: Tensor | None = None,
        **kwargs: Any,
    ) -> tuple[Tensor, dict[str, Any]]:
        """Repeat each row together with all its images, for beam search and several answers."""
        image_inputs = {
            n: kwargs.pop(n) for n in ("pixel_values", "image_features") if kwargs.get(n) is not None
        }
        rows = input_ids
        input_ids, kwargs = super()._expand_inputs_for_generation(
            expand_size=expand_size,
            is_encoder_decoder=is_encoder_decoder,
            input_ids=input_ids,
            **kwargs,
        )
        # The images of all rows are one tensor. Split it by row, because each row has its own number of
        # images, and repeat each part.
        for name, values in image_inputs.items():
            if expand_size > 1 and rows is not None:
                tokens = (rows == self.config.image_token_id).sum(dim=1)
                total = int(tokens.sum())
                count = values.shape[0]
                if not total or total % count:
                    raise ValueError(
                        f"the ids have {total} image tokens for {count} images: expected a positive multiple of {count}"
                    )
                counts = (tokens // (total // count)).tolist()
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
        cache: Cache | None = None,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """Prepare the inputs of a step as transformers does. Images are inputs of the first step only.
        If earlier turns are cached, EmbQ is planned for the new questions, which needs the
        `image_features` of the cached images."""
        prefill = is_first_iteration or not kwargs.get("use_cache", True)
        past_key_values = past_key_values if cache is None else cache
        past = past_key_values.get_seq_length() if past_key_values is not None else 0
        features = kwargs.get("image_features")
        # A step after the first has no new images and no question, so EmbQ does not run.
        if not prefill:
            kwargs.update(pixel_values=None, image_features=None, embq_plan=None)
        elif past and input_ids.numel():
            tiles = features.shape[1] // self.config.patches_per_tile if features is not None else 1
            rows = unpadded(input_ids, kwargs.get("attention_mask"))
            plan = plan_embq(rows, self.config, tiles * self.config.tokens_per_tile, past)
            if plan is not None and features is None:
                raise ValueError("the new questions need the image_features of the cached images")
            # only EmbQ uses the features
            kwargs.update(embq_plan=plan, image_features=features if plan is not None else None)
        return super().prepare_inputs_for_generation(
            input_ids,
            next_sequence_length=next_sequence_length,
            inputs_embeds=inputs_embeds,
            is_first_iteration=is_first_iteration,
            **{CACHE: past_key_values},
            **kwargs,
        )


def count_positions(attention_mask: Tensor | None, length: int) -> Tensor | None:
    """Return positions (B, length), counted without padding; None without a padding mask."""
    # `generate` may pass a dictionary with a mask for each kind of layer.
    if not isinstance(attention_mask, Tensor) or attention_mask.dim() != 2:
        return None
    return (attention_mask.long().cumsum(dim=-1) - 1).clamp(min=0)[:, -length:]


# Building a model


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
    if type(network) is not Network:
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
