"""The whole model, in the form that the program opens and the engine computes with, and the weights of
its decoder and of EmbQ (arXiv:2412.04317, section 3.3), under transformers' names.

The decoder's modules have no forward. inference/decoder.py computes the decoder: it packs the weights
of a layer into a few matrix products, and applies EmbQ before layer `embq_layer`. The docstrings below
contain the formulas. Reference outputs: tests/parity/data/golden_prefill_*.npz and
golden_textonly_*.npz.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from flashsloth.model.embq import EmbQ, QueryTokens
from flashsloth.model.pooling import make_pooling
from flashsloth.model.vision import SiglipTower, empty_embedding, make_projector, tower_blocks
from flashsloth.sizes.families import PHI, attention_heads
from flashsloth.sizes.model_sizes import ModelSizes
from flashsloth.sizes.part_sizes import GatedSizes, PhiSizes

IGNORE_INDEX = -100  # the label of positions that do not count in the loss, as in torch


class TextModel(nn.Module):
    """Word embeddings, layers and final norm of a decoder, and EmbQ (None if the model has none)."""

    def __init__(self, config: ModelSizes) -> None:
        super().__init__()
        text: Any = config.text_config
        self.embed_tokens = empty_embedding(text.vocab_size, text.hidden_size)
        if text.model_type == PHI:
            self.layers = nn.ModuleList(PhiBlock(text) for _ in range(text.num_hidden_layers))
            self.final_layernorm = nn.LayerNorm(text.hidden_size, text.layer_norm_eps)
        else:
            self.layers = nn.ModuleList(
                GatedBlock(text, number) for number in range(text.num_hidden_layers)
            )
            self.norm = RmsWeight(text.hidden_size, text.rms_norm_eps)
        self.embq = EmbQ(config) if config.has_embq else None


class PhiBlock(nn.Module):
    """The weights of Phi's parallel block: x + attention(y) + mlp(y) with y = norm(x)."""

    def __init__(self, text: PhiSizes) -> None:
        super().__init__()
        width = text.hidden_size
        self.input_layernorm = nn.LayerNorm(width, text.layer_norm_eps)
        self.self_attn = nn.ModuleDict(
            {name: nn.Linear(width, width) for name in ("q_proj", "k_proj", "v_proj", "dense")}
        )
        self.mlp = nn.ModuleDict(
            {
                "fc1": nn.Linear(width, text.intermediate_size),
                "fc2": nn.Linear(text.intermediate_size, width),
            }
        )


class GatedBlock(nn.Module):
    """The weights of a sequential block with a gated MLP, as in Llama and Qwen:
    x += attention(norm(x)), then x += down(silu(gate(y)) * up(y)) with y = norm(x)."""

    def __init__(self, text: GatedSizes, number: int) -> None:
        super().__init__()
        heads = attention_heads(text)
        width = text.hidden_size
        eps = text.rms_norm_eps
        # grouped-query attention: several query heads share one head of keys and values
        query_width = heads.queries * heads.width
        key_width = heads.keys * heads.width
        has_bias = text.qkv_bias or text.attention_bias
        self.input_layernorm = RmsWeight(width, eps)
        self.post_attention_layernorm = RmsWeight(width, eps)
        attention: Any = nn.ModuleDict(
            {
                "q_proj": nn.Linear(width, query_width, has_bias),
                "k_proj": nn.Linear(width, key_width, has_bias),
                "v_proj": nn.Linear(width, key_width, has_bias),
                "o_proj": nn.Linear(query_width, width, text.attention_bias),
            }
        )
        if text.model_type == "qwen3":
            attention.update({name: RmsWeight(heads.width, eps) for name in ("q_norm", "k_norm")})
        attention.use_rope = text.rotates(number)
        self.self_attn = attention
        inner = text.intermediate_size
        self.mlp = nn.ModuleDict(
            {
                "gate_proj": nn.Linear(width, inner, text.mlp_bias),
                "up_proj": nn.Linear(width, inner, text.mlp_bias),
                "down_proj": nn.Linear(inner, width, text.mlp_bias),
                "act_fn": nn.SiLU(),
            }
        )


class RmsWeight(nn.Module):
    """The weight of an RMSNorm; packed_layers.RmsNorm computes the norm."""

    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.variance_epsilon = eps


