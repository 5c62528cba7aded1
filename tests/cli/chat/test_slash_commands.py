"""Slash commands in the plain loop: their effects and their errors."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from PIL import Image

from cli.conftest import QUESTION
from flashsloth.errors import ImageTooLarge
from flashsloth.history.store import History, SavedTurn, Session
from flashsloth_cli.chat.slash_commands import COMMANDS, INCOMPLETE
from messages import record

COLOR = "What color is it?"


@pytest.fixture
def talk(cli, picture: Path):
    """`talk("line", ...)` runs lines of a conversation about the disc."""

    def run(*lines: str, words: tuple[str, ...] = (), about: Path | None = picture):
        pictures = [about] if about else []
        return cli("chat", "--plain", "-q", *pictures, *words, input="".join(f"{x}\n" for x in lines))

    return run


@pytest.mark.parametrize(
    "name", [name for name in COMMANDS if name not in ("/quit", "/paste", "/copy")]
)
def test_every_command_as_the_first_line(talk, name: str) -> None:
    """Without a turn, a picture or an argument it prints a note or an error, and the loop continues."""
    done = talk(name, "hello", about=None)
    assert done.out.count("\n") == 1
    assert "Traceback" not in done.err


def test_help_marks_the_arguments_that_are_needed() -> None:
    required = {name for name, each in COMMANDS.items() if each.usage and each.usage[0] != "["}
    assert required == set(INCOMPLETE)


RETRIES = [
    ("2 2", "temperature is given twice"),
    ("top=1", "top"),
    ("foo", "foo"),
    ("temperature=foo", "temperature"),
]
TOO_MUCH = ["/undo 3", "/images 2", "/paste x", "/continue 9", "/copy all", "/stats on", "/clear a"]
AS_RETRY = "/retry temperature=0.8, "
REFUSED = [  # the exit code, the line, what its error names, what its hint names
    (2, "/set color red", "color", "temperature, top_p"),
    (2, "/set temp 1", "unknown setting temp", "Did you mean temperature?"),
    (2, "/set stats maybe", "true or false", "/set stats default"),
    (2, "/set schema --stop", "--stop", "[string]"),
    *((2, f"/retry {words}", word, AS_RETRY) for words, word in RETRIES),
    (2, "/retry temprature=1", "unknown setting temprature", "Did you mean temperature?"),
    *((2, line, "not {1}", "{0}") for line in TOO_MUCH),
    (2, "/img {p}", "unknown command /img", "Did you mean /image?"),
    (2, "/nothing", "unknown command /nothing", "/help"),
    (3, "/no/such/my picture.jpg", "my picture.jpg: ", "path"),
    (3, "/no/such/my picture.jpg", "/no/such", "path"),
    (3, "/image nope.png", "nope.png in ", "Tab"),
    (3, "/add {p} my nope.png", "no file my nope.png in ", "Check the path"),
    (3, "/image my --sed.png", "no file my --sed.png in ", "Check the path"),
    (3, "/image http://127.0.0.1/a.png", "is refused", "--set allow_local=true"),
    (2, "/drop 3", " picture 3", "/images"),
    (2, f"/drop {'9' * 5000}", " picture 999", "/images"),
    (2, "/crop", "X,Y", "none"),
    (2, "/crop 0,0,5000,1", " 0,0,5000,1 ", "at most 160"),
    (2, "/crop none", "is not cropped", "the whole picture"),
    (2, "/? x", "unknown command x", "/help lists all."),
    (2, "/help /cropp", "unknown command /cropp", "Did you mean /crop?"),
    (2, "/edit", "/edit needs TEXT", QUESTION),
    (2, "/look wrong", "wrong", "/look input"),
    (3, "/load nope", "no conversation nope", "/load"),
    (4, "/model nobody/nothing", "nobody/nothing", "Run `flashsloth pull nobody/nothing`"),
    (4, "/model --seed", "unknown model --seed", "nano, flashsloth"),
    (2, "/continue", "complete", "in words"),
    (2, "/explain a.jpg", "a.jpg", "name.png"),
    (2, "/export x.doc", "x.doc", ".md, .json"),
]


@pytest.mark.parametrize(
    ("code", "line", "error", "hint"), REFUSED, ids=[line[:40] for _, line, _, _ in REFUSED]
)
def test_a_refused_line_changes_nothing(
    cli, history: History, picture: Path, code, line, error, hint
) -> None:
    """One error and a hint in words of the conversation; its picture and its turn stay, and no file is
    written."""
    done = cli(
        "chat", "--plain", "-q", "--offline", "-c", input=f"{line.format(p=picture)}\n/images\n/undo\n"
    )
    said, advice, images, undone = done.err.splitlines()
    command, _, rest = line.partition(" ")
    assert (done.code, done.out) == (code, "")
    assert said.startswith("error: ")
    assert advice.startswith("hint: ")
    assert error.format(command, rest) in said
    assert hint.format(command) in advice
    record(f"{said}\n{advice}")
    assert images.startswith(f"1: {picture}, PNG, 160 x 120")
    assert undone == f"removed the turn: {QUESTION}"
    assert list(Path().iterdir()) == []


def test_retry_replaces_the_last_turn(talk, nano, picture: Path) -> None:
    """With settings for this answer only. One turn is left, and the cached prefix is reused."""
    chat = nano.chat(picture)
    answers = [chat.ask(QUESTION).text(), chat.ask(COLOR).text()]
    done = talk(QUESTION, "/retry temperature=50 seed=3", "/retry", "/stats", COLOR)
    first, sampled, *rest = done.out.splitlines()
    assert [first, *rest] == [answers[0], *answers]
    assert sampled != first
    assert "of them reused" in done.err


def test_edit_and_undo(talk, nano, picture: Path) -> None:
    expected = nano.chat(picture).ask(COLOR).text()
    assert talk(QUESTION, f"/edit {COLOR}").out.splitlines()[1] == expected
    done = talk(QUESTION, "/undo", COLOR)
    assert done.out.splitlines()[1] == expected
    assert f"removed the turn: {QUESTION}\n" in done.err


def test_retry_after_undo_names_its_question(talk) -> None:
    """Also if that question was typed twice; otherwise the question is in the lines above."""
    assert talk(QUESTION, COLOR, QUESTION, "/undo", "/retry").err.count(f"again: {COLOR}\n") == 1
    assert "again: " not in talk(QUESTION, "/retry", COLOR, "/retry", f"/edit {QUESTION}", "/retry").err


def test_an_edit_that_fails_keeps_the_turn(talk) -> None:
    done = talk(QUESTION, "/edit " + "word " * 3000, "/retry")
    first, again = done.out.splitlines()
    assert first == again
    assert done.code == 9


def test_edit_replaces_a_question_that_was_refused(talk, nano, picture: Path) -> None:
    """No answered turn is lost."""
    chat = nano.chat(picture)
    expected = [chat.ask(question).text() for question in (QUESTION, COLOR)]
    done = talk(QUESTION, "word " * 3000, f"/edit {COLOR}", "/undo", "/undo")
    assert done.out.splitlines() == expected
    assert f"removed the turn: {COLOR}\nremoved the turn: {QUESTION}\n" in done.err


def test_a_refused_question_stays_in_its_conversation(talk) -> None:
    done = talk("word " * 3000, "/new", "/edit", "/retry")
    assert (done.out, done.err.count("there is no question")) == ("", 1)
    record(done.err)


def test_continue(talk, expected: str) -> None:
    """An answer cut at its length continues to the same end."""
    done = talk(
        QUESTION, "/set max_tokens default", "/continue", "/continue", words=("--max-tokens", "4")
    )
    begun, rest = done.out.splitlines()
    assert " ".join(f"{begun} {rest}".split()) == " ".join(expected.split()) or begun + rest == expected
    assert done.err.count("error: ") == 1
    record(done.err)


def test_help_of_one_command(talk) -> None:
    done = talk("/help crop", "/help /exit", "/? h", about=None)
    assert [line.split(maxsplit=1)[0] for line in done.err.splitlines()] == ["/crop", "/quit", "/help"]
    record(done.err)


def test_set(talk) -> None:
    """`default` resets a value."""
    lines = "/set top-p=0.5", "/set top_p", "/set stats on", "/set top_p default", "/set top_p"
    done = talk(*lines, about=None)
    shown = [
        "top_p is 0.5",
        "top_p is 0.5; /set top_p default resets it",
        "stats is true",
        *["top_p is 1.0, the default"] * 2,
    ]
    assert done.err.splitlines() == shown


def test_settings_that_are_chosen_before(talk) -> None:
    for line, instead in (("/set hd auto", "--set hd="), ("/set model nano", "/model")):
        assert instead in talk(line, about=None).err


def test_set_default_resets_all(talk) -> None:
    words = ("--max-tokens", "4", "--set", "min_p=0.5")
    shown = talk("/set regex a", "/set top_p 0.5", "/set default", "/set", about=None, words=words)
    assert shown.code == 0
    listed = dict(line.split(maxsplit=1) for line in shown.err.splitlines()[-11:])
    assert [name for name, value in listed.items() if not value.endswith(", the default")] == ["min_p"]


@pytest.mark.parametrize("name", ["schema", "regex"])
def test_set_turns_a_constraint_off(talk, name: str) -> None:
    """In quotes it is one."""
    lines = ("a", "off", '"off"', "none")
    said = talk(*(f"/set {name} {value}" for value in lines), about=None).err.splitlines()
    assert said == [f"{name} is {value}" for value in ("a", "-, the default", "off", "-, the default")]


QUOTED = [  # what is typed after /set, and the value in force
    ("schema 'shape, color'", "shape, color"),
    ('schema "shape, color"', "shape, color"),
    ("schema='shape, color'", "shape, color"),
    ("""schema '{"type": "object"}'""", '{"type": "object"}'),
    (r"regex '\d+ \\'", r"\d+ \\"),
    (r"""regex '"\d"'""", r'"\d"'),
    ("regex 'it's'", "it's"),
    ("regex it's", "it's"),
    ("""regex 'a|b\"""", """'a|b\""""),
    ("stop 'THE END'", '["THE END"]'),
    ("top_p '0.5'", "0.5"),
    ("regex '", "'"),
]


@pytest.mark.parametrize(("typed", "value"), QUOTED, ids=[typed for typed, _ in QUOTED])
def test_one_pair_of_quotes_around_a_value(talk, typed: str, value: str) -> None:
    """As people type it in a shell. What is inside stays, backslashes too."""
    name = typed.partition("=" if "=" in typed else " ")[0]
    assert talk(f"/set {typed}", about=None).err == f"{name} is {value}\n"


@pytest.mark.fresh
def test_set_shows_the_values_in_force(talk, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From an option, the settings, the model, or the built-in ones."""
    (home / "config.toml").write_text("max_tokens = 40\nstats = true\n")
    own = {"top_p": 0.9, "temperature": 0.7}
    monkeypatch.setattr("flashsloth.checkpoints.model_files.sampling_defaults", lambda _: own)
    listed = talk("/set", words=("--temperature", "0"), about=None).err.splitlines()
    shown = dict(line.split(maxsplit=1) for line in listed)
    given = {"temperature": "0.0", "max_tokens": "40", "stats": "true"}
    defaults = {"top_p": "0.9", "top_k": "0", "seed": "-", "stop": "[]"}
    assert given.items() <= shown.items()
    assert {name: f"{value}, the default" for name, value in defaults.items()}.items() <= shown.items()


