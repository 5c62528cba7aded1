"""Pictures in a typed line: every spelling of a dropped path, and words that are not pictures."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from unicodedata import normalize
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashsloth.errors import ImageNotFound
from flashsloth_cli.chat import image_mentions


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("a.png", "my photo.jpg", "50%.png", "noending"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def single_quotes(path: str) -> str:
    return "'" + path.replace("'", "'\\''") + "'"


QUOTES: list[Callable[[str], str]] = [  # as terminals write a dropped path
    lambda path: re.sub(r"([^\w/.-])", r"\\\1", path),
    single_quotes,
    shlex.quote,  # an apostrophe in double quotes
    lambda path: '"' + re.sub(r'(["\\])', r"\\\1", path) + '"',
    lambda path: path.rpartition("/")[0] + "/" + single_quotes(path.rpartition("/")[2]),
    lambda path: f"file://{quote(path)}",
    lambda path: f"'file://{quote(path)}'",
    lambda path: f"file:{quote(path)}",
]
NAMES = st.text("ab1é图 \u202f\u00a0'\"()&$#%~@!?,;:[]{}*<>|`=-", min_size=1, max_size=12).map(
    lambda name: f"{name}.png"
)


@pytest.fixture(scope="module")
def drop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("drop")


@given(
    names=st.lists(NAMES, min_size=1, max_size=3),
    quotes=st.lists(st.sampled_from(QUOTES), min_size=3, max_size=3),
    question=st.sampled_from(["", "What is this?", "What's in it, John's or mine?"]),
)
def test_a_dropped_path_is_found_however_it_is_quoted(
    drop: Path, names: list[str], quotes, question: str
) -> None:
    """At the beginning, one or several; at the end and inside a question; and as the argument of a
    command."""
    paths = [f"{drop}/{name}" for name in names]
    for path in paths:
        Path(path).touch()
    first, *_ = dropped = [each(path) for each, path in zip(quotes, paths, strict=False)]
    line = " ".join([*dropped, question]).strip()
    assert image_mentions.read(line) == (paths, question)
    assert list(image_mentions.sources(first)[0]) == paths[:1]
    assert image_mentions.read(f"What is this? {first}") == ([paths[0]], "What is this?")
    assert image_mentions.read(f"Is {first} red?") == ([paths[0]], "Is red?")


@given(
    name=st.text("ab1é图 \u202f'()&$%~@!,;[]", min_size=1, max_size=12).map(lambda name: f"{name}.png")
)
def test_a_path_that_is_not_quoted_is_found_at_the_beginning(drop: Path, name: str) -> None:
    (drop / name).touch()
    assert image_mentions.read(f"{drop}/{name} What is it?") == ([f"{drop}/{name}"], "What is it?")


@pytest.mark.parametrize(
    "spelling",
    [
        *("~/my photo.jpg", r"~/my\ photo.jpg", "./my photo.jpg", "'my photo.jpg'", "@'my photo.jpg'"),
        *(r"@my\ photo.jpg", "my photo.jpg", "my%20photo.jpg"),
    ],
)
def test_a_relative_path(folder: Path, spelling: str) -> None:
    for question in ("", "What's this?"):
        pictures, asked = image_mentions.read(f"{spelling} {question}".strip())
        assert [Path(path).expanduser().resolve() for path in pictures] == [folder / "my photo.jpg"]
        assert asked == question


@pytest.mark.parametrize(
    ("line", "question"),
    [
        ("What color is the sign @a.png?", "What color is the sign?"),
        ("What is in b/c.png?", "What is in?"),
        ("Compare @a.png and @b/c.png please", "Compare and please"),
        ("b/my own.png What does it say?", "What does it say?"),
        ("Describe {f}/a.png, please", "Describe, please"),
        ("(see @'my photo.jpg') what?", "(see) what?"),
        ("a.png: what is this?", ": what is this?"),
        ("50%.png what?", "what?"),
    ],
)
def test_a_picture_in_a_sentence(folder: Path, line: str, question: str) -> None:
    (folder / "b").mkdir()
    for name in ("c.png", "my own.png"):
        (folder / "b" / name).touch()
    pictures, asked = image_mentions.read(line.format(f=folder))
    assert (len(pictures), asked) == (line.count("@a.png and") + 1, question)


@pytest.mark.parametrize("blank", "\u202f\u00a0\u3000")
@pytest.mark.parametrize(
    ("line", "question"),
    [
        ("What does it say? {f}/shot\\ 8.55{b}PM.png", "What does it say?"),  # Terminal of macOS
        ("What does '{f}/shot 8.55{b}PM.png' say?", "What does say?"),
        ("What does @shot\\ 8.55{b}PM.png say?", "What does say?"),
        ("{f}/shot 8.55{b}PM.png What does it say?", "What does it say?"),
        ("{f}/shot\\ 8.55{b}PM.png{b}?", "?"),  # French texts have a blank here
        ("a.png{b}これは何?", "これは何?"),
        ("{f}/shot\\ 8.55{b}PM.png\u3000これは何?", "これは何?"),  # both kinds in one word
        ("@shot\\ 8.55{b}PM.png\u3000これ は何?", "これ は何?"),
        ("Tell me what {f}/a.png{b}shows", "Tell me what shows"),
    ],
)
def test_a_blank_that_no_shell_knows(folder: Path, blank: str, line: str, question: str) -> None:
    """It is a part of a name. If there is no such name it divides words, as people mean it."""
    name = f"shot 8.55{blank}PM.png"
    (folder / name).touch()
    (picture,), asked = image_mentions.read(line.format(f=folder, b=blank))
    assert (Path(picture).name, asked) == ("a.png" if "a.png" in line else name, question)


@pytest.mark.parametrize(("saved", "typed"), [("NFD", "NFC"), ("NFC", "NFD")])
@pytest.mark.parametrize("dropped", ["{f}/{n}", "'{f}/{n}'", "file://{f}/{n}", "@{n}"])
def test_accents_in_the_other_encoding(folder: Path, dropped: str, saved: str, typed: str) -> None:
    """macOS takes both for the same name."""
    (folder / normalize(saved, "für-é.png")).touch()
    (path,), _ = image_mentions.read(normalize(typed, dropped.format(f=folder, n="für-é.png")))
    assert Path(path).name == normalize(saved, "für-é.png")


@pytest.mark.parametrize(
    "line",
    [
        *(
            "{f}/my foto.jpg",
            "'{f}/my foto.jpg",
            r"""'{f}/my foto'\''s.jpg'""",
            r"{f}/my\ foto.jpg",
            "~/my foto.jpg",
        ),
        *("'{f}/a.png' '{f}/my foto.jpg'", r"C:\Users\me\my foto.jpg", '"C:/Users/me/my foto.jpg"'),
        *(
            "@my-foto.jpg",
            "my-foto.jpg",
            "What is /tmp/my-foto.jpg?x /no/b.jpeg",
            "file:///no/my-foto.jpg",
        ),
    ],
)
def test_a_line_that_can_only_be_a_path_is_never_a_question(folder: Path, line: str) -> None:
    with pytest.raises(ImageNotFound, match=r"my.foto.*\.jpg|Usersmemy|b\.jpeg"):
        image_mentions.read(line.format(f=folder))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("a.png#2", "a.png#2"),
        (r"my\ photo.jpg#12", "my photo.jpg#12"),
        ("{f}/my photo.jpg#3", "{f}/my photo.jpg#3"),
        ("file://{f}/my%20photo.jpg#3", "{f}/my photo.jpg#3"),
        ("odd.png#2", "odd.png#2"),
    ],
)
def test_a_page_of_a_picture(folder: Path, typed: str, meant: str) -> None:
    """A file that is really called so is taken as it is."""
    (folder / "odd.png#2").touch()
    for line in (f"{typed} what is it?", f"@{typed} what is it?"):
        if line[:2] != "@{" or " " not in typed:
            assert image_mentions.read(line.format(f=folder)) == (
                [meant.format(f=folder)],
                "what is it?",
            )
    assert list(image_mentions.sources(typed.format(f=folder))[0]) == [meant.format(f=folder)]


