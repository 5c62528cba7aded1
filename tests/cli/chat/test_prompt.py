"""The prompt: keys, pastes, typing while an answer grows, and commands of a conversation."""

from __future__ import annotations

import io
import os
import random
import re
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pyte
import pytest
from prompt_toolkit import PromptSession
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import create_input
from prompt_toolkit.input.typeahead import clear_typeahead
from prompt_toolkit.output import DummyOutput
from prompt_toolkit.output.vt100 import Vt100_Output

from cli.conftest import QUESTION
from flashsloth.errors import OptionError
from flashsloth.images.reader import read_image
from flashsloth_cli.asking import models
from flashsloth_cli.chat import prompt
from flashsloth_cli.chat.prompt import LiveWriter, Prompt
from flashsloth_cli.chat.repl import Repl
from flashsloth_cli.chat.slash_commands import _set
from flashsloth_cli.options import Options
from flashsloth_cli.settings.settings import Settings, resolve

SLOWLY = "What is it?"


Keyboard: TypeAlias = Callable[[bytes], object]


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[Keyboard]:
    """A terminal whose keys the test presses."""
    keys, device = os.openpty()
    with open(device) as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        monkeypatch.setattr(prompt, "create_output", lambda **_: DummyOutput())
        # prompt_toolkit keeps keys that an earlier test typed ahead, by the number of the file
        clear_typeahead(create_input(stdin))
        yield lambda data: os.write(keys, data)
    os.close(keys)


def new_prompt(lines: Path | None = None) -> tuple[Prompt, PromptSession[str]]:
    made = Prompt(lambda _: "", lambda: {"market": "What?", "mark two": "Who?"}, lines)
    # prompt_toolkit's own object, which says when keys are read and lines are drawn
    return (made, made._session)


def test_a_torn_paste_is_one_paste(keyboard: Keyboard) -> None:
    """Without the terminal's report of its cursor, which may come in between."""
    made, session = new_prompt()
    rest = [b"\x1b[5;9Rtwo\x1b[201~!\r"]
    session.app.after_render += lambda _: rest and keyboard(rest.pop())
    made.open()
    keyboard(b"\x1b[200~one\r")
    assert made.read() == "one\ntwo!"
    made.close()


