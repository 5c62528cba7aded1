"""close_name: a similar name for a mistyped one."""

from __future__ import annotations

from pathlib import Path

import pytest

from flashsloth.utils import text
from flashsloth.utils.text import close_name, path_meant

FILES = ["semi.csv", "photo.jpg", "disc.png", "train.jsonl", "Holiday 1.JPG"]
WORDS = [
    "temperature",
    "top_p",
    "top_k",
    "max_tokens",
    "align",
    "all",
    "int4",
    "4bit",
    "flashsloth",
    "/image",
    "/quit",
]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        *(
            ("phto.jpg", "photo.jpg"),
            ("photo.jpeg", "photo.jpg"),
            ("trian.jsonl", "train.jsonl"),
            ("lal", "all"),
            ("temp", "temperature"),
        ),
        *(
            ("holiday-1.jpg", "Holiday 1.JPG"),
            ("temprature", "temperature"),
            ("aling", "align"),
            ("/imgae", "/image"),
        ),
    ],
)
def test_similar_names(word: str, meant: str) -> None:
    assert close_name(word, FILES + WORDS) == meant


@pytest.mark.parametrize(
    "word",
    [
        "nope.csv",
        "flashsloth.csv",
        "tem",
        "a.png",
        "b.jsonl",
        "x.csv",
        "main.jpg",
        "colour",
        "",
        ".csv",
        "/foo",
    ],
)
def test_names_that_are_not_similar(word: str) -> None:
    assert close_name(word, FILES + WORDS) is None


def test_the_closest_name_comes_first() -> None:
    assert close_name("sign1.png", ["sign2.png", "sing1.png", "sign11.png"]) == "sign11.png"
    assert close_name("sign1.png", []) is None


def test_a_limited_number_of_names_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "photo.jpg").touch()
    assert path_meant(tmp_path / "phto.jpg") == f"Did you mean {tmp_path / 'photo.jpg'}?"
    monkeypatch.setattr(text, "MAX_LISTED", 0)
    assert path_meant(tmp_path / "phto.jpg") == ""


@pytest.mark.parametrize(("word", "name"), [("ab" * 50 + "c", "ab" * 50), ("ab" * 50, "ab" * 50 + "c")])
def test_long_names_are_not_compared(word: str, name: str) -> None:
    """Of a name of megabytes, as a client may send, the comparison would take minutes."""
    assert close_name(word, [name]) is None
    assert close_name(word[:99], [name[:98]]) == name[:98]
