"""Settings: a flag before the environment, the environment before the file."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest

from flashsloth.errors import InputError, SchemaError, SettingsFileError
from flashsloth.utils import paths, system
from flashsloth_cli.options import KEYS, Options
from flashsloth_cli.settings import settings
from flashsloth_cli.settings.settings import Settings, resolve, variable_of


@pytest.fixture
def set_environment() -> Iterator[Any]:
    """The function, without what its module and it change in this process: Ctrl-C and variables."""
    before = signal.getsignal(signal.SIGINT)
    from flashsloth_cli.__main__ import set_environment

    signal.signal(signal.SIGINT, before)
    with mock.patch.dict(os.environ):
        yield set_environment


def config(home: Path, text: str) -> Path:
    path = home / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def ask(cli, *words: str) -> dict:
    return cli("ask", "--no-picture", "-p", "hi", "-q", "--json", *words).document


def test_a_flag_before_the_file(cli, home: Path) -> None:
    config(
        home,
        'model = "nano"\nsystem = "Be short."\nmax_tokens = 2\nhd = true\ntemperature = 0.5\nseed = 3\n',
    )
    done = cli("ask", "--no-picture", "-p", "hi", "--json")
    assert done.document["system"] == "Be short."
    assert {"max_tokens": 2, "temperature": 0.5, "seed": 3, "hd": True}.items() <= done.document[
        "options"
    ].items()
    document = ask(cli, "-s", "", "--max-tokens", "3", "--temperature", "0", "--no-hd")
    assert document["system"] == ""
    assert {"max_tokens": 3, "temperature": 0.0, "hd": False}.items() <= document["options"].items()


@pytest.mark.parametrize(
    ("words", "can_start", "given", "expected"),
    [
        (["ask"], True, None, None),
        (["ask"], False, None, "1"),
        (["ask"], False, "3", "3"),
        (["sessions", "list"], False, None, None),
    ],
)
def test_numpys_threads_where_few_can_be_started(
    set_environment,
    monkeypatch: pytest.MonkeyPatch,
    words: list[str],
    can_start: bool,
    given: str | None,
    expected: str | None,
) -> None:
    """OpenBLAS raises SIGINT for a thread that it cannot start."""
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    if given is not None:
        monkeypatch.setenv("OPENBLAS_NUM_THREADS", given)
    monkeypatch.setattr(system, "can_start_threads", lambda _: can_start)
    set_environment(words)
    assert os.environ.get("OPENBLAS_NUM_THREADS") == expected


def test_model_flag_before_environment_before_file(
    cli, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config(home, 'model = "no-such-model"')
    assert cli("ask", "--no-picture", "-p", "hi").error[0] == "unknown model no-such-model"
    monkeypatch.setenv("FLASHSLOTH_MODEL", "another-model")
    assert cli("ask", "--no-picture", "-p", "hi").error[0] == "unknown model another-model"
    assert ask(cli, "-m", "nano")["model"]["name"] == "nano"
    for name in ("nano", "flashsloth", "me/mini", "/no/folder"):
        monkeypatch.setenv("FLASHSLOTH_MODEL", f"{name}\r")  # of a file with Windows' line ends
        assert rf"'{name}\r'" in cli("ask", "--no-picture", "-p", "hi").error[0]
    monkeypatch.setenv("FLASHSLOTH_MODEL", "")
    assert cli("ask", "--no-picture", "-p", "hi").error[0] == "unknown model no-such-model"


@pytest.mark.parametrize(
    ("name", "wrong", "right"), [("device", "gpu", "cpu"), ("quant", "int5", "int8")]
)
def test_a_choice_from_the_environment(
    cli, monkeypatch: pytest.MonkeyPatch, name: str, wrong: str, right: str
) -> None:
    monkeypatch.setenv(f"FLASHSLOTH_{name.upper()}", right)
    assert ask(cli)["model"][name] == right
    monkeypatch.setenv(f"FLASHSLOTH_{name.upper()}", wrong)
    for words in ((f"--{name}", right), ("--set", f"{name}={right}")):
        assert ask(cli, *words)["model"][name] == right
    for words in (("ask", "--no-picture", "-p", "hi"), ("show", "nano"), ("serve",)):
        done = cli(*words)
        assert (done.code, done.error[1]) == (2, f"Correct or unset FLASHSLOTH_{name.upper()}.")
    assert cli("finetune", "rows.jsonl", "-o", "out", "--lora", f"--{name}", wrong).code == 2


def test_each_setting_has_a_variable(cli, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read as after --set, before config.toml, and overridden by flags and --set."""
    config(home, "max_tokens = 9\nregex = '[a-z]'")
    texts = {
        "max_tokens": ("3", 3),
        "temperature": ("0.5", 0.5),
        "stop": ('["A", "B"]', ["A", "B"]),
        "history": ("off", False),
        "schema": ("word", "word"),  # instead of the file's regular expression
        "max_side": ("64", 64),
    }
    for name, (text, _) in texts.items():
        monkeypatch.setenv(variable_of(name), text)
    shown = {row["key"]: row for row in cli("config", "show", "--json").document["settings"]}
    for name, (_, value) in texts.items():
        assert (shown[name]["value"], shown[name]["from"]) == (value, f"FLASHSLOTH_{name.upper()}")
    assert shown["regex"]["value"] is None
    assert {row["variable"] for row in shown.values()} == {variable_of(name) for name in KEYS}
    monkeypatch.delenv("FLASHSLOTH_SCHEMA")
    monkeypatch.delenv("FLASHSLOTH_STOP")
    options = ask(cli, "--regex", "[a-z]+")["options"]
    assert (options["max_tokens"], options["temperature"], options["max_side"]) == (3, 0.5, 64)
    for words in (("--max-tokens", "4"), ("--set", "max_tokens=4")):
        assert ask(cli, *words, "--regex", "[a-z]+")["options"]["max_tokens"] == 4


