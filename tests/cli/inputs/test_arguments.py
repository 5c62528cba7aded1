"""Words of the command line, -p and stdin as a question and pictures."""

from __future__ import annotations

import base64
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import pytest

from cli.conftest import QUESTION
from flashsloth_cli.inputs import arguments
from flashsloth_cli.inputs.arguments import NOT_READ, gather


def source(done) -> str:
    [image] = done.document["images"]
    return image["source"]


@pytest.mark.parametrize(
    ("file", "word"),
    [
        *(
            (name, name)
            for name in ("my photo's.png", "日本 ü.png", "new\nline.png", "a[1].png", "100%.png")
        ),
        *(("~/a b.png", word) for word in ("~/a b.png", "file://{home}/a%20b.png")),
        ("~/b[1].png", "file://{home}/b[1].png"),
        ("-dash.png", "./-dash.png"),
    ],
)
def test_odd_names(cli, home: Path, picture: Path, expected: str, file: str, word: str) -> None:
    shutil.copy(picture, os.path.expanduser(file))
    done = cli("ask", word.format(home=home), QUESTION, "-q", "--json")
    assert (source(done), done.document["response"]) == (word.format(home=home), expected)


@pytest.mark.parametrize("blank", "\u202f\u00a0\u3000")
@pytest.mark.parametrize(
    "words", [("ask", "NAME", QUESTION), ("ask", "NAME"), ("batch", "NAME", "-p", QUESTION)]
)
def test_a_name_with_another_blank_can_be_pasted(
    cli, home: Path, blank: str, words: tuple[str, ...]
) -> None:
    """macOS writes U+202F into the names of screenshots, and a person types a space."""
    Path(f"Screenshot at 8.55.11{blank}PM.png").touch()
    done = cli(*(word.replace("NAME", "Screenshot at 8.55.11 PM.png") for word in words))
    assert done.code == 3
    assert f"Did you mean Screenshot at 8.55.11{blank}PM.png?" in done.err


def test_a_name_that_begins_with_a_dash(cli, picture: Path) -> None:
    shutil.copy(picture, "-dash.png")
    assert source(cli("ask", "-q", "--json", "-p", QUESTION, "--", "-dash.png")) == "-dash.png"


def test_data_url(cli, picture: Path, expected: str) -> None:
    url = "data:image/png;base64," + base64.b64encode(picture.read_bytes()).decode()
    done = cli("ask", url, QUESTION, "-q", "--json")
    assert done.document["response"] == expected
    assert source(done) == "data:image/png;base64,…"


def test_quoted_glob(cli, picture: Path) -> None:
    shutil.copy(picture, "one disc.png")
    assert source(cli("ask", "one*.p?g", "-p", QUESTION, "-q", "--json")) == "one disc.png"


# The question


WORDS = ["red?", "a/b", "@notes", "[abc]", "?", "What is 1/2?", "描述这张图"]


@pytest.mark.parametrize("word", WORDS)
def test_a_word_that_is_no_picture_is_the_question(cli, picture: Path, word: str) -> None:
    for words in ((picture, word), (word, picture), (picture, picture, word))[
        : 3 if word == WORDS[0] else 1
    ]:
        document = cli("ask", *words, "--json").document
        assert (document["prompt"], len(document["images"])) == (word, words.count(picture))


def test_the_question_may_stand_anywhere(cli, picture: Path, expected: str) -> None:
    """If only one word can be the question. A path in quotes of its own cannot."""
    shutil.copy(picture, "my disc.png")
    shutil.copy(picture, "b.png")
    for words in (("ask", QUESTION, "'my disc.png'"), ("chat", QUESTION, picture)):
        assert cli(*words, "-q").out == f"{expected}\n"
    document = cli("ask", "b.png", QUESTION, "my disc.png", "--json").document
    assert (document["prompt"], len(document["images"])) == (QUESTION, 2)


@pytest.mark.parametrize(
    ("code", "words", "stdin", "names"),
    [
        (3, ("-", "-p", "hi"), b"", "stdin is empty"),
        (2, ("-", "/dev/stdin", "-p", "hi"), b"x", "stdin"),
        (3, ("-", "-p", "hi"), b"just text", "stdin is text"),
        (3, ("-p", "hi"), b"a.png\nb.png\n", "stdin is text"),
        (3, ("-p", "hi"), b"\x80\x81\x82", "stdin is neither"),
        (3, ("-p", "hi"), b"\0\n", "no_picture"),
        (3, ("-p", "hi"), b"a" * (2**20 + 1), "1 MB"),
    ],
    ids=lambda value: repr(value)[:60],
)
def test_stdin_that_is_no_picture(cli, monkeypatch, code: int, words, stdin: bytes, names: str) -> None:
    monkeypatch.setattr(arguments, "MAX_FILE_BYTES", 2**20)
    done = cli("ask", *words, input=stdin or None)
    done.refused(code, names)


