"""`flashsloth reduce fit` and `show`, and `--set reduce=` of other commands."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import flashsloth
from cli.conftest import Cli
from flashsloth.checkpoints import resolve, save
from flashsloth.reduction import dyvte
from flashsloth.utils.paths import NANO_FOLDER
from training import helpers

LAYERS = json.loads((NANO_FOLDER / "config.json").read_text())["text_config"]["num_hidden_layers"]
EXITED = [16, 16] + [0] * (LAYERS - 2)  # visual tokens of each layer, if all leave before EmbQ's


@pytest.fixture
def recipe(
    cli: Cli, tmp_path: Path, made_once: Callable[..., Path], drawn: Callable[..., Path]
) -> Path:
    def make(path: Path) -> None:
        words = ("reduce", "fit", "nano", "--data", drawn(8), "--budget", "0.5", "-o", path, "-q")
        assert "fitprune" in cli(*words).ok.out

    return made_once("recipe.json", make, tmp_path)


def test_a_recipe_is_made_shown_and_used(cli: Cli, recipe: Path, picture: Path) -> None:
    shown = cli("reduce", "show", recipe, "--json").document
    kept = shown["kept_by_layer"]
    assert shown["method"] == "fitprune"
    assert kept[0] == 16 > kept[-1] >= 1
    assert shown["achieved"]["visual"] >= 0.5
    done = cli("ask", picture, "-p", "What is this?", "--set", f"reduce={recipe}", "-v", "--json")
    assert done.document["usage"]["kept_by_layer"] == kept
    assert f"16 visual, {kept[-1]} of them in the last layer" in done.err
    whole = cli("ask", picture, "-p", "What is this?", "--set", "reduce=none", "--json", "-q").document
    assert "kept_by_layer" not in whole["usage"]
    assert "reduce" not in whole["options"]
    digest = hashlib.sha256(recipe.read_bytes()).hexdigest()[:16]
    for words in (("ask", "--json"), ("ask", "--each", "--json"), ("batch",)):
        asked = cli(*words, picture, "-p", "What is this?", "--set", f"reduce={recipe}")
        assert asked.document["options"]["reduce"] == digest, words


def test_a_recipe_goes_with_copies_that_it_fits(
    cli: Cli, recipe: Path, tmp_path: Path, drawn: Callable[..., Path]
) -> None:
    folder, rows = tmp_path / "model", ("--data", drawn(1), "--layers", "1", "--rank", "4")
    shutil.copytree(NANO_FOLDER, folder)
    assert "layers hold" not in cli("show", folder).out
    shutil.copy(recipe, folder / "reduction.json")
    assert "layers hold 16 " in cli("show", folder).out
    for name, *more in (("convert",), ("quantize", "--quant", "int8"), ("reduce skip", *rows)):
        made = tmp_path / name.replace(" ", "-")
        assert cli(*name.split(), folder, *more, "-o", made, "-q").code == 0
        assert (made / "reduction.json").is_file() == (name != "reduce skip")
    assert "layers hold 16 " in cli("show", tmp_path / "quantize").out


def test_a_foreign_recipe_is_refused(cli: Cli, recipe: Path, picture: Path) -> None:
    found = json.loads(recipe.read_text())
    found["model"]["layers"] = 32
    recipe.write_text(json.dumps(found))
    cli("ask", picture, "-p", "What is this?", "--set", f"reduce={recipe}").refused(
        2, "another model: layers 32"
    )
    recipe.write_text("{")
    assert cli("ask", picture, "-p", "What is this?", "--set", f"reduce={recipe}").code == 3
    assert cli("reduce", "show", recipe).code == 3


@pytest.fixture
def gates(
    cli: Cli,
    tmp_path: Path,
    made_once: Callable[..., Path],
    drawn: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    def make(path: Path) -> None:
        words = ("--method", "gates", "--exit-bias", "-50", "-o", path, "-q")
        # this bias decides, whatever they learn
        monkeypatch.setitem(dyvte.train.__kwdefaults__, "steps", 10)
        done = cli("reduce", "fit", "nano", "--data", drawn(10), *words).ok
        assert "tokens leave in 2 of 2 that the gates did not learn from" in done.out

    return made_once("gates.json", make, tmp_path)


@pytest.mark.slow
def test_gates_are_learnt_shown_used_and_drawn(
    cli: Cli, gates: Path, picture: Path, tmp_path: Path, drawn: Callable[..., Path]
) -> None:
    shown = cli("reduce", "show", gates, "--json").document
    assert (shown["method"], shown["kept_by_layer"]) == ("gates", EXITED)
    words = (picture, "-p", "What is this?", "--set", f"reduce={gates}")
    assert cli("ask", *words, "--json", "-q").document["usage"]["kept_by_layer"] == EXITED
    assert cli("ask", *words, "--explain", tmp_path / "kept.png", "-q").code == 0
    for count in (1, 3):
        assert cli("eval", drawn(count), "--set", f"reduce={gates}", "-q").code == 0
    with_gates = shutil.copytree(NANO_FOLDER, tmp_path / "with-gates")
    for suffix in (".json", ".safetensors"):
        shutil.copy(gates.with_suffix(suffix), with_gates / f"reduction{suffix}")
    against = cli("eval", drawn(3), "-m", with_gates, "--against", "nano", "--json", "-q").document
    assert against["against"]["kl"] > 0


def test_gates_need_the_weights_beside_them(cli: Cli, gates: Path, picture: Path) -> None:
    gates.with_suffix(".safetensors").unlink()
    cli("ask", picture, "-p", "What is this?", "--set", f"reduce={gates}").refused(
        3, "gates.safetensors beside it"
    )


def test_gates_travel_with_a_model(cli: Cli, gates: Path, picture: Path, tmp_path: Path) -> None:
    """A copy of another model leaves none of them behind, and a link out of the folder is not
    copied."""
    folder = tmp_path / "model"
    shutil.copytree(NANO_FOLDER, folder)
    shutil.copy(gates, folder / "reduction.json")
    shutil.copy(gates.with_suffix(".safetensors"), folder / "reduction.safetensors")
    assert cli("convert", folder, "-o", tmp_path / "copy", "-q").code == 0
    assert f"layers hold {' '.join(map(str, EXITED))}" in cli("show", tmp_path / "copy").out
    answered = cli(
        "ask", picture, "-p", "What is this?", "-m", tmp_path / "copy", "--json", "-q"
    ).document
    assert answered["usage"]["kept_by_layer"] == EXITED
    assert cli("convert", "nano", "-o", tmp_path / "copy", "-q", "--force").code == 0
    assert not list((tmp_path / "copy").glob("reduction*"))
    (folder / "reduction.safetensors").unlink()
    (folder / "reduction.safetensors").symlink_to(Path(__file__))
    cli("convert", folder, "-o", tmp_path / "other", "-q").refused(4, "leads out of its folder")
    assert not (tmp_path / "other").exists()


@pytest.mark.nightly
@pytest.mark.slow
def test_force_replaces_gates_and_no_other_weights(
    cli: Cli, gates: Path, drawn: Callable[..., Path]
) -> None:
    words = (
        "reduce",
        "fit",
        "nano",
        "--data",
        drawn(10, first=10),
        "--method",
        "gates",
        "-q",
        "--force",
    )
    before = gates.with_suffix(".safetensors").read_bytes()
    assert cli(*words, "-o", gates).code == 0
    assert gates.with_suffix(".safetensors").read_bytes() != before
    shutil.copy(Path(__file__), gates.with_name("model.safetensors"))
    cli(*words, "-o", gates.with_name("model.json")).refused(3, "holds other weights than gates")


def test_a_batch_is_not_continued_with_another_recipe(
    cli: Cli, recipe: Path, picture: Path, tmp_path: Path
) -> None:
    words = ("batch", picture, "-p", "What is this?", "-o", tmp_path / "answers.jsonl", "-q")
    assert cli(*words, "--set", f"reduce={recipe}").code == 0
    assert cli(*words, "--set", f"reduce={recipe}").code == 0
    cli(*words, "--set", "reduce=none").refused(3, "reduce")


@pytest.fixture
def ranks(cli: Cli, tmp_path: Path, made_once: Callable[..., Path], drawn: Callable[..., Path]) -> Path:
    def make(path: Path) -> None:
        done = cli("reduce", "rank", "nano", "--data", drawn(4), "--layers", "2", "-o", path, "-q").ok
        layers = done.out.splitlines()[1:]
        assert len(layers) == LAYERS
        assert sum("*" in line for line in layers) == 2

    return made_once("ranks.json", make, tmp_path)


@pytest.mark.slow
def test_a_model_learns_to_skip_layers_and_answers(
    cli: Cli, ranks: Path, picture: Path, tmp_path: Path, drawn: Callable[..., Path]
) -> None:
    out, chosen = tmp_path / "out", json.loads(ranks.read_text())["layers"]
    words = f"--full --set mod={ranks} --set skip_ratio=0.5 --max-steps 2 --batch-size 4 -q".split()
    assert cli("finetune", drawn(8), "-m", "nano", *words, "-o", out).ok
    settings = json.loads((out / "config.json").read_text())
    assert (settings["routed_layers"], settings["skip_ratio"]) == (chosen, 0.5)
    answered = cli("ask", picture, "-p", "What is this?", "-m", out, "--json", "-q").document
    assert answered["usage"]["kept_by_layer"] == [
        8 if layer in chosen else 16 for layer in range(LAYERS)
    ]
    assert cli("ask", "-p", "Hi", "--no-picture", "-m", out, "-q").code == 0
    assert cli("ask", picture, "-p", "What?", "-m", out, "--explain", tmp_path / "new.png").code == 0
    assert f"50% of visual tokens skip layers {', '.join(map(str, chosen))}" in cli("show", out).out
    for command, problem in (
        (
            ("reduce", "fit", out, "--data", drawn(8), "-o", tmp_path / "new.json"),
            "skip layers of this model",
        ),
        (
            ("finetune", drawn(8), "-m", out, *words, "-o", tmp_path / "two"),
            "skip layers of this model",
        ),
    ):
        cli(*command).refused(4, problem)


def test_ranks_as_json(cli: Cli, drawn: Callable[..., Path]) -> None:
    found = cli("reduce", "rank", "nano", "--data", drawn(2), "--json", "-q").document
    assert (found["schema"], found["prompts"]) == ("flashsloth.ranks/1", 2)
    assert len(found["ranks"]) == len(found["effective"]) == LAYERS


def test_attentions_are_left_out(native_folder: Path, tmp_path: Path, cli: Cli) -> None:
    data = helpers.make_data(tmp_path / "data")
    words = ("--data", data, "--layers", "1", "--rank", "4")
    exact = ("--device", "cpu", "--set", "dtype=float32")
    done = cli("reduce", "skip", native_folder, *words, "-o", tmp_path / "out", *exact).ok
    settings = json.loads((tmp_path / "out" / "config.json").read_text())
    (layer,) = settings["skipped_attention"]
    assert f"without the attention of layer {layer}: loss" in done.err
    assert settings["pia_rank"] == 4
    assert f"none in layers {layer}, adapters of rank 4 instead" in cli("show", tmp_path / "out").out
    cli("reduce", "rank", tmp_path / "out", "--data", data).refused(
        4, "attentions of this model were removed"
    )
    assert cli("reduce", "merge", tmp_path / "out", "-o", tmp_path / "merged").code == 0
    flashsloth.open(tmp_path / "merged", device="cpu")
    again = cli("reduce", "merge", tmp_path / "merged", "-o", tmp_path / "twice")
    again.refused(4, "this model has no adapters in place of attentions")
    small = save.quantize(resolve.find(str(native_folder)), tmp_path / "int8", "int8")
    cli("reduce", "skip", small, *words, "-o", tmp_path / "no").refused(4, "is quantized")
    late = ("--data", data, "--layers", "3")
    cli("reduce", "skip", native_folder, *late, "-o", tmp_path / "no").refused(2, "first of 3 layers")
