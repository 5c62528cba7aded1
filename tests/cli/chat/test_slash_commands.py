"""The commands of a conversation, in the plain loop: what they do and what they refuse."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from cli.conftest import QUESTION
from flashsloth.history.store import History
from flashsloth_cli.chat.slash_commands import ALIASES, COMMANDS

COLOR = "What color is it?"


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A blue square on white."""
    drawn = Image.new("RGB", (140, 140), "white")
    drawn.paste("blue", (30, 30, 100, 100))
    drawn.save(tmp_path / "square.png")
    return tmp_path / "square.png"


@pytest.fixture
def talk(cli, picture: Path):
    """`talk("line", ...)`: lines of a conversation about the disc, kept in the history."""

    def run(*lines: str, words: tuple[str, ...] = (), about: Path | None = picture):
        pictures = [about] if about else []
        return cli("chat", "--plain", "-q", *pictures, *words, input="".join(f"{x}\n" for x in lines))

    return run


@pytest.fixture
def kept(cli, home: Path, picture: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[History]:
    """A history with one conversation: QUESTION about the disc."""
    from flashsloth_cli.history import recording

    assert cli("chat", "-q", "--plain", picture, input="").code == 0
    from flashsloth.history.store import Session

    answer = cli("ask", picture, QUESTION, "-q", "--json", "--no-history").document
    from flashsloth.history.store import SavedPicture, SavedTurn

    turn = SavedTurn(
        QUESTION, answer["response"], tuple(answer["token_ids"]), "stop", "nano", "2026-01-01T00:00:00.0Z", 1
    )
    image = SavedPicture(answer["images"][0]["sha256"], str(picture), {}, picture.read_bytes())
    with History(recording.history_path()) as history:
        history.save(Session("00c0ffee", "nano", system=None, hd=False, turns=(turn,), pictures=(image,)))
        yield history


def test_every_command_has_help_and_every_alias_a_command() -> None:
    assert set(ALIASES.values()) <= set(COMMANDS)
    for command in COMMANDS.values():
        assert command.help
        assert command.help[0].islower()


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in ("/quit", "/paste", "/copy", "/multi")])
def test_every_command_stands_at_the_very_beginning(talk, name: str) -> None:
    """Without a turn, a picture or an argument: a note or an error, never a traceback, and the loop goes on."""
    done = talk(name, "hello", about=None)
    assert done.out.count("\n") == 1
    assert "Traceback" not in done.err


def test_retry_with_another_temperature(talk, expected: str) -> None:
    done = talk(QUESTION, "/retry temperature=50 seed=3", "/retry", "/images")
    first, sampled, again = done.out.splitlines()
    assert (first, again) == (expected, expected)
    assert sampled != expected
    assert "visual tokens" in done.err


def test_retry_keeps_its_place(talk, nano, picture: Path) -> None:
    """The conversation has one turn afterwards, and what was computed up to it is reused."""
    chat = nano.chat(picture)
    said = [chat.ask(QUESTION).text(), chat.ask(COLOR).text()]
    done = talk(QUESTION, "/retry", "/stats", COLOR)
    assert done.out.splitlines() == [said[0], *said]
    assert "of them reused" in done.err


def test_edit_and_undo(talk, nano, picture: Path) -> None:
    expected = nano.chat(picture).ask(COLOR).text()
    assert talk(QUESTION, f"/edit {COLOR}").out.splitlines()[1] == expected
    assert talk(QUESTION, "/edit", COLOR).out.splitlines()[1] == expected
    done = talk(QUESTION, "/undo", COLOR)
    assert done.out.splitlines()[1] == expected
    assert f"removed the turn: {QUESTION}\n" in done.err


def test_an_edit_that_fails_keeps_the_turn(talk) -> None:
    done = talk(QUESTION, "/edit " + "word " * 3000, "/retry")
    first, again = done.out.splitlines()
    assert first == again
    assert done.code == 9


def test_continue(talk, expected: str) -> None:
    """An answer cut at its length goes on to the very end it would have had."""
    done = talk(QUESTION, "/set max_tokens default", "/continue", "/continue", words=("--max-tokens", "4"))
    begun, rest = done.out.splitlines()
    assert " ".join(f"{begun} {rest}".split()) == " ".join(expected.split()) or begun + rest == expected
    assert "error: the last answer had come to its end\n" in done.err


