"""`flashsloth eval --against`: what is opened, in which rows it is compared, and what stops it."""

from __future__ import annotations

import re
import shutil
import weakref
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file

import tiny
from cli.conftest import Cli, read_rows, write_rows
from damages import changed
from flashsloth.chat import FlashSloth
from flashsloth.checkpoints import load_plan
from flashsloth.errors import OutOfMemory
from flashsloth.evaluation import comparison
from flashsloth.utils.paths import NANO_FOLDER
from flashsloth_cli.asking import models
from paths import IMAGES

FIELDS = {"model", "accuracy", "equal_answers", "kl", "equal_top", "positions"}
NANO = ("-m", "nano", "--set", "dtype=float32", "--max-tokens", "12")


@pytest.fixture
def data(home: Path) -> Path:
    """Four rows of the examples, with their pictures, in the working folder."""
    rows = [row for row in read_rows(IMAGES / "questions.jsonl") if "question" in row][:8:2]
    for row in rows:
        shutil.copy(IMAGES / row["image"], row["image"])
    return write_rows("rows.jsonl", *rows)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Weak references to the models that commands open, in their order. When one is opened, those
    before must be gone."""
    found: list[Any] = []
    open_model = models.open_model

    def opening(*words: Any, **options: Any) -> FlashSloth:
        assert [each() for each in found] == [None] * len(found)
        model = open_model(*words, **options)
        found.append(weakref.ref(model))
        return model

    monkeypatch.setattr(models, "open_model", opening)
    return found


def test_a_preset_against_another(cli: Cli, data: Path, opened: list[Any]) -> None:
    found = cli("eval", data, *NANO, "--quant", "int4", "--against", "none", "--json").ok.document
    against = found["against"]
    assert set(against) == FIELDS
    assert (found["model"]["quant"], against["model"]["quant"]) == ("int4", "none")
    assert set(against["model"]) == set(found["model"])
    assert 0 < against["kl"] < 0.1
    assert 0.8 < against["equal_top"] <= 1
    assert against["positions"] > 4 * found["count"]
    assert len(opened) == 2
    alone = cli("eval", data, *NANO, "--quant", "none", "--json").ok.document
    assert against["accuracy"] == alone["accuracy"]
    assert "against" not in alone


def test_a_model_against_itself(cli: Cli, data: Path) -> None:
    words = ("eval", data, *NANO, "--quant", "none", "--against")
    for name in ("none", "nano"):
        found = cli(*words, name, "--json").ok.document
        against = found["against"]
        assert (against["kl"], against["equal_top"], against["equal_answers"]) == (0, 1, 1)
        assert against["accuracy"] == found["accuracy"]
    *table, line = cli(*words, "none").ok.out.splitlines()
    assert table == cli(*words[:-1]).ok.out.splitlines()
    assert re.findall(r"[\d.]+%|KL \S+", line) == [
        f"{100 * found['accuracy']:.1f}%",
        "100.0%",
        "KL 0,",
        "100.0%",
    ]


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    """An adapter with which nano gives other answers."""
    head = load_file(NANO_FOLDER / "model.safetensors")["lm_head.weight"]
    return tiny.adapter(tmp_path / "adapter", "nano", {"lm_head.weight": head.flip(0).contiguous()})


@pytest.mark.slow
def test_models_that_are_stored_quantized(
    cli: Cli, data: Path, int4_folder: Path, adapter: Path
) -> None:
    """They keep their preset. --quant and --adapter hold for the other one, else for both."""
    words = ("eval", data, "--set", "dtype=float32", "--max-tokens", "12", "--json")
    how = ("--quant", "int8", "--adapter", adapter)
    for model, reference, presets, adapters in (
        (int4_folder, "nano", ("int4", "int8"), (False, True)),
        ("nano", int4_folder, ("int8", "int4"), (True, False)),
        ("nano", NANO_FOLDER, ("int8", "int8"), (True, True)),
        ("nano", "none", ("int8", "none"), (True, True)),
    ):
        found = cli(*words, *how, "-m", model, "--against", reference).ok.document
        each = [found["model"], found["against"]["model"]]
        assert tuple(facts["quant"] for facts in each) == presets
        assert tuple(facts["adapter"] is not None for facts in each) == adapters
        same = adapters[0] == adapters[1]
        assert (found["against"]["equal_answers"] == 1) == same
    # its own preset is the only one
    found = cli(*words, "-m", int4_folder, "--against", "int4").ok.document["against"]
    assert (found["kl"], found["model"]["quant"]) == (0, "int4")
    cli(*words[:-1], "-m", int4_folder, "--against", "none").refused("model_unsupported")


def test_rows_that_cannot_be_read(cli: Cli, data: Path) -> None:
    """They are counted once. A row that is too long for one model is not compared."""
    with data.open("a") as file:
        file.write('{"question": "half\n{"image": "no.png", "question": "q", "answer": "a"}\n')
    done = cli("eval", data, *NANO, "--against", "none", "--json", "-q")
    found = done.document
    assert (done.code, found["faults"], found["count"], found["finished"]) == (7, 2, 4, True)
    assert [problem["kind"] for problem in found["problems"]] == ["json", "image_missing"]
    assert found["against"]["equal_answers"] == 1
    small = Path("small")
    shutil.copytree(NANO_FOLDER, small)
    changed("config.json", **{"text_config/max_position_embeddings": 64})(small)
    long = {"question": "Why? " * 60, "answer": "x"}
    write_rows("rows.jsonl", {"question": "Hi", "answer": "x"}, long)
    for model, reference, code, count in (("nano", "./small", 0, 2), ("./small", "nano", 7, 1)):
        done = cli("eval", "rows.jsonl", "-m", model, "--against", reference, "--json", "-q")
        found = done.document
        assert (done.code, found["count"], found["faults"]) == (code, count, 2 - count)
        assert found["against"]["positions"] == 3  # a space, x, the end
        assert found["against"]["equal_answers"] == 1


def test_no_row_can_be_asked(cli: Cli, home: Path) -> None:
    data = write_rows("rows.jsonl", "{", "[]")
    cli("eval", data, *NANO, "--against", "none").refused("data_bad_rows")


def test_the_same_random_rows(cli: Cli, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = write_rows("rows.jsonl", *({"question": f"q{n}", "answer": "a"} for n in range(40)))
    asked: list[str] = []
    talk = comparison.ComparedAnswerer._talk  # private: what each model is asked

    def spied(self: Any, key: int, questions: Any, *words: Any) -> Any:
        asked.extend(question.text for question in questions)
        return talk(self, key, questions, *words)

    monkeypatch.setattr(comparison.ComparedAnswerer, "_talk", spied)
    words = ("eval", data, "-m", "nano", "--max-tokens", "1", "--limit", "5", "--against", "none")
    assert cli(*words, "--seed", "3").code == 0
    assert len(asked) == 10
    assert asked[:5] == asked[5:] != [f"q{n}" for n in range(5)]


@pytest.fixture
def stopped_at(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """`stopped_at[:] = [number, error]` raises the error when that many dialogues have begun."""
    stop: list[Any] = [0, None]
    talk = comparison.ComparedAnswerer._talk  # private: begins a conversation

    def counted(*words: Any) -> Any:
        stop[0] -= 1
        if stop[0] < 0:
            raise stop[1]
        return talk(*words)

    monkeypatch.setattr(comparison.ComparedAnswerer, "_talk", counted)
    return stop


@pytest.mark.slow
def test_stopped_halfway(cli: Cli, data: Path, stopped_at: list[Any]) -> None:
    """What is known is shown: nothing in the reference's half, then the rows that both answered."""
    words = ("eval", data, *NANO, "--quant", "none", "--against", "none", "--batch-size", "1")
    stopped_at[:] = 2, KeyboardInterrupt()
    done = cli(*words)
    assert (done.code, done.out, done.err) == (130, "", "")
    stopped_at[:] = 6, KeyboardInterrupt()
    done = cli(*words, "--json", "--save", "wrong.jsonl")
    found = done.document
    assert (done.code, found["finished"], found["dialogues"], found["rows"]) == (130, False, 2, 4)
    assert found["against"]["accuracy"] == found["accuracy"]
    assert found["against"]["equal_answers"] == 1
    stopped_at[:] = 6, KeyboardInterrupt()
    done = cli(*words)
    assert (done.code, done.out.splitlines()[-1].split()[:2]) == (130, ["against", "nano"])
    for number in (2, 6):
        stopped_at[:] = number, OutOfMemory("no more memory", hint="Less.")
        assert cli(*words, "--json", "-q").error_document["code"] == "out_of_memory"


