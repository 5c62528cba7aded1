"""Folders laid out as those of published vision-language models, with tiny random weights.

Each has the keys of the real config.json, with small sizes, the real special tokens in their real
order, the strings of the real chat template, and the real files: settings of the image processor in a
file of their own or inside of processor_config.json, one file of weights or two, 16 or 32 bits, the
names of tensors that the files have. No text, weight or vocabulary of the real models is in them.

The scores of end tokens are always 0, so that answers do not end by chance.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tokenizers
import torch
import transformers
from safetensors.torch import save_file
from tokenizers import decoders, models, pre_tokenizers, trainers
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from paths import ROOT

GAIN = 1.3  # by which a layer of random weights increases its input

# What the templates write: S system text, Q question, A answer. Contents are lists of parts.
# `User:<image>Q`, but `User: Q`
SMOLVLM_TEMPLATE = """\
<|im_start|>{% for m in messages %}{{ m['role'] | capitalize }}\
{{ ':' if m['content'][0]['type'] == 'image' else ': ' }}\
{% for part in m['content'] %}{{ '<image>' if part['type'] == 'image' else part['text'] }}{% endfor %}\
<end_of_utterance>
{% endfor %}{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}"""
DOCLING_TEMPLATE = """\
{%- for m in messages -%}
{{- '<|start_of_role|>' + m['role'] + '<|end_of_role|>' -}}
{%- if m['content'] is string -%}{{- m['content'] -}}
{%- else -%}
{%- for part in m['content'] -%}
{%- if part['type'] == 'text' -%}{{- part['text'] -}}
{%- elif part['type'] == 'image' -%}{{- '<image>' -}}
{%- endif -%}
{%- endfor -%}
{%- endif -%}
{{- '<|end_of_text|>\n' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- '<|start_of_role|>assistant<|end_of_role|>' -}}{%- endif -%}
"""
INTERNVL_TEMPLATE = """\
{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' }}\
{% if m['content'] is string %}{{ m['content'] }}{% else %}{% for part in m['content'] %}\
{% if part['type'] == 'image' %}{{ '<IMG_CONTEXT>\n' }}\
{% elif part['type'] == 'video' %}{{ '<video>\n' }}\
{% elif part['type'] == 'text' %}{{ part['text'] }}{% endif %}{% endfor %}{% endif %}\
{{ '<|im_end|>\n' }}{% endfor %}\
{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"""
# pictures first; no line end after `<|im_end|>`; past answers in a block for trainers
ONEVISION_TEMPLATE = """\
{% for m in messages %}{{ '<|im_start|>' + m['role'] + ' ' }}\
{# pictures, then texts #}\
{% for part in m['content'] | selectattr('type', 'equalto', 'image') %}{{ '<image>' }}{% endfor %}\
{% if m['role'] != 'assistant' %}\
{% for part in m['content'] | selectattr('type', 'equalto', 'text') %}{{ '\n' + part['text'] }}\
{% endfor %}\
{% else %}{% for part in m['content'] | selectattr('type', 'equalto', 'text') %}\
{% generation %}{{ '\n' + part['text'] }}{% endgeneration %}{% endfor %}{% endif %}\
{{ '<|im_end|>' }}{% endfor %}\
{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"""
# a system message without text if there is none; a line end before each `<|im_end|>`
LIGHTON_TEMPLATE = """\
{%- if messages[0]['role'] != 'system' -%}
{{- '<|im_start|>system<|im_end|>\n' -}}
{%- endif -%}
{%- for m in messages -%}
    {{- '<|im_start|>' + m['role'] + '\n' -}}
    {%- for part in m['content'] -%}
        {%- if part['type'] == 'image' -%}{{- '<|image_pad|>' -}}
        {%- else -%}{{- part['text'] -}}
        {%- endif -%}
    {%- endfor -%}
    {{- '\n<|im_end|>\n' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\n' -}}{%- endif -%}
"""
GRANITE_TEMPLATE = """\
{%- if messages[0]['role'] != 'system' %}
    {{- '<|system|>\nA chat between a curious user and an assistant. The answers are polite.\n' }}
{%- endif %}
{%- for m in messages %}
    {{- '<|' + m['role'] + '|>\n' }}
    {%- for part in m['content'] | selectattr('type', 'equalto', 'image') %}{{- '<image>\n' }}{%- endfor %}
    {%- for part in m['content'] | selectattr('type', 'equalto', 'text') %}{{- part['text'] }}{%- endfor %}
    {%- if m['role'] == 'assistant' %}{{- '<|end_of_text|>' }}{%- else %}{{- '\n' }}{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|assistant|>\n' }}{%- endif %}
"""
DEEPSEEK_TEMPLATE = """\
{% for m in messages %}{% if m['role'] == 'system' %}{{ m['content'][0]['text'] + '\n\n' }}{% else %}\
{{ m['role'] | capitalize + ': ' }}{% for part in m['content'] %}\
{{ '<image_placeholder>' if part['type'] == 'image' else part['text'] }}{% endfor %}\
{{ '\n\n' if m['role'] == 'user' else '<|end_of_sentence|>' }}{% endif %}{% endfor %}\
{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}"""
# Without a system message Qwen2-VL and Qwen2.5-VL write a default one. Qwen3-VL writes none.
QWEN3_VL_TEMPLATE = """\
{%- for m in messages %}
    {{- '<|im_start|>' + m['role'] + '\n' }}
    {%- for part in m['content'] %}
        {%- if part['type'] == 'image' %}{{- '<|vision_start|><|image_pad|><|vision_end|>' }}
        {%- elif 'text' in part %}{{- part['text'] }}
        {%- endif %}
    {%- endfor %}
    {{- '<|im_end|>\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\n' }}{%- endif %}
"""
QWEN_VL_TEMPLATE = """\
{% set pictures = namespace(value=0) %}{% for m in messages %}\
{% if loop.first and m['role'] != 'system' %}<|im_start|>system
You are a helpful assistant.<|im_end|>
{% endif %}<|im_start|>{{ m['role'] }}
{% for part in m['content'] %}{% if part['type'] == 'image' %}\
{% set pictures.value = pictures.value + 1 %}\
{% if add_vision_id %}Picture {{ pictures.value }}: {% endif %}<|vision_start|><|image_pad|><|vision_end|>\
{% elif 'text' in part %}{{ part['text'] }}{% endif %}{% endfor %}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""
PADDLE_TEMPLATE = """\
{%- if not add_generation_prompt is defined -%}{%- set add_generation_prompt = true -%}{%- endif -%}
{{- '<|begin_of_sentence|>' -}}
{%- for m in messages -%}
    {%- if m['role'] == 'user' -%}
        {{- 'User: ' -}}
        {%- for part in m['content'] | selectattr('type', 'equalto', 'image') -%}
            {{- '<|IMAGE_START|><|IMAGE_PLACEHOLDER|><|IMAGE_END|>' -}}
        {%- endfor -%}
        {%- for part in m['content'] | selectattr('type', 'equalto', 'text') -%}
            {{- part['text'] -}}
        {%- endfor -%}
        {{- '\n' -}}
    {%- elif m['role'] == 'assistant' -%}
        {{- 'Assistant:\n' + m['content'][0]['text'] + '</s>' -}}
    {%- else -%}
        {{- m['content'][0]['text'] + '\n' -}}
    {%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- 'Assistant:\n' -}}{%- endif -%}