def test_set(talk) -> None:
    done = talk("/set temperature 0.5", "/set", "/set temperature default", "/set top-k=3", "/set")
    before, after = done.err.split("temperature is the default")
    assert "temperature is 0.5\n" in before
    assert "top_k                3\n" in after
    assert "temperature          default\n" in after


@pytest.mark.parametrize(
    "line", ["/set color red", "/set top_p 7", "/set max_tokens 0", "/set seed x", "/set stats maybe", "/retry top=1"]
)
def test_set_refuses(talk, line: str) -> None:
    done = talk(line, QUESTION)
    assert done.err.startswith("error: ")
    assert done.err.count("\n") == 2
    assert done.out.count("\n") == 1
    assert done.code == 2


def test_pictures_among_the_words(talk, picture: Path, tmp_path: Path, expected: str) -> None:
    other = tmp_path / "my other.png"
    Image.open(picture).save(other)
    for line in (f"@'{other}' {QUESTION}", f"{other} {QUESTION}", f"{QUESTION} '{other}'", f'/image "{other}"'):
        done = talk(line, *([QUESTION] if line.startswith("/image") else []), about=None)
        assert done.out == f"{expected}\n", line
        assert done.err == f"{other}, 160 x 120\n"


def test_a_dropped_path_that_is_not_there_is_not_asked_about(talk) -> None:
    done = talk("/no/such/picture.jpg what is this?", QUESTION)
    assert done.out.count("\n") == 1
    assert "error: no file /no/such/picture.jpg\n" in done.err
    assert done.code == 3


def test_drop_and_new_picture(talk, picture: Path) -> None:
    done = talk("/drop", "/images", f"/image {picture}", "/images")
    notes = done.err.splitlines()
    assert notes[:2] == ["no picture; this is a new conversation", "no picture; /image PATH adds one"]
    assert notes[-1].startswith(f"1: {picture}, PNG, 160 x 120, ")


def test_system(talk) -> None:
    done = talk("/system Be very brief.", "/system", "/system none", "/system")
    assert done.err.splitlines()[1] == "Be very brief."
    assert done.err.splitlines()[3] == "(none)"


def test_model(talk, expected: str) -> None:
    done = talk(QUESTION, "/model nano", "/retry", "/model", "/model nonexistent", "/retry")
    assert done.out == f"{expected}\n" * 3
    assert "nano continues" in done.err
    assert "error: " in done.err


def test_multi(talk, nano, picture: Path) -> None:
    assert talk("/multi", "What color", "is it?", ".").code == 0


def test_nothing_is_kept_of_piped_lines(talk, home: Path) -> None:
    talk(QUESTION)
    assert not (home / "history.db").exists()


def test_continue_from_the_history(cli, kept: History, nano, picture: Path) -> None:
    """A script goes on with a conversation: `ask -c`, `--session`, and the plain loop."""
    chat = nano.chat(picture)
    said = [chat.ask(question).text() for question in (QUESTION, COLOR, "Is it red?")]
    done = cli("ask", "-c", "-p", COLOR, "-q", "--json")
    assert done.document["response"] == said[1]
    assert done.document["session"] == "00c0ffee"
    assert cli("chat", "--plain", "--session", "00c0", "-q", input="Is it red?\n").out == f"{said[2]}\n"
    assert [turn.answer for turn in kept.find("00c0ffee").turns] == said


def test_save_load_and_export(cli, kept: History, tmp_path: Path) -> None:
    lines = [
        "/save disc",
        "/export talk.md",
        "/export talk.json",
        "/export talk.html",
        "/export talk.md",
        "/export x.doc",
    ]
    done = cli("chat", "--plain", "-c", "-q", input="".join(f"{x}\n" for x in lines))
    assert "saved as disc; flashsloth chat --session disc" in done.err
    assert "error: talk.md exists already\n" in done.err
    assert "x.doc" in done.err
    document = json.loads(Path("talk.json").read_text())
    assert (document["schema"], document["name"], len(document["turns"])) == ("flashsloth.session/1", "disc", 1)
    page = Path("talk.html").read_text()
    assert "data:image/jpeg;base64," in page
    assert QUESTION in page
    assert f"> {QUESTION}\n" in Path("talk.md").read_text()
    assert kept.find("disc").id == "00c0ffee"