def test_what_is_saved_are_answers_of_the_model(
    cli: Cli, data: Path, nano: FlashSloth, adapter: Path, int4_folder: Path
) -> None:
    rows = [{**row, "answer": "no"} for row in read_rows(data)]
    write_rows(data, *rows)
    words = ("--adapter", adapter, "--against", int4_folder, "--save", "wrong.jsonl")
    assert cli("eval", data, *NANO, *words).code == 0
    given = [row["given"] for row in read_rows("wrong.jsonl")]
    assert given != [nano.chat(row["image"]).ask(row["question"]).text() for row in rows]
    assert cli("eval", data, *NANO, *words[:2], "--save", "alone.jsonl").code == 0
    assert given == [row["given"] for row in read_rows("alone.jsonl")]


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("--choices", "yes,no"), id="choices"),
        pytest.param(("--choices", "yes,no", "--plot", "plot.png"), id="plot"),
        pytest.param(("--schema", "color red|blue"), id="schema"),
        pytest.param(("--regex", "[a-z]+"), id="regex"),
        pytest.param(("--set", "schema=color red|blue"), id="a schema of the settings"),
    ],
)
def test_constrained_answers_are_refused(
    cli: Cli, data: Path, opened: list[Any], words: tuple[str, ...]
) -> None:
    cli("eval", data, *NANO, "--against", "none", *words).refused(2, "--against")
    assert not opened
    assert not Path("plot.png").exists()


