"""`chat` with a dialogue on stdin: a line is a question or a command, an answer is a line on stdout."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.conftest import QUESTION


def dialogue(cli, *lines: str, words: tuple[str | Path, ...] = ()):
    return cli("chat", "--plain", "-q", *words, input="".join(f"{line}\n" for line in lines))


def test_two_turns(cli, picture: Path, nano) -> None:
    chat = nano.chat(picture)
    said = [chat.ask(question).text() for question in (QUESTION, "What color is it?")]
    done = dialogue(cli, QUESTION, "What color is it?", words=(picture,))
    assert (done.code, done.out, done.err) == (0, "".join(f"{line}\n" for line in said), "")


def test_a_question_on_the_command_line_comes_first(cli, picture: Path, asked: list[str]) -> None:
    done = cli("chat", "--plain", picture, "What is it?", "-q", input="Is it red?\n").ok
    assert asked == ["What is it?", "Is it red?"]
    assert done.out.count("\n") == 2


def test_without_a_terminal_a_line_is_a_question(cli, asked: list[str]) -> None:
    """Also without --plain and a last newline, and with those of Windows. An empty one is not."""
    assert cli("chat", "-q", input="one\r\n\n  \n\t\ntwo").code == 0
    assert asked == ["one", "two"]
    done = dialogue(cli)
    assert (done.code, done.out, done.err) == (0, "", "")


@pytest.mark.parametrize("word", ["/quit", "/bye", "quit", " EXIT "])
def test_quit(cli, asked: list[str], word: str) -> None:
    assert dialogue(cli, "exit sign?", word, "never").code == 0
    assert asked == ["exit sign?"]


def test_help_on_stderr(cli) -> None:
    done = dialogue(cli, "/?")
    assert (done.code, done.out) == (0, "")
    for command in ("/image", "/new", "/stats", "/help", "/quit"):
        assert f"\n{command} " in f"\n{done.err}"
    assert max(map(len, done.err.splitlines())) < 40


@pytest.mark.parametrize("word", ["/new", "/clear"])
def test_new_conversation_about_the_same_picture(cli, picture: Path, expected: str, word: str) -> None:
    done = dialogue(cli, QUESTION, word, QUESTION, "/stats", words=(picture,))
    assert done.out == f"{expected}\n{expected}\n"
    assert f"a new conversation about {picture}\n" in done.err
    assert "reused" not in done.err


def test_stats(cli) -> None:
    assert dialogue(cli, "/stats").err == "no answer yet\n"
    done = dialogue(cli, "hello", words=("--set", "stats=true"))
    assert done.err.startswith("first token ")
    assert done.err.count("\n") == 1


def test_a_question_that_does_not_fit_is_not_the_end(cli, asked: list[str]) -> None:
    done = dialogue(cli, "what " * 3000, "hello")
    assert done.code == 9
    assert len(asked) == 2
    assert done.out.count("\n") == 1


def test_bytes_that_are_no_text(cli) -> None:
    cli("chat", "--plain", "-q", input=b"\xff\xfe\n").refused(3, "not UTF-8 text")


def test_ctrl_c_ends_a_scripted_dialogue(cli, slow, picture: Path) -> None:
    done = dialogue(cli, QUESTION, "hello", words=(picture,))
    assert (done.code, done.err) == (130, "")
    assert done.out.count("\n") == 1


def test_warning_about_a_missing_picture_each_time(cli) -> None:
    done = dialogue(cli, "What is in this picture?", "What is in this photo?")
    assert done.err.count("warning: no picture was given") == 2
