"""A model compared with a reference: what is computed, against the whole distributions in float64."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

import flashsloth
from cli.conftest import write_rows
from data.helpers import messages
from flashsloth.chat import FlashSloth
from flashsloth.data.data_files import Rows
from flashsloth.data.sample import Sample
from flashsloth.data.validate import RowError
from flashsloth.evaluation.comparison import TOP, ComparedAnswerer
from flashsloth.evaluation.evaluate import ScoredSample, evaluate, open_dataset, read_picture
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.utils.paths import NANO_FOLDER
from paths import IMAGES

SETTINGS = AnswerSettings(max_tokens=8)
ROWS = (
    messages("What does the sign say?", 'It says "STOP".', "Is it red?", "Yes, red.", image="sign.png"),
    {"image": "sign.png", "question": "What is it?", "answer": "A zebra in a purple hat."},
    {"question": "What is a dog?", "answer": "x"},
    messages("Hi", "Hello", "And?", "No", "Why?", "Because.", system="Be short."),
)


@pytest.fixture
def data(tmp_path: Path) -> Rows:
    """Dialogues with a picture and without, of one turn and of several, with unlikely answers."""
    (tmp_path / "sign.png").write_bytes((IMAGES / "stop-sign.png").read_bytes())
    return open_dataset([write_rows(tmp_path / "rows.jsonl", *ROWS)])


@pytest.fixture(scope="module")
def int4(opens_models: None) -> FlashSloth:
    return flashsloth.open("nano", device="cpu", dtype="float32", quant="int4")


@pytest.fixture(scope="module")
def noisy(opens_models: None, tmp_path_factory: pytest.TempPathFactory) -> FlashSloth:
    """nano with noise on its weights. In 32 bit its logits are the same in every batch."""
    folder = shutil.copytree(NANO_FOLDER, tmp_path_factory.mktemp("noisy") / "nano")
    weights = load_file(folder / "model.safetensors")
    generator = torch.Generator().manual_seed(0)
    for name, weight in weights.items():
        noise = torch.randn(weight.shape, generator=generator)
        weights[name] = (weight * (1 + 0.05 * noise)).to(weight.dtype)
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    return flashsloth.open(folder, device="cpu", dtype="float32")


def compare(
    data: Rows, model: FlashSloth, reference: FlashSloth, size: int = 1
) -> tuple[list[ScoredSample | RowError], dict[str, Any]]:
    """Return the events of a model that is compared with a reference, and the results."""
    first = ComparedAnswerer(reference, SETTINGS, size)
    assert len(list(evaluate(data, first))) == len(data)
    first.close()
    answerer = ComparedAnswerer(model, SETTINGS, size, first)
    return list(evaluate(data, answerer)), answerer.as_values(len(data))


def logits_along(model: FlashSloth, sample: Sample) -> list[Tensor]:
    """Return the logits (P, V) along each correct answer of a sample, one token after the other, each
    turn in a prompt of its own."""
    engine, encoder, picture = model.engine, model.prompt, read_picture(sample)
    prepared = [] if picture is None else [model.pictures.prepare(picture.image, hd=False)]
    images = [engine.encode_image(each) for each in prepared]
    blocks = [model.pictures.block(each) for each in prepared]
    system = model.config.system_prompt if sample.system is None else sample.system
    found, turns = [], list[Any]()
    for turn in sample.turns:
        shown = 0 if turns else len(images)
        state = engine.new_state()
        ids = encoder.conversation(system, [*turns, (turn.question, shown, None)], blocks)
        answer = encoder.answer(turn.answer)
        rows = [engine.prefill(ids, state, images)]
        rows += [engine.decode(token, state) for token in answer]
        found.append(engine.mask_placeholders(torch.stack(rows)).double())
        turns.append((turn.question, shown, answer))
    return found


def divergence(model: Tensor, reference: Tensor) -> float:
    """Return the KL divergence (nats) of one distribution, by its definition, from logits (V,)."""
    p, q = reference.softmax(0), model.softmax(0)
    first = sorted(range(len(p)), key=lambda token: -float(p[token]))[:TOP]
    pairs = [(float(p[token]), float(q[token])) for token in first]
    rest = [token for token in range(len(p)) if token not in set(first)]
    pairs.append((float(p[rest].sum()), float(q[rest].sum())))
    return sum(one * float(torch.tensor(one / other).double().log()) for one, other in pairs if one)


def test_the_divergence_is_that_of_whole_distributions(
    data: Rows, nano: FlashSloth, noisy: FlashSloth
) -> None:
    divergences, equal, whole = list[float](), list[bool](), list[float]()
    for number in range(len(data)):
        for rows, expected in zip(
            logits_along(noisy, data[number]), logits_along(nano, data[number]), strict=True
        ):
            divergences += map(divergence, rows, expected)
            equal += (rows.argmax(1) == expected.argmax(1)).tolist()
            p, q = expected.softmax(1), rows.softmax(1)
            whole += torch.where(p > 0, p * (p / q).log(), 0).sum(1).tolist()
    found = compare(data, noisy, nano)[1]
    assert found["positions"] == len(divergences) > 40
    assert found["kl"] == pytest.approx(sum(divergences) / len(divergences), rel=1e-4)
    assert found["equal_top"] == pytest.approx(sum(equal) / len(equal), abs=1e-6)
    assert 0 < found["equal_top"] < 1
    # what is left out is little: the other tokens count as one
    assert 0.98 * sum(whole) < sum(divergences) <= sum(whole)


@pytest.mark.parametrize("size", [1, 3])
def test_a_model_equals_itself(data: Rows, int4: FlashSloth, size: int) -> None:
    events, found = compare(data, int4, int4, size)
    assert (found["kl"], found["equal_top"], found["equal_answers"]) == (0, 1, 1)
    turns = [turn for event in events if isinstance(event, ScoredSample) for turn in event.turns]
    assert found["accuracy"] == pytest.approx(sum(turn.exact for turn in turns) / len(turns), abs=1e-6)


def test_the_first_rows(data: Rows, nano: FlashSloth) -> None:
    """After Ctrl-C only those count that the table counts, also if later ones are done."""
    first = ComparedAnswerer(nano, SETTINGS, 4)
    events = [*evaluate(data, first)]
    second = ComparedAnswerer(nano, SETTINGS, 4, first)
    assert len([*evaluate(data, second)]) == len(events)
    counts = [second.as_values(rows)["positions"] for rows in range(5)]
    assert counts[0] == 0
    assert counts == sorted(set(counts))
    assert second.as_values(0)["kl"] is None


def test_rows_together_are_compared_as_alone(data: Rows, nano: FlashSloth, noisy: FlashSloth) -> None:
    alone, together = (compare(data, noisy, nano, size)[1] for size in (1, 4))
    assert together.pop("kl") == pytest.approx(alone.pop("kl"), rel=1e-4)
    assert together == alone


def test_own_answers_are_those_of_an_evaluation(data: Rows, nano: FlashSloth) -> None:
    events = compare(data, nano, nano, 2)[0]
    for event in events:
        assert isinstance(event, ScoredSample)
        sample = event.sample
        chat = nano.chat(*filter(None, [sample.image]), system=sample.system)
        for turn in event.turns:
            assert turn.given == chat.ask(turn.question, max_tokens=8).text()


@pytest.mark.slow
def test_a_context_that_is_full(data: Rows, nano: FlashSloth, monkeypatch: pytest.MonkeyPatch) -> None:
    """A turn and a position count if both models compute them."""
    other = FlashSloth(nano.loaded)
    counted = []
    for limit in (30, 50, 72):
        monkeypatch.setattr(other.engine, "context_length", limit)
        one, two = (compare(data, *pair)[1] for pair in ((other, nano), (nano, other)))
        for name in ("kl", "equal_top", "equal_answers", "positions"):
            assert one[name] == two[name]
        assert (one["kl"], one["equal_top"]) == (0, 1)
        counted.append(one["positions"])
    # all positions but the last of the longest dialogue are 41
    assert counted == [3, 12, 41]


def test_a_model_whose_numbers_are_none(data: Rows, nano: FlashSloth) -> None:
    broken = FlashSloth(nano.loaded)
    mask = broken.engine.mask_placeholders
    broken.engine.mask_placeholders = lambda logits: mask(logits) * torch.nan  # type: ignore[method-assign]
    assert compare(data, broken, nano)[1]["kl"] is None