def test_a_paste_without_its_end(keyboard: Keyboard, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a moment it stands in the line, and keys work."""
    monkeypatch.setattr(prompt, "PATIENCE", 0.01)
    made, session = new_prompt()
    session.default_buffer.on_text_changed += lambda buffer: (
        buffer.text.endswith("two") and keyboard(b"!\r")
    )
    made.open()
    keyboard(b"\x1b[200~one\rtwo")
    assert made.read() == "one\ntwo!"
    made.close()


REPORTS = [
    *("\x1b[I", "\x1b[O"),  # the window has the focus, or not
    "\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\",  # replies to queries: the background
    "\x1b]11;rgb:1e1e/1e1e/1e1e\x07",
    "\x1b]lä title\x1b\\",
    *("\x1b[?61;6;7;22c", "\x1b[>41;379;0c"),  # what kind of terminal it is
    *("\x1bP>|tmux 3.6\x1b\\", "\x1bP!|00000000\x1b\\", "\x1bP1$r0 q\x1b\\"),
    *("\x1b[?2026;2$y", "\x1b[?0u", "\x1b[?997;1n", "\x1b[8;24;80t", "\x1b[0n"),
    "\x1b_Gi=1;OK\x1b\\",
    *("\x1b[57441;2u", "\x1b[97;1:3u", "\x1b[13;1:3u", "\x1b[97;9u"),  # Shift; releases; Super-A
]


def write_in_pieces(session: PromptSession[str], keyboard: Keyboard, pieces: list[bytes]) -> None:
    """Press keys, each piece after the one before it was read."""
    read = session.input.read_keys
    rest = pieces[::-1]

    def read_next():
        keys = read()
        if rest:
            keyboard(rest.pop())
        return keys

    session.input.read_keys = read_next
    keyboard(rest.pop())


@pytest.mark.parametrize("report", REPORTS)
def test_reports_of_the_terminal_are_not_typed(keyboard: Keyboard, report: str) -> None:
    """Neither before the prompt, nor at it, nor in pieces; keys around them arrive."""
    made, session = new_prompt()
    keyboard(f"a{report}b".encode())
    made.open()
    data = f"{report}c{report}d".encode()
    write_in_pieces(session, keyboard, [data, *(bytes([each]) for each in data), b"\r"])
    assert made.read() == "abcdcd"
    made.close()


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ("one\x1b[13u", "one"),  # kitty's protocol
        ("one\x1b[13;1:1u", "one"),
        ("one\x1b[13;129u", "one"),  # with Num Lock
        ("one\x1b[57414u", "one"),  # the keypad's
        ("one\x1b[13;2utwo\r", "one\ntwo"),
        ("one\x1b[13;3utwo\r", "one\ntwo"),
        ("one\x1b[13;5utwo\r", "one\ntwo"),
        ("one\x1b[27;2;13~two\r", "one\ntwo"),  # xterm's protocol
        ("one\x1b[27;5;13~two\r", "one\ntwo"),
        ("\x1b[111u\x1b[110;2u\x1b[101:69;1u!\r", "oNe!"),
        ("one\x1b[127utwo\x1b[27;5;97~!\r", "!ontwo"),  # Backspace; Ctrl-A
        ("/expo\x1b[9ux\r", "/export x"),  # Tab
        ("one two\x1b[98;3u!\r", "one !two"),  # Alt-B
        ("one\x1b[49;5u\r", "one1"),  # Ctrl-1 is no control character
        ("one\x1b[D!\x1b[1;5D?\x1b[[A\r", "on?!e"),  # arrows; F1 of Linux' console
        ("one\x1b]12\r", "one]12"),  # Alt-], which begins no report
        ("\x1b[5;9R\x1b[<0;3;4M\x1b[M !!one\r", "one"),  # the cursor, and the mouse
    ],
)
def test_keys_in_other_protocols(keyboard: Keyboard, keys: str, line: str) -> None:
    """Which a program that was killed has left on: Enter sends, with Shift it begins a new line."""
    made, _ = new_prompt()
    made.open()
    keyboard(f"{keys}\r".encode())
    assert made.read() == line
    made.close()


def test_escape_and_an_unfinished_report_do_not_keep_keys(
    keyboard: Keyboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What follows Escape, and what follows the beginning of a report, comes after a moment."""
    monkeypatch.setattr(prompt, "PATIENCE", 0.01)
    made, session = new_prompt()
    session.default_buffer.on_text_changed += lambda buffer: (
        buffer.text.endswith("12") and keyboard(b"!\r")
    )
    made.open()
    keyboard(b"one\x1b]12")
    assert made.read() == "one]12!"
    made.close()


def test_no_warning_from_a_terminal_that_does_not_say_where_its_cursor_is(
    keyboard: Keyboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = io.StringIO()
    output = Vt100_Output(drawn, lambda: Size(rows=24, columns=80), term="xterm")
    monkeypatch.setattr(drawn, "isatty", lambda: True, raising=False)
    monkeypatch.delenv("PROMPT_TOOLKIT_NO_CPR", raising=False)
    monkeypatch.setattr(prompt, "create_output", lambda **_: output)
    made, session = new_prompt()
    monkeypatch.setattr(session.app.renderer, "CPR_TIMEOUT", 0)
    # The second key is pressed after the time is over, and the line ends after what is drawn then.
    pressed = [b"\r", b"b", b"a"]
    session.app.after_render += lambda _: pressed and keyboard(pressed.pop())
    made.open()
    assert made.read() == "ab"
    made.close()
    assert "\x1b[6n" in drawn.getvalue()
    assert "WARNING" not in drawn.getvalue()


PIECES = [
    *(
        bytes([each]) for each in range(256) if each not in (0x03, 0x04, 0x05, 0x1A)
    ),  # leave, edit, stop
    *(
        b"\x1b[31m",
        b"\x1b[<1m",
        b"\x1b[M\xff\xff\xff",
        b"\x1b[5;9R",
        b"\x1b[200~",
        b"\x1b[201~",
        b"\x1b[A",
        b"\x1b[3~",
    ),
    *(
        b"\x1bO",
        b"\x1b#",
        b"\x1b9",
        b"\x18(",
        b"\x18)",
        b"\x18e",
        b"\x11\x1b",
        b"\x12",
        b"\x0f",
        "é👍".encode(),
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.nightly) for seed in (1, 2, 3))]
)
def test_no_other_key_leaves(
    keyboard: Keyboard,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    seed: int,
) -> None:
    """Random keys neither end the conversation nor fail, and the next line arrives whole."""
    monkeypatch.setattr(prompt, "PATIENCE", 0.01)
    made, _ = new_prompt(tmp_path / "lines")
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