def test_pictures_in_a_line(talk, picture: Path, tmp_path: Path, expected: str) -> None:
    square = tmp_path / "my other.png"
    Image.open(picture).save(square)
    for line in (
        f"@'{square}' {QUESTION}",
        f"{square} {QUESTION}",
        f"{QUESTION} '{square}'",
        f'/image "{square}"',
    ):
        done = talk(line, *([QUESTION] if line.startswith("/image") else []), about=None)
        assert done.out == f"{expected}\n", line
        assert done.err == f"{square}, 160 x 120\n"


@pytest.fixture
def scan(tmp_path: Path, picture: Path) -> Path:
    """Three pages: blank, the disc, blank."""
    blank = Image.new("RGB", (160, 120), "white")
    blank.save(tmp_path / "my scan.tif", save_all=True, append_images=[Image.open(picture), blank])
    return tmp_path / "my scan.tif"


def test_a_file_of_several_pages(talk, scan: Path, expected: str) -> None:
    """The first is read, with the way to another; a page that is named is read without a word."""
    warning = f"warning: {scan}: page 1 of 3; {scan}#2 is the next"
    for line in (f"/image {scan}", f"'{scan}'", f"/add {scan}"):
        assert talk(line, "hello", about=None).err.splitlines()[1:2] == [warning], line
    assert warning in talk("hello", about=scan).err.splitlines()
    for line in (f"/image {scan}#2", f"'{scan}#2'", f"{scan}#2"):
        done = talk(line, QUESTION, about=None)
        assert (done.out, done.err) == (f"{expected}\n", f"{scan}#2, 160 x 120\n"), line
    assert "error: " in talk(f"/image {scan}#4", about=None).err


