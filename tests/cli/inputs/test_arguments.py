"""Words of the command line, -p and stdin as a question and pictures."""

from __future__ import annotations

import base64
import shutil
from pathlib import Path

import pytest

from cli.conftest import QUESTION
from flashsloth.chat import ONE_PICTURE


def source(done) -> str:
    [image] = done.document["images"]
    text: str = image["source"]
    return text


@pytest.mark.parametrize(
    "name", ["my photo's.png", 'q"uote.png', "日本 ü.png", "new\nline.png", "a[1].png", "100%.png"]
)
def test_odd_file_names(cli, picture: Path, name: str, expected: str) -> None:
    shutil.copy(picture, name)
    done = cli("ask", name, QUESTION, "-q", "--json")
    assert source(done) == name
    assert done.document["response"] == expected


def test_a_name_that_begins_with_a_dash(cli, picture: Path) -> None:
    shutil.copy(picture, "-dash.png")
    assert source(cli("ask", "-q", "--json", "-p", QUESTION, "--", "-dash.png")) == "-dash.png"
    assert source(cli("ask", "-q", "--json", "-p", QUESTION, "./-dash.png")) == "./-dash.png"


def test_tilde_and_file_url(cli, home: Path, picture: Path) -> None:
    shutil.copy(picture, home / "a b.png")
    assert source(cli("ask", "~/a b.png", QUESTION, "-q", "--json")) == "~/a b.png"
    url = (home / "a b.png").as_uri()
    assert source(cli("ask", url, QUESTION, "-q", "--json")) == url
    shutil.copy(picture, home / "b[1].png")
    assert cli("ask", f"file://{home}/b[1].png", QUESTION, "-q").code == 0


def test_data_url(cli, picture: Path, expected: str) -> None:
    url = "data:image/png;base64," + base64.b64encode(picture.read_bytes()).decode()
    done = cli("ask", url, QUESTION, "-q", "--json")
    assert done.document["response"] == expected
    assert source(done) == "data:image/png;base64,…"


def test_quoted_glob(cli, picture: Path) -> None:
    shutil.copy(picture, "one disc.png")
    assert source(cli("ask", "one*.p?g", "-p", QUESTION, "-q", "--json")) == "one disc.png"
    none = cli("ask", "two*.png", "-p", QUESTION, "-q")
    assert none.code == 3
    assert none.error[0] == "no file matches two*.png"


def test_two_pictures(cli, picture: Path) -> None:
    shutil.copy(picture, "a.png")
    shutil.copy(picture, "b.png")
    for words in (("a.png", "b.png"), ("*.png",)):
        document = cli("ask", *words, "-p", QUESTION, "--json").document
        assert [image["source"] for image in document["images"]] == ["a.png", "b.png"]
        assert document["usage"]["visual_tokens"] == sum(image["visual_tokens"] for image in document["images"])
        assert document["warnings"] == [ONE_PICTURE.format(2)]


# The question


def test_a_sentence_is_the_question(cli, picture: Path) -> None:
    assert cli("ask", picture, "What is 1/2?", "-q", "--json").document["prompt"] == "What is 1/2?"
    assert (
        cli("ask", "What is [this] *thing?", "-q", "--json", "--no-picture").document["prompt"]
        == "What is [this] *thing?"
    )


def test_a_missing_picture_is_never_the_question(cli, picture: Path) -> None:
    """`my photo.jpg` ends like a picture, so it is a missing picture."""
    done = cli("ask", "my photo.jpg", "-p", QUESTION, "-q")
    assert done.code == 3
    assert done.error[0].startswith("no file my photo.jpg in ")
    shutil.copy(picture, "my photo.jpeg")
    near = cli("ask", "my photo.jpg", "-p", QUESTION, "-q")
    assert near.error[1] == "Did you mean my photo.jpeg?"


@pytest.mark.parametrize("command", ["ask", "chat"])
def test_a_last_word_that_is_no_path_is_the_question(cli, picture: Path, command: str) -> None:
    shutil.copy(picture, "foo.png")
    for words in (("Describe",), ("foo.png", "Describe."), ("foo.png", "Beschreibe!"), ("描述这张图",)):
        document = cli(command, picture, *words, "--json").document
        assert (document["prompt"], len(document["images"])) == (words[-1], len(words))


@pytest.mark.parametrize("word", ["pie.pgn", "a/b", "foo_2", "img0012", "@notes", "Colour?", "[abc]"])
def test_a_word_like_a_path_is_not_the_question(cli, picture: Path, word: str) -> None:
    done = cli("ask", picture, word, "-q")
    assert (done.code, done.error[0].split(" ")[-1]) == (3, word)
    assert done.error[1].startswith(f"If it is the question: -p '{word}'")


