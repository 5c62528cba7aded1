"""Sidecars: what is written into them, what is left alone, and which rows have no place for one.

Their names, and those that only have a history, are in tests/cli/commands/test_batch_sidecars.py.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flashsloth.batch import xmp
from flashsloth.batch.answer_rows import Outcome
from flashsloth.batch.inputs import Row
from flashsloth.batch.sidecars import SidecarOptions, SidecarWriter, split_answer
from flashsloth.batch.xmp import Packet
from flashsloth.errors import InputError
from flashsloth.generation.answer_record import AnswerRecord
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
    return made.write(Outcome(made.rows[0], record))


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
    made.write(Outcome(made.rows[0], record, value=value))


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
