"""Letters that a model has never written: how they are found, and that they can be learned."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

import flashsloth
from cli.conftest import Cli
from data.helpers import write_rows
from flashsloth import devices
from flashsloth.chat import FlashSloth
from flashsloth.checkpoints import safetensors_reader
from flashsloth.data.unwritten import unwritten_tokens
from flashsloth.training.recipe import HEAD, Recipe
from flashsloth.training.run import train
from flashsloth.training.run_plan import plan_run
from flashsloth.utils.paths import NANO_FOLDER
from training.helpers import Run

NEW = "é ü € { } [ ] # @ _"


def rows(folder: Path, *answers: str) -> Path:
    """Write a row with a picture of its own for each answer."""
    folder.mkdir(exist_ok=True)
    made = []
    for number, answer in enumerate(answers):
        image = Image.new("RGB", (144, 144), (number * 53 % 256, number * 97 % 256, number * 151 % 256))
        ImageDraw.Draw(image).rectangle((number * 9, 20, 60 + number * 9, 90), fill="white")
        image.save(folder / f"{number}.png")
        made.append({"image": f"{number}.png", "question": "Which label?", "answer": answer})
    return write_rows(folder / "rows.jsonl", *made)


def test_tokens_that_nano_has_never_written(nano: FlashSloth) -> None:
    found = unwritten_tokens(safetensors_reader.read_headers(NANO_FOLDER))
    for letter in NEW.split():
        assert not found.isdisjoint(nano.prompt.text(letter, continued=True)), letter
    assert found.isdisjoint(nano.prompt.answer('There are two red shapes. It says "STOP".'))


def test_a_layer_without_such_tokens(native_folder: Path) -> None:
    """Random weights have no common direction."""
    assert unwritten_tokens(safetensors_reader.read_headers(native_folder)) == frozenset()


@pytest.mark.parametrize(
    ("answer", "letters"), [("Café € {x}", ["{", "}", "é", "€"]), ("A red sign.", [])]
)
def test_data_check_names_them(cli: Cli, tmp_path: Path, answer: str, letters: list[str]) -> None:
    data = rows(tmp_path / "data", answer)
    assert cli("data", "check", str(data), "--json").document["unwritten"] == letters
    assert ("new letters" in cli("data", "check", str(data)).out) == bool(letters)


@pytest.mark.parametrize(
    ("answer", "given", "learns"),
    [
        ("Café", {}, True),
        ("Cafe", {}, False),
        ("Café", {"freeze_head": True}, False),
        ("Cafe", {"freeze_head": False}, True),
        ("Café", {"method": "full"}, False),
    ],
)
def test_when_the_output_layer_learns(
    tmp_path: Path, answer: str, given: dict[str, object], learns: bool
) -> None:
    data = rows(tmp_path / "data", answer, answer)
    plan = plan_run(Recipe(data=(str(data),), output="out", **given))
    assert (HEAD in plan.recipe.trained_parts(hd=False)) == learns
    # with `full` all of the text model learns, and there is nothing to say
    said = answer == "Café" and given.get("method") != "full"
    assert len(plan.notes) == said
    assert [note.partition(":")[0] for note in plan.notes] == said * ["note" if learns else "warning"]


def test_too_little_memory_keeps_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = rows(tmp_path / "data", "Café", "Café")
    recipe = Recipe(data=(str(data),), output="out")
    needed = plan_run(recipe).memory.total
    monkeypatch.setattr(devices, "free_memory", lambda _: needed - 1)
    plan = plan_run(recipe)
    assert plan.recipe.freeze_head
    assert plan.memory.total < needed
    assert plan.notes[0].startswith("warning")


@pytest.mark.slow
def test_they_are_learned(tmp_path: Path, cli: Cli) -> None:
    """Also in a merged model in int4."""
    answers = ["Café Süd", "5 €", "{a}", "[b]", "x_y", "#7", "q@z", "naïve"]
    data = rows(tmp_path / "data", *answers)
    recipe = Recipe(data=(str(data),), output=str(tmp_path / "ad"), max_steps=80, save_every=40)
    train(recipe)
    saved = json.loads((tmp_path / "ad" / "adapter_config.json").read_text())
    assert HEAD in saved["modules_to_save"]
    model = flashsloth.open("nano", adapter=tmp_path / "ad")

    def right(model: FlashSloth) -> int:
        folder = tmp_path / "data"
        asked = [str(model.chat(folder / f"{n}.png").ask("Which label?")) for n in range(len(answers))]
        return sum(found == wanted for found, wanted in zip(asked, answers, strict=True))

    assert right(model) == len(answers)
    assert cli("merge", str(tmp_path / "ad"), "-o", str(tmp_path / "merged")).code == 0
    assert right(flashsloth.open(tmp_path / "merged", quant="int4")) >= len(answers) - 1


@pytest.mark.slow
def test_a_run_goes_on_bit_for_bit(tmp_path: Path) -> None:
    data = rows(tmp_path / "data", *(f"{number} €" for number in range(8)))

    def recipe(name: str) -> Recipe:
        return Recipe(data=(str(data),), output=str(tmp_path / name), max_steps=8, save_every=4)

    Run(recipe("whole"))
    Run(recipe("halves"), stop_after=5)
    Run.resumed(tmp_path / "halves")
    one, other = (tmp_path / name / "adapter_model.safetensors" for name in ("whole", "halves"))
    assert one.read_bytes() == other.read_bytes()