def test_a_word_like_a_file_here_is_not_the_question(cli, picture: Path) -> None:
    shutil.copy(picture, "Foo.png")
    Path("descriptions").mkdir()
    for word, near in (("foo", "Foo.png"), ("description", "descriptions")):
        done = cli("ask", picture, word, "-q")
        assert (done.code, done.error[1]) == (3, f"Did you mean {near}? If it is the question: -p '{word}'")


def test_a_word_alone_or_first_is_not_the_question(cli, picture: Path) -> None:
    for words in (("colour",), ("colour", picture)):
        done = cli("ask", *words, "-q")
        assert (done.code, done.error) == (3, ("there is no file colour", "If it is the question: -p 'colour'"))


@pytest.mark.parametrize("word", ["Colour?", "colour"])
def test_a_missing_picture_is_reported_before_a_likely_question(cli, picture: Path, word: str) -> None:
    shutil.copy(picture, "sign.png")
    done = cli("ask", "sing.png", word, "-q")
    assert done.code == 3
    assert done.error[0].startswith("no file sing.png in ")
    assert done.error[1] == "Did you mean sign.png?"
    assert cli("ask", "no*.png", word, "-q").error[0] == "no file matches no*.png"
    if word == "Colour?":
        assert cli("ask", "https://example.org/a.png", word, "-q").error[0].endswith(f" {word}")


@pytest.mark.parametrize("command", ["ask", "chat"])
def test_the_question_may_stand_anywhere(cli, picture: Path, expected: str, command: str) -> None:
    """If only one word can be the question. A path in quotes of its own cannot."""
    shutil.copy(picture, "my disc.png")
    shutil.copy(picture, "b.png")
    for words in ((QUESTION, picture), (picture, QUESTION), (QUESTION, "'my disc.png'")):
        assert cli(command, *words, "-q").out == f"{expected}\n"
    document = cli(command, "b.png", QUESTION, "my disc.png", "--json").document
    assert (document["prompt"], len(document["images"])) == (QUESTION, 2)


@pytest.mark.parametrize("command", ["ask", "chat"])
@pytest.mark.parametrize(
    ("words", "code", "message", "line"),
    [
        (("a.png", "What", "is", "this?"), 3, "there is no file What", 'a.png "What is this?"'),
        (("What", "is", "this", "a.png"), 3, "there is no file What", 'a.png "What is this"'),
        (("a.png", "-p", "What", "is", "this"), 3, "there is no file is", 'a.png -p "What is this"'),
        (
            *(("a.png", "What is this?", "Where is it?"), 2),
            '2 words could be the question: "What is this?", "Where is it?"',
            'a.png "What is this? Where is it?"',
        ),
        (
            *(("my new photo", "What costs $5?"), 2),
            "2 words could be the question: \"my new photo\", 'What costs $5?'",
            "'my new photo' -p 'What costs $5?'",
        ),
    ],
)
def test_a_question_that_is_not_one_word(
    cli, picture: Path, command: str, words: tuple[str, ...], code: int, message: str, line: str
) -> None:
    """The hint shows the corrected line."""
    shutil.copy(picture, "a.png")
    done = cli(command, *words, "-q")
    assert (done.code, done.error[0]) == (code, message)
    assert done.error[1].endswith(f"flashsloth {command} {line}")


def test_a_close_file_name_is_reported_first(cli, picture: Path) -> None:
    shutil.copy(picture, "market.png")
    for words in (("market",), ("market", "-p", "Colour?"), ("market", "What is it?"), ("market", "is", "it")):
        done = cli("ask", *words, "-q")
        assert (done.code, done.error[1]) == (3, "Did you mean market.png?")


# Without a picture


