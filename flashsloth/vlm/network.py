"""A model of transformers, arranged as a FlashSloth, and its tower."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, cast

import torch
from accelerate import init_empty_weights
from torch import Tensor, nn
from transformers.initialization import no_init_weights
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import AttentionMaskInterface, sdpa_mask
from transformers.modeling_outputs import CausalLMOutputWithPast
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS
from transformers.modeling_utils import AttentionInterface
from transformers.models.auto.modeling_auto import (
    MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING,
    MODEL_MAPPING,
)

from flashsloth import devices
from flashsloth.errors import TensorMismatch
from flashsloth.inference import image_encoder
from flashsloth.inference.decoder import LogitScale
from flashsloth.model.network import LearnedLoss, Network, rotary_frequencies
from flashsloth.sizes.families import LINEARS
from flashsloth.utils.yield_point import yield_point
from flashsloth.vlm.pictures import PreparedPicture
from flashsloth.vlm.sizes import VlmSizes

# The name of the towers' attention in transformers, which looks for a kernel of flash attention if a
# name contains "flash".
ATTENTION = "sloth"
MOST_PATCHES = 2**13  # of a picture for the towers' attention
VISION = "model.vision."  # the prefix of all tensors of the tower and the connector
TEXT = "model.language_model."


class VlmNetwork(Network, LearnedLoss):
    """`model.language_model` and `lm_head` have the tensor names of FlashSloth's checkpoints.
    Everything else, tower and connector, is in `model.vision`. Only training uses its `forward`."""

    model: Any
    accepts_loss_kwargs = True  # says to transformers' Trainer that `forward` takes num_items_in_batch

    def __init__(self, config: VlmSizes) -> None:
        nn.Module.__init__(self)  # Network.__init__ would make FlashSloth's parts
        whole: Any = MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING[type(config.whole)](config.whole)
        _register_attention()
        whole.set_attn_implementation({"vision_config": ATTENTION})
        self.config = config
        text: Any = whole.model.get_submodule(config.family.text)
        text.embq = None
        model: Any = nn.Module()
        model.language_model = text
        model.query_tokens = None
        self.model = model
        setattr(whole.model, config.family.text, None)
        model.vision = whole.model
        for block in self.tower_blocks()[1]:
            block.forward = partial(_one_at_a_time, block, block.forward)
        self.lm_head = whole.lm_head
        self.tie_weights()

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        labels: Tensor,
        visual_tokens: Tensor | None = None,
        deep: Tensor | None = None,
        axes: Tensor | None = None,
        num_items_in_batch: Tensor | int | None = None,
        **_: Any,
    ) -> CausalLMOutputWithPast:
        """Return the loss of rows (B, T) that are padded on the right.

        Args:
            visual_tokens: (N, D) of all rows, in the order of their placeholders.
            deep: (N, n, D), added to the visual tokens after each of the first n layers.
            axes: rotary positions (B, T, 3).
        """
        options: dict[str, Any] = {"attention_mask": attention_mask, "use_cache": False}
        embeds = self.get_input_embeddings()(input_ids)
        if visual_tokens is not None:
            at = (input_ids == self.config.image_token_id) & (attention_mask == 1)
            embeds = embeds.masked_scatter(at[..., None], visual_tokens.to(embeds.dtype))
            if deep is not None:
                options |= {"visual_pos_masks": at, "deepstack_visual_embeds": deep.unbind(1)}
        if axes is not None:
            options["position_ids"] = axes.permute(2, 0, 1)
        output = self.model.language_model(inputs_embeds=embeds, **options)
        loss = self.learned_loss(output.last_hidden_state, labels, num_items_in_batch)
        return CausalLMOutputWithPast(loss=cast(Any, loss))

    def _head(self, hidden: Tensor) -> Tensor:
        return LogitScale.of(self.config.text_config)(self.lm_head(hidden))

    def activation_checkpointing_enable(self, **options: Any) -> None:
        self.model.language_model.activation_checkpointing_enable(**options)

    def rotary_frequencies(self) -> tuple[Tensor, float]:
        text = self.config.text_config
        scaled = ROPE_INIT_FUNCTIONS.get(text.rope_parameters["rope_type"])
        return (rotary_frequencies(text), 1.0) if scaled is None else scaled(text, torch.device("cpu"))

    def tower_blocks(self) -> tuple[str, nn.ModuleList]:
        """Return the blocks of the tower, and the prefix of their tensors. They are the longest list of
        modules."""
        lists = (
            (name, module)
            for name, module in self.model.vision.named_modules()
            if isinstance(module, nn.ModuleList)
        )
        name, blocks = max(lists, key=lambda found: len(found[1]), default=("", nn.ModuleList()))
        return f"{VISION}{name}.", blocks


def build_empty(config: VlmSizes, *, real_buffers: bool) -> VlmNetwork:
    """Return the model with its parameters on the meta device, as hf.modeling.build_empty does."""
    with no_init_weights(), init_empty_weights(include_buffers=not real_buffers):
        network = VlmNetwork(config)
    network.tie_weights()
    return network.eval()


def renamed(stored: str, text: str) -> str:
    """Return VlmNetwork's name of a tensor.

    Published files have older names of transformers' modules: `language_model.model.layers...`,
    `language_model.lm_head.weight`, `vision_tower.vision_model...`, and parts without `model.` before
    them.

    Args:
        text: the name of the decoder in transformers' model.
    """
    name = stored.replace("language_model.lm_head.", "lm_head.", 1)
    # our own names, in a quantized copy
    if name.startswith(("lm_head.", VISION, TEXT)):
        return name
    name = name.replace("language_model.model.", "language_model.", 1)
    name = name.replace("vision_tower.vision_model.", "vision_tower.", 1).removeprefix("model.")
    name = name.replace("mlp_AR.", "projector.", 1)
    if name.startswith((f"{text}.", "embed_tokens.", "layers.", "norm.")):
        return TEXT + name.removeprefix(f"{text}.")
    return VISION + name


def tower_inputs(config: VlmSizes) -> tuple[str, ...]:
    """Return the names of the tower's inputs."""
    kind = MODEL_MAPPING[type(config.whole)]
    names = inspect.signature(kind.get_image_features).parameters
    return tuple(name for name in names if name not in ("self", "kwargs"))


