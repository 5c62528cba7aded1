"""FlashSloth as one of vLLM's multimodal models."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from flashsloth.hf.config import FlashSlothConfig
from flashsloth.hf.families import make_tower
from flashsloth.inference.image_encoder import encode_patches
from flashsloth.model.embq import QueryTokens
from flashsloth.model.key_mapping import native_name
from flashsloth.model.pooling import make_pooling
from flashsloth.model.vision import make_projector
from flashsloth.sizes.families import PHI
from flashsloth_vllm import processor
from flashsloth_vllm.decoder import Decoder
from flashsloth_vllm.paged import PagedEmbQ
from flashsloth_vllm.rows import pack_windows
from flashsloth_vllm.vllm_api import (
    MULTIMODAL_REGISTRY,
    LogitsProcessor,
    ParallelLMHead,
    SupportsMultiModal,
    VllmConfig,
    default_weight_loader,
)

# linears of a checkpoint -> the joined linear of vLLM, and which part of it they are
STACKED: dict[str, tuple[str, str | int]] = {
    **{f"{part}_proj": ("qkv_proj", part) for part in "qkv"},
    "gate_proj": ("gate_up_proj", 0),
    "up_proj": ("gate_up_proj", 1),
}


@MULTIMODAL_REGISTRY.register_processor(
    processor.FlashSlothMultiModalProcessor,
    info=processor.FlashSlothProcessingInfo,
    dummy_inputs=processor.FlashSlothDummyInputs,
)
class FlashSlothForVllm(nn.Module, SupportsMultiModal):
    """A FlashSloth whose decoder is made of vLLM's layers. Tower, SAP, projector and query tokens are
    FlashSloth's own modules.

    vLLM calls `embed_multimodal` with new pictures, `embed_input_ids` with the ids of a step and the
    embeddings of its pictures, and then `forward`. EmbQ also needs the patch features of a picture, so
    the embedding of a visual token has D values of the token itself, followed by the packed features of
    its window.
    """

    requires_raw_input_tokens = True  # `forward` gets the ids in addition to the embeddings

    def __init__(self, *, vllm_config: VllmConfig, prefix: str = "") -> None:
        super().__init__()
        config: FlashSlothConfig = vllm_config.model_config.hf_config
        vision, text = config.vision_config, config.text_config
        self.config = config
        self.vision_tower = make_tower(vision)
        self.pooling = make_pooling(config)
        self.projector = make_projector(vision.hidden_size, text.hidden_size)
        self.query_tokens = (
            QueryTokens(config.num_query_tokens, text.hidden_size) if config.num_query_tokens else None
        )
        dot = f"{prefix}." if prefix else ""
        # vLLM sorts the layers of its cache by the number in their names, so EmbQ's rows come last
        rows_name = f"{dot}embq_rows.{text.num_hidden_layers}"
        self.language_model = Decoder(
            vllm_config=vllm_config, prefix=f"{dot}language_model", config=config, rows_name=rows_name
        )
        is_phi = text.model_type == PHI
        self.lm_head = ParallelLMHead(
            text.vocab_size, text.hidden_size, bias=is_phi, prefix=f"{dot}lm_head"
        )
        if config.tie_word_embeddings:
            self.lm_head = self.lm_head.tie_weights(self.language_model.embed_tokens)
        self.logits_processor = LogitsProcessor(text.vocab_size)
        self.paged = PagedEmbQ(vllm_config, rows_name, config, self.language_model.embq)
        self.features: tuple[Tensor, Tensor] | None = None  # of the step: positions and packed features

    @classmethod
    def get_placeholder_str(cls, modality: str, i: int) -> str | None:
        return "<image>" if modality == "image" else None

    def get_language_model(self) -> nn.Module:
        return self.language_model

    @torch.no_grad()
    def embed_multimodal(self, **inputs: Any) -> list[Tensor]:
        """Return the embeddings (tiles*P, D + w*w*V) of each picture, from pixels (3, S, S) or (tiles,
        3, S, S)."""
        pixels = inputs.get("pixel_values")
        return [] if pixels is None else [self.embed_picture(each) for each in pixels]

    def embed_picture(self, pixels: Tensor) -> Tensor:
        tiles = pixels.reshape(-1, *pixels.shape[-3:]).to(self.vision_tower.dtype)
        features = encode_patches(self.vision_tower, tiles)
        tokens = self.projector(self.pooling(features)).flatten(0, 1)
        if not self.config.has_embq:
            return tokens
        packed = pack_windows(features, self.config.pooling_window, self.config.patches_per_tile)
        return torch.cat([tokens, packed.flatten(0, 1)], dim=-1)

    def embed_input_ids(
        self,
        input_ids: Tensor,
        multimodal_embeddings: Any = None,
        *,
        is_multimodal: Tensor | None = None,
    ) -> Tensor:
        """Return the embeddings (T, D) of a step, with the visual tokens at the positions of their
        placeholders. Their packed features are stored for `forward`."""
        self.features = None
        embeds = self.language_model.embed_input_ids(input_ids)
        if multimodal_embeddings is None or is_multimodal is None or len(multimodal_embeddings) == 0:
            return embeds
        D = embeds.shape[-1]
        values = torch.cat([each.reshape(-1, each.shape[-1]) for each in multimodal_embeddings])
        positions = is_multimodal.to(embeds.device).nonzero()[:, 0]
        embeds[positions] = values[:, :D].to(embeds.dtype)
        self.features = positions, values[:, D:]
        return embeds

    def forward(
        self,
        input_ids: Tensor | None,
        positions: Tensor,
        intermediate_tensors: Any = None,
        inputs_embeds: Tensor | None = None,
        **kwargs: Any,
    ) -> Tensor:
        """Return hidden states (T, D).

        Raises: RuntimeError if EmbQ did not run.
        """
        features, self.features = self.features, None
        if inputs_embeds is None:
            assert input_ids is not None
            inputs_embeds = self.language_model.embed_input_ids(input_ids)
        step = self.paged.current_step()
        if step is not None:
            assert input_ids is not None, "requires_raw_input_tokens"
            # the vocabulary has no embeddings for query tokens: theirs are learned
            for piece in self.paged.begin(step, input_ids[: step.size].long(), features):
                inputs_embeds[piece.rows] = self.query_embeddings()[piece.offsets].to(
                    inputs_embeds.dtype
                )
        # A compiled decoder without EmbQ would answer fluently and wrong, so the calls are counted.
        calls = self.paged.calls
        hidden = self.language_model(positions, inputs_embeds)
        if step is not None and self.config.has_embq and self.paged.calls != calls + 1:
            raise RuntimeError(
                "EmbQ was lost from the compiled decoder: use --enforce-eager, and report this"
            )
        return hidden

    def query_embeddings(self) -> Tensor:
        """Return the query tokens (Q, D)."""
        assert self.query_tokens is not None
        word = torch.tensor([self.config.query_offset_token_id], device=self.query_tokens.weight.device)
        return self.query_tokens(self.language_model.embed_input_ids(word)[0])

    def compute_logits(self, hidden_states: Tensor) -> Tensor | None:
        """Return the logits (T, vocabulary), with those of the placeholders set to -inf."""
        logits = self.logits_processor(self.lm_head, hidden_states, self.lm_head.bias)
        if logits is not None:
            logits[:, [self.config.image_token_id, self.config.query_token_id]] = -torch.inf
        return logits

    def load_weights(self, weights: Iterable[tuple[str, Tensor]]) -> set[str]:
        """Load a checkpoint of the released or the native layout; return the names of the parameters.

        Raises: ValueError for tensors that the model does not have, and for missing ones.
        """
        parameters, loaded, unknown = dict(self.named_parameters()), set(), []
        for given, tensor in weights:
            name = (
                native_name(given).removeprefix("model.").replace("model.final_layernorm", "model.norm")
            )
            stem, _, leaf = name.rpartition(".")
            stem, _, module = stem.rpartition(".")
            joined, part = (
                STACKED.get(module, ("", "")) if name.startswith("language_model.layers.") else ("", "")
            )
            target = f"{stem}.{joined}.{leaf}" if joined else name
            if target not in parameters:
                unknown.append(given)
                continue
            parameter = parameters[target]
            loader = getattr(parameter, "weight_loader", default_weight_loader)
            loader(parameter, tensor, part) if joined else loader(parameter, tensor)
            loaded.add(target)
        missing = sorted(set(parameters) - loaded)
        if unknown or missing:
            raise ValueError(
                f"the checkpoint does not fit the model: unknown tensors {unknown}, missing {missing}"
            )
        return loaded
