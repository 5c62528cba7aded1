"""`flashsloth eval` as a whole: table and document, broken rows, what is saved, and what stops it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from cli.conftest import read_rows, write_rows
from data.helpers import messages
from flashsloth.chat import NOT_TRAINED_HD, FlashSloth, batched_answerer
from flashsloth.chat.answerer import Answers
from flashsloth.chat.conversation import Question
from flashsloth.errors import OutOfMemory
from flashsloth.generation.answer_settings import AnswerSettings
from paths import IMAGES
from replies import answered

EXISTING = ("a.jsonl", "b.png")
SHARES = ("accuracy", "normalised_accuracy", "first_turn_accuracy", "later_turn_accuracy")


@pytest.fixture
def data(home: Path) -> Path:
    """Four rows of the examples, with their pictures, in the working folder."""
    known = read_rows(IMAGES / "questions.jsonl")
    rows = [row for row in known if "question" in row][:8:2]
    for row in rows:
        shutil.copy(IMAGES / row["image"], row["image"])
    return write_rows("rows.jsonl", *rows)


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Answers by question, in batches of two by default; an exception among them is raised."""
    script: dict[str, Any] = {}

    class Scripted:
        batch_size = 2
        on_reply = None

        def questions(self, texts: Iterable[str], *_: object) -> list[Question]:
            return [Question.of(text, AnswerSettings()) for text in texts]

        def answer(
            self, conversations: Iterable[tuple[int, Sequence[Question]]]
        ) -> Iterator[tuple[int, Answers]]:
            for key, questions in conversations:
                texts = [script[question.text] for question in questions]
                for error in texts:
                    if isinstance(error, BaseException):
                        raise error
                yield key, answered(*texts)

    monkeypatch.setattr(batched_answerer, "choose_answerer", lambda *_: Scripted())
    return script


DIALOGUES = (
    messages("q1", "Yes.", "q2", "red", category="shapes"),
    messages("q3", "4", category="text"),
    messages("q4", "A cat.", "q5", "no", category="shapes"),
)
SAID = {"q1": "Yes.", "q2": "blue", "q3": "4", "q4": "cat", "q5": "no"}


def test_a_table_of_known_rights_and_wrongs(cli, scripted: dict[str, Any]) -> None:
    scripted.update(SAID)
    done = cli("eval", write_rows("rows.jsonl", *DIALOGUES), "-m", "nano").ok
    assert done.out == (
        "category  count   exact  normalised   first  later\n"
        "shapes        4   50.0%       75.0%   50.0%  50.0%\n"
        "text          1  100.0%      100.0%  100.0%      -\n"
        "all           5   60.0%       80.0%   66.7%  50.0%\n"
    )
    assert re.fullmatch(r"3 dialogues, 5 answers in \d+ s\n", done.err)
    assert cli("eval", "rows.jsonl", "-m", "nano", "-q").err == ""


def test_cut_answers_are_counted(cli, data: Path) -> None:
    """One of a single token has no room for a sentence."""
    for size in ("1", "2"):
        words = ("eval", data, "-m", "nano", "--max-tokens", "1", "--batch-size", size)
        done, count = cli(*words), cli(*words, "--json").document["cut"]
        assert count > 1
        assert f"warning: {count} answers cut at --max-tokens" in done.err
        assert done.out.splitlines()[-1].startswith("all ")
    assert "cut at" not in cli("eval", data, "-m", "nano").err


def test_the_document(cli, data: Path) -> None:
    words = ("eval", data, "--json", "--limit", "3", "--seed", "5", "-m", "nano")
    document = cli(*words, "--batch-size", "2").ok.document
    fields = (
        "schema created model server data limit seed batch_size rows count dialogues cut by_category"
    )
    assert set(document) == {*fields.split(), *SHARES, "faults", "problems", "seconds", "finished"}
    assert document["schema"] == "flashsloth.eval/1"
    wanted = {
        "data": ["rows.jsonl"],
        "limit": 3,
        "seed": 5,
        "batch_size": 2,
        "rows": 3,
        "count": 3,
        "dialogues": 3,
    }
    assert wanted.items() <= document.items()
    assert (document["faults"], document["problems"], document["finished"]) == (0, [], True)
    assert document["model"]["name"] == "nano"
    assert document["later_turn_accuracy"] is None
    for score in document["by_category"].values():
        assert set(score) == {"count", "dialogues", "cut", *SHARES}
    assert sum(score["count"] for score in document["by_category"].values()) == 3
    varying = {name: document[name] for name in ("created", "seconds", "batch_size")}
    assert cli(*words, "--batch-size", "1").document | varying == document


def test_what_is_saved(cli, data: Path, nano: FlashSloth) -> None:
    Path("sub").mkdir()
    rows = read_rows(data)
    wrong = [{**row, "answer": f"not {row['answer']}"} for row in rows]
    write_rows("rows.jsonl", *wrong, {"question": "Hi", "answer": "x"})
    assert cli("eval", data, "--save", "sub/wrong.jsonl").code == 0
    saved = read_rows("sub/wrong.jsonl")
    assert len(saved) == 5
    for row, known in zip(saved, rows, strict=False):
        assert list(row) == [
            "image",
            "question",
            "answer",
            "given",
            "normalised",
            "category",
            "turn",
            "source",
        ]
        assert row["image"] == f"../{known['image']}"
        assert (row["question"], row["answer"]) == (known["question"], f"not {known['answer']}")
        assert row["given"] == nano.chat(known["image"]).ask(known["question"]).text()
        assert (row["category"], row["turn"], row["normalised"]) == (known["category"], 1, False)
    assert (saved[4]["image"], saved[4]["category"], saved[4]["source"]) == (None, None, "rows.jsonl:5")


