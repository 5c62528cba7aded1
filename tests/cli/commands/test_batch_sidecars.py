"""`flashsloth batch --write`: sidecars beside the pictures, what a second run does, and what other
programs read."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from cli.commands.test_batch import ASK, NAMES, codes, kill_after, thirty_pictures
from cli.conftest import read_rows, write_rows
from flashsloth.batch.xmp import Packet
from flashsloth.generation.json_schema import parse_short_form
from messages import record
from paths import IMAGES, ROOT, TESTS

DARKTABLE = TESTS / "batch/data/darktable.xmp"


@pytest.fixture
def pictures(home: Path) -> Path:
    """A folder with three pictures."""
    Path("photos").mkdir()
    for name in NAMES:
        shutil.copy(IMAGES / name, Path("photos", name))
    return Path("photos")


def answers(path: str) -> dict[str, Any]:
    """The answers of a file by their source."""
    return {row["source"]: row["response"] for row in read_rows(path)}


def description(picture: str | Path) -> str:
    return Packet(Path(f"{picture}.xmp").read_bytes()).text("description")


def test_sidecars_of_a_folder(cli, pictures: Path) -> None:
    before = {path: path.read_bytes() for path in pictures.iterdir()}
    done = cli("batch", pictures, "-p", ASK, "--write", "xmp", "-o", "a.jsonl")
    assert (done.code, done.out) == (0, "")
    found = answers("a.jsonl")
    assert {picture: description(picture) for picture in found} == found
    assert {path: path.read_bytes() for path in before} == before
    assert len(list(pictures.iterdir())) == 6


def test_a_second_run(cli, pictures: Path) -> None:
    """Into another file all are asked, and sidecars stay; without a file only what has no description
    is asked."""
    (pictures / "stop-sign.png.xmp").write_bytes(DARKTABLE.read_bytes())
    words = ("batch", pictures, "-p", ASK, "--write", "xmp")
    assert cli(*words, "-o", "a.jsonl").code == 0
    (pictures / "pie-chart.png.xmp").unlink()
    written = {path: path.read_bytes() for path in pictures.iterdir()}
    again = cli(
        "batch", pictures, "-p", "How many things are there?", "--write", "xmp", "-o", "b.jsonl"
    )
    note, summary = again.err.splitlines()[-2:]
    assert note.startswith("note: 2 sidecars kept; --existing append or overwrite ")
    assert summary == "3 of 3 done."
    record(note)
    assert list(answers("b.jsonl")) == [f"photos/{name}" for name in sorted(NAMES)]
    assert description("photos/pie-chart.png") == answers("b.jsonl")["photos/pie-chart.png"]
    assert {path: path.read_bytes() for path in written} == written
    (pictures / "pie-chart.png.xmp").unlink()
    resumed = cli(*words, "-o", "a.jsonl")  # by its own rows
    assert "3 of 3 done, 3 of them before." in resumed.err
    assert "skipped" not in resumed.err
    assert "kept" not in resumed.err
    alone = cli(*words)
    assert [row["source"] for row in alone.rows] == ["photos/pie-chart.png"]
    assert "note: 2 pictures skipped, already described" in alone.err
    nothing = cli(*words)
    assert (nothing.code, nothing.out) == (0, "")
    assert nothing.err.splitlines()[-1] == "0 of 0 done."


def test_killed_between_a_sidecar_and_its_row(cli, pictures: Path) -> None:
    """The row is asked again and written, its sidecar stays as it is."""
    words = ("batch", pictures, "-p", ASK, "--write", "xmp", "-o", "a.jsonl")
    assert cli(*words).code == 0
    lines, sidecar = Path("a.jsonl").read_bytes(), Path(f"photos/{max(NAMES)}.xmp")
    packet = Packet()
    packet.set_text("description", "My own words.")
    sidecar.write_bytes(packet.encode())
    Path("a.jsonl").write_bytes(b"".join(lines.splitlines(keepends=True)[:-1]))
    assert "3 of 3 done, 2 of them before." in cli(*words).err
    assert len(answers("a.jsonl")) == 3
    assert Packet(sidecar.read_bytes()).text("description") == "My own words."


@pytest.mark.parametrize("kind", ["xmp", "txt"])
def test_force_asks_again_and_leaves_the_sidecars(cli, pictures: Path, kind: str) -> None:
    words = ("batch", pictures, "-p", ASK, "--write", kind, "-o", "a.jsonl")
    assert cli(*words).code == 0
    first, written = answers("a.jsonl"), {path: path.read_bytes() for path in pictures.iterdir()}
    rewritten = pictures / f"stop-sign{'.png' * (kind == 'xmp')}.{kind}"
    rewritten.unlink()
    again = cli(*words, "--force")
    assert "note: 2 sidecars kept" in again.err
    assert "3 of 3 done." in again.err
    assert answers("a.jsonl") == first
    del written[rewritten]  # it has another date
    assert {path: path.read_bytes() for path in pictures.iterdir() if path != rewritten} == written


def test_all_described_opens_no_model(cli, pictures: Path, request: pytest.FixtureRequest) -> None:
    words = ("batch", pictures, "-p", ASK, "--write", "txt", "-q")
    assert cli(*words).code == 0
    assert (pictures / "stop-sign.txt").read_text() == "The text is white.\n"
    request.getfixturevalue("no_model")
    assert cli(*words).code == 0


def test_overwrite_and_names_of_adobe(cli, pictures: Path) -> None:
    words = ("batch", pictures / "stop-sign.png", "-q", "--write", "xmp", "--adobe-names")
    assert cli(*words, "-p", ASK).code == 0
    assert cli(*words, "-p", "Is there a chart? Yes or no only.", "--existing", "overwrite").code == 0
    assert Packet(Path("photos/stop-sign.xmp").read_bytes()).text("description") == "no"
    assert cli(
        *words,
        "-p",
        "What does the sign say? Just the text.",
        "--existing",
        "append",
        "--write-keywords",
    ).ok
    assert Packet(Path("photos/stop-sign.xmp").read_bytes()).keywords == ["STOP"]


def test_fields_of_a_schema(cli, pictures: Path) -> None:
    schema = parse_short_form("title A|B, keywords [RED|SKY]")
    schema["properties"]["keywords"]["maxItems"] = 2
    words = (
        "batch",
        pictures,
        "-p",
        ASK,
        "--schema",
        json.dumps(schema),
    )
    done = cli(*words, "--write", "xmp:title, keywords").ok
    for row in done.rows:
        packet = Packet(Path(f"{row['source']}.xmp").read_bytes())
        assert packet.text("title") == row["value"]["title"].strip()
        assert packet.keywords == list(dict.fromkeys(row["value"]["keywords"]))
    assert cli(*words, "--write", "txt").code == 0
    assert json.loads((pictures / "stop-sign.txt").read_text()).keys() == {"title", "keywords"}


FIELDS = ("--schema", "title, words [string]")


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (("--write", "exif"), "not exif", "xmp:title,description,keywords"),
        (("--write", "xmp:rating"), "not xmp:rating", "title,description,keywords"),
        (("--write", "txt:title"), "not txt:title", "title,description"),
        (("--write", "xmp:title"), "needs a schema", "--schema"),
        (("--write", "xmp", *FIELDS), "needs the names", "--write xmp:title."),
        (("--write", "xmp", "--schema", "a"), "needs the names", "--write txt"),
        (("--write", "xmp:title,keywords", *FIELDS), "no field keywords", "--write xmp:title."),
        (("--write", "xmp:title", "--write-keywords", *FIELDS), "exclude", "--write xmp:keywords"),
        (("--write", "xmp", "--write-keywords", *FIELDS), "exclude", "--write xmp:keywords"),
    ],
)
def test_fields_that_cannot_be_written(
    cli, pictures: Path, words: tuple[str, ...], message: str, hint: str
) -> None:
    done = cli("batch", pictures, "-p", ASK, *words)
    done.refused(2, message, hint)
    assert len(list(pictures.iterdir())) == len(NAMES)


def test_a_row_without_a_place_fails(cli, pictures: Path) -> None:
    images = ("photos/stop-sign.png", "https://a.example/b.png", "photos/none.png")
    write_rows("rows.jsonl", *({"image": image} for image in images))
    (pictures / "all-orange.png.xmp").symlink_to("elsewhere")
    words = (
        "batch",
        "rows.jsonl",
        "photos/all-orange.png",
        "-p",
        ASK,
        "--write",
        "xmp",
        "-o",
        "a.jsonl",
    )
    assert cli(*words).code == 7
    assert codes(read_rows("a.jsonl")) == [None, "data_bad_row", "image_not_found", "input"]
    assert description("photos/stop-sign.png") == "The text is white."
    assert not Path("photos/elsewhere").exists()


def test_a_picture_from_stdin_has_no_place_and_paths_have(cli, pictures: Path) -> None:
    words = ("batch", "-", "-p", ASK, "--write", "xmp", "-q")
    assert cli(*words, input=(IMAGES / NAMES[0]).read_bytes()).code == 3
    assert cli(*words, input="photos/stop-sign.png\n").code == 0
    assert description("photos/stop-sign.png") == "The text is white."


def test_a_full_disk_stops_the_batch(cli, pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    full = mock.Mock(side_effect=OSError(28, "No space left on device"))
    monkeypatch.setattr("flashsloth.utils.system.replace", full)
    done = cli("batch", pictures, "-p", ASK, "--write", "xmp", "-q")
    done.refused("disk_full", "photos/all-orange.png.xmp")
    assert sorted(os.listdir("photos")) == sorted(NAMES)


# What is not written, and counted


def test_cut_and_refused_answers_are_counted(cli, pictures: Path) -> None:
    """In the summary, also with -q. They are in the file, and their rows are answered."""
    words = ("batch", pictures, "--write", "xmp", "-o", "a.jsonl", "-q")
    cut = cli(*words, "-p", ASK, "--max-tokens", "2").ok
    assert "0 refused, 3 cut, 0 written" in cut.err
    assert len(answers("a.jsonl")) == 3
    done = cli(*words, "--force", "-p", ASK, "--set", "refusal=text.*white").ok
    assert "1 refused, 0 cut, 2 written" in done.err
    assert not Path("photos/stop-sign.png.xmp").exists()
    assert len(list(pictures.glob("*.xmp"))) == 2


def test_refusals_of_nano_are_known(cli, pictures: Path) -> None:
    shutil.copy(TESTS / "photographs/bulb.jpg", pictures)
    made = cli("batch", pictures, "-p", "What is this?", "--write", "xmp", "-o", "a.jsonl").ok
    assert answers("a.jsonl")["photos/bulb.jpg"].startswith("I cannot ")
    assert "1 refused, 0 cut, 3 written" in made.err
    assert len(list(pictures.glob("*.xmp"))) == 3


def test_a_template_knows_its_refusals(cli, pictures: Path) -> None:
    """They are saved with it."""
    words = ("batch", "photos/stop-sign.png", "-p", ASK)
    assert cli(*words, "--set", "refusal=white", "--save-template", "mine", "-q").ok
    done = cli("batch", "photos/stop-sign.png", "-t", "mine", "--write", "txt").ok
    assert "1 refused, 0 cut, 0 written" in done.err
    cli("batch", "photos", "--set", "refusal=(").refused(2, "refusal", "(")


def test_a_schema_bounds_titles_and_keywords(cli, pictures: Path) -> None:
    schema = "title, description?, keywords [string]"
    words = ("--schema", schema, "--write", "xmp:title,description,keywords", "--max-tokens", "60")
    done = cli("batch", pictures, "-p", ASK, *words).ok
    assert "0 refused, 3 cut, 0 written" in done.err
    assert not list(pictures.glob("*.xmp"))
    fields = done.rows[0]["options"]["schema"]["properties"]
    assert fields["title"]["maxLength"] == 100
    assert fields["keywords"]["items"]["maxLength"] == 64


# Undo


@pytest.mark.parametrize("output", ["a.jsonl", "a.csv"])
@pytest.mark.parametrize("kind", ["xmp", "txt"])
def test_undo_from_another_folder(
    cli, pictures: Path, kind: str, output: str, request: pytest.FixtureRequest
) -> None:
    """It restores what nobody changed, names the others, and opens no model."""
    (pictures / "stop-sign.png.xmp").write_bytes(DARKTABLE.read_bytes())
    before = {path: path.read_bytes() for path in pictures.iterdir()}
    words = ("batch", pictures, "-p", ASK, "--write", kind, "-o", output)
    assert cli(*words).code == 0
    changed = pictures / f"all-orange{'.png' * (kind == 'xmp')}.{kind}"
    changed.write_bytes(changed.read_bytes() + b"\n")
    folder = Path.cwd()
    request.getfixturevalue("no_model")
    os.chdir(folder.parent)
    done = cli("batch", "--undo", folder / output)
    os.chdir(folder)
    assert (done.code, done.out) == (7, "")
    assert str(folder / changed) in done.err
    changed.unlink()
    assert {path: path.read_bytes() for path in pictures.iterdir()} == before
    assert cli("batch", "--undo", output, "-q").err == ""


def test_a_folder_with_the_captions_of_a_person(cli, pictures: Path) -> None:
    """Inside, beside and in the lists of digiKam: none is lost in two batches, and undo of both gives
    every byte back."""
    data = (pictures / "stop-sign.png").read_bytes()
    text = b"Description\0Grandma"
    chunk = len(text).to_bytes(4, "big") + b"tEXt" + text
    (pictures / "inside.png").write_bytes(data[:-12] + chunk + b"\0\0\0\0" + data[-12:])
    mine = Packet()
    mine.set_text("description", "Grandma")
    (pictures / "all-orange.xmp").write_bytes(mine.encode())
    lists = {"keywords": ["Home"], "digiKam:TagsList": ["Places/Home"]}
    mine.set_keywords(["Home"], lists)
    (pictures / "pie-chart.png.XMP").write_bytes(mine.encode())
    before = {path: path.read_bytes() for path in pictures.iterdir()}
    words = ("batch", pictures, "--write", "xmp")
    kept = cli(*words, "-p", ASK, "-o", "a.jsonl").ok
    assert "3 sidecars kept" in kept.err
    assert {path.name for path in {*pictures.iterdir()} - {*before}} == {"stop-sign.png.xmp"}
    more = ("--existing", "append", "--write-keywords", "-o", "b.jsonl")
    assert cli(*words, "-p", "What does the sign say? Just the text.", *more).ok
    more = ("--existing", "append", "-o", "c.jsonl")
    assert cli(*words, "-p", "What is this?", *more).ok
    for name in ("inside.png.xmp", "all-orange.xmp", "pie-chart.png.XMP"):
        text_now = Packet((pictures / name).read_bytes()).text("description")
        assert text_now.startswith("Grandma\n")
    packet = Packet((pictures / "pie-chart.png.XMP").read_bytes())
    assert packet.keywords[0] == "Home"
    assert packet.items("digiKam:TagsList") == ["Places/Home", *packet.keywords[1:]]
    assert len(packet.keywords) > 1
    for output in ("c.jsonl", "b.jsonl", "a.jsonl"):
        assert cli("batch", "--undo", output).ok
    assert {path: path.read_bytes() for path in pictures.iterdir()} == before


def test_undo_alone(cli, pictures: Path) -> None:
    cli("batch", "--undo", "none.jsonl").refused(3, "none.jsonl.undo")
    cli("batch", "photos", "--undo", "a.jsonl").refused(2, "--undo")
    server = "--server", "http://127.0.0.1:9"
    for words in (("-o", "a.jsonl"), ("--write", "xmp"), ("-p", "x"), ("--dry-run",), server):
        cli("batch", "--undo", "a.jsonl", *words).refused(2, "--undo")
    cli("batch", pictures, "-p", ASK, "--write", "txt", "--existing", "replace-own").refused(
        2, "replace-own"
    )


# Killed, and read by others


@pytest.mark.slow
def test_thirty_pictures_killed_twice(program, cli, home: Path) -> None:
    """After any kill each sidecar is whole; in the end every picture has one, and exiftool and exiv2
    read all."""
    made, chance = Path("library"), random.Random(0)
    thirty_pictures(made, chance)
    edited = {made / f"{number}.png.xmp" for number in chance.sample(range(30), 6)}
    for sidecar in edited:
        sidecar.write_bytes(DARKTABLE.read_bytes())
    words = ("batch", made, "-p", ASK, "-q", "--write", "xmp", "-o", "a.jsonl", "--batch-size", "4")
    seen = 0
    for _ in range(2):
        seen = kill_after(program.start(*words), "a.jsonl", seen + chance.randrange(3, 7), chance)
        written = [
            sidecar
            for sidecar in made.glob("*.xmp")
            if Packet(sidecar.read_bytes()).text("description")
        ]
        assert seen - 1 <= len(written) < 30
    assert cli(*words).code == 0
    found = answers("a.jsonl")
    assert len(found) == 30
    assert all(description(picture) == answer for picture, answer in found.items())
    sidecars = sorted(made.glob("*.xmp"))
    pictures = {f"{number}.png" for number in range(30)}
    assert {path.name for path in made.iterdir()} == pictures | {f"{name}.xmp" for name in pictures}
    for sidecar in sidecars:
        packet = Packet(sidecar.read_bytes())
        assert packet.text("description")
        assert (b'darktable:operation="exposure"' in sidecar.read_bytes()) == (sidecar in edited)
    check_with_others(sidecars)
    sidecars[0].write_bytes(b"changed")
    assert cli("batch", "--undo", "a.jsonl", "-q").code == 7
    assert {path.name for path in made.glob("*.xmp")} == {each.name for each in edited} | {
        sidecars[0].name
    }
    assert all(each.read_bytes() == DARKTABLE.read_bytes() for each in edited - {sidecars[0]})


def check_with_others(sidecars: list[Path]) -> None:
    """exiftool and exiv2 read the descriptions that we wrote."""
    expected = [Packet(sidecar.read_bytes()).text("description") for sidecar in sidecars]
    rows = json.loads(output("exiftool", "-q", "-j", "-XMP-dc:Description", *sidecars))
    assert [row["Description"] for row in rows] == expected
    lines = output("exiv2", "-q", "-K", "Xmp.dc.description", "-Pv", *sidecars).splitlines()
    assert [line.partition('lang="x-default" ')[2] for line in lines] == expected


def output(program: str, *words: str | Path) -> str:
    """Return what a program prints, and nothing on stderr. Skips where it is not installed."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    done = subprocess.run([program, *words], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout


