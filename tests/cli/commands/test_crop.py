"""--crop, --show-input, and the note about letters that are lost, in `ask`, `chat` and `batch`."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pytest
from PIL import Image

from cli.conftest import QUESTION, read_rows
from flashsloth.history.store import History
from flashsloth.images.reader import read_image

# 22 * 1200 / 144
LOST = "letters under 184 pixels are not read reliably; --crop X,Y,W,H shows a part larger"
CROP = "600,100,50%,600"


@pytest.fixture(scope="module")
def alone(nano, photo: Path) -> str:
    """The answer about the part as a picture of its own."""
    return nano.chat(Image.open(photo).crop((600, 100, 1200, 700))).ask(QUESTION).text()


@pytest.mark.usefixtures("saving")
def test_a_note_where_letters_are_lost(cli, photo: Path, picture: Path) -> None:
    """Once; with --json its numbers are in the document. Not for small pictures, nor with -q, nor for
    the earlier pictures of a conversation."""
    note = f"note: {photo}: 1200x900, seen at 144x144: {LOST}\n"
    assert cli("ask", photo, picture, QUESTION, "-m", "nano").err.count(note) == 1
    shutil.copy(photo, "other.png")
    assert (
        cli("ask", "--each", photo, "other.png", "-p", QUESTION, "-m", "nano").err.count(
            "letters under"
        )
        == 1
    )
    done = cli("ask", photo, QUESTION, "-m", "nano", "--json")
    assert done.err == ""
    [image] = done.document["images"]
    assert (image["seen_width"], image["seen_height"], image["smallest_letters"]) == (144, 144, 184)
    assert "crop" not in image
    assert done.document["warnings"] == []
    assert cli("ask", "-c", "Is it red?", "-m", "nano").ok.err.count("letters") == 0
    assert cli("ask", photo, QUESTION, "-q").err == ""
    assert cli("ask", picture, QUESTION, "-m", "nano").err == ""


def test_a_note_about_a_narrow_picture(cli, tmp_path: Path) -> None:
    """It names no letters that are taller than the picture."""
    Image.new("RGB", (3000, 20)).save(tmp_path / "line.png")
    done = cli("ask", tmp_path / "line.png", QUESTION, "-m", "nano")
    assert "seen at 144x144: its letters are not read reliably; --crop X,Y,W,H" in done.err


def test_tiles_are_named_where_they_help(cli, native_folder: Path, tmp_path: Path) -> None:
    """A model that was trained with tiles, and was not measured."""
    Image.new("RGB", (900, 600)).save(tmp_path / "a.png")
    folder = shutil.copytree(native_folder, tmp_path / "hd")
    config = json.loads((folder / "config.json").read_text())
    side = config["vision_config"]["image_size"]
    words = ("ask", tmp_path / "a.png", "hello", "-m", folder, "--max-tokens", "1")
    (folder / "config.json").write_text(json.dumps({**config, "image_hd": True}))
    seen = (
        f"900x600, seen at {side}x{side}: letters under {-(-3 * 900 // side)} pixels cannot be read; "
    )
    assert f"{seen}--hd shows more, --crop X,Y,W,H shows a part larger\n" in cli(*words, "--no-hd").err
    assert f"seen at {2 * side}x" in (tiles := cli(*words).err)
    assert "--hd" not in tiles


def test_a_part_is_answered_about_alone(cli, photo: Path, alone: str) -> None:
    done = cli("ask", photo, QUESTION, "-m", "nano", "--crop", " 600,100, 50%,600", "--json")
    assert done.document["response"] == alone
    [image] = done.document["images"]
    assert image["crop"] == [600, 100, 600, 600]
    assert (image["width"], image["height"], image["smallest_letters"]) == (600, 600, 92)
    assert image["sha256"] == read_image(photo, crop=CROP).sha256
    assert cli("chat", photo, QUESTION, "-q", "--crop", CROP).out == f"{alone}\n"
    assert (
        cli("ask", "--each", photo, "-p", QUESTION, "-q", "--crop", CROP).out == f"{photo}: {alone}\n"
    )
    assert (
        cli("ask", "-", "-p", QUESTION, "-q", "--crop", CROP, input=photo.read_bytes()).out
        == f"{alone}\n"
    )


@pytest.mark.usefixtures("saving")
def test_a_part_is_continued_about(cli, photo: Path, alone: str, nano, home: Path) -> None:
    """The history keeps the part, not the picture it is from, and a later question is about the same
    pixels."""
    chat = nano.chat(Image.open(photo).crop((600, 100, 1200, 700)))
    answers = [chat.ask(question).text() for question in (QUESTION, "What color is it?")]
    assert answers[0] == alone
    assert cli("ask", photo, QUESTION, "-q", "--crop", CROP).out == f"{alone}\n"
    done = cli("ask", "-c", "What color is it?", "-q", "--json")
    assert done.document["response"] == answers[1]
    assert done.document["images"][0]["crop"] == [600, 100, 600, 600]
    assert cli("ask", photo, QUESTION, "-q").code == 0  # the whole is another picture
    with History(home / "history.db") as history:
        [part] = history.find(done.document["session"]).pictures
    with Image.open(io.BytesIO(part.data)) as kept:
        assert kept.size == (600, 600)


@pytest.mark.usefixtures("saving")
def test_a_large_part_is_cut_again(
    cli, photo: Path, alone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is too large for the history comes from its file, unless that has changed."""
    monkeypatch.setattr("flashsloth_cli.history.recording.LARGEST_PICTURE", 10)
    copy = shutil.copy(photo, "copy.png")
    assert cli("ask", copy, QUESTION, "-q", "--crop", CROP).out == f"{alone}\n"
    assert cli("ask", "-c", "What color is it?", "-q").code == 0
    Image.new("RGB", (1200, 900)).save(copy)
    assert "has changed since" in cli("ask", "-c", QUESTION, "-q").error[0]
    Image.new("RGB", (9, 9)).save(copy)
    assert cli("ask", "-c", QUESTION, "-q").code == 3


