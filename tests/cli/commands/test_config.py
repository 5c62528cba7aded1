"""`config`: what is settled and where, and changing one line of the file without touching the
others."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from flashsloth.errors import InputError
from flashsloth_cli.options import KEYS, check
from flashsloth_cli.settings import settings

MINE = """\
# my settings
model = "nano"      # until the big one is here
system = '''
Answer in
model = "one" sentence.
'''
max_tokens = 64

[of_mine]
model = "of a table"
top_k = 3
"""


@pytest.fixture
def file(home: Path) -> Path:
    path = home / "config.toml"
    path.write_text(MINE)
    return path


def settled(cli, key: str) -> dict:
    document = cli("config", "show", "--json").document
    assert document["schema"] == "flashsloth.config/1"
    assert [row["key"] for row in document["settings"]] == list(KEYS)
    return {row["key"]: row for row in document["settings"]}[key]


def test_show_says_where_each_value_comes_from(
    cli, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLASHSLOTH_MODEL", "flashsloth")
    given = {"value": "flashsloth", "origin": "environment", "from": "FLASHSLOTH_MODEL"}
    assert settled(cli, "model") == {"key": "model", **given, "variable": "FLASHSLOTH_MODEL"}
    assert settled(cli, "max_tokens") == {
        "key": "max_tokens",
        "value": 64,
        "origin": "file",
        "from": str(file),
        "variable": "FLASHSLOTH_MAX_TOKENS",
    }
    top_k = settled(cli, "top_k")
    assert (top_k["value"], top_k["origin"], top_k["from"]) == (0, "built-in", None)
    lines = {line.split()[0]: line.split() for line in cli("config", "show").out.splitlines()}
    assert lines["KEY"] == ["KEY", "VALUE", "ORIGIN"]
    assert lines["model"] == ["model", '"flashsloth"', "FLASHSLOTH_MODEL"]
    assert lines["max_tokens"] == ["max_tokens", "64", str(file)]
    assert lines["seed"] == ["seed", "-", "built-in"]


def test_defaults_are_valid() -> None:
    for key, setting in KEYS.items():
        if setting.default is not None:
            check(key, setting, setting.default)


@pytest.mark.parametrize(("key", "said"), [("max_tokens", "64"), ("model", "nano"), ("top_p", "1.0")])
def test_get(cli, file: Path, key: str, said: str) -> None:
    done = cli("config", "show", key)
    assert (done.code, done.out, done.err) == (
        0,
        f"{said}\n",
        f"warning: {file}: unknown key of_mine\n",
    )


def test_one_setting_as_json(cli, file: Path) -> None:
    assert cli("config", "show", "max_tokens", "--json").document == {
        "schema": "flashsloth.config/1",
        "path": str(file),
        "settings": [
            {
                "key": "max_tokens",
                "value": 64,
                "origin": "file",
                "from": str(file),
                "variable": "FLASHSLOTH_MAX_TOKENS",
            }
        ],
    }


def test_path(cli, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On stdout alone, whether or not the file is there or can be read."""
    (home / "config.toml").write_text("model = \n")
    assert cli("config", "path").out == f"{home / 'config.toml'}\n"
    monkeypatch.setenv("FLASHSLOTH_CONFIG", "none.toml")
    done = cli("config", "path")
    assert (done.code, done.out, done.err) == (0, "none.toml\n", "")


def test_dashes_in_keys(cli, home: Path) -> None:
    """As in --set, and in the option of the same name."""
    file = home / "config.toml"
    assert cli("config", "set", "top-k", "40").err == f"top_k = 40 in {file}\n"
    assert cli("config", "show", "top-k").out == "40\n"
    assert cli("config", "unset", "top-k").err == f"removed top_k from {file}\n"
    assert cli("config", "unset", "top-k").err == f"top_k is not in {file}\n"
    file.write_text("top-k = 4\ntop_k = 5\n")  # the first means nothing
    assert cli("config", "unset", "top-k").ok
    assert file.read_text() == "top_k = 5\n"