def test_ctrl_c_just_after_enter_stops_the_question(keyboard: Keyboard) -> None:
    """It is neither lost nor asked; what was typed before it is dropped, and the next question is not
    stopped. So it is if it comes during the answer."""
    made, session = new_prompt()
    keys = [b"first\rsecond\r\x03third\r"]  # at once, when the prompt has the terminal
    session.app.after_render += lambda _: keys and keyboard(keys.pop())
    assert made.read() == "first"
    with pytest.raises(KeyboardInterrupt), made.answering():
        pytest.fail("it was asked")
    assert made.read() == "third"
    keyboard(b"an error\rfourth\rfifth\r")
    assert made.read() == "an error"
    with pytest.raises(OptionError), made.answering():  # which drops none
        raise OptionError("wrong", hint="")
    assert made.read() == "fourth"
    with pytest.raises(KeyboardInterrupt), made.answering():
        raise KeyboardInterrupt
    keyboard(b"sixth\r")
    assert made.read() == "sixth"
    made.close()


def test_joined_emoji_are_drawn_one_by_one(keyboard: Keyboard, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some terminals join them and others not; the cursor is right in both. The question keeps them."""
    screen, text = io.StringIO(), "👨‍👩‍👧 👍🏽 ❤️ 中 end"
    output = Vt100_Output(screen, lambda: Size(rows=24, columns=80), term="xterm", enable_cpr=False)
    monkeypatch.setattr(prompt, "create_output", lambda **_: output)
    made, session = new_prompt()
    session.app.after_render += lambda app: "!" in app.current_buffer.text and keyboard(b"\r")
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


def test_a_line_typed_ahead_keeps_the_answer_above_it(
    keyboard: Keyboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also in the last row of the window, where the prompt has no row below it yet."""
    drawn, window = io.StringIO(), pyte.Screen(80, 4)
    output = Vt100_Output(drawn, lambda: Size(rows=4, columns=80), term="xterm")
    monkeypatch.setattr(prompt, "create_output", lambda **_: output)
    made, _ = new_prompt()
    made.open()
    keyboard(b"first\rsecond\r")
    for line in ("first", "second"):
        drawn.truncate(drawn.seek(0))
        assert made.read() == line
        window.reset()
        pyte.Stream(window).feed("\r\n\r\nan answer\r\n" + drawn.getvalue())
        assert window.display[2].rstrip() == "an answer"
        assert window.cursor.y == 3
    made.close()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (
        "pie.png",
        "my pics/dog.png",
        "my pics/it's.png",
        "my pics/8.55\u202fPM.png",
        "bar-1.png",
        "bar-2.png",
        "bar-2.txt",
        ".hidden",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "config.json").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ("/image pi\t", "/image pie.png"),
        ("/image ba\t\t1\t", "/image bar-1.png"),  # lists them
        ("/image my\td\t", "/image my\\ pics/dog.png"),
        ("/image my pics/i\t", "/image my pics/it's.png"),
        ("/image 'my\ti\t", "/image 'my pics/it's.png'"),
        ("/image pie.png my\td\t", "/image pie.png my\\ pics/dog.png"),
        ("/image bar-2\t", "/image bar-2.png"),  # not bar-2.txt
        ("/image bar-2.t\t", "/image bar-2.txt"),  # no picture begins like this
        ("what is in @my\td\t", "what is in @my\\ pics/dog.png"),
        ("what's in @\"my\td\t", 'what\'s in @"my pics/dog.png"'),
        ("what is in @my\t8\t", "what is in @my\\ pics/8.55\u202fPM.png"),
        ("what is in @my\\ pics/8.55\u202fP\t", "what is in @my\\ pics/8.55\u202fPM.png"),
        ("/expo\tx.md", "/export x.md"),
        ("/set temp\t", "/set temperature"),
        ("/look in\t", "/look input"),
        ("/model na\t", "/model nano"),
        ("/model mi\t", "/model mine"),
        ("/load marke\t", "/load market"),
        ("{f}/my\td\t", "{f}/my\\ pics/dog.png"),
        ("plain words\t", "plain words"),
    ],
)
def test_tab_and_enter_typed_fast(folder: Path, keyboard: Keyboard, keys: str, line: str) -> None:
    made, _ = new_prompt()
    made.open()
    keyboard(f"{keys.format(f=folder)}\r".encode())
    assert made.read() == line.format(f=folder)
    made.close()


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (100, "pie-chart.png and 1 more · {left} · nano · not saved · float32 on cpu"),
        (60, "pie-chart.png and 1 more · {left} · nano"),
        (12, "pie-chart.…"),
    ],
)
def test_the_status_line_keeps_the_picture(home: Path, picture: Path, width: int, line: str) -> None:
    shutil.copy(picture, "pie-chart.png")
    repl = Repl(resolve(Options(model="nano")), plain=True)
    repl.model = models.open_for_chat(repl.options)
    repl.start([read_image(picture), read_image(Path("pie-chart.png"))])
    left = f"{repl.model.facts.context_length - repl.used} tokens left"
    # drawn by the prompt, which needs a terminal
    assert repl._toolbar(width) == " " + line.format(left=left)