"""
# of a decoder, which reads texts alone: it must not be taken where the processor has its own
WORDS_TEMPLATE = """\
{% for m in messages %}{{ '<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>\n' }}{% endfor %}\
{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"""

# Special tokens, in the order of their ids. The first ones have the first ids, the others the last.
ROWS = [f"<row_{row}_col_{column}>" for row in range(1, 7) for column in range(1, 7)]
SMOLVLM_TOKENS = (
    ["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
    [
        "<global-img>",
        *ROWS,
        "<fake_token_around_image>",
        "<image>",
        *(f"<|reserved_special_token_{number}|>" for number in range(88)),
        "<end_of_utterance>",
    ],
)
DOCLING_TOKENS = (
    [],
    [
        "<|pad|>",
        "<|end_of_text|>",
        *[f"<row_1_col_{column}>" for column in range(1, 5)],
        "<row_2_col_1>",
        "<row_2_col_2>",
        "<|start_of_role|>",
        "<|end_of_role|>",
        "<row_2_col_3>",
        "<row_2_col_4>",
        "<image>",
        "<formula>",
        "<otsl>",
        "<chart>",
        "<doctag>",
        "<fcel>",
        "<rhed>",
        "<|unk|>",
        "<fake_token_around_image>",
        "<global-img>",
        *[f"<row_{row}_col_{column}>" for row in (3, 4) for column in range(1, 5)],
        "<code>",
        "<end_of_utterance>",  # beyond the embeddings
    ],
)
QWEN_TOKENS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
QWEN25_TOKENS = [
    *QWEN_TOKENS,
    *(f"<|{part}_{end}|>" for part in ("object_ref", "box", "quad") for end in ("start", "end")),
    *("<|vision_start|>", "<|vision_end|>", "<|vision_pad|>", "<|image_pad|>", "<|video_pad|>"),
]
PLAIN_TOKENS = ["<tool_call>", "</tool_call>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>"]
PLAIN_TOKENS += ["<|fim_pad|>", "<|repo_name|>", "<|file_sep|>"]  # added, but not special
INTERNVL_TOKENS = ["<img>", "</img>", "<IMG_CONTEXT>", "<quad>", "</quad>", "<ref>", "</ref>"]
INTERNVL_TOKENS += ["<box>", "</box>", "<video>"]
INTERNVL_NAMES = {
    "start_image_token": "<img>",
    "end_image_token": "</img>",
    "context_image_token": "<IMG_CONTEXT>",
    "video_token": "<video>",
}

GPT2_WORDS = pre_tokenizers.ByteLevel(add_prefix_space=False)
QWEN_RULE = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN_WORDS = pre_tokenizers.Sequence(
    [
        pre_tokenizers.Split(tokenizers.Regex(QWEN_RULE), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ]
)

SIGLIP_SCALE = {"image_mean": [0.5] * 3, "image_std": [0.5] * 3}
CLIP_SCALE = {
    "image_mean": [0.48145466, 0.4578275, 0.40821073],
    "image_std": [0.26862954, 0.26130258, 0.27577711],
}
IMAGENET_SCALE = {"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}
DONE = {"do_convert_rgb": True, "do_normalize": True, "do_rescale": True, "do_resize": True}
DONE |= {"rescale_factor": 1 / 255}

LLAMA = {
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 2048,
    "rms_norm_eps": 1e-5,
    "rope_theta": 100000,
    "model_type": "llama",
}
QWEN2 = LLAMA | {"model_type": "qwen2", "rope_theta": 1000000.0, "hidden_act": "silu"}
QWEN2 |= {"sliding_window": None, "use_sliding_window": False, "max_window_layers": 70}
QWEN3 = LLAMA | {"model_type": "qwen3", "head_dim": 32, "rms_norm_eps": 1e-6, "rope_theta": 1000000}
TOWER = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
SIGLIP = TOWER | {"model_type": "siglip_vision_model", "image_size": 28, "patch_size": 7}
SIGLIP |= {"vision_use_head": False}
CLIP = TOWER | {"model_type": "clip_vision_model", "image_size": 28, "patch_size": 7}
CLIP |= {"projection_dim": 64, "vocab_size": 32000}
PINPOINTS = [[28, 56], [56, 28], [56, 56], [84, 28], [28, 84]]

OLDER_LLAVA = {
    "lm_head.": "language_model.lm_head.",
    "model.language_model.": "language_model.model.",
    "model.vision_tower.": "vision_tower.vision_model.",
    "model.multi_modal_projector.": "multi_modal_projector.",
    "model.image_newline": "image_newline",
}


@dataclass(frozen=True)
class StandIn:
    """What a folder contains.

    Args:
        config: config.json, without the ids of tokens and the size of the vocabulary. Without
            text_config the settings of the decoder are beside the others.
        images: the settings of the image processor.
        settings: processor_config.json. With nothing but its processor_class there is no such file.
        tokens: the special tokens with the first ids, and those with the last.
        end, image: the token that ends an answer, and the placeholder of a picture.
        named: the names that tokenizer_config.json gives to special tokens.
        image_key: the key of the placeholder in config.json.
        template: the chat template, and the file in which it is.
        nested: whether the image processor's settings are inside of processor_config.json.
        names: the names of tensors in the file, by those that transformers has now.
        shards: the number of files of weights.
        beyond: the number of tokens that have no embedding.
        architecture: the class of transformers; that of config.json's model_type if empty.
        generation: further keys of generation_config.json.
        unread: names of tensors in the file that the model does not read.
    """

    config: Mapping[str, Any]
    images: Mapping[str, Any]
    settings: Mapping[str, Any]
    tokens: tuple[Sequence[str], Sequence[str]]
    end: str
    image: str
    template: tuple[str, str]
    named: Mapping[str, str] = field(default_factory=dict)
    image_key: str = "image_token_id"
    nested: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    words: Any = QWEN_WORDS
    dtype: torch.dtype = torch.float32
    shards: int = 1
    beyond: int = 0
    plain: Sequence[str] = ()
    architecture: str = ""
    generation: Mapping[str, Any] = field(default_factory=dict)
    unread: Sequence[str] = ()

    @property
    def whole(self) -> str:
        """The class of transformers, without its ending."""
        return (
            self.architecture
            or {
                "idefics3": "Idefics3",
                "smolvlm": "SmolVLM",
                "internvl": "InternVL",
                "llava": "Llava",
                "llava_next": "LlavaNext",
                "llava_onevision": "LlavaOnevision",
                "deepseek_vl": "DeepseekVL",
                "qwen2_vl": "Qwen2VL",
                "qwen2_5_vl": "Qwen2_5_VL",
                "qwen3_vl": "Qwen3VL",
                "paddleocr_vl": "PaddleOCRVL",
            }[self.config["model_type"]]
        )


def smolvlm(
    kind: str, model_type: str, *, tile: int, patch: int, factor: int, heads: bool = True
) -> dict[str, Any]:
    """Return the fields that SmolVLM's folders have in common."""
    words = LLAMA | {
        "_flash_attn_2_enabled": True,
        "_name_or_path": "None",
        "architectures": ["VLlama3ForCausalLM"],
        "is_llama_config": True,
        "neftune_noise_alpha": 0.0,
        "pad_token_id": 2,
        "perceiver_config": {
            "model_type": "vllama3",
            "resampler_depth": 6,
            "tie_word_embeddings": True,
        },
        "pixel_shuffle_factor": factor,
        "qk_layer_norms": False,
        "rope_interleaved": False,
        "transformers.js_config": {"kv_cache_dtype": {"fp16": "float16"}},
        "use_resampler": False,
    }
    tower = TOWER | {
        "image_size": tile,
        "max_image_size": {"longest_edge": tile},
        "model_type": f"{model_type}_vision" if model_type == "smolvlm" else "idefics3",
        "patch_size": patch,
        "size": {"longest_edge": 4 * tile},
        "tie_word_embeddings": False,
        "use_base_siglip": False,
    }
    return {
        "config": {
            "architectures": [f"{kind}ForConditionalGeneration"],
            "model_type": model_type,
            "pad_token_id": 128002,
            "scale_factor": factor,
            "text_config": words,
            "tie_word_embeddings": False,
            "transformers.js_config": {"kv_cache_dtype": {"fp16": "float16"}},
            "use_cache": False,
            "use_reentrant_checkpointing": False,
            "vision_config": tower,
        },
        "images": DONE
        | SIGLIP_SCALE
        | {
            "do_image_splitting": True,
            "do_pad": True,
            "image_processor_type": f"{kind}ImageProcessor",
            "max_image_size": {"longest_edge": tile},
            "processor_class": f"{kind}Processor",
            "resample": 1,
            "size": {"longest_edge": 4 * tile},
        },
        "settings": {
            "image_seq_len": (tile // patch // factor) ** 2,
            "processor_class": f"{kind}Processor",
        },
        "tokens": SMOLVLM_TOKENS,
        "end": "<end_of_utterance>",
        "image": "<image>",
        "template": ("chat_template.json", SMOLVLM_TEMPLATE),
        "words": GPT2_WORDS,
    }


VIDEO = {"video_sampling": {"fps": 1, "max_frames": 64, "video_size": {"longest_edge": 32}}}
SMOLVLM_256M = smolvlm("Idefics3", "idefics3", tile=32, patch=8, factor=2)
SMOLVLM_500M = smolvlm("SmolVLM", "smolvlm", tile=32, patch=8, factor=2)
SMOLVLM_2B = smolvlm("SmolVLM", "smolvlm", tile=42, patch=7, factor=3)
SMOLVLM_NAMES = {
    "end_of_utterance_token": "<end_of_utterance>",
    "fake_image_token": "<fake_token_around_image>",
    "global_image_token": "<global-img>",
    "image_token": "<image>",
}
DOCLING = smolvlm("Idefics3", "idefics3", tile=32, patch=4, factor=4)


def internvl(words: Mapping[str, Any], more: Sequence[str], **fields: Any) -> StandIn:
    tower = TOWER | {
        "architectures": ["InternVisionModel"],
        "attention_bias": True,
        "dropout": 0.0,
        "hidden_act": "gelu",
        "image_size": [28, 28],
        "initializer_factor": 0.1,
        "initializer_range": 1e-10,
        "layer_norm_eps": 1e-6,
        "layer_scale_init_value": 0.1,
        "model_type": "internvl_vision",
        "norm_type": "layer_norm",
        "num_channels": 3,
        "patch_size": [7, 7],
        "use_absolute_position_embeddings": True,
        "use_mask_token": False,
        "use_mean_pooling": True,
        "use_qk_norm": False,
    }
    return StandIn(
        config={
            "architectures": ["InternVLForConditionalGeneration"],
            "downsample_ratio": 0.5,
            "image_seq_length": 4,
            "model_type": "internvl",
            "projector_hidden_act": "gelu",
            "text_config": dict(words),
            "torch_dtype": "bfloat16",
            "transformers_version": "4.52.0.dev0",
            "vision_config": tower,
            "vision_feature_layer": -1,
            "vision_feature_select_strategy": "default",
        },
        images=DONE
        | IMAGENET_SCALE
        | {
            "crop_size": None,
            "crop_to_patches": False,  # InternVLProcessor's own default, true, comes first
            "data_format": "channels_first",
            "default_to_square": True,
            "device": None,
            "do_center_crop": None,
            "image_processor_type": "GotOcr2ImageProcessorFast",
            "input_data_format": None,
            "max_patches": 6,
            "min_patches": 1,
            "processor_class": "InternVLProcessor",
            "resample": 3,
            "return_tensors": None,
            "size": {"height": 28, "width": 28},
        },
        settings={"image_seq_length": 4, "processor_class": "InternVLProcessor"},
        tokens=([], [*QWEN25_TOKENS, *PLAIN_TOKENS, *more, *INTERNVL_TOKENS]),
        plain=(*PLAIN_TOKENS, *more),
        named=INTERNVL_NAMES,
        end="<|im_end|>",
        image="<IMG_CONTEXT>",
        template=("chat_template.jinja", INTERNVL_TEMPLATE),
        dtype=torch.bfloat16,
        names={
            "lm_head.": "language_model.lm_head.",
            "model.language_model.": "language_model.model.",
            "model.vision_tower.": "vision_tower.",
            "model.multi_modal_projector.": "multi_modal_projector.",
        },
        **fields,
    )


def llava(model_type: str, text: Mapping[str, Any], tower: Mapping[str, Any], **fields: Any) -> StandIn:
    """Return a LLaVA with its older names of tensors. Fields may have further keys of `config`, of
    `images` and of `settings`."""
    clip = tower["model_type"] == "clip_vision_model"
    strategy = "default" if clip else "full"
    config = {
        "ignore_index": -100,
        "image_seq_length": 16,
        "model_type": model_type,
        "projector_hidden_act": "gelu",
        "text_config": dict(text),
        "tie_word_embeddings": False,
        "vision_config": dict(tower),
        "vision_feature_layer": -2 if clip else -1,
        "vision_feature_select_strategy": strategy,
    }
    given = {
        "tokens": ([], [*QWEN_TOKENS, "<image>", "<video>"]),
        "end": "<|im_end|>",
        "template": ("chat_template.json", ONEVISION_TEMPLATE),
        **fields,
    }
    sizes = {"size": {"height": 28, "width": 28}} | (CLIP_SCALE if clip else SIGLIP_SCALE)
    settings = {"image_token": "<image>", "vision_feature_select_strategy": strategy}
    return StandIn(
        config=config | given.pop("config", {}),
        images=DONE | {"resample": 3} | sizes | given.pop("images", {}),
        settings=settings | given.pop("settings", {}),
        image="<image>",
        image_key="image_token_index",
        names=OLDER_LLAVA,
        **given,
    )


QWEN_VL_TOWER = {
    "depth": 4,
    "in_chans": 3,
    "num_heads": 2,
    "patch_size": 7,
    "spatial_merge_size": 2,
    "spatial_patch_size": 7,
    "temporal_patch_size": 2,
}
OLDER_QWEN_VL = {"model.language_model.": "model.", "model.visual.": "visual."}


def qwen_vl(kind: str, tower: Mapping[str, Any], **fields: Any) -> StandIn:
    """Return a Qwen-VL whose config.json has no text_config."""
    images = {"image_processor_type": "Qwen2VLImageProcessor", "merge_size": 2, "patch_size": 7}
    images |= {"max_pixels": 2**17, "min_pixels": 4 * 14**2, "temporal_patch_size": 2}
    processor = {"qwen2_vl": "Qwen2VLProcessor", "qwen2_5_vl": "Qwen2_5_VLProcessor"}[kind]
    return StandIn(
        config=QWEN2
        | {
            "architectures": [processor.replace("Processor", "ForConditionalGeneration")],
            "max_window_layers": 3,
            "model_type": kind,
            "rope_scaling": {"mrope_section": [2, 3, 3], "type": "mrope"},
            "sliding_window": 1024,
            "torch_dtype": "bfloat16",
            "vision_config": QWEN_VL_TOWER | tower,
            **fields.pop("config", {}),
        },
        images=CLIP_SCALE | images | {"processor_class": processor},
        settings={"processor_class": processor},
        tokens=([], [*QWEN25_TOKENS, *PLAIN_TOKENS]),
        plain=PLAIN_TOKENS,
        end="<|im_end|>",
        image="<|image_pad|>",
        template=("chat_template.json", QWEN_VL_TEMPLATE),
        names=OLDER_QWEN_VL,
        dtype=torch.bfloat16,
        **fields,
    )


GRANITE = LLAMA | {
    "attention_multiplier": 0.0625,
    "embedding_multiplier": 12.0,
    "logits_scaling": 8.0,
    "model_type": "granite",
    "residual_multiplier": 0.22,
    "rope_theta": 300000,
    "tie_word_embeddings": True,
}
LIGHTON_SCALE = {"rope_parameters": {"rope_theta": 10000, "rope_type": "default"}}

STAND_INS: dict[str, StandIn] = {
    "smolvlm-256m": StandIn(
        **SMOLVLM_256M
        | {"config": SMOLVLM_256M["config"] | {"torch_dtype": "bfloat16"}, "dtype": torch.bfloat16}
    ),
    "smolvlm": StandIn(
        **SMOLVLM_500M | {"images": SMOLVLM_500M["images"] | VIDEO, "named": SMOLVLM_NAMES}
    ),
    "smolvlm-2b": StandIn(
        **SMOLVLM_2B | {"images": SMOLVLM_2B["images"] | VIDEO, "named": SMOLVLM_NAMES, "shards": 2}
    ),
    "granite-docling": StandIn(
        **DOCLING
        | {
            "config": DOCLING["config"]
            | {
                "dtype": "bfloat16",
                "text_config": LLAMA | {"rope_scaling": None, "tie_word_embeddings": True},
                "tie_word_embeddings": True,
                "transformers_version": "4.56.1",
            },
            "tokens": DOCLING_TOKENS,
            "end": "<|end_of_text|>",
            "template": ("chat_template.jinja", DOCLING_TEMPLATE),
            "beyond": 1,
            "dtype": torch.bfloat16,
        }
    ),
    "internvl": internvl(
        QWEN2 | {"rope_scaling": {"factor": 2.0, "rope_type": "dynamic", "type": "dynamic"}},
        [],
        beyond=1,
    ),
    "internvl-1b": internvl(QWEN3, ["<tool_response>", "</tool_response>", "<think>", "</think>"]),
    "lighton-ocr": StandIn(
        config={
            "architectures": ["LightOnOCRForConditionalGeneration"],
            "dtype": "bfloat16",
            "model_type": "mistral3",
            "multimodal_projector_bias": False,
            "projector_hidden_act": "gelu",
            "spatial_merge_size": 2,
            "text_config": QWEN3
            | {
                "rope_parameters": {"rope_theta": 1000000, "rope_type": "default"},
                "tie_word_embeddings": True,
                "use_qk_norm": True,
            },
            "transformers_version": "5.0.0.dev0",
            "vision_config": TOWER
            | LIGHTON_SCALE
            | {
                "head_dim": 16,
                "hidden_act": "silu",
                "image_size": 56,
                "model_type": "pixtral",
                "patch_size": 7,
            },
            "vision_feature_layer": -1,
        },
        images=DONE
        | CLIP_SCALE
        | {
            "crop_size": None,
            "data_format": "channels_first",
            "default_to_square": True,
            "image_processor_type": "PixtralImageProcessorFast",
            "patch_size": 7,
            "resample": 3,
            "size": {"longest_edge": 56},
        },
        settings={
            "image_break_token": "<|vision_pad|>",
            "image_end_token": "<|vision_end|>",
            "image_token": "<|image_pad|>",
            "patch_size": 7,
            "processor_class": "PixtralProcessor",
            "spatial_merge_size": 2,
        },
        nested=True,
        tokens=([], [*QWEN25_TOKENS, *PLAIN_TOKENS]),
        plain=PLAIN_TOKENS,
        named={
            "image_break_token": "<|vision_pad|>",
            "image_end_token": "<|vision_end|>",
            "image_token": "<|image_pad|>",
        },
        end="<|im_end|>",
        image="<|image_pad|>",
        template=("chat_template.jinja", LIGHTON_TEMPLATE),
        dtype=torch.bfloat16,
        architecture="LightOnOcr",
        generation={"do_sample": True, "temperature": 0.2, "top_k": 0, "top_p": 0.9},
    ),
    "llava-ov": llava(
        "llava_onevision",
        QWEN2 | {"tie_word_embeddings": True},
        SIGLIP,
        config={
            "image_grid_pinpoints": PINPOINTS,
            "torch_dtype": "float16",
            "vision_aspect_ratio": "anyres_max_9",
        },
        images={
            "do_pad": True,
            "image_grid_pinpoints": PINPOINTS,
            "image_processor_type": "LlavaOnevisionImageProcessor",
        },
        settings={
            "num_image_tokens": 16,
            "processor_class": "LlavaOnevisionProcessor",
            "video_token": "<video>",
        },
        dtype=torch.float16,
    ),
    "granite-vision": llava(
        "llava_next",
        GRANITE,
        SIGLIP,
        config={
            "image_grid_pinpoints": PINPOINTS,
            "tie_word_embeddings": True,
            "vision_feature_layer": [-3, -2, -1],
        },
        images={
            "crop_size": {"height": 28, "width": 28},
            "do_center_crop": True,
            "do_pad": True,
            "image_grid_pinpoints": PINPOINTS,
            "image_processor_type": "LlavaNextImageProcessor",
        },
        settings={"patch_size": 7, "processor_class": "LlavaNextProcessor"},
        tokens=(
            ["<|end_of_text|>"],
            ["<|system|>", "<|user|>", "<|assistant|>", "<image>"],
        ),
        end="<|end_of_text|>",
        template=("chat_template.jinja", GRANITE_TEMPLATE),
        words=GPT2_WORDS,
        dtype=torch.bfloat16,
    ),
    "llava": llava(
        "llava",
        QWEN2,
        SIGLIP,
        images={"image_processor_type": "SiglipImageProcessor"},
        settings={"patch_size": 7, "processor_class": "LlavaProcessor"},
        template=("tokenizer_config.json", ONEVISION_TEMPLATE),
        dtype=torch.float16,
    ),
    "llava-next": llava(
        "llava_next",
        LLAMA | {"model_type": "mistral", "sliding_window": None},
        CLIP,
        config={"image_grid_pinpoints": PINPOINTS, "use_image_newline_parameter": True},
        images={
            "crop_size": {"height": 28, "width": 28},
            "do_center_crop": True,
            "image_grid_pinpoints": PINPOINTS,
            "image_processor_type": "LlavaNextImageProcessor",
            "size": {"shortest_edge": 28},
        },
        settings={
            "num_additional_image_tokens": 1,
            "patch_size": 7,
            "processor_class": "LlavaNextProcessor",
        },
        words=GPT2_WORDS,
    ),
    "deepseek-vl": StandIn(
        config={
            "architectures": ["DeepseekVLForConditionalGeneration"],
            "dtype": "float16",
            "model_type": "deepseek_vl",
            "text_config": dict(LLAMA),
            "tie_word_embeddings": False,
            "vision_config": dict(SIGLIP),
        },
        images=DONE
        | SIGLIP_SCALE
        | {
            "do_pad": True,
            "image_processor_type": "DeepseekVLImageProcessor",
            "min_size": 14,
            "resample": 3,
            "size": {"height": 28, "width": 28},
        },
        settings={"num_image_tokens": 16, "processor_class": "DeepseekVLProcessor"},
        nested=True,
        tokens=(["<|begin_of_sentence|>", "<|end_of_sentence|>"], ["<image_placeholder>"]),
        named={"image_token": "<image_placeholder>"},
        end="<|end_of_sentence|>",
        image="<image_placeholder>",
        template=("chat_template.jinja", DEEPSEEK_TEMPLATE),
        words=GPT2_WORDS,
        dtype=torch.float16,
    ),
    "qwen2-vl": qwen_vl(
        "qwen2_vl",
        {"embed_dim": 32, "hidden_size": 64, "mlp_ratio": 4},
        config={"tie_word_embeddings": False},
        generation={"do_sample": True, "temperature": 0.01, "top_k": 1, "top_p": 0.001},
    ),
    "qwen2.5-vl": qwen_vl(
        "qwen2_5_vl",
        {
            "fullatt_block_indexes": [1, 3],
            "hidden_act": "silu",
            "hidden_size": 32,
            "intermediate_size": 52,
            "out_hidden_size": 64,
            "tokens_per_second": 2,
            "window_size": 28,
        },
        config={"tie_word_embeddings": True},
        shards=2,
        generation={"do_sample": True, "temperature": 0.000001},
    ),
    "qwen3-vl-2b": StandIn(
        config={
            "architectures": ["Qwen3VLForConditionalGeneration"],
            "model_type": "qwen3_vl",
            "text_config": QWEN3
            | {
                "attention_bias": False,
                "dtype": "bfloat16",
                "model_type": "qwen3_vl_text",
                "num_hidden_layers": 4,
                "rope_scaling": {
                    "mrope_interleaved": True,
                    "mrope_section": [6, 5, 5],
                    "rope_type": "default",
                },
                "rope_theta": 5000000,
                "tie_word_embeddings": True,
                "use_cache": True,
            },
            "tie_word_embeddings": True,
            "transformers_version": "4.57.0.dev0",
            "vision_config": {
                "deepstack_visual_indexes": [0, 2],
                "depth": 4,
                "hidden_act": "gelu_pytorch_tanh",
                "hidden_size": 32,
                "in_channels": 3,
                "initializer_range": 0.02,
                "intermediate_size": 64,
                "model_type": "qwen3_vl",
                "num_heads": 2,
                "num_position_embeddings": 36,
                "out_hidden_size": 64,
                "patch_size": 8,
                "spatial_merge_size": 2,
                "temporal_patch_size": 2,
            },
        },
        images=SIGLIP_SCALE
        | {
            "image_processor_type": "Qwen2VLImageProcessorFast",
            "merge_size": 2,
            "patch_size": 8,
            "processor_class": "Qwen3VLProcessor",
            "size": {"longest_edge": 2**17, "shortest_edge": 2**11},
            "temporal_patch_size": 2,
        },
        settings={"processor_class": "Qwen3VLProcessor"},
        tokens=([], [*QWEN25_TOKENS, *PLAIN_TOKENS]),
        plain=PLAIN_TOKENS,
        end="<|im_end|>",
        image="<|image_pad|>",
        template=("chat_template.json", QWEN3_VL_TEMPLATE),
        dtype=torch.bfloat16,
        generation={"do_sample": True, "temperature": 0.7, "top_k": 20, "top_p": 0.8},
    ),
    "paddleocr": StandIn(
        config=LLAMA
        | {
            "architectures": ["PaddleOCRVLForConditionalGeneration"],
            "auto_map": {"AutoModel": "modeling_paddleocr_vl.PaddleOCRVLForConditionalGeneration"},
            "head_dim": 32,
            "model_type": "paddleocr_vl",
            "rope_scaling": {"mrope_section": [4, 6, 6], "rope_type": "default", "type": "default"},
            "rope_theta": 500000,
            "tie_word_embeddings": False,
            "torch_dtype": "bfloat16",
            "use_bias": False,
            "vision_config": TOWER
            | {
                "hidden_act": "gelu_pytorch_tanh",
                "image_size": 28,
                "model_type": "paddleocr_vl",
                "num_hidden_layers": 3,
                "patch_size": 7,
                "spatial_merge_size": 2,
                "temporal_patch_size": 2,
            },
        },
        images=DONE
        | SIGLIP_SCALE
        | {
            "image_processor_type": "PaddleOCRVLImageProcessor",
            "max_pixels": 2**17,
            "merge_size": 2,
            "min_pixels": 9 * 14**2,
            "patch_size": 7,
            "processor_class": "PaddleOCRVLProcessor",
            "resample": 3,
            "temporal_patch_size": 1,
        },
        settings={"processor_class": "PaddleOCRVLProcessor"},
        tokens=(
            ["<unk>", "<s>", "</s>", "<|begin_of_sentence|>"],
            ["<|IMAGE_PLACEHOLDER|>", "<|IMAGE_START|>", "<|IMAGE_END|>"],
        ),
        named={"image_token": "<|IMAGE_PLACEHOLDER|>"},
        end="</s>",
        image="<|IMAGE_PLACEHOLDER|>",
        template=("chat_template.jinja", PADDLE_TEMPLATE),
        names={
            "model.language_model.": "model.",
            "model.visual.": "visual.",
            "model.projector.": "mlp_AR.",
        },
        unread=(
            "visual.vision_model.embeddings.packing_position_embedding.weight",
            "visual.vision_model.head.probe",
        ),
        words=GPT2_WORDS,
        dtype=torch.bfloat16,
    ),
}


def tokenizer_of(stand_in: StandIn) -> PreTrainedTokenizerFast:
    """Return a small tokenizer with the special tokens of a model. Its merges are trained on a text of
    this project, and on signs before line ends, which the model's own also join."""
    first, last = stand_in.tokens
    backend = tokenizers.Tokenizer(models.BPE())
    backend.pre_tokenizer = stand_in.words
    backend.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=600,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        special_tokens=[*first],
        show_progress=False,
    )
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    joined = [f"a{end}b" for end in ("\n\n", " \n", ".\n", ":\n", "?\n", "  ")] * 300
    backend.train_from_iterator([text, *joined], trainer)
    for token in last:
        special = token not in stand_in.plain
        added = tokenizers.AddedToken(token, special=special, normalized=False)
        backend.add_special_tokens([added]) if special else backend.add_tokens([added])
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        eos_token=stand_in.end,
        pad_token=stand_in.end,
        extra_special_tokens=dict(stand_in.named) or None,
    )