def test_only_wrong_answers_are_saved(cli, scripted: dict[str, Any]) -> None:
    scripted.update(SAID)
    write_rows("rows.jsonl", *DIALOGUES)
    Path("wrong.jsonl").write_text("mine")
    assert cli("eval", "rows.jsonl", "--save", "wrong.jsonl", "--force").code == 0
    facts = [
        (row["source"], row["turn"], row["given"], row["normalised"])
        for row in read_rows("wrong.jsonl")
    ]
    assert facts == [("rows.jsonl:1", 2, "blue", False), ("rows.jsonl:3", 1, "cat", True)]


def test_broken_rows(cli, data: Path) -> None:
    with data.open("a") as file:
        file.write(
            '{"question": "half\n{"image": "no.png", "question": "q", "answer": "a"}\n' + "[]\n" * 28
        )
    done = cli("eval", data, "-m", "nano", "-q")
    assert done.code == 7
    assert done.out.splitlines()[-1].split()[:2] == ["all", "4"]
    told = done.err.splitlines()
    assert len(told) == 21
    assert told[1] == "warning: rows.jsonl:6: image_missing: no file no.png"
    assert told[20] == "warning: 30 of 34 rows cannot be asked and do not count, 10 of them not shown"
    done = cli("eval", data, "--json", "-q")
    document = done.document
    assert (done.code, document["faults"], document["dialogues"], document["finished"]) == (
        7,
        30,
        4,
        True,
    )
    kinds = [(problem["line"], problem["kind"]) for problem in document["problems"]]
    assert kinds[:3] == [(5, "json"), (6, "image_missing"), (7, "row")]


def test_ctrl_c_shows_what_is_there(cli, scripted: dict[str, Any]) -> None:
    scripted.update(SAID, q5=KeyboardInterrupt())
    write_rows("rows.jsonl", *DIALOGUES)
    done = cli("eval", "rows.jsonl", "--save", "wrong.jsonl", "-m", "nano")
    assert done.code == 130
    assert done.out.splitlines()[-1].split() == ["all", "3", "66.7%", "66.7%", "100.0%", "0.0%"]
    assert re.fullmatch(r"2 dialogues, 3 answers in \d+ s; stopped before the end\n", done.err)
    assert [row["given"] for row in read_rows("wrong.jsonl")] == ["blue"]
    done = cli("eval", "rows.jsonl", "--json")
    said = done.document
    assert (done.code, said["finished"], said["dialogues"], said["rows"]) == (130, False, 2, 3)
    scripted.update(q1=KeyboardInterrupt())
    done = cli("eval", "rows.jsonl", "-m", "nano", "--save", "wrong.jsonl", "--force")
    assert (done.code, done.out, done.err) == (130, "", "")
    # nothing new: the old answers stay
    assert json.loads(Path("wrong.jsonl").read_text())["given"] == "blue"


def test_an_error_on_the_way(cli, scripted: dict[str, Any]) -> None:
    scripted.update(SAID, q5=OutOfMemory("no more memory", hint="Less."))
    write_rows("rows.jsonl", *DIALOGUES)
    done = cli("eval", "rows.jsonl", "-m", "nano")
    assert done.code == 5
    assert done.out.splitlines()[-1].split()[:2] == ["all", "3"]
    assert done.err.endswith("error: no more memory\nhint: Less.\n")
    assert cli("eval", "rows.jsonl", "--json", "-q").error_document["code"] == "out_of_memory"
    scripted.update(SAID)
    if Path("/dev/full").exists():
        done = cli("eval", "rows.jsonl", "--save", "/dev/full", "--force", "-q")
        assert done.code == 5
        assert "error: the disk is full: /dev/full does not fit" in done.err


def test_settings(cli, data: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of an answer count, those of sampling do not."""
    (home / "config.toml").write_text(
        'system = "Be short."\nmax_tokens = 7\nhd = true\ntemperature = 1.5\nseed = 3\n'
    )
    choose = mock.Mock(wraps=batched_answerer.choose_answerer)
    monkeypatch.setattr(batched_answerer, "choose_answerer", choose)
    first = cli("eval", data, "--json", "--limit", "2", "-m", "nano")
    assert choose.call_args.args[1] == AnswerSettings("Be short.", True, 7)
    assert f"warning: {NOT_TRAINED_HD}" in first.err
    second = cli("eval", data, "--json", "--limit", "2", "-m", "nano", "--no-hd", "--max-tokens", "5")
    assert choose.call_args.args[1] == AnswerSettings("Be short.", False, 5)
    assert "five tiles" not in second.err
    assert second.document["seed"] == 0


@pytest.mark.parametrize("existing", [EXISTING, EXISTING[:1], EXISTING[1:]])
def test_files_that_force_would_replace_are_named(cli, data: Path, existing: tuple[str, ...]) -> None:
    for name in existing:
        Path(name).touch()
    done = cli("eval", data, "--choices", "yes,no", "--save", EXISTING[0], "--plot", EXISTING[1])
    done.refused(3)
    assert [name in done.error[1] for name in EXISTING] == [name in existing for name in EXISTING]
