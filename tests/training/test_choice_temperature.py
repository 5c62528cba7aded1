"""`--choices`: a temperature fitted after the last step, where it is stored, and what refuses it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import flashsloth
from flashsloth.chat import FlashSloth
from flashsloth.checkpoints import adapter, save
from flashsloth.checkpoints.resolve import find
from flashsloth.config.model_config import FlashSlothConfig
from flashsloth.errors import InvalidConfiguration, OptionError, OutOfMemory
from flashsloth.evaluation import temperature
from flashsloth.evaluation.temperature import TemperatureFit
from flashsloth.generation.choices import tempered
from flashsloth.training import choice_temperature
from flashsloth.training.events import Note
from flashsloth.training.recipe import Recipe
from flashsloth.training.run import train

from .helpers import Killed, Run, picture, recipe, record, write_rows

pytestmark = pytest.mark.fresh

ASK = "Is it red?"
PICTURES = 24


@pytest.fixture(scope="module", autouse=True)
def fewer_pictures() -> Iterator[None]:
    """Half of what is needed otherwise: each is read in every run."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (temperature, choice_temperature):
            patch.setattr(module, "LEAST_PICTURES", PICTURES)
        yield


@pytest.fixture(scope="session")
def held_out(native_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As many pictures as are needed, each with two questions. The base model answers the first correctly, though not
    with certainty: a lower temperature helps. No choice begins the answer to the second."""
    folder = tmp_path_factory.mktemp("held out")
    return rows_in(folder, PICTURES, flashsloth.open(native_folder, device="cpu"))


def rows_in(folder: Path, count: int, model: FlashSloth) -> Path:
    rows: list[dict[str, Any]] = []
    for number in range(count):
        image = picture(folder / f"{number}.png", number)
        answer = model.chat(image).ask(ASK, choices=["yes", "no"]).text()
        rows += [{"image": image.name, "question": ASK, "answer": f"{answer.capitalize()}, of course."}]
        rows += [{"image": image.name, "question": "What is it?", "answer": "A picture."}]
    return write_rows(folder / "rows.jsonl", rows)


def with_choices(model: Path, data: Path, out: Path, held_out: Path, **changes: Any) -> Recipe:
    usual = {"max_steps": 1, "lr": 1e-6, "eval_data": (str(held_out),), "choices": "yes,no"}
    return recipe(model, data, out, **{**usual, **changes})


def notes(run: Run) -> str:
    return "\n".join(event.text for event in run.of(Note))


def opened(out: Path, method: str) -> FlashSloth:
    model = None if method == "full" else out
    return flashsloth.open(out if method == "full" else None, adapter=model, device="cpu")


def shares(model: FlashSloth, held_out: Path) -> list[float]:
    [found] = model.chat(held_out.parent / "0.png").choose(ASK, choices=["yes", "no"])
    return [choice.probability for choice in found]


@pytest.mark.slow
@pytest.mark.parametrize("method", ["lora", "full"])
def test_a_kept_temperature(method: str, native_folder: Path, data: Path, held_out: Path, out: Path) -> None:
    """Whatever opens the result uses it, and a merged copy has it."""
    run = Run(with_choices(native_folder, data, out, held_out, method=method))
    fitted = run.result.choices
    assert fitted is not None
    assert fitted.kept
    assert (fitted.answers, fitted.pictures) == (PICTURES, PICTURES)
    assert record(out)["choices"] == fitted._asdict()
    assert record(out)["status"] == "finished"
    assert f"choices at temperature {fitted.temperature:.3g}" in notes(run)
    assert f"temperature {fitted.temperature:.3g}, nll" in (out / "README.md").read_text()
    model = opened(out, method)
    assert model.config.choice_temperature == fitted.temperature
    with_it = shares(model, held_out)
    model.config.choice_temperature = 1.0
    without = shares(model, held_out)
    assert with_it == pytest.approx(tempered(without, fitted.temperature))
    assert max(with_it) > max(without) + 0.01
    if method == "lora":
        merged = save.convert(find(str(native_folder)), out.parent / "merged", adapter=adapter.read(out))
        assert FlashSlothConfig.from_pretrained(merged).choice_temperature == fitted.temperature
    again = Run(recipe(native_folder, data, out, method=method, max_steps=1), force=True)
    assert again.result.choices is None
    assert opened(out, method).config.choice_temperature == 1


@pytest.mark.slow
def test_a_temperature_that_does_not_help(
    native_folder: Path, data: Path, held_out: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    none = TemperatureFit(1.0, 50, 50, 0.6, 0.61, 0.1, 0.1, -0.01, 0.02)
    monkeypatch.setattr(choice_temperature, "fit_temperature", lambda *_: none)
    run = Run(with_choices(native_folder, data, out, held_out))
    assert "no temperature of choices" in notes(run)
    assert run.result.choices == none
    assert "choice_temperature" not in (out / adapter.OURS).read_text()
    assert "yes,no: no temperature" in (out / "README.md").read_text()


@pytest.mark.slow
def test_few_pictures(native_folder: Path, data: Path, held_out: Path, tmp_path: Path) -> None:
    """In a file of their own, or in a split of the rows."""
    few = rows_in(tmp_path, 3, flashsloth.open(native_folder, device="cpu"))
    run = Run(with_choices(native_folder, data, tmp_path / "one", few))
    assert notes(run).count("3 answers about 3 pictures begin with one of the choices: no temperature is fitted") == 2
    assert run.result.choices is None
    assert run.result.finished
    split: dict[str, Any] = {"eval_data": (), "eval_split": 0.9}
    run = Run(with_choices(native_folder, held_out, tmp_path / "two", held_out, **split))
    assert "no temperature is fitted, which needs" in notes(run)


def test_refused_recipes(native_folder: Path, data: Path, held_out: Path, out: Path) -> None:
    """What the command line cannot tell by the recipe alone; a longer word is not the choice."""
    problems = {
        "purple,green": f"no answer of the {2 * PICTURES} evaluation rows begins with",
        "ye,n": "begins with one of the",
    }
    for choices, problem in problems.items():
        with pytest.raises(OptionError, match=problem) as caught:
            train(with_choices(native_folder, data, out, held_out, choices=choices))
        assert caught.value.hint
        assert not out.exists()


@pytest.mark.slow
@pytest.mark.parametrize("by", ["signal", "Ctrl-C", "memory"])
def test_stopped_while_it_is_fitted(
    by: str, native_folder: Path, data: Path, held_out: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The adapter is there, and a resumed run fits again; one that runs out of memory is finished without."""
    asked = with_choices(native_folder, data, out, held_out)
    stopping, real = [False], choice_temperature.fit

    def fit(*args: Any, **options: Any) -> Any:
        if by != "Ctrl-C":
            raise Killed if by == "signal" else OutOfMemory("too little memory")
        stopping[0] = True
        return real(*args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(choice_temperature, "fit", fit)
        with suppress(Killed):
            result = train(asked, stop=lambda: stopping[0])
            assert (result.finished, result.choices) == (by == "memory", None)
    assert record(out)["status"] == {"signal": "running", "Ctrl-C": "interrupted", "memory": "finished"}[by]
    assert opened(out, "lora").config.choice_temperature == 1
    if by != "memory":
        before = (out / adapter.WEIGHTS).read_bytes()
        resumed = Run(asked, resume=True).result
        assert resumed.choices is not None
        assert resumed.choices.kept
        assert (out / adapter.WEIGHTS).read_bytes() == before
        assert opened(out, "lora").config.choice_temperature == resumed.choices.temperature


@pytest.fixture(scope="session")
def trained(native_folder: Path, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An adapter without a temperature. Read-only."""
    return train(recipe(native_folder, data, tmp_path_factory.mktemp("trained") / "out", max_steps=1)).out


@pytest.mark.parametrize("value", [0, 0.01, 21, float("nan"), 10**400, "2", True, None])
def test_a_damaged_temperature(value: Any, trained: Path, out: Path) -> None:
    path = shutil.copytree(trained, out) / adapter.OURS
    path.write_text(json.dumps({**json.loads(path.read_text()), "choice_temperature": value}))
    with pytest.raises(InvalidConfiguration, match=r"choice_temperature must be a number from 0.05 to 20") as caught:
        adapter.read(out)
    assert "Remove that line" in caught.value.hint
    with pytest.raises(InvalidConfiguration, match="choice_temperature"):
        FlashSlothConfig(choice_temperature=value)


def test_an_earlier_temperature_is_not_that_of_other_weights(
    native_folder: Path, data: Path, out: Path, tmp_path: Path
) -> None:
    """An adapter that was trained over a model with a temperature has none of its own."""
    base = shutil.copytree(native_folder, tmp_path / "base")
    choice_temperature.store(base, 2.5, is_adapter=False)
    assert opened(base, "full").config.choice_temperature == 2.5
    Run(recipe(base, data, out, max_steps=1))
    assert opened(out, "lora").config.choice_temperature == 1
