"""Pictures in a typed line: every spelling of a dropped path, and words that are not pictures."""

from __future__ import annotations

from pathlib import Path
from unicodedata import normalize

import pytest

from flashsloth.errors import ImageNotFound
from flashsloth.images import sources
from flashsloth_cli.chat import image_mentions
from flashsloth_cli.chat.image_mentions import ParsedLine


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("a.png", "my photo.jpg", "it's (1).png", "50%.png", "é.webp", "noending"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


SPELLINGS = [
    "{f}/my photo.jpg",
    "'{f}/my photo.jpg'",
    '"{f}/my photo.jpg"',
    r"{f}/my\ photo.jpg",
    "file://{f}/my%20photo.jpg",
    "file:{f}/my%20photo.jpg",
    "~/my photo.jpg",
    r"~/my\ photo.jpg",
    "./my photo.jpg",
    "'my photo.jpg'",
    "@'my photo.jpg'",
    r"@my\ photo.jpg",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("question", ["", "What is this?", "What's in it, John's or mine?"])
def test_spellings_at_the_beginning(folder: Path, spelling: str, question: str) -> None:
    parsed = image_mentions.read(f"{spelling.format(f=folder)} {question}".strip())
    assert [Path(path).resolve() for path in parsed.pictures] == [folder / "my photo.jpg"]
    assert parsed.question == question


@pytest.mark.parametrize(
    "spelling", ["'{f}/my photo.jpg'", r"{f}/my\ photo.jpg", "file://{f}/my%20photo.jpg", "@a.png"]
)
def test_after_and_inside_a_question(folder: Path, spelling: str) -> None:
    word = spelling.format(f=folder)
    assert image_mentions.read(f"What is this? {word}").question == "What is this?"
    inside = image_mentions.read(f"Is {word} red or blue?")
    assert (len(inside.pictures), inside.question) == (1, "Is the picture red or blue?")


@pytest.mark.parametrize(
    ("line", "question"),
    [
        ("What color is the sign in @a.png?", "What color is the sign in the picture?"),
        ("Describe @a.png", "Describe the picture"),
        ("@a.png What is it?", "What is it?"),
        ("What does it say @a.png", "What does it say"),
        ("Compare @a.png and @b/c.png please", "Compare picture 1 and picture 2 please"),
        ("Is it in @a.png @b/c.png", "Is it in picture 1"),
        ("b/my own.png What does it say?", "What does it say?"),
        ("b/my own.png", ""),
    ],
)
def test_a_picture_in_a_sentence(folder: Path, line: str, question: str) -> None:
    (folder / "b").mkdir()
    for name in ("c.png", "my own.png"):
        (folder / "b" / name).write_bytes((folder / "a.png").read_bytes())
    assert image_mentions.read(line).question == question


def test_several_at_once(folder: Path) -> None:
    line = f"'{folder}/my photo.jpg' {folder}/a.png file://{folder}/%C3%A9.webp which is larger?"
    assert image_mentions.read(line) == ParsedLine(
        (f"{folder}/my photo.jpg", f"{folder}/a.png", f"{folder}/é.webp"), "which is larger?"
    )


@pytest.mark.parametrize(
    ("word", "name"),
    [("it\\'s\\ \\(1\\).png", "it's (1).png"), ('"it\'s (1).png"', "it's (1).png"), ("50%.png", "50%.png")],
)
def test_odd_names(folder: Path, word: str, name: str) -> None:
    assert image_mentions.read(word) == ParsedLine((name,), "")


DROPPED = [  # as terminals write a dropped path
    r"""'{f}/pie (1) it'\''s.png'""",
    r"""'{f}/pie (1) it'"'"'s.png'""",
    '"{f}/pie (1) it\'s.png"',
    r"""{f}/pie\ \(1\)\ it\'s.png""",
    "{f}/pie (1) it's.png",
    "{f}/'pie (1) it'\\''s.png'",
    "file://{f}/pie%20(1)%20it's.png",
    "'file://{f}/pie%20(1)%20it%27s.png'",
]


@pytest.mark.parametrize("dropped", DROPPED)
@pytest.mark.parametrize("question", ["", " ", " What's it?"])
def test_a_dropped_path_with_an_apostrophe(folder: Path, dropped: str, question: str) -> None:
    (folder / "pie (1) it's.png").touch()
    parsed = image_mentions.read(dropped.format(f=folder) + question)
    assert parsed == ParsedLine((f"{folder}/pie (1) it's.png",), question.strip())
    assert image_mentions.starts_with_image(dropped.format(f=folder) + question)
    assert image_mentions.sources(dropped.format(f=folder)) == parsed.pictures


@pytest.mark.parametrize("first", DROPPED)
@pytest.mark.parametrize("second", DROPPED)
def test_two_dropped_paths(folder: Path, first: str, second: str) -> None:
    (folder / "pie (1) it's.png").touch()
    parsed = image_mentions.read(f"{first} {second}".format(f=folder))
    assert parsed == ParsedLine((f"{folder}/pie (1) it's.png",) * 2, "")


@pytest.mark.parametrize(("saved", "typed"), [("NFD", "NFC"), ("NFC", "NFD")])
@pytest.mark.parametrize("dropped", ["{f}/{n}", "'{f}/{n}'", "file://{f}/{n}", "@{n}"])
def test_accents_in_the_other_encoding(folder: Path, dropped: str, saved: str, typed: str) -> None:
    """macOS takes both for the same name."""
    (folder / normalize(saved, "für-é.png")).touch()
    (path,) = image_mentions.read(normalize(typed, dropped.format(f=folder, n="für-é.png"))).pictures
    assert Path(path).name == normalize(saved, "für-é.png")


@pytest.mark.parametrize(
    "line",
    [
        "{f}/my foto.jpg",
        "'{f}/my foto.jpg'",
        "'{f}/my foto.jpg",
        r"""'{f}/my foto'\''s.jpg'""",
        r"{f}/my\ foto.jpg",
        "~/my foto.jpg",
        "./my foto.jpg",
        "{f}/a.png {f}/my foto.jpg",
        "'{f}/a.png' '{f}/my foto.jpg'",
        r"C:\Users\me\my foto.jpg",
        '"C:/Users/me/my foto.jpg"',
    ],
)
def test_a_line_that_can_only_be_a_path_is_never_a_question(folder: Path, line: str) -> None:
    with pytest.raises(ImageNotFound, match=r"my foto.*\.jpg|Usersmemy"):
        image_mentions.read(line.format(f=folder))


@pytest.mark.parametrize("line", ["~30 of them are like a.png", "/img is what, in a.png", "./a or ./b\nlike a.png"])
def test_a_question_that_ends_in_a_name(folder: Path, line: str) -> None:
    assert image_mentions.read(line) == ParsedLine((), line)


def test_a_windows_path_keeps_its_backslashes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flashsloth.utils.system.WINDOWS", True)
    paths = [r"C:\Users\me\a.png", r'"C:\Users\me\my a.png"', r"\\server\share\a.png", r"'\\server\a.png'"]
    assert [sources.unquote(path) for path in paths] == [path.strip("'\"") for path in paths]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ('"mit leer ä.html"', "mit leer ä.html"),
        ("mit leer ä.html", "mit leer ä.html"),
        (r"""'it'\''s.html'""", "it's.html"),
        (r"it\'s\ here.html", "it's here.html"),
        ("the dog's and the cat's", "the dog's and the cat's"),
        ("'a' and 'b'", "'a' and 'b'"),
    ],
)
def test_other_arguments(typed: str, meant: str) -> None:
    assert image_mentions.argument(typed) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("a.png#2", "a.png#2"),
        ("'my photo.jpg#12'", "my photo.jpg#12"),
        (r"my\ photo.jpg#3", "my photo.jpg#3"),
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
            assert image_mentions.read(line.format(f=folder)) == ParsedLine((meant.format(f=folder),), "what is it?")
    assert list(image_mentions.sources(typed.format(f=folder))) == [meant.format(f=folder)]