def test_drop_and_new_picture(talk, square: Path) -> None:
    """A pattern may name it."""
    notes = talk("/drop", "/images", f"/image {square.parent}/*uare.png", "/images").err.splitlines()
    assert ["no picture; " in note for note in notes] == [True, True, False, False]
    record("\n".join(notes))
    assert notes[-1].startswith(f"1: {square}, PNG, 140 x 140, ")


def test_a_picture_that_is_too_large(talk) -> None:
    """Its hint does not say of nano what another model sees."""
    Image.new("1", (20_000, 10_000)).save("big.png")
    said, hint = talk("/image big.png").err.splitlines()
    assert said.startswith("error: big.png is 20000x10000 pixels")
    assert hint == f"hint: {ImageTooLarge.hint}"
    assert "released models" in hint


@pytest.mark.parametrize("command", ["/image {}", "{}", "/drop", "/new", "/system Be brief."])
def test_a_new_conversation_says_what_stays_set(talk, square: Path, command: str) -> None:
    """A constraint of the earlier questions applies to those about the new picture, too."""
    line = command.format(square)
    settings = ("/set regex [0-9]+", "/set temperature 0.5", "hello")
    for lines, stays in ((settings, ", with regex and temperature as set"), (("hello",), "")):
        note = talk(*lines, line).err.splitlines()[-1]
        assert "a new conversation" in note
        assert note.endswith(stays) if stays else " as set" not in note