def test_sessions_commands(cli, kept: History) -> None:
    (row,) = cli("sessions", "list", "--json").document["sessions"]
    assert (row["id"], row["model"], row["turns"], row["images"]) == ("00c0ffee", "nano", 1, 1)
    assert QUESTION in cli("sessions", "list").out
    assert QUESTION in cli("sessions", "show").out
    assert cli("sessions", "show", "00c", "--json").document["turns"][0]["question"] == QUESTION
    assert cli("sessions", "export", "--as", "html").out.startswith("<!doctype html>")
    assert cli("sessions", "export", "-o", "a.md").code == 0
    there = cli("sessions", "export", "-o", "a.md")
    assert (there.code, there.error) == (3, ("a.md exists already", "Choose another name, or replace it with --force."))
    assert cli("sessions", "export", "-o", "a.md", "--force").code == 0
    assert cli("sessions", "rm").code == 2
    assert cli("sessions", "rm", "--all").error[1] == "Add -y."
    assert cli("sessions", "rm", "nothing", "-y").code == 3
    assert "removed 1 conversation" in cli("sessions", "rm", "00c", "-y").err
    assert cli("sessions", "list", "--json").document["sessions"] == []
    assert cli("sessions", "show").code == 3


@pytest.mark.parametrize("width", [80, 40, 20])
def test_a_list_fits(cli, kept: History, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    from dataclasses import replace

    from flashsloth_cli.terminal.text import cell_width

    monkeypatch.setenv("COLUMNS", str(width))
    before = kept.find("00c")
    turn = replace(before.turns[0], question="What is it\nthat 猫 stands there? " * 9)
    folder = "/home/somebody/with/a/long/path/to/fine-model"
    long = replace(before, id="0badcafe", model=folder, turns=(turn,), writes=0)
    kept.rename(kept.save(long, 0), "a name that is rather long for a list")
    head, *rows = cli("sessions", "list").out.splitlines()
    assert [row.split()[0] for row in rows] == ["0badcafe", "00c0ffee"]
    if width > 20:
        assert max(map(cell_width, (head, *rows))) <= width
        assert rows[0].endswith("…")
    assert ("MODEL" in head) == (width == 80)
    assert ("fine-model" in rows[0]) == (width == 80)
    assert "/home" not in rows[0]
    assert "What is" in rows[0]
    whole = cli("sessions", "list", "--json").document["sessions"][0]
    assert (whole["model"], whole["first"]) == (folder, turn.question)


def test_an_export_says_who_answered_and_how_they_were_told(cli, kept: History) -> None:
    from dataclasses import replace

    from flashsloth.config.official_config import SYSTEM_PROMPT

    session = kept.find("00c")
    models = ("nano", "flashsloth", "nano", "flashsloth-hd")
    turns = [replace(session.turns[0], model=model, images=int(not at)) for at, model in enumerate(models)]
    session = kept.save(replace(session, model="flashsloth-hd", turns=tuple(turns), system="Be <brief>.\nBe kind."), 0)
    page, text = (cli("sessions", "export", "--as", form).out for form in ("html", "md"))
    for document in (page, text):
        assert "nano, then flashsloth, then flashsloth-hd, " in document
    assert '<p class="about system">System text: Be &lt;brief&gt;.\nBe kind.</p>' in page
    assert "\n\nSystem text: Be <brief>.\nBe kind.\n\n" in text

    session = kept.save(replace(session, system=""), 0)
    assert "System text: (none)" in cli("sessions", "export").out
    for own in (SYSTEM_PROMPT, "A chat about a picture."):  # the models' own
        session = kept.save(replace(session, system=own), 0)
        for form in ("html", "md"):
            assert "System text" not in cli("sessions", "export", "--as", form).out


def test_html_of_a_model_that_writes_markup(cli, kept: History) -> None:
    from dataclasses import replace

    session = kept.find("00c")
    bad = replace(session.turns[0], answer="<script>alert(1)</script>", question="</div><b>")
    kept.save(replace(session, turns=(bad,)), 0)
    page = cli("sessions", "export", "--as", "html").out
    assert "<script>" not in page
    assert "</div><b>" not in page


def test_another_picture_by_now(cli, kept: History, picture: Path, tmp_path: Path) -> None:
    from dataclasses import replace

    session = kept.find("00c")
    moved = tmp_path / "x.png"
    image = replace(session.pictures[0], source=str(moved), data=None)
    saved = kept.save(replace(session, pictures=(image,)), 1)
    kept._db.execute("DELETE FROM pictures")
    done = cli("ask", "-c", "-p", "hello", "-q")
    assert (done.code, done.error[0]) == (3, f"the picture {moved} of that conversation is missing")
    Image.new("RGB", (9, 9)).save(moved)
    assert "has changed since that conversation" in cli("ask", "-c", "-p", "hello", "-q").error[0]
    moved.write_bytes(picture.read_bytes())
    assert cli("ask", "--session", saved.id, "-p", "hello", "-q").code == 0


def test_a_full_context(cli, kept: History) -> None:
    """Error 9 with counts; with drop-oldest an answer, and a line that says what was dropped."""
    from dataclasses import replace

    session = kept.find("00c")
    long = replace(session.turns[0], question="word " * 280, images=0)
    kept.save(replace(session, turns=(session.turns[0], *[long] * 5)), 0)
    done = cli("ask", "-c", "-p", "What is it?" + " so" * 300, "-q")
    assert done.code == 9
    done = cli("ask", "-c", "-p", "What is it?" + " so" * 300, "-q", "--overflow", "drop-oldest")
    assert done.code == 0
    assert "warning: the context is full: the model no longer sees the first " in done.err


def test_no_history_to_go_on_from(cli, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cli("ask", "-c", "-p", "hi").error[0] == "there is no conversation to go on with"
    monkeypatch.setenv("FLASHSLOTH_NO_HISTORY", "1")
    assert cli("ask", "-c", "-p", "hi").error[0] == "there is no conversation to continue: the history is turned off"


def test_a_picture_with_an_earlier_conversation(cli, kept: History, other: Path) -> None:
    """It comes with the next question, and is there the next time."""
    assert cli("ask", "-c", other, "-p", "hi", "-q").code == 0
    found = kept.find("00c")
    assert [turn.images for turn in found.turns] == [1, 1]
    assert [Path(each.source).name for each in found.pictures] == ["disc.png", other.name]
    assert len(cli("ask", "-c", "-p", "and?", "-q", "--json").document["images"]) == 2
    assert [turn.images for turn in kept.find("00c").turns] == [1, 1, 0]


def test_several_pictures(talk, picture: Path, other: Path) -> None:
    done = talk(f"/image {picture} {other}", "/images", QUESTION, "/images", "/drop", "/drop 3", "/drop 1", "/images")
    notes = done.err.splitlines()
    waits = [line.endswith(", with the next question") for line in notes if line[:3] in ("1: ", "2: ")]
    assert waits == [True, True, False, False, False]
    assert "error: /drop needs the number of a picture, as there are several" in notes
    assert "error: there is no picture 3" in notes
    assert notes[-2:][0] == f"removed {picture}"
    assert notes[-1].startswith(f"1: {other}")


def test_one_more_picture_keeps_the_conversation(talk, nano, picture: Path, other: Path) -> None:
    chat = nano.chat(picture)
    said = [chat.ask(QUESTION).text()]
    chat.add_image(other)
    said += [chat.ask(QUESTION).text(), chat.ask(COLOR).text()]
    done = talk(QUESTION, f"/add {other}", QUESTION, COLOR)
    assert done.out.splitlines() == said
    assert f"2: {other}, " in done.err
    assert "warning: this model was trained on one picture a conversation; with 2 expect worse answers" in done.err


def test_pictures_in_a_question(talk, nano, picture: Path, other: Path) -> None:
    done = talk(f"What is in @{picture} and @{other} ?", "/images", about=None)
    assert [line[:2] for line in done.err.splitlines() if line[1:2] == ":"] == ["1:", "2:"]
    assert done.out.count("\n") == 1


def test_another_model_keeps_the_pictures(talk, picture: Path, other: Path) -> None:
    done = talk(QUESTION, f"/add {other}", QUESTION, "/model nano", "/images")
    assert done.err.splitlines()[-1].startswith(f"2: {other}")


def test_an_unknown_command_with_a_path_is_not_asked(talk, picture: Path) -> None:
    done = talk(f"/img {picture}", f"/imagee {picture} what?", QUESTION)
    assert done.out.count("\n") == 1
    assert "error: unknown command /img\n" in done.err
    assert "hint: Did you mean /image? /help lists the commands.\n" in done.err


def test_an_edit_that_was_given_up(talk, nano, picture: Path) -> None:
    """Any command disarms it: the next question is a new one."""
    chat = nano.chat(picture)
    said = [chat.ask(QUESTION).text(), chat.ask(COLOR).text()]
    assert talk(QUESTION, "/edit", "/stats", COLOR).out.splitlines() == said
    assert "there is nothing to undo" not in talk(QUESTION, "/edit", "/help", COLOR, "/undo", "/undo").err


def test_going_on_leaves_earlier_turns_as_they_were(cli, kept: History) -> None:
    before = kept.find("00c").turns[0]
    assert cli("ask", "-c", "-p", COLOR, "-q").code == 0
    assert kept.find("00c").turns[0] == before


def test_how_a_picture_was_read_is_kept(cli, kept: History) -> None:
    from dataclasses import replace

    session = kept.find("00c")
    image = replace(session.pictures[0], reading={"reference": True})
    kept.save(replace(session, pictures=(image,)), 1)
    assert cli("ask", "-c", "-p", COLOR, "-q").code == 0
    assert kept.find("00c").pictures == (image,)


def test_a_picture_whose_name_is_no_utf8(cli, picture: Path, kept: History) -> None:
    from flashsloth.images.reader import read_image
    from flashsloth_cli.history.recording import to_saved_picture

    image = read_image(picture.read_bytes(), name="caf\udce9.png")
    saved = to_saved_picture(image, {})
    assert saved.source == "caf\ufffd.png"
    from flashsloth.history.store import Session

    kept.save(Session("0badcafe", "nano", pictures=(saved,)))
    image = read_image(picture.read_bytes(), name="https://me:secret@example.org/a.png")
    assert to_saved_picture(image, {}).source == "https://example.org/a.png"


def test_export_of_what_is_not_kept(talk) -> None:
    """Piped lines are not saved, and can be written down all the same."""
    assert talk(QUESTION, "/export talk.json").code == 0
    (turn,) = json.loads(Path("talk.json").read_text())["turns"]
    assert turn["question"] == QUESTION


def test_an_export_of_what_is_not_kept_has_a_date(talk) -> None:
    from datetime import UTC, datetime

    talk(QUESTION, QUESTION, "/export talk.json", "/export talk.md")
    document = json.loads(Path("talk.json").read_text())
    first, second = (datetime.fromisoformat(turn["created"]) for turn in document["turns"])
    assert first < second <= datetime.now(UTC)
    assert (document["created"], document["updated"]) == tuple(turn["created"] for turn in document["turns"])
    about = Path("talk.md").read_text().splitlines()[2]
    assert about == f"nano, {first:%Y-%m-%d %H:%M} UTC"


def test_there_is_nothing_to_export_yet(talk) -> None:
    done = talk("/export talk.md")
    assert "error: there is nothing to export yet\nhint: Ask something first.\n" in done.err
    assert not Path("talk.md").exists()


def test_undoing_the_only_turn_leaves_no_conversation(cli, kept: History) -> None:
    assert cli("chat", "--plain", "-q", "-c", input="/undo\n").err == f"removed the turn: {QUESTION}\n"
    assert kept.list() == []
    assert kept._db.execute("SELECT count(*) FROM pictures").fetchone() == (0,)


def test_what_is_asked_after_the_only_turn_was_undone_is_kept(cli, kept: History) -> None:
    (before,) = kept.list()
    done = cli("chat", "--plain", "-q", "-c", input=f"/undo\n{COLOR}\n")
    assert "changed or removed elsewhere" not in done.err
    (found,) = kept.list()
    assert (found.first, found.id, found.images) == (COLOR, before.id, 1)


def test_undo_leaves_what_another_program_added(nano, kept: History) -> None:
    from dataclasses import replace

    from flashsloth_cli.history import recording
    from flashsloth_cli.options import Options

    earlier = kept.last()
    images, _ = recording.restore(earlier, Options())
    chat = nano.chat(*images, turns=recording.to_turns(earlier, nano.name))
    recorder = recording.Recorder(kept, earlier, list(chat.turns))
    kept.save(replace(earlier, turns=earlier.turns * 2), 1)
    chat.undo()
    recorder.keep(chat, Options())
    assert 2 in [each.turns for each in kept.list()]


def test_an_emptied_conversation_with_a_name_stays(cli, kept: History) -> None:
    kept.rename(kept.last(), "mine")
    cli("chat", "--plain", "-q", "-c", input="/undo\n")
    assert [(each.name, each.turns) for each in kept.list()] == [("mine", 0)]


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("/image nope.png", "Check the path; after /image the Tab key completes it."),
        ("/image half.png", "Download the file again, or start chat with --allow-truncated to use what is there."),
        ("/image http://127.0.0.1/a.png", "If it is a server on this machine, start chat with --allow-local."),
        ("/load nope", "/load lists the conversations."),
        ("/model nobody/nothing", "In the shell: Run once while connected: flashsloth pull nobody/nothing"),
    ],
)
def test_hints_are_for_a_conversation(cli, kept: History, picture: Path, line: str, hint: str) -> None:
    Path("half.png").write_bytes(picture.read_bytes()[:-100])
    done = cli("chat", "--plain", "-q", "--offline", "-c", input=f"{line}\n")
    assert f"hint: {hint}\n" in done.err


