"""Names of one's own for models: the table `models` of config.toml, and what -m takes."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from safetensors import safe_open

import tiny
from cli.conftest import Cli
from flashsloth.utils.paths import NANO_FOLDER
from flashsloth_cli.asking.models import asked_model
from flashsloth_cli.options import Options
from flashsloth_cli.settings import settings

ASK = ("ask", "--no-picture", "-p", "What can you do?", "--server", "none")


@pytest.fixture
def shops(tmp_path: Path) -> Path:
    """The folder of an adapter that changes nothing."""
    with safe_open(NANO_FOLDER / "model.safetensors", "pt") as weights:
        head = weights.get_tensor("lm_head.weight")
    return tiny.adapter(tmp_path / "of shops", "nano", {"lm_head.weight": head})


def asked(**flags: str) -> dict[str, str | None]:
    return asked_model(settings.resolve(Options(**flags), settings.read()))


def test_a_name_stands_for_a_model_with_its_adapter(cli: Cli, home: Path, shops: Path) -> None:
    assert cli("config", "set", "models.shops.model", "nano").code == 0
    assert cli("config", "set", "models.shops.adapter", str(shops)).code == 0
    assert cli("config", "set", "models.plain.model", "nano").code == 0
    found = asked(model="shops")
    assert (found["model"], found["adapter"]) == ("nano", str(shops))
    assert asked(model="plain") == asked(model="nano")
    listed = cli("config", "show", "--json").document["models"]
    assert listed == {
        "shops": {"model": "nano", "adapter": str(shops)},
        "plain": {"model": "nano", "adapter": None},
    }
    assert "models.shops.adapter" in cli("config", "show").out
    # as the default
    assert cli("config", "set", "model", "shops").code == 0
    assert asked()["adapter"] == str(shops)
    row = {row["name"]: row for row in cli("list", "--json").document["models"]}["shops"]
    assert (row["default"], row["kind"], row["path"]) == (True, "adapter", str(shops))
    # removed again
    assert cli("config", "unset", "models.shops.adapter").code == 0
    assert asked()["adapter"] is None
    assert cli("config", "unset", "models.plain").code == 0
    cli(*ASK, "-m", "plain").refused("model_unknown")


@pytest.mark.parametrize(
    "before",
    [
        'models.a.model = "nano"\ntop_k = 3\n',
        '# mine\nmax_tokens = 9\n[models.z]\nmodel = "nano"\n',
        '[models.a]\nmodel="nano"\n[other]\nz=1\n[models.c]\nmodel="nano"\n',
        '[models]\na = {model = "nano"}\n',
        "top_k = 3\n",
    ],
)
def test_other_lines_of_the_file_stay(cli: Cli, home: Path, before: str) -> None:
    """A file that cannot be changed is left as it is, with an error."""
    file = home / "config.toml"
    file.write_text(before)
    done = cli("config", "set", "models.b.model", "nano")
    if done.code:
        done.refused("input", "models.b")
        assert file.read_text() == before
    else:
        wanted = tomllib.loads(before)
        wanted.setdefault("models", {})["b"] = {"model": "nano"}
        assert tomllib.loads(file.read_text()) == wanted
        assert cli("config", "unset", "models.b.model").code == 0
        assert tomllib.loads(file.read_text()) == tomllib.loads(before)
    assert cli("config", "show").code == 0


def test_a_table_that_is_none(cli: Cli, home: Path) -> None:
    for text in ("models = 5\n", '[models]\nshops = "x"\n'):
        (home / "config.toml").write_text(text)
        cli("config", "set", "models.shops.model", "nano").refused("option")


def test_the_default_that_loses_its_name(cli: Cli) -> None:
    cli("config", "set", "models.mine.model", "nano")
    cli("config", "set", "model", "mine")
    assert "warning" in cli("config", "unset", "models.mine").err


def test_it_goes_before_a_folder(cli: Cli) -> None:
    Path("mine").mkdir()
    cli("config", "set", "models.mine.model", "nano")
    assert asked(model="mine")["model"] == "nano"
    assert asked(model="./mine")["model"] == str(Path("mine").absolute())
    assert cli(*ASK, "-m", "mine").out == cli(*ASK, "-m", "nano").out


def test_the_folder_of_an_adapter(cli: Cli, shops: Path) -> None:
    """It is taken for -m, too, but not with a second adapter."""
    found = asked(model=str(shops))
    assert (found["model"], found["adapter"]) == ("nano", str(shops))
    cli(*ASK, "-m", str(shops), "--adapter", str(shops)).refused(2)


def test_commands_without_adapters_say_what_to_do(cli: Cli, shops: Path) -> None:
    cli("config", "set", "models.shops.adapter", str(shops))
    for line in (("quantize", "shops", "-o", "copy"), ("bench", "-m", "shops")):
        cli(*line).refused("model_unsupported", "flashsloth merge")


@pytest.mark.parametrize(
    "name", ["nano", "Nano", "ｎａｎｏ", "flashsloth", "a/b", "a b", "-a", "", "a.b"]
)
def test_names_that_are_refused(cli: Cli, home: Path, name: str) -> None:
    cli("config", "set", f"models.{name}.model", "nano").refused(2)
    (home / "config.toml").write_text(f"[models]\n{json.dumps(name)} = {{model = 'nano'}}\n")
    cli("config", "show").refused("option")


@pytest.mark.parametrize(
    "entry", ["'nano'", "{}", "{modle = 'nano'}", "{model = 3}", "{model = ''}", "[]"]
)
def test_entries_that_are_refused(cli: Cli, home: Path, entry: str) -> None:
    (home / "config.toml").write_text(f"[models]\nshops = {entry}\n")
    cli("config", "show").refused("option", "models.shops")


def test_what_config_set_refuses(cli: Cli, shops: Path) -> None:
    """A folder without what the key needs, a name that nobody knows, and another key."""
    Path("empty").mkdir()
    for key, value in (
        ("models.shops.adapter", "empty"),
        ("models.shops.adapter", "nothing"),
        ("models.shops.adapter", str(NANO_FOLDER)),
        ("models.shops.model", "empty"),
        ("models.shops.model", "nan"),
        ("models.shops.model", str(shops)),
        ("model", "empty"),
    ):
        cli("config", "set", key, value).refused("model_unknown")
    for key in ("models.shops", "models.shops.quant", "models.shops.model.x"):
        cli("config", "set", key, "nano").refused("option")
    assert settings.read().names == {}
    assert cli("config", "set", "model", "flashsloth").code == 0  # it need not be downloaded yet


def test_finetune_and_merge_print_the_line(cli: Cli, shops: Path) -> None:
    done = cli("merge", str(shops), "-o", "merged").ok
    line = done.err.rstrip().splitlines()[-1].partition(": ")[2]
    assert cli(*line.split()[1:]).code == 0
    assert asked(model="merged")["model"] == str(Path("merged").absolute())
