"""Damaged folders are refused by everything that reads them; numbers out of range before they take
memory."""

from __future__ import annotations

import json
import math
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from typer.testing import CliRunner

import flashsloth
import tiny
from cli.conftest import _built_once  # noqa: F401
from damages import CONFIG, DAMAGES, HUGE_SIZES, LFS_POINTER, Damage, changed, marked
from flashsloth.benchmark.measurement import PeakMemory
from flashsloth.checkpoints import load_plan, resolve, save
from flashsloth.errors import CheckpointDamaged, FlashSlothError
from flashsloth_cli.app import app

pytestmark = [pytest.mark.fresh, pytest.mark.usefixtures("_built_once")]

LAYOUTS: dict[str, dict[str, Any]] = {  # of tiny.folder
    "native": {},
    "official": {"layout": "official"},
    "sharded": {"shards": 3},
    "trusted": {"layout": "official"},
}


def read(folder: Path, kind: str) -> None:
    """Open a model and ask it, or convert pickles that are trusted."""
    if kind == "trusted":
        save.convert(resolve.find(folder), folder.with_name("target"), allow_pickle=True)
    else:
        flashsloth.open(folder, device="cpu").chat().ask("hi", max_tokens=1).text()


def commands(folder: Path, kind: str) -> dict[str, list[str]]:
    """Return the commands that read a model."""
    (rows := folder.with_name("rows.jsonl")).write_text('{"question": "q", "answer": "a"}\n')
    target = ["-o", str(folder.with_name("target"))]
    return {
        "ask": ["ask", "-m", str(folder), "--no-picture", "-p", "hi", "--max-tokens", "1"],
        "convert": [
            "convert",
            str(folder),
            *target,
            *(["--allow-pickle"] if kind == "trusted" else []),
        ],
        "finetune": ["finetune", str(rows), "-m", str(folder), *target, "--dry-run"],
    }


@pytest.mark.parametrize(
    ("kind", "damage"),
    [
        pytest.param(kind, damage, id=f"{kind}: {damage.name[:60]}")
        for kind, rows in DAMAGES.items()
        for damage in rows
    ],
)
def test_refused(
    kind: str, damage: Damage, int4_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one line with the folder and the file or tensor, with a hint and the exit code of models;
    nothing is built of sizes that differ from the files, and nothing is written."""
    folder = tmp_path / "case" / "model"
    shutil.copytree(int4_folder, folder) if kind == "int4" else tiny.folder(folder, **LAYOUTS[kind])
    damage.do(folder)
    if damage.name in HUGE_SIZES:
        build_empty = load_plan.build_empty

        def only_sizes(config: Any, *, real_buffers: bool = True) -> Any:
            return pytest.fail("built") if real_buffers else build_empty(config, real_buffers=False)

        monkeypatch.setattr(load_plan, "build_empty", only_sizes)
    with pytest.raises(damage.error) as refused:
        read(folder, kind)
    message = str(refused.value)
    assert type(refused.value) is damage.error
    assert str(folder) in message
    assert damage.names in message
    assert message.isprintable()
    assert len(message) < 1500
    assert refused.value.hint
    for command in damage.refusing:
        done = CliRunner().invoke(app, commands(folder, kind)[command])
        assert (command, done.exit_code, done.stdout) == (command, 4, ""), done.stderr
        assert str(folder) in done.stderr
        assert "\nhint: " in done.stderr
    assert {path.name for path in folder.parent.iterdir()} <= {"model", "rows.jsonl"}


def numbers(data: dict[str, Any], place: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the places of all numbers."""
    for name, value in data.items():
        if isinstance(value, dict):
            yield from numbers(value, (*place, name))
        elif type(value) in (int, float):
            yield "/".join((*place, name))


VALUES = (-1, 0, 2**40, 1e308, math.nan, True, "7", None, [])
UNREAD = ("chunk_size_feed_forward", "LABEL_0", "LABEL_1")  # by FlashSloth, whatever they are
ACCEPTED: dict[str, tuple[Any, ...]] = {  # all other values are refused
    "embq_layer": (0,),
    "embq_layer_norm_eps": (0,),
    "initializer_range": (-1, 0, 1e308, math.nan),  # of new models
    "pooling_dropout": (0,),
    "query_offset_token_id": (0,),
    "text_config/attention_dropout": (0, None),
    "text_config/bos_token_id": (-1, 0, None),
    "text_config/embd_pdrop": (0,),
    "text_config/initializer_range": (-1, 0, 1e308),
    "text_config/layer_norm_eps": (0,),
    "text_config/num_key_value_heads": (None,),
    "text_config/pad_token_id": (0, None),
    "text_config/resid_pdrop": (0,),
    "text_config/rope_parameters/partial_rotary_factor": (True,),
    "text_config/rope_parameters/rope_theta": (2**40, 1e308, True),
    "vision_config/attention_dropout": (0,),
    "vision_config/layer_norm_eps": (0,),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_pointer_of_git_lfs_is_not_downloaded_again(
    name: str, native_folder: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(native_folder, tmp_path / "model"))
    (folder / name).write_text(LFS_POINTER)
    with pytest.raises(CheckpointDamaged, match="Git LFS pointer") as caught:
        flashsloth.open(folder, device="cpu")
    assert "git lfs pull" in caught.value.hint


def test_json_that_begins_with_a_byte_order_mark_is_read(native_folder: Path, tmp_path: Path) -> None:
    """As editors on Windows write it."""
    folder = Path(shutil.copytree(native_folder, tmp_path / "model"))
    for name in ("config.json", "generation_config.json"):
        marked(name)(folder)
    answer = flashsloth.open(folder, device="cpu").chat().ask("hi", max_tokens=5).text()
    assert answer == flashsloth.open(native_folder, device="cpu").chat().ask("hi", max_tokens=5).text()


def test_a_number_out_of_range_is_refused_before_it_takes_memory(
    native_folder: Path, tmp_path: Path
) -> None:
    """Of each number in a config.json exactly the values of ACCEPTED open."""
    found = numbers(json.loads((native_folder / CONFIG).read_text()))
    places = [place for place in found if not place.endswith(UNREAD)]
    assert len(places) > 35
    accepted: dict[str, list[str]] = {place: [] for place in places}
    folder = Path(shutil.copytree(native_folder, tmp_path / "model"))
    memory = PeakMemory(torch.device("cpu"))
    for place in places:
        for value in VALUES:
            shutil.copyfile(native_folder / CONFIG, folder / CONFIG)
            changed(CONFIG, **{place: value})(folder)
            try:
                read(folder, "native")
            except FlashSlothError:
                continue
            accepted[place].append(repr(value))
    assert accepted == {place: [repr(value) for value in ACCEPTED.get(place, ())] for place in places}
    if sys.platform == "linux":
        assert memory.peak() < 200e6