def test_why_a_conversation_is_not_kept(talk, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "error: this conversation is not saved: questions from a pipe" in talk(QUESTION, "/save").err
    (home / "config.toml").write_text("history = false\n")
    assert "error: there is no history: the setting `history` is false" in talk("/load").err
    monkeypatch.setenv("FLASHSLOTH_NO_HISTORY", "1")
    assert "error: there is no history: FLASHSLOTH_NO_HISTORY is set" in talk("/load").err


def test_a_context_that_is_full_says_so(talk) -> None:
    filled = [f"{'so ' * 230}{number}" for number in range(4)]
    notes = talk(*filled, "so " * 40, *["And?"] * 12).err.splitlines()
    assert not [line for line in notes if line.startswith("-") or " -" in line]
    assert "the context is full; /undo removes the last turn, /new begins again" in notes


def test_set_stats_off_beats_the_configuration(talk, home: Path) -> None:
    (home / "config.toml").write_text("stats = true\n")
    done = talk(QUESTION, "/set stats off", QUESTION)
    assert done.err.count("first token") == 1


def test_many_lines_from_a_pipe(talk, nano, picture: Path) -> None:
    expected = nano.chat(picture).ask("What color\nis it?").text()
    assert talk("/multi", "What color", "is it?", ".").out == f"{expected}\n"


def test_a_setting_alone_is_shown(talk) -> None:
    done = talk("/set temperature 0.7", "/set temperature", "/set stats on", "/set", about=None)
    notes = done.err.splitlines()
    assert notes[:3] == [
        "temperature is 0.7",
        "temperature is 0.7; /set temperature default resets it",
        "stats is on",
    ]
    assert {"temperature          0.7", "stats                on", "top_p                default"} <= set(notes)


def test_a_name_that_another_conversation_has(cli, kept: History, picture: Path) -> None:
    assert "saved as disc" in cli("chat", "--plain", "-c", "-q", input="/save disc\n").err
    from flashsloth.history.store import SavedTurn, Session

    kept.save(Session("ffff0000", "nano", turns=(SavedTurn("Hi", "Hi.", (), "stop", "nano"),)))
    done = cli("chat", "--plain", "--session", "ffff", "-q", input="/save disc\n/save other\n/save other\n")
    assert "error: another conversation has the name disc\n" in done.err
    assert done.err.count("saved as other") == 2
    assert kept.find("disc").id == "00c0ffee"


def test_load_alone_lists(cli, kept: History) -> None:
    done = cli("chat", "--plain", "-c", "-q", input="/load\n/load 00c\n")
    assert done.err.splitlines()[0] == f"00c0ffee   {QUESTION}"
    assert done.err.splitlines()[3] == f"> {QUESTION}"


def test_pictures_by_a_pattern(talk, picture: Path, other: Path) -> None:
    done = talk(f"/image {other.parent}/*uare.png", "/images", about=None)
    assert done.err.splitlines()[-1].startswith(f"1: {other}")


def test_an_answer_that_was_cut_says_so(talk, cli, picture: Path) -> None:
    assert "(cut at 2 tokens; /continue continues it)" in talk("/set max_tokens 2", QUESTION).err.splitlines()
    words = ("ask", picture, "-p", QUESTION, "--max-tokens", "2", "-m", "nano")
    assert cli(*words).err == "note: cut at 2 tokens; --max-tokens allows more\n"
    assert cli(*words, "-q").err == ""


def kept_and_again(nano, chat, history: History) -> tuple[list[int | None], int]:
    """A conversation after it was kept and taken up again: pictures of each turn, and those that wait."""
    from flashsloth_cli.history import recording
    from flashsloth_cli.options import Options

    earlier = history.last()
    images, _ = recording.restore(earlier, Options())
    again = nano.chat(*images, turns=recording.to_turns(earlier, nano.name))
    assert again._ids("x") == chat._ids("x")
    assert again.turns == chat.turns
    return [turn.shown for turn in again.turns], again.waiting


def test_pictures_that_wait_are_kept_and_dropped(nano, picture: Path, other: Path, kept: History) -> None:
    from flashsloth_cli.history import recording
    from flashsloth_cli.options import Options

    history, options = kept, Options()
    recorder, chat = recording.Recorder(history, recording.new_session("nano")), nano.chat(picture)
    chat.ask("One?", max_tokens=2).text()
    recorder.keep(chat, options)
    first = history.last().turns[0]
    chat.add_image(other)
    recorder.keep(chat, options)
    assert kept_and_again(nano, chat, history) == ([1], 1)
    chat.remove_image(1)
    recorder.keep(chat, options)
    assert kept_and_again(nano, chat, history) == ([0], 1)
    assert history.last().turns == (first,)
    assert [each.dropped for each in history.last().pictures] == [1, None]
    chat.remove_image(1)
    recorder.keep(chat, options)
    assert kept_and_again(nano, chat, history) == ([0], 0)


def test_a_dropped_picture_stays_on_record(
    cli, nano, kept: History, other: Path, picture: Path, tmp_path: Path
) -> None:
    """In the history and in exports the earlier turn keeps it; the model never sees it again, also when the
    conversation is taken up later."""
    lines = f"/add {other}\n{COLOR}\n/drop 1\n{COLOR}\n/export {tmp_path / 'talk.md'}\n"
    cli("chat", "--plain", "-q", "--continue", input=lines)
    written = (tmp_path / "talk.md").read_text()
    assert written.index("Picture: disc.png") < written.index("Picture: square.png")
    assert written.index("Picture: square.png") < written.index("From here on without the picture disc.png")
    assert cli("sessions", "show").out == written
    document = cli("sessions", "show", "--json").document
    assert [(each["source"], each["dropped"]) for each in document["images"]] == [(str(picture), 2), (str(other), None)]
    assert [turn["images"] for turn in document["turns"]] == [1, 1, 0]
    assert "From here on without the picture disc.png" in cli("sessions", "export", "--as", "html").out

    before = kept.last()
    done = cli("ask", "-c", "-q", "--json", "-p", COLOR).document
    assert [Path(each["source"]).name for each in done["images"]] == ["square.png"]
    assert done["usage"]["visual_tokens"] == nano.config.visual_tokens(False)
    assert kept.last().turns[:-1] == before.turns
    assert [each.dropped for each in kept.last().pictures] == [2, None]


def test_a_dropped_picture_that_is_gone_stops_nothing(cli, kept: History, other: Path) -> None:
    cli("chat", "--plain", "-q", "--continue", input=f"/add {other}\n/drop 1\n{COLOR}\n")
    kept._db.execute("DELETE FROM pictures WHERE sha256 = ?", (kept.last().pictures[0].sha256,))
    kept._db.execute("UPDATE shown SET source = '/gone/disc.png' WHERE position = 0")
    assert cli("chat", "--plain", "-q", "--continue", input=f"{COLOR}\n").code == 0
    assert "Picture: disc.png" in cli("sessions", "show").out


def test_no_such_number_of_a_picture(talk, picture: Path, other: Path) -> None:
    done = talk(f"/image {picture} {other}", f"/drop {'9' * 5000}", QUESTION)
    assert "error: /drop needs the number of a picture" in done.err
    assert done.out.count("\n") == 1