class VlmEncoder(image_encoder.ImageEncoder):
    """The encoder of these models. Pictures are encoded one after another, because their numbers of
    tiles may differ."""

    batch = 1
    capturable = False

    def inputs(self, prepared: Sequence[PreparedPicture]) -> Mapping[str, Tensor]:
        (picture,) = prepared
        found = {"block": torch.tensor(picture.block)}
        if picture.grid is not None:
            found["grid"] = torch.tensor([picture.grid])
        for name, array in picture.items():
            value = devices.uploaded(torch.as_tensor(array), self.device)
            found[name] = value.to(self.dtype) if value.is_floating_point() else value
        return found

    def encode(  # type: ignore[override]
        self, *, block: Tensor, grid: Tensor | None = None, **inputs: Tensor
    ) -> Sequence[Tensor]:
        """Return the tensors of an EncodedImage, with a first dimension of 1.

        Raises: TensorMismatch if the picture's block has another number of placeholders than the tower
        makes embeddings."""
        output = self.model.model.vision.get_image_features(**inputs, return_dict=True)
        tokens = self._joined(output.pooler_output)
        wanted = int((block == self.model.config.image_token_id).sum())
        if len(tokens) != wanted:
            raise TensorMismatch(
                f"the tower makes {len(tokens)} tokens of a picture, and its image processor {wanted} placeholders",
                hint="The files of the model do not belong together. Download it again.",
            )
        nothing = tokens.new_empty(1, 0)
        encoded = [tokens[None], nothing, nothing]
        if grid is not None:
            encoded.append(grid)
        if deep := getattr(output, "deepstack_features", None):
            encoded.append(torch.stack([self._joined(each) for each in deep])[None])
        return encoded

    def _joined(self, found: Tensor | Sequence[Tensor]) -> Tensor:
        """Return the visual tokens (P, D) of the tiles of a picture, or of each of its parts."""
        parts = [found] if isinstance(found, Tensor) else found
        return torch.cat([part.flatten(0, -2) for part in parts]).to(self.dtype)


def _one_at_a_time(block: Any, forward: Any, x: Tensor, *others: Any, **options: Any) -> Any:
    """Compute a block of the tower for one tile after another, so that what it computes stays in the
    processor's cache."""
    masks = (*others, options.get("attention_mask"), options.get("cu_seqlens"))
    if any(isinstance(other, Tensor) for other in masks):
        yield_point()
        return forward(x, *others, **options)
    found = []
    for tile in torch.split(x, 1):
        fused = _fused(block, tile)
        if fused is None:
            yield_point()
            fused = forward(tile, *others, **options)
        found.append(fused)
    return torch.cat(found)


def _fused(block: Any, x: Tensor) -> Tensor | None:
    """Return the output of a block with SigLIP's names, computed in fewer passes. Return None for other
    blocks, dtypes and devices."""
    names = {name for name, _ in block.named_modules()}
    if x.device.type != "cpu" or not names.issuperset((*LINEARS, "layer_norm1")):
        return None
    if block.mlp.config.hidden_act not in (image_encoder.GELU, image_encoder.QUICK_GELU):
        return None
    return image_encoder.one_block(block, x)


def _register_attention() -> None:
    """Give transformers the attention of FlashSloth's own towers, which takes half the time on some
    processors."""

    def attend_patches(
        module: nn.Module,
        q: Tensor,
        k: Tensor,
        v: Tensor,
        attention_mask: Tensor | None = None,
        **options: Any,
    ) -> Any:
        mask = attention_mask
        # `image_encoder.attend` stores all scores of a head
        fits = q.shape == k.shape and q.shape[2] <= MOST_PATCHES
        sees_all = mask is None or bool(mask.all() if mask.dtype == torch.bool else not mask.any())
        if sees_all and fits and options.get("scaling") in (None, q.shape[-1] ** -0.5):
            return torch.unflatten(image_encoder.attend(q, k, v), -1, (q.shape[1], -1)), None
        return sdpa_attention_forward(module, q, k, v, mask, **options)

    AttentionInterface.register(ATTENTION, attend_patches)
    AttentionMaskInterface.register(ATTENTION, sdpa_mask)