def test_exiftool_and_exiv2_read_what_is_written(home: Path) -> None:
    packet = Packet(DARKTABLE.read_bytes())
    packet.set_text("description", 'A <red> lake & a "sky": é 🦥')
    packet.set_keywords(["lake", "red & blue"])
    Path("a.jpg.xmp").write_bytes(packet.encode())
    check_with_others([Path("a.jpg.xmp")])
    before, after = json.loads(
        output("exiftool", "-q", "-j", "-struct", "-XMP:all", DARKTABLE, "a.jpg.xmp")
    )
    written = {name: after.pop(name) for name in ("Description", "Subject")}
    assert written == {"Description": packet.text("description"), "Subject": packet.keywords}
    assert {**before, "SourceFile": ""} == {**after, "SourceFile": ""}
    assert [step["Operation"] for step in before["History"]] == ["exposure", "crop"]


def test_the_line_of_the_cookbook_keeps_captions(home: Path) -> None:
    """The line with exiftool copies sidecars into pictures, and changes no word of a person."""
    line, restore = re.findall(
        r"^exiftool (?:.*\\\n)*.*", (ROOT / "docs/cookbook.md").read_text(), re.MULTILINE
    )
    captions = {
        "xmp": "-XMP-dc:Description=Mine",
        "iptc": "-IPTC:Caption-Abstract=Mine",
        "exif": "-EXIF:ImageDescription=Mine",
        "png": "-PNG:Description=Mine",
        "none": "-XMP-dc:Title=Mine",
    }
    packet = Packet()
    for name in ("title", "description"):
        packet.set_text(name, "Ours")
    packet.set_keywords(["red"])
    Path("album").mkdir()
    for name, caption in captions.items():
        shutil.copy(IMAGES / NAMES[0], f"album/{name}.png")
        output("exiftool", "-q", "-q", "-m", "-overwrite_original", caption, f"album/{name}.png")
        Path(f"album/{name}.png.xmp").write_bytes(packet.encode())
    before = {name: Path(f"album/{name}.png").read_bytes() for name in captions}
    output("bash", "-c", f"{line} -q")
    after = {name: Path(f"album/{name}.png").read_bytes() for name in captions}
    assert {name for name in captions if after[name] != before[name]} == {"none"}
    [copied] = json.loads(output("exiftool", "-j", "-XMP-dc:all", "album/none.png"))
    assert copied == {
        "SourceFile": "album/none.png",
        "Title": "Mine",
        "Description": "Ours",
        "Subject": "red",
    }
    output("bash", "-c", restore)
    assert {name: Path(f"album/{name}.png").read_bytes() for name in captions} == before
