"""Writing a model into a folder with other files, and errors of the disk."""

from __future__ import annotations

import functools
import json
import os
import stat
from pathlib import Path

import pytest

import tiny
from flashsloth.checkpoints import loader, model_files, resolve, save
from flashsloth.errors import InputError, NonFiniteWeights


@pytest.mark.parametrize("quant", [None, "int4"])
def test_force_keeps_other_files(quant: str | None, tmp_path: Path, native_folder: Path) -> None:
    target, source = tmp_path / "target", resolve.find(native_folder)
    (target / "other").mkdir(parents=True)
    kept = (
        "other/notes.txt",
        "model_v1.safetensors.bak",
        "model-notes.safetensors.txt",
        "models.safetensors",
    )
    for name in kept:
        (target / name).write_text(name)
    (target / "model-00001-of-00009.safetensors").write_bytes(b"old")
    write = functools.partial(save.quantize, quant=quant) if quant else save.convert
    with pytest.raises(InputError, match="not empty"):
        write(source, target)
    write(source, target, force=True)
    assert [(target / name).read_text() for name in kept] == list(kept)
    assert not (target / "model-00001-of-00009.safetensors").exists()
    assert model_files.read_config(target)
    assert [p.name for p in target.iterdir() if p.name.startswith(".")] == []
    (target / "config.json").unlink()
    (target / "config.json").mkdir()
    with pytest.raises(InputError, match="is a folder"):
        write(source, target, force=True)


def test_target_is_a_link_or_the_current_folder(
    tmp_path: Path, native_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = tmp_path / "real"
    real.mkdir()
    (tmp_path / "link").symlink_to("real")
    save.convert(resolve.find(native_folder), tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (real / "config.json").is_file()
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    save.convert(resolve.find(native_folder), Path("."))
    assert (here / "model.safetensors").is_file()


@pytest.mark.skipif(os.name == "nt", reason="no umask there")
@pytest.mark.parametrize("umask", [0o077, 0o022, 0o002])
@pytest.mark.parametrize("quant", [None, "int4"])
def test_the_files_of_a_model_obey_the_umask(
    quant: str | None, umask: int, tmp_path: Path, native_folder: Path
) -> None:
    target = tmp_path / "target"
    write = functools.partial(save.quantize, quant=quant) if quant else save.convert
    before = os.umask(umask)
    try:
        for force in (False, True):  # into a new folder, and over the files of the first time
            write(resolve.find(native_folder), target, force=force)
    finally:
        os.umask(before)
    assert stat.S_IMODE(target.stat().st_mode) == 0o777 & ~umask
    assert {stat.S_IMODE(path.stat().st_mode) for path in target.iterdir()} == {0o666 & ~umask}


@pytest.mark.parametrize("quant", [None, "int4"])
def test_sampling_settings_are_kept(quant: str | None, tmp_path: Path) -> None:
    source = tiny.write_native(tmp_path)
    settings = {"do_sample": True, "temperature": 0.7, "top_k": 20}
    (source / "generation_config.json").write_text(json.dumps(settings))
    found = resolve.find(source)
    made = (
        save.quantize(found, tmp_path / "made", quant)
        if quant
        else save.convert(found, tmp_path / "made")
    )
    assert loader.load(resolve.find(made), device="cpu").generation_defaults == {
        "temperature": 0.7,
        "top_k": 20,
    }


def test_weights_that_overflow_in_a_narrower_dtype(tmp_path: Path) -> None:
    tiny.folder(tmp_path, change=lambda stored: stored["lm_head.bias"].fill_(1e5))
    assert loader.load(resolve.find(tmp_path), device="cpu", dtype="float32")
    with pytest.raises(NonFiniteWeights, match=r"lm_head.bias, as float16"):
        loader.load(resolve.find(tmp_path), device="cpu", dtype="float16")