@pytest.mark.parametrize(
    "words",
    [
        ("ask", "What is this?"),
        ("ask", "-p", "What is this?", "--json"),
        ("ask", "--each", "-p", "What is this?"),
        ("ask", "--session", "market", "-p", "What is this?"),
        ("ask", "-t", "caption"),
        ("chat", "-p", "What is this?"),
        ("chat", "What is this?"),
        ("batch", "rows.jsonl"),
        ("ask", "-m", "no-such-model", "What is this?"),
    ],
)
def test_no_picture_at_all(cli, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """The error comes before a model is opened."""
    from flashsloth_cli.runs import open_model

    monkeypatch.setattr(open_model, "open_model", lambda *_, **__: pytest.fail("a model was opened"))
    Path("rows.jsonl").write_text('{"prompt": "What is this?"}\n' * 2)
    done = cli(*words)
    if "--json" in words:
        assert done.error_document["code"] == "no_picture"
        return
    assert done.code == 3
    assert done.error[0].startswith("no row has a picture" if words[0] == "batch" else "no picture was given")
    assert "--no-picture" in done.error[1]


@pytest.mark.parametrize("command", [("ask",), ("chat",), ("run", "nano")])
def test_hints_name_the_typed_command(cli, picture: Path, command: tuple[str, ...]) -> None:
    typed = f"flashsloth {' '.join(command)} "
    for words in ((), (picture,), (picture, "-t", "yes-no"), ("-p", "hi"), (picture, "what", "now"), ("-",), ("",)):
        assert typed in cli(*command, *words).error[1], words


@pytest.mark.parametrize("command", ["ask", "chat"])
def test_no_picture_is_allowed(cli, nano, command: str) -> None:
    assert cli(command, "--no-picture", "-p", "hello", "-q").out == nano.chat().ask("hello").text() + "\n"


def test_an_unset_variable_in_quotes(cli) -> None:
    done = cli("ask", "", "What is this?")
    assert (done.code, done.error[0]) == (3, "no file: the path is empty")


@pytest.mark.parametrize("word", ["", "  ", "\n"])
def test_an_empty_question(cli, picture: Path, word: str) -> None:
    done = cli("ask", picture, word)
    assert (done.code, done.error[0]) == (2, "the question is empty")


@pytest.mark.parametrize("words", [(), ("disc.png",), ("-p", ""), ("disc.png", "-p", " \n")])
def test_no_question(cli, picture: Path, words: tuple[str, ...]) -> None:
    shutil.copy(picture, "disc.png")
    done = cli("ask", *words)
    assert done.code == 2
    assert done.error[0] == "no question was given"


def test_prompt_from_a_file(cli) -> None:
    Path("question.txt").write_text("Wie heißt du?\nKurz.\n", encoding="utf-8")
    assert (
        cli("ask", "-p", "@question.txt", "-q", "--json", "--no-picture").document["prompt"] == "Wie heißt du?\nKurz."
    )
    assert cli("ask", "-p", "@@home", "-q", "--json", "--no-picture").document["prompt"] == "@home"


@pytest.mark.parametrize(
    ("prompt", "reason"),
    [("@none.txt", "No such file or directory"), ("@.", "Is a directory"), ("@bytes", "it is not UTF-8 text")],
)
def test_prompt_file_that_cannot_be_read(cli, prompt: str, reason: str) -> None:
    Path("bytes").write_bytes(b"\xff\xfe\x00")
    done = cli("ask", "-p", prompt)
    assert done.code == 3
    assert done.error == (
        f"the prompt file {prompt[1:]} cannot be read: {reason}",
        "Write a text that begins with @ as @@.",
    )


@pytest.mark.parametrize("words", [("-p", "\udcff"), ("-p", "hi", "-s", "\udcff")])
def test_bytes_that_are_not_utf8(cli, words: tuple[str, ...]) -> None:
    """Python represents them as lone surrogates."""
    done = cli("ask", *words, "-q", "--no-picture")
    assert done.code == 3
    assert "is not text in UTF-8" in done.error[0]


# stdin


def test_picture_on_stdin(cli, picture: Path, expected: str) -> None:
    for words in (("-", QUESTION), (QUESTION,), ("-p", QUESTION), ("-", "-p", QUESTION)):
        done = cli("ask", *words, "-q", "--json", input=picture.read_bytes())
        assert done.document["response"] == expected
        assert source(done) == "-"


@pytest.mark.parametrize("words", [(), ("-",)])
def test_picture_and_text_on_stdin(cli, picture: Path, words: tuple[str, ...]) -> None:
    data = picture.read_bytes()
    for stdin, question in (
        (data + b"What is this?\n", "What is this?"),
        (b"What is this?\n" + data, "What is this?"),
        (b"Look.\n" + data + b"What is it?\n", "Look.\n\nWhat is it?"),
    ):
        document = cli("ask", *words, "-q", "--json", input=stdin).document
        assert document["prompt"] == question
        assert [image["source"] for image in document["images"]] == ["-"]
        both = cli("ask", *words, "-p", "Short:", "-q", "--json", input=stdin).document
        assert both["prompt"] == f"Short:\n\n{question}"


def test_text_on_stdin_joins_the_question(cli, picture: Path) -> None:
    done = cli("ask", picture, "-p", "Is this right?", "-q", "--json", input="It is a disc.\n")
    assert done.document["prompt"] == "Is this right?\n\nIt is a disc."
    assert source(done) == str(picture)
    assert cli("ask", "-q", "--json", "--no-picture", input="Who are you?\n").document["prompt"] == "Who are you?"
    assert cli("ask", "--no-picture", "-p", "hi", "-q", "--json", input=" \n\n").document["prompt"] == "hi"


@pytest.mark.parametrize(
    ("stdin", "note"),
    [
        ("one\n", "1 line from stdin was added to the question"),
        ("one\n\ntwo and\nthree.\n", "3 lines from stdin were added to the question"),
    ],
)
def test_a_note_about_text_on_stdin(cli, picture: Path, stdin: str, note: str) -> None:
    words = ("ask", picture, "-m", "nano")
    for question in (("-p", QUESTION), (QUESTION,)):
        assert cli(*words, *question, input=stdin).err == f"note: {note}\n"
        assert cli(*words, *question, "-q", input=stdin).err == ""
        assert cli(*words, *question, "--json", input=stdin).document["warnings"] == [note]
    assert cli(*words, input=stdin).err == ""  # all of the question comes from there
    assert cli(*words, "-p", QUESTION, input="\n \n").err == ""
    done = cli(*words, "-p", QUESTION, "--json", input="\0\0")
    assert (done.document["prompt"], done.document["warnings"]) == (QUESTION, [])


@pytest.mark.parametrize("stdin", ["b.png\nno/such/c.JPG\n", "notes\n", "a.png\0b.png\0"])
def test_a_warning_about_paths_on_stdin(cli, picture: Path, stdin: str) -> None:
    """As a loop leaves them there. -q does not hide it."""
    Path("notes").touch()
    done = cli("ask", picture, "-p", QUESTION, "-q", input=stdin)
    assert done.code == 0
    assert done.err.startswith("warning: ")
    for what in ("from stdin", "look", "--no-stdin", "</dev/null", "flashsloth batch -"):
        assert what in done.err
    [warning] = cli("ask", picture, "-p", QUESTION, "-q", "--json", input=stdin).document["warnings"]
    assert done.err == f"warning: {warning}\n"
    assert "look" not in cli("ask", picture, "-p", QUESTION, input=f"Is it one of these?\n{stdin}").err


def test_a_list_of_paths_without_a_picture(cli) -> None:
    done = cli("ask", "-p", QUESTION, input="a.png\nb.png\n")
    assert done.code == 3
    assert "flashsloth batch -" in done.err


def test_stdin_is_left_alone(cli) -> None:
    assert cli("ask", "--no-picture", "-p", "hi", "-q", "--json", "--no-stdin", input="more").document["prompt"] == "hi"


@pytest.mark.parametrize(
    ("words", "stdin", "code", "message"),
    [
        (("-", "-p", "hi"), b"", 3, "stdin is empty"),
        (("-", "-", "-p", "hi"), b"x", 2, "stdin can be only one picture"),
        (("-", "-p", "hi", "--no-stdin"), b"x", 2, "- reads a picture from stdin, but nothing is piped in"),
        (("-", "-p", "hi"), b"just text", 3, "standard input is text, not a picture"),
        (("-p", "hi"), b"\x80\x81\x82", 3, "stdin is neither text nor a picture"),
    ],
)
def test_stdin_that_does_not_fit(cli, words: tuple[str, ...], stdin: bytes, code: int, message: str) -> None:
    done = cli("ask", *words, input=stdin)
    assert (done.code, done.error[0]) == (code, message)


def test_stdin_without_end(cli, monkeypatch: pytest.MonkeyPatch) -> None:
    from flashsloth.images import sources

    monkeypatch.setattr(sources, "MAX_FILE_BYTES", 2**20)
    done = cli("ask", "--no-picture", "-p", "hi", input=b"a" * (2**20 + 1))
    assert (done.code, done.error[0]) == (3, "stdin has more than 1 MB")


@pytest.mark.slow
def test_while_read_loop(shell, picture: Path) -> None:
    """--no-stdin leaves the input to the loop."""
    shutil.copy(picture, "a.png")
    shutil.copy(picture, "b.png")
    done = shell(
        'printf "a.png\\nb.png\\n" | while read f; do flashsloth ask -q --no-stdin "$f" -p "What is it?"; done'
    )
    assert (done.code, done.err) == (0, "")
    first, second = done.out.splitlines()
    assert first == second


# The clipboard
