"""Models from strangers: files that lead elsewhere, tokenizers, kills. The damages are in
tests/damages.py."""

from __future__ import annotations

import os
import shutil
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import torch
from filelock import FileLock

import flashsloth
import tiny
from damages import changed, replaced
from flashsloth.checkpoints import hub, model_files, resolve, save
from flashsloth.checkpoints.folder import read_json
from flashsloth.checkpoints.model_files import read_sizes, read_tokenizer
from flashsloth.errors import CheckpointDamaged, InputError, InvalidConfiguration, ModelError
from flashsloth.processing import tokenizer
from flashsloth.utils import folder_swap, system


@pytest.fixture
def folder(native_folder: Path, tmp_path: Path) -> Path:
    """A copy of the tiny model to damage."""
    return Path(shutil.copytree(native_folder, tmp_path / "model"))


# config.json


def test_setting_that_builds_a_huge_table(folder: Path) -> None:
    """transformers would make an entry for each of a billion labels."""
    for part in ("", "text_config/", "vision_config/"):
        changed("config.json", **{f"{part}num_labels": 10**12, f"{part}id2label": None})(folder)
    assert flashsloth.open(folder, device="cpu")
    assert model_files.read_config(folder).num_labels == 2


def test_settings_named_like_methods(folder: Path, tmp_path: Path) -> None:
    sound = flashsloth.open(folder, device="cpu").chat().ask("hi", max_tokens=3).text()
    names = ("to_dict", "get_text_config", "visual_tokens", "__class__", "attribute_map")
    changed(
        "config.json", **{part + name: {"a": "b"} for part in ("", "text_config/") for name in names}
    )(folder)
    assert flashsloth.open(folder, device="cpu").chat().ask("hi", max_tokens=3).text() == sound
    save.convert(resolve.find(folder), tmp_path / "converted")


# Tokenizers


def test_a_tokenizer_as_large_as_published_ones(folder: Path) -> None:
    """Qwen 3's has 11 MB, Gemma 3's 33. A vocabulary beside it is never read."""
    path = folder / "tokenizer.json"
    path.write_text(path.read_text(encoding="utf-8") + " " * (34 * 2**20), encoding="utf-8")
    (folder / "tokenizer.model").touch()
    os.truncate(folder / "tokenizer.model", 100 * 2**20)
    flashsloth.open(folder, device="cpu")


def test_native_panic_is_an_error(folder: Path) -> None:
    """A panic is not an Exception. Neither is Ctrl-C, which passes."""
    panic = type("PanicException", (BaseException,), {})
    for kind, wanted in ((panic, CheckpointDamaged), (KeyboardInterrupt, KeyboardInterrupt)):
        with (
            mock.patch.object(tokenizer, "read", side_effect=kind("at the disco")),
            pytest.raises(wanted, match="at the disco"),
        ):
            read_tokenizer(folder)


def test_endless_pattern_in_a_tokenizer(folder: Path) -> None:
    """Native code gives up after ten million steps and panics."""
    split = {"type": "Split", "pattern": {"Regex": "(a+)+$"}, "behavior": "Isolated", "invert": False}
    changed("tokenizer.json", pre_tokenizer=split)(folder)
    sloth = flashsloth.open(folder, device="cpu")
    assert sloth.chat().ask("hi", max_tokens=1).text() is not None
    with pytest.raises(CheckpointDamaged, match="tokenizer") as caught:
        sloth.chat().ask("a" * 40 + "!", max_tokens=1).text()
    assert str(folder) in str(caught.value)


def test_padding_of_a_tokenizer_is_ignored(folder: Path) -> None:
    """Each text of a data set was padded or cut to the length in the file, a terabyte if it says so."""
    sound = read_tokenizer(folder).encode("What is it?")
    kind = {
        "direction": "Left",
        "pad_to_multiple_of": None,
        "pad_id": 0,
        "pad_type_id": 0,
        "pad_token": "x",
    }
    changed("tokenizer.json", padding={"strategy": {"Fixed": 500}, **kind})(folder)
    assert read_tokenizer(folder).encode("What is it?") == sound
    cut = {"max_length": 1, "strategy": "LongestFirst", "stride": 0, "direction": "Right"}
    changed("tokenizer.json", truncation=cut)(folder)
    assert read_tokenizer(folder).encode("What is it?") == sound


