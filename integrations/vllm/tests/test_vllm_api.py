"""What the package uses of vLLM is as it was when the package was written. After a change of vLLM, this
test names what has changed.

`python tests/test_vllm_api.py` replaces the record. Run it once the change is understood.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import json
from pathlib import Path
from typing import Any

from flashsloth_vllm import SUPPORTED, vllm_api

RECORD = Path(__file__).with_name("vllm_api.json")
PACKAGE = Path(vllm_api.__file__).parent
# methods that are overridden or called, by class
METHODS = {
    "AttentionLayerBase": ["bind_kv_cache", "get_attn_backend", "get_kv_cache_spec"],
    "AttentionBackend": ["get_name", "get_impl_cls", "get_builder_cls"],
    "AttentionMetadataBuilder": ["__init__", "build"],
    "BaseRenderer": [
        "__init__",
        "render_messages",
        "render_messages_async",
        "_process_tokens",
        "_process_tokens_async",
    ],
    "BaseProcessingInfo": [
        "get_supported_mm_limits",
        "get_supported_mm_processor_kwargs",
        "get_mm_max_tokens_per_item",
    ],
    "BaseDummyInputsBuilder": ["get_dummy_text", "get_dummy_mm_data", "_get_dummy_images"],
    "BaseMultiModalProcessor": ["_call_hf_processor", "_get_mm_fields_config", "_get_prompt_updates"],
    "SupportsMultiModal": [
        "get_placeholder_str",
        "embed_multimodal",
        "embed_input_ids",
        "get_language_model",
    ],
    "VerifyAndUpdateConfig": ["verify_and_update_config", "verify_and_update_model_config"],
    "CachedHfTokenizer": ["from_pretrained"],
    **{f"{family}DecoderLayer": ["__init__", "forward"] for family in ("Llama", "Qwen2", "Qwen3")},
}
CLASSES = [
    "Attention",
    "QKVParallelLinear",
    "ColumnParallelLinear",
    "RowParallelLinear",
    "VocabParallelEmbedding",
]
CLASSES += ["ParallelLMHead", "LogitsProcessor", "PromptReplacement", "RMSNorm"]
FUNCTIONS = [
    "get_rope",
    "get_act_fn",
    "get_forward_context",
    "parse_chat_messages",
    "parse_chat_messages_async",
]
FUNCTIONS += ["default_weight_loader", "get_cached_tokenizer", "direct_register_custom_op"]


def signature(thing: Any) -> str:
    """Return the names of the parameters, and which have defaults."""
    shown = (
        p.name + ("=" if p.default is not p.empty else "")
        for p in inspect.signature(thing).parameters.values()
    )
    return ", ".join(shown)


def describe() -> dict[str, Any]:
    from vllm.forward_context import ForwardContext
    from vllm.v1.attention.backend import CommonAttentionMetadata

    found = {
        f"{c}.{m}": signature(getattr(getattr(vllm_api, c), m))
        for c, names in METHODS.items()
        for m in names
    }
    found |= {name: signature(getattr(vllm_api, name)) for name in [*CLASSES, *FUNCTIONS]}
    tables = {
        "ops that CUDA graphs leave out": vllm_api.CompilationConfig._attention_ops,
        "tokenizers": vllm_api.TokenizerRegistry.tokenizers,
        "renderers": vllm_api.RENDERER_REGISTRY.renderers,
        "checks of settings": vllm_api.MODELS_CONFIG_MAP,
    }
    found |= {name: type(table).__name__ for name, table in tables.items()}
    records = (CommonAttentionMetadata, ForwardContext, vllm_api.FullAttentionSpec)
    found |= {
        each.__name__: ", ".join(sorted(f.name for f in dataclasses.fields(each))) for each in records
    }
    return found


def test_nothing_moved() -> None:
    import vllm

    assert vllm.__version__.startswith(f"{SUPPORTED}.")
    recorded, found = json.loads(RECORD.read_text()), describe()
    moved = {name: (recorded.get(name), found.get(name)) for name in recorded.keys() | found.keys()}
    moved = {name: pair for name, pair in moved.items() if pair[0] != pair[1]}
    assert not moved, (
        f"vLLM {vllm.__version__} changed (recorded, found): {json.dumps(moved, indent=1)}"
    )


def test_one_module_imports_vllm() -> None:
    for path in PACKAGE.glob("*.py"):
        imported = set()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported.add(node.module.partition(".")[0])
        # the package itself reads the version before it imports the rest
        assert "vllm" not in imported or path.name in ("vllm_api.py", "__init__.py"), path


if __name__ == "__main__":
    RECORD.write_text(json.dumps(describe(), indent=1, sort_keys=True) + "\n")