@pytest.mark.parametrize(
    "line",
    [
        *(
            "",
            "/",
            "~",
            "@someone",
            "and/or?",
            "What is this?",
            "What is 1/2?",
            "'unclosed quote",
            "back\\slash",
        ),
        *("it's a dog's life, isn't it", 'the word "SALE" in red', "line one\nline two\n\n  indented"),
        *("compare a.png with the other", "mail me @home or a@b.png", "tell me about ~/ and ./"),
        *("~30 of them are like a.png", "/img is what, in a.png", "./a or ./b\nlike a.png"),
    ],
)
def test_words_that_are_not_pictures(folder: Path, line: str) -> None:
    assert image_mentions.read(line) == ([], line.strip())


@pytest.mark.parametrize("address", ["https://example.org/a.png", "HTTP://example.org/b.JPG?x=1"])
def test_addresses(folder: Path, address: str) -> None:
    assert image_mentions.read(f"{address} what is it?") == ([address], "what is it?")
    assert image_mentions.read(f"what is @{address}") == ([address], "what is")
    assert image_mentions.read(f"what is {address}") == ([], f"what is {address}")


def test_a_long_paste_is_quick(folder: Path) -> None:
    text = "\u3000".join(f"{i}.png" for i in range(5000))
    assert image_mentions.read(f"A {text}") == ([], f"A {text}")
    text = "\n".join(f"/line {i} of a program: 'quoted' \"words\" @x ~/y" for i in range(500))
    assert image_mentions.read(text) == ([], text)
