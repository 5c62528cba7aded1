"""The damages to the folders of stand-ins (stand_ins.py): what strangers may write into them.

A folder that is damaged so is refused with the exit code of a model that cannot be opened, within
seconds and little memory, and without a raw error of Python. `ends="opened"` is a folder that opens,
because what was changed is not read. The first damage of each group is also tried in the quick tests.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from damages import (
    CONFIG,
    SAMPLING,
    TOKENIZER,
    TOKENIZER_SETTINGS,
    Damage,
    both,
    changed,
    pickled,
    tensors,
)
from flashsloth.errors import TensorMismatch

SMOLVLM, INTERNVL, LLAVA, NEXT, LIGHTON = (
    "smolvlm",
    "internvl",
    "llava-ov",
    "granite-vision",
    "lighton-ocr",
)
QWEN2, QWEN25, QWEN3, PADDLE = "qwen2-vl", "qwen2.5-vl", "qwen3-vl-2b", "paddleocr"
IMAGES, PROCESSOR, TEMPLATE = "preprocessor_config.json", "processor_config.json", "chat_template.jinja"
ODD: list[Any] = [0, -1, True, 1.5, math.nan, 10**9, "8", [], {}]
CODE = {f"Auto{kind}": "evil.Evil" for kind in ("Config", "Model", "Processor", "ImageProcessor")}

Group = tuple[str, list[Damage]]  # a stand-in, and damages to it


def values(file: str, ends: str = "refused", **several: list[Any]) -> list[Damage]:
    """Return a damage for each value of each setting."""
    return [
        Damage(f"{name} is {json.dumps(value)[:40]}", changed(file, **{name: value}), ends=ends)
        for name, each in several.items()
        for value in each
    ]


def template(text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / TEMPLATE).write_text(text)


def tensor_of(part: str, change: Callable[[dict[str, Any], str], object]) -> Callable[[Path], object]:
    """Change the first tensor whose name contains this part."""
    return tensors(lambda stored: change(stored, next(name for name in stored if part in name)))


def token(content: str, **fields: Any) -> Callable[[Path], object]:
    """Change an added token of the tokenizer; without fields it is removed."""

    def do(folder: Path) -> None:
        path = folder / TOKENIZER
        stored = json.loads(path.read_text())
        (found,) = [each for each in stored["added_tokens"] if each["content"] == content]
        found.update(fields)
        if not fields:
            stored["added_tokens"].remove(found)
        path.write_text(json.dumps(stored))
        settings = json.loads((folder / TOKENIZER_SETTINGS).read_text())
        settings.pop("added_tokens_decoder", None)
        (folder / TOKENIZER_SETTINGS).write_text(json.dumps(settings))

    return do


def placeholder_as_end(folder: Path) -> None:
    image = json.loads((folder / CONFIG).read_text())["image_token_id"]
    changed(SAMPLING, eos_token_id=image)(folder)


def smaller_vocabulary(folder: Path) -> None:
    """Leave the last words of the tokenizer without an embedding."""
    size = json.loads((folder / CONFIG).read_text())["text_config"]["vocab_size"] - 200
    changed(CONFIG, **{"text_config/vocab_size": size})(folder)

    def cut(stored: dict[str, Any]) -> None:
        for name in stored:
            if "embed_tokens" in name or "lm_head" in name:
                stored[name] = stored[name][:size].clone()

    tensors(cut)(folder)


KINDS: list[Group] = [
    (
        SMOLVLM,
        [
            *values(CONFIG, model_type=["evil_vlm", "gemma3", ["smolvlm"], None, "llava"]),
            *values(CONFIG, **{"vision_config/model_type": ["timm_wrapper"]}, ends="opened"),
            *values(CONFIG, text_config=[None, [], "x"], vision_config=[None, 5]),
            *values(CONFIG, auto_map=[CODE], ends="opened"),
            *values(IMAGES, auto_map=[CODE], ends="opened"),
            *values(PROCESSOR, auto_map=[CODE], ends="opened"),
            *values(
                TOKENIZER_SETTINGS, auto_map=[{"AutoTokenizer": ["evil.Evil", None]}], ends="opened"
            ),
        ],
    ),
    (
        LLAVA,
        [
            *values(CONFIG, **{"vision_config/model_type": ["timm_wrapper", None, "pixtral", ["x"]]}),
            *values(CONFIG, **{"text_config/model_type": ["mamba", None]}),
        ],
    ),
    (LIGHTON, values(CONFIG, architectures=[["Mistral3ForConditionalGeneration"], "x", None])),
    (
        SMOLVLM,
        [
            *values(
                IMAGES, image_processor_type=["EvilImageProcessor", "SiglipImageProcessor", None, [1]]
            ),
            Damage("no image processor", lambda folder: (folder / IMAGES).unlink()),
        ],
    ),
]
WEIGHTS: list[Group] = [
    (
        SMOLVLM,
        [
            Damage("pickled weights", pickled()),
            Damage(
                "a tensor left over",
                tensors(lambda stored: stored.update({"model.more.weight": torch.zeros(4)})),
                TensorMismatch,
            ),
            Damage(
                "a tensor of another shape",
                tensor_of("connector", lambda stored, name: stored.update({name: torch.zeros(3, 3)})),
                TensorMismatch,
            ),
            *(
                Damage(
                    f"a missing tensor of {part}",
                    tensor_of(part, lambda stored, name: stored.pop(name)),
                    TensorMismatch,
                )
                for part in ("vision_model.encoder", "text_model.layers", "lm_head", "connector")
            ),
        ],
    ),
    (
        LLAVA,
        [
            Damage(
                "a tensor under its old and its new name",
                tensors(lambda t: t.update({"model.image_newline": t["image_newline"].clone()})),
                TensorMismatch,
            )
        ],
    ),
]
PICTURES: list[Group] = [
    (
        SMOLVLM,
        [
            *values(IMAGES, max_image_size=[{"longest_edge": n} for n in (1, 0, 2, True, 10**9)]),
            *values(IMAGES, image_std=[[0, 0, 0], 0.5, [0.5], [math.nan] * 3, [True] * 3, [1e9] * 3]),
            *values(IMAGES, image_mean=[[math.nan] * 3, [1e9] * 3, "x", [0.5] * 4]),
            *values(IMAGES, rescale_factor=[0, -1, math.nan, 1e9, True, "1"]),
            *values(IMAGES, resample=[99, -1, True, "x", 1.5]),
            *values(IMAGES, do_resize=[1, "yes", [], False], do_rescale=[False], do_normalize=[False]),
            *values(IMAGES, do_image_splitting=["", 2], do_pad=[0]),
            *values(IMAGES, size=[{"longest_edge": n} for n in (4096, 0, 1 << 20, math.nan, True)]),
            *values(IMAGES, size=[{"width": 4}, {"evil": 4}, {}, None, 32, {"height": 32}]),
            *values(IMAGES, preprocess=[1], __class__=["x"], to_dict=[[]], resize=["x"], ends="opened"),
            *values(IMAGES, data_format=["channels_last"], device=["evil"], ends="opened"),
            *values(IMAGES, return_tensors=["evil"], pad_size=[{"height": 9}], ends="opened"),
        ],
    ),
    (
        INTERNVL,
        [
            *values(IMAGES, max_patches=[4096, *ODD, 65], min_patches=[*ODD, 65]),
            *values(IMAGES, size=[{"height": 1, "width": 1}, {"height": 28, "width": 10**9}, {}]),
        ],
    ),
    (
        LLAVA,
        [
            *values(
                CONFIG,
                image_grid_pinpoints=[
                    *([[8064, 8064]], [], "x", [[28, 28 * 65]], [[0, 28]], [[28.5, 28]], [["a", 1]]),
                    *([[28, 28]] * 300, [[1, 1]], [[30, 56]], [[28]], [[True, 28]], {"a": 1}, [8]),
                ],
            ),
            *values(IMAGES, image_grid_pinpoints=[[[8064, 8064]], "x"], ends="opened"),
        ],
    ),
    (NEXT, values(IMAGES, crop_size=[{"height": 1, "width": 1}, {"height": 14, "width": 28}, 28])),
    (
        LIGHTON,
        [
            *values(
                PROCESSOR, **{"image_processor/size": [{"longest_edge": n} for n in (10**6, 63, 0)]}
            ),
            *values(PROCESSOR, processor_class=["LightOnOcrProcessor"], ends="opened"),
            *(
                Damage(
                    f"patch_size is {json.dumps(size)}",
                    changed(
                        PROCESSOR,
                        **{
                            "processor_class": "LightOnOcrProcessor",
                            "image_processor/patch_size": size,
                        },
                    ),
                )
                for size in [*ODD, {"height": 0}, {"width": 7}]
            ),
            *values(PROCESSOR, image_processor=[[1], None]),
        ],
    ),
    # counts of pixels
    (
        QWEN3,
        [
            *values(IMAGES, **{"size/shortest_edge": [0, *ODD, 2**18], "size/longest_edge": ODD}),
            *values(IMAGES, **{"size/longest_edge": [2**24 + 1, 255]}),
            *values(IMAGES, size=[{}, None, 5, [], {"longest_edge": 2**17}, {"height": 64}]),
            *values(IMAGES, min_pixels=[0, 2**18], max_pixels=[10**9, 255, 0]),
            *values(IMAGES, patch_size=ODD, merge_size=ODD, temporal_patch_size=ODD, ends="opened"),
            *values(
                IMAGES, image_processor_type=["PaddleOCRVLImageProcessor", "Qwen3VLImageProcessor"]
            ),
        ],
    ),
    (
        QWEN2,
        [
            *values(IMAGES, min_pixels=[*ODD, 2**18], max_pixels=ODD),
            *values(IMAGES, max_pixels=[2**24 + 1, 195], min_pixels=[None]),
            *values(IMAGES, size=[{"longest_edge": 10**9, "shortest_edge": 0}], ends="opened"),
        ],
    ),
    # What the model's configuration says is not read from the processor's.
    (SMOLVLM, values(PROCESSOR, image_seq_len=[10**9, -1, "4", []], __call__=[1], ends="opened")),
    (INTERNVL, values(PROCESSOR, image_seq_length=[10**9, -1, "4"], ends="opened")),
    (
        LLAVA,
        values(PROCESSOR, num_image_tokens=[10**9], image_token=["x"], tokenizer=[1], ends="opened"),
    ),
    (LIGHTON, values(PROCESSOR, patch_size=[0, [], 10**9], spatial_merge_size=[0, "x"], ends="opened")),
]
SIZES: list[Group] = [
    (
        SMOLVLM,
        [
            *values(CONFIG, scale_factor=[0, -1, True, 17, 10**9, "2", 3, None]),
            *values(CONFIG, **{"vision_config/patch_size": [0, -1, 10**9, 64, True, 1, [4, 8], []]}),
            *values(CONFIG, **{"vision_config/image_size": [0, 10**9, "x", 4096]}),
            *values(CONFIG, **{"vision_config/num_attention_heads": [0, 5, -2]}),
            *values(CONFIG, **{"vision_config/num_hidden_layers": [0, 10**9, 3]}),
            *values(
                CONFIG, **{"vision_config/hidden_act": ["evil", 1], "vision_config/num_channels": [4]}
            ),
            *values(CONFIG, **{"vision_config/layer_norm_eps": [-1, math.nan, 5]}),
            *values(CONFIG, **{"text_config/num_hidden_layers": [0, 10**9]}),
            *values(CONFIG, **{"text_config/hidden_size": [10**9, 0], "text_config/rope_theta": [0]}),
        ],
    ),
    (
        INTERNVL,
        [
            *values(CONFIG, downsample_ratio=[0, -1, math.nan, 2, "x", 0.3]),
            *values(CONFIG, projector_hidden_act=["\x00", 3, None]),
            *values(CONFIG, **{"text_config/num_key_value_heads": [-(10**99)]}),
        ],
    ),
    (
        QWEN3,
        [
            *values(
                CONFIG,
                **{
                    "text_config/rope_scaling/mrope_section": [
                        *([6, 5, 4], [6, 5, 5, 0], [8, 8], [0, 8, 8], [-6, 11, 11], [6.0, 5, 5]),
                        *([True, 8, 7], 16, "x", None, [], [10**9, 5, 5]),
                    ]
                },
            ),
            *values(CONFIG, **{"text_config/rope_scaling/rope_type": ["yarn", "dynamic", "evil"]}),
            *values(CONFIG, **{"text_config/rope_scaling": [None, {}, [], 5]}),
            *values(
                CONFIG,
                **{
                    "vision_config/deepstack_visual_indexes": [
                        *([4], [-1], [0, 0], [2, 0], [0, 1, 2, 3], [True], [0.5], "x", 5, None),
                        *([0] * 1000, [1], []),
                    ]
                },
            ),
            *values(CONFIG, **{"vision_config/num_position_embeddings": [0, 35, -36, 10**9, True]}),
            *values(CONFIG, **{"vision_config/spatial_merge_size": [0, 3, 17, "2", None, True]}),
            *values(CONFIG, **{"vision_config/temporal_patch_size": [0, 3, 10**9, [2, 2]]}),
            *values(CONFIG, **{"vision_config/patch_size": [0, 7, 10**9, [8, 8], [8, 4]]}),
            *values(CONFIG, **{"vision_config/out_hidden_size": [32, 0, 10**9]}),
            *values(
                CONFIG,
                **{"vision_config/num_heads": [0, 5, 16, -2], "vision_config/depth": [0, 3, 10**9]},
            ),
            *values(CONFIG, **{"vision_config/in_channels": [4, 0]}),
        ],
    ),
    (
        QWEN25,
        [
            *values(
                CONFIG, rope_scaling=[{"type": "mrope"}, {"type": "mrope", "mrope_section": [2, 3, 4]}]
            ),
            *values(CONFIG, **{"vision_config/window_size": [0, 13, -28, "x", 10**9, None]}),
            *values(
                CONFIG, **{"vision_config/fullatt_block_indexes": [[4], [-1], [1, 1], "x", [0.5], 3]}
            ),
            *values(
                CONFIG, hidden_size=[0, 10**9, 32], num_hidden_layers=[0, 10**9, 2], vocab_size=[10]
            ),
            *values(CONFIG, use_sliding_window=[True], max_window_layers=[0], ends="any"),
            *values(CONFIG, vision_config=[None, 5, []]),
        ],
    ),
    (
        QWEN2,
        [
            *values(
                CONFIG,
                **{"vision_config/embed_dim": [0, 31, 10**9], "vision_config/mlp_ratio": [0, 10**9]},
            ),
            *values(CONFIG, **{"vision_config/hidden_size": [32]}),
        ],
    ),
    (
        PADDLE,
        [
            *values(CONFIG, **{"rope_scaling/mrope_section": [[4, 6, 7], [16]]}),
            *values(
                CONFIG,
                **{"vision_config/image_size": [0, 10**9], "vision_config/spatial_merge_size": [3]},
            ),
        ],
    ),
    (NEXT, values(CONFIG, **{"text_config/attention_multiplier": [-(10**99), math.nan]})),
    (LIGHTON, values(CONFIG, spatial_merge_size=[0, -1, True, 17, "2", 3])),
    (LIGHTON, values(CONFIG, **{"vision_config/image_size": [4096]})),
    (LIGHTON, values(CONFIG, **{"vision_config/head_dim": [4, 0, -16]}, ends="opened")),
    (LLAVA, values(CONFIG, vision_feature_layer=[99, -99, "x", True, [99], []])),
    (LLAVA, values(CONFIG, vision_aspect_ratio=["anyres_max_0", "x", 9, "anyres_max_1e9"])),
    (LLAVA, values(CONFIG, vision_feature_select_strategy=["x", 1, []])),
]
TOKENS: list[Group] = [
    (
        SMOLVLM,
        [
            *values(CONFIG, image_token_id=[-1, 10**6, 300, True, "1", None, []]),
            *values(SAMPLING, eos_token_id=[-1, 10**6, "x", [10**6], [True], {"a": 1}]),
            Damage("the placeholder is the end token", placeholder_as_end),
            Damage("the placeholder is no added token", token("<image>")),
            Damage("the placeholder is an ordinary word", token("<image>", special=False), ends="any"),
            Damage("no token for a row", token("<row_1_col_1>"), ends="any"),
            Damage("no token around a picture", token("<fake_token_around_image>"), ends="any"),
            Damage("a vocabulary that is smaller than the tokenizer", smaller_vocabulary),
            Damage(
                "other words",
                lambda folder: (folder / TOKENIZER).write_text('{"model": {"type": "BPE"}}'),
            ),
            Damage(
                "padding to a length",
                changed(TOKENIZER_SETTINGS, padding="max_length", max_length=10**8, truncation=True),
                ends="opened",
            ),
        ],
    ),
    (INTERNVL, [Damage("no token around a picture", token("<img>"), ends="any")]),
]
LOOPS = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
START = "{% set n = namespace(x='a', y=[1]) %}{% for i in range(40) %}"
TEMPLATE_TEXTS = {
    "loops in loops": LOOPS,
    "a long string": "{{ 'x' * 2500000000 }}",
    "a list that doubles": START + "{% set n.y = n.y + n.y %}{% endfor %}",
    "a string that doubles": START + "{% set n.x = n.x ~ n.x %}{% endfor %}",
    "much text": "{{ 'x' * 50000000 }}",
    "a huge range": "{% for i in range(10**9) %}{% endfor %}",
    "a huge power": "{{ 9 ** 9 ** 9 }}",
    "a wide format": "{{ '%999999999d' % 1 }}",
    "a class": "{{ ''.__class__.__mro__ }}",
    "globals": "{{ raise_exception.__globals__ }}",
    "a call of a class": "{{ messages.__class__.__base__() }}",
    "a change of the messages": "{{ messages.append(1) }}",
    "an included file": "{% include '/etc/passwd' %}",
    "an import": "{% import '/etc/passwd' as x %}",
    "a call of itself": "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "an error": "{% for %}",
    "nothing that was asked": "nothing",
    "brackets": "{{ " + "(" * 50_000 + "1" + ")" * 50_000 + " }}",
    "a megabyte": "x" * 2**20 + "x",
}
TEMPLATES: list[Group] = [
    (
        LIGHTON,
        [Damage(f"a template of {name}", template(text)) for name, text in TEMPLATE_TEXTS.items()],
    ),
    (SMOLVLM, values("chat_template.json", chat_template=[5, [], [{"name": "x"}], "x"])),
    (
        LIGHTON,
        [
            Damage(
                "no template",
                both(
                    lambda folder: (folder / TEMPLATE).unlink(),
                    changed(TOKENIZER_SETTINGS, chat_template=None),
                ),
            )
        ],
    ),
]
GROUPS = [*KINDS, *WEIGHTS, *PICTURES, *SIZES, *TOKENS, *TEMPLATES]
HOSTILE = [(model, damage) for model, several in GROUPS for damage in several]
QUICK = [(model, several[0]) for model, several in GROUPS]
