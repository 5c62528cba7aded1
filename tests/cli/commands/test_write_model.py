"""`quantize`, `--quant`, and what `show` says of either; `convert`: the native layout, all of it or
nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cli.conftest import QUESTION


def test_quantize_and_use(cli, tmp_path: Path, picture: Path) -> None:
    target = tmp_path / "nano-int4"
    done = cli("quantize", "nano", "-o", target, "--quant", "4bit")
    assert (done.code, done.out) == (0, "")
    assert f"wrote {target}, " in done.err
    assert f"-m {target}" in done.err
    answer = cli("ask", picture, "What shape is it?", "-m", target, "--set", "stats=true")
    assert answer.out == "It is a circle.\n"
    assert answer.err.endswith("int4 on cpu\n")
    assert cli("ask", picture, QUESTION, "-m", target, "--json").document["model"]["quant"] == "int4"
    assert cli("ask", picture, QUESTION, "-m", target, "--quant", "int8").code == 4
    cli("quantize", target, "-o", tmp_path / "again").refused(4, "already quantized")
    assert cli("convert", target, "-o", tmp_path / "again").code == 4
    assert not (tmp_path / "again").exists()


def test_a_copy_that_is_not_smaller_is_noted(cli, tmp_path: Path) -> None:
    done = cli("quantize", "nano", "-o", tmp_path / "copy", "--quant", "int8", "--json")
    weights = (tmp_path / "copy" / "model.safetensors").stat().st_size
    assert done.document["schema"] == "flashsloth.written/1"
    assert weights < done.document["size_bytes"] < weights + 200_000
    assert "note: the copy is not smaller than nano" in done.err
    assert "not smaller" not in cli("quantize", "nano", "-o", tmp_path / "int4").err


def test_show_says_how_a_model_opens(cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "nano-int8"
    assert cli("quantize", "nano", "-o", target, "--quant", "int8", "-q").err == ""
    shown = cli("show", target, "--json").document
    plain = cli("show", "nano", "--json").document
    assert shown["parameters"] == plain["parameters"]
    assert shown["stored_as"] == ["int8"]
    assert shown["opens_as"]["quant"] == "int8"
    assert plain["opens_as"]["quant"] == "none"
    assert plain["opens_as"]["dtype"] == "float32"
    assert shown["opens_as"]["memory_bytes"] < plain["opens_as"]["memory_bytes"]
    assert re.search(
        r"^opens here +int8 and float32 on cpu, [\d.]+ [GM]B of memory$", cli("show", target).out, re.M
    )
    monkeypatch.setenv("FLASHSLOTH_QUANT", "int4")
    assert cli("show", "nano", "--json").document["opens_as"]["quant"] == "int4"
    exact = cli("ask", "--no-picture", "-p", "hi", "--set", "dtype=float32", "--json").document
    assert exact["model"]["quant"] == "none"


@pytest.mark.parametrize(("quant", "name"), [("8bit", "int8"), ("4bit", "int4"), ("auto", "none")])
def test_quant_for_an_answer(cli, picture: Path, quant: str, name: str) -> None:
    document = cli("ask", picture, "What shape is it?", "--quant", quant, "--json").document
    assert document["response"] == "It is a circle."
    assert document["model"]["quant"] == name


@pytest.mark.fresh
def test_a_copy_is_kept_once_and_said(cli, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of models large enough to be worth it."""
    monkeypatch.setattr("flashsloth.checkpoints.loader.LARGE", 10**5)
    words = ("ask", "-m", "nano", "--no-picture", "-p", "hi", "--quant", "int4")
    assert "kept a copy" not in cli(*words, "--set", "quant_cache=false").err
    assert not (home / "cache" / "quantized").exists()
    first = cli(*words)
    assert "GB (--set quant_cache=false" in first.err
    assert re.search(r"^note: stored an int4 copy in \S+,", first.err, re.M)
    assert cli(*words).err == ""
    assert len(list((home / "cache" / "quantized").iterdir())) == 1


def test_a_settled_preset_gives_way_to_the_stored_one(
    cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "copy"
    assert cli("quantize", "nano", "-o", target, "-q").code == 0
    monkeypatch.setenv("FLASHSLOTH_QUANT", "int8")
    assert (
        cli("ask", "-m", target, "--no-picture", "-p", "hi", "--json").document["model"]["quant"]
        == "int4"
    )
    assert cli("show", target, "--json").document["opens_as"]["quant"] == "int4"
    for words in (("--quant", "all"), ("--quant", "int8")):
        cli("bench", "-m", target, *words).refused(2, "stored in int4")


def test_the_line_to_try_means_the_folder(cli) -> None:
    assert "-m ./nano photo.jpg" in cli("quantize", "nano", "-o", "nano").err


def ids(cli, model: Path | str, *words: str) -> list[int]:
    asked = ("ask", "-m", model, "--no-picture", "-p", "hello", "-q", "--max-tokens", "12", *words)
    return cli(*asked, "--json").document["token_ids"]


def test_official_folder(cli, official_folder: Path, picture: Path) -> None:
    done = cli("convert", official_folder, "-o", "new folder/model")
    assert (done.code, done.out) == (0, "")
    assert done.err.startswith("wrote new folder/model, ")
    assert "flashsloth ask -m 'new folder/model' photo.jpg" in done.err
    assert json.loads(Path("new folder/model/config.json").read_text())["model_type"] == "flashsloth"
    for words in ((), (str(picture),)):
        assert ids(cli, "new folder/model", *words) == ids(cli, official_folder, *words)


def test_a_file_system_without_modes(cli, native_folder: Path, no_modes: None) -> None:
    for more in ((), ("--force",)):
        assert cli("convert", native_folder, "-o", "made", *more).code == 0


def test_a_file_system_without_locks(cli, native_folder: Path, no_locks: None) -> None:
    for more in ((), ("--force",)):  # into a new folder, and over an old one
        assert cli("convert", native_folder, "-o", "made", *more).code == 0
    assert not [path.name for path in Path("made").iterdir() if path.name.startswith(".")]


def test_over_itself(cli, native_folder: Path) -> None:
    assert cli("convert", native_folder, "-o", native_folder, "--force").code == 3
    assert (native_folder / "model.safetensors").is_file()