def config_of(stand_in: StandIn, tokenizer: PreTrainedTokenizerFast, vocabulary: int) -> dict[str, Any]:
    """Return the content of config.json."""
    config = json.loads(json.dumps(stand_in.config))
    config[stand_in.image_key] = tokenizer.convert_tokens_to_ids(stand_in.image)
    config.get("text_config", config)["vocab_size"] = vocabulary
    return config


def transformers_config(stand_in: StandIn, config: Mapping[str, Any]) -> Any:
    """Return transformers' configuration of a config.json."""
    kind = getattr(transformers, f"{stand_in.whole}Config")
    made = kind(**{name: value for name, value in config.items() if name != "model_type"})
    # A missing key means a head of its own, not the default of the class.
    text = config.get("text_config", config)
    tied = text.get("tie_word_embeddings") or config.get("tie_word_embeddings", False)
    made.tie_word_embeddings = made.text_config.tie_word_embeddings = bool(tied)
    return made


def random_model(stand_in: StandIn, config: Mapping[str, Any], unlikely: Sequence[int]) -> Any:
    """Return transformers' model with seeded random weights in which pictures and words matter. The
    scores of the `unlikely` tokens are 0."""
    torch.manual_seed(0)
    kind = getattr(transformers, f"{stand_in.whole}ForConditionalGeneration")
    model = kind(transformers_config(stand_in, config))
    text = model.config.text_config
    # words with a tied head and a large embedding would be followed by themselves
    words = (0.2 if text.tie_word_embeddings else 1.0) / getattr(text, "embedding_multiplier", 1.0)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "embed_tokens" in name:
                weight.normal_(std=words)
            elif weight.dim() > 1:
                weight.normal_(std=GAIN * weight[0].numel() ** -0.5)
            elif name.endswith("bias") or "norm" in name:
                weight.add_(0.1 * torch.randn_like(weight))
        model.lm_head.weight[[*unlikely]] = 0
    return model.to(stand_in.dtype).eval()


