"""Sidecars: what is written into them, what is left alone, and which rows have no place for one. What a
person wrote elsewhere, and what we wrote before.

Their names, and those that only have a history, are in tests/cli/commands/test_batch_sidecars.py.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from flashsloth.batch import xmp
from flashsloth.batch.answer_rows import Outcome
from flashsloth.batch.inputs import Row
from flashsloth.batch.sidecar_files import journal_of, undo
from flashsloth.batch.sidecars import (
    Existing,
    SidecarOptions,
    SidecarWriter,
    bounded_schema,
    split_answer,
)
from flashsloth.batch.xmp import Packet
from flashsloth.errors import InputError
from flashsloth.generation.answer_record import SHORTENED, AnswerRecord
from flashsloth.generation.detail import refusal_patterns
from flashsloth.generation.json_schema import parse_short_form
from flashsloth.utils import atomic_write, system

ANSWER = "A red lake.\nKeywords: lake, Red,  lake,red; sky."


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("photo.jpg", "other.png"):
        (tmp_path / name).write_bytes(b"a picture")
    return tmp_path


def writer(*images: str, output: Path | None = None, **options: Any) -> SidecarWriter:
    rows = [Row(number, image, "?", image) for number, image in enumerate(images or ("photo.jpg",), 1)]
    return SidecarWriter(rows, SidecarOptions(**{"kind": "xmp", **options}), output)


def write(made: SidecarWriter, answer: str = ANSWER) -> Outcome:
    record = AnswerRecord(pieces=[answer], reason="stop")
    return made.write(Outcome(made.rows[0], record), "nano")


def packet() -> Packet:
    return Packet(Path("photo.jpg.xmp").read_bytes())


def failure(made: SidecarWriter, **options: Any) -> str:
    event = write(made, **options)
    assert event.error is not None
    assert event.error.hint
    return str(event.error)


@pytest.mark.parametrize(
    ("answer", "only_keywords", "expected"),
    [
        ("A lake.", False, ("A lake.", [])),
        (ANSWER, False, ("A red lake.", ["lake", "Red", "sky"])),
        ("tags : a,b\n\nText\nwith lines", False, ("Text\nwith lines", ["a", "b"])),
        ("The keywords: a, b", False, ("The keywords: a, b", [])),
        ("a, b\n- c\n* d.", True, ("", ["a", "b", "c", "d"])),
        ('Keywords: "a b" , ,b', True, ("", ["a b", "b"])),
        (f"{'x' * 65}, y", True, ("", ["y"])),
        (", ".join(map(str, range(200))), True, ("", [str(number) for number in range(100)])),
        ("", False, ("", [])),
    ],
)
def test_splitting_an_answer(answer: str, only_keywords: bool, expected: tuple[str, list[str]]) -> None:
    assert split_answer(answer, only_keywords=only_keywords) == expected


def test_existing_descriptions() -> None:
    late = writer()  # whose row is not skipped, as the description comes meanwhile
    write(writer(), "Old.\nKeywords: old")
    before = Path("photo.jpg.xmp").read_bytes()
    assert writer().described == {1}
    write(late)
    assert (packet().text("description"), packet().keywords) == ("Old.", ["old", "lake", "Red", "sky"])
    Path("photo.jpg.xmp").write_bytes(before)
    for _ in range(2):  # again changes nothing
        assert writer(existing="append").described == set()
        write(writer(existing="append"))
        assert (packet().text("description"), packet().keywords) == (
            "Old.\nA red lake.",
            ["old", "lake", "Red", "sky"],
        )
    write(writer(existing="overwrite"), "New.")
    assert (packet().text("description"), packet().keywords) == ("New.", ["old", "lake", "Red", "sky"])
    write(writer(existing="overwrite"), "New.\nTags: new")
    assert packet().keywords == ["new"]
    before = Path("photo.jpg.xmp").read_bytes()
    assert write(writer(existing="overwrite"), "New.\nTags: new").sidecar == ""
    assert Path("photo.jpg.xmp").read_bytes() == before


def test_keywords_alone_leave_the_description() -> None:
    write(writer(), "A lake.")
    assert writer(only_keywords=True).described == set()
    write(writer(only_keywords=True), "lake, sky")
    assert (packet().text("description"), packet().keywords) == ("A lake.", ["lake", "sky"])
    assert writer(only_keywords=True).described == {1}


def test_captions_of_training_tools() -> None:
    Path("photo.txt").write_text(" \n")
    late = writer(kind="txt")
    assert late.described == set()
    write(writer(kind="txt"), "A\nlake.")
    write(late, "Late.")
    assert Path("photo.txt").read_text() == "A lake.\n"
    assert writer(kind="txt").described == {1}
    write(writer(kind="txt", existing="append", only_keywords=True), "sky\nsea")
    write(writer(kind="txt", existing="append", only_keywords=True), "sea, lake")
    assert Path("photo.txt").read_text() == "A lake., sky, sea, lake\n"
    write(writer(kind="txt", existing="append"), "More.")
    write(writer(kind="txt", existing="append"), "More.")
    assert Path("photo.txt").read_text() == "A lake., sky, sea, lake More.\n"
    write(writer(kind="txt", existing="overwrite"), "New.")
    assert Path("photo.txt").read_text() == "New.\n"


APPENDED = [  # what is there, the answer, and what is there then, also after a second run
    ("txt", "bored", "red", "bored red"),
    ("txt", "a reddish, covered bus", "red", "a reddish, covered bus red"),
    ("txt", "A red bus.", "red", "A red bus."),
    ("txt", "A red bus.", "red bus", "A red bus."),
    ("txt", "red", "red", "red"),
    ("txt", "three", "(red)", "three (red)"),
    ("txt", "naïve", "na", "naïve na"),
    ("txt", "red", "", "red"),
    ("xmp", "bored", "red", "bored\nred"),
    ("xmp", "A red bus.", "red", "A red bus.\nred"),
    ("xmp", "bored\nred\ngreen", "red", "bored\nred\ngreen"),
    ("xmp", "bored\nred\ngreen", "red\ngreen", "bored\nred\ngreen"),
    ("xmp", "bored\nred", "\x01red ", "bored\nred"),
]


@pytest.mark.parametrize(("kind", "before", "answer", "after"), APPENDED)
def test_appending_what_is_a_part_of_another_word(
    kind: Any, before: str, answer: str, after: str
) -> None:
    """It is not there yet: in a line of text only as whole words, in XMP only as whole lines."""
    write(writer(kind=kind), before)
    for _ in range(2):
        write(writer(kind=kind, existing="append"), answer)
        found = Path("photo.txt").read_text().strip() if kind == "txt" else packet().text("description")
        assert found == after


@pytest.mark.parametrize("only_keywords", [False, True])
@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16-le", "utf-16", "shift-jis"])
def test_captions_in_another_encoding_stay(encoding: str, only_keywords: bool) -> None:
    before = {"shift-jis": "\u68ee\u3001\u6e56", "utf-16-le": "\u68ff"}.get(
        encoding, "caf\xe9, \xfcber"
    ).encode(encoding)
    Path("photo.txt").write_bytes(before)
    assert "photo.txt" in failure(writer(kind="txt", existing="append", only_keywords=only_keywords))
    assert Path("photo.txt").read_bytes() == before


def test_a_byte_order_mark_is_no_text_and_stays() -> None:
    Path("photo.txt").write_bytes("\ufeff".encode())
    assert writer(kind="txt").described == set()
    Path("photo.txt").write_bytes("\ufeffsky".encode())
    write(writer(kind="txt", existing="append", only_keywords=True), "sky, sea")
    assert Path("photo.txt").read_bytes() == "\ufeffsky, sea\n".encode()
    write(writer(), "A lake.")
    for encoding in ("utf-16", "utf-8-sig", "latin-1"):
        xmp = (
            packet()
            .encode()
            .decode()
            .replace('encoding="UTF-8"', f'encoding="{encoding.removesuffix("-sig")}"')
        )
        Path("photo.jpg.xmp").write_bytes(xmp.replace("lake", "caf\xe9").encode(encoding))
        write(writer(existing="append"), "More.")
        assert packet().text("description") == "A caf\xe9.\nMore."
        write(writer(existing="overwrite"), "A lake.")


def test_a_file_is_not_written_again_without_a_change(monkeypatch: pytest.MonkeyPatch) -> None:
    write(writer())
    monkeypatch.setattr(atomic_write, "atomic_write", None)
    write(writer(existing="overwrite"))
    write(writer(existing="append"))
    write(writer(), "")


def test_what_is_not_xmp_stays() -> None:
    Path("photo.jpg.xmp").write_text("<!DOCTYPE a><a/>")
    with pytest.raises(InputError, match="is not XMP, and stays as it is: it has a document type"):
        writer()
    assert "is not XMP" in failure(writer(existing="overwrite"))
    assert Path("photo.jpg.xmp").read_text() == "<!DOCTYPE a><a/>"
    Path("photo.txt").write_bytes(b"\0\1")
    assert "not text" in failure(writer(kind="txt", existing="overwrite"))


def test_links_are_neither_read_nor_followed(folder: Path) -> None:
    target = folder / "secret"
    target.write_text("keep")
    Path("photo.jpg.xmp").symlink_to(target)
    Path("photo.txt").symlink_to(folder / "missing")
    assert f"photo.jpg.xmp is a link to {target}" in failure(writer(existing="overwrite"))
    assert f"photo.txt is a link to {folder / 'missing'}" in failure(
        writer(kind="txt", existing="append")
    )
    assert target.read_text() == "keep"
    assert not (folder / "missing").exists()


def test_a_link_that_comes_later_is_replaced(folder: Path) -> None:
    target = folder / "secret"
    target.write_text("keep")
    Path("link").symlink_to(target)
    with atomic_write.atomic_write(Path("link"), replace_link=True) as file:
        file.write(b"new")
    assert (target.read_text(), Path("link").is_symlink(), Path("link").read_text()) == (
        "keep",
        False,
        "new",
    )
    assert Path("link").stat().st_mode & 0o777 == 0o644


@pytest.mark.skipif(system.WINDOWS, reason="no umask there")
@pytest.mark.parametrize(("umask", "mode"), [(0o077, 0o600), (0o002, 0o664)])
@pytest.mark.parametrize("kind", ["xmp", "txt"])
def test_a_sidecar_obeys_the_umask(kind: str, umask: int, mode: int) -> None:
    """Other users could read the answers. A sidecar that exists keeps its mode, and until then its new
    content is private."""
    before = os.umask(umask)
    try:
        made = writer(kind=kind)
        write(made)
        path = made.options.path_of("photo.jpg")
        assert path.stat().st_mode & 0o777 == mode
        path.chmod(0o604)
        with atomic_write.atomic_write(path) as file:
            assert Path(file.name).stat().st_mode & 0o777 == 0o600
        assert path.stat().st_mode & 0o777 == 0o604
    finally:
        os.umask(before)


@pytest.mark.parametrize("make", [Path.mkdir, *([os.mkfifo] if hasattr(os, "mkfifo") else [])])
def test_folders_and_pipes_in_the_place_of_a_sidecar(make: Callable[[Path], None]) -> None:
    make(Path("photo.jpg.xmp"))
    assert "not a file" in failure(writer(existing="overwrite"))


@pytest.mark.parametrize("kind", ["xmp", "txt"])
def test_a_sidecar_that_is_too_large_stays_whole(kind: str) -> None:
    """It is not replaced by its beginning."""
    path = Path({"xmp": "photo.jpg.xmp", "txt": "photo.txt"}[kind])
    path.write_bytes(b"a" * (xmp.MAX_BYTES + 2))
    assert "too large" in failure(writer(kind=kind, existing="append"))
    assert path.stat().st_size == xmp.MAX_BYTES + 2


def test_a_file_that_cannot_be_written_fails_its_row(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    made = writer()
    monkeypatch.setattr("flashsloth.utils.system.replace", refused)
    assert "photo.jpg.xmp cannot be written: Permission denied" in failure(made)
    assert sorted(os.listdir()) == ["other.png", "photo.jpg"]


def test_rows_without_a_place_for_a_sidecar(monkeypatch: pytest.MonkeyPatch) -> None:
    """They fail, and the others are answered. A missing picture fails when it is read."""
    # root may write everywhere
    monkeypatch.setattr(os, "access", lambda path, mode: str(path) != "locked")
    Path("locked").mkdir()
    Path("locked/a.jpg").write_bytes(b"x")
    wrong = {
        "https://a.example/b.jpg": "URL",
        "data:image/png;base64,AA": "URL",
        "locked/a.jpg": "Permission denied",
    }
    right = ("photo.jpg", Path("other.png").resolve().as_uri(), "missing.jpg")
    errors = [row.error for row in writer(*right, *wrong).rows]
    assert errors[: len(right)] == [None] * len(right)
    for error, says in zip(errors[len(right) :], wrong.values(), strict=True):
        assert says in str(error)


OVER = {"kind": "txt", "existing": "overwrite"}


@pytest.mark.parametrize(
    ("images", "options", "problem"),
    [
        (("photo.jpg", "here/photo.jpg"), {}, r"is also that of photo\.jpg"),
        (("photo.jpg", "photo.png"), {"kind": "txt"}, r"is also that of photo\.jpg"),
        (("photo.jpg", "photo.png"), {"adobe_names": True}, r"is also that of photo\.jpg"),
        (("photo.jpg", "photo.txt"), OVER, "is also a picture"),
        (("photo.txt",), OVER, "is also a picture"),
        (("photo.jpg",), {**OVER, "output": Path("photo.txt")}, "is also the output"),
    ],
)
def test_no_row_has_a_place(
    images: tuple[str, ...], options: dict[str, Any], problem: str, folder: Path
) -> None:
    """Two rows never have one sidecar, and none takes the place of a picture or of the output."""
    Path("here").symlink_to(folder, target_is_directory=True)
    for name in ("photo.png", "photo.txt"):
        Path(name).write_bytes(b"a picture too")
    with pytest.raises(InputError, match=problem):
        writer(*images, **options)
    assert Path("photo.txt").read_bytes() == b"a picture too"


def test_leftovers_of_a_killed_process_are_removed() -> None:
    for name in (".photo.jpg.xmp.unfinished-abcd1234", ".another.jpg.xmp.unfinished-abcd1234"):
        Path(name).write_text("<x")
    made = writer()
    assert len(os.listdir()) == 4  # as with --dry-run, which writes nothing
    made.remove_leftovers()
    assert sorted(os.listdir()) == [".another.jpg.xmp.unfinished-abcd1234", "other.png", "photo.jpg"]


ABOUT = {"title": "Lake", "description": "A red lake.", "keywords": ["lake", "New York, NY"]}


def write_fields(value: Any, *, fields: str = "title description keywords", **options: Any) -> None:
    made = writer(fields=tuple(fields.split()), **options)
    record = AnswerRecord(pieces=["{}"], reason="stop")
    assert not made.described
    made.write(Outcome(made.rows[0], record, value=value), "nano")


def contents() -> tuple[str, str, list[str]]:
    return packet().text("title"), packet().text("description"), packet().keywords


def test_fields_of_a_schema() -> None:
    write_fields(ABOUT, fields="keywords")
    assert contents() == ("", "", ["lake", "New York, NY"])
    write_fields(ABOUT | {"keywords": "sky"}, fields="title keywords")  # the keywords are there
    assert contents() == ("Lake", "", ["lake", "New York, NY"])
    write_fields(ABOUT)
    assert contents() == ("Lake", "A red lake.", ["lake", "New York, NY"])
    assert writer(fields=("title", "description", "keywords")).described == {1}


@pytest.mark.parametrize(
    ("existing", "expected"),
    [
        ("append", ("Lake\n7", "A red lake.", ["lake", "New York, NY", "sky", "sea"])),
        ("overwrite", ("7", "A red lake.", ["sky", "sea"])),
    ],
)
def test_fields_that_are_there(existing: str, expected: tuple[str, str, list[str]]) -> None:
    """Each by itself; what the answer lacks stays. Keywords may be text."""
    write_fields(ABOUT)
    write_fields({"title": 7, "description": None, "keywords": "sky, sea"}, existing=existing)
    assert contents() == expected
    write_fields([], existing=existing)
    assert contents() == expected


# What was cut, and refusals


@pytest.mark.parametrize("kind", ["xmp", "txt"])
@pytest.mark.parametrize(
    ("answer", "reason", "warnings", "sidecar"),
    [
        ("A red lake.", "stop", [], "written"),
        ("A red lake.", "stop", ["another"], "written"),
        ("A red", "length", [], "cut"),
        ("A red", "context", [], "cut"),
        ("A red", "interrupted", [], "cut"),
        ('{"a": "A re"}', "stop", [f"{SHORTENED} in the value of /a"], "cut"),
        ("Sorry, no.", "stop", [], "refused"),
        ("", "stop", [], ""),
    ],
)
def test_what_was_cut_and_refusals_are_not_written(
    kind: str, answer: str, reason: Any, warnings: list[str], sidecar: str
) -> None:
    made = writer(kind=kind, refusals=refusal_patterns("^Sorry"))
    record = AnswerRecord(pieces=[answer], reason=reason, warnings=warnings)
    done = made.write(Outcome(made.rows[0], record), "nano")
    assert (done.sidecar, done.error) == (sidecar, None)
    assert made.options.path_of("photo.jpg").exists() == (sidecar == "written")


@pytest.mark.parametrize(
    ("value", "sidecar", "expected"),
    [
        ({"title": "t" * 99, "keywords": ["k" * 63]}, "written", ("t" * 99, "", ["k" * 63])),
        ({"title": "t" * 100, "description": "D", "keywords": []}, "cut", ("", "D", [])),
        ({"title": f"{'t' * 99} ", "description": "D"}, "cut", ("", "D", [])),
        ({"title": "T", "keywords": ["a", "k" * 64, "b"]}, "cut", ("T", "", ["a", "b"])),
        ({"title": "unclear", "description": "d" * 30, "keywords": ["unclear"]}, "refused", None),
        ({"title": "unclear", "description": "d" * 30}, "refused", None),
        ({"title": None, "description": None, "keywords": None}, "", None),
        ({"title": "d" * 30, "description": "d" * 30}, "cut", ("d" * 30, "", [])),
        ([], "", None),
    ],
)
def test_fields_that_were_cut_or_refused(
    value: Any, sidecar: str, expected: tuple[str, str, list[str]] | None
) -> None:
    schema = parse_short_form("title?, description?, keywords? [string]")
    schema["properties"]["description"]["anyOf"][0]["maxLength"] = 30
    fields = ("title", "description", "keywords")
    limits = bounded_schema(schema, fields)[1]
    made = writer(fields=fields, limits=limits, refusals=refusal_patterns("unclear"))
    outcome = Outcome(made.rows[0], AnswerRecord(pieces=["{}"], reason="stop"), value=value)
    assert made.write(outcome, "nano").sidecar == sidecar
    assert Path("photo.jpg.xmp").exists() == (expected is not None)
    assert expected in (None, expected and contents())


def test_titles_and_keywords_get_a_greatest_length() -> None:
    """Unless the schema says something of their lengths. A list in one text has none."""
    schema = parse_short_form("title, description, keywords [string], other")
    before = json.dumps(schema)
    bounded, limits = bounded_schema(schema, ("title", "description", "keywords"))
    assert json.dumps(schema) == before
    assert limits == {"title": 100, "keywords": 64}
    assert bounded["properties"]["title"] == {"type": "string", "maxLength": 100}
    assert bounded["properties"]["description"] == {"type": "string"}
    assert bounded["properties"]["keywords"]["items"] == {"type": "string", "maxLength": 64}
    for own in ({"enum": ["a"]}, {"type": "string", "pattern": "a+"}, {"type": "integer"}):
        schema["properties"] = {"title": own, "keywords": {"type": "array", "items": own}}
        assert bounded_schema(schema, ("title", "keywords")) == (schema, {})
    schema["properties"] = {"title": {"type": "string", "maxLength": 9}, "keywords": {"type": "string"}}
    assert bounded_schema(schema, ("title", "keywords")) == (schema, {"title": 9})


# What a person wrote, wherever it is

MINE = "Grandma at the crossing"


def packet_of(
    description: str = "", keywords: tuple[str, ...] = (), title: str = "", more: str = ""
) -> bytes:
    """A packet of another program."""
    parts = {"title": title, "description": description}
    texts = [
        f"<dc:{name}><rdf:Alt><rdf:li xml:lang='x-default'>{text}</rdf:li></rdf:Alt></dc:{name}>"
        for name, text in parts.items()
        if text
    ]
    items = "".join(f"<rdf:li>{each}</rdf:li>" for each in keywords)
    subject = f"<dc:subject><rdf:Bag>{items}</rdf:Bag></dc:subject>" * bool(keywords)
    prefixes = f'xmlns:rdf="{xmp.RDF}" xmlns:dc="{xmp.DC}" xmlns:digiKam="{xmp.PREFIXES["digiKam"]}"'
    prefixes += f' xmlns:lr="{xmp.PREFIXES["lr"]}" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
    return (
        f'<x:xmpmeta xmlns:x="{xmp.X}"><rdf:RDF {prefixes}><rdf:Description rdf:about="" xmp:Rating="4">'
        f"{''.join(texts)}{subject}{more}</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


def make_picture(path: str, *, xmp: bytes = b"", exif: str = "", iptc: str = "") -> None:
    tags = Image.Exif()
    if exif:
        tags[0x010E] = exif
    Image.new("RGB", (8, 8)).save(path, exif=tags, xmp=xmp or None)
    if iptc:
        value = b"\x1c\x02\x78" + len(iptc).to_bytes(2, "big") + iptc.encode()
        value += b"\x1c\x02\x19\0\x04road"
        resource = b"8BIM\x04\x04\0\0" + len(value).to_bytes(4, "big") + value
        segment = b"Photoshop 3.0\0" + resource + b"\0" * (len(value) % 2)
        data = Path(path).read_bytes()
        head = b"\xff\xed" + (len(segment) + 2).to_bytes(2, "big")
        Path(path).write_bytes(data[:2] + head + segment + data[2:])


BESIDE = ("photo.jpg.xmp", "photo.jpg.XMP", "photo.xmp", "photo.XMP")
INSIDE: dict[str, dict[str, Any]] = {
    "XMP inside": {"xmp": packet_of(MINE, ("road",))},
    "IPTC inside": {"iptc": MINE},
    "EXIF inside": {"exif": MINE},
}
EXISTING: tuple[Existing, ...] = ("skip", "append", "overwrite", "replace-own")
AFTER = {
    "skip": MINE,
    "append": f"{MINE}\nA red lake.",
    "overwrite": "A red lake.",
    "replace-own": MINE,
}


@pytest.mark.parametrize("existing", EXISTING)
@pytest.mark.parametrize("where", ["nothing", "ours", *BESIDE, *INSIDE])
def test_what_exists_times_what_to_do(where: str, existing: Existing) -> None:
    """Where the answer is written, what other programs read there, and undo of it."""
    make_picture("photo.jpg", **INSIDE.get(where, {}))
    if where in BESIDE:
        Path(where).write_bytes(packet_of(MINE, ("road",)))
    if where == "ours":
        write(writer(), MINE)
    before = {path.name: path.read_bytes() for path in Path().iterdir()}
    made = writer(existing=existing, output=Path("a.jsonl"))
    stays = where not in ("nothing", "ours") and existing in ("skip", "replace-own")
    assert (made.described == {1}) == (stays or (where == "ours" and existing == "skip"))
    write(made, "A red lake.\nKeywords: road, lake")
    expected = AFTER[existing] if where != "nothing" else "A red lake."
    if where == "ours" and existing == "replace-own":
        expected = "A red lake."
    sidecars = [path.name for path in Path().iterdir() if path.suffix.lower() == ".xmp"]
    if made.described:
        assert {path.name: path.read_bytes() for path in Path().iterdir()} == before
    else:
        [sidecar] = sidecars
        assert sidecar == (where if where in BESIDE else "photo.jpg.xmp")
        data = Path(sidecar).read_bytes()
        assert (b'xmp:Rating="4"' in data) == (where in BESIDE)
        words = ["road", "lake"]
        check_others(sidecar, expected, words)
        own = Packet(data).own_keywords
        is_theirs = where in BESIDE or where in ("XMP inside", "IPTC inside")
        assert own == (["lake"] if is_theirs else words)
    if Path("a.jsonl.undo").exists():
        list(undo(Path("a.jsonl")))
        Path("a.jsonl.undo").unlink()
    assert {path.name: path.read_bytes() for path in Path().iterdir()} == before


def check_others(sidecar: str, description: str, keywords: list[str]) -> None:
    """Our parser, exiftool and exiv2 read the same."""
    found = Packet(Path(sidecar).read_bytes())
    assert (found.text("description"), found.keywords) == (description, keywords)
    for program, *words in (
        ("exiftool", "-q", "-b", "-XMP-dc:Description"),
        ("exiv2", "-q", "-K", "Xmp.dc.description", "-Pv"),
        ("exiftool", "-q", "-sep", ", ", "-s3", "-XMP-dc:Subject"),
        ("exiv2", "-q", "-K", "Xmp.dc.subject", "-Pv"),
    ):
        if shutil.which(program) is not None:
            done = subprocess.run(
                [program, *words, sidecar], capture_output=True, text=True, check=True
            )
            text = done.stdout.strip().removeprefix('lang="x-default" ')
            assert text == (", ".join(keywords) if "ubject" in words[-1] + words[-2] else description)


@pytest.mark.parametrize("text", ["OLYMPUS DIGITAL CAMERA", "SONY DSC", "   ", "DIGITAL CAMERA"])
def test_what_cameras_write_is_no_description(text: str) -> None:
    for existing in ("append", "replace-own", "skip"):
        make_picture("photo.jpg", exif=text)
        assert not writer(existing=existing).described
        write(writer(existing=existing), "A lake.")
        assert packet().text("description") == "A lake."
        Path("photo.jpg.xmp").write_bytes(packet_of(text))
        write(writer(existing=existing), "A lake.")
        assert packet().text("description") == "A lake."
        Path("photo.jpg.xmp").unlink()
    make_picture("photo.jpg", exif="My digital camera")
    assert writer().described


def test_each_field_has_its_own_place() -> None:
    """A title inside is a title, and the other fields are written."""
    make_picture("photo.jpg", xmp=packet_of(title="Crossing"), iptc=MINE)
    assert writer(fields=("title", "description", "keywords")).described
    assert writer(fields=("title",)).described
    assert not writer(fields=("title",), existing="append").described
    make_picture("photo.jpg", xmp=packet_of(title="Crossing"))
    write_fields(ABOUT)
    assert contents() == ("", "A red lake.", ["lake", "New York, NY"])
    write_fields(ABOUT, existing="append")
    assert contents() == ("Crossing\nLake", "A red lake.", ["lake", "New York, NY"])


def test_the_sidecar_of_a_camera_raw_is_not_that_of_a_picture() -> None:
    for name in ("photo.NEF", "both.jpg", "both.png", "both.nef"):
        Path(name).write_bytes(b"a picture")
    Path("photo.xmp").write_bytes(packet_of(MINE))
    assert not writer("photo.jpg").described
    write(writer("photo.jpg"), "A lake.")
    assert packet().text("description") == "A lake."
    assert Path("photo.xmp").read_bytes() == packet_of(MINE)
    assert writer("photo.NEF").described
    made = writer("photo.jpg", "photo.NEF", adobe_names=True, existing="append")
    assert [row.error is None for row in made.rows] == [False, True]


def test_one_sidecar_for_two_pictures() -> None:
    """It describes both. What it lacks cannot be written, as nobody knows to which it belongs."""
    Path("photo.png").write_bytes(b"a picture")
    Path("photo.xmp").write_bytes(packet_of(MINE))
    assert writer("photo.jpg", "photo.png").described == {1, 2}
    Path("photo.xmp").write_bytes(packet_of())
    with pytest.raises(InputError, match=r"photo\.xmp"):
        writer("photo.jpg", "photo.png")


def test_several_sidecars_of_a_picture() -> None:
    """The first is written into, and begins with what the others say."""
    Path("photo.jpg.xmp").write_bytes(packet_of())
    Path("photo.xmp").write_bytes(packet_of(MINE, ("road",)))
    assert writer().described
    write(writer(existing="append"), "A lake.\nKeywords: lake")
    assert (packet().text("description"), packet().keywords) == (f"{MINE}\nA lake.", ["road", "lake"])
    assert Path("photo.xmp").read_bytes() == packet_of(MINE, ("road",))
    Path("photo.XMP").write_bytes(b"<broken")
    Path("photo.jpg.xmp").write_bytes(packet_of())
    assert failure(writer(existing="append"))


LISTS = (
    "<digiKam:TagsList><rdf:Seq><rdf:li>Places/Home</rdf:li></rdf:Seq></digiKam:TagsList>"
    "<lr:hierarchicalSubject><rdf:Bag><rdf:li>Places|Home</rdf:li></rdf:Bag></lr:hierarchicalSubject>"
)


@pytest.mark.parametrize("is_inside", [False, True])
@pytest.mark.parametrize(
    ("existing", "digikam", "lightroom"),
    [
        ("append", ["Places/Home", "red", "24 7"], ["Places|Home", "red", "24/7"]),
        ("overwrite", ["red", "24 7"], ["red", "24/7"]),
    ],
)
def test_keywords_follow_the_lists_of_other_programs(
    existing: Existing, digikam: list[str], lightroom: list[str], is_inside: bool
) -> None:
    data = packet_of(keywords=("Home",), more=LISTS)
    if is_inside:
        make_picture("photo.jpg", xmp=data)
    else:
        Path("photo.jpg.xmp").write_bytes(data)
    for _ in range(2):
        write(writer(only_keywords=True, existing=existing), "red, 24/7")
        assert packet().items("digiKam:TagsList") == digikam
        assert packet().items("lr:hierarchicalSubject") == lightroom
    assert packet().items("MicrosoftPhoto:LastKeywordXMP") == []


# What we wrote


def test_a_better_model_replaces_ours() -> None:
    own: dict[str, Any] = {"existing": "replace-own"}
    write(writer(**own), "A thing.\nKeywords: thing, blue")
    assert writer().described
    assert not writer(**own).described
    made = writer(**own)
    record = AnswerRecord(pieces=["A lake.\nKeywords: lake, blue"], reason="stop")
    made.write(Outcome(made.rows[0], record), "smolvlm")
    assert (packet().text("description"), packet().keywords) == ("A lake.", ["lake", "blue"])
    assert packet().items("flashsloth:model") == ["smolvlm"]
    [date] = packet().items("flashsloth:date")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", date)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda text: text.replace("A thing.", "A thing!"), "A thing!"),
        (lambda text: text.replace("A thing.", f"{MINE}\nA thing."), f"{MINE}\nA lake."),
        (lambda text: text.replace("A thing.", f"{MINE} A thing."), f"{MINE} A thing."),
        (lambda text: text.replace("A thing.", f"A thing.\n{MINE}"), f"A thing.\n{MINE}"),
        (
            lambda text: text.replace("</rdf:li>", '</rdf:li><rdf:li xml:lang="de">Omas</rdf:li>', 1),
            "A thing.",
        ),
    ],
)
def test_what_was_changed_since_is_the_persons(change: Callable[[str], str], expected: str) -> None:
    write(writer(), "A thing.")
    path = Path("photo.jpg.xmp")
    path.write_text(change(path.read_text()))
    write(writer(existing="replace-own"), "A lake.")
    assert packet().text("description") == expected


def test_keywords_of_a_person_are_not_replaced() -> None:
    Path("photo.jpg.xmp").write_bytes(packet_of(keywords=("road", "blue")))
    write(writer(only_keywords=True, existing="append"), "blue, thing, grey")
    changed = packet()
    changed.set_keywords(["road", "blue", "grey", "grandma"])  # without "thing"
    Path("photo.jpg.xmp").write_bytes(changed.encode())
    write(writer(only_keywords=True, existing="replace-own"), "lake")
    assert packet().keywords == ["road", "blue", "grandma", "lake"]
    assert writer(only_keywords=True, existing="replace-own").described == set()
    Path("photo.jpg.xmp").write_bytes(packet_of(keywords=("road",)))
    assert writer(only_keywords=True, existing="replace-own").described == {1}


def test_ours_is_known_after_characters_that_xml_lacks() -> None:
    for answer in ("A\x01 <thing>.\r\nOr\ttwo.\ud800", "A lake."):
        write(writer(existing="replace-own"), answer)
    assert packet().text("description") == "A lake."


def test_a_refusal_is_found_in_the_beginning_alone() -> None:
    made = writer(refusals=refusal_patterns("b"), existing="overwrite")
    assert write(made, "a" * 999 + "b").sidecar == "refused"
    assert write(made, "a" * 1000 + "b").sidecar == "written"


def test_a_field_of_a_person_stays_beside_others() -> None:
    Path("photo.jpg.xmp").write_bytes(packet_of(title="Mine", keywords=("road",)))
    write_fields(ABOUT, existing="replace-own")
    assert contents() == ("Mine", "A red lake.", ["road"])
    write_fields({"title": "T", "description": "D", "keywords": ["k"]}, existing="replace-own")
    assert contents() == ("Mine", "D", ["road"])


def test_appended_lines_are_ours_alone() -> None:
    Path("photo.jpg.xmp").write_bytes(packet_of(MINE))
    for answer in ("One.", "Two."):
        write(writer(existing="append"), answer)
    assert packet().text("description") == f"{MINE}\nOne.\nTwo."
    write(writer(existing="replace-own"), "Three.")
    assert packet().text("description") == f"{MINE}\nThree."


WORDS = st.text("ab .\n\r<&é", max_size=6)


@settings(max_examples=150, deadline=None)
@given(
    WORDS,
    st.lists(st.sampled_from(["a", "b", "c d"]), max_size=3, unique=True),
    st.booleans(),
    st.lists(
        st.tuples(st.sampled_from(["skip", "append", "replace-own"]), WORDS, st.booleans()), max_size=4
    ),
)
def test_the_words_of_a_person_are_never_lost(
    text: str, keywords: list[str], is_inside: bool, steps: list[tuple[Existing, str, bool]]
) -> None:
    """Whatever is asked in any order, but for `overwrite`; and undo gives the first bytes."""
    with tempfile.TemporaryDirectory() as folder:
        photo, output, sidecar = (Path(folder, name) for name in ("a.jpg", "o.jsonl", "a.jpg.xmp"))
        first = Packet()
        first.set_text("description", text)
        first.set_keywords(keywords)
        before = xmp.clean(text)
        make_picture(str(photo), xmp=first.encode() if is_inside else b"")
        if not is_inside:
            sidecar.write_bytes(first.encode())
        for existing, answer, with_keywords in steps:
            made = writer(str(photo), existing=existing, output=output)
            write(made, f"{answer}\nKeywords: b, e" if with_keywords else answer)
            if sidecar.exists():
                found = Packet(sidecar.read_bytes())
                assert found.text("description").startswith(before) or is_inside
                if found.text("description"):
                    assert found.text("description").startswith(before)
                if found.keywords:
                    assert found.keywords[: len(keywords)] == keywords
                assert not set(keywords).intersection(found.own_keywords)
        if journal_of(output).exists():
            list(undo(output))
        assert sidecar.exists() != is_inside
        assert is_inside or sidecar.read_bytes() == first.encode()
