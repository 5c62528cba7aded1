"""The prompt: keys, pastes, typing while an answer grows, and commands of a conversation."""

from __future__ import annotations

import io
import os
import random
import re
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from prompt_toolkit.completion import DummyCompleter
from prompt_toolkit.data_structures import Size
from prompt_toolkit.keys import Keys
from prompt_toolkit.output import DummyOutput
from prompt_toolkit.output.vt100 import Vt100_Output

from cli.chat.test_at_a_terminal import PROMPT, terminal  # noqa: F401 - a fixture
from cli.conftest import QUESTION
from flashsloth_cli.chat import prompt
from flashsloth_cli.chat.prompt import LiveWriter, Prompt
from paths import IMAGES

SLOWLY = "What is it?"


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bytes], object]]:
    """A terminal whose keys the test presses."""
    keys, device = os.openpty()
    with open(device) as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        monkeypatch.setattr(prompt, "create_output", lambda **_: DummyOutput())
        yield lambda data: os.write(keys, data)
    os.close(keys)


def new_prompt() -> Prompt:
    return Prompt(lambda _: "", DummyCompleter(), None)


def test_a_torn_paste_is_one_paste(keyboard: Callable[[bytes], object]) -> None:
    keys = new_prompt()._session.input
    with keys.raw_mode():
        keyboard(b"\x1b[200~one\r")
        assert keys.read_keys() == []
        keyboard(b"two\x1b[201~")
        (paste,) = keys.read_keys()
    assert (paste.key, paste.data) == (Keys.BracketedPaste, "one\rtwo")


def test_a_paste_without_its_end(keyboard: Callable[[bytes], object], monkeypatch: pytest.MonkeyPatch) -> None:
    """After a moment it stands in the line, and keys work."""
    monkeypatch.setattr(prompt, "PATIENCE", 0.01)
    made = new_prompt()
    made._session.default_buffer.on_text_changed += lambda buffer: buffer.text.endswith("two") and keyboard(b"!\r")
    made.open()
    keyboard(b"\x1b[200~one\rtwo")
    assert made.read() == "one\ntwo!"
    made.close()


PIECES = [
    *(bytes([each]) for each in range(256) if each not in (0x03, 0x04, 0x05, 0x1A)),  # leave, edit, stop
    *(b"\x1b[31m", b"\x1b[<1m", b"\x1b[M\xff\xff\xff", b"\x1b[5;9R", b"\x1b[200~", b"\x1b[201~", b"\x1b[A", b"\x1b[3~"),
    *(b"\x1bO", b"\x1b#", b"\x1b9", b"\x18(", b"\x18)", b"\x18e", b"\x11\x1b", b"\x12", b"\x0f", "é👍".encode()),
]


@pytest.mark.parametrize("seed", range(4))
def test_no_other_key_leaves(
    keyboard: Callable[[bytes], object],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    seed: int,
) -> None:
    """Random keys neither end the conversation nor fail, and the next line arrives whole."""
    monkeypatch.setattr(prompt, "PATIENCE", 0.01)
    made = Prompt(lambda _: "", DummyCompleter(), tmp_path / "lines")
    pressed = b"".join(random.Random(seed).choices(PIECES, k=3000))

    def press() -> None:
        for at in range(0, len(pressed), 200):
            keyboard(pressed[at : at + 200])
        keyboard(b"\x1b[201~\x07\x07\r\x03the end\r")

    made.open()
    threading.Thread(target=press, daemon=True).start()
    while (line := made.read()) != "the end":
        assert line is not None
    made.close()
    assert "exception" not in "".join(capsys.readouterr())


def test_ctrl_c_just_after_enter_stops_the_question(keyboard: Callable[[bytes], object]) -> None:
    """It is neither lost nor asked; what was typed before it is dropped, and the next question is not stopped."""
    made = new_prompt()
    keys = [b"first\rsecond\r\x03third\r"]  # at once, when the prompt has the terminal
    made._session.app.after_render += lambda _: keys and keyboard(keys.pop())
    assert made.read() == "first"
    with pytest.raises(KeyboardInterrupt), made.answering():
        pytest.fail("it was asked")
    assert made.read() == "third"
    with made.answering():
        pass
    made.close()


def test_a_stopped_answer_drops_the_lines_typed_ahead(keyboard: Callable[[bytes], object]) -> None:
    made = new_prompt()
    made.open()
    keyboard(b"first\rsecond\r")
    assert made.read() == "first"
    with pytest.raises(KeyboardInterrupt), made.answering():
        raise KeyboardInterrupt
    keyboard(b"third\r")
    assert made.read() == "third"
    made.close()


