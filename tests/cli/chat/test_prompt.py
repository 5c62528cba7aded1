"""The line editor: typing while an answer grows, commands of a conversation, and what the screen shows."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest


from cli.chat.test_at_a_terminal import PROMPT, terminal  # noqa: F401 - a fixture
from cli.conftest import QUESTION
from paths import IMAGES

SLOWLY = "What is it?"


@pytest.mark.slow
def test_typing_ahead(terminal, picture: Path) -> None:  # noqa: F811
    """Keys typed during an answer show at once; a sent line is queued until the answer has ended."""
    chatting = terminal("chat", picture, "-q", "--max-tokens", "12", driver="slow")
    chatting.until(PROMPT)
    chatting.type(SLOWLY)
    chatting.until(re.escape(SLOWLY) + r"\n\S")
    chatting.send("And its color?")
    chatting.until_shown(r"> And its color\?$")
    chatting.type("")
    chatting.until_shown(r"\(waits\) And its color\?\n")
    chatting.until_shown(r"\n> And its color\?\n\S(.|\n)*\n> $")
    assert "(waits)" not in chatting.text
    chatting.type("/quit")
    chatting.end()
    assert [line for line in chatting.text.split("\n") if line.startswith("> ")][:2] == [
        "> What is it?",
        "> And its color?",
    ]


def test_lines_typed_before_the_prompt_are_sent_one_by_one(terminal, picture: Path, nano) -> None:  # noqa: F811
    """Enter while the model is loaded sends the line."""
    chat = nano.chat(picture)
    answers = [chat.ask(question).text() for question in (QUESTION, "What color is it?")]
    chatting = terminal("chat", picture, "-q")
    chatting.type(QUESTION)
    chatting.type("What color is it?")
    chatting.until_shown(rf"> {re.escape(QUESTION)}\n{answers[0]}\n> What color is it\?\n{answers[1]}\n> $")
    chatting.type("/quit")
    chatting.end()


@pytest.mark.slow
def test_retry_after_a_stop_before_the_first_word(terminal, picture: Path, cli) -> None:  # noqa: F811
    """It asks the question again; after a stop during the answer it replaces the turn."""
    chatting = terminal("chat", picture, "-q", driver="slow")
    chatting.until(PROMPT)
    chatting.type(SLOWLY)
    chatting.until(re.escape(SLOWLY) + r"\n\S+ \S")
    chatting.sendintr()
    chatting.until_shown(r"\(stopped; the answer so far stays in the conversation\)\n> $")
    chatting.type("/set max_tokens 8")
    chatting.until_shown(r"max_tokens is 8\n> $")
    chatting.type("/retry")
    chatting.until_shown(r"/retry\n\S+(.|\n)*\(cut at 8 tokens; use /continue for more\)\n> $")
    chatting.type("/quit")
    chatting.end()
    assert cli("sessions", "list", "--json").document["sessions"][0]["turns"] == 1


@pytest.mark.slow
def test_killed_during_an_answer(terminal, picture: Path, cli) -> None:  # noqa: F811
    """The question and most of its answer are saved, as interrupted; the answer can be continued."""
    chatting = terminal("chat", picture, "-q", driver="slow")
    chatting.until(PROMPT)
    chatting.type(SLOWLY)
    chatting.until(re.escape(SLOWLY) + r"\n(\S+\s+){12}")
    chatting.kill(signal.SIGKILL)
    chatting.end()
    (turn,) = cli("sessions", "show", "--json").document["turns"]
    assert (turn["question"], turn["finish_reason"]) == (SLOWLY, "interrupted")
    assert turn["answer"] in " ".join(chatting.text.split())
    words = " ".join(turn["answer"].split()[:3])
    chatting = terminal("chat", "--continue", "--max-tokens", "3")
    chatting.until_shown(rf"> {re.escape(SLOWLY)}\n{words}.*\n\(interrupted; /continue continues it\)\n> ")
    chatting.type("/continue")
    chatting.until_shown(r"/continue\n\S(.|\n)*\n> $")
    chatting.sendeof()
    chatting.end()
    (longer,) = cli("sessions", "show", "--json").document["turns"]
    assert longer["answer"].startswith(turn["answer"])


@pytest.mark.slow
def test_killed_before_the_first_word(terminal, picture: Path, cli) -> None:  # noqa: F811
    """The question is saved with its picture, and /retry asks it."""
    chatting = terminal("chat", picture, "-q", driver="no_word")
    chatting.until(PROMPT)
    chatting.type(QUESTION)
    chatting.until_raw("computing")
    chatting.kill(signal.SIGKILL)
    chatting.end()
    document = cli("sessions", "show", "--json").document
    assert [(turn["question"], turn["answer"]) for turn in document["turns"]] == [(QUESTION, "")]
    chatting = terminal("chat", "--continue")
    chatting.until_shown(rf"{re.escape(QUESTION)}\n\(interrupted; /retry asks again\)\n> ")
    chatting.type("/retry")
    chatting.until_shown(r"/retry\n\S(.|\n)*\n> $")
    chatting.sendeof()
    chatting.end()
    (turn,) = cli("sessions", "show", "--json").document["turns"]
    assert (turn["question"], turn["finish_reason"], turn["images"]) == (QUESTION, "stop", 1)


@pytest.mark.slow
def test_ctrl_d_during_an_answer_leaves_at_once(terminal, picture: Path) -> None:  # noqa: F811
    chatting = terminal("chat", picture, "-q", driver="slow")
    chatting.until(PROMPT)
    chatting.type(SLOWLY)
    chatting.until(re.escape(SLOWLY) + r"\n\S")
    chatting.sendeof()
    chatting.end()
    assert chatting.exitstatus == 0
    assert "(stopped; the answer so far stays in the conversation)" in chatting.text


@pytest.mark.slow
def test_ctrl_c_drops_queued_lines(terminal, picture: Path) -> None:  # noqa: F811
    chatting = terminal("chat", picture, "-q", driver="slow")
    chatting.until(PROMPT)
    chatting.type(SLOWLY)
    chatting.until(re.escape(SLOWLY) + r"\n\S")
    chatting.type("And its color?")
    chatting.until_shown(r"\(waits\) And its color\?\n")
    chatting.sendintr()
    chatting.until_shown(r"\(stopped; the answer so far stays in the conversation\)\n> $")
    assert "> And its color?" not in chatting.text
    chatting.sendeof()
    chatting.end()
    assert chatting.exitstatus == 0


@pytest.mark.slow
def test_the_history_of_lines_lasts(terminal, home: Path) -> None:  # noqa: F811
    for word in ("first", "second"):
        chatting = terminal("chat", "-q")
        chatting.until(PROMPT)
        if word == "second":
            chatting.send("\x1b[A\x1b[A")
            chatting.until_shown("> first words$")
            chatting.sendintr()
            chatting.until_cleared()
        chatting.type(f"{word} words")
        chatting.until_shown(rf"> {word} words\n\S.*\n> $")
        chatting.type("/quit")
        chatting.end()
    assert (home / "prompts").stat().st_mode & 0o077 == 0


@pytest.mark.slow
def test_no_history_writes_nothing(terminal, home: Path) -> None:  # noqa: F811
    chatting = terminal("chat", "-q", "--no-history")
    chatting.until(PROMPT)
    chatting.type("hello")
    chatting.until_shown(r"> hello\n\S.*\n> $")
    chatting.type("/quit")
    chatting.end()
    assert list(home.iterdir()) == []


@pytest.mark.slow
def test_a_paste_of_many_lines(terminal) -> None:  # noqa: F811
    """As a bracketed paste, whose newlines do not send it."""
    chatting = terminal("chat", "-q", "--max-tokens", "3")
    chatting.until(PROMPT)
    lines = [f"line {i}" for i in range(500)]
    chatting.send("\x1b[200~" + "\n".join(lines) + "\x1b[201~")
    chatting.until_shown("line 499$")
    chatting.type("")
    chatting.until_shown(r"\n> line 0\n  line 1\n(.|\n)*\n  line 499\nerror: the prompt has \d+ tokens(.|\n)*\n> $")
    chatting.sendeof()
    chatting.end()


@pytest.mark.slow
def test_a_line_of_several_lines(terminal, picture: Path) -> None:  # noqa: F811
    chatting = terminal("chat", picture, "-q")
    chatting.until(PROMPT)
    chatting.send("What is\n")  # Ctrl-J
    chatting.send("in the picture?")
    chatting.until_shown(r"> What is\n  in the picture\?$")
    chatting.type("")
    chatting.until_shown(r"> What is\n  in the picture\?\n\S.*\n> $")
    chatting.type("/quit")
    chatting.end()


@pytest.mark.slow
def test_edit_in_place(terminal, picture: Path) -> None:  # noqa: F811
    chatting = terminal("chat", picture, "-q")
    chatting.until(PROMPT)
    chatting.type(QUESTION)
    chatting.until_shown(re.escape(QUESTION) + r"\n\S.*\n> $")
    chatting.type("/edit")
    chatting.until_shown(r"/edit\n> " + re.escape(QUESTION) + "$")
    chatting.send(" Really?\r")
    chatting.until_shown(r"Really\?\n\S.*\n> $")
    chatting.type("/undo")
    chatting.until_shown(r"removed the turn: " + re.escape(QUESTION) + r" Really\?\n> $")
    chatting.type("/undo")
    chatting.until_shown("error: there is nothing to undo")
    chatting.sendeof()
    chatting.end()


@pytest.mark.slow
def test_continue_the_last_conversation(terminal, home: Path) -> None:  # noqa: F811
    """Its picture is saved: the file may be missing."""
    image = home / "all.png"
    image.write_bytes(next(IMAGES.glob("*.png")).read_bytes())
    chatting = terminal("chat", image, "-q")
    chatting.until(PROMPT)
    chatting.type(QUESTION)
    chatting.until_shown(re.escape(QUESTION) + r"\n\S.*\n> $")
    chatting.type("/save market")
    chatting.until_shown(r"saved as market; flashsloth chat --session market continues it\n> $")
    answer = re.search(re.escape(QUESTION) + r"\n(.*)\n> /save market", chatting.text)
    assert answer is not None
    chatting.sendeof()
    chatting.end()
    image.unlink()
    chatting = terminal("chat", "--continue")
    chatting.until_shown("Continuing market, 1 turn. The last one was:\n" + re.escape(f"> {QUESTION}\n{answer[1]}\n> "))
    chatting.type("What color is it?")
    chatting.until_shown(r"\n> What color is it\?\n\S.*\n> $")
    chatting.sendeof()
    chatting.end()
    assert chatting.exitstatus == 0