def test_system(talk) -> None:
    said = talk("/system Be very brief.", "/system", "/system none", "/system").err.splitlines()
    assert said[1::2] == ["Be very brief.", "(none)"]


def test_model(talk, expected: str, picture: Path, square: Path) -> None:
    """Another model continues the conversation and keeps its pictures."""
    done = talk(QUESTION, "/model nano", "/retry", "/model", f"/add {square}", "/model nano", "/images")
    assert done.out == f"{expected}\n" * 2
    assert "nano continues" in done.err
    assert done.err.splitlines()[-1].startswith(f"2: {square}")


def test_save_load_and_export(cli, history: History) -> None:
    """Names are read as a shell reads them."""
    lines = [
        "/save disc",
        *(
            f"/export {name}"
            for name in ("'my talk.md'", r"my\ talk.md", "it's a talk.html", "talk.json")
        ),
    ]
    done = cli("chat", "--plain", "-c", "-q", input="".join(f"{x}\n" for x in lines))
    assert "saved as disc; flashsloth chat --session disc" in done.err
    assert "error: my talk.md exists\n" in done.err
    document = json.loads(Path("talk.json").read_text())
    assert (document["schema"], document["name"], len(document["turns"])) == (
        "flashsloth.session/1",
        "disc",
        1,
    )
    assert list(document["turns"][0]) == [
        "question",
        "answer",
        "finish_reason",
        "model",
        "created",
        "images",
    ]
    page = Path("it's a talk.html").read_text()
    assert "jpeg;base64," in page
    assert QUESTION in page
    assert f"> {QUESTION}\n" in Path("my talk.md").read_text()
    assert history.find("disc").id == "00c0ffee"


def test_several_pictures(talk, picture: Path, square: Path) -> None:
    done = talk(
        f"/image {picture} {square}", "/images", QUESTION, "/images", "/drop", "/drop 1", "/images"
    )
    notes = done.err.splitlines()
    waits = ["next question" in line for line in notes if line[:3] in ("1: ", "2: ")]
    assert waits == [True, True, False, False, False]
    assert [line.split()[1] for line in notes if line.startswith("error: ")] == ["/drop"]
    record(done.err)
    assert notes[-2] == f"removed {picture}"
    assert notes[-1].startswith(f"1: {square}")


def test_one_more_picture_keeps_the_conversation(talk, nano, picture: Path, square: Path) -> None:
    chat = nano.chat(picture)
    answers = [chat.ask(QUESTION).text()]
    chat.add_image(square)
    answers += [chat.ask(QUESTION).text(), chat.ask(COLOR).text()]
    done = talk(QUESTION, f"/add {square}", QUESTION, COLOR)
    assert done.out.splitlines() == answers
    assert f"2: {square}, " in done.err
    [warning] = [line for line in done.err.splitlines() if line.startswith("warning: ")]
    assert "with 2 " in warning
    record(warning)