def test_joined_emoji_are_drawn_one_by_one(
    keyboard: Callable[[bytes], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some terminals join them and others not; the cursor is right in both. The question keeps them."""
    screen, text = io.StringIO(), "👨‍👩‍👧 👍🏽 ❤️ 中 end"
    output = Vt100_Output(screen, lambda: Size(rows=24, columns=80), term="xterm", enable_cpr=False)
    monkeypatch.setattr(prompt, "create_output", lambda **_: output)
    made = new_prompt()
    made._session.app.after_render += lambda app: "!" in app.current_buffer.text and keyboard(b"\r")
    made.open()
    keyboard(f"{text}\x1b[D!".encode())
    assert made.read() == f"{text[:-1]}!d"
    made.close()
    assert {"👨", "👩", "👧"} <= set(screen.getvalue())
    assert not {"\u200d", "\ufe0f", "🏽"} & set(screen.getvalue())


@pytest.mark.parametrize(
    ("columns", "up", "environment"),
    [
        (80, 1, {}),
        (40, 1 + 1, {}),
        (20, 1 + 3 + 1, {}),
        (20, 1, {"XTERM_VERSION": "XTerm(379)"}),  # which cuts lines
        (20, 1, {"TERM": "screen"}),
        (20, 1 + 3 + 1, {"TERM": "screen", "TMUX": "/tmp/s,1,0"}),
    ],
)
def test_a_narrower_window_erases_the_rows_that_wrapped(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    columns: int,
    up: int,
    environment: dict[str, str],
) -> None:
    for name in ("TMUX", "XTERM_VERSION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"COLUMNS": "80", **environment}.items():  # COLUMNS stays as it was
        monkeypatch.setenv(name, value)
    sizes = [Size(rows=40, columns=80)]
    writer = LiveWriter(lambda: sizes[-1], markdown=False)
    writer.write("a" * 61 + "\n" + "b" * 30)
    capsys.readouterr()
    sizes.append(Size(rows=40, columns=columns))
    writer.end()
    assert capsys.readouterr().out.startswith(f"\r\x1b[{up}A\x1b[K")


@pytest.mark.slow
def test_typing_ahead(terminal, picture: Path) -> None:  # noqa: F811
    """Keys typed during an answer wait for its end: a sent line is asked, the next stands in the prompt."""
    chatting = terminal("chat", picture, "-q", "--max-tokens", "12", driver="slow")
    chatting.until(PROMPT)
    chatting.type(SLOWLY)
    chatting.until(re.escape(SLOWLY) + r"\n\S")
    chatting.type("And its color?")
    chatting.send("/qu")
    chatting.until_shown(r"\n> What is it\?\n\S(.|\n)*\n> And its color\?\n\S(.|\n)*\n> /qu$")
    chatting.type("it")
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
    chatting = terminal("chat", "--continue", "--max-tokens", "3", driver="slow")  # which does not end it at once
    chatting.until_shown(rf"> {re.escape(SLOWLY)}\n{words}.*\n\(interrupted; /continue continues it\)\n> ")
    chatting.type("/continue")
    chatting.until_shown(r"/continue\n\S(.|\n)*\n> $")
    chatting.sendeof()
    chatting.end()
    (longer,) = cli("sessions", "show", "--json").document["turns"]
    assert longer["answer"].startswith(turn["answer"])
    assert longer["finish_reason"] != "interrupted"


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
def test_keys_during_an_answer(terminal, picture: Path) -> None:  # noqa: F811
    """Ctrl-C drops the lines typed before it; Ctrl-D waits, and leaves. Keys of other programs do nothing."""
    chatting = terminal("chat", picture, "-q", driver="slow")
    chatting.until(PROMPT)
    chatting.type(SLOWLY)
    chatting.until(re.escape(SLOWLY) + r"\n\S")
    chatting.type("And its color?\x1b[31m\x1c\x0f\x13")
    chatting.until(r"\S+ \S+ \S+")
    chatting.sendintr()
    chatting.until_shown(r"\(stopped; the answer so far stays in the conversation\)\n> $")
    assert "> And its color?" not in chatting.text
    chatting.type("/set max_tokens 6")
    chatting.type(SLOWLY)
    chatting.sendeof()
    chatting.end()
    assert chatting.exitstatus == 0
    assert chatting.text.endswith("(cut at 6 tokens; use /continue for more)\n")


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
