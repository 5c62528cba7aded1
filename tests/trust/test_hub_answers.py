"""Invalid answers of a hub, and base models that only a file names: one test for each defect."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import torch

import flashsloth
import tiny
from cli.conftest import Cli
from fake_hub import FakeHub
from flashsloth.checkpoints import hub
from flashsloth.errors import FlashSlothError, ModelUnavailable, UnknownModel, UnsupportedModel
from flashsloth.training.recipe import Recipe
from flashsloth.training.run import train
from flashsloth.utils.paths import NANO_FOLDER
from flashsloth_cli.terminal import progress, streams

REPO = "org/name"
FILES = {
    "config.json": json.dumps({"architectures": ["FlashSlothForCausalLM"]}).encode(),
    "model.safetensors": b"weights",
    "tokenizer.json": b"{}",
}


@pytest.fixture
def here(home: Path, hub_here: FakeHub) -> FakeHub:
    """A hub with one model, and the home of a new user."""
    hub_here.add(REPO, FILES)
    return hub_here


def pull() -> Path:
    return hub.fetch(hub.plan(hub.RepoId(REPO)))


# Answers


def described(**values: Any) -> dict[str, Any]:
    """A hub that describes the model with these values instead of its own."""
    return {"model_info": lambda model: json.dumps({**model, **values}).encode()}


INVALID: dict[str, dict[str, Any]] = {  # what the hub does
    "a commit that is a path": described(sha="../../../x"),
    "files that are a number": described(siblings=5),
    "a file without a name": described(siblings=[{"rfilename": None, "size": 5}]),
    "a kind of control characters": described(config={"architectures": ["\x1b[31m"]}),
    "a list": {"model_info": lambda model: b"[1]"},
    "endless brackets": {"model_info": lambda model: b'{"x":' * 100_000},
    "invalid UTF-8": {"model_info": lambda model: b'{"id": "\xff\xfe"}'},
    "a complaint of brackets": {"status": 500, "complaint": b"[" * 100_000},
    "a complaint of control characters": {"status": 500, "complaint": b"\x1b]0;pwn\x07"},
    "an ETag that is a path": {"headers": {"config.json": {"ETag": '"../../../../../etag"'}}},
    "an ETag of a linked file that is a path": {
        "headers": {"config.json": {"X-Linked-ETag": "/etc/passwd"}}
    },
    "a commit of a file that is a path": {"headers": {"config.json": {"X-Repo-Commit": "../../.."}}},
    "a hash of chunked storage that is a path": {"headers": {"config.json": {"X-Xet-Hash": "..\\x"}}},
    "a redirect to nowhere": {"headers": {"config.json": {"Location": "http://["}}},
}


@pytest.mark.parametrize("does", INVALID.values(), ids=list(INVALID))
def test_invalid_answers(here: FakeHub, does: dict[str, Any]) -> None:
    for name, value in does.items():
        setattr(here, name, value)
    with pytest.raises((ModelUnavailable, UnsupportedModel)) as refused:
        pull()
    assert refused.value.hint
    assert len(str(refused.value)) < 400
    assert str(refused.value).isprintable()
    assert not list(here.home.rglob("snapshots/*/*"))
    assert not list(here.home.parent.rglob("etag*"))


@pytest.mark.parametrize("kind", [ValueError, BrokenPipeError, KeyboardInterrupt])
def test_errors_of_a_callback_pass(here: FakeHub, kind: type[BaseException]) -> None:
    trouble = kind("a bug")

    def fail(done: int, total: int, label: str) -> None:
        if done:
            raise trouble

    with pytest.raises(kind) as caught:
        hub.fetch(hub.plan(hub.RepoId(REPO)), fail)
    assert caught.value is trouble


# What is printed


def test_names_are_printed_safely(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "wants_styling", lambda stream: True)
    with progress.downloading("title\x1b]0;pwn\x07", 10, quiet=False) as advance:
        advance(5, 10, "a.json")
    stderr = capsys.readouterr().err
    assert "pwn" in stderr
    assert "\x1b]" not in stderr
    assert "\x07" not in stderr


def test_model_card_that_is_a_link(cli: Cli, here: FakeHub, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("a secret")
    folder = shutil.copytree(
        NANO_FOLDER, tmp_path / "model", ignore=shutil.ignore_patterns("README.md", "*.py")
    )
    (folder / "README.md").symlink_to(tmp_path / "secret")
    done = cli("show", folder).ok
    assert "8.6 M" in done.out
    assert "a secret" not in done.out + done.err


# Base models that only a file names


@pytest.fixture(params=["evil/tracker", "https://huggingface.co/evil/tracker"])
def learned(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """An adapter from a stranger, whose base model is on a hub."""
    return tiny.adapter(tmp_path / "ad", request.param, {"x": torch.ones(1)})


@pytest.mark.parametrize(
    "line", ["ask --no-picture -p hi --adapter", "chat --plain --adapter", "merge -o merged"]
)
def test_base_model_of_an_adapter_is_not_fetched(
    cli: Cli, here: FakeHub, learned: Path, line: str
) -> None:
    cli(*line.split(), learned, input="").refused(
        4, str(learned), "flashsloth pull evil/tracker", "-m evil/tracker"
    )
    with pytest.raises(ModelUnavailable, match="evil/tracker"):
        flashsloth.open(adapter=learned)
    assert here.requests == []


def test_base_model_of_a_resumed_run_is_not_fetched(here: FakeHub, tmp_path: Path) -> None:
    out = tmp_path / "run"
    out.mkdir()
    data = tmp_path / "rows.jsonl"
    data.write_text('{"question": "q", "answer": "a"}\n')
    recipe = Recipe(model="evil/tracker", data=(str(data),), output=str(out), max_steps=1)
    (out / "run.json").write_text(json.dumps({"schema": "flashsloth.run/1", "recipe": asdict(recipe)}))
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
    cli: Cli, here: FakeHub, learned: Path, monkeypatch: pytest.MonkeyPatch, agreed: bool
) -> None:
    questions = []

    def agrees(question: str, yes: bool) -> bool:
        questions.append((question, list(here.requests)))
        return agreed

    monkeypatch.setattr(streams, "agree", agrees)
    assert cli("ask", "--no-picture", "-p", "hi", "--adapter", learned).code == 4
    ((question, before),) = questions
    assert "evil/tracker" in question
    assert before == []
    assert bool(here.requests) is agreed


@pytest.mark.parametrize("words", [("-y",), ("-m", "evil/tracker")], ids=" ".join)
def test_base_model_that_was_named_needs_no_question(
    cli: Cli, here: FakeHub, learned: Path, words: tuple[str, ...]
) -> None:
    assert "evil/tracker" in cli("ask", "--no-picture", "-p", "hi", "--adapter", learned, *words).err
    assert here.requests


def test_released_or_cached_base_model_needs_no_question(here: FakeHub, tmp_path: Path) -> None:
    known = tiny.adapter(tmp_path / "known", "flashsloth", {"x": torch.ones(1)})
    with pytest.raises(UnknownModel):
        flashsloth.open(adapter=known)
    pull()
    cached = tiny.adapter(tmp_path / "cached", REPO, {"x": torch.ones(1)})
    with pytest.raises(FlashSlothError) as caught:
        flashsloth.open(adapter=cached)
    assert not isinstance(caught.value, ModelUnavailable)
