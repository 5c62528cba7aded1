"""`chat` and `ask` at a terminal: a person types, waits, presses Ctrl-C, Ctrl-D and Ctrl-Z."""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import QUESTION, command
from cli.terminals import PROMPT, Terminal
from paths import ROOT

ERASED = r"\r\x1b\[K"


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_conversation(terminal, picture: Path, nano) -> None:
    """Two turns with the line editor, a command, and Ctrl-D; keys typed too early wait for the
    prompt."""
    chat = nano.chat(picture)
    first, second = (chat.ask(question).text() for question in (QUESTION, "What color is it?"))
    talk = terminal("chat", picture)
    talk.until_raw("loading nano")
    assert talk.waitnoecho(60)
    talk.send(QUESTION[:6])
    assert QUESTION[:6] not in talk.until("note: nano answers")
    talk.until_text(f"\nTalking with nano about {picture}. /help lists commands, Ctrl-D leaves.\n")
    talk.until_text(f"> {QUESTION[:6]}")
    talk.type(QUESTION[6:])
    talk.until_text(f"\n{first}\n")
    talk.until("> ")
    talk.type("What color is it?")
    talk.until_text(f"\n{second}\n")
    talk.type("/stats")
    talk.until("of them reused")
    talk.until(PROMPT)
    talk.type("/look")
    talk.until(r"▀▀▀▀(.|\n)*\n> $")
    talk.type("/nothing")
    talk.until_text("error: unknown command /nothing\nhint: /help lists the commands.\n")
    talk.until("> ")
    talk.sendeof()
    talk.end()
    assert re.search(r"\nsaved as \w+; flashsloth chat -c continues it\n$", talk.text)
    assert talk.exitstatus == 0  # a person has seen the error
    assert "\x1b[2mTalking with nano" in talk.raw  # a note, not an answer
    assert len(re.findall(f"answering{ERASED}", talk.raw)) == 2


@pytest.mark.slow
def test_ctrl_c_at_the_prompt(chatting) -> None:
    """With text it clears the line; on an empty line it warns, and leaves the second time."""
    warning = "(Ctrl-C again or Ctrl-D leaves)\n"
    talk = chatting()
    talk.send("half a line")
    talk.until("half a line")
    talk.sendintr()
    talk.until_cleared()
    assert warning not in talk.text
    talk.sendintr()
    talk.until_shown(re.escape(f"{warning}> ") + "$")
    talk.type("hello")  # resets the warning
    talk.until(r"hello\n\w+.*\n")
    talk.until_cleared()
    talk.sendintr()
    talk.until_shown(re.escape(warning) + r"(.|\n)*" + re.escape(f"{warning}> ") + "$")
    talk.sendintr()
    talk.end()
    assert talk.exitstatus == 0


