"""Hostile settings, small files, names and saved conversations: one test for each defect that was
found."""

from __future__ import annotations

import hashlib
import os
import signal
import threading
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import tomlkit

from cli.conftest import Cli, Result
from flashsloth.errors import HistoryError, InputError, OptionError, SettingsFileError
from flashsloth.hf.size_file import read_sizes_file
from flashsloth.history.store import History, SavedPicture, SavedTurn, Session
from flashsloth.training.recipe import Recipe, read_recipe
from flashsloth.utils import atomic_write, safe_read, text
from flashsloth_cli.chat import conversation, slash_commands
from flashsloth_cli.inputs import arguments
from flashsloth_cli.options import KEYS, check
from flashsloth_cli.settings import prompt_templates, settings
from history.helpers import execute
from paths import ROOT

ODD = "a\udcffb"  # the bytes a, 0xFF, b, as Python has them from the command line
SIGN = ROOT / "examples" / "images" / "stop-sign.png"
LONG = "9" * 5000
HEXADECIMAL = "0x" + "f" * 5000  # which tomllib reads, and Python does not write


@pytest.fixture
def kept(home: Path) -> Iterator[History]:
    """A history with two conversations about an image."""
    turn = SavedTurn("What is it?", "A stop sign.", (5, 6), "stop", "nano", images=1)
    picture = SavedPicture(
        hashlib.sha256(SIGN.read_bytes()).hexdigest(),
        "/sign.png",
        {"reference": True},
        SIGN.read_bytes(),
    )
    with History(home / "history.db") as history:
        for identity in ("0000aaaa", "0000bbbb"):
            history.save(Session(identity, "nano", turns=(turn,), pictures=(picture,)))
        yield history


