"""The decoders of transformers that FlashSloth's compression fits, by `model_type`, and those it refuses.

A config.json chooses classes of transformers by these names, so that a stranger's may name only what stands here.
Imports no torch. docs/models.md shows the tables, and a test compares the two.
"""

from __future__ import annotations

from flashsloth.errors import UnsupportedModel
from flashsloth.utils.text import printable

PHI = "phi"  # the released model's decoder, and the one that a configuration without a model_type means
# blocks of attention and a gated MLP, one after the other: the engine joins their products
GATED = ("llama", "mistral", "qwen2", "qwen3", "smollm3")
PACKED = (PHI, *GATED)
# by the family's own forward, all parts tested
TESTED = ("cohere", "gemma2", "gemma3_text", "gpt2", "gpt_neox", "granite", "mixtral", "olmo2", "opt", "phi3")
# by the family's own forward; only without a picture, bit for bit, and EmbQ's effect were tested
UNTESTED = (
    *("afmoe", "arcee", "aria_text", "biogpt", "bitnet", "cohere2", "cohere2_moe", "ctrl", "cwm", "deepseek_v2"),
    *("diffllama", "doge", "ernie4_5", "ernie4_5_moe", "exaone4", "flex_olmo", "flint", "gemma", "glm", "glm4"),
    *("gpt-sw3", "gpt_bigcode", "gpt_oss", "granite_swa", "granitemoe", "granitemoe_swa", "granitemoeshared"),
    *("helium", "hunyuan_v1_dense", "hunyuan_v1_moe", "hyperclovax", "iquestcoder", "jais2", "jetmoe", "laguna"),
    *("mellum", "minicpm3", "ministral", "ministral3", "moshi", "nanochat", "nemotron", "olmo", "olmo3", "olmoe"),
    *("persimmon", "phimoe", "qwen2_moe", "qwen3_moe", "seed_oss", "stablelm", "starcoder2", "vaultgemma", "xglm"),
    "youtu",
)
PLAIN_ATTENTION = frozenset({PHI, *GATED})  # scaled products and a softmax, at most within a window
ALLOWED = frozenset({PHI, *GATED, *TESTED, *UNTESTED})

STATE = "keeps a recurrent state, of which no prefix can be kept and no padding skipped"
KEYWORDS = "hands no keyword arguments to its layers, so that EmbQ would be left out in silence"
INPUT = "needs more than embeddings as its input"
PICTURES = "reads pictures itself; its text model has a model_type of its own"
HEAD = "has an output head of more than one linear layer"
SHAPES = "has layers of different shapes"
LIMIT = "states no number of positions"
BUFFERS = "stores numbers besides its weights, which neither training nor the engine keeps"
REFUSED = {
    **dict.fromkeys(("axk2", "bailing_hybrid", "bamba", "deepseek_v32", "deepseek_v4", "falcon_h1"), STATE),
    **dict.fromkeys(("falcon_mamba", "glm_moe_dsa", "granitemoehybrid", "hy_v4", "inkling_text", "jamba"), STATE),
    **dict.fromkeys(("inkling2_text", "kimi_linear", "lfm2", "lfm2_moe", "lfm3", "mamba", "mamba2", "minimax"), STATE),
    **dict.fromkeys(("nemotron_h", "olmo_hybrid", "qwen3_5_text", "qwen3_5_moe_text", "qwen3_next"), STATE),
    **dict.fromkeys(("qwen4_exp_text", "recurrent_gemma", "rwkv", "xlstm", "zamba", "zamba2"), STATE),
    **dict.fromkeys(("falcon", "gpt_neo", "gpt_neox_japanese", "gptj", "openai-gpt"), KEYWORDS),
    **dict.fromkeys(("bart", "bert", "gemma3n_text", "gemma4_text", "marian", "mbart", "roberta", "xlm"), INPUT),
    **dict.fromkeys(("gemma3", "gemma4", "llama4", "mllama", "qwen3_5", "qwen3_5_moe", "qwen4_exp"), PICTURES),
    **dict.fromkeys(("bert-generation", "llama4_text", "modernbert-decoder"), HEAD),
    "gemma4_unified_text": SHAPES,
    **dict.fromkeys(("bloom", "mpt", "xlnet"), LIMIT),
    **dict.fromkeys(("apertus", "axk1", "beam", "deepseek_v3", "exaone_moe", "glm4_moe", "hy_v3", "kolibri1"), BUFFERS),
    **dict.fromkeys(("mimo_v2_flash", "minimax_m2", "minimax_m3_vl_text", "solar_open"), BUFFERS),
}
HINT = "docs/models.md lists the decoders that fit, among them llama, qwen3 and smollm3."


def check_family(model_type: object) -> str:
    """Return the name of an allowed decoder. Raises: UnsupportedModel with the reason."""
    if isinstance(model_type, str) and model_type in ALLOWED:
        return model_type
    name = printable(str(model_type))
    reason = REFUSED.get(model_type) if isinstance(model_type, str) else None
    raise UnsupportedModel(
        f"text_config: a {name} model " + (reason or "is not among the decoders that fit"), hint=HINT
    )


def uses_paper_frame(model_type: str) -> bool:
    """Return whether a decoder's base models get the paper's chat frame, with `</s>`, as the released model has it."""
    return model_type == PHI
