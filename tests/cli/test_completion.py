"""Completion: the answers, asked as the scripts ask, and the script in bash."""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path

import pytest

from flashsloth_cli.app import COMPLETES, app
from flashsloth_cli.config import prompt_templates
from flashsloth_cli.options import KEYS
from paths import ROOT

PRESETS = ["auto", "none", "int4", "int8", "nf4", "llm-int8", "4bit", "8bit"]


@pytest.fixture
def complete(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """`complete("ask", "-m", "fl")`: the lines for bash, or for another shell."""

    def run(*words: str, shell: str = "bash") -> list[str]:
        line = shlex.join(["flashsloth", *words[:-1]]) + f" {words[-1]}"
        asked = {"COMP_WORDS": line, "COMP_CWORD": str(len(words))} if shell == "bash" else {}
        action = {"_TYPER_COMPLETE_FISH_ACTION": "get-args", "_TYPER_COMPLETE_WORD_TO_COMPLETE": words[-1]}
        asked |= {COMPLETES: f"complete_{shell}", "_TYPER_COMPLETE_ARGS": line, **action}
        for name, value in asked.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as leaving:
            app()
        assert leaving.value.code == 0
        printed = capsys.readouterr()
        assert printed.err == ""
        return printed.out.split() if shell == "bash" else printed.out.splitlines()

    return run


@pytest.fixture
def talks(home: Path) -> None:
    """Three conversations: one with a plain name, one with a space in it, one with what a shell takes for its own."""
    from flashsloth.history.store import History, SavedTurn, Session
    from flashsloth_cli.history.recording import history_path

    turns = (SavedTurn("What is it?", "A disc.", (1,), "stop", "nano"),)
    with History(history_path()) as history:
        for id, name in (("0badcafe", "market"), ("0decade0", "my talk"), ("00c0ffee", "it's $(id)")):
            history.rename(history.save(Session(id, "nano", turns=turns)), name)


def test_commands_and_options(complete) -> None:
    assert {"ask", "chat", "config", "doctor"} <= set(complete(""))
    assert complete("do") == ["doctor"]
    assert complete("ask", "--seed", "1", "--se") == ["--set", "--server", "--session"]  # --seed is given
    assert complete("data", "--") == ["--help"]
    assert complete("ask", "--", "--mo") == []
    assert complete("config", "") == ["show", "set", "unset"]
    assert complete("ask", "a.png", "--mo") == ["--model"]


def test_models(complete) -> None:
    folder = Path("models/mine")
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    Path("flash").mkdir()
    Path("flash/config.json").write_text("{}")
    assert complete("ask", "-m", "") == ["nano", "flashsloth", "flashsloth-hd", "flash"]
    assert complete("ask", "--model", "flashs") == ["flashsloth", "flashsloth-hd"]
    assert complete("chat", "-m", "models/") == ["models/mine"]
    assert complete("chat", "-m", "./models/m") == ["./models/mine"]
    assert complete("show", "na") == ["nano"]
    assert complete("ask", "-m", "zzz") == []


def test_models_of_the_cache(complete, monkeypatch: pytest.MonkeyPatch) -> None:
    from flashsloth.checkpoints import hub

    class Cached:
        repo = "some-org/some-model"

    monkeypatch.setattr(hub, "list_cached", lambda: [Cached])
    assert complete("rm", "some") == ["some-org/some-model"]


def test_adapters(complete) -> None:
    Path("learned").mkdir()
    (Path("learned") / "adapter_config.json").write_text("{}")
    Path("letters").mkdir()
    assert complete("ask", "--adapter", "le") == ["learned"]


def test_odd_names_are_left_to_the_shell(complete) -> None:
    for name in ("a  b", "a$(id)", "a\\", "a'", "a;b", "a\nb", "a`id`"):
        Path(name).mkdir()
        (Path(name) / "config.json").write_text("{}")
    assert complete("ask", "-m", "a") == []


def test_presets_and_devices(complete) -> None:
    assert complete("ask", "--quant", "") == PRESETS
    assert complete("ask", "--quant", "int") == ["int4", "int8"]
    assert complete("bench", "--quant", "") == [*PRESETS, "all"]
    assert complete("ask", "--device", "c") == ["cpu", "cuda"]


def test_templates(complete, home: Path) -> None:
    (home / "templates").mkdir()
    (home / "templates" / "mine.toml").write_text("prompt = ")  # broken
    names = complete("ask", "-t", "")
    assert names == list(prompt_templates.paths())
    assert {"mine", "describe"} <= set(names)


def test_settings(complete) -> None:
    assert complete("config", "show", "") == list(KEYS)
    assert complete("config", "set", "max") == ["max_tokens"]
    assert complete("config", "set", "hd", "") == ["true", "false"]
    assert complete("config", "set", "quant", "") == PRESETS
    assert complete("config", "set", "device", "m") == ["mps"]
    assert complete("config", "set", "dtype", "f") == ["float32", "float16"]
    assert "nano" in complete("config", "set", "model", "")
    assert complete("config", "set", "seed", "") == []


def test_conversations(complete, talks: None) -> None:
    """By name, or by id where a shell would divide or interpret the name."""
    assert complete("sessions", "show", "") == ["00c0ffee", "0decade0", "market"]
    assert complete("chat", "--session", "ma") == ["market"]


def test_pictures_are_the_shell_s_files(complete) -> None:
    Path("photo.jpg").touch()
    assert complete("ask", "ph") == []  # and bash completes files where it is told nothing


def test_descriptions_are_harmless(complete, home: Path) -> None:
    (home / "templates").mkdir()
    odd = "It's [/b] a \"$(id)\" `id`: \\$(id)\n)) '"
    (home / "templates" / "odd.toml").write_text(f"description = {json.dumps(odd)}\n")
    assert complete("ask", "-t", "od", shell="fish") == ["odd\tIts /b a id id id"]


# The scripts


def test_bash_itself(shell) -> None:
    """As bash does when Tab is pressed: its function is called, with the words and the place of the cursor."""
    done = shell(
        "source <(flashsloth --show-completion); complete -p flashsloth; "
        "COMP_WORDS=(flashsloth ask photo.jpg -t yes); COMP_CWORD=4; "
        '_flashsloth_completion flashsloth yes -t; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == ["complete -o default -F _flashsloth_completion flashsloth", "yes-no"]


def asking(*words: str) -> dict[str, str]:
    line = {"COMP_WORDS": " ".join(["flashsloth", *words]), "COMP_CWORD": str(len(words))}
    return {**os.environ, "PYTHONPATH": str(ROOT), COMPLETES: "complete_bash", **line}


def test_nothing_heavy_is_loaded(program) -> None:
    for words in (("ask", "-m", "na"), ("ask", "-t", "re"), ("config", "set", "quant", "nf")):
        done = program(driver="modules", env=asking(*words))
        assert {"torch", "transformers", "PIL", "numpy", "rich", "prompt_toolkit"} & set(done.err.split()) == set()
