"""How an answer grows on a terminal: blocks, wrapping, Markdown."""

from __future__ import annotations

import io
import json
import random
import re
from contextlib import redirect_stdout
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashsloth_cli.terminal import markdown_stream, render
from flashsloth_cli.terminal import text as terminal_text
from flashsloth_cli.terminal.markdown_stream import MarkdownStream
from flashsloth_cli.terminal.text import cell_width, one_line, wrapped

ANSI = re.compile(r"\x1b\[[0-9;]*m")
TEXT = """The picture shows **three** things:

- a dog
- a cat, which is larger than the dog and sits on the right

```python
print("a b c")

x = 1
```

| a | b |
|---|---|
| 1 | 2 |

And a last line without anything."""

ESCAPES = (
    *(
        "\x1b[2J",
        "\x1b]0;owned\x07",
        "\x1b]52;c;ZWNobyBoaQ==\x07",
        "\x1b[6n",
        "\x1bc",
        "\x1b[?1049h",
        "\x1bP+q\x1b\\",
    ),
    *(
        "\x9b31m",
        "\x90q\x9c",
        "\r",
        "\b\b\b",
        "\x07",
        "\x00",
        "\x7f",
        "\u202e",
        "\u2066",
        "\u2069",
        "\x85",
        "\x0b\x0c",
    ),
    *(
        "\x1b]8;;http://x\x1b\\here\x1b]8;;\x1b\\",
        "[here](http://x)",
        "![x](http://x)",
        "**b**",
        "```\n",
    ),
    *(
        "| a | b |\n",
        "What is it?",
        "日本語の絵",
        "שלום",
        "👩‍👩‍👧",
        "e\u0301",
        "\u200b",
        "\ufeff",
        "\u2028",
    ),
    *("\U0010ffff", "\ue000", "\t"),
)
DRIVES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")  # a terminal
HOSTILE = st.lists(
    st.builds(lambda text, length: text[:length], st.sampled_from(ESCAPES), st.integers(1, 30)),
    max_size=12,
).map("".join)


def grown(
    text: str, width: int = 60, most: int = 30, markdown: bool = True, seed: int = 0
) -> tuple[str, list[str]]:
    """Return the finished text, and each tail on the way."""
    prose, rng, at, out, tails = MarkdownStream(markdown), random.Random(seed), 0, "", []
    while at < len(text):
        size = rng.randint(1, 6)
        out += prose.push(text[at : at + size], width, most)
        tails.append(prose.tail(width))
        at += size
    return out + prose.end(width), tails


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


WORDS = st.sampled_from(
    ["One", "word after another.", "**bold**", "\n", "\n\n", "価格は百円です", "x" * 90]
)


@given(st.lists(WORDS, max_size=60), st.integers(4, 200), st.integers(1, 30), st.integers(0, 9))
def test_plain_text_comes_out_whole_and_fits(
    words: list[str], width: int, most: int, seed: int
) -> None:
    """In pieces of any size. A block that is longer than the screen is written as it grows."""
    text = " ".join(words).replace("\n ", "\n")  # an indented word may be wider
    out, tails = grown(text, width, most, markdown=False, seed=seed)
    assert squeezed(out) == squeezed(text)
    assert max(cell_width(line.rstrip()) for line in out.split("\n")) <= width
    assert all(len(tail.split("\n")) <= most for tail in tails)


def test_markdown_is_drawn() -> None:
    out, _ = grown(TEXT)
    assert out == grown(TEXT, seed=99)[0]  # whatever the size of the pieces
    plain = ANSI.sub("", out)
    assert "\x1b[1mthree\x1b[0m" in out
    assert not [mark for mark in ("**", "```", "|---|") if mark in plain]
    for shown in (" • a dog", 'print("a b c")', "x = 1"):
        assert shown in plain
    assert plain.endswith("And a last line without anything.\n")


def test_without_markdown_nothing_but_text() -> None:
    out, _ = grown(TEXT, width=200, markdown=False)
    assert out == TEXT + "\n"


def test_single_line_breaks_stay() -> None:
    out, _ = grown(" **a**\nb\nc\n")  # a continued answer begins with a space
    assert ANSI.sub("", out) == "a\nb\nc\n"


