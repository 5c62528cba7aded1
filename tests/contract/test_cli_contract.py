"""The documents about the command line say what it does: commands, options, codes, schemas, and every transcript."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from transcripts import Transcript, output, transcripts, workplace
from typer.main import get_command
from typer.testing import CliRunner

from flashsloth import errors
from flashsloth_cli.app import app
from flashsloth_cli.config import settings
from flashsloth_cli.terminal import exit_codes, streams
from paths import ROOT

CLI = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
ERRORS = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")


def table(text: str, *headers: str) -> list[list[str]]:
    """The cells of the table with these headers."""
    head = "| " + " | ".join(headers) + " |\n"
    rows = text.split(head, 1)[1].splitlines()[1:]
    found = []
    for row in rows:
        if not row.startswith("|"):
            break
        found.append([cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]])
    return found


def subclasses(kind: type[errors.FlashSlothError]) -> Iterator[type[errors.FlashSlothError]]:
    yield kind
    for sub in kind.__subclasses__():
        yield from subclasses(sub)


# Errors


def error_classes() -> list[type[errors.FlashSlothError]]:
    """Those of the library and the command line; tests may have made more."""
    mine = ("flashsloth.", "flashsloth_cli.")
    return [kind for kind in subclasses(errors.FlashSlothError) if kind.__module__.startswith(mine)]


def test_every_code_is_documented_with_its_exit_code() -> None:
    listed = {row[0].strip("*`"): int(row[1]) for row in table(ERRORS, "code", "exit", "what it means", "what to do")}
    actual = {kind.code: exit_codes.EXIT_CODES[_nearest(kind)] for kind in error_classes()}
    assert listed == {**actual, "usage": exit_codes.USAGE, "internal": 1}
    assert streams.OutputError in error_classes()


def _nearest(kind: type[errors.FlashSlothError]) -> type[errors.FlashSlothError]:
    return next(base for base in kind.__mro__ if base in exit_codes.EXIT_CODES)


def test_families_are_marked() -> None:
    rows = table(ERRORS, "code", "exit", "what it means", "what to do")
    marked = {row[0].strip("*`") for row in rows if row[0].startswith("*")}
    families = {kind.code for kind in error_classes() if kind.__subclasses__()} - {"image_undecodable"}
    assert marked == families


def test_codes_are_unique_and_explained() -> None:
    codes = [kind.code for kind in error_classes()]
    assert len(set(codes)) == len(codes)
    for row in table(ERRORS, "code", "exit", "what it means", "what to do"):
        assert all(row), row


def test_exit_code_of_an_error_is_its_familys() -> None:
    assert exit_codes.exit_code(errors.ImageTruncated("x")) == 3
    assert exit_codes.exit_code(errors.OptionError("x")) == 2
    assert exit_codes.exit_code(errors.ContextTooLong("x")) == 9
    assert exit_codes.exit_code(errors.PickleRefused("x")) == 4
    assert exit_codes.exit_code(errors.DiskFull("x")) == 5
    assert exit_codes.exit_code(streams.OutputError("x")) == 1


def test_exit_codes_are_documented() -> None:
    listed = {int(row[0]) for row in table(CLI, "code", "meaning")}
    assert listed == {
        0,
        *exit_codes.EXIT_CODES.values(),
        exit_codes.USAGE,
        exit_codes.SOME_FAILED,
        exit_codes.INTERRUPTED,
        exit_codes.CLOSED_PIPE,
        143,
    }


# Commands and options


def commands() -> dict[str, Any]:
    return {name: command for name, command in get_command(app).commands.items() if not command.hidden}


def flags(name: str) -> set[str]:
    """Every spelling of every option, --help aside."""
    options = [p for p in commands()[name].params if p.param_type_name == "option"]
    return {flag for option in options for flag in (*option.opts, *option.secondary_opts)} - {"-h", "--help"}


def documented(rows: list[list[str]]) -> set[str]:
    return {flag for row in rows for flag in re.findall(r"(?<![\w-])--?[a-z][a-z-]*", row[0])}


def test_every_command_is_documented() -> None:
    headings = re.findall(r"^flashsloth (\w+)", CLI, re.MULTILINE)
    assert set(headings) == set(commands())


def test_every_option_of_ask_and_chat_is_documented() -> None:
    ask, more = table(CLI, "option", "what it does"), table(CLI.split("\n## chat\n")[1], "option", "what it does")
    assert documented(ask) == flags("ask")
    assert documented(ask) - {"--each"} | documented(more) == flags("chat")


def test_every_option_of_bench_is_documented() -> None:
    rows = table(CLI.split("\n## bench\n")[1], "option", "what it does")
    assert documented(rows) == flags("bench")


@pytest.mark.parametrize("name", ["finetune", "train"])
def test_every_option_of_training_is_documented(name: str) -> None:
    own = table(CLI.split(f"\n## {name}\n")[1], "option", "what it does")
    shared = table(CLI.split("\n### Options of a run\n")[1], "option", "what it does")
    assert documented(own) | documented(shared) == flags(name)
    assert not documented(own) & documented(shared)


def test_every_option_of_eval_is_documented() -> None:
    rows = table(CLI.split("\n## eval\n")[1], "option", "what it does")
    assert documented(rows) == flags("eval")


def test_every_option_of_batch_is_documented() -> None:
    rows = table(CLI.split("\n## batch\n")[1], "option", "what it does")
    assert documented(rows) == flags("batch")


@pytest.mark.parametrize("name", ["check", "show", "convert"])
def test_every_option_of_data_is_documented(name: str) -> None:
    [line] = re.findall(rf"^flashsloth data {name} FILE\.\.\. .*$", CLI, re.MULTILINE)
    short = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", line))
    command = commands()["data"].commands[name]
    options = [p for p in command.params if p.param_type_name == "option" and p.name != "help"]
    assert len(short) == len(options)
    assert short <= {flag for option in options for flag in option.opts}


@pytest.mark.parametrize("name", ["pull", "list", "show", "rm", "convert", "quantize", "merge", "doctor"])
def test_every_option_of_the_others_is_documented(name: str) -> None:
    [line] = re.findall(rf"^flashsloth {name} .*$", CLI, re.MULTILINE)
    short = set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", line))
    options = [p for p in commands()[name].params if p.param_type_name == "option" and p.name != "help"]
    assert len(short) == len(options)
    assert short <= flags(name)


@pytest.mark.parametrize("group", ["config", "templates"])
def test_every_option_of_groups_is_documented(group: str) -> None:
    for name, command in commands()[group].commands.items():
        [line] = re.findall(rf"^flashsloth {group} {name}\b.*$", CLI, re.MULTILINE)
        options = [p for p in command.params if p.param_type_name == "option" and p.name != "help"]
        assert set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", line)) == {flag for p in options for flag in p.opts}


def test_every_slash_command_is_documented() -> None:
    from flashsloth_cli.chat.slash_commands import ALIASES, COMMANDS

    typed = " ".join(cell for row in table(CLI, "typed", "what it does") for cell in row)
    named = set(re.findall(r"`(/[a-z?]+)", typed))
    assert named == {*COMMANDS, *ALIASES}


def test_every_setting_is_documented() -> None:
    import tomllib

    [example] = re.findall(r"```toml\n(.*?)```", CLI, re.DOTALL)
    values = tomllib.loads(example)
    assert list(values) == list(settings.TYPES)
    for key, value in values.items():
        assert isinstance(value, settings.TYPES[key])
    for variable in (*settings.ENVIRONMENT.values(), "FLASHSLOTH_CONFIG", "FLASHSLOTH_HOME"):
        assert f"`{variable}`" in CLI


# Schemas


def shape(value: Any) -> Any:
    """Keys all the way down."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value and isinstance(value[0], dict) else None


