"""`ask --explain` answers as `ask` does, and writes where the model looked to a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from checkpoints.test_families import write
from cli.conftest import QUESTION


def test_the_answer_on_stdout_and_the_maps_in_a_file(cli, picture: Path, expected: str, tmp_path: Path) -> None:
    target = tmp_path / "where.png"
    done = cli("ask", picture, QUESTION, "--explain", target, "-m", "nano")
    assert (done.code, done.out) == (0, f"{expected}\n")
    assert done.err == f"note: written to {target}\n"
    with Image.open(target) as image:
        assert image.width > 3 * 200
    assert cli("ask", picture, QUESTION, "--explain", tmp_path / "b.png", "-q").err == ""


def test_json(cli, picture: Path, expected: str, tmp_path: Path, nano) -> None:
    document = cli("ask", picture, "-p", QUESTION, "--explain", tmp_path / "a.png", "--json").document
    assert document["response"] == expected
    assert document["server"] is None
    explanation = document["explanation"]
    assert explanation["file"] == str(tmp_path / "a.png")
    looked = explanation["pictures"][0]["looked"]
    side = nano.config.vision_config.image_size // nano.config.vision_config.patch_size
    assert len(looked) == len(looked[0]) == side
    assert sum(map(sum, looked)) / side**2 == pytest.approx(1, abs=0.01)
    assert 0 < explanation["share"] < 1
    assert (tmp_path / "a.png").is_file()


def test_a_panel_for_each_word_and_for_the_pooling(cli, picture: Path, tmp_path: Path) -> None:
    sizes = []
    for number, flags in enumerate(((), ("tokens",), ("pooling",), ("all",))):
        more = [word for each in flags for word in ("--set", f"explain_panels={each}")]
        assert cli("ask", picture, QUESTION, "-q", "--explain", tmp_path / f"{number}.png", *more).code == 0
        with Image.open(tmp_path / f"{number}.png") as image:
            sizes.append(image.size)
    assert sizes[1][1] > sizes[0][1]
    assert sizes[2][0] > sizes[0][0]
    assert sizes[3] == (sizes[2][0], sizes[1][1])


def test_a_crop_is_explained(cli, picture: Path, tmp_path: Path) -> None:
    """With --force in place of another file."""
    (tmp_path / "a.png").write_bytes(b"mine")
    documents = [
        cli("ask", picture, QUESTION, "--explain", tmp_path / "a.png", "--force", "--json", *flags).document
        for flags in ((), ("--crop", "50%,0,50%,100%"))
    ]
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert documents[1]["images"][0]["width"] < documents[0]["images"][0]["width"]
    assert documents[1]["explanation"]["pictures"] != documents[0]["explanation"]["pictures"]


def test_with_json_a_failure_leaves_stdout_empty(cli, picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("flashsloth.explain.drawing.encoded", full)
    assert cli("ask", picture, QUESTION, "--explain", "a.png", "--json").error_document["code"]
    assert list(Path().iterdir()) == []


def test_a_family_whose_attention_cannot_be_read_is_refused(cli, picture: Path, tmp_path: Path) -> None:
    """Before it answers."""
    folder = write(tmp_path / "model", "olmo2", {}).folder
    result = cli("ask", picture, "-p", "What is it?", "-m", folder, "--explain", tmp_path / "where.png")
    assert (result.code, result.out) == (4, "")
    assert "attention of this olmo2 model cannot be read" in result.err
