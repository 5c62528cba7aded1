"""`flashsloth reduce fit` and `show`, and `--set reduce=` of other commands."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., Any]


@pytest.fixture
def recipe(cli: Cli, tmp_path: Path, made_once: Callable[..., Path]) -> Path:
    def make(path: Path) -> None:
        done = cli("reduce", "fit", "nano", "--data", "synth:test", "--limit", "8", "--budget", "0.5", "-o", path, "-q")
        assert done.code == 0, done.err
        assert "fitprune" in done.out

    return made_once("recipe.json", make, tmp_path)


def test_a_recipe_is_made_shown_and_used(cli: Cli, recipe: Path, picture: Path) -> None:
    shown = json.loads(cli("reduce", "show", recipe, "--json").out)
    kept = shown["kept_by_layer"]
    assert shown["method"] == "fitprune"
    assert kept[0] == 16 > kept[-1] >= 1
    assert shown["achieved"]["visual"] >= 0.5
    done = cli("ask", picture, "-p", "What is this?", "--set", f"reduce={recipe}", "-v", "--json")
    assert json.loads(done.out)["usage"]["kept_by_layer"] == kept
    assert f"16 visual, {kept[-1]} of them in the last layer" in done.err
    whole = cli("ask", picture, "-p", "What is this?", "--set", "reduce=none", "--json", "-q")
    assert "kept_by_layer" not in json.loads(whole.out)["usage"]


def test_a_recipe_in_a_models_folder_is_shown(cli: Cli, recipe: Path, tmp_path: Path) -> None:
    from flashsloth.utils.paths import NANO_FOLDER

    folder = tmp_path / "model"
    shutil.copytree(NANO_FOLDER, folder)
    assert "layers hold" not in cli("show", folder).out
    shutil.copy(recipe, folder / "reduction.json")
    assert "layers hold 16 " in cli("show", folder).out


def test_a_recipe_goes_with_copies_that_it_fits(cli: Cli, recipe: Path, tmp_path: Path) -> None:
    from flashsloth.utils.paths import NANO_FOLDER

    folder, rows = tmp_path / "model", ("--data", "synth:test", "--limit", "1", "--layers", "1", "--rank", "4")
    shutil.copytree(NANO_FOLDER, folder)
    shutil.copy(recipe, folder / "reduction.json")
    for words in (("convert",), ("quantize", "--quant", "int8"), ("reduce", "skip", *rows)):
        name, *more = words if words[0] != "reduce" else ("reduce skip", *rows)
        made = tmp_path / name.replace(" ", "-")
        assert cli(*name.split(), folder, *more, "-o", made, "-q").code == 0
        assert (made / "reduction.json").is_file() == (name != "reduce skip")
    assert "layers hold 16 " in cli("show", tmp_path / "quantize").out


def test_a_foreign_recipe_is_refused(cli: Cli, recipe: Path, picture: Path) -> None:
    found = json.loads(recipe.read_text())
    found["model"]["layers"] = 32
    recipe.write_text(json.dumps(found))
    done = cli("ask", picture, "-p", "What is this?", "--set", f"reduce={recipe}")
    assert done.code == 2
    assert "another model: layers 32 instead of 6" in done.err
    recipe.write_text("{")
    assert cli("ask", picture, "-p", "What is this?", "--set", f"reduce={recipe}").code == 3


@pytest.fixture
def gates(cli: Cli, tmp_path: Path, made_once: Callable[..., Path]) -> Path:
    def make(path: Path) -> None:
        words = ("--method", "gates", "--limit", "10", "--exit-bias", "-50", "-o", path, "-q")
        done = cli("reduce", "fit", "nano", "--data", "synth:test", *words)
        assert done.code == 0, done.err
        assert "tokens leave in 2 of 2 that the gates did not learn from" in done.out

    return made_once("gates.json", make, tmp_path)


def test_gates_are_learnt_shown_used_and_drawn(cli: Cli, gates: Path, picture: Path, tmp_path: Path) -> None:
    shown = json.loads(cli("reduce", "show", gates, "--json").out)
    assert (shown["method"], shown["kept_by_layer"]) == ("gates", [16, 16, 0, 0, 0, 0])
    words = (picture, "-p", "What is this?", "--set", f"reduce={gates}")
    done = cli("ask", *words, "--json", "-q")
    assert json.loads(done.out)["usage"]["kept_by_layer"] == [16, 16, 0, 0, 0, 0]
    assert cli("ask", *words, "--explain", tmp_path / "kept.png", "-q").code == 0
    for limit in ("1", "20"):
        assert cli("eval", "synth:test", "--limit", limit, "--set", f"reduce={gates}", "-q").code == 0


def test_gates_need_the_weights_beside_them(cli: Cli, gates: Path, picture: Path) -> None:
    words = ("ask", picture, "-p", "What is this?", "--set", f"reduce={gates}")
    gates.with_suffix(".safetensors").write_bytes(b"no")
    assert cli(*words).code == 3
    gates.with_suffix(".safetensors").unlink()
    done = cli(*words)
    assert done.code == 3
    assert "gates.safetensors beside it is missing" in done.err


def test_gates_travel_with_a_model(cli: Cli, gates: Path, picture: Path, tmp_path: Path) -> None:
    from flashsloth.utils.paths import NANO_FOLDER

    folder = tmp_path / "model"
    shutil.copytree(NANO_FOLDER, folder)
    shutil.copy(gates, folder / "reduction.json")
    shutil.copy(gates.with_suffix(".safetensors"), folder / "reduction.safetensors")
    assert cli("convert", folder, "-o", tmp_path / "copy", "-q").code == 0
    assert "layers hold 16 16 0 0 0 0" in cli("show", tmp_path / "copy").out
    done = cli("ask", picture, "-p", "What is this?", "-m", tmp_path / "copy", "--json", "-q")
    assert json.loads(done.out)["usage"]["kept_by_layer"] == [16, 16, 0, 0, 0, 0]


def test_force_replaces_gates_and_no_other_weights(cli: Cli, gates: Path) -> None:
    words = ("reduce", "fit", "nano", "--data", "synth:test", "--method", "gates", "--limit", "10", "-q", "--force")
    before = gates.with_suffix(".safetensors").read_bytes()
    assert cli(*words, "--seed", "5", "-o", gates).code == 0
    assert gates.with_suffix(".safetensors").read_bytes() != before
    shutil.copy(Path(__file__), gates.with_name("model.safetensors"))
    done = cli(*words, "-o", gates.with_name("model.json"))
    assert (done.code, "holds other weights than gates" in done.err) == (3, True)


def test_a_batch_is_not_continued_with_another_recipe(cli: Cli, recipe: Path, picture: Path, tmp_path: Path) -> None:
    words = ("batch", picture, "-p", "What is this?", "-o", tmp_path / "answers.jsonl", "-q")
    assert cli(*words, "--set", f"reduce={recipe}").code == 0
    assert cli(*words, "--set", f"reduce={recipe}").code == 0
    done = cli(*words, "--set", "reduce=none")
    assert (done.code, "reduce" in done.err) == (3, True)


def test_a_copy_over_a_model_leaves_no_recipe_behind(cli: Cli, gates: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    assert cli("convert", "nano", "-o", folder, "-q").code == 0
    shutil.copy(gates, folder / "reduction.json")
    shutil.copy(gates.with_suffix(".safetensors"), folder / "reduction.safetensors")
    assert cli("convert", "nano", "-o", folder, "-q", "--force").code == 0
    assert not list(folder.glob("reduction*"))


def test_a_link_out_of_the_folder_is_not_copied(cli: Cli, gates: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    assert cli("convert", "nano", "-o", folder, "-q").code == 0
    shutil.copy(gates, folder / "reduction.json")
    (folder / "reduction.safetensors").symlink_to(Path(__file__))
    done = cli("convert", folder, "-o", tmp_path / "copy", "-q")
    assert (done.code, "leads out of its folder" in done.err) == (4, True)
    assert not (tmp_path / "copy").exists()


def test_ranks_of_a_model_without_some_attentions_are_refused(cli: Cli, tmp_path: Path) -> None:
    rows = ("--data", "synth:test", "--limit", "1")
    assert (
        cli("reduce", "skip", "nano", *rows, "--layers", "1", "--rank", "4", "-o", tmp_path / "short", "-q").code == 0
    )
    done = cli("reduce", "rank", tmp_path / "short", *rows)
    assert (done.code, "some attentions of this model are gone" in done.err) == (4, True)


@pytest.mark.parametrize(
    "change",
    [
        {"method": ["gates"]},
        {"method": {}},
        {"achieved": {"visual": 1e999}},
        *({"values": values} for values in ({"drops": "ab"}, {"drops": [1, 2]}, {"drops": [99] * 6}, {})),
    ],
)
def test_damaged_values_are_not_shown(cli: Cli, recipe: Path, change: dict[str, Any]) -> None:
    recipe.write_text(json.dumps(json.loads(recipe.read_text()) | change))
    assert cli("reduce", "show", recipe).code == 3
