"""Help for every command, quickly; names that do not exist."""

from __future__ import annotations

import json
import re

import pytest
from typer.main import get_command

from cli.conftest import commands, write_rows
from flashsloth_cli.app import app
from programs import run_python

HEAVY = {"torch", "transformers", "PIL", "huggingface_hub", "bitsandbytes", "rich", "prompt_toolkit", "numpy"}
HEAVY |= {"starlette", "uvicorn"}


EVERY = dict(commands())


@pytest.mark.parametrize("words", EVERY, ids=" ".join)
def test_help(cli, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """It begins with the summary of the list, and has every option and an example whose line stays whole."""
    monkeypatch.setenv("COLUMNS", "100")
    done, command = cli(*words, "--help"), EVERY[words].load()
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"Usage: flashsloth {' '.join(words)}")
    assert command.help.startswith(EVERY[words].help)
    shown = " ".join(done.out.split())
    for option in command.params:
        assert set(filter(lambda flag: flag.startswith("--"), option.opts)) <= set(done.out.split())
        assert not option.help or " ".join(option.help.split()) in shown
    assert re.search(r"^  Examples:\n      \S", done.out, re.MULTILINE)
    assert all(len(line) <= 100 for line in done.out.splitlines() if "flashsloth " not in line)
    assert cli(*words, "-h").out == cli("help", *words).out == done.out


HELP_OF_EACH = """
import contextlib, io, json, sys
from flashsloth_cli.app import app

loaded = []
for words in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        try:
            app(words)
        except SystemExit as leaving:
            assert leaving.code == 0
    assert printed.getvalue()
    loaded.append([words, sorted({name.partition(".")[0] for name in sys.modules})])
print(json.dumps(loaded))
"""


def test_help_loads_nothing_heavy() -> None:
    """In one process for all commands: the first that loads something heavy is named."""
    words = json.dumps([["--help"], ["--version"], *([name, "--help"] for name in get_command(app).commands)])
    for shown, loaded in json.loads(run_python("-c", HELP_OF_EACH, words)):
        assert "flashsloth_cli" in loaded
        assert HEAVY & set(loaded) == set(), shown


@pytest.mark.parametrize(
    ("words", "absent"),
    [
        (["list"], {"torch", "transformers", "PIL"}),
        (["data", "check", "rows.jsonl"], {"torch", "rich"}),
        pytest.param(  # 1.2 s of 2.9
            ["show", "nano"], {"flashsloth.model.modeling", "transformers.modeling_layers"}, marks=pytest.mark.slow
        ),
    ],
)
def test_commands_that_load_less(program, words: list[str], absent: set[str]) -> None:
    write_rows("rows.jsonl", {"question": "a", "answer": "b"})
    done = program(*words, driver="modules")
    assert (done.code, absent & set(done.err.split())) == (0, set())


def test_no_command_shows_help_and_is_wrong_usage(cli) -> None:
    done = cli()
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Usage: flashsloth ")


def test_help_as_a_command(cli) -> None:
    assert cli("help").out == cli("help", "help").out == cli("--help").out
    assert cli("data", "help").out == cli("data", "--help").out
    assert cli("data", "help", "check").out == cli("data", "check", "--help").out


def test_version(cli) -> None:
    import flashsloth

    for words in (["--version"], ["-V"]):
        done = cli(*words)
        assert (done.code, done.out, done.err) == (0, f"flashsloth {flashsloth.__version__}\n", "")