@given(HOSTILE, st.sampled_from((12, 40, 80)), st.booleans(), st.integers(0, 9))
def test_nothing_hostile_drives_the_terminal(text: str, width: int, markdown: bool, seed: int) -> None:
    out, tails = grown(text, width, 3, markdown, seed)
    assert not DRIVES.search(ANSI.sub("", "".join([out, *tails, one_line(text)])))


@given(HOSTILE, st.sampled_from(("utf-8", "ascii", "latin-1")))
def test_a_document_is_one_line_of_json_in_any_encoding(text: str, encoding: str) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding, newline="")
    with redirect_stdout(stream):
        render.write_json({"response": text})
    stream.flush()
    written = raw.getvalue().decode(encoding)
    assert (json.loads(written), written.count("\n"), written[-1]) == ({"response": text}, 1, "\n")
    assert "\r" not in written


def test_markup_of_rich_is_text() -> None:
    assert "[bold red]x[/] :smile:" in grown("**y** [bold red]x[/] :smile:")[0]


@pytest.mark.parametrize(
    ("line", "width", "expected"),
    [
        ("", 5, ""),
        ("abc def", 5, "abc\ndef"),
        ("abcdefgh", 5, "abcde\nfgh"),
        ("a abcdefgh", 5, "a\nabcde\nfgh"),
        ("  indented text", 10, "  indented\ntext"),
        ("価格は百円です", 6, "価格は\n百円で\nす"),
        ("a\n\nb", 5, "a\n\nb"),
    ],
)
def test_wrapping(line: str, width: int, expected: str) -> None:
    assert wrapped(line, width) == expected


def test_code_taller_than_the_screen_stays_code() -> None:
    """All of it is written plain, and Markdown after it is drawn."""
    lines = [f"x = {i}  # **not bold** `__init__`" if i % 3 else "" for i in range(30)]
    out, _ = grown("```python\n" + "\n".join(lines) + "\n```\n\nThen **bold**.", 60, 5)
    plain = ANSI.sub("", out)
    assert plain.count("**not bold**") == 20
    assert plain.count("__init__") == 20
    assert "Then bold." in plain
    assert "\x1b[1mbold\x1b[0m" in out


def test_blank_lines_before_code_stay() -> None:
    """However many pieces the text comes in."""
    text = "One **two**.\n\n\n\n\n```\nx = 1\n```\n"
    stream = MarkdownStream(markdown=True)
    assert stream.push(text, 60, 30) + stream.end(60) == grown(text)[0]


@pytest.mark.parametrize("size", [None, 1], ids=["whole", "letters"])
@pytest.mark.parametrize("repeated", ["[", "a", "a ", "価", "\u0301", "**a** "])
def test_work_grows_with_the_text_and_not_with_its_square(
    repeated: str, size: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The work is the number of letters that are measured, or searched for Markdown."""
    lengths = list[int]()
    width_of = terminal_text.cell_width
    monkeypatch.setattr(
        terminal_text, "cell_width", lambda letters: lengths.append(len(letters)) or width_of(letters)
    )
    marks = markdown_stream.MARKS
    search = mock.Mock(side_effect=lambda block: lengths.append(len(block)) or marks.search(block))
    monkeypatch.setattr(markdown_stream, "MARKS", mock.Mock(search=search))
    work = []
    for count in (1_000, 4_000):
        lengths.clear()
        text = (repeated * count)[:count]
        stream = MarkdownStream(markdown=True)
        for at in range(0, count, size or count):
            stream.push(text[at : at + (size or count)], 20, 3)
        stream.end(20)
        work.append(sum(lengths))
    assert work[1] < 5 * work[0]


def test_a_block_that_fills_screens_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not even searched for Markdown, which may take long."""
    search = mock.Mock(return_value=None)
    monkeypatch.setattr(markdown_stream, "MARKS", mock.Mock(search=search))
    stream = MarkdownStream(markdown=True)
    said = stream.push("**a** " + "[" * 200_000 + "\n\n**b**\n\n", 79, 10) + stream.end(79)
    assert squeezed(said) == "**a**" + "[" * 200_000 + "**b**"
    search.assert_called_once_with("**b**\n\n")


@pytest.mark.parametrize("text", ["**It** says <EXIT>", "**a** <b>c</b> <!-- d -->", "**x** `<y>` <z>"])
def test_what_looks_like_html_is_text(text: str) -> None:
    plain = ANSI.sub("", grown(text)[0])
    assert plain.strip() == text.replace("**", "").replace("`", "")
