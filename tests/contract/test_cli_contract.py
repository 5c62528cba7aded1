"""The documents about the command line say what it does: commands, options, codes and schemas."""

from __future__ import annotations

import dataclasses
import json
import re
import runpy
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from flashsloth import errors
from flashsloth.training.recipe import Recipe
from flashsloth_cli.app import app
from flashsloth_cli.settings import prompt_templates, settings
from flashsloth_cli.terminal import exit_codes, streams
from paths import ROOT

CLI = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
REFERENCE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
TROUBLESHOOTING = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")


def error_rows() -> list[list[str]]:
    """The cells of the table of error codes."""
    section = REFERENCE.partition("## Error codes")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if re.match(r"\| \*?`", line)]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def subclasses(kind: type[errors.FlashSlothError]) -> Iterator[type[errors.FlashSlothError]]:
    yield kind
    for sub in kind.__subclasses__():
        yield from subclasses(sub)


def error_classes() -> list[type[errors.FlashSlothError]]:
    """Those of the library and the command line; tests may have made more."""
    mine = ("flashsloth.", "flashsloth_cli.")
    return [kind for kind in subclasses(errors.FlashSlothError) if kind.__module__.startswith(mine)]


def test_every_code_is_documented_with_its_exit_code() -> None:
    listed = {row[0].strip("*`"): int(row[1]) for row in error_rows()}
    actual = {kind.code: kind.exit_code for kind in error_classes()}
    assert listed == {**actual, "usage": exit_codes.USAGE, "internal": 1}
    assert len(actual) == len(error_classes())  # codes are unique
    assert all(map(all, error_rows()))
    assert {streams.OutputError, prompt_templates.TemplateNotFound} < set(error_classes())


def test_families_are_marked() -> None:
    rows = error_rows()
    marked = {row[0].strip("*`") for row in rows if row[0].startswith("*")}
    families = {kind.code for kind in error_classes() if kind.__subclasses__()} - {"server"}
    assert marked == families


def test_the_options_are_up_to_date() -> None:
    """After a change of commands or options: make docs"""
    made = runpy.run_path(str(ROOT / "docs" / "make_options.py"))
    assert (ROOT / "docs" / "options.md").read_text(encoding="utf-8") == made["document"]()
    for words in made["commands"](get_command(app)):
        assert f"options.md#{'-'.join(words)})" in CLI, words


def test_every_exit_code_and_variable_is_explained() -> None:
    others = {
        0,
        129,
        143,
        exit_codes.USAGE,
        exit_codes.SOME_FAILED,
        exit_codes.INTERRUPTED,
        exit_codes.CLOSED_PIPE,
    }
    table = re.findall(r"^\| (\d+) \| [A-Z]", REFERENCE, re.MULTILINE)
    assert sorted(map(int, table)) == sorted({*(kind.exit_code for kind in error_classes()), *others})
    sources = [*(ROOT / "flashsloth").rglob("*.py"), *(ROOT / "flashsloth_cli").rglob("*.py")]
    read = {
        name for each in sources for name in re.findall(r'"(FLASHSLOTH_\w+)"', each.read_text("utf-8"))
    }
    read.remove("FLASHSLOTH_SERVER_LOG")  # between processes of the program
    assert len(read) > 4
    assert read <= set(re.findall(r"^\| `(\w+)` \|", REFERENCE, re.MULTILINE))


def test_the_example_configuration_is_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [example] = re.findall(r"```toml\n(.*?)```", REFERENCE, re.DOTALL)
    (tmp_path / "config.toml").write_text(example)
    monkeypatch.setenv("FLASHSLOTH_CONFIG", str(tmp_path / "config.toml"))
    found = settings.read()
    values = tomllib.loads(example)
    assert found.names == {"shops": settings.NamedModel(**values.pop("models")["shops"])}
    assert (found.values, found.warnings) == (values, ())


def test_every_setting_of_a_run_is_an_option_or_explained() -> None:
    commands = [get_command(app).commands[name].load() for name in ("train", "finetune")]
    options = {parameter.name for command in commands for parameter in command.params}
    table = REFERENCE.partition("\n## Settings of a run")[2].partition("\n## ")[0]
    explained = set(re.findall(r"\w+", " ".join(re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE))))
    fields = {field.name for field in dataclasses.fields(Recipe)} - {"method"}
    assert (fields - options, explained & options) == (explained, set())


def test_every_slash_command_is_explained() -> None:
    from flashsloth_cli.chat.slash_commands import ALIASES, COMMANDS

    assert {*COMMANDS, *ALIASES} <= set(re.findall(r"`(/[a-z?]+)", CLI))


def shape(value: Any) -> Any:
    """Keys all the way down."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return (
        [shape(value[0])] if isinstance(value, list) and value and isinstance(value[0], dict) else None
    )


def test_the_documented_answer_has_the_real_one_s_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FLASHSLOTH_MODEL", raising=False)
    monkeypatch.setenv("FLASHSLOTH_HOME", "/nonexistent")
    image = str(ROOT / "examples" / "images" / "stop-sign.png")
    done = CliRunner().invoke(app, ["ask", image, "-p", "What is this?", "--json", "-q"])
    [example] = re.findall(r"```json\n(.*?)```", REFERENCE, re.DOTALL)
    assert shape(json.loads(example)) == shape(json.loads(done.stdout))


def test_the_documented_error_has_the_real_one_s_keys() -> None:
    done = CliRunner().invoke(app, ["ask", "nothing.png", "-p", "hello", "--json"])
    [example] = re.findall(r"```json\n(.*?)```", TROUBLESHOOTING, re.DOTALL)
    assert shape(json.loads(example)) == shape(json.loads(done.stderr))
    assert json.loads(example)["error"]["code"] == json.loads(done.stderr)["error"]["code"]