def test_the_status_line_shows_what_is_set(home: Path) -> None:
    """By the command line or a setting, not what another constraint replaces or nothing limits."""
    settings = Settings({"temperature": 0.5, "schema": "x integer", "device": "cpu"})
    repl = Repl(
        resolve(Options(model="nano", regex="[0-9]+ and a long text", stop=[]), settings), plain=True
    )
    repl.model = models.open_for_chat(repl.options)
    repl.start(())
    assert " tokens left · regex [0-9]+ and a long t… · temperature 0.5 · nano · " in repl._toolbar(120)
    _set(repl, "default")
    assert " tokens left · schema x integer · temperature 0.5 · nano · " in repl._toolbar(120)


@pytest.mark.slow
def test_typing_ahead(chatting, picture: Path) -> None:
    """Keys typed during an answer wait for its end: a sent line is asked, the next stands in the
    prompt."""
    talk = chatting(picture, "--max-tokens", "12", driver="slow")
    talk.type(SLOWLY)
    talk.until(re.escape(SLOWLY) + r"\n\S")
    talk.type("And its color?")
    talk.send("/qu")
    talk.until_shown(r"\n> What is it\?\n\S(.|\n)*\n> And its color\?\n\S(.|\n)*\n> /qu$")
    talk.type("it")
    talk.end()
    lines = [line for line in talk.text.split("\n") if line.startswith("> ")]
    assert lines[:2] == ["> What is it?", "> And its color?"]


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_lines_typed_before_the_prompt_are_sent_one_by_one(terminal, picture: Path, nano) -> None:
    """Enter while the model is loaded sends the line."""
    chat = nano.chat(picture)
    answers = [chat.ask(question).text() for question in (QUESTION, "What color is it?")]
    talk = terminal("chat", picture, "-q")
    talk.type(QUESTION)
    talk.type("What color is it?")
    talk.until_shown(rf"> {re.escape(QUESTION)}\n{answers[0]}\n> What color is it\?\n{answers[1]}\n> $")
    talk.leave()


@pytest.mark.slow
def test_killed_during_an_answer(chatting, terminal, picture: Path, cli) -> None:
    """The question and most of its answer are saved, as interrupted; the answer can be continued."""
    talk = chatting(picture, driver="slow")
    talk.type(SLOWLY)
    talk.until(re.escape(SLOWLY) + r"\n(\S+\s+){12}")
    talk.kill(signal.SIGKILL)
    talk.end()
    (turn,) = cli("sessions", "show", "--json").document["turns"]
    assert (turn["question"], turn["finish_reason"]) == (SLOWLY, "interrupted")
    assert turn["answer"] in " ".join(talk.text.split())
    words = " ".join(turn["answer"].split()[:3])
    # which does not end it at once
    talk = terminal("chat", "--continue", "--max-tokens", "3", driver="slow")
    talk.until_shown(rf"> {re.escape(SLOWLY)}\n{words}.*\n\(interrupted; /continue continues it\)\n> ")
    talk.type("/continue")
    talk.until_shown(r"/continue\n\S(.|\n)*\n> $")
    talk.leave()
    (longer,) = cli("sessions", "show", "--json").document["turns"]
    assert longer["answer"].startswith(turn["answer"])
    assert longer["finish_reason"] != "interrupted"


@pytest.mark.slow
def test_reports_during_an_answer_are_not_asked(chatting, picture: Path) -> None:
    talk = chatting(picture, "--max-tokens", "12", driver="slow")
    talk.type(SLOWLY)
    talk.until(re.escape(SLOWLY) + r"\n\S")
    talk.send("\x1b[O\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\\x1b[IAnd its color?\x1b[13u")
    talk.until_shown(r"\n> What is it\?\n\S(.|\n)*\n> And its color\?\n\S(.|\n)*\n> $")
    talk.leave()


