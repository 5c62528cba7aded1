"""`ask` answers: on stdout the answer and one newline, with --json one document. With --each a line for
each picture, with --explain a file of where the model looked."""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path
from unittest import mock

import pytest
from PIL import Image

from checkpoints.test_families import write
from cli.conftest import QUESTION
from flashsloth_cli.asking.many import named_lines
from flashsloth_cli.terminal import render
from paths import IMAGES


def test_question_about_a_picture_without_one_warns(cli) -> None:
    done = cli("ask", "-p", "What is in this picture?", "-q", "--no-picture").ok
    assert done.err == "warning: no picture was given; the model answers from the text alone\n"
    with_json = cli("ask", "-p", "What is in this picture?", "-q", "--json", "--no-picture")
    assert with_json.document["warnings"] == [
        "no picture was given; the model answers from the text alone"
    ]


def test_the_note_that_nano_answers(cli, picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line at a terminal, exactly where no model was chosen, with the line that fetches the full
    one; none in a pipe."""
    assert cli("ask", picture, QUESTION).err == ""
    monkeypatch.setattr("flashsloth_cli.terminal.streams.at_terminal", lambda: True)
    words = ("ask", picture, QUESTION, "--no-history")
    note = cli(*words).err
    assert note.startswith("note: nano answers")
    assert note.count("\n") == 1
    assert "flashsloth pull flashsloth" in note
    assert cli(*words, "-m", "nano").err == ""
    assert cli(*words, "-q").err == ""
    monkeypatch.setenv("FLASHSLOTH_MODEL", "nano")
    assert cli(*words).err == ""


def test_the_note_in_a_pipe(cli, picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the first answer in which nano says that it does not know, once."""
    koala = Path(__file__).parents[2] / "photographs" / "koala.jpg"
    question = "What is in this picture?"
    lines = f"{question}\n{question}\n"
    for words, given in (
        (("ask", koala, question), None),
        (("ask", "--each", koala, koala, question), None),
        (("chat", koala), lines),
    ):
        for more, count in (((), 1), (("-q",), 0), (("-m", "nano"), 0)):
            render.note_once.cache_clear()
            assert cli(*words, *more, input=given).ok.err.count("flashsloth pull flashsloth") == count
    render.note_once.cache_clear()
    assert "note" not in cli("ask", koala, question, "--json").err
    assert "flashsloth pull" not in cli("ask", picture, QUESTION).err
    monkeypatch.setenv("FLASHSLOTH_MODEL", "nano")
    assert "flashsloth pull" not in cli("ask", koala, question).err


def test_sampling_without_a_temperature_is_noted(cli, picture: Path, home: Path) -> None:
    """Once, where this command asked for it: the answer is greedy all the same."""
    words = (picture, "-p", QUESTION, "-m", "nano", "--top-p", "0.5", "--set", "top_k=4")
    note = "note: top_p and top_k have no effect at temperature 0, which always takes the likeliest token\n"
    for each in (("ask",), ("ask", "--each"), ("batch",)):
        render.note_once.cache_clear()
        assert cli(*each, *words).err.count(note) == 1
        render.note_once.cache_clear()
        assert note not in cli(*each, *words, "-q").err
        assert note not in cli(*each, *words, "--temperature", "1").err
    lines = "/set min_p 0.5\n/retry top_p=0.5\n/set min_p 0.4\n/set temperature 1\n/set min_p 0.3\n"
    assert cli("chat", picture, QUESTION, "-m", "nano", input=lines).err.count("no effect") == 2
    (home / "config.toml").write_text("top_p = 0.9\n")
    assert cli("ask", picture, QUESTION, "-m", "nano", "--seed", "3").err == ""


def test_what_is_done(cli, picture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line is erased, before the next one and before the answer."""
    monkeypatch.setattr(
        "flashsloth_cli.terminal.streams.wants_styling", lambda stream: stream is sys.stderr
    )
    for each in ((), ("--each",)):
        words = ("ask", picture, "-p", QUESTION, *each)
        lines = cli(*words).ok.err.split("\r\x1b[K")
        assert (lines[0], *lines[-2:]) == (
            "loading nano" if each else "reading the input",
            "answering",
            "",
        )
        assert cli(*words, "-q").ok.err == ""
        assert re.fullmatch(r"(loading nano( \d+%)?\r\x1b\[K)*", cli(*words, "--json").ok.err)


def test_stats_on_stderr(cli, picture: Path, expected: str, nano) -> None:
    done = cli("ask", picture, QUESTION, "-q", "--set", "stats=true")
    assert done.out == f"{expected}\n"
    numbers = (
        r"first token \d+ ms · [\d.]+ tok/s · \d+ tokens · prompt \d+ · (\d+) visual · float32 on cpu\n"
    )
    found = re.fullmatch(numbers, done.err)
    assert found is not None, done.err
    assert int(found[1]) == nano.config.visual_tokens(False)


def test_verbose_says_what_is_done(cli) -> None:
    said = cli("ask", "--no-picture", "-p", "hi", "-v").err
    assert re.search(r"^nano: \S+nano, float32 on cpu, opened in [\d.]+ s$", said, re.M)


def test_document(cli, picture: Path, expected: str, nano) -> None:
    document = cli("ask", picture, "-p", QUESTION, "-q", "--json").document
    [image] = document["images"]
    assert (image["source"], image["format"], image["orientation_applied"]) == (
        str(picture),
        "PNG",
        False,
    )
    assert (image["width"], image["height"]) == (160, 120)
    assert image["sha256"] == hashlib.sha256(picture.read_bytes()).hexdigest()
    assert document["schema"] == "flashsloth.answer/1"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", document["created"])
    assert (
        document["model"] | {"name": "nano", "quant": "none", "dtype": "float32"} == document["model"]
    )
    assert document["prompt"] == QUESTION
    assert document["system"] == nano.config.system_prompt
    assert (document["response"], document["finish_reason"], document["warnings"]) == (
        expected,
        "stop",
        [],
    )
    assert document["memory"]["peak_bytes"] > 10_000_000
    assert (document["options"]["max_tokens"], document["options"]["temperature"]) == (512, 0)


def test_document_of_a_turned_photo(cli, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (64, 32), "blue").save(tmp_path / "turned.jpg", exif=exif)
    words = ("ask", tmp_path / "turned.jpg", "-p", QUESTION, "-q", "--json")
    [image] = cli(*words).document["images"]
    assert (image["width"], image["height"], image["orientation_applied"]) == (32, 64, True)
    reference = cli(*words, "--set", "reference_preprocessing=true").document
    assert reference["images"][0]["orientation_applied"] is False


def test_document_counts(cli, picture: Path, nano) -> None:
    chat = nano.chat(picture)
    answer = chat.ask(QUESTION)
    answer.text()
    document = cli("ask", picture, "-p", QUESTION, "-q", "--json").document
    usage = document["usage"]
    assert document["token_ids"] == answer.token_ids
    assert nano.config.end_token_id not in document["token_ids"]
    assert usage["output_tokens"] == len(document["token_ids"])
    assert usage["input_tokens"] == answer.stats.input_tokens
    visual, tiles = nano.config.visual_tokens(False), nano.config.visual_tokens(True)
    queries = nano.config.num_query_tokens
    assert (usage["visual_tokens"], usage["query_tokens"], usage["cached_tokens"]) == (
        visual,
        queries,
        0,
    )
    assert document["images"][0]["visual_tokens"] == visual
    assert (
        cli("ask", picture, "-p", QUESTION, "-q", "--json", "--hd").document["usage"]["visual_tokens"]
        == tiles
    )


def test_max_tokens(cli, picture: Path) -> None:
    whole = cli("ask", picture, "-p", QUESTION, "-q", "--json").document
    first = cli("ask", picture, "-p", QUESTION, "-q", "--json", "--max-tokens", "1").document
    assert (first["finish_reason"], first["token_ids"]) == ("length", whole["token_ids"][:1])
    assert first["usage"]["output_tokens"] == 1
    assert (first["timings"]["decode_ms"], first["timings"]["tokens_per_second"]) == (0, 0)


# A line for each picture


def test_each(cli, picture: Path, nano) -> None:
    """In their order; a line begins with the picture's name; as JSON a document a line."""
    pictures = [picture, IMAGES / "bar-chart.png", IMAGES / "stop-sign.png"]
    said = [nano.chat(each).ask(QUESTION).text() for each in pictures]
    done = cli("ask", "--each", *pictures, "-q", "-p", QUESTION)
    named = [f"{each}: {text}" for each, text in zip(pictures, said, strict=True)]
    assert (done.code, done.out.splitlines(), done.err) == (0, named, "")
    rows = cli("ask", "--each", *pictures, "-p", QUESTION, "--json").rows
    assert [row["response"] for row in rows] == said
    assert [row["images"][0]["source"] for row in rows] == list(map(str, pictures))


def test_each_with_a_picture_that_is_not_there(cli, picture: Path) -> None:
    """The others are answered; one, as a pattern without a match, is told in its place, on stderr or as
    a document."""
    Path("broken.png").write_bytes(picture.read_bytes()[:40])
    words = ("--each", "no*.png", picture, "broken.png", picture, "-q", "-p", QUESTION)
    said = cli("ask", picture, "-q", "-p", QUESTION).out
    done = cli("ask", *words)
    assert (done.code, done.out) == (7, f"{picture}: {said}" * 2)
    errors = done.err.splitlines()
    assert [line.partition(":")[0] for line in errors] == ["error", "hint"] * 2
    assert "error: no file no*.png in " in errors[0]
    assert "broken.png" in errors[2]

    done = cli("ask", *words, "--json")
    rows = done.rows
    assert (done.code, done.err) == (7, "")
    assert [row["row"] for row in rows] == [1, 2, 3, 4]
    assert [row["source"] for row in rows] == ["no*.png", str(picture), "broken.png", str(picture)]
    codes = [row["error"] and row["error"]["code"] for row in rows]
    assert codes == ["image_not_found", None, "image_undecodable", None]
    assert [row["response"] for row in rows] == [None, said.strip(), None, said.strip()]
    assert {tuple(row) for row in rows} == {tuple(rows[0])}
    assert rows[0]["options"] == rows[1]["options"]
    assert rows[0]["images"] == [dict.fromkeys(rows[1]["images"][0]) | {"source": "no*.png"}]


def test_each_line_has_the_picture_s_name() -> None:
    """As grep prints lines of files, also where an answer has several, or none."""
    name = "a\N{REPLACEMENT CHARACTER}b.png: "
    assert named_lines("a\nb.png", "one\ntwo\n") == f"{name}one\n{name}two\n{name}\n"
    assert named_lines("a\nb.png", "") == f"{name}\n"


def test_ctrl_c_ends_each(cli, picture: Path, slow: None) -> None:
    done = cli("ask", "--each", picture, picture, "-p", QUESTION)
    assert (done.code, done.out) == (130, "")


def test_each_picture_of_a_folder(cli, picture: Path) -> None:
    """In natural order, as `batch` takes them; other files are counted in a note."""
    Path("folder").mkdir()
    for name in ("10.png", "9.png"):
        (Path("folder") / name).write_bytes(picture.read_bytes())
    (Path("folder") / "notes.txt").touch()
    done = cli("ask", "--each", picture, "folder", "-p", QUESTION)
    named = [line.partition(": ")[0] for line in done.out.splitlines()]
    assert (done.code, named) == (0, [str(picture), "folder/9.png", "folder/10.png"])
    assert "note: folder: skipped 1 .txt" in done.err.splitlines()


def test_each_match_of_a_pattern(cli, picture: Path) -> None:
    """Without its sidecar, and without a thumbnail in a folder that the pattern does not name."""
    for name in ("album/a.png", "album/@eaDir/a.png"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_bytes(picture.read_bytes())
    Path("album/a.png.xmp").write_text("<x:xmpmeta/>")
    for pattern, named in (("album/*.*", "album/a.png"), ("album/@eaDir/*", "album/@eaDir/a.png")):
        done = cli("ask", "--each", pattern, "-q", "-p", QUESTION)
        assert (done.code, done.out.partition(": ")[0]) == (0, named), done.err
    cli("ask", "album/*/*", "-q", QUESTION).refused(3, "no file album/*/*")


def test_each_page(cli, picture: Path) -> None:
    pages = [Image.open(picture), Image.new("RGB", (160, 120), "blue")]
    pages[0].save("two.gif", save_all=True, append_images=pages[1:])
    done = cli("ask", "--each", "two.gif", picture, "-q", "-p", QUESTION)
    second = cli("ask", "two.gif#2", QUESTION, "-q")
    assert done.out.splitlines()[1] == f"two.gif#2: {second.out.strip()}"
    assert [line.partition(": ")[0] for line in done.out.splitlines()] == [
        "two.gif#1",
        "two.gif#2",
        str(picture),
    ]


# Where the model looked


def test_the_answer_on_stdout_and_the_maps_in_a_file(
    cli, picture: Path, expected: str, tmp_path: Path
) -> None:
    target = tmp_path / "where.png"
    done = cli("ask", picture, QUESTION, "--explain", target, "-m", "nano")
    assert (done.code, done.out) == (0, f"{expected}\n")
    assert done.err == f"note: written to {target}\n"
    with Image.open(target) as image:
        assert image.width > 3 * 200
    assert cli("ask", picture, QUESTION, "--explain", tmp_path / "b.png", "-q").err == ""


def test_an_explanation_in_the_document(
    cli, picture: Path, expected: str, tmp_path: Path, nano
) -> None:
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


def test_a_panel_for_each_word_and_for_the_pooling(cli, picture: Path) -> None:
    sizes = []
    for more in (
        (),
        *(("--set", f"explain_panels={panels}") for panels in ("tokens", "pooling", "all")),
    ):
        assert cli("ask", picture, QUESTION, "-q", "--explain", "where.png", "--force", *more).code == 0
        with Image.open("where.png") as image:
            sizes.append(image.size)
    assert sizes[1][1] > sizes[0][1]
    assert sizes[2][0] > sizes[0][0]
    assert sizes[3] == (sizes[2][0], sizes[1][1])


def test_a_crop_is_explained(cli, picture: Path) -> None:
    """With --force in place of another file."""
    Path("a.png").write_bytes(b"mine")
    asked = ("ask", picture, QUESTION, "--explain", "a.png", "--force", "--json")
    whole, part = (cli(*asked, *crop).document for crop in ((), ("--crop", "50%,0,50%,100%")))
    assert Path("a.png").read_bytes().startswith(b"\x89PNG")
    assert part["images"][0]["width"] < whole["images"][0]["width"]
    assert part["explanation"]["pictures"] != whole["explanation"]["pictures"]


def test_with_json_a_failed_drawing_leaves_stdout_empty(
    cli, picture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = mock.Mock(side_effect=OSError(28, "No space left on device"))
    monkeypatch.setattr("flashsloth.explain.explanation.atomic_write", full)
    assert cli("ask", picture, QUESTION, "--explain", "a.png", "--json").error_document["code"]
    assert list(Path().iterdir()) == []


def test_a_family_whose_attention_cannot_be_read_is_refused(cli, picture: Path, tmp_path: Path) -> None:
    """Before it answers."""
    folder = write(tmp_path / "model", "olmo2", {}).folder
    asked = ("ask", picture, "-p", "What is it?", "-m", folder, "--explain", tmp_path / "where.png")
    cli(*asked).refused(4, "attention of this olmo2 model cannot be read")