def test_export_of_piped_lines_has_a_date(talk, east: None) -> None:
    """In UTC in JSON, in the local time zone in Markdown. They are not saved in the history."""
    from datetime import UTC, datetime

    talk(QUESTION, QUESTION, "/export talk.json", "/export talk.md")
    document = json.loads(Path("talk.json").read_text())
    assert [turn["question"] for turn in document["turns"]] == [QUESTION, QUESTION]
    first, second = (datetime.fromisoformat(turn["created"]) for turn in document["turns"])
    assert first < second <= datetime.now(UTC)
    assert (document["created"], document["updated"]) == tuple(
        turn["created"] for turn in document["turns"]
    )
    about = Path("talk.md").read_text().splitlines()[2]
    assert about == f"nano, {first.astimezone():%Y-%m-%d %H:%M} EAST"


def test_a_full_context(talk) -> None:
    filled = [f"{'so ' * 230}{number}" for number in range(4)]
    notes = talk(*filled, "so " * 40, *["And?"] * 12).err.splitlines()
    assert not [line for line in notes if line.startswith("-") or " -" in line]
    [full] = {note for note in notes if "context is full" in note}
    assert "/undo" in full
    assert "/new" in full
    record(full)


@pytest.mark.parametrize("line", ["/save", "/load"])
def test_piped_lines_are_not_saved(talk, home: Path, line: str) -> None:
    done = talk(QUESTION, line)
    assert done.err.count("error: ") == 1
    assert "--session" in done.err
    record(done.err)
    assert not (home / "history.db").exists()


def test_a_name_that_is_taken(cli, history: History, picture: Path) -> None:
    """A conversation may be given another one."""
    done = cli("chat", "--plain", "-c", "-q", input="/save other\n/save disc\n/load other\n")
    assert "saved as disc" in done.err
    assert " conversation other\n" in done.err
    record(done.err)
    history.save(Session("ffff0000", "nano", turns=(SavedTurn("Hi", "Hi.", (), "stop", "nano"),)))
    done = cli(
        "chat", "--plain", "--session", "ffff", "-q", input="/save disc\n/save other\n/save other\n"
    )
    assert "the name disc\n" in done.err
    record(done.err)
    assert done.err.count("saved as other") == 2
    assert history.find("disc").id == "00c0ffee"


def test_load_alone_lists(cli, history: History) -> None:
    done = cli("chat", "--plain", "-c", "-q", input="/load\n/load 00c\n")
    assert done.err.splitlines()[0] == f"00c0ffee   {QUESTION}"
    assert done.err.splitlines()[3] == f"> {QUESTION}"


def test_a_cut_answer(talk, cli, picture: Path) -> None:
    assert (
        "(cut at 2 tokens; use /continue for more)"
        in talk("/set max_tokens 2", QUESTION).err.splitlines()
    )
    assert (
        "(cut at 3 tokens; use /continue for more)"
        in talk(QUESTION, "/retry max_tokens=3").err.splitlines()
    )
    words = ("ask", picture, "-p", QUESTION, "--max-tokens", "2", "-m", "nano")
    [note] = cli(*words).err.splitlines()
    assert " 2 tokens; --max-tokens " in note
    record(note)
    assert cli(*words, "-q").err == ""


def test_explain_writes_a_file(talk, expected: str, tmp_path: Path) -> None:
    target = tmp_path / "where it is.png"
    done = talk(f"/explain {target}", QUESTION, *[f"/explain {target}"] * 2, "/explain", COLOR)
    assert done.out.splitlines()[0] == expected
    assert done.err.count(f"written to {target}\n") == 1
    errors = [line for line in done.err.splitlines() if line.startswith("error: ")]
    assert errors[1:] == [f"error: {target} exists"]
    assert "/explain FILE writes" in done.err  # without a terminal
    record(done.err)
    assert "--force" not in done.err
    with Image.open(target) as image:
        assert image.format == "PNG"