@pytest.mark.slow
def test_stopped_before_the_first_word(chatting, picture: Path) -> None:
    """Nothing is kept to continue; a note says how to ask again."""
    talk = chatting(picture, driver="no_word")
    talk.type(QUESTION)
    talk.until_raw("computing")
    talk.sendintr()
    talk.until_shown(r"\(stopped; /retry asks again\)\n> $")
    talk.leave()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_killed_before_the_first_word(
    number: signal.Signals, chatting, terminal, picture: Path, cli
) -> None:
    """The question is saved with its picture, and /retry asks it."""
    talk = chatting(picture, driver="no_word")
    talk.type(QUESTION)
    talk.until_raw("computing")
    talk.kill(number)
    talk.end()
    document = cli("sessions", "show", "--json").document
    assert [(turn["question"], turn["answer"]) for turn in document["turns"]] == [(QUESTION, "")]
    talk = terminal("chat", "--continue")
    talk.until_shown(rf"{re.escape(QUESTION)}\n\(interrupted; /retry asks again\)\n> ")
    talk.type("/retry")
    talk.until_shown(r"/retry\n\S(.|\n)*\n> $")
    talk.leave()
    (turn,) = cli("sessions", "show", "--json").document["turns"]
    assert (turn["question"], turn["finish_reason"], turn["images"]) == (QUESTION, "stop", 1)


@pytest.mark.slow
def test_keys_during_an_answer(chatting, picture: Path) -> None:
    """Ctrl-C drops the lines typed before it; Ctrl-D waits, and leaves. Keys of other programs do
    nothing."""
    talk = chatting(picture, driver="slow")
    talk.type(SLOWLY)
    talk.until(re.escape(SLOWLY) + r"\n\S")
    talk.type("And its color?\x1b[31m\x1c\x0f\x13")
    talk.until(r"\S+ \S+ \S+")
    talk.sendintr()
    talk.until_shown(r"\(stopped; the answer so far stays in the conversation\)\n> $")
    assert "> And its color?" not in talk.text
    talk.type("/set max_tokens 6")
    talk.type(SLOWLY)
    talk.leave()
    assert talk.text.endswith("(cut at 6 tokens; use /continue for more)\n")


@pytest.mark.slow
def test_the_history_of_lines_lasts(chatting, home: Path) -> None:
    for word in ("first", "second"):
        talk = chatting()
        if word == "second":
            talk.send("\x1b[A")
            talk.until_shown("> first words$")
            talk.sendintr()
            talk.until_cleared()
        talk.type(f"{word} words")
        talk.until_shown(rf"> {word} words\n\S.*\n> $")
        talk.leave()
    assert (home / "prompts").stat().st_mode & 0o077 == 0


@pytest.mark.slow
def test_a_paste_of_many_lines(chatting, home: Path) -> None:
    """As a bracketed paste, whose newlines do not send it; Ctrl-J begins a line too. With --no-history
    none is kept."""
    talk = chatting("--max-tokens", "3", "--no-history")
    lines = [f"line {i}" for i in range(500)]
    talk.send("\x1b[200~" + "\n".join(lines[:-1]) + "\x1b[201~\n")
    talk.send(lines[-1])
    talk.until_shown("line 499$")
    talk.type("")
    talk.until_shown(
        r"\n> line 0\n  line 1\n(.|\n)*\n  line 499\nerror: the prompt has \d+ tokens(.|\n)*\n> $"
    )
    talk.leave()
    assert list(home.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "form",
    [pytest.param("{question}", marks=pytest.mark.nightly), "{question} {question}?"],
)
def test_edit_in_place(chatting, picture: Path, form: str) -> None:
    """The line has the question as it was typed: a template is applied to it once more."""
    Path("form.toml").write_text(f'prompt = "{form}"\n')
    talk = chatting(picture, "-t", "form.toml")
    talk.type(QUESTION)
    talk.until_shown(re.escape(QUESTION) + r"\n\S.*\n> $")
    talk.type("/edit")
    talk.until_shown(r"/edit\n> /edit " + re.escape(QUESTION) + "$")
    talk.send(" Really?\r")
    talk.until_shown(r"Really\?\n\S.*\n> $")
    talk.type("/undo")
    edited = form.replace("{question}", f"{QUESTION} Really?")
    talk.until_shown(r"removed the turn: " + re.escape(edited) + r"\n> $")
    talk.leave()
