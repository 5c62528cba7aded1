"""`flashsloth quantize --calibrate`: what it says, what it refuses, and what stops it."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tiny
from cli.conftest import Program, read_rows, write_rows
from flashsloth import devices
from flashsloth.checkpoints import packed_builder
from flashsloth.evaluation import calibrated_copy
from paths import IMAGES

QUESTIONS = IMAGES / "questions.jsonl"


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few tokens are enough, so that the tests are quick."""
    monkeypatch.setattr(calibrated_copy, "LEAST_POSITIONS", 200)
    monkeypatch.setattr(calibrated_copy, "POSITIONS", 400)


@pytest.fixture
def data(home: Path) -> Path:
    """Rows of the examples, whose pictures are elsewhere."""
    return write_rows("rows.jsonl", *read_rows(QUESTIONS))


def calibrated(cli: Any, data: Path, *words: Any) -> Any:
    return cli("quantize", "nano", "-o", "copy", "--calibrate", data, "--image-root", IMAGES, *words)


@pytest.mark.usefixtures("few")
def test_a_copy(cli, data: Path, tmp_path: Path) -> None:
    done = calibrated(cli, data).ok
    assert done.out == ""
    said = done.err.splitlines()
    assert "GB of memory" in said[0] or "MB of memory" in said[0]  # before it begins
    stored = json.loads(Path("copy/config.json").read_text())["quantization_config"]
    assert stored["preset"] == "int4"
    assert stored["data"] == "rows.jsonl"
    assert stored["sha256"] == hashlib.sha256(data.read_bytes()).hexdigest()
    assert 400 <= stored["positions"] < 600
    card = Path("copy/README.md").read_text()
    assert all(str(stored[name]) in card for name in ("data", "sha256", "positions", "rounding"))
    for file in ("README.md", "config.json"):
        assert str(tmp_path) not in Path("copy", file).read_text()
        assert str(IMAGES) not in Path("copy", file).read_text()
    shown = cli("show", "./copy").out
    assert stored["sha256"] in shown
    assert stored["rounding"] in shown
    document = cli("show", "./copy", "--json").document["rounding"]
    assert document == {name: stored[name] for name in document}
    assert document.keys() == stored.keys() - {"quant_method", "preset"}
    picture = IMAGES / "stop-sign.png"
    answer = cli("ask", picture, "What does the sign say?", "-m", "./copy")
    assert answer.out == 'It says "STOP".\n'
    calibrated(cli, data).refused(3, "copy")
    assert calibrated(cli, data, "--force", "-q").ok.err == ""
    # The card goes with the weights that it describes, and a README of the user stays.
    again = ("quantize", "nano", "-o", "copy", "--quant", "int8", "--force")
    assert cli(*again).ok
    assert not Path("copy/README.md").exists()
    Path("copy/README.md").write_text("Mine.")
    assert cli(*again).ok
    assert Path("copy/README.md").read_text() == "Mine."


def test_a_copy_without_data_says_how_too(cli) -> None:
    assert cli("quantize", "nano", "-o", "copy", "-q").code == 0
    found = cli("show", "./copy", "--json").document["rounding"]
    assert found.keys() == {"scales", "seed"}
    assert cli("show", "nano", "--json").document["rounding"] == {}


HOSTILE = [
    ("scales", "x" * 10**6),
    ("rounding", "\x1b[2J\x1b]0;title\x07 \u202e"),
    ("data", ["rows.jsonl"]),
    ("rows", 10**5000),
    ("rows", -1),
    ("positions", True),
    ("positions", 1.5),
    ("sha256", {"a": 1}),
]


@pytest.mark.parametrize(
    ("name", "value"), HOSTILE, ids=[f"{n} {i}" for i, (n, _) in enumerate(HOSTILE)]
)
def test_a_strangers_configuration(
    cli, int4_folder: Path, tmp_path: Path, name: str, value: Any
) -> None:
    folder = Path(shutil.copytree(int4_folder, tmp_path / "strangers"))
    config = json.loads((folder / "config.json").read_text())
    config["quantization_config"][name] = value
    sys.set_int_max_str_digits(0)
    try:
        (folder / "config.json").write_text(json.dumps(config))
    finally:
        sys.set_int_max_str_digits(4300)
    shown = cli("show", folder)
    if shown.code == 0:
        assert len(shown.out) < 3000
        assert not set(shown.out) & set("\x1b\x07\u202e")
        found = cli("show", folder, "--json").document["rounding"]
        assert name not in found or len(str(found[name])) <= 100


