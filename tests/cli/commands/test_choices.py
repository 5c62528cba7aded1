"""`--choices` of ask, batch and eval: what they print and write, and what they refuse."""

from __future__ import annotations

import csv
import re
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cli.conftest import read_rows, write_rows
from data.helpers import messages
from flashsloth.chat import Chat, FlashSloth
from flashsloth_cli.asking import models
from paths import IMAGES

SEA = IMAGES / "car-fish-star.png"
ASK = "Is there a fish?"
YES_NO = ("--choices", "yes,no")


@pytest.mark.usefixtures("saving")
def test_ask(cli) -> None:
    """The conversation is kept and goes on."""
    assert cli("ask", "-q", SEA, ASK, *YES_NO).out == "yes\n"
    assert cli("ask", "-q", "-c", "-p", "What color is it?").out.strip()
    shown = cli("sessions", "show").out
    assert ASK in shown
    assert "yes" in shown
    verbose = cli("ask", "-q", "-v", SEA, ASK, *YES_NO)
    assert verbose.out == "yes\n"
    assert re.search(r"yes \d+\.\d%, no", verbose.err)


def test_the_document(cli) -> None:
    document = cli("ask", "-q", SEA, ASK, "--choices", " no , yes", "--json").document
    assert document["response"] == "yes"
    assert document["options"]["choices"] == ["no", "yes"]
    assert [choice["text"] for choice in document["choices"]] == ["no", "yes"]
    assert sum(choice["probability"] for choice in document["choices"]) == pytest.approx(1)
    assert document["choices"][1]["probability"] > 0.9
    # nothing is decoded
    assert (document["timings"]["decode_ms"], document["timings"]["tokens_per_second"]) == (0, 0)
    plain = cli("ask", "-q", SEA, ASK, "--json").document
    assert "choices" not in plain
    assert "choices" not in plain["options"]


def test_a_template(cli, home: Path) -> None:
    (home / "templates").mkdir()
    (home / "templates" / "pick.toml").write_text(
        'prompt = "{question} {choices}?"\ntemperature = 0.7\nstop = ["x"]\n'
    )
    document = cli("ask", "-q", SEA, "-t", "pick", "-p", "What is it:", *YES_NO, "--json").document
    assert document["prompt"] == "What is it: yes, no?"
    assert document["response"] in ("yes", "no")


@pytest.fixture
def flat(monkeypatch: pytest.MonkeyPatch, nano: FlashSloth) -> FlashSloth:
    """nano with a temperature at which its probabilities are nearer to each other."""
    monkeypatch.setattr(models, "open_model", lambda *_, **__: nano)
    monkeypatch.setattr(nano.config, "choice_temperature", 4.0)
    return nano