@pytest.fixture
def talk(cli: Cli, kept: History, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Continue the second conversation with these lines."""

    def run(*lines: str) -> Result:
        left = iter(lines)
        monkeypatch.setattr(conversation.PlainInput, "read", lambda *_, **__: next(left, None))
        return cli("chat", "--plain", "--session", "0000bbbb")

    return run


# Names


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("words", "mention"),
    [
        (("config", "set", "system", ODD), "UTF-8"),
        (("sessions", "show", ODD), "conversation"),
        (("ask", "-p", "hi", "--session", ODD), "UTF-8"),
        (("quantize", "nano", "-o", f"{ODD}/q", "--quant", "int8"), "UTF-8"),
        (("finetune", "rows.jsonl", "-o", ODD, "--max-steps", "1"), "UTF-8"),
    ],
)
def test_arguments_with_invalid_utf8(cli: Cli, words: tuple[str, ...], mention: str) -> None:
    Path("rows.jsonl").touch()
    cli(*words).refused(3, mention)
    assert not os.path.exists(ODD)


def test_invalid_utf8_in_a_conversation(talk: Callable[..., Result], kept: History) -> None:
    done = talk(f"/save {ODD}", f"/load {ODD}", f"/system {ODD}", "/save sign", "/load sign")
    errors = [line for line in done.err.splitlines() if line.startswith("error:")]
    assert ["UTF-8" in error for error in errors] == [True, False, True]
    assert kept.find("sign").id == "0000bbbb"


def test_run_record_with_invalid_utf8(tmp_path: Path) -> None:
    from flashsloth.training.run_folder import RUN, SCHEMA, read_record, write_json

    write_json(
        tmp_path / RUN,
        record := {"schema": SCHEMA, "data": [ODD, "\N{LATIN SMALL LETTER E WITH ACUTE}"]},
    )
    assert read_record(tmp_path) == record


def test_model_name_with_invalid_utf8_is_not_saved(kept: History) -> None:
    with pytest.raises(HistoryError, match="UTF-8"):
        kept.save(Session("0000cccc", f"/models/{ODD}"))
    assert len(kept.list()) == 2


def test_names_with_a_nul_byte(talk: Callable[..., Result], tmp_path: Path) -> None:
    done = talk(
        "/export a\0.md",
        "/export ~a\0.md",
        "/image a\0.png",
        "/image ~a\0",
        "/load a\0",
        "/export b.md",
    )
    errors = [line for line in done.err.splitlines() if line.startswith("error:")]
    assert len(errors) == 5
    assert "NUL" in errors[0]
    assert "Error" not in done.err
    assert Path("b.md").exists()
    with (
        pytest.raises(InputError),
        atomic_write.convert_os_errors(tmp_path),
        atomic_write.atomic_write(tmp_path / "\0"),
    ):
        pass


@pytest.mark.parametrize(("ending", "code"), [(SystemExit(143), 143), (KeyboardInterrupt(), 130)])
def test_library_error_caused_by_a_signal(
    talk: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, ending: BaseException, code: int
) -> None:
    def fail(*_: Any) -> None:
        try:
            raise ending
        except BaseException:
            raise RuntimeError("what was to be cleaned up") from None

    monkeypatch.setitem(slash_commands.COMMANDS, "/stats", slash_commands.Command(fail, "", ""))
    done = talk("/stats", "/help")
    assert done.code == code, done.err
    assert "bug" not in done.err


# Numbers


READERS: dict[str, Callable[[Path], object]] = {  # of TOML files, by a number that each may have
    "name": lambda path: check("model", KEYS["model"], settings.load(path)["name"], path),
    "seed": prompt_templates.read,
    "batch_size": lambda path: Recipe(data=("a",), output="b", **read_recipe(path)),
    "num_query_tokens": read_sizes_file,
}


@pytest.mark.parametrize("value", [LONG, HEXADECIMAL, f"[{HEXADECIMAL}]", "[" * 5000 + "]" * 5000])
def test_numbers_of_thousands_of_digits(cli: Cli, value: str, home: Path, tmp_path: Path) -> None:
    """And lists as deep."""
    path = tmp_path / "long.toml"
    for name, read in READERS.items():
        path.write_text(f"{name} = {value}")
        with pytest.raises((OptionError, SettingsFileError)) as caught:
            read(path)
        assert len(str(caught.value)) < 500
    for name in ("seed", "max_tokens", "top_k"):
        (home / "config.toml").write_text(f"{name} = {value}")
        cli("config", "show").refused(2, "config.toml")
    path.write_text("")
    with pytest.raises(OptionError):
        read_sizes_file(path, changes=[f"num_query_tokens={value}"])


MANY = "a." * 200
# where many dots are no long key
DOTS = f'''# {MANY}a
text = "{MANY}a" # {MANY}a
literal = '{MANY}a'
several = \"\"\"
{MANY}"{MANY}\\\"\"\"{MANY}a\"\"\"\"\"
lines = \'\'\'
{MANY}'a.{MANY}\'\'\'
numbers = [{"1.5, " * 200} 1.5]
{"k." * 99}k = 1
[{"t." * 98}"{MANY}a" . '{MANY}a']
'''
TOO_MANY = (
    "a." * 100 + "a",
    '"a" . ' * 100 + "a",
    "'a'." * 100 + '"a"',
    DOTS + "a = {" + "a." * 100 + "a = 1}\n" + "b." * 5000 + "b",
)


@pytest.mark.parametrize("form", ["{} = 1", "[{}]", "[[{}]]", "x = {{{} = 1}}", "x = '\n{} = 1"])
def test_keys_of_too_many_parts(cli: Cli, home: Path, tmp_path: Path, form: str) -> None:
    """Their parser takes gigabytes for 100 kB."""
    path = tmp_path / "long.toml"
    for key in TOO_MANY:
        path.write_text(form.format(key))
        for read in READERS.values():
            with pytest.raises((OptionError, SettingsFileError), match="a key has more than 100 parts"):
                read(path)
        (home / "config.toml").write_text(form.format(key))
        cli("config", "set", "quant", "int8").refused(2, "a key has more than 100 parts")
    with pytest.raises(ValueError, match="a key has more than 100 parts"):
        safe_read.parse_toml(f"value = {{{TOO_MANY[0]} = 1}}")


def test_dots_that_are_no_keys() -> None:
    expected = tomllib.loads(DOTS)
    assert safe_read.parse_toml(DOTS) == expected
    assert safe_read.parse_toml(DOTS, tomlkit.parse).unwrap() == expected


def test_value_too_long_to_print() -> None:
    assert text.printable_repr("text") == "'text'"
    assert text.printable_repr([16**5000]) == text.printable(16**5000)
    assert "too long" in text.printable(16**5000)


# Damaged conversations

DAMAGE = (
    *("turns SET token_ids = '5'", "turns SET token_ids = 'x'", f"turns SET token_ids = '[{LONG}]'"),
    f"turns SET token_ids = '{'[' * 100_000}'",
    *("turns SET question = x'ff'", "turns SET images = 1e300", "turns SET images = 7"),
    *("shown SET reading = '[1]'", "shown SET source = x'00'"),
    *(
        f"shown SET reading = '{{{reading}}}'"
        for reading in ('"allow_local": true', '"crop": [1, 2, 3, "x"]')
    ),
)


@pytest.mark.parametrize("damage", [pytest.param(damage, id=damage[:50]) for damage in DAMAGE])
def test_damaged_conversation(cli: Cli, damage: str, kept: History) -> None:
    execute(kept.path, f"UPDATE {damage} WHERE session = '0000bbbb'")
    assert cli("sessions", "list").ok.out.count("0000") == 2
    done = cli("sessions", "show", "0000bbbb", "-o", "talk.html")
    assert (done.code, "0000bbbb" in done.error[0]) == (5, True)
    assert done.error[1].endswith("flashsloth sessions rm 0000bbbb")
    assert kept.find("0000aaaa").turns
    assert cli("sessions", "rm", "-y", "0000bbbb").ok
    assert [each.id for each in kept.list()] == ["0000aaaa"]


def test_damaged_text_does_not_hide_others(kept: History) -> None:
    execute(kept.path, "UPDATE turns SET question = cast(x'61ff' AS TEXT) WHERE session = '0000bbbb'")
    assert {each.first for each in kept.list()} == {"a\N{REPLACEMENT CHARACTER}", "What is it?"}


def test_saved_placeholder_ids_are_not_used(nano: Any) -> None:
    import flashsloth

    config, turn = nano.config, flashsloth.Turn("What is it?", "A stop sign.", (), "stop")
    expected = nano.chat(SIGN, turns=[turn]).turns[0].token_ids
    for places in ((config.query_token_id,), (5, config.image_token_id)):
        chat = nano.chat(SIGN, turns=[replace(turn, token_ids=places)])
        assert chat.turns[0].token_ids == expected
        assert chat.ask("What colour is it?", max_tokens=2).text()


# Endless files


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "words", [("config", "show"), ("ask", "-t", "t.toml", "--no-picture", "-p", "hi")]
)
def test_pipe_instead_of_a_small_file(
    cli: Cli, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo("t.toml")
    if words[0] == "config":
        monkeypatch.setenv("FLASHSLOTH_CONFIG", "t.toml")
    cli(*words).refused(2 if words[0] == "config" else 3, "t.toml ")


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "make",
    [
        os.mkfifo,
        lambda place: place.symlink_to("/dev/zero"),
        lambda place: place.write_text("[" * 100_000),
    ],
    ids=["pipe", "zero", "nested"],
)
def test_endless_run_record(make: Callable[[Path], object], tmp_path: Path) -> None:
    from flashsloth.training.checkpoints import WHOLE, is_whole
    from flashsloth.training.run_folder import RUN, read_record

    for name in (RUN, WHOLE):
        make(tmp_path / name)
    assert read_record(tmp_path) is None
    assert not is_whole(tmp_path)


def test_small_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safe_read, "MAX_BYTES", 3)
    (tmp_path / "a").write_text("abc", newline="")
    assert safe_read.read_text(tmp_path / "a") == "abc"
    assert safe_read.read_text(Path(os.devnull)) == ""
    (tmp_path / "a").write_text("abcd")
    with pytest.raises(OSError, match="more than"):
        safe_read.read_text(tmp_path / "a")
    with pytest.raises(IsADirectoryError):
        safe_read.read_text(tmp_path)


@pytest.mark.timeout(20)
def test_prompt_from_a_pipe() -> None:
    """`-p @<(echo hi)` works; an endless file is refused."""
    reading, writing = os.pipe()
    os.write(writing, b"hi\r\nthere\n")
    os.close(writing)
    assert arguments.prompt_text(f"@/dev/fd/{reading}") == "hi\nthere"
    os.close(reading)
    with pytest.raises(InputError, match="16 MB"):
        arguments.prompt_text("@/dev/zero")


@pytest.mark.timeout(20)
def test_ctrl_c_while_waiting_for_a_prompt(cli: Cli) -> None:
    os.mkfifo("prompt")
    main = threading.main_thread().ident or 0

    def interrupt() -> None:
        with open("prompt", "wb"):  # which waits until somebody reads
            signal.pthread_kill(main, signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    assert cli("ask", "-p", "@prompt").code == 130
    thread.join()
