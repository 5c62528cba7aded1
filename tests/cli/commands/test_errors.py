"""Every failure: one line `error:`, one line `hint:`, the right exit code, a clean stdout, no
traceback."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path
from unittest import mock

import pytest
import torch
from huggingface_hub import constants
from PIL import Image

import tiny
from cli.conftest import QUESTION, failing_at, write_rows
from flashsloth.errors import OutOfMemory
from flashsloth.generation.engine import Engine
from flashsloth.utils.text import command_line


def test_half_a_picture_is_read_with_a_warning(cli) -> None:
    Image.effect_noise((300, 200), 80).convert("RGB").save("half.jpg")
    os.truncate("half.jpg", os.path.getsize("half.jpg") // 2)
    warning = "half.jpg ends early: a part of the picture is missing"
    assert cli("ask", "half.jpg", "-p", QUESTION, "-q").err.splitlines() == [f"warning: {warning}"]
    assert cli("ask", "half.jpg", "-p", QUESTION, "--json").document["warnings"] == [warning]
    for size in ("1", "2"):
        row = cli("batch", "half.jpg", "-p", QUESTION, "-q", "--batch-size", size).document
        assert row["warnings"] == [warning]


ODD = "a $(touch made);'b"


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (f"{ODD}/adapter_config.json", ("quantize", ODD, "-o", "copy")),
        (f"{ODD}/run.json", ("ask", "--adapter", ODD, "--no-picture", "-p", "hi")),
        (f"{ODD}/text.md", ("batch", ODD, "-p", "hi")),
        (f"{ODD}/text.md", ("ask", ODD, "-p", "hi")),
        (None, ("batch", f"{ODD}*.png", "-p", "hi")),
        (None, ("batch", f"{ODD}.png", "-p", "hi")),
        (f"{ODD}.txt", ("batch", f"{ODD}.txt", "-p", "hi")),
        ("-x/text.md", ("batch", "-p", "hi", "--", "-x")),
    ],
)
def test_a_shell_takes_a_name_in_a_hint_as_one_word(
    cli, file: str | None, words: tuple[str, ...]
) -> None:
    if file is not None:
        path = Path(file)
        path.parent.mkdir(exist_ok=True)
        path.write_text("{}")
    _, hint = cli(*words).error
    [name] = {word for word in words if word.startswith((ODD, "-x"))}
    name = "./-x" if name == "-x" else name
    assert name in {word.rstrip(",") for word in shlex.split(hint)}


def test_command_lines() -> None:
    assert command_line("flashsloth", "ask", Path("-a b.png"), "-p", "x") == (
        "flashsloth ask './-a b.png' -p x"
    )
    assert command_line("-m", Path("/a/$b"), "it's") == "-m '/a/$b' 'it'\"'\"'s'"


@pytest.mark.slow
def test_an_unknown_model_needs_no_torch(program, picture: Path) -> None:
    write_rows("rows.jsonl", {"image": str(picture), "question": "hi", "answer": "a"})
    for words in (
        ("ask", picture, "hi", "-m"),
        ("ask", picture, "hi", "--explain", "a.png", "-m"),
        ("eval", "rows.jsonl", "-m"),
        ("show",),
    ):
        done = program(*words, "no-such-model", driver="modules")
        assert "unknown model" in done.err
        assert {"torch", "transformers"} & set(done.err.split()) == set(), words


def test_hub_model_with_hf_hub_offline(cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """huggingface_hub reads that variable once, when it is imported."""
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    cli("ask", "-m", "flashsloth", "--no-picture", "-p", "hi").refused(
        4, "HF_HUB_OFFLINE", "flashsloth pull"
    )


def test_pickled_weights(cli, home: Path, native_folder: Path) -> None:
    """They are refused, the hint names the way, and the way leads to the same answer."""
    shutil.copytree(native_folder, "pickled", ignore=shutil.ignore_patterns("*.safetensors"))
    torch.save(tiny.tensors(), "pickled/pytorch_model.bin")
    words = ("ask", "-m", "pickled", "--no-picture", "-p", "hi", "-q")
    cli(*words).refused(
        4, "pytorch_model.bin", "flashsloth convert pickled -o NEW_FOLDER --allow-pickle"
    )
    assert cli(*words, "--json").error_document["code"] == "checkpoint_pickle"
    assert cli("convert", "pickled", "-o", "new").code == 4
    assert cli("convert", "pickled", "-o", "new", "--allow-pickle").code == 0
    asked = ("ask", "--no-picture", "-p", "hi", "-q", "--max-tokens", "8", "-m")
    assert cli(*asked, "./new").out == cli(*asked, native_folder).out


def test_question_that_does_not_fit(cli, picture: Path) -> None:
    done = cli("ask", picture, "-p", "what " * 3000, "-q")
    message, hint = done.error
    used, ceiling = (int(word) for word in message.split() if word.isdigit())
    assert (done.code, used > 3000, ceiling, "shorter" in hint) == (9, True, 2048, True)


def test_an_error_amid_an_answer(
    cli, monkeypatch: pytest.MonkeyPatch, picture: Path, expected: str
) -> None:
    """What was said stays and its line is ended; then comes the error. With --json stdout stays
    empty."""
    error = OutOfMemory("cpu ran out of memory", hint="Close other programs.")
    monkeypatch.setattr(Engine, "step", failing_at(3, error, Engine.step))
    done = cli("ask", picture, QUESTION, "-q")
    assert (done.code, done.err) == (5, "error: cpu ran out of memory\nhint: Close other programs.\n")
    assert expected.startswith(done.out.rstrip("\n"))
    assert done.out.endswith("\n")
    monkeypatch.setattr(Engine, "step", failing_at(3, error, Engine.step))
    assert cli("ask", picture, QUESTION, "-q", "--json").error_document["code"] == "out_of_memory"


def test_a_thread_that_the_system_refuses(cli, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = mock.Mock(side_effect=RuntimeError("can't start new thread"))
    monkeypatch.setattr("flashsloth_cli.asking.models.open_model", refused)
    cli("ask", "--no-picture", "-p", "hi").refused(5, "no more threads", "ulimit -u")
    done = cli("ask", "--no-picture", "-p", "hi", "--json")
    assert done.error_document["code"] == "out_of_threads"


def test_a_bug_keeps_its_traceback(cli, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = mock.Mock(side_effect=ZeroDivisionError("a bug"))
    monkeypatch.setattr("flashsloth_cli.asking.models.open_model", broken)
    with pytest.raises(ZeroDivisionError):
        cli("ask", "--no-picture", "-p", "hi")
    error = cli("ask", "--no-picture", "-p", "hi", "--json").error_document
    assert (error["code"], error["exit"], error["message"]) == (
        "internal",
        1,
        "ZeroDivisionError: a bug",
    )


def test_no_driving_the_terminal_from_an_error(cli) -> None:
    done = cli("ask", "a\x1b[31m\nerror: b.png", "-p", "hi")
    assert "\x1b" not in done.err
    assert len(done.err.splitlines()) == 2


@pytest.mark.parametrize(
    ("words", "as_json"),
    [
        (("--json", "-p", "hi"), True),
        (("-p", "hi", "--", "--json"), False),
        (("-p", "--json"), False),
        (("--json", "-p", "--json"), True),
        (("-q", "--json", "-p", "hi"), True),
    ],
)
def test_errors_are_json_where_it_is_asked_for(cli, words: tuple[str, ...], as_json: bool) -> None:
    for more in ((), ("--temperature", "hot")):
        assert cli("ask", *more, *words).err.startswith("{" if as_json else "error: ")