def test_set_changes_one_line(cli, file: Path) -> None:
    """Also of a file that is kept elsewhere."""
    file.symlink_to(file.rename("mine.toml").absolute())
    done = cli("config", "set", "model", "flashsloth")
    assert (done.code, done.out) == (0, "")
    assert str(file) in done.err
    assert file.read_text() == MINE.replace('model = "nano"      #', 'model = "flashsloth"      #')
    settings.change("model", 'odd "name"\\')
    old, new = 'model = "nano"      # until', 'model = "odd \\"name\\"\\\\"      # until'
    assert file.read_text() == MINE.replace(old, new)
    assert (settings.read().values.get("model"), file.is_symlink()) == ('odd "name"\\', True)
    assert cli("config", "show", "model").out == 'odd "name"\\\n'


@pytest.mark.parametrize("name", ["nano", "flashsloth@main", "org/name", "flashsloth"])
def test_names_of_models(cli, file: Path, name: str) -> None:
    Path("flashsloth").mkdir()  # the known name counts, as with -m
    assert cli("config", "set", "model", name).code == 0
    assert settings.read().values.get("model") == name


def test_a_folder_is_written_with_its_whole_path(cli, file: Path, tmp_path: Path) -> None:
    """It is the same model from any folder."""
    Path("mine").mkdir()
    cli("config", "set", "model", "mine").refused(4)  # it has no model yet
    Path("mine", "config.json").touch()
    for name in ("mine", "./mine", "../work/mine"):
        assert cli("config", "set", "model", name).code == 0
        assert settings.read().values.get("model") == str(tmp_path / "work" / "mine")


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"{MINE}\n",
        "seed = 1\r\n# two\r\n",
        "model.a = 1\n",
        "top_k = 1\n[model]\na = 1\n[z]\nb = 2\n",
        "a = [1,\n 2, # three\n]\n",
        '"model" = "quoted"\n',
        "[[model]]\n",
    ],
)
def test_any_file_keeps_what_it_says(cli, home: Path, text: str) -> None:
    path = home / "config.toml"
    path.write_bytes(text.encode())
    assert cli("config", "set", "model", "nano").code == 0
    assert tomllib.loads(path.read_text()) == {**tomllib.loads(text), "model": "nano"}
    for line in text.splitlines():
        assert line in path.read_text() or "model" in line or "a = 1" in line
    assert cli("config", "unset", "model").code == 0
    assert tomllib.loads(path.read_text()) == {
        k: v for k, v in tomllib.loads(text).items() if k != "model"
    }


def test_set_where_the_file_system_has_no_modes(cli, home: Path, no_modes: None) -> None:
    for model in ("nano", "flashsloth"):
        assert cli("config", "set", "model", model).code == 0
    assert (home / "config.toml").read_text() == 'model = "flashsloth"\n'


def test_set_where_the_file_system_has_no_locks(cli, home: Path, no_locks: None) -> None:
    assert cli("config", "set", "model", "nano").code == 0
    assert (home / "config.toml").read_text() == 'model = "nano"\n'
    assert [path.name for path in home.iterdir()] == ["config.toml"]


@pytest.mark.parametrize(
    ("key", "typed", "value"),
    [
        *(
            ("stats", word, word in ("true", "on", "YES"))
            for word in ("true", "on", "YES", "off", "no")
        ),
        *[("temperature", "0.7", 0.7), ("top_p", "1", 1), ("seed", "3", 3), ("quant", "4bit", "4bit")],
    ],
)
def test_set_reads_values_as_the_file_has_them(
    cli, home: Path, key: str, typed: str, value: object
) -> None:
    assert cli("config", "set", key, typed).code == 0
    assert tomllib.loads((home / "config.toml").read_text()) == {key: value}
    assert cli("config", "show", key).out == f"{str(value).lower()}\n"