@pytest.mark.parametrize(
    ("name", "wrong"), [("max_tokens", "many"), ("temperature", "-1"), ("history", "perhaps")]
)
def test_a_wrong_variable(cli, monkeypatch: pytest.MonkeyPatch, name: str, wrong: str) -> None:
    monkeypatch.setenv(variable_of(name), wrong)
    done = cli("ask", "--no-picture", "-p", "hi")
    assert (done.code, done.error[1]) == (2, f"Correct or unset {variable_of(name)}.")
    assert wrong in done.error[0]


@pytest.mark.parametrize("is_known", [True, False])
@pytest.mark.parametrize("given", [None, "", "relative"])
def test_without_a_home(
    cli, set_environment, tmp_path: Path, picture: Path, monkeypatch, given, is_known
) -> None:
    """A user of the system without one in its environment, and a user that the system does not know."""

    def account(number: int) -> SimpleNamespace:
        if not is_known:
            raise KeyError(number)
        return SimpleNamespace(pw_dir=str(tmp_path / "home"))

    variables = {
        name: value for name, value in os.environ.items() if name not in ("HOME", "FLASHSLOTH_HOME")
    }
    monkeypatch.setattr(os, "environ", variables | ({} if given is None else {"HOME": given}))
    monkeypatch.setattr("pwd.getpwuid", account)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = tmp_path / "home" if is_known else tmp_path / f"flashsloth-{os.getuid()}"
    if not is_known:
        assert paths.user_folder("data") == folder / "data"
        folder.chmod(0o755)  # others could enter
        assert paths.user_folder("data").parent != folder
        folder.chmod(0o700)
    assert (set_environment([]) is None) == (is_known and given is None)
    assert cli("config", "show").err.endswith(f"{folder}/.config/flashsloth/config.toml\n")
    for words in (
        ("ask", picture, "--session", "a", "hi", "-q"),
        ("sessions", "list"),
        ("list",),
        ("ps",),
    ):
        assert (cli(*words).code, set_environment([])) == (0, None)


def test_which_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings.config_path() == home / "config.toml"
    monkeypatch.setenv("FLASHSLOTH_CONFIG", "~/own.toml")
    assert settings.config_path() == home / "own.toml"
    monkeypatch.delenv("FLASHSLOTH_CONFIG")
    monkeypatch.delenv("FLASHSLOTH_HOME")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "xdg"))
    monkeypatch.setattr("sys.platform", "linux")
    assert settings.config_path() == home / "xdg" / "flashsloth" / "config.toml"