def test_prompt_from_a_file(cli) -> None:
    Path("question.txt").write_text("Wie heißt du?\nKurz.\n", encoding="utf-8")
    for prompt, question in (("@question.txt", "Wie heißt du?\nKurz."), ("@@home", "@home")):
        assert cli("ask", "-p", prompt, "-q", "--json", "--no-picture").document["prompt"] == question


# stdin


def test_picture_on_stdin(cli, picture: Path, expected: str) -> None:
    for words in (("-", QUESTION), (QUESTION,), ("-p", QUESTION), ("-", "-p", QUESTION)):
        done = cli("ask", *words, "-q", "--json", input=picture.read_bytes())
        assert done.document["response"] == expected
        assert source(done) == "-"


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., BinaryIO]]:
    """Put a pipe in place of stdin. It stays `open` or ends after the data; `rest()` returns what
    nobody has read."""
    with ExitStack() as stack:

        def put(data: bytes, *, is_open: bool = False) -> BinaryIO:
            end, start = os.pipe()
            reader, writer = (
                stack.enter_context(open(end)),
                stack.enter_context(open(start, "wb", buffering=0)),
            )
            writer.write(data)
            monkeypatch.setattr("sys.stdin", reader)
            if not is_open:
                writer.close()
            return reader.buffer

        yield put


LIST = b"a.png\nb.png\n"
TEMPLATE = {"needs_question": False}  # with a question of its own
CONTINUED = {"needs_picture": False}  # --continue, --session, --no-picture


@pytest.mark.parametrize("is_open", [True, False])
@pytest.mark.parametrize("data", [b"", LIST])
@pytest.mark.parametrize(
    ("words", "prompt", "needs"),
    [
        (("disc.png", "Why?"), None, {}),
        (("disc.png",), "Why?", {}),
        (("disc.png",), None, TEMPLATE),
        (("Why?",), None, CONTINUED),
        ((), "Why?", CONTINUED),
    ],
)
def test_stdin_that_is_not_needed_is_left_alone(
    stdin,
    home: Path,
    picture: Path,
    words: tuple[str, ...],
    prompt: str | None,
    needs,
    data: bytes,
    is_open: bool,
) -> None:
    """As in a `while read` loop, in cron or over ssh, whose pipe nobody closes. One note says what
    waits there."""
    shutil.copy(picture, "disc.png")
    pipe = stdin(data, is_open=is_open)
    inputs = gather(words, prompt, **needs)
    assert inputs.question == (None if needs == TEMPLATE else "Why?")
    assert inputs.notes == ((NOT_READ,) if data else ())
    assert pipe.read1() == data if data else True


@pytest.mark.parametrize(
    ("words", "prompt", "needs", "question", "pictures"),
    [
        (("disc.png",), None, {}, "a.png\nb.png", ["disc.png"]),
        (("disc.png", "-"), "Why?", {}, "Why?\n\na.png\nb.png", ["disc.png"]),
        (("-", "Why?"), None, CONTINUED, "Why?\n\na.png\nb.png", []),
        (("/dev/stdin", "disc.png"), None, TEMPLATE, "a.png\nb.png", ["disc.png"]),
        ((), None, {}, "a.png\nb.png", []),
    ],
)
def test_text_on_stdin(
    stdin, home, picture: Path, words, prompt, needs, question: str, pictures: list[str]
) -> None:
    """It is the question where that is missing, and added to it where - names it."""
    shutil.copy(picture, "disc.png")
    stdin(LIST)
    inputs = gather(words, prompt, **needs)
    assert (inputs.question, [each.source for each in inputs.pictures], inputs.notes) == (
        question,
        pictures,
        (),
    )


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_a_note_about_stdin_in_the_document(shell, picture: Path) -> None:
    """-q hides it, as other notes."""
    line = f"set -euo pipefail; echo more | flashsloth ask -m nano '{picture}' Why? --max-tokens 1"
    assert shell(line).err == f"note: {NOT_READ}\nnote: cut at 1 tokens; --max-tokens allows more\n"
    assert NOT_READ in shell(f"{line} --json").document["warnings"]


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_a_loop_and_xargs(shell, picture: Path, expected: str) -> None:
    shutil.copy(picture, "a.png")
    shutil.copy(picture, "b.png")
    for line in (
        f"printf 'a.png\\nb.png\\n' | while read f; do flashsloth ask -q $f '{QUESTION}'; done",
        f"printf 'a.png\\0b.png\\0' | xargs -0 -P2 -I@ flashsloth ask -q @ '{QUESTION}'",
    ):
        assert shell(line).out == f"{expected}\n" * 2