def test_crop_after_a_question(talk, nano, photo: Path, history: History) -> None:
    """It begins a new conversation about the part alone, in which the next /crop takes its place."""
    expected = [nano.chat(photo).ask(QUESTION).text()]
    chat = nano.chat()
    chat.add_image(photo, crop="100,50,200,200")
    expected.append(chat.ask(COLOR).text())
    words = ("--session", "parts")
    done = talk(
        QUESTION,
        "/crop 600,450,600,450",
        "/crop 100,50,200,200",
        COLOR,
        "/save part",
        about=photo,
        words=words,
    )
    assert done.out.splitlines() == expected
    assert f"{photo}, 600 x 450 of 1200 x 900; /crop none " in done.err
    assert f"1: {photo}, 200 x 200 of 1200 x 900; /crop none " in done.err
    record(done.err)
    saved = [
        [each.reading.get("crop") for each in history.find(name).pictures] for name in ("parts", "part")
    ]
    assert saved == [[None], [(100, 50, 200, 200)]]


@pytest.mark.parametrize("back", ["/crop none", "/new"])
@pytest.mark.parametrize(
    "lines",
    [(), (QUESTION,), ("/crop 0,0,50%,50%", QUESTION), (QUESTION, "/crop 0,0,50%,50%")],
    ids=len,
)
def test_the_way_back_from_a_crop(talk, nano, photo: Path, lines: tuple[str, ...], back: str) -> None:
    """One picture, the whole, without what was asked about the part: also from a second part, or that
    of the line."""
    expected = nano.chat(photo).ask(COLOR).text()
    words = ("--crop", "0,0,300,300")
    done = talk("/crop 0,0,50%,50%", *lines, back, "/images", COLOR, about=photo, words=words)
    assert done.out.splitlines()[-1] == expected
    last = done.err.splitlines()[-1]
    assert last.startswith(f"1: {photo}, PNG, 1200 x 900, 16 visual tokens, ")
    record(last)


def test_a_crop_of_a_picture_without_a_file(talk, picture: Path) -> None:
    """The whole is still here: an address with the picture in it is not kept, a clipboard may have
    another one."""
    address = f"data:image/png;base64,{base64.b64encode(picture.read_bytes()).decode()}"
    done = talk(
        f"/image {address}",
        "/crop 0,0,9,9",
        QUESTION,
        "/crop 0,0,5,5",
        "/crop none",
        "/images",
        about=None,
    )
    name, _, facts = done.err.splitlines()[-1].partition("…")
    assert name == f"1: {address.partition(',')[0]},"
    assert facts.startswith(", PNG, 160 x 120")


@pytest.mark.parametrize("asked", [(), (QUESTION,)], ids=len)
def test_the_last_picture_is_cropped(talk, photo: Path, square: Path, asked: tuple[str, ...]) -> None:
    """In its place, also in the new conversation if it was asked about."""
    done = talk(QUESTION, f"/add {square}", *asked, "/crop 0,0,9,9", "/images", about=photo)
    said = done.err.splitlines()[-3]
    assert said.startswith(f"{'' if asked else '2: '}{square}, 9 x 9 of 140 x 140; /crop none ")
    assert said.endswith("new conversation") == bool(asked)
    record(said)
    assert [line.partition(", PNG")[0] for line in done.err.splitlines()[-2:]] == [
        f"1: {photo}",
        f"2: {square}",
    ]


@pytest.mark.parametrize("command", ["/image", "/add"])
def test_a_question_after_the_picture(
    talk, picture: Path, square: Path, asked: list[str], command: str
) -> None:
    """It is asked, as that of a line which begins with a path. Pictures may stand before it, and have
    blanks."""
    blank = square.with_name("my square.png")
    blank.write_bytes(square.read_bytes())
    done = talk(f"{command} {picture} {blank} {QUESTION}", f"{command} {picture} nope.png", about=None)
    assert asked == [QUESTION]
    assert "no file nope.png in" in done.err


def test_the_note_about_lost_letters(cli, photo: Path, picture: Path) -> None:
    """When a picture comes, with the command that helps; not about a small one, nor with -q."""
    lines = f"/add {picture}\n/image {photo}\n/crop 0,0,300,300\n"
    notes = [
        line
        for line in cli("chat", "--plain", photo, input=lines).err.splitlines()
        if "letters under" in line
    ]
    assert notes[0] == notes[1]
    assert len(notes) == 2
    assert notes[0].startswith(f"note: {photo}: 1200x900, seen at 144x144: letters under 184 pixels ")
    assert "/crop" in notes[0]
    record(notes[0])
    assert "letters" not in cli("chat", "--plain", "-q", photo, input=lines).err


def test_look_input(talk, photo: Path) -> None:
    """Without a terminal nothing is drawn."""
    done = talk("/look", "/look input", about=photo)
    assert done.err.count("/images") == 2
    record(done.err)