def rotary_dims(text: Any) -> int:
    """Return how many dimensions of a head have rotary position embeddings. In Phi only some dimensions
    have them."""
    return int(attention_heads(text).width * text.rope_parameters.get("partial_rotary_factor", 1.0))


def rotary_frequencies(text: Any) -> Tensor:
    """Return the angle in radians by which one position rotates each pair of dimensions, for rotary
    embeddings without scaling. It is theta^(-2i/dims) for pair i; the result is a float32 tensor
    (dims/2,) on the host."""
    pairs = torch.arange(0, rotary_dims(text), 2, dtype=torch.float32, device="cpu")
    return 1.0 / (text.rope_parameters["rope_theta"] ** (pairs / rotary_dims(text)))


class LearnedLoss:
    """The loss of a model whose `_head` returns the logits of hidden states."""

    _head: Callable[[Tensor], Tensor]

    def learned_loss(
        self, hidden: Tensor, labels: Tensor, num_items: Tensor | int | None = None
    ) -> Tensor:
        """Return the cross-entropy of the labelled tokens, each predicted from the position before it.

        Shape: hidden (B, T, D), labels (B, T) -> scalar: the mean, or the sum divided by `num_items`; 0
        if no token is labelled.
        """
        labelled = (labels[:, 1:] != IGNORE_INDEX).nonzero(as_tuple=True)
        logits = self._head(hidden[:, :-1][labelled]).float()  # (labelled tokens, vocabulary)
        loss = nn.functional.cross_entropy(logits, labels[:, 1:][labelled], reduction="sum")
        return loss / (max(1, len(logits)) if num_items is None else num_items)


# The whole model


HEAD = "lm_head.weight"
WORDS = "model.language_model.embed_tokens.weight"


class Network(nn.Module):
    """All modules of a FlashSloth, `model` and `lm_head`, under the tensor names of its checkpoints.

    It has no forward. generation/engine.py encodes pictures with the modules of `model`, and
    inference/decoder.py computes the decoder with a packed form of the same weights.
    `LoadedModel.as_transformers` returns transformers' class with these weights.
    """

    def __init__(self, config: ModelSizes) -> None:
        super().__init__()
        text = config.text_config
        self.config = config
        self.model = Parts(config)
        self.lm_head = nn.Linear(text.hidden_size, text.vocab_size, bias=text.model_type == PHI)
        self.tie_weights()

    @property
    def language_model(self) -> TextModel:
        return self.model.language_model

    def get_input_embeddings(self) -> nn.Embedding:
        return self.language_model.embed_tokens

    def rotary_frequencies(self) -> tuple[Tensor, float]:
        """Return the angles of one position (`rotary_frequencies`), and the factor by which
        cos and sin are multiplied. This factor is 1 here; decoders of hf/modeling.py may have another
        factor.
        """
        return rotary_frequencies(self.config.text_config), 1.0

    def tower_blocks(self) -> tuple[str, nn.ModuleList]:
        """Return the blocks of the tower, and the prefix of their tensors."""
        return tower_blocks(self.model.vision_tower)

    @property
    def all_tied_weights_keys(self) -> dict[str, str]:
        """A dict that maps the name of the head's weight to the name of the word embeddings if the two
        are the same tensor; otherwise it is empty. transformers' models have the same attribute."""
        return {HEAD: WORDS} if self.config.tie_word_embeddings else {}

    def tie_weights(self) -> None:
        """Make the head and the word embeddings one tensor, if the configuration ties them. Call it
        again after one of them was replaced."""
        if self.config.tie_word_embeddings:
            self.lm_head.weight = self.get_input_embeddings().weight


class Parts(nn.Module):
    """The parts in the order in which they run: tower, pooling, projector, query tokens (None if the
    model has none), and the decoder with EmbQ."""

    def __init__(self, config: ModelSizes) -> None:
        super().__init__()
        text = config.text_config
        self.vision_tower = SiglipTower(config.vision_config)
        self.pooling = make_pooling(config)
        self.projector = make_projector(config.vision_config.hidden_size, text.hidden_size)
        self.query_tokens = (
            QueryTokens(config.num_query_tokens, text.hidden_size) if config.num_query_tokens else None
        )
        self.language_model = TextModel(config)