def test_documents_name_the_temperature(cli, flat: FlashSloth, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ("ask", "-q", SEA, ASK, *YES_NO, "--json")
    document = cli(*asked).document
    assert document["options"]["choice_temperature"] == 4
    assert document["response"] == "yes"
    batch = cli("batch", "-q", SEA, "-p", ASK, *YES_NO).document
    assert batch["options"]["choice_temperature"] == 4
    assert batch["choices"] == document["choices"]
    assert cli("eval", rows(*PAIRS), *YES_NO).out.endswith(", at temperature 4\n")
    assert (
        cli("eval", "-q", "rows.jsonl", *YES_NO, "--json").document["calibration"]["temperature"] == 4
    )
    assert "choice_temperature" not in cli("ask", "-q", SEA, ASK, "--json").document["options"]
    monkeypatch.setattr(flat.config, "choice_temperature", 1.0)
    plain = cli(*asked).document
    assert "choice_temperature" not in plain["options"]
    ratio = [choice["probability"] for choice in document["choices"]]
    sharper = [choice["probability"] for choice in plain["choices"]]
    assert ratio[1] / ratio[0] == pytest.approx((sharper[1] / sharper[0]) ** 0.25)


def test_a_batch_of_another_temperature_is_not_resumed(
    cli, flat: FlashSloth, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("batch", "-q", SEA, "-p", ASK, *YES_NO, "-o", "answers.jsonl")
    assert cli(*asked).code == 0
    monkeypatch.setattr(flat.config, "choice_temperature", 1.0)
    assert "choice_temperature 4.0" in cli(*asked).error[0]


def test_a_table_has_the_probability(cli) -> None:
    Path("broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    asked = ("batch", "-q", SEA, "broken.png", "-p", ASK, *YES_NO, "-o", "answers.csv")
    for _ in range(2):  # the second time it is resumed
        assert cli(*asked).code == 7
        with open("answers.csv", newline="", encoding="utf-8") as file:
            first, second = csv.DictReader(file)
        assert first["answer"] == "yes"
        assert 0.9 < float(first["probability"]) <= 1
        assert (second["answer"], second["probability"]) == ("", "")
    row, _ = read_rows("answers.csv.jsonl")
    assert (row["options"]["choices"], len(row["choices"])) == (["yes", "no"], 2)
    assert "has answers with --choices" in cli(*asked, "--choices", "no,yes").error[0]
    assert "with --choices" in cli(*(word for word in asked if word not in YES_NO)).error[0]


def test_choices_that_the_model_would_never_say(cli) -> None:
    """It says so, and how likely all of them are: one of them is certain nevertheless."""
    told = "the model would begin its answer otherwise: all choices together have a probability of "
    sure = cli("ask", SEA, ASK, *YES_NO, "--json").document
    assert sure["choices_mass"] > 0.99
    assert sure["warnings"] == []
    other = ("--choices", "zebra,quasar")
    document = cli("ask", SEA, ASK, *other, "--json").document
    assert max(choice["probability"] for choice in document["choices"]) > 0.5
    assert 0 < document["choices_mass"] < 1e-10
    [warning] = document["warnings"]
    assert warning == f"{told}{document['choices_mass']:.0e}"
    done = cli("ask", "-q", SEA, ASK, *other).ok
    assert (done.out, done.err) == (f"{document['response']}\n", f"warning: {warning}\n")
    assert "choices_mass" not in cli("ask", SEA, ASK, "--json").document


def test_the_mass_of_choices_in_a_batch(cli) -> None:
    """It is in JSON lines alone; unlikely choices are counted in one line at the end."""
    write_rows("rows.jsonl", *({"image": str(SEA), "question": ASK} for _ in range(2)))
    table = ("batch", "-q", "rows.jsonl", "-o", "a.csv")
    assert cli(*table, *YES_NO).ok.err == ""
    assert [row["choices_mass"] > 0.99 for row in read_rows("a.csv.jsonl")] == [True, True]
    header = Path("a.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header == "id,image,question,answer,probability,error,finish_reason"
    told = "warning: 2 answers chosen where the model would begin otherwise (choices_mass)\n"
    assert cli(*table, "--force", "--choices", "zebra,quasar").ok.err == told
    assert all(row["choices_mass"] < 1e-10 for row in read_rows("a.csv.jsonl"))


def rows(*pairs: tuple[str, str]) -> Path:
    return write_rows(
        "rows.jsonl", *({"image": str(SEA), "question": q, "answer": a} for q, a in pairs)
    )


PAIRS = (
    (ASK, "Yes, a fish."),
    ("Is there a heart?", "No."),
    ("Is there a dog?", "yes"),
    ("What is it?", "A fish."),
)


def test_eval(cli) -> None:
    result = cli("eval", rows(*PAIRS), *YES_NO, "--plot", "plot.png", "--save", "wrong.jsonl").ok
    assert "66.7%" in result.out
    assert "if perfectly calibrated" in result.out
    assert "1 answer of the data" in result.err
    with Image.open("plot.png") as image:
        assert image.format == "PNG"
    [wrong] = read_rows("wrong.jsonl")
    assert (wrong["question"], wrong["answer"], wrong["given"]) == ("Is there a dog?", "yes", "no")


def test_the_document_of_eval(cli) -> None:
    document = cli("eval", "-q", rows(*PAIRS), *YES_NO, "--json").document
    assert (document["count"], document["accuracy"]) == (3, pytest.approx(2 / 3, abs=1e-5))
    found: dict[str, Any] = document["calibration"]
    assert (found["choices"], found["count"], found["others"]) == (["yes", "no"], 3, 1)
    assert found["accuracy"] == document["accuracy"]
    assert min(found["nll"], found["ece"], found["ece_floor"]) > 0
    assert sum(each["answers"] for each in found["bins"]) == 3
    assert "calibration" not in cli("eval", "-q", rows(PAIRS[0]), "--json").document


def test_questions_follow_the_correct_answers(cli, monkeypatch: pytest.MonkeyPatch) -> None:
    write_rows("talk.jsonl", messages(*chain(*PAIRS), image=str(SEA)))
    asked: list[list[str]] = []
    answer = Chat.answer

    def spy(self: Any, *question: Any) -> Any:
        asked.append([turn.answer for turn in self.turns])
        return answer(self, *question)

    monkeypatch.setattr(Chat, "answer", spy)
    assert cli("eval", "-q", "talk.jsonl", *YES_NO, "--json").document["calibration"]["others"] == 1
    assert asked == [[], ["Yes, a fish."], ["Yes, a fish.", "No."]]