def test_too_few_tokens(cli, data: Path) -> None:
    """The number that was found is named."""
    calibrated(cli, write_rows("few.jsonl", *read_rows(QUESTIONS)[:3])).refused(
        "data", "few.jsonl", "8,000"
    )
    assert not Path("copy").exists()


@pytest.mark.usefixtures("few")
def test_rows_that_cannot_be_read(cli, data: Path) -> None:
    """They are skipped, unless there are no others."""
    bad = ['{"image": 5}', {"image": "nothing.png", "question": "What?", "answer": "x"}, "{"]
    write_rows("some.jsonl", *bad, *read_rows(QUESTIONS))
    done = calibrated(cli, Path("some.jsonl")).ok
    assert [f"some.jsonl:{line}:" in done.err for line in (1, 2, 3, 4)] == [True, True, True, False]
    assert "3 rows" in done.err
    write_rows("bad.jsonl", *bad)
    calibrated(cli, Path("bad.jsonl"), "--force").refused(7, "bad.jsonl:1")


@pytest.mark.usefixtures("few")
def test_rows_without_pictures(cli, home: Path) -> None:
    rows = [{"prompt": f"What is {n} and {n}?", "answer": f"It is {2 * n}."} for n in range(40)]
    done = calibrated(cli, write_rows("words.jsonl", *rows)).ok
    assert "picture" in next(line for line in done.err.splitlines() if line.startswith("warning:"))


@pytest.mark.parametrize(
    "words",
    [
        ["--calibrate", "rows.jsonl", "--quant", "int8"],
        ["--calibrate", "rows.jsonl", "--quant", "8bit"],
        ["--calibrate", "rows.jsonl", "--quant", "nf4"],
        ["--calibrate", "rows.jsonl", "--quant", "none"],
        ["--calibrate", "rows.jsonl", "--calibration-tokens", "7999"],
        ["--calibration-tokens", "16000"],
        ["--image-root", "."],
    ],
    ids=" ".join,
)
def test_refusals(cli, words: list[str]) -> None:
    assert cli("quantize", "nano", "-o", "copy", *words).code == 2
    assert not Path("copy").exists()


def test_an_adapter_is_merged_first(cli, data: Path, tmp_path: Path) -> None:
    adapter = tiny.adapter(tmp_path / "adapter", "nano", {})
    cli("quantize", adapter, "-o", "copy", "--calibrate", data).refused(4, "flashsloth merge")


@pytest.mark.usefixtures("few")
def test_too_little_memory(cli, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is found before the model is read."""
    monkeypatch.setattr(devices, "free_memory", lambda _: 150 * 10**6)
    monkeypatch.setattr(packed_builder.PackedBuilder, "__init__", None)
    calibrated(cli, data).refused("out_of_memory")
    assert not Path("copy").exists()


@pytest.mark.usefixtures("few")
def test_a_full_disk(cli, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is found before the model is read, or when the copy is written."""
    with monkeypatch.context() as patch:
        patch.setattr("shutil.disk_usage", lambda _: type("usage", (), {"free": 1000}))
        patch.setattr(packed_builder.PackedBuilder, "__init__", None)
        calibrated(cli, data).refused("disk_full")

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("safetensors.torch.save_file", full)
    calibrated(cli, data).refused("disk_full")
    assert not Path("copy").exists()


@pytest.fixture
def running(data: Path) -> Iterator[Any]:
    """A calibration in a process of its own, at a layer in the middle."""
    rows = read_rows(QUESTIONS)
    write_rows("many.jsonl", *[row for _ in range(200) for row in rows])
    program = Program()
    process = program.start(
        "quantize", "nano", "-o", "copy", "--calibrate", "many.jsonl", "--image-root", str(IMAGES)
    )
    # on a slow machine the progress of reading comes first
    assert any("calibrating on" in line for line in process.stderr)
    time.sleep(2)
    assert process.poll() is None
    yield process
    program.close()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_stopped(running: Any, number: int, cli) -> None:
    """At once, and nothing is left."""
    start = time.monotonic()
    running.send_signal(number)
    running.communicate()
    assert time.monotonic() - start < 5
    assert running.returncode == (-number if number == signal.SIGKILL else 130)
    assert not Path("copy").exists()
