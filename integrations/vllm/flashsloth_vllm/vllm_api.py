"""Everything that this package imports from vLLM, and the calls that change its registries.

No other module imports vLLM. `tests/test_vllm_api.py` compares the signatures with those of the version
for which the package was written, and names the ones that have changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from vllm.compilation.decorators import support_torch_compile
from vllm.config import CompilationConfig, VllmConfig
from vllm.exceptions import VLLMValidationError
from vllm.forward_context import get_forward_context
from vllm.model_executor.layers.activation import get_act_fn
from vllm.model_executor.layers.attention import Attention
from vllm.model_executor.layers.attention_layer_base import AttentionLayerBase
from vllm.model_executor.layers.layernorm import RMSNorm
from vllm.model_executor.layers.linear import ColumnParallelLinear, QKVParallelLinear, RowParallelLinear
from vllm.model_executor.layers.logits_processor import LogitsProcessor
from vllm.model_executor.layers.rotary_embedding import get_rope
from vllm.model_executor.layers.vocab_parallel_embedding import ParallelLMHead, VocabParallelEmbedding
from vllm.model_executor.model_loader.weight_utils import default_weight_loader
from vllm.model_executor.models.config import MODELS_CONFIG_MAP, VerifyAndUpdateConfig
from vllm.model_executor.models.interfaces import SupportsMultiModal
from vllm.model_executor.models.llama import LlamaDecoderLayer
from vllm.model_executor.models.qwen2 import Qwen2DecoderLayer
from vllm.model_executor.models.qwen3 import Qwen3DecoderLayer
from vllm.model_executor.models.registry import ModelRegistry
from vllm.multimodal import MULTIMODAL_REGISTRY
from vllm.multimodal.inputs import MultiModalFieldConfig
from vllm.multimodal.parse import ImageProcessorItems
from vllm.multimodal.processing import (
    BaseDummyInputsBuilder,
    BaseMultiModalProcessor,
    BaseProcessingInfo,
    PromptReplacement,
)
from vllm.renderers.base import BaseRenderer
from vllm.renderers.chat_utils import parse_chat_messages, parse_chat_messages_async
from vllm.renderers.registry import RENDERER_REGISTRY
from vllm.tokenizers.hf import CachedHfTokenizer, get_cached_tokenizer
from vllm.tokenizers.registry import TokenizerRegistry
from vllm.utils.torch_utils import direct_register_custom_op
from vllm.v1.attention.backend import AttentionBackend, AttentionMetadata, AttentionMetadataBuilder
from vllm.v1.kv_cache_interface import FullAttentionSpec

__all__ = [
    "MULTIMODAL_REGISTRY",
    "Attention",
    "AttentionBackend",
    "AttentionLayerBase",
    "AttentionMetadata",
    "AttentionMetadataBuilder",
    "BaseDummyInputsBuilder",
    "BaseMultiModalProcessor",
    "BaseProcessingInfo",
    "BaseRenderer",
    "CachedHfTokenizer",
    "ColumnParallelLinear",
    "FullAttentionSpec",
    "ImageProcessorItems",
    "LlamaDecoderLayer",
    "LogitsProcessor",
    "MultiModalFieldConfig",
    "ParallelLMHead",
    "PromptReplacement",
    "QKVParallelLinear",
    "Qwen2DecoderLayer",
    "Qwen3DecoderLayer",
    "RMSNorm",
    "RowParallelLinear",
    "SupportsMultiModal",
    "VLLMValidationError",
    "VerifyAndUpdateConfig",
    "VllmConfig",
    "VocabParallelEmbedding",
    "default_weight_loader",
    "get_act_fn",
    "get_cached_tokenizer",
    "get_forward_context",
    "get_rope",
    "parse_chat_messages",
    "parse_chat_messages_async",
    "register_model",
    "register_op",
    "register_prompts",
    "split_graphs_at",
    "support_torch_compile",
]


def register_model(
    architectures: Iterable[str], where: str, settings: type[VerifyAndUpdateConfig]
) -> None:
    """Register `module:class` and the class that checks vLLM's settings, under each name of the
    architecture."""
    for name in architectures:
        ModelRegistry.register_model(name, where)
        MODELS_CONFIG_MAP[name] = settings


def register_prompts(mode: str, tokenizer: tuple[str, str], renderer: tuple[str, str]) -> None:
    """Register (module, class) of a tokenizer and of a renderer of messages, both used with
    `tokenizer_mode=mode`."""
    TokenizerRegistry.tokenizers[mode] = tokenizer
    RENDERER_REGISTRY.renderers[mode] = renderer


def split_graphs_at(op: str) -> None:
    """Leave an op of `register_op` out of CUDA graphs, as vLLM does with attention: a replayed graph
    would not make the plan of the step.

    Call it in every process before vLLM makes its configuration.
    """
    name = f"vllm::{op}"
    if name not in CompilationConfig._attention_ops:
        CompilationConfig._attention_ops.append(name)


def register_op(name: str, function: Callable[..., torch.Tensor], fake: Callable[..., Any]) -> Any:
    """Register `torch.ops.vllm.<name>` and return it. torch.compile treats it as one opaque op."""
    if not hasattr(torch.ops.vllm, name):
        direct_register_custom_op(op_name=name, op_func=function, fake_impl=fake)
    return getattr(torch.ops.vllm, name)
