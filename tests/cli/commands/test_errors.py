"""Every failure: one line `error:`, one line `hint:`, the right exit code, a clean stdout, no traceback."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from PIL import Image

import tiny
from cli.conftest import QUESTION

# Pictures


@pytest.fixture
def pictures(home: Path) -> None:
    Path("folder").mkdir()
    Image.effect_noise((300, 200), 80).convert("RGB").save("photo.jpg")
    whole = Path("photo.jpg").read_bytes()
    Path("half.jpg").write_bytes(whole[: len(whole) // 2])


PICTURES = {
    "phto.jpg": ("image_not_found", "no file phto.jpg in ", "Did you mean photo.jpg?"),
    "folder": ("image_unreadable", "folder is a folder, not a picture", "flashsloth ask --each folder"),
    "http://127.0.0.1:9/a.png": ("image_address_refused", "is refused", "--set allow_local=true"),
}


@pytest.mark.usefixtures("pictures")
@pytest.mark.parametrize("name", PICTURES)
def test_picture_that_cannot_be_read(cli, name: str) -> None:
    code, message, hint = PICTURES[name]
    done = cli("ask", name, "-p", QUESTION)
    assert done.code == 3
    assert message in done.error[0]
    assert hint in done.error[1]
    with_json = cli("ask", name, "-p", QUESTION, "--json")
    error = with_json.error_document
    assert (error["code"], error["exit"]) == (code, 3)
    assert message in error["message"]
    assert hint in error["hint"]


@pytest.mark.usefixtures("pictures")
def test_half_a_picture_is_read_with_a_warning(cli) -> None:
    warning = "half.jpg ends early: a part of the picture is missing"
    assert cli("ask", "half.jpg", "-p", QUESTION, "-q").err.splitlines() == [f"warning: {warning}"]
    assert cli("ask", "half.jpg", "-p", QUESTION, "--json").document["warnings"] == [warning]
    for size in ("1", "2"):
        row = cli("batch", "half.jpg", "-p", QUESTION, "-q", "--batch-size", size).document
        assert row["warnings"] == [warning]


def test_local_addresses_if_you_insist(cli) -> None:
    done = cli("ask", "http://127.0.0.1:9/a.png", "-p", QUESTION, "--set", "allow_local=true")
    assert done.code == 3
    assert "refuses the connection" in done.error[0]


@pytest.mark.usefixtures("pictures")
def test_a_wrong_picture_is_told_before_the_model_is_opened(cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "flashsloth_cli.runs.open_model.open_model", lambda *_, **__: pytest.fail("the model was opened")
    )
    assert cli("ask", "phto.jpg", "-p", QUESTION, "-m", "no such model").code == 3


# Models


def test_unknown_model(cli) -> None:
    done = cli("ask", "-m", "flashsloht", "--no-picture", "-p", "hi")
    assert done.code == 4
    message, hint = done.error
    assert message == "unknown model flashsloht"
    assert hint.startswith("Did you mean flashsloth? Known names: nano, flashsloth, flashsloth-hd.")
    assert (
        cli("ask", "-m", "flashsloht", "--no-picture", "-p", "hi", "--json").error_document["code"] == "model_unknown"
    )


def test_an_adapter_in_place_of_a_model(cli, tmp_path: Path) -> None:
    """The hint helps with every command, also with those that have no --adapter."""
    (tmp_path / "adapter_config.json").write_text("{}")
    Path("rows.jsonl").write_text('{"question": "hi", "answer": "a"}\n')
    for words in (("ask", "--no-picture", "-p", "hi"), ("finetune", "rows.jsonl", "--lora", "-o", "out")):
        done = cli(*words, "-m", tmp_path)
        assert (done.code, done.error[1].endswith(f"flashsloth merge {tmp_path} -o DIR")) == (4, True)


@pytest.mark.slow
def test_an_unknown_model_needs_no_torch(program, picture: Path) -> None:
    for words in (
        ("ask", picture, "hi"),
        ("ask", picture, "hi", "--explain", "a.svg"),
        ("eval", "rows.jsonl"),
        ("show",),
    ):
        Path("rows.jsonl").write_text(f'{{"image": "{picture}", "question": "hi", "answer": "a"}}\n')
        done = program(*words, "-m", "no-such-model", driver="modules")
        assert "unknown model" in done.err
        assert {"torch", "transformers"} & set(done.err.split()) == set(), words


def test_hub_model_offline(cli) -> None:
    for name in ("flashsloth", "some-org/some-model"):
        done = cli("ask", "-m", name, "--no-picture", "-p", "hi", "--offline")
        assert done.code == 4
        assert done.error[0].startswith(f"{name} is not on this machine, and --offline")
        assert f"flashsloth pull {name}" in done.error[1]


def test_hub_model_with_hf_hub_offline(program) -> None:
    """huggingface_hub reads that variable once, when it is imported."""
    done = program("ask", "-m", "flashsloth", "--no-picture", "-p", "hi", env={"HF_HUB_OFFLINE": "1"})
    assert done.code == 4
    assert "HF_HUB_OFFLINE" in done.error[0]
    assert "flashsloth pull flashsloth" in done.error[1]


def test_a_file_for_a_model(cli, picture: Path) -> None:
    done = cli("ask", "-m", picture, "--no-picture", "-p", "hi", "-q")
    assert done.code == 4
    assert "is a file" in done.error[0]


def test_pickled_weights(cli, home: Path, native_folder: Path) -> None:
    """They are refused, the hint names the way, and the way leads to the same answer."""
    Path("pickled").mkdir()
    for path in native_folder.iterdir():
        if path.suffix != ".safetensors":
            shutil.copy(path, "pickled")
    torch.save(tiny.tensors(), "pickled/pytorch_model.bin")
    words = ("ask", "-m", "pickled", "--no-picture", "-p", "hi", "-q")
    done = cli(*words)
    message, hint = done.error
    assert done.code == 4
    assert "pytorch_model.bin" in message
    assert "flashsloth convert pickled -o NEW_FOLDER --allow-pickle" in hint
    assert cli(*words, "--json").error_document["code"] == "checkpoint_pickle"
    assert cli("convert", "pickled", "-o", "new").code == 4
    assert cli("convert", "pickled", "-o", "new", "--allow-pickle").code == 0

    def ids(model: str | Path) -> list[int]:
        found: list[int] = cli(
            "ask", "-m", model, "--no-picture", "-p", "hi", "-q", "--json", "--max-tokens", "8"
        ).document["token_ids"]
        return found

    assert ids("./new") == ids(native_folder)


# What else can be wrong


def test_question_that_does_not_fit(cli, picture: Path) -> None:
    done = cli("ask", picture, "-p", "what " * 3000, "-q")
    assert done.code == 9
    message, hint = done.error
    used, ceiling = (int(word) for word in message.split() if word.isdigit())
    assert used > 3000
    assert ceiling == 2048
    assert "shorter" in hint
    error = cli("ask", picture, "-p", "what " * 3000, "-q", "--json").error_document
    assert (error["code"], error["exit"]) == ("context_too_long", 9)


@pytest.mark.parametrize(
    ("flag", "value"), [("--device", "tpu"), ("--device", "cuda:x"), ("--device", "cuda:99"), ("--dtype", "int3")]
)
def test_device_or_dtype_that_is_not_here(cli, flag: str, value: str) -> None:
    done = cli("ask", "--no-picture", "-p", "hi", flag, value)
    assert done.code == 2
    assert value in done.error[0]


def test_an_error_amid_an_answer(cli, monkeypatch: pytest.MonkeyPatch, picture: Path, expected: str) -> None:
    """What was said stays and its line is ended; then comes the error. With --json stdout stays empty."""
    from flashsloth.errors import OutOfMemory
    from flashsloth.generation.engine import Engine

    decode, left = Engine.decode, 2

    def fails(self, *args):
        nonlocal left
        left -= 1
        if left < 0:
            raise OutOfMemory("cpu ran out of memory", hint="Close other programs.")
        return decode(self, *args)

    monkeypatch.setattr(Engine, "decode", fails)
    done = cli("ask", picture, QUESTION, "-q")
    assert (done.code, done.err) == (5, "error: cpu ran out of memory\nhint: Close other programs.\n")
    assert expected.startswith(done.out.rstrip("\n"))
    assert done.out.endswith("\n")
    left = 2
    assert cli("ask", picture, QUESTION, "-q", "--json").error_document["code"] == "out_of_memory"


def test_a_bug_keeps_its_traceback(cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("flashsloth_cli.runs.open_model.open_model", broken)
    with pytest.raises(ZeroDivisionError):
        cli("ask", "--no-picture", "-p", "hi")
    done = cli("ask", "--no-picture", "-p", "hi", "--json")
    assert done.code == 1
    error = done.error_document
    assert (error["code"], error["message"]) == ("internal", "ZeroDivisionError: a bug")


def test_no_driving_the_terminal_from_an_error(cli) -> None:
    done = cli("ask", "a\x1b[31m\nerror: b.png", "-p", "hi")
    assert "\x1b" not in done.err
    assert len(done.err.splitlines()) == 2


@pytest.mark.parametrize(
    ("words", "code", "problem", "hint"),
    [
        (
            ("ask", "a.png", "Hi there", "-m", "./nano-i8"),
            4,
            "there is no folder ./nano-i8",
            "Did you mean ./nano-int8?",
        ),
        (("quantize", "sub/deep/nano-i8", "-o", "x"), 4, "there is no folder sub/deep/nano-i8", "Known names"),
        (("ask", "a.png", "Hi there", "-m", "nano-i8"), 4, "unknown model nano-i8", "Did you mean nano-int8?"),
        (
            ("show", "sub/nano-i8"),
            4,
            "there is no folder sub/nano-i8",
            "Did you mean sub/nano-int8? For a model on the hub:",
        ),
        (("ask", "a.png", "Hi there", "--adapter", "./taggr"), 4, "there is no folder taggr", "Did you mean tagger?"),
        (("merge", "taggr", "-o", "x"), 4, "there is no folder taggr", "Did you mean tagger?"),
        (
            ("train", "--recipe", "recpe.toml"),
            3,
            "recpe.toml cannot be read: No such file",
            "Did you mean recipe.toml?",
        ),
        (("data", "check", "row.csv"), 3, "no file row.csv in ", "Did you mean rows.csv?"),
        (("ask", "a.png", "-p", "@question.tx"), 3, "the prompt file question.tx cannot", "Did you mean question.txt?"),
        (
            ("ask", "a.png", "Hi", "-t", "./recpe.toml"),
            3,
            "there is no template recpe.toml",
            "Did you mean recipe.toml?",
        ),
        (
            ("ask", "imgs", "Hi there"),
            3,
            "imgs is a folder, not a picture",
            "To ask about each of its pictures: flashsloth ask --each imgs",
        ),
        (("chat", "imgs", "Hi there"), 3, "imgs is a folder, not a picture", "To ask about each of its pictures:"),
        (("batch", "rows.txt", "-p", "Hi"), 3, "rows.txt is neither a picture nor a data file", "If it lists paths"),
    ],
)
def test_a_path_that_does_not_exist_is_named(
    cli, home: Path, picture: Path, words: tuple[str, ...], code: int, problem: str, hint: str
) -> None:
    for folder in ("nano-int8", "sub/nano-int8", "tagger", "imgs"):
        Path(folder).mkdir(parents=True)
    Path("nano-int8/config.json").write_text("{}")
    Path("rows.csv").write_text("image,question,answer\na.png,b,c\n")
    for file in ("recipe.toml", "question.txt", "rows.txt"):
        Path(file).write_text("description = 'x'\n")
    shutil.copy(picture, "a.png")
    done = cli(*words)
    assert done.code == code
    assert done.error[0].startswith(problem)
    assert done.error[1].startswith(hint)


@pytest.mark.parametrize(
    ("words", "as_json"),
    [
        (("--json", "-p", "hi"), True),
        (("-p", "hi", "-q", "--json"), True),
        (("-p", "--json"), False),
        (("-qp", "--json", "--set", "stop=--json"), False),
        (("-p", "--json", "--json"), True),
        (("-p", "hi", "--", "--json"), False),
    ],
)
def test_json_that_is_a_value(cli, words: tuple[str, ...], as_json: bool) -> None:
    for more in ((), ("--temperature", "hot")):
        assert cli("ask", *more, *words).err.startswith("{" if as_json else "error: ")