@pytest.mark.slow
def test_ctrl_c_while_a_picture_is_fetched(chatting) -> None:
    """Back to the prompt, with the conversation there was."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        talk = chatting("--set", "allow_local=true")
        talk.type(f"/image http://127.0.0.1:{silent.getsockname()[1]}/a.png")
        with silent.accept()[0]:
            talk.sendintr()
            talk.until_text("\n(stopped)\n")
        talk.until("> ")
        talk.type("/stats")
        talk.until("no answer yet")
        talk.until(PROMPT)
        talk.leave()


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_dumb_terminal(terminal, nano) -> None:
    """The plain loop: no escape sequence at all, and the same keys."""
    talk = terminal("chat", TERM="dumb")
    talk.until(PROMPT)
    talk.type("hello")
    talk.until_text(nano.chat().ask("hello").text())
    talk.until(PROMPT)
    talk.sendintr()
    talk.until_text("(Ctrl-C again or Ctrl-D leaves)")
    talk.until(PROMPT)
    talk.leave()
    assert "\x1b" not in talk.raw


@pytest.fixture
def suspended(terminal: Callable[..., Terminal]) -> Terminal:
    """A shell with job control, in which `chat` is suspended at its prompt."""
    shell = terminal(program=("bash", "--norc", "--noprofile"), PS1="$ ")
    shell.until_text("$ ")
    shell.type(f"{sys.executable} -m flashsloth_cli chat -q")
    shell.until(PROMPT)
    shell.sendcontrol("z")
    shell.until("Stopped")
    shell.until_text("$ ")
    return shell


@pytest.mark.slow
def test_suspend_and_resume(suspended: Terminal) -> None:
    suspended.type("fg")
    suspended.until(PROMPT)
    suspended.type("hello")
    suspended.until(r"hello\n\w+")
    suspended.until(PROMPT)
    suspended.type("/quit")
    suspended.until_text("$ ")
    suspended.type("exit $?")
    suspended.end()
    assert suspended.exitstatus == 0


@pytest.mark.slow
@pytest.mark.parametrize("option", ["", "-HUP "])
def test_kill_while_suspended(suspended: Terminal, option: str) -> None:
    """A change of the terminal would stop the process again, which is in the background."""
    suspended.type(f"id=$(jobs -p); kill {option}%1; while kill -0 $id; do sleep 0.1; done; echo gone")
    suspended.until_text("No such process\ngone\n")
    suspended.sendeof()
    suspended.end()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("earlier_lines", [0, 200_000], ids=["idle", "while earlier lines load"])
def test_signal_at_the_prompt(chatting, home: Path, number: signal.Signals, earlier_lines: int) -> None:
    """Also while a task of prompt_toolkit loads the history, which must not report an error then."""
    (home / "prompts").write_text("\n# 2026-01-01 00:00:00\n+What is it?\n" * earlier_lines)
    talk = chatting()
    talk.kill(number)
    assert (talk.end().strip("> \n"), talk.exitstatus) == ("", 128 + number)


@pytest.mark.slow
def test_two_signals_at_the_prompt(chatting, home: Path) -> None:
    (home / "prompts").write_text("\n# 2026-01-01 00:00:00\n+What is it?\n" * 200_000)
    talk = chatting()
    talk.kill(signal.SIGHUP)
    time.sleep(0.01)
    talk.kill(signal.SIGTERM)
    assert talk.end().strip("> \n") == ""
    assert (talk.exitstatus or 128 + talk.signalstatus) in (129, 143)


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_ctrl_c_ends_ask_by_its_signal(terminal, picture: Path) -> None:
    """A loop in a shell then ends too; its $? is 130."""
    asking = terminal("ask", picture, QUESTION, "-q", driver="slow")
    asking.until(r"\w+ \w+")
    asking.sendintr()
    # The terminal may echo ^C before the one word that is being written at this moment.
    assert re.fullmatch(r"[\w .]*(\^C( \w+)?)?\n", asking.end())
    assert (asking.exitstatus, asking.signalstatus) == (None, signal.SIGINT)


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_ask_at_a_terminal(terminal, picture: Path, expected: str) -> None:
    """stdin is a terminal and is not read; the lines that say what is done go away, also if stdout is a
    pipe."""
    words = ("ask", picture, QUESTION, "-m", "nano")
    line = shlex.join([*command(), *map(str, words)])
    steps = rf"(reading the input{ERASED})+loading nano{ERASED}(loading nano \d+%{ERASED})*answering{ERASED}"
    for asking in (terminal(*words), terminal("-c", f"{line} | cat", program=["sh"])):
        asking.end()
        assert re.fullmatch(f"{steps}{re.escape(expected)}\r\n", asking.raw)
        assert asking.exitstatus == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "line"), [("typer", "reading the input"), ("torch", "loading nano")]
)
def test_ask_says_what_it_does(terminal, picture: Path, tmp_path: Path, module: str, line: str) -> None:
    """Before slow modules are imported, here one that takes for ever. Ctrl-C removes the line."""
    (tmp_path / "instead").mkdir()
    (tmp_path / "instead" / f"{module}.py").write_text("import time\nwhile True: time.sleep(0.1)")
    asking = terminal("ask", picture, QUESTION, PYTHONPATH=f"{tmp_path / 'instead'}{os.pathsep}{ROOT}")
    asking.until(f"^\n{line}$")
    assert asking.waitnoecho(60)
    asking.sendintr()
    asking.end()
    assert asking.text == "\n"
    assert asking.signalstatus == signal.SIGINT


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "env"),
    [
        ("-q", {}),
        ("-vq", {}),
        ("--json", {}),
        ("", {"NO_COLOR": "1"}),
        ("", {"TERM": "dumb"}),
        ("2>&1 | cat", {}),
    ],
    ids=str,
)
def test_ask_does_not_say_what_it_does(terminal, words: str, env: dict[str, str]) -> None:
    asking = terminal(
        "-c", f"{shlex.join(command())} ask nothing.png -p hi {words}", program=["sh"], **env
    )
    asking.end()
    assert asking.raw.startswith(('{"schema": "flashsloth.error/1"', "error: no file nothing.png"))


@pytest.mark.slow
def test_another_program_that_asks_first(terminal, picture: Path) -> None:
    """The program that pipes a picture in has the terminal until then."""
    line = f"(sleep 1; echo Password: >&2; cat {picture}) | {shlex.join(command())} ask - -p hi --crop 0,0,9999,9"
    asking = terminal("-c", line, program=["sh"])
    asking.end()
    assert re.match(rf"Password:\r\nreading the input{ERASED}error: ", asking.raw)


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_nothing_stays_before_a_traceback(terminal, picture: Path) -> None:
    asking = terminal("ask", picture, QUESTION, "-m", "nano", driver="no_tower")
    asking.end()
    assert re.search(f"answering{ERASED}Traceback", asking.raw)
    assert asking.text.startswith("\nTraceback")


@pytest.mark.slow
def test_ask_in_the_background_of_a_shell(terminal, picture: Path, expected: str) -> None:
    """It is not stopped, as a process would be that changes its terminal from there."""
    shell = terminal(program=("bash", "--norc", "--noprofile"), PS1="$ ")
    shell.until_text("$ ")
    shell.type(f"{shlex.join([*command(), 'ask', str(picture), QUESTION])} & wait; exit")
    shell.until_text(expected)
    shell.end()
    assert shell.exitstatus == 0


@pytest.mark.slow
@pytest.mark.parametrize(("env", "header"), [({}, "\x1b[1mNAME"), ({"NO_COLOR": "1"}, "NAME")])
def test_styling(terminal, env: dict[str, str], header: str) -> None:
    listing = terminal("list", **env)
    listing.end()
    assert listing.raw.startswith(header)
    assert ("\x1b" in listing.raw) == ("NO_COLOR" not in env)
    assert "nano (default)" in listing.raw


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_model_text_cannot_control_the_terminal(terminal) -> None:
    asking = terminal("ask", "--no-picture", "-p", "hi", "-q", "--max-tokens", "1", driver="escapes")
    asking.end()
    assert asking.raw.endswith("a\ufffd[31mb\ufffdc\r\n")
