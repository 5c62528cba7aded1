"""Rows of every format become samples, or bad rows of the right kind."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from data.helpers import bad_rows, llava, messages, table, write_rows
from flashsloth.data.data_files import open_rows
from flashsloth.data.sample import QAPair, Sample
from flashsloth.errors import BadRow
from flashsloth.utils import system


def one(path: Path, row: Any, **options: Any) -> Sample:
    [sample] = open_rows([write_rows(path / "t.jsonl", row)], **options)
    return sample


def bad(path: Path, row: Any) -> BadRow:
    rows = open_rows([write_rows(path / "t.jsonl", row)])
    with pytest.raises(BadRow) as caught:
        rows[0]
    assert str(caught.value) == f"{path / 't.jsonl'}:1: {caught.value.message}"
    return caught.value


def test_llava(tmp_path: Path) -> None:
    sample = one(tmp_path, llava("<image>\nWhat?", "A cat.", "Sure?", "Yes.", image="a/b.png", id=3))
    turns = QAPair("What?", "A cat."), QAPair("Sure?", "Yes.")
    assert sample == Sample(turns, str(tmp_path / "a/b.png"), None, f"{tmp_path / 't.jsonl'}:1")


@pytest.mark.parametrize(
    "question", ["<image>\nWhat?", "What?\n<image>", "<image>What?", "  <image> What?", "What?"]
)
def test_the_image_mark_is_removed(tmp_path: Path, question: str) -> None:
    assert one(tmp_path, llava(question, "A.", image="a.png")).turns == (QAPair("What?", "A."),)
    parts = [{"type": "image", "image": "a.png"}, {"type": "text", "text": question}]
    assert one(tmp_path, messages(parts, "A.")).turns == (QAPair("What?", "A."),)
    assert one(tmp_path, {"image": "a.png", "question": question, "answer": "A."}).turns == (
        QAPair("What?", "A."),
    )


def test_a_leading_answer_is_dropped(tmp_path: Path) -> None:
    row = llava("q", "a")
    row["conversations"].insert(0, {"from": "gpt", "value": "Hello"})
    assert one(tmp_path, row).turns == (QAPair("q", "a"),)


def test_system_texts(tmp_path: Path) -> None:
    row = llava("q", "a")
    assert one(tmp_path, row).system is None
    assert one(tmp_path, {**row, "system": "Be brief."}).system == "Be brief."
    row["conversations"].insert(0, {"from": "system", "value": "Be long."})
    assert one(tmp_path, row).system == "Be long."
    for role in ("system", "developer"):
        row = {"messages": [{"role": role, "content": "S"}, *messages("q", "a")["messages"]]}
        assert one(tmp_path, row).system == "S"
    row["conversations"] = [{"from": "developer", "value": "D"}, *llava("q", "a")["conversations"]]
    assert one(tmp_path, row).system == "D"


@pytest.mark.parametrize(
    ("part", "fields"),
    [
        *(({"type": "image", name: "a.png"}, {}) for name in ("image", "path", "url")),
        *(({"type": "image_url", "image_url": url}, {}) for url in ("a.png", {"url": "a.png"})),
        *(({"type": "image"}, fields) for fields in ({"image": "a.png"}, {"images": ["a.png"]})),
    ],
)
def test_messages_with_a_picture(tmp_path: Path, part: dict[str, Any], fields: dict[str, Any]) -> None:
    """In a part, or in the row."""
    words = [{"type": "text", "text": "one "}, {"type": "text", "text": "two"}]
    sample = one(tmp_path, messages([part, *words], "A.", **fields))
    assert (sample.image, sample.turns) == (str(tmp_path / "a.png"), (QAPair("one two", "A."),))
    assert not fields or one(tmp_path, messages("q", "a", **fields)).image == sample.image


def test_text_alone(tmp_path: Path) -> None:
    for row in (llava("q", "a"), messages("q", "a"), {"question": "q", "answer": "a", "image": ""}):
        assert one(tmp_path, row).image is None
    assert one(tmp_path, messages("is <image> a tag?", "yes")).turns[0].question == "is <image> a tag?"


def test_picture_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")

    def path(image: str, **options: Any) -> str | None:
        return one(tmp_path, llava("q", "a", image=image), **options).image

    assert path("x/a.png") == str(tmp_path / "x/a.png")
    assert path("x/a.png", image_root=tmp_path / "root") == str(tmp_path / "root/x/a.png")
    assert path("/x/a.png", image_root=tmp_path) == "/x/a.png"
    assert path("~/a.png") == "/home/me/a.png"
    assert path("file:///x/a%20b.png") == "/x/a b.png"
    assert path("file:a.png") == str(tmp_path / "a.png")
    assert path("a.png", image_root="~/pictures") == "/home/me/pictures/a.png"
    monkeypatch.chdir(tmp_path)
    assert next(iter(open_rows(["t.jsonl"]))).image == "a.png"


def test_picture_paths_of_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a file that was written there, and on that system."""

    def path(image: str) -> str | None:
        return one(tmp_path, llava("q", "a", image=image)).image

    assert path(r"images\1.png") == str(tmp_path / "images/1.png")
    monkeypatch.setattr(system, "WINDOWS", True)
    assert path("file:///C:/images/a%20b.png") == os.path.join(tmp_path, "C:/images/a b.png")
    monkeypatch.undo()
    if not system.WINDOWS:  # where a backslash may be a part of a name
        (tmp_path / r"images\1.png").write_bytes(b"")
        assert path(r"images\1.png") == str(tmp_path / r"images\1.png")


