"""`--choices`: a temperature fitted after the last step, where it is stored, and damaged ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

import flashsloth
import tiny
from damages import changed
from data.helpers import write_rows
from flashsloth.chat import FlashSloth
from flashsloth.checkpoints import adapter
from flashsloth.errors import InvalidConfiguration, OutOfMemory
from flashsloth.evaluation import calibration
from flashsloth.evaluation.calibration import TemperatureFit
from flashsloth.generation.choices import tempered
from flashsloth.hf.config import FlashSlothConfig
from flashsloth.training import choice_temperature
from flashsloth.training.recipe import Recipe
from flashsloth.training.run import train

from .helpers import Killed, Run, picture, record

pytestmark = pytest.mark.fresh

With = Callable[..., Recipe]  # the fixture `with_choices`
ASK = "Is it red?"
PICTURES = 24


@pytest.fixture(scope="module", autouse=True)
def fewer_pictures() -> Iterator[None]:
    """Half of what is needed otherwise: each is read in every run."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (calibration, choice_temperature):
            patch.setattr(module, "LEAST_PICTURES", PICTURES)
        yield


@pytest.fixture(scope="session")
def held_out(native_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As many pictures as are needed, each with two questions. The base model answers the first
    correctly, though not with certainty: a lower temperature helps. No choice begins the answer to the
    second."""
    folder = tmp_path_factory.mktemp("held out")
    return rows_in(folder, PICTURES, flashsloth.open(native_folder, device="cpu"))


def rows_in(folder: Path, count: int, model: FlashSloth) -> Path:
    rows: list[dict[str, Any]] = []
    for number in range(count):
        image = picture(folder / f"{number}.png", number)
        answer = model.chat(image).ask(ASK, choices=["yes", "no"]).text()
        rows += [{"image": image.name, "question": ASK, "answer": f"{answer.capitalize()}, of course."}]
        rows += [{"image": image.name, "question": "What is it?", "answer": "A picture."}]
    return write_rows(folder / "rows.jsonl", *rows)


@pytest.fixture
def with_choices(short: Callable[..., Recipe], held_out: Path) -> Callable[..., Recipe]:
    return partial(short, max_steps=1, lr=1e-6, eval_data=(str(held_out),), choices="yes,no")


def notes(run: Run) -> str:
    return "\n".join(run.notes)


def opened(out: Path, method: str) -> FlashSloth:
    model = None if method == "full" else out
    return flashsloth.open(out if method == "full" else None, adapter=model, device="cpu")


def shares(model: FlashSloth, held_out: Path) -> list[float]:
    [found] = model.chat(held_out.parent / "0.png").choose(ASK, choices=["yes", "no"])
    return [choice.probability for choice in found]


@pytest.mark.slow
@pytest.mark.parametrize("method", ["lora", "full"])
def test_a_kept_temperature(
    method: str, with_choices: With, short: Callable[..., Recipe], held_out: Path, out: Path
) -> None:
    """Whatever opens the result uses it."""
    run = Run(with_choices(method=method))
    fitted: Any = run.result.choices
    assert (fitted.kept, fitted.answers, fitted.pictures) == (True, PICTURES, PICTURES)
    assert (record(out)["choices"], record(out)["status"]) == (fitted._asdict(), "finished")
    assert f"choices at temperature {fitted.temperature:.3g}" in notes(run)
    assert f"temperature {fitted.temperature:.3g}, nll" in (out / "README.md").read_text()
    model = opened(out, method)
    assert model.config.choice_temperature == fitted.temperature
    with_it = shares(model, held_out)
    model.config.choice_temperature = 1.0
    without = shares(model, held_out)
    assert with_it == pytest.approx(tempered(without, fitted.temperature))
    assert max(with_it) > max(without) + 0.01
    again = Run(short(method=method, max_steps=1), force=True)
    assert again.result.choices is None
    assert opened(out, method).config.choice_temperature == 1


@pytest.mark.slow
def test_a_temperature_that_does_not_help(with_choices: With, out: Path) -> None:
    none = TemperatureFit(1.0, 50, 50, 0.6, 0.61, 0.1, 0.1, -0.01, 0.02)
    with mock.patch.object(choice_temperature, "fit_temperature", return_value=none):
        run = Run(with_choices())
    assert "no temperature of choices" in notes(run)
    assert run.result.choices == none
    assert "choice_temperature" not in (out / adapter.OURS).read_text()
    assert "yes,no: no temperature" in (out / "README.md").read_text()


@pytest.mark.slow
def test_few_pictures(with_choices: With, native_folder: Path, held_out: Path, tmp_path: Path) -> None:
    """In a file of their own, or in a split of the rows."""
    few = rows_in(tmp_path, 3, flashsloth.open(native_folder, device="cpu"))
    run = Run(with_choices(eval_data=(str(few),)))
    assert (
        notes(run).count(
            "3 answers about 3 pictures begin with one of the choices: no temperature is fitted"
        )
        == 2
    )
    assert (run.result.choices, run.result.finished) == (None, True)
    run = Run(with_choices(data=(str(held_out),), eval_data=(), eval_split=0.9), force=True)
    assert "no temperature is fitted, because" in notes(run)


@pytest.mark.slow
@pytest.mark.parametrize("by", ["signal", "Ctrl-C", "memory"])
def test_stopped_while_it_is_fitted(by: str, with_choices: With, out: Path) -> None:
    """The adapter is there, and a resumed run fits again; one that runs out of memory is finished
    without."""
    stopping, real = [], choice_temperature.fit

    def fit(*args: Any, **options: Any) -> Any:
        if by != "Ctrl-C":
            raise Killed if by == "signal" else OutOfMemory("too little memory")
        stopping.append(True)
        return real(*args, **options)

    with mock.patch.object(choice_temperature, "fit", fit), suppress(Killed):
        result = train(with_choices(), stop=lambda: bool(stopping))
        assert (result.finished, result.choices) == (by == "memory", None)
    assert (
        record(out)["status"]
        == {"signal": "running", "Ctrl-C": "interrupted", "memory": "finished"}[by]
    )
    assert opened(out, "lora").config.choice_temperature == 1
    if by != "memory":
        before = (out / adapter.WEIGHTS).read_bytes()
        fitted: Any = Run(with_choices(), resume=True).result.choices
        assert fitted.kept
        assert (out / adapter.WEIGHTS).read_bytes() == before
        assert opened(out, "lora").config.choice_temperature == fitted.temperature


def test_a_damaged_temperature(short: Callable[..., Recipe], out: Path) -> None:
    train(short(max_steps=1))
    for value in (0, 0.01, 21, float("nan"), 10**400, "2", True, None):
        changed(adapter.OURS, choice_temperature=value)(out)
        with pytest.raises(InvalidConfiguration, match=r"must be a number from 0.05 to 20") as caught:
            adapter.read(out)
        assert "Remove that line" in caught.value.hint
        with pytest.raises(InvalidConfiguration, match="choice_temperature"):
            FlashSlothConfig(choice_temperature=value)


def test_an_adapter_of_a_model_with_a_temperature(
    short: Callable[..., Recipe], out: Path, tmp_path: Path
) -> None:
    """It has none of its own, as its weights are others."""
    base = tiny.folder(tmp_path / "base")
    choice_temperature.store(base, is_adapter=False, choice_temperature=2.5)
    assert opened(base, "full").config.choice_temperature == 2.5
    train(short(model=str(base), max_steps=1))
    assert opened(out, "lora").config.choice_temperature == 1