def test_the_documented_answer_has_the_real_one_s_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FLASHSLOTH_MODEL", raising=False)
    monkeypatch.setenv("FLASHSLOTH_HOME", "/nonexistent")
    image = str(ROOT / "examples" / "images" / "stop-sign.png")
    done = CliRunner().invoke(app, ["ask", image, "-p", "What is this?", "--json", "-q"])
    [example] = re.findall(r"```json\n(.*?)```", CLI, re.DOTALL)
    assert shape(json.loads(example)) == shape(json.loads(done.stdout))


def test_the_documented_error_has_the_real_one_s_keys() -> None:
    done = CliRunner().invoke(app, ["ask", "nothing.png", "-p", "hello", "--json"])
    [example] = re.findall(r"```json\n(.*?)```", ERRORS, re.DOTALL)
    assert shape(json.loads(example)) == shape(json.loads(done.stderr))
    assert json.loads(example)["error"]["code"] == json.loads(done.stderr)["error"]["code"]


# Transcripts


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all, as commands need what those before them wrote."""
    return workplace(tmp_path_factory.mktemp("documents"))


@pytest.mark.slow
@pytest.mark.parametrize("transcript", transcripts("docs/cli.md", "docs/errors.md"), ids=lambda t: t.command[:40])
def test_transcript(folder: Path, transcript: Transcript) -> None:
    assert output(transcript, folder) == transcript.expected


def test_there_are_transcripts() -> None:
    assert len(transcripts("docs/cli.md", "docs/errors.md")) >= 10
