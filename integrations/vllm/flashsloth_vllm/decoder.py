"""Decoders made of vLLM's layers, with EmbQ before one of them. vLLM has a layer for each family except
Phi, whose layer is defined here.

Modules have the names of FlashSloth's own model, except for the final norm and the linears that vLLM
joins.
"""

# No postponed annotations here: vLLM reads the types of `forward` to know which dimensions may change
# for torch.compile.
from typing import Any

import torch
from torch import nn

from flashsloth.hf.config import FlashSlothConfig
from flashsloth.model.embq import EmbQ
from flashsloth.sizes.families import PHI
from flashsloth_vllm.paged import embq_op
from flashsloth_vllm.vllm_api import (
    Attention,
    ColumnParallelLinear,
    LlamaDecoderLayer,
    QKVParallelLinear,
    Qwen2DecoderLayer,
    Qwen3DecoderLayer,
    RMSNorm,
    RowParallelLinear,
    VllmConfig,
    VocabParallelEmbedding,
    get_act_fn,
    get_rope,
    support_torch_compile,
)


class PhiAttention(nn.Module):
    def __init__(self, config: Any, vllm_config: VllmConfig, prefix: str) -> None:
        super().__init__()
        width, heads = config.hidden_size, config.num_attention_heads
        head = width // heads
        quant = vllm_config.quant_config
        self.qkv_proj = QKVParallelLinear(
            width, head, heads, bias=True, quant_config=quant, prefix=f"{prefix}.qkv_proj"
        )
        self.dense = RowParallelLinear(
            width, width, bias=True, quant_config=quant, prefix=f"{prefix}.dense"
        )
        self.rotary_emb = get_rope(
            head,
            max_position=config.max_position_embeddings,
            rope_parameters=dict(config.rope_parameters),
        )
        self.attn = Attention(
            self.qkv_proj.num_heads,
            head,
            head**-0.5,
            cache_config=vllm_config.cache_config,
            quant_config=quant,
            prefix=f"{prefix}.attn",
        )

    def forward(self, positions: torch.Tensor, hidden: torch.Tensor) -> torch.Tensor:
        qkv, _ = self.qkv_proj(hidden)
        q, k, v = qkv.chunk(3, dim=-1)
        q, k = self.rotary_emb(positions, q, k)
        return self.dense(self.attn(q, k, v))[0]


class PhiMlp(nn.Module):
    def __init__(self, config: Any, vllm_config: VllmConfig, prefix: str) -> None:
        super().__init__()
        width, inner, quant = config.hidden_size, config.intermediate_size, vllm_config.quant_config
        self.fc1 = ColumnParallelLinear(width, inner, quant_config=quant, prefix=f"{prefix}.fc1")
        self.fc2 = RowParallelLinear(inner, width, quant_config=quant, prefix=f"{prefix}.fc2")
        self.activation = get_act_fn(config.hidden_act)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        return self.fc2(self.activation(self.fc1(hidden)[0]))[0]


class PhiLayer(nn.Module):
    def __init__(self, config: Any, vllm_config: VllmConfig, prefix: str) -> None:
        super().__init__()
        self.input_layernorm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.self_attn = PhiAttention(config, vllm_config, f"{prefix}.self_attn")
        self.mlp = PhiMlp(config, vllm_config, f"{prefix}.mlp")

    def forward(
        self, positions: torch.Tensor, hidden: torch.Tensor, residual: None
    ) -> tuple[torch.Tensor, ...]:
        # Phi computes attention and MLP from the same input, side by side
        normed = self.input_layernorm(hidden)
        return self.self_attn(positions, normed) + self.mlp(normed), hidden


def make_layer(text: Any, vllm_config: VllmConfig, prefix: str) -> nn.Module:
    """Return a layer. It is called with None as its third argument, the residual; the sum of its two
    outputs is the hidden state."""
    if text.model_type == PHI:
        return PhiLayer(text, vllm_config, prefix)
    if text.model_type in ("llama", "mistral"):
        return LlamaDecoderLayer(vllm_config, prefix, text)
    kind = {"qwen2": Qwen2DecoderLayer, "qwen3": Qwen3DecoderLayer}[text.model_type]
    return kind(text, vllm_config.cache_config, vllm_config.quant_config, prefix)


@support_torch_compile
class Decoder(nn.Module):
    """The decoder of all requests of a step, without the head.

    Shape: positions (T,), embeddings (T, D) -> hidden states (T, D) after the final norm.

    Args:
        rows_name: the name of the PagedEmbQ layer.
    """

    def __init__(
        self, *, vllm_config: VllmConfig, prefix: str, config: FlashSlothConfig, rows_name: str
    ) -> None:
        super().__init__()
        text = config.text_config
        width, is_phi = text.hidden_size, text.model_type == PHI
        self.embed_tokens = VocabParallelEmbedding(text.vocab_size, width)
        self.layers = nn.ModuleList(
            make_layer(text, vllm_config, f"{prefix}.layers.{number}")
            for number in range(text.num_hidden_layers)
        )
        self.norm = (
            nn.LayerNorm(width, text.layer_norm_eps) if is_phi else RMSNorm(width, text.rms_norm_eps)
        )
        self.embq = EmbQ(config) if config.has_embq else None
        self.embq_layer = config.embq_layer if config.has_embq else None
        self.rows_name = rows_name

    def embed_input_ids(self, input_ids: torch.Tensor) -> torch.Tensor:
        return self.embed_tokens(input_ids)

    def forward(self, positions: torch.Tensor, hidden: torch.Tensor) -> torch.Tensor:
        for number, layer in enumerate(self.layers):
            if number == self.embq_layer:
                hidden = embq_op(hidden, self.rows_name)
            hidden = torch.add(*layer(positions, hidden, None))
        return self.norm(hidden)
