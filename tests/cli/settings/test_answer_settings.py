"""Each setting of an answer in each view: a user gives it there under its name, and it is in force; or
the table of `AnswerSettings` says that the view lacks it, and it is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
from typer.main import get_command

from flashsloth.chat import FlashSloth, open_model
from flashsloth.chat.chat import AskOptions
from flashsloth.checkpoints.model_files import sampling_defaults
from flashsloth.errors import FlashSlothError, OptionError
from flashsloth.generation.answer_settings import SAMPLING, SETTINGS, VIEWS, AnswerSettings, names_in
from flashsloth.server.requests import parse_chat_request
from flashsloth_cli.app import app
from flashsloth_cli.chat import slash_commands
from flashsloth_cli.options import Options
from flashsloth_cli.settings import prompt_templates, settings
from flashsloth_cli.settings.settings import ResolvedOptions, Settings, resolve

SCHEMA = {
    "type": "object",
    "properties": {"n": {"type": "integer"}},
    "required": ["n"],
    "additionalProperties": False,
}
VALUES: dict[str, Any] = {  # of settings that are no numbers
    "system": "Be short.",
    "hd": True,
    "schema": json.dumps(SCHEMA),
    "regex": "[a-z]+",
    "schema_in_prompt": False,
    "choices": ["yes", "no"],
    "stop": ["END"],
    "refusal": "^no",
}
SENT: dict[str, Any] = {"response_format": {"type": "json_schema", "json_schema": {"schema": SCHEMA}}}


def value_of(name: str) -> Any:
    return VALUES[name] if name in VALUES else {int: 5, float: 0.5}[SETTINGS[name].kind]


def with_need(name: str, key: str, value: Any) -> dict[str, Any]:
    """Return a setting with what it needs to have an effect."""
    return {key: value} | (
        {key.replace("schema_in_prompt", "regex"): "[a-z]+"} if name == "schema_in_prompt" else {}
    )


def of_ask(nano: FlashSloth, name: str, key: str) -> AnswerSettings:
    return nano.chat().settings(**with_need(name, key, value_of(name)))


def of_ray(nano: FlashSloth, name: str, key: str) -> AnswerSettings:
    ray = pytest.importorskip("flashsloth.batch.ray", reason="pip install '.[ray]'")
    with mock.patch.object(ray, "open_model", mock.create_autospec(open_model, return_value=nano)):
        return ray.RayAnswerer("nano", **{key: value_of(name)}).answerer.settings


def asked_with(nano: FlashSloth, options: ResolvedOptions) -> AnswerSettings:
    """Return how the command line asks with these options."""
    return nano.chat(system=options.system, hd=options.hd).settings(**options.answer)


def of_config(nano: FlashSloth, name: str, key: str) -> AnswerSettings:
    for one in with_need(name, key, None):
        settings.check_key(one)
    given = with_need(name, key, value_of(name))
    settings.config_path().write_text(
        "".join(f"{one} = {settings.value_text(it)}\n" for one, it in given.items())
    )
    in_file = asked_with(nano, resolve(Options(), settings.read()))
    typed = [
        f"{one}={settings.value_text(it) if isinstance(it, list) else it}" for one, it in given.items()
    ]
    assert asked_with(nano, resolve(Options(set=typed), Settings())) == in_file
    return in_file


def of_template(nano: FlashSloth, name: str, key: str) -> AnswerSettings:
    path = Path("form.toml")
    given = with_need(name, key, value_of(name))
    path.write_text("".join(f"{one} = {settings.value_text(it)}\n" for one, it in given.items()))
    template = prompt_templates.read(path)
    for warning in template.warnings:
        raise OptionError(warning)
    return asked_with(nano, resolve(Options(), template.over(Settings())))


def of_chat(nano: FlashSloth, name: str, key: str) -> AnswerSettings:
    talk: Any = SimpleNamespace(options=resolve(Options()), model=nano)
    slash_commands.COMMANDS["/set"].action(
        talk, f"{key} {value_of(name)}" if name != "stop" else f"{key} END"
    )
    return asked_with(nano, talk.options)


def of_server(nano: FlashSloth, name: str, key: str) -> AnswerSettings:
    value = SENT.get(key, value_of(name))
    body = {"messages": [{"role": "user", "content": "Why?"}], **with_need(name, key, value)}
    return parse_chat_request(body).settings


USED: Mapping[str, Callable[[FlashSloth, str, str], AnswerSettings]] = {
    "ask": of_ask,
    "ray": of_ray,
    "config": of_config,
    "template": of_template,
    "chat": of_chat,
    "server": of_server,
}
EACH = [(name, view) for view in VIEWS for name in SETTINGS]


def expected(name: str, found: AnswerSettings) -> tuple[Any, Any]:
    """Return what the settings found have, and what they must have."""
    value = value_of(name)
    if name in ("schema", "regex"):
        assert found.constraint is not None
        text = json.dumps(SCHEMA, separators=(",", ":")) if name == "schema" else value
        return (found.constraint.kind, found.constraint.text), (name, text)
    if name == "schema_in_prompt":
        return found.constraint and found.constraint.in_prompt, value
    held = getattr(found, name)
    return (list(held) if isinstance(held, tuple) else held), value


def test_every_field_is_in_the_table() -> None:
    assert {each.name for each in fields(AnswerSettings)} == {*SETTINGS, "constraint", "all_hd"}
    assert {view for setting in SETTINGS.values() for view in setting.names} <= set(VIEWS) == set(USED)


def test_type_checkers_know_the_arguments_of_ask() -> None:
    assert set(AskOptions.__annotations__) == set(names_in("ask"))


@pytest.mark.parametrize(("name", "view"), EACH)
def test_a_view_has_what_the_table_says(nano: FlashSloth, home: Path, name: str, view: str) -> None:
    keys = names_in(view).get(name, ())
    for key in keys:
        found, wanted = expected(name, USED[view](nano, name, key))
        assert found == wanted
    if not keys:
        with pytest.raises((TypeError, FlashSlothError)):
            USED[view](nano, name, name)


def test_flags() -> None:
    flags = {
        each.name: each
        for each in get_command(app).commands["ask"].load().params
        if each.name in SETTINGS
    }
    assert flags.keys() == {name for name, setting in SETTINGS.items() if setting.flag}
    for name, each in flags.items():
        assert {*each.opts, *each.secondary_opts} == set(
            re.findall(r"--?[a-z][\w-]*", SETTINGS[name].flag)
        )
        assert each.help == SETTINGS[name].help


@pytest.mark.parametrize("view", VIEWS)
def test_an_answer_of_no_tokens_is_for_a_server(nano: FlashSloth, home: Path, view: str) -> None:
    """It computes the prompt alone."""
    with mock.patch(f"{__name__}.value_of", return_value=0):
        if view == "server":
            assert of_server(nano, "max_tokens", "max_tokens").max_tokens == 0
            return
        with pytest.raises(FlashSlothError, match="max_tokens must be 1 or more"):
            USED[view](nano, "max_tokens", "max_tokens")


def test_what_the_files_of_a_model_may_say(tmp_path: Path) -> None:
    said = {name: value_of(name) for name in SAMPLING}
    (tmp_path / "generation_config.json").write_text(json.dumps({"do_sample": True, **said}))
    assert sampling_defaults(tmp_path).keys() == said.keys() - {"seed"}