@pytest.mark.parametrize(
    ("typed", "texts"), [('["END", "a,b"]', ["END", "a,b"]), ("[END]", ["[END]"]), ("", [])]
)
def test_set_reads_texts(cli, home: Path, typed: str, texts: list[str]) -> None:
    """Several are a JSON list; anything else is one text, and nothing is none."""
    assert cli("config", "set", "stop", typed).code == 0
    assert tomllib.loads((home / "config.toml").read_text()) == {"stop": texts}


def test_set_mends_a_wrong_line(cli, home: Path) -> None:
    (home / "config.toml").write_text('top_k = "many"\n')
    cli("config", "show", "top_k").refused(2)
    assert cli("config", "set", "top_k", "5").ok
    assert cli("config", "show", "top_k").out == "5\n"


def test_an_unknown_preset(cli, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A flag, a line of the file and a variable say which there are."""
    cli("ask", "-p", "Hi", "--quant", "llm-int8").refused(2, "nf4")
    (home / "config.toml").write_text('quant = "llm-int8"\n')
    cli("ask", "-p", "Hi").refused(2, "nf4")
    (home / "config.toml").unlink()
    monkeypatch.setenv("FLASHSLOTH_QUANT", "llm-int8")
    cli("ask", "-p", "Hi").refused(2, "nf4")


def test_set_says_that_the_environment_comes_first(
    cli, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLASHSLOTH_QUANT", "int4")
    assert "warning: FLASHSLOTH_QUANT " in cli("config", "set", "quant", "int8").err
    assert "warning" not in cli("config", "set", "model", "nano").err


def test_unset(cli, file: Path) -> None:
    assert cli("config", "unset", "max_tokens").code == 0
    assert file.read_text() == MINE.replace("max_tokens = 64\n", "")
    assert cli("config", "unset", "max_tokens").err == f"max_tokens is not in {file}\n"
    file.write_text('modle = "nano"\nseed = 1\n')
    assert cli("config", "unset", "modle").code == 0  # means nothing, but is there
    assert file.read_text() == "seed = 1\n"


# The file and its folder


def test_a_broken_file_is_left_alone(cli, file: Path) -> None:
    file.write_text("model = \n")
    cli("config", "set", "seed", "1").refused(2, str(file))
    assert file.read_text() == "model = \n"


def test_the_folder_is_made(cli, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, folder in (
        ("FLASHSLOTH_HOME", home / "new" / "deep"),
        ("FLASHSLOTH_CONFIG", home / "none"),
    ):
        monkeypatch.setenv(name, str(folder if name == "FLASHSLOTH_HOME" else folder / "config.toml"))
        assert cli("config", "set", "seed", "1").code == 0
        assert (folder / "config.toml").read_text() == "seed = 1\n"
    (home / "file").touch()
    monkeypatch.setenv("FLASHSLOTH_CONFIG", str(home / "file" / "own.toml"))
    assert cli("config", "set", "seed", "1").code == 3


def test_one_changes_the_file_at_a_time(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the later of two writes would lose the change of the other."""
    write = settings.write_toml

    def meanwhile(*words: Any) -> None:
        monkeypatch.setattr(settings, "write_toml", write)
        with pytest.raises(InputError, match=r"config\.toml cannot be written: .* lock"):
            settings.change("top_k", 9)
        write(*words)

    monkeypatch.setattr(settings, "LOCK_SECONDS", 0)
    monkeypatch.setattr(settings, "write_toml", meanwhile)
    settings.change("seed", 1)
    settings.change("top_k", 9)
    read = tomllib.loads(file.read_text())
    assert (read["seed"], read["top_k"], read["max_tokens"]) == (1, 9, 64)
    assert [path.name for path in file.parent.iterdir()] == ["config.toml"]


def test_a_write_that_fails_leaves_everything(cli, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "replace", mock.Mock(side_effect=PermissionError(13, "Permission denied")))
    cli("config", "set", "seed", "1").refused(3, f"{file} cannot be written: Permission denied")
    assert file.read_text() == MINE
    assert [path.name for path in file.parent.iterdir()] == ["config.toml"]