def stored_name(stand_in: StandIn, name: str) -> str:
    """Return the name of a tensor in the file."""
    for now, stored in stand_in.names.items():
        if name.startswith(now):
            return stored + name.removeprefix(now)
    return name


def write(stand_in: StandIn, folder: Path) -> Path:
    """Write the folder of a model."""
    tokenizer = tokenizer_of(stand_in)
    write_files(stand_in, tokenizer, folder, len(tokenizer) - stand_in.beyond)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    unlikely = tokenizer.convert_tokens_to_ids([stand_in.end, stand_in.image])
    model = random_model(stand_in, config, unlikely)
    tied = set(model.all_tied_weights_keys) if model.config.tie_word_embeddings else set()
    weights = {
        stored_name(stand_in, name): weight.detach().contiguous()
        for name, weight in model.state_dict().items()
        if name not in tied
    }
    weights |= {name: torch.zeros(2, 2) for name in stand_in.unread}
    write_weights(folder, weights, stand_in.shards)
    return folder


def write_files(
    stand_in: StandIn, tokenizer: PreTrainedTokenizerFast, folder: Path, vocabulary: int
) -> Path:
    """Write everything but the weights. `vocabulary` is the number of embeddings."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save_pretrained(folder)
    config = config_of(stand_in, tokenizer, vocabulary)
    end = tokenizer.convert_tokens_to_ids(stand_in.end)
    generation = {"_from_model_config": True, "eos_token_id": end, "pad_token_id": end}
    write_json(folder, "config.json", config)
    write_json(folder, "generation_config.json", generation | dict(stand_in.generation))
    if stand_in.nested:
        settings = dict(stand_in.settings) | {"image_processor": dict(stand_in.images)}
        write_json(folder, "processor_config.json", settings)
    else:
        write_json(folder, "preprocessor_config.json", stand_in.images)
        if {*stand_in.settings} > {"processor_class"}:
            write_json(folder, "processor_config.json", stand_in.settings)
    file, template = stand_in.template
    stored = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    stored["chat_template"] = template if file == "tokenizer_config.json" else WORDS_TEMPLATE
    write_json(folder, "tokenizer_config.json", stored)
    if file == "chat_template.json":
        write_json(folder, file, {"chat_template": template})
    elif file == "chat_template.jinja":
        (folder / file).write_text(template, encoding="utf-8")
    return folder


def write_json(folder: Path, name: str, content: Any) -> None:
    text = json.dumps(content, indent=2, sort_keys=True)
    (folder / name).write_text(text + "\n", encoding="utf-8")


def write_weights(folder: Path, weights: Mapping[str, Tensor], shards: int) -> None:
    if shards == 1:
        save_file(dict(weights), folder / "model.safetensors", {"format": "pt"})
        return
    weight_map: dict[str, str] = {}
    names = sorted(weights)
    for number in range(shards):
        file = f"model-{number + 1:05}-of-{shards:05}.safetensors"
        part = {name: weights[name] for name in names[number::shards]}
        save_file(part, folder / file, {"format": "pt"})
        weight_map |= dict.fromkeys(part, file)
    total = sum(weight.nbytes for weight in weights.values())
    index = {"metadata": {"total_size": total}, "weight_map": weight_map}
    write_json(folder, "model.safetensors.index.json", index)