def test_batch(cli, photo: Path, picture: Path, alone: str) -> None:
    """Rows have the part, a picture that is too small fails alone, and resuming minds the crop."""
    words = ("batch", photo, picture, "-p", QUESTION, "-m", "nano", "-o", "a.jsonl")
    assert cli(*words, "--crop", CROP).code == 7
    first, second = read_rows("a.jsonl")
    assert (first["response"], first["options"]["crop"]) == (alone, CROP)
    assert (first["images"][0]["crop"], first["images"][0]["smallest_letters"]) == (
        [600, 100, 600, 600],
        92,
    )
    assert second["error"]["code"] == "crop_outside"
    assert "with --crop" in cli(*words, "--crop", "0,0,50%,50%").error[0]
    assert cli("batch", photo, "-p", QUESTION, "-m", "nano", "-o", "b.jsonl", "-q").code == 0
    [row] = read_rows("b.jsonl")
    assert not {"crop"} & {*row["options"], *row["images"][0]}


def test_batch_resumes_by_the_part(cli, photo: Path, tmp_path: Path) -> None:
    """A file that was touched is the same picture; one that changed inside the part, or became too
    small, is not."""
    copy = tmp_path / "copy.png"
    copy.write_bytes(photo.read_bytes())
    words = ("batch", copy, "-p", QUESTION, "-m", "nano", "-o", "a.csv", "--crop", CROP)
    assert cli(*words).code == 0
    copy.write_bytes(photo.read_bytes() + b"more")  # other bytes, the same pixels
    assert "1 of 1 done, 1 of them before" in cli(*words).err
    changed = Image.open(photo)
    changed.paste("green", (700, 200, 900, 400))
    changed.save(copy)
    assert "changed since its answer" in cli(*words).err
    Image.new("RGB", (500, 500)).save(copy)
    assert cli(*words).code == 7


def test_show_input(cli, photo: Path, picture: Path) -> None:
    words = ("ask", photo, "-p", QUESTION, "-q", "--show-input")
    assert cli(*words, "in.png").code == 0
    with Image.open("in.png") as shown:
        assert (shown.format, shown.size) == ("PNG", (144, 144))
    assert cli(*words, "in.png", "--force", "--hd").code == 0
    with Image.open("in.png") as shown:
        assert shown.size == (440, 292)
    assert (
        cli(
            "ask", photo, picture, "-p", QUESTION, "-q", "--show-input", "two.png", "--crop", "0,0,9,9"
        ).code
        == 0
    )
    with Image.open("two.png") as shown:
        assert shown.size == (144, 292)