def test_what_is_refused_before_a_model_is_opened(
    cli: Cli, data: Path, opened: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Path("other")
    shutil.copytree(NANO_FOLDER, other)
    tokenizer = other / "tokenizer.json"
    text = tokenizer.read_text(encoding="utf-8")
    # two tokens change places
    swapped = text.replace('"Ġt": 260', '"Ġa": 260', 1).replace('"Ġa": 259', '"Ġt": 259', 1)
    assert swapped.count('"Ġa": 260') == swapped.count('"Ġt": 259') == 1
    tokenizer.write_text(swapped, encoding="utf-8")
    words = ("eval", data, "--against")
    cli(*words, "./other", "-m", "nano").refused("option", "other")
    cli(*words, "nano", "-m", "./other").refused("option", "other")
    cli(*words, "int5", "-m", "nano").refused("model_unknown", "int5")
    cli(*words, "none", "-m", "missing").refused("model_unknown", "missing")
    assert cli(*words, "").code == 2
    # the second of two that does not fit
    required = load_plan.LoadPlan.required_bytes

    def much(self: Any, preset: Any) -> int:
        return required(self, preset) + (10**15 if preset.name == "int8" else 0)

    monkeypatch.setattr(load_plan.LoadPlan, "required_bytes", much)
    for one, two in (("int8", "none"), ("none", "int8")):
        done = cli(*words, two, "-m", "nano", "--quant", one)
        assert (done.code, done.error_code) == (5, "out_of_memory")
    assert not opened
