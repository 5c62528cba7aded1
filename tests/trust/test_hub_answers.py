"""Invalid answers of a hub, and base models that only a file names: one test for each defect."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from safetensors.torch import save_file
from typer.testing import CliRunner

import flashsloth
from flashsloth.checkpoints import adapter, hub
from flashsloth.errors import FlashSlothError, ModelUnavailable, UnknownModel, UnsupportedModel
from flashsloth.training.recipe import Recipe
from flashsloth.training.recipe_file import as_values
from flashsloth.training.run import train
from flashsloth.utils.paths import NANO_FOLDER
from flashsloth_cli.app import app
from flashsloth_cli.terminal import progress, streams

if TYPE_CHECKING:
    from fake_hub import FakeHub

pytest_plugins = ("fake_hub",)

REPO = "org/name"
FILES = {
    "config.json": json.dumps({"architectures": ["FlashSlothForCausalLM"]}).encode(),
    "model.safetensors": b"weights",
    "tokenizer.json": b"{}",
}


@pytest.fixture
def here(hub_here: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeHub:
    """A hub with one model, and the home of a new user."""
    hub_here.add(REPO, FILES)
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FLASHSLOTH_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return hub_here


def pull() -> Path:
    return hub.fetch(hub.plan(hub.RepoId(REPO)))


def refused(kind: type[FlashSlothError] = ModelUnavailable) -> FlashSlothError:
    with pytest.raises(kind) as caught:
        pull()
    assert caught.value.hint
    return caught.value


# Descriptions of a model


def changed(**values: Any) -> Callable[[dict[str, Any]], bytes]:
    return lambda model: json.dumps({**model, **values}).encode()


def of_file(**values: Any) -> Callable[[dict[str, Any]], bytes]:
    """Replace the description of one file."""

    def describe(model: dict[str, Any]) -> bytes:
        model["siblings"][0] = {"rfilename": "config.json", "size": 5, **values}
        return json.dumps(model).encode()

    return describe


DESCRIPTIONS: dict[str, Callable[[dict[str, Any]], bytes]] = {
    "a name that is a number": of_file(rfilename=5),
    "no name": of_file(rfilename=None),
    "lfs as a string": of_file(lfs="yes"),
    "a commit that is a number": changed(sha=5),
    "a commit that is a path": changed(sha="../../../x"),
    "a commit that is a list": changed(sha=["0" * 40]),
    "files that are a number": changed(siblings=5),
    "files that are strings": changed(siblings=["config.json"]),
    "an invalid date": changed(lastModified="yesterday"),
    "a list": lambda model: b"[1]",
    "null": lambda model: b"null",
    "endless brackets": lambda model: b'{"x":' * 100_000,
    "endless number": lambda model: b'{"id": ' + b"9" * 5000 + b"}",
    "invalid UTF-8": lambda model: b'{"id": "\xff\xfe"}',
}


@pytest.mark.parametrize("describe", DESCRIPTIONS.values(), ids=list(DESCRIPTIONS))
def test_invalid_model_description(here: FakeHub, describe: Callable[[dict[str, Any]], bytes]) -> None:
    here.model_info = describe
    error = refused()
    assert len(str(error)) < 400
    assert str(error).isprintable()
    assert not list(here.home.rglob("snapshots/*/*"))


@pytest.mark.parametrize(
    ("does", "kind"),
    [
        *(({"model_info": changed(config={"architectures": named})}, UnsupportedModel)
          for named in (5, {"a": 1}, ["\x1b[31m"])),
        *(({"status": 500, "complaint": body}, ModelUnavailable)
          for body in (b"[1]", b'{"errors": [5]}', b"[" * 100_000, b"\x1b]0;pwn\x07")),
        *(({"headers": {"config.json": headers}}, ModelUnavailable)
          for headers in ({"Location": "http://["}, {"Content-Range": "bytes 0-1/*"})),
    ],
    ids=lambda value: repr(value)[:50],
)  # fmt: skip
def test_invalid_architectures_errors_and_headers(
    here: FakeHub, does: dict[str, Any], kind: type[FlashSlothError]
) -> None:
    for name, value in does.items():
        setattr(here, name, value)
    assert str(refused(kind)).isprintable()


@pytest.mark.parametrize("kind", [ValueError, RecursionError, RuntimeError, BrokenPipeError, KeyboardInterrupt])
def test_errors_of_a_callback_pass(here: FakeHub, kind: type[BaseException]) -> None:
    trouble = kind("a bug")

    def fail(done: int, total: int, label: str) -> None:
        if done:
            raise trouble

    with pytest.raises(kind) as caught:
        hub.fetch(hub.plan(hub.RepoId(REPO)), fail)
    assert caught.value is trouble


# What is printed


def test_names_are_printed_safely(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "wants_styling", lambda stream: True)
    with progress.downloading("title\x1b]0;pwn\x07", 10, quiet=False) as advance:
        advance(5, 10, "a.json")
    stderr = capsys.readouterr().err
    assert "pwn" in stderr
    assert "\x1b]" not in stderr
    assert "\x07" not in stderr


def test_model_card_that_is_a_link(here: FakeHub, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("a secret")
    folder = shutil.copytree(NANO_FOLDER, tmp_path / "model", ignore=shutil.ignore_patterns("README.md", "*.py"))
    (folder / "README.md").symlink_to(tmp_path / "secret")
    done = CliRunner().invoke(app, ["show", str(folder)])
    assert done.exit_code == 0
    assert "6.8 M" in done.output
    assert "a secret" not in done.output


# Base models that only a file names


@pytest.fixture
def learned(tmp_path: Path) -> Path:
    """An adapter from a stranger, whose base model is on a hub."""
    return write_adapter(tmp_path / "ad", "evil/tracker")


def write_adapter(folder: Path, base: str) -> Path:
    folder.mkdir()
    (folder / adapter.CONFIG).write_text(json.dumps({"peft_type": "LORA", "r": 1, "lora_alpha": 1}))
    (folder / adapter.OURS).write_text(json.dumps({"base": base, "image_hd": None}))
    pair = {"A": torch.ones(1, 4), "B": torch.ones(4, 1)}
    save_file({f"{adapter.PREFIX}x.lora_{m}.weight": t for m, t in pair.items()}, folder / adapter.WEIGHTS)
    return folder


COMMANDS = {
    "ask": ("ask", "--no-picture", "-p", "hi", "--adapter"),
    "chat": ("chat", "--plain", "--adapter"),
    "merge": ("merge", "-o", "merged"),
}


@pytest.mark.parametrize("words", COMMANDS.values(), ids=list(COMMANDS))
def test_base_model_of_an_adapter_is_not_fetched(here: FakeHub, learned: Path, words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, [*words, str(learned)], input="")
    stderr = " ".join(done.stderr.split())
    assert done.exit_code == 4
    assert str(learned) in stderr
    assert "flashsloth pull evil/tracker" in stderr
    assert "-m evil/tracker" in stderr
    with pytest.raises(ModelUnavailable, match="evil/tracker"):
        flashsloth.open(adapter=learned)
    assert here.requests == []


def test_base_model_of_a_resumed_run_is_not_fetched(here: FakeHub, tmp_path: Path) -> None:
    out = tmp_path / "run"
    out.mkdir()
    data = tmp_path / "rows.jsonl"
    data.write_text('{"question": "q", "answer": "a"}\n')
    recipe = Recipe(model="evil/tracker", data=(str(data),), output=str(out), max_steps=1)
    (out / "run.json").write_text(json.dumps({"schema": "flashsloth.run/1", "recipe": as_values(recipe)}))
    begun = Recipe(data=(str(data),), output=str(out), max_steps=1)
    with pytest.raises(ModelUnavailable, match="evil/tracker"):
        train(begun, resume=True)
    assert here.requests == []
    with pytest.raises(UnknownModel):
        train(begun, resume=True, agree=lambda question: "evil/tracker" in question)
    assert here.requests
    here.requests.clear()
    with pytest.raises(UnknownModel):
        train(begun, given={"model": "evil/tracker"}, resume=True)
    assert here.requests


@pytest.mark.parametrize("agreed", [True, False])
def test_base_model_is_fetched_after_a_yes(
    here: FakeHub, learned: Path, monkeypatch: pytest.MonkeyPatch, agreed: bool
) -> None:
    questions = []

    def agrees(question: str, yes: bool) -> bool:
        questions.append((question, list(here.requests)))
        return agreed

    monkeypatch.setattr(streams, "agree", agrees)
    assert CliRunner().invoke(app, ["ask", "--no-picture", "-p", "hi", "--adapter", str(learned)]).exit_code == 4
    ((question, before),) = questions
    assert "evil/tracker" in question
    assert before == []
    assert bool(here.requests) is agreed


@pytest.mark.parametrize("words", [("-y",), ("-m", "evil/tracker")], ids=" ".join)
def test_base_model_that_was_named_needs_no_question(here: FakeHub, learned: Path, words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, ["ask", "--no-picture", "-p", "hi", "--adapter", str(learned), *words])
    assert "evil/tracker" in done.stderr
    assert here.requests


def test_released_or_cached_base_model_needs_no_question(here: FakeHub, tmp_path: Path) -> None:
    known = write_adapter(tmp_path / "known", "flashsloth")
    with pytest.raises(UnknownModel):
        flashsloth.open(adapter=known)
    pull()
    cached = write_adapter(tmp_path / "cached", REPO)
    with pytest.raises(FlashSlothError) as caught:
        flashsloth.open(adapter=cached)
    assert not isinstance(caught.value, ModelUnavailable)