def test_a_missing_file(cli, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It counts as empty, also when FLASHSLOTH_CONFIG names it. A folder is an error."""
    assert cli("ask", "--no-picture", "-p", "hi", "-q").code == 0
    monkeypatch.setenv("FLASHSLOTH_CONFIG", str(home / "no" / "none.toml"))
    done = cli("ask", "--no-picture", "-p", "hi", "-q")
    assert (done.code, done.err) == (0, "")
    assert cli("config", "show", "max_tokens").out == "512\n"
    monkeypatch.setenv("FLASHSLOTH_CONFIG", str(home))
    assert cli("ask", "--no-picture", "-p", "hi").error[0] == f"{home} cannot be read: Is a directory"


def test_unknown_key_warns(cli, home: Path) -> None:
    path = config(home, 'modle = "nano"\nzzz = 1\n')
    for words in (("ask", "--no-picture", "-p", "hi", "-q"), ("list",), ("show",), ("show", "nano")):
        done = cli(*words).ok
        assert done.err.splitlines() == [
            f"warning: {path}: unknown key modle. Did you mean model?",
            f"warning: {path}: unknown key zzz",
        ]


def test_unknown_kernels_warn(cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt restriction would pass numbers of this processor for those of a slower one."""
    for value in ("", *settings.KERNELS):
        monkeypatch.setenv("FLASHSLOTH_KERNELS", value)
        assert cli("show", "nano").err == ""
    monkeypatch.setenv("FLASHSLOTH_KERNELS", "AVX2")
    done = cli("show", "nano")
    assert (done.code, done.err) == (
        0,
        "warning: FLASHSLOTH_KERNELS=AVX2 is unknown and ignored; it can be avx2\n",
    )


# A schema or a regular expression, of which an answer has one

FILE, REGEX = Settings({"regex": "[a-z]"}), Settings({"schema": "count integer"})
PLACES = [  # flags, --set, what lies below them, and what the answer is held to
    ({"schema": "shape, color"}, [], FILE, "schema"),
    ({}, ["schema=shape, color"], FILE, "schema"),
    ({"regex": "[0-9]"}, [], REGEX, "[0-9]"),
    ({}, ["regex=[0-9]"], REGEX, "[0-9]"),
    ({"regex": "[0-9]"}, ["schema=shape, color"], FILE, "[0-9]"),
    ({}, [], FILE, "[a-z]"),
]


@pytest.mark.parametrize(("flags", "pairs", "below", "expected"), PLACES)
def test_a_schema_and_a_regex_of_two_places(
    flags: dict[str, Any], pairs: list[str], below: Settings, expected
) -> None:
    """The one that is nearer to the question counts, as for any setting."""
    constraint = resolve(Options(**flags, set=pairs), below).constraint
    assert constraint is not None
    assert expected in (constraint.kind, constraint.text)


def test_a_template_before_the_file(cli, home: Path, picture: Path) -> None:
    config(home, 'regex = "[0-9]{3}"\n')
    Path("shape.toml").write_text('schema = "shape disc|square"\n')
    assert cli("ask", picture, "What is it?", "-t", "shape.toml", "--json").document[
        "value"
    ].keys() == {"shape"}
    assert cli("ask", picture, "What is it?", "--json").document["value"].isdecimal()


@pytest.mark.parametrize(
    ("flags", "below"),
    [
        (Options(schema="a", regex="b"), Settings()),
        (Options(set=["schema=a", "regex=b"]), Settings()),
        (Options(), Settings({"schema": "a", "regex": "b"})),
    ],
)
def test_a_schema_and_a_regex_of_one_place(flags: Options, below: Settings) -> None:
    with pytest.raises(SchemaError, match="exclude each other"):
        resolve(flags, below)


def test_a_schema_file_is_read_when_it_is_named(home: Path) -> None:
    """Again then, as it may have changed; but not at any other change in a conversation, when it may be
    gone."""
    path = Path("form.json")
    path.write_text('{"const": 1}')
    options = resolve(Options(schema="form.json"))
    path.write_text('{"const": 2}')
    assert options.with_flags(max_tokens=3).constraint == options.constraint
    again = options.with_flags(schema="form.json")
    assert again.constraint is not None
    assert again.constraint.text == '{"const":2}'
    path.unlink()
    assert again.with_flags(temperature=0.5).constraint == again.constraint
    assert again.with_flags(regex="[a-z]", schema=None).with_flags(seed=1).constraint.kind == "regex"
    with pytest.raises(SettingsFileError):
        again.with_flags(schema="form.json")


def test_the_stop_in_force_is_checked() -> None:
    """That of /set in a conversation before that of --set: a right one may take the place of a wrong
    one."""
    wrong = "\udcff"
    with pytest.raises(InputError, match="a text of stop is not text in UTF-8"):
        resolve(Options(set=["stop=END"], stop=[wrong]))
    with pytest.raises(InputError, match="a text of stop is not text in UTF-8"):
        resolve(Options(set=[f"stop={wrong}"]))
    assert resolve(Options(set=[f"stop={wrong}"], stop=["END"])).stop == ["END"]
