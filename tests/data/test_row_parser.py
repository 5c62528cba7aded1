"""Rows of every format become samples, or bad rows of the right kind."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

from data.helpers import bad_rows, llava, messages, table, write_rows
from flashsloth.data.data_files import open_rows
from flashsloth.data.sample import QAPair, Sample
from flashsloth.errors import BadRow
from flashsloth.utils import system
from messages import record, refused


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
    ("row", "names"),
    [
        ({"label": "a"}, "no answer, messages|fields are label"),
        ({}, "no answer, messages"),
        ({"text": "q", "answer": "a"}, "no question|fields are text, answer"),
        ({"question": "", "answer": "a"}, "question"),
    ],
)  # fmt: skip
def test_a_missing_field(tmp_path: Path, row: dict[str, str], names: str) -> None:
    message = bad(tmp_path, row).message
    assert [name for name in names.split("|") if name not in message] == []
    record(message)


def test_a_comma_without_quotes(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("question,answer\nIs it red, or green?,Red.\nWhat?\n")
    rows = open_rows([tmp_path / "t.csv"])
    for row, names in enumerate((("t.csv:2", "3 cells,", "','"), ("t.csv:3", "1 cell,"))):
        with refused("data_bad_row", *names):
            rows[row]


LAYOUTS = ({"question": "q", "answer": "a"}, messages("q", "a"), llava("q", "a"))
MEDIA_KEYS = (
    *("image_path", "image_url", "image_base64", "images2", "image-file", "imagePath", "Image_Path"),
    *("img", "imgs", "IMG", "img_1", "picture", "Picture", "pictures", "photo", "photo_id", "photoUrl"),
    *("video", "videos", "video_path", "audio", "audios", "audio-1", "Image", "IMAGES"),
)
OTHER_WORDS = (
    *(
        "photographer",
        "imagery",
        "imagepaths",
        "IMAGERY",
        "audiobook",
        "videotape",
        "imgur",
        "pictured",
    ),
    *("source_image", "my image", "picturesque", "image path", "input-video"),
)


@pytest.mark.parametrize("row", LAYOUTS, ids=("plain", "messages", "llava"))
def test_a_picture_under_another_key(tmp_path: Path, row: dict[str, Any]) -> None:
    """Unless it has no value, or the row has a picture."""
    for key in MEDIA_KEYS:
        for value in ("x/a.JPG", "https://x.org/a", 5, ["a.png"], {"url": "a.png"}, True):
            found = bad(tmp_path, {**row, key: value})
            assert (found.kind, key) == ("row", re.search("the key (.*) is not", found.message)[1])
        for value in (None, "", " ", 0, 0.0, False, [], {}, "0", "False"):
            assert one(tmp_path, {**row, key: value}).image is None
        assert one(tmp_path, {**row, key: "x.jpg", "image": "b.jpg"}).image == f"{tmp_path}/b.jpg"
        assert one(tmp_path, {**row, key: "x.jpg", "images": ["b.jpg"]}).image == f"{tmp_path}/b.jpg"
    for key in OTHER_WORDS:
        assert one(tmp_path, {**row, key: "a text"}).image is None


def test_a_file_under_another_key(tmp_path: Path) -> None:
    """A name that may also be of other things counts only with the name of a picture."""
    for key in ("file", "path", "filename", "file_name", "imagefile", "image path"):
        for row in LAYOUTS:
            message = bad(tmp_path, {**row, key: "x/a.JPG"}).message
            assert f"the key {key} is" in message
            record(message)
            assert one(tmp_path, {**row, key: "notes.txt"}).image is None
            assert one(tmp_path, {**row, key: "x/a.jpg", "image": "b.jpg"}).image == str(
                tmp_path / "b.jpg"
            )


def test_a_column_with_another_picture(tmp_path: Path) -> None:
    for name in ("file", "image_path", "imageUrl", "Photo"):
        (tmp_path / "t.csv").write_text(f"{name},prompt,answer\na.png,q,a\n0,q,a\n,q,a\n")
        assert bad_rows(open_rows([tmp_path / "t.csv"])) == {2: "row"}


@pytest.mark.parametrize("key", ["image", "images", "image_url", "img", "video", "audioPath"])
def test_a_picture_in_a_message(tmp_path: Path, key: str) -> None:
    for row, name in ((messages("q", "a", "q", "a"), "messages"), (llava("q", "a"), "conversations")):
        for number, message in enumerate(row[name], 1):
            message[key] = ["a.png"]
            assert bad(tmp_path, row).message.startswith(f"message {number}: the key {key} is not read")
            assert one(tmp_path, {**row, "image": "b.png"}).image == f"{tmp_path}/b.png"
            message[key] = []
            assert one(tmp_path, row).image is None
    part = [{"type": "image", "image": "b.png"}, {"type": "text", "text": "q"}]
    assert one(tmp_path, messages(part, "a", image_id=5)).image == f"{tmp_path}/b.png"


MARKS = (
    *("<|image_1|>", "<|image|>", "<|image_pad|>", "<|IMAGE|>", "<|begin_of_image|>", "<|audio_1|>"),
    *("<|vision_start|><|image_pad|><|vision_end|>", "<|video_pad|>", "<ImageHere>", "<video>"),
    *("<start_of_image>", "<end_of_image>", "<image_soft_token>", "<image_placeholder>", "<image 1>"),
    *("<IMG_CONTEXT>", "<audio>", "<video_placeholder>", "<img>a.png</img>", "<img>none.png</img>"),
    *('<img src="a.png">', "<img alt=x src=a.png width=3 />", "<IMG SRC='a.png'/>", '<img src="a b.png">'),
    *("![](a.png)", "![A (cat)](./a.png)", '![x](a.png "A cat")', "![x](<a b.png>)", "![](a%20b.png)"),
    "![](c(1).png)",
)  # fmt: skip
AT_AN_EDGE = ("![](https://x.org/a.png)", "![x](none.png)", '<img src="https://x.org/a.png">')
MANY = 100_000


@pytest.mark.parametrize(
    "text",
    [
        *(f"{mark[:-1]}{'a' * MANY}" for mark in ("<img src=?", '<img src="?', "<img>?", "![](?")),
        *(part * MANY for part in ("<img ", "src=", "![](", '![a](b "', "<image_", "<|")),
        *(f"<img src={blanks}" for blanks in (" " * MANY, "=" * MANY)),
        f"![a](b{' ' * MANY}",
    ],
    ids=lambda text: text[:12],
)
def test_marks_are_sought_in_linear_time(tmp_path: Path, text: str) -> None:
    """40,000 letters behind `<img src=` took 27 seconds; so many as here would take minutes."""
    assert one(tmp_path, {"question": text, "answer": "A.", "image": "a.png"}).turns[0].question == text


@pytest.mark.parametrize("mark", [*MARKS, *AT_AN_EDGE])
def test_marks_of_other_programs(tmp_path: Path, mark: str) -> None:
    """They are removed from the question that has the picture, and refused in one without."""
    for name in ("a.png", "a b.png", "c(1).png"):
        (tmp_path / name).write_bytes(b"")
    texts = [f"{mark}\nWhat?", f"What?\n {mark} ", f"<image>\n{mark}What?"]
    for text in texts if mark in AT_AN_EDGE else (*texts, f"Wh{mark}at?"):
        plain = text.replace("<image>\n", "")
        for row in (llava(text, "A."), messages(text, "A."), {"question": text, "answer": "A."}):
            assert one(tmp_path, {**row, "image": "b.png"}).turns == (QAPair("What?", "A."),)
        for row in (
            *(llava(plain, "A."), messages(plain, "A."), {"question": plain, "answer": "A."}),
            *(
                llava("q", "a", plain, "a", image="b.png"),
                messages("q", "a", plain, "a", image="b.png"),
            ),
        ):
            found = bad(tmp_path, row)
            assert found.kind == "image_place"
            assert "name the picture" in found.message


@pytest.mark.parametrize(
    "text",
    [
        *(f"What does {mark} do?" for mark in AT_AN_EDGE),
        *("a <b> c", "Is List<Image> a type?", "<imagery>", "<|im_start|>", "x < image > y", "<img>"),
        *("see [a](a.png) there", "an <img alt='src'> tag", "<videos>", "<img alt=x>"),
    ],
)
def test_texts_that_are_no_marks(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.png").write_bytes(b"")
    for row in (llava(text, "A."), llava(text, "A.", image="b.png")):
        assert one(tmp_path, row).turns == (QAPair(text, "A."),)
    answer = "<video> ![](a.png)"
    assert one(tmp_path, llava("q", answer)).turns == (QAPair("q", answer),)


def test_a_mark_beyond_the_only_picture_is_refused(tmp_path: Path) -> None:
    row = llava("![](https://x.org/1.png) ![](https://x.org/2.png) Which?", "A.", image="b.png")
    assert bad(tmp_path, row).kind == "image_place"


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