@pytest.mark.parametrize("value", [float("inf"), []])
def test_invalid_size_is_refused_for_data(folder: Path, value: Any) -> None:
    changed("config.json", **{"text_config/eos_token_id": value, "vision_config/image_size": value})(
        folder
    )
    with pytest.raises(InvalidConfiguration, match=r"config\.json"):
        read_sizes(folder)


# Links, pipes


REPO, COMMIT = "somebody/sloth", "0123456789abcdef0123456789abcdef01234567"


def snapshot(source: Path, cache: Path, *, shared: bool = False) -> Path:
    """Lay out a model as the hub's cache does: links to blobs, which may be links into a store that
    models share."""
    repository = cache / f"models--{REPO.replace('/', '--')}"
    folder = repository / "snapshots" / COMMIT
    for made in (folder, repository / "blobs", repository / "refs"):
        made.mkdir(parents=True)
    (repository / "refs" / "main").write_text(COMMIT)
    for number, path in enumerate(sorted(source.iterdir())):
        blob = repository / "blobs" / f"{number:040x}"
        if shared and path.name.endswith(".safetensors"):
            store = cache / "blobs" / "ab" / f"ab{number:062x}"
            store.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, store)
            blob.symlink_to(os.path.relpath(store, blob.parent))
        else:
            shutil.copyfile(path, blob)
        (folder / path.name).symlink_to(os.path.relpath(blob, folder))
    return folder


@pytest.mark.parametrize("shared", [False, True])
def test_links_of_the_hub_cache(folder: Path, tmp_path: Path, shared: bool) -> None:
    cached = snapshot(folder, tmp_path / "hub", shared=shared)
    assert flashsloth.open(cached, device="cpu").chat().ask("hi", max_tokens=1).text() is not None
    weights = cached / "model.safetensors"
    weights.unlink()
    (tmp_path / "hub" / "blobs").mkdir(exist_ok=True)
    stray = shutil.copyfile(folder / "model.safetensors", tmp_path / "hub" / "blobs" / "stray")
    for target in (folder / "model.safetensors", stray):
        weights.symlink_to(target)
        with pytest.raises(CheckpointDamaged, match="safetensors"):
            flashsloth.open(cached, device="cpu")
        weights.unlink()


