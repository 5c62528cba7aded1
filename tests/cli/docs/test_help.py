"""Help is there for everything, at once, and loads nothing heavy. What does not exist yet is wrong usage."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import Any

import pytest
from typer.main import get_command

from flashsloth_cli.app import app
from paths import ROOT

COMMANDS = (
    *("ask", "chat", "batch", "pull", "list", "ls", "show", "rm", "convert", "quantize", "bench"),
    *("data", "finetune", "train", "merge", "eval", "templates", "config", "doctor", "completion", "man", "sessions"),
)
LONG = {("ask",), ("chat",), ("batch",), ("finetune",), ("train",)}
HEAVY = {"torch", "transformers", "PIL", "huggingface_hub", "bitsandbytes", "rich", "prompt_toolkit", "numpy"}
LATER = (
    *("explain", "serve"),
    *("ps", "stop"),
)
LATER_OPTIONS = ("--schema",)


@pytest.mark.parametrize("words", [(), *((name,) for name in COMMANDS)])
def test_help(cli, words: tuple[str, ...]) -> None:
    for flag in ("-h", "--help"):
        done = cli(*words, flag)
        assert done.code == 0
        assert done.err == ""
        assert done.out.startswith("Usage: flashsloth ")


def tree(command: Any, words: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The words of every command, groups left out."""
    if not hasattr(command, "commands"):
        return [words]
    return [each for name, below in command.commands.items() for each in tree(below, (*words, name))]


@pytest.mark.parametrize("words", tree(get_command(app)), ids=" ".join)
def test_help_fits_on_a_screen_and_has_an_example(cli, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    usage, *more = cli(*words, "--help").out.splitlines()
    assert usage.startswith("Usage: flashsloth ")
    assert len(more) < (70 if words in LONG else 50)
    assert any("flashsloth " in line for line in more)


@pytest.mark.parametrize("group", ["", "data", "sessions", "templates", "config"])
def test_lists_of_commands_are_not_cut(cli, group: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = cli(*group.split(), "--help").out.partition("Commands:\n")[2].splitlines()
    assert len(lines) > 1
    assert [line for line in lines if not line.endswith(".") or line.endswith("...") or len(line) > 80] == []


@pytest.mark.parametrize("words", [["--help"], ["--version"], *([name, "--help"] for name in COMMANDS)])
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    script = (
        "import sys\n"
        "from flashsloth_cli.app import app\n"
        "try:\n    app(sys.argv[1:])\n"
        "except SystemExit as leaving:\n    assert leaving.code == 0\n"
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)\n"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", script, *words], env=env, capture_output=True, text=True, check=True)
    loaded = set(done.stderr.split())
    assert "flashsloth_cli" in loaded
    assert loaded & HEAVY == set()


def test_list_loads_no_torch(program) -> None:
    done = program("list", driver="modules")
    assert done.code == 0
    assert {"torch", "transformers", "PIL"} & set(done.err.split()) == set()


@pytest.mark.slow
def test_help_is_quick() -> None:
    """Three times what the library under it takes, best of several."""

    def best(*words: str) -> float:
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        times = []
        for _ in range(7):
            began = time.perf_counter()
            subprocess.run([sys.executable, *words], env=env, capture_output=True, check=True)
            times.append(time.perf_counter() - began)
        return min(times)

    assert best("-m", "flashsloth_cli", "--help") < 3 * best("-c", "import typer")


@pytest.mark.slow
def test_ask_is_quick() -> None:
    """With nano, from start to end, against nothing but the imports it stands on."""

    def best(*words: str) -> float:
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        times = []
        for _ in range(3):
            began = time.perf_counter()
            subprocess.run([sys.executable, *words], env=env, capture_output=True, check=True, stdin=subprocess.DEVNULL)
            times.append(time.perf_counter() - began)
        return min(times)

    base = best("-c", "import torch, transformers.models.phi.modeling_phi")
    assert best("-m", "flashsloth_cli", "ask", "--no-picture", "-p", "hello") < 1.6 * base


def test_no_command_shows_help_and_is_wrong_usage(cli) -> None:
    done = cli()
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Usage: flashsloth ")


@pytest.mark.parametrize("name", LATER)
def test_commands_of_later_work_are_absent(cli, name: str) -> None:
    done = cli(name)
    assert done.code == 2
    assert f"No such command '{name}'" in done.error[0]
    assert name not in cli("--help").out.split()


@pytest.mark.parametrize("flag", LATER_OPTIONS)
@pytest.mark.parametrize("command", ["ask", "chat"])
def test_options_of_later_work_are_absent(cli, command: str, flag: str) -> None:
    done = cli(command, "-p", "hi", flag, "x")
    assert done.code == 2
    assert f"No such option: {flag}" in done.error[0]


def test_mistyped_command(cli) -> None:
    done = cli("chta")
    assert (done.code, done.error) == (2, ("No such command 'chta'. Did you mean 'chat'?", "flashsloth --help"))
    assert cli("sevre").error[0] == "No such command 'sevre'."
    error = cli("chta", "--json").error_document
    assert (error["code"], error["exit"], error["hint"]) == ("usage", 2, "flashsloth --help")


@pytest.mark.parametrize("words", [("help",), ("help", "ask"), ("config", "help")])
def test_help_as_a_command(cli, words: tuple[str, ...]) -> None:
    """There is none; the error says what does it."""
    done = cli(*words)
    assert (done.code, done.error) == (
        2,
        ("No such command 'help'.", f"flashsloth{' config' * (words[0] == 'config')} --help"),
    )


def test_mistyped_option(cli) -> None:
    done = cli("ask", "--promt", "hi")
    assert done.code == 2
    assert "--prompt" in done.error[0]
    assert done.error[1] == "flashsloth ask --help"


def test_missing_argument(cli) -> None:
    assert cli("convert", "nano").error[0] == "Missing option '-o' / '--output'."
    assert cli("pull").code == 2


def test_version(cli) -> None:
    import flashsloth

    assert cli("--version").out == f"flashsloth {flashsloth.__version__}\n"