def test_a_prompt_is_a_question(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("Image,Prompt,answer\na.png,q,a\n")
    [of_table] = open_rows([tmp_path / "t.csv"])
    for sample in (of_table, one(tmp_path, {"image": "a.png", "prompt": "q", "answer": "a"})):
        assert (sample.image, sample.turns) == (str(tmp_path / "a.png"), (QAPair("q", "a"),))
    assert one(tmp_path, {"prompt": "of a template", "question": "q", "answer": "a"}).turns == (
        QAPair("q", "a"),
    )


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"label": "a"}, "it has no answer, messages or conversations; its fields are label"),
        ({}, "it has no answer, messages or conversations"),
        ({"text": "q", "answer": "a"}, "it has no question; its fields are text, answer"),
        ({"question": "", "answer": "a"}, "the question is empty"),
    ],
)  # fmt: skip
def test_a_missing_field(tmp_path: Path, row: dict[str, str], message: str) -> None:
    assert bad(tmp_path, row).message == message


def test_a_comma_without_quotes(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("question,answer\nIs it red, or green?,Red.\nWhat?\n")
    rows = open_rows([tmp_path / "t.csv"])
    for row, fault in enumerate(
        ("3 cells, the header has 2; write a text with ',' in quotes", "1 cell,")
    ):
        with pytest.raises(BadRow, match=f"it has {fault}"):
            rows[row]


def test_a_picture_under_another_key(tmp_path: Path) -> None:
    """Unless it is no picture, or the row has one."""
    for key in ("file", "path", "filename", "file_name", "Picture", "image_path"):
        for row in ({"question": "q", "answer": "a"}, messages("q", "a"), llava("q", "a")):
            message = f"its picture is named by {key}; did you mean image?"
            assert bad(tmp_path, {**row, key: "x/a.JPG"}).message == message
            assert one(tmp_path, {**row, key: "notes.txt"}).image is None
            assert one(tmp_path, {**row, key: "x/a.jpg", "image": "b.jpg"}).image == str(
                tmp_path / "b.jpg"
            )
    (tmp_path / "t.csv").write_text("file,prompt,answer\na.png,q,a\n")
    assert bad_rows(open_rows([tmp_path / "t.csv"])) == {2: "row"}


def test_an_answer_of_weight_0_is_read_but_not_learned(tmp_path: Path) -> None:
    expected = (QAPair("q", "a", learned=False), QAPair("q", "b"))
    for row, name in (
        (messages("q", "a", "q", "b"), "messages"),
        (llava("q", "a", "q", "b"), "conversations"),
    ):
        row[name][1]["weight"] = 0
        row[name][3]["weight"] = 1.0
        assert one(tmp_path, row).turns == expected
    (tmp_path / "t.csv").write_text("question,answer,weight\nq,a,1\nq,b,0\nq,c,\nq,d,0.5\n")
    rows = open_rows([tmp_path / "t.csv"])
    assert bad_rows(rows) == {3: "row", 5: "row"}
    assert rows[2].turns == (QAPair("q", "c"),)


EXCLUDING: list[dict[str, Any]] = [
    *({"weight": weight} for weight in (0.5, -1, 2, "high", [0])),
    *({key: value} for key in ("train", "loss", "loss_weight") for value in (False, 0, 0.5, "no")),
    *({key: "x"} for key in ("tools", "tool_calls", "function_call", "chosen", "rejected")),
]


@pytest.mark.parametrize("fields", EXCLUDING, ids=str)
def test_what_excludes_text_from_learning_is_refused(tmp_path: Path, fields: dict[str, Any]) -> None:
    """In a row and in a message of either layout. To ignore it would teach what the author has
    excluded."""
    [key] = fields
    for row in (messages("q", "a"), llava("q", "a"), {"question": "q", "answer": "a"}):
        assert bad(tmp_path, {**row, **fields}).message.startswith(key)
    for row, name in ((messages("q", "a"), "messages"), (llava("q", "a"), "conversations")):
        row[name][1].update(fields)
        refused = bad(tmp_path, row)
        assert (refused.kind, refused.message.startswith(f"message 2: {key}")) == ("row", True)


def test_keys_without_a_value_and_unknown_keys_are_ignored(tmp_path: Path) -> None:
    row = messages("q", "a", tools=[], tool_calls=None, weight=None, mood="x", loss_mask=0)
    row["messages"][1].update(function_call=None, tool_calls=[], weight=None, mood="x")
    assert one(tmp_path, row).turns == (QAPair("q", "a"),)


A_PICTURE = {"type": "image", "image": "a.png"}
NO_PICTURE = {"type": "image"}
TWO_OF_ONE = [("human", "human"), (["human"], "gpt")]
BAD: dict[str, list[Any]] = {
    "row": [
        *(
            [1, 2],
            {},
            {"conversations": "x"},
            {"question": "q", "answer": 5},
            llava("q", "a", system=[1]),
        ),
        *(llava("q", 3), messages("q", 3), messages([{"type": "audio"}], "a")),
        llava("q", "a", weight=0),
    ],
    "roles": [
        *({"conversations": []}, llava("q"), llava("q", "a", "q")),
        *({"conversations": [{"from": each, "value": "x"} for each in two]} for two in TWO_OF_ONE),
        *(
            {"messages": [{"role": role, "content": "x"} for role in roles]}
            for roles in (("assistant", "user"), ("user", "tool"), ("user", "assistant", "developer"))
        ),
    ],
    "empty_question": [llava("", "a"), messages("q", "a", " \n", "a")],
    "empty_answer": [
        llava("<image>", " \n ", image="a.png"),
        {"image": "a.png", "question": "q", "answer": None},
    ],
    "image_path": [
        *(
            llava("q", "a", image=image)
            for image in ("https://x.org/a.png", "file://other/a.png", 5, " ", "a\0b")
        ),
        messages([NO_PICTURE, {"type": "text", "text": "q"}], "a"),
    ],
    "several_images": [
        *(
            llava("q", "a", image=["a.png", "b.png"]),
            llava("q", "a", image="a.png", images=["a.png", "a.png"]),
        ),
        *(messages([A_PICTURE] * 2, "a"), messages([A_PICTURE, NO_PICTURE], "a", image="a.png")),
        *(messages([A_PICTURE], "a", image="b.png"), messages("q", "a", [A_PICTURE], "a")),
        llava("q", "a", "<image>", "a", image="a.png"),
    ],
    "image_place": [
        *(llava("<image>q", "a"), {"image": "a.png", "question": "<image> <image>", "answer": "a"}),
        *(llava(*texts, image="a.png") for texts in (("<image><image>", "a"), ("q", "see <image>"))),
        llava("<image>", "a", "<image>", "a", image="a.png"),
    ],
}


@pytest.mark.parametrize(("kind", "row"), [(kind, row) for kind, rows in BAD.items() for row in rows])
def test_bad_rows(tmp_path: Path, kind: str, row: Any) -> None:
    assert bad(tmp_path, row).kind == kind


def test_a_long_value_is_cut_in_the_message(tmp_path: Path) -> None:
    """Its megabytes were printed, and kept for every such row."""
    long = "x" * 10**6
    for row in ({"messages": [{"role": long, "content": "q"}]}, messages([{"type": long}], "a")):
        assert len(bad(tmp_path, row).message) < 200


def test_messages_of_the_other_layout(tmp_path: Path) -> None:
    swapped = (
        {"conversations": messages("q", "a")["messages"]},
        {"messages": llava("q", "a")["conversations"]},
    )
    found = [bad(tmp_path, row).message for row in swapped]
    assert found == [
        "conversations has role, content; expected from and value",
        "messages has from, value; expected role and content",
    ]
    for name, expected in (("messages", "role and content"), ("conversations", "from and value")):
        assert bad(tmp_path, {name: [{}]}).message == f"{name} has an empty object; expected {expected}"


def test_captions_need_no_question(tmp_path: Path) -> None:
    for row in (llava("<image>", "A cat.", image="a.png"), {"image": "a.png", "answer": "A cat."}):
        assert one(tmp_path, row, captions=True).turns == (QAPair("", "A cat."),)
        assert bad(tmp_path, row).kind == "empty_question"
    with pytest.raises(BadRow) as caught:
        one(tmp_path, llava("", "A cat."), captions=True)
    assert caught.value.kind == "empty_question"


# printable for Python, but invisible
BLANK = "\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\u034f\ufe0f\u180b\U000e0100"


@pytest.mark.parametrize(
    "empty", ["", " ", "\t \n", "\u00a0", "\u200b\ufeff", *BLANK, "".join(BLANK) + " "]
)
@pytest.mark.parametrize("kind", ["empty_question", "empty_answer"])
def test_texts_without_a_visible_character(tmp_path: Path, empty: str, kind: str) -> None:
    question, answer = (empty, "A cat.") if kind == "empty_question" else ("What is it?", empty)
    part = [{"type": "image", "image": "a.png"}, {"type": "text", "text": question}]
    for row in (
        llava("Q", "A", question, answer, image="a.png"),
        messages(part, answer),
        {"image": "a.png", "question": question, "answer": answer},
    ):
        assert bad(tmp_path, row).kind == kind
    (tmp_path / "t.csv").write_bytes(table([["a.png", question, answer]]))
    assert bad_rows(open_rows([tmp_path / "t.csv"])) == {2: kind}


def test_bad_bytes(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(b'{"answer": "a"\n{"question": "q", "answer": "\xff"}\n{"question": "\\ud800", "answer": "a"}\n'
                     b'{"question": "q", "answer": "a"}\n' + b"[" * 100_000 + b"\n" + b"9" * 5000)  # fmt: skip
    assert bad_rows(open_rows([path])) == {
        1: "json",
        2: "encoding",
        3: "encoding",
        5: "json",
        6: "json",
    }