def test_links_of_an_installer(
    native_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The built-in model may be installed as links into an installer's cache."""
    installed = tmp_path / "nano"
    installed.mkdir()
    for path in native_folder.iterdir():
        (installed / path.name).symlink_to(path)
    monkeypatch.setattr("flashsloth.utils.safe_read.NANO_FOLDER", installed)
    monkeypatch.setattr("flashsloth.checkpoints.resolve.NANO_FOLDER", installed)
    assert flashsloth.open("nano", device="cpu").config.embq_layer == 1


def test_pipe_in_the_cache(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cached = snapshot(folder, tmp_path / "hub")
    monkeypatch.setattr("flashsloth.checkpoints.hub.cache.cache_folder", lambda: tmp_path / "hub")
    assert [model.complete for model in hub.list_cached()] == [True]
    (cached / "config.json").unlink()
    os.mkfifo(cached / "config.json")
    (cached.parents[1] / "refs" / "main").unlink()
    os.mkfifo(cached.parents[1] / "refs" / "main")
    assert hub.list_cached() == []


# Killed conversions


def killed(target: Path, moved: int) -> None:
    """Make the state of a conversion into `target` that was killed after it had moved so many files
    there."""
    scratch = target / ".flashsloth-killed"
    for made in (scratch / "model", scratch / "old"):
        made.mkdir(parents=True)
    (scratch / folder_swap.LOCK).touch()
    source = tiny.write_official(scratch / "model")
    names = sorted((p.name for p in source.iterdir()), key=lambda name: name == "config.json")
    for name in names:
        if (target / name).exists():
            (target / name).rename(scratch / "old" / name)
    for name in names[:moved]:
        (scratch / "model" / name).rename(target / name)


@pytest.mark.parametrize("over", [False, True], ids=["into an empty folder", "over a model"])
@pytest.mark.parametrize(("moved", "umask"), [(0, 0o022), (1, 0o002), (2, 0o000)])
def test_killed_conversion_is_made_again(
    folder: Path, tmp_path: Path, moved: int, umask: int, over: bool
) -> None:
    """Its scratch folder is private to its user; the files in it need not be."""
    target, old = tmp_path / "target", os.umask(umask)
    try:
        shutil.copytree(folder, target) if over else target.mkdir()
        killed(target, moved)
    finally:
        os.umask(old)
    (target / ".flashsloth-killed").chmod(0o700)  # as it is made
    with pytest.raises(ModelError):
        model_files.read_config(target)
    save.convert(resolve.find(folder), target, force=over)
    assert flashsloth.open(target, device="cpu").config.embq_layer == 1
    assert not [path for path in target.iterdir() if path.name.startswith(".")]


def test_an_empty_scratch_folder_is_kept(folder: Path, tmp_path: Path) -> None:
    """It may belong to a process that has just started."""
    (tmp_path / "target" / ".flashsloth-killed").mkdir(parents=True)
    save.convert(resolve.find(folder), tmp_path / "target")
    assert (tmp_path / "target" / ".flashsloth-killed").is_dir()


@pytest.mark.parametrize("kind", ["folder", "file", "link", "in use"])
def test_files_of_the_user_are_not_cleared(folder: Path, tmp_path: Path, kind: str) -> None:
    target = tmp_path / "target"
    target.mkdir()
    mine = target / ("empty" if kind == "folder" else ".flashsloth-mine")
    if kind == "file":
        mine.touch()
    elif kind == "link":
        mine.symlink_to(tmp_path)
    else:
        mine.mkdir()
    with (
        FileLock(mine / folder_swap.LOCK) if kind == "in use" else nullcontext(),
        pytest.raises(InputError),
    ):
        save.convert(resolve.find(folder), target)
    assert [p.name for p in target.iterdir()] == [mine.name]


@pytest.mark.parametrize("moves", [1, 3, 6])
def test_a_conversion_that_fails_while_it_moves_files_changes_nothing(
    folder: Path, tmp_path: Path, moves: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, replace = tiny.folder(tmp_path / "target", "official"), system.replace
    before = {path.name: path.read_bytes() for path in target.iterdir()}
    done: list[Path] = []

    def failing(source: Path, to: Path) -> None:
        done.append(to)
        if len(done) == moves:
            raise PermissionError(13, "Permission denied", str(to))
        replace(source, to)

    monkeypatch.setattr(system, "replace", failing)
    with pytest.raises(InputError, match="Permission denied"):
        save.convert(resolve.find(folder), target, force=True)
    assert {path.name: path.read_bytes() for path in target.iterdir()} == before


def test_a_kill_never_leaves_a_model_of_two(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While files of one model replace those of another, there is no config.json."""
    target, replace = tiny.folder(tmp_path / "target", "official"), system.replace
    states: list[dict[str, bytes]] = []

    def contents() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in target.iterdir() if path.is_file()}

    def watched(source: Path, to: Path) -> None:
        replace(source, to)
        states.append(contents())

    monkeypatch.setattr(system, "replace", watched)
    save.convert(resolve.find(folder), target, force=True)
    assert len(states) > 8
    assert [state for state in states if "config.json" in state] == [contents()]


@pytest.mark.parametrize("gone", [None, "model", "lock"])
def test_finished_swap_is_kept(folder: Path, gone: str | None) -> None:
    """Its leftovers are removed, also if the process was killed while it removed them."""
    killed(folder, 99)
    if gone == "model":
        (folder / ".flashsloth-killed" / "model").rmdir()
    elif gone:
        (folder / ".flashsloth-killed" / folder_swap.LOCK).unlink()
    folder_swap.clear_unfinished(folder)
    assert read_json(folder / "config.json")["model_type"] == "phi"
    assert not (folder / ".flashsloth-killed").exists()


def test_running_conversion_is_left_alone(tmp_path: Path) -> None:
    with folder_swap.replace_folder(tmp_path / "one") as made:
        (made / "file").write_text("mine")
        folder_swap.clear_unfinished(tmp_path)
        with folder_swap.replace_folder(tmp_path / "two") as other:
            (other / "file").write_text("yours")
        assert (made / "file").read_text() == "mine"
    assert (tmp_path / "one" / "file").read_text() == "mine"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one", "two"]


def test_adapter_weights_that_are_a_link(folder: Path, tmp_path: Path) -> None:
    learned = tiny.adapter(
        tmp_path / "x" / "adapter", str(folder), {"model.query_tokens.weight": torch.zeros(9, 32)}
    )
    assert flashsloth.open(folder, adapter=learned, device="cpu").loaded.adapter
    replaced("adapter_model.safetensors", "a link that leads outside")(learned)
    with pytest.raises(CheckpointDamaged, match="adapter_model"):
        flashsloth.open(folder, adapter=learned, device="cpu")
