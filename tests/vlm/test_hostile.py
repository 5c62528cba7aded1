"""Folders from strangers: each is refused with the exit code of a model that cannot be opened, within
seconds and 2 GB, and without a raw error of Python."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from cli.conftest import environment
from damages import both, changed, pickled, tensors
from paths import ROOT

SMOLVLM, INTERNVL, LLAVA, LIGHTON = "smolvlm-256m", "internvl", "llava-ov", "lighton-ocr"
CONFIG, IMAGES, PROCESSOR = "config.json", "preprocessor_config.json", "processor_config.json"
SECONDS = 20  # of one folder, on a busy machine
MEMORY = 2 * 2**30

Damage = Callable[[Path], object]


def template(text: str) -> Damage:
    """Replace the chat template."""
    return lambda folder: (folder / "chat_template.jinja").write_text(text)


def end_tokens(value: Any) -> Damage:
    return changed("generation_config.json", eos_token_id=value)


def tensor_of(change: Callable[[dict[str, Any], str], object], part: str) -> Damage:
    """Change the first tensor whose name contains this part."""
    return tensors(lambda stored: change(stored, next(name for name in stored if part in name)))


def another_id(folder: Path) -> None:
    """Give the placeholder of a picture another id in tokenizer.json."""
    path = folder / "tokenizer.json"
    stored = json.loads(path.read_text())
    for token in stored["added_tokens"]:
        if token["content"] == "<image>":
            token["id"] = 10**6
    path.write_text(json.dumps(stored))


def settings(base: str, file: str, **values: Any) -> dict[str, tuple[str, Damage]]:
    """Return a case for each value of each setting."""
    return {
        f"{name} {json.dumps(value)[:40]} of {base}": (base, changed(file, **{name: value}))
        for name, several in values.items()
        for value in several
    }


ODD: list[Any] = [0, -1, True, 1.5, math.nan, 10**9, "8", [], {}]
LOOPS = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
DOUBLED = "{% set n = namespace(x=[1]) %}{% for i in range(40) %}{% set n.x = n.x + n.x %}{% endfor %}"

CASES: dict[str, tuple[str, Damage]] = {
    # 1. Kinds that are not on the lists.
    "an unknown model": (SMOLVLM, changed(CONFIG, model_type="evil_vlm")),
    "a model with other attention": (SMOLVLM, changed(CONFIG, model_type="gemma3")),
    "a model type that is a list": (SMOLVLM, changed(CONFIG, model_type=["idefics3"])),
    "mistral3 of another architecture": (
        LIGHTON,
        changed(CONFIG, architectures=["Mistral3ForConditionalGeneration"]),
    ),
    "a tower that loads pickles": (
        LLAVA,
        changed(CONFIG, **{"vision_config/model_type": "timm_wrapper"}),
    ),
    "a tower without a name": (LLAVA, changed(CONFIG, **{"vision_config/model_type": None})),
    "an unknown decoder": (LLAVA, changed(CONFIG, **{"text_config/model_type": "mamba"})),
    "no decoder": (LLAVA, changed(CONFIG, text_config=None)),
    "an unknown image processor": (SMOLVLM, changed(IMAGES, image_processor_type="EvilImageProcessor")),
    "no image processor": (SMOLVLM, changed(IMAGES, image_processor_type=None)),
    "an image processor that is a list": (SMOLVLM, changed(IMAGES, image_processor_type=[1])),
    "no preprocessor_config.json": (SMOLVLM, lambda folder: (folder / IMAGES).unlink()),
    # 2. Weights.
    "pickled weights": (SMOLVLM, pickled()),
    "a missing tensor of the tower": (
        SMOLVLM,
        tensor_of(lambda stored, name: stored.pop(name), "vision_model.encoder"),
    ),
    "a missing tensor of the decoder": (
        SMOLVLM,
        tensor_of(lambda stored, name: stored.pop(name), "text_model.layers"),
    ),
    "a tensor left over": (
        SMOLVLM,
        tensors(lambda stored: stored.update({"model.more.weight": torch.zeros(4)})),
    ),
    "a tensor of another shape": (
        SMOLVLM,
        tensor_of(lambda stored, name: stored.update({name: torch.zeros(3, 3)}), "connector"),
    ),
    "a tensor under its old and its new name": (
        LLAVA,
        tensors(lambda stored: stored.update({"model.image_newline": stored["image_newline"].clone()})),
    ),
    "no head, though config.json has one": (
        SMOLVLM,
        tensors(lambda stored: stored.pop("lm_head.weight")),
    ),
    # 3. The image processor.
    **settings(
        SMOLVLM, IMAGES, image_std=[[0, 0, 0], 0.5, [0.5], [math.nan] * 3, [True] * 3, [1e9] * 3]
    ),
    **settings(SMOLVLM, IMAGES, image_mean=[[math.nan] * 3, [1e9] * 3, "x", [0.5] * 4]),
    **settings(SMOLVLM, IMAGES, rescale_factor=[0, -1, math.nan, 1e9, True, "1"]),
    **settings(SMOLVLM, IMAGES, resample=[99, -1, True, "x", 1.5]),
    **settings(SMOLVLM, IMAGES, do_resize=[1, "yes", []], do_image_splitting=["", 2]),
    **settings(
        SMOLVLM,
        IMAGES,
        max_image_size=[{"longest_edge": each} for each in (0, 1, 2, True, 10**9)],
        size=[{"longest_edge": each} for each in (0, 1 << 20, 10**9, math.nan, True)] + [{"width": 4}],
    ),
    **settings(INTERNVL, IMAGES, max_patches=[*ODD, 65, 4096], min_patches=[*ODD, 65]),
    **settings(INTERNVL, IMAGES, size=[{"height": 1, "width": 1}, {"height": 28, "width": 10**9}, {}]),
    **settings(
        LLAVA,
        IMAGES,
        image_grid_pinpoints=[
            *([], "x", [[8064, 8064]], [[28, 28 * 65]], [[0, 28]], [[28.5, 28]], [["a", 1]]),
            *([[28, 28]] * 300, [[1, 1]]),
        ],
    ),
    **settings(LIGHTON, PROCESSOR, patch_size=ODD, spatial_merge_size=ODD),
    "a patch of no pixels": (LIGHTON, changed(PROCESSOR, **{"image_processor/patch_size": 0})),
    "a picture of a million pixels each way": (
        LIGHTON,
        changed(PROCESSOR, **{"image_processor/size": {"longest_edge": 10**6}}),
    ),
    "settings of pictures that are a list": (LIGHTON, changed(PROCESSOR, image_processor=[1])),
    # 4. processor_config.json and config.json.
    **settings(SMOLVLM, PROCESSOR, image_seq_len=[-1, True, 1.5, 10**9, "4", 5]),
    **settings(INTERNVL, PROCESSOR, image_seq_length=[-1, True, 10**9, 5]),
    **settings(LLAVA, PROCESSOR, num_image_tokens=[-1, True, 10**9, 17]),
    **settings(LLAVA, PROCESSOR, vision_feature_select_strategy=["x", 1, []]),
    **settings(SMOLVLM, CONFIG, scale_factor=[0, -1, True, 17, 10**9, "2", 3]),
    **settings(INTERNVL, CONFIG, downsample_ratio=[0, -1, math.nan, 2, "x"]),
    **settings(LIGHTON, CONFIG, spatial_merge_size=[0, -1, True, 17, "2"]),
    **settings(
        LLAVA, CONFIG, vision_feature_layer=[99, -99, "x", True, [99]], image_grid_pinpoints=[[[1, 1]]]
    ),
    **settings(
        SMOLVLM,
        CONFIG,
        **{
            "vision_config/patch_size": [0, -1, 10**9, 64, True],
            "vision_config/image_size": [0, 10**9],
            "vision_config/num_attention_heads": [0, 5],
            "vision_config/num_hidden_layers": [0, 10**9],
            "vision_config/hidden_act": ["evil", 1],
            "text_config/num_hidden_layers": [0, 10**9],
            "text_config/hidden_size": [10**9, 0],
        },
    ),
    # 5. Tokens.
    **settings(SMOLVLM, CONFIG, image_token_id=[-1, 10**6, 300, True, "1", None]),
    "the placeholder is the end token": (SMOLVLM, lambda folder: placeholder_as_end(folder)),
    **{
        f"end token {value!r}": (SMOLVLM, end_tokens(value))
        for value in (-1, 10**6, "x", [10**6], [True], {"a": 1})
    },
    "a tokenizer with another id of the placeholder": (SMOLVLM, another_id),
    "a tokenizer of other words": (
        SMOLVLM,
        lambda folder: (folder / "tokenizer.json").write_text('{"model": {"type": "BPE"}}'),
    ),
    # 6. Templates.
    "a template of loops in loops": (LIGHTON, template(LOOPS)),
    "a template of a long string": (LIGHTON, template("{{ 'x' * 2500000000 }}")),
    "a template of a list that doubles": (LIGHTON, template(DOUBLED)),
    "a template that doubles a string": (
        LIGHTON,
        template(
            "{% set n = namespace(x='a') %}{% for i in range(40) %}{% set n.x = n.x ~ n.x %}{% endfor %}"
        ),
    ),
    "a template of a huge range": (LIGHTON, template("{% for i in range(10**9) %}{% endfor %}")),
    "a template of a huge power": (LIGHTON, template("{{ 9 ** 9 ** 9 }}")),
    "a template of a wide format": (LIGHTON, template("{{ '%999999999d' % 1 }}")),
    "a template that reads a class": (LIGHTON, template("{{ ''.__class__.__mro__ }}")),
    "a template that reads globals": (LIGHTON, template("{{ raise_exception.__globals__ }}")),
    "a template that calls a class": (LIGHTON, template("{{ messages.__class__.__base__() }}")),
    "a template that changes messages": (LIGHTON, template("{{ messages.append(1) }}")),
    "a template that includes a file": (LIGHTON, template("{% include '/etc/passwd' %}")),
    "a template that imports": (LIGHTON, template("{% import '/etc/passwd' as x %}")),
    "a template that calls itself": (
        LIGHTON,
        template("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}"),
    ),
    "a template with an error": (LIGHTON, template("{% for %}")),
    "a template of nothing": (LIGHTON, template("nothing")),
    "a template that is a number": (SMOLVLM, changed("chat_template.json", chat_template=5)),
    "a deep template": (LIGHTON, template("{{ " + "(" * 50_000 + "1" + ")" * 50_000 + " }}")),
    "no template": (
        LIGHTON,
        both(
            lambda folder: (folder / "chat_template.jinja").unlink(),
            changed("tokenizer_config.json", chat_template=None),
        ),
    ),
}
# Keys that transformers would set as attributes change nothing.
HARMLESS: dict[str, tuple[str, Damage]] = {
    "keys of pictures named like methods": (
        SMOLVLM,
        changed(IMAGES, preprocess=1, __class__="x", to_dict=[], resize="x", fetch_images=0),
    ),
    "keys of the processor named like methods": (
        SMOLVLM,
        changed(PROCESSOR, __call__=1, apply_chat_template="x", tokenizer="x", video_processor=1),
    ),
    "remote code": (
        SMOLVLM,
        both(
            changed(CONFIG, auto_map={"AutoConfig": "evil.Evil", "AutoModel": "evil.Evil"}),
            changed(IMAGES, auto_map={"AutoImageProcessor": "evil.Evil"}),
            changed(PROCESSOR, auto_map={"AutoProcessor": "evil.Evil"}),
        ),
    ),
}


def placeholder_as_end(folder: Path) -> None:
    image = json.loads((folder / CONFIG).read_text())["image_token_id"]
    end_tokens(image)(folder)


@pytest.fixture(scope="module")
def endings(
    stand_in_folder: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    """How each folder ended in one process, which has the limits of a small machine."""
    parent = tmp_path_factory.mktemp("hostile")
    folders = {}
    for number, (name, (base, damage)) in enumerate({**CASES, **HARMLESS}.items()):
        folder = Path(shutil.copytree(stand_in_folder(base), parent / str(number)))
        damage(folder)
        folders[name] = str(folder)
    ended = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("open_folders.py"))],
        input=json.dumps([*folders.values()]),
        env=environment() | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
        capture_output=True,
        text=True,
        timeout=280,
    )
    found = {row["folder"]: row for row in map(json.loads, ended.stdout.splitlines())}
    return {name: found[folder] for name, folder in folders.items() if folder in found}


@pytest.mark.parametrize("name", CASES)
def test_refused(name: str, endings: dict[str, dict[str, Any]]) -> None:
    ended = endings[name]
    assert ended["exit"] == 4, ended
    assert ended["seconds"] < SECONDS
    assert ended["peak"] < MEMORY


@pytest.mark.parametrize("name", HARMLESS)
def test_harmless(name: str, endings: dict[str, dict[str, Any]]) -> None:
    assert endings[name]["error"] == "", endings[name]