def test_a_path_without_an_ending_at_the_beginning(folder: Path) -> None:
    assert image_mentions.read(f"{folder}/noending what?") == ParsedLine((f"{folder}/noending",), "what?")


@pytest.mark.parametrize(
    "line",
    [
        "What is this?",
        "What is 1/2?",
        "it's a dog's life, isn't it",
        'the word "SALE" in red',
        "compare a.png with the other",
        "and/or?",
        "mail me @home or a@b.png",
        "@someone",
        "/",
        "~",
        "tell me about ~/ and ./",
        "",
        "line one\nline two\n\n  indented",
        "'unclosed quote",
        "back\\slash",
    ],
)
def test_words_that_are_not_pictures(folder: Path, line: str) -> None:
    assert image_mentions.read(line) == ParsedLine((), line.strip())


@pytest.mark.parametrize(
    "line",
    [
        "/tmp/none.jpg what?",
        "'my foto.jpg' what",
        "@none.png",
        "b.png",
        "What is /tmp/none.jpg?x /no/b.jpeg",
        "file:///no/a.png",
    ],
)
def test_missing_pictures(folder: Path, line: str) -> None:
    with pytest.raises(ImageNotFound):
        image_mentions.read(line)


def test_did_you_mean(folder: Path) -> None:
    with pytest.raises(ImageNotFound, match=r"my foto\.jpg") as caught:
        image_mentions.read(f"'{folder}/my foto.jpg'")
    assert caught.value.hint == f"Did you mean {folder}/my photo.jpg?"


@pytest.mark.parametrize("address", ["https://example.org/a.png", "HTTP://example.org/b.JPG?x=1"])
def test_addresses(folder: Path, address: str) -> None:
    assert image_mentions.read(f"{address} what is it?") == ParsedLine((address,), "what is it?")
    assert image_mentions.read(f"what is @{address}") == ParsedLine((address,), "what is the picture")
    assert image_mentions.read(f"what is {address}") == ParsedLine((), f"what is {address}")


def test_a_long_paste_is_quick(folder: Path) -> None:
    text = "\n".join(f"/line {i} of a program: 'quoted' \"words\" @x ~/y" for i in range(500))
    assert image_mentions.read(text) == ParsedLine((), text)


@pytest.mark.parametrize(
    ("line", "question"),
    [
        ("What is in @a.png?", "What is in the picture?"),
        ("Describe {f}/a.png, please", "Describe the picture, please"),
        ("(see @'my photo.jpg') what?", "(see the picture) what?"),
        ("a.png: what is this?", ": what is this?"),
    ],
)
def test_punctuation_after_a_name(folder: Path, line: str, question: str) -> None:
    parsed = image_mentions.read(line.format(f=folder))
    assert (len(parsed.pictures), parsed.question) == (1, question)


def test_which_lines_begin_with_a_picture(folder: Path) -> None:
    assert image_mentions.starts_with_image(f"{folder}/my photo.jpg what?")
    assert image_mentions.starts_with_image("a.png")
    assert not image_mentions.starts_with_image(f"/img {folder}/a.png")
    assert not image_mentions.starts_with_image("")
    with pytest.raises(ImageNotFound):
        image_mentions.starts_with_image("/no/such.jpg what?")
