"""`--set hd=auto` of ask, chat and batch, and `eval --fit-detail`."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from cli.commands.test_batch import kill_after, steady
from cli.conftest import Cli, read_rows, write_rows
from flashsloth.chat import FlashSloth
from flashsloth.evaluation.detail import GRID, Measured, best_of, curve
from flashsloth.server import registry
from flashsloth_cli.options import Options
from flashsloth_cli.servers import start
from flashsloth_cli.servers.options import ServeOptions
from flashsloth_cli.settings.settings import resolve
from paths import IMAGES
from server.command_server import command_server
from server.foreign_server import foreign_server, streamed

SURE, UNSURE = IMAGES / "all-orange.png", IMAGES / "car-fish-star.png"
WHAT, WHO = "What is this?", "Who wrote this?"
ROWS = [(SURE, WHAT, "sure"), (UNSURE, WHAT, "unsure"), (SURE, WHO, "refusal")]


@pytest.fixture
def opened(tiled_folder: Path) -> tuple[Any, ...]:
    return ("-m", tiled_folder, "--device", "cpu", "--set", "dtype=float32", "-q")


@pytest.fixture
def auto(opened: tuple[Any, ...]) -> tuple[Any, ...]:
    return (*opened, "--set", "hd=auto", "--set", "detail_threshold=0.9")


def told(document: Any) -> tuple[Any, Any]:
    return document["detail_reason"], document["tiles"]


def ids(document: Any) -> tuple[Any, Any]:
    return document["token_ids"], document["images"][0]["visual_tokens"]


@pytest.mark.parametrize(("picture", "question", "reason"), ROWS)
def test_ask(cli: Cli, opened: Any, auto: Any, picture: Path, question: str, reason: str) -> None:
    document = cli("ask", picture, question, *auto, "--json").ok.document
    more = reason != "sure"
    assert told(document) == (reason, 5 if more else 1)
    assert document["options"]["hd"] == "auto"
    assert document["options"]["detail_threshold"] == 0.9
    usual = cli("ask", picture, question, *opened, "--json", "--hd" if more else "--no-hd").document
    assert ids(document) == ids(usual)
    assert usual.keys() == document.keys() - {"detail_reason", "tiles"}
    assert cli("ask", picture, question, *auto).ok.out == f"{usual['response']}\n"


def test_the_ends_of_the_range(cli: Cli, opened: Any) -> None:
    for threshold, flag, tiles in ((0, "--no-hd", 1), (1, "--hd", 5)):
        words = ("--set", "hd=auto", "--set", f"detail_threshold={threshold}")
        for picture, question, _ in ROWS:
            document = cli("ask", picture, question, *opened, *words, "--json").ok.document
            assert told(document) == ("fixed", tiles)
            assert ids(document) == ids(cli("ask", picture, question, *opened, flag, "--json").document)


def test_a_flag_goes_before_the_settings(cli: Cli, opened: Any, home: Path) -> None:
    (home / "config.toml").write_text('hd = "auto"\ndetail_threshold = 0.9\n')
    words = ("ask", UNSURE, WHAT, *opened, "--json")
    assert told(cli(*words).ok.document) == ("unsure", 5)
    for flag in ("--hd", "--no-hd"):
        assert "tiles" not in cli(*words, flag).ok.document
    nano = cli("ask", UNSURE, WHAT, "-q", "--json").ok
    assert (told(nano.document), nano.err) == (("fixed", 1), "")


def test_a_model_that_reads_in_one_way(cli: Cli) -> None:
    """A note names it, and the threshold is reported as it was given."""
    words = ("ask", UNSURE, WHAT, "-m", "nano", "--set", "detail_threshold=0.9")
    assert "nano" in cli(*words, "--set", "hd=auto").ok.err
    for more in (("--no-hd",), ("--set", "hd=auto", "-q")):
        assert cli(*words, *more).ok.err == ""
    document = cli(*words, "--set", "hd=auto", "--json").ok.document
    assert (told(document), document["options"]["detail_threshold"]) == (("fixed", 1), 0.9)


@pytest.mark.parametrize("pair", ["hd=maybe", "detail_threshold=2", "detail_threshold=-1"])
def test_values_that_are_refused(cli: Cli, pair: str) -> None:
    cli("ask", SURE, WHAT, "-m", "nano", "--set", pair).refused(2, *pair.split("="))


def test_a_schema_and_choices(cli: Cli, auto: Any) -> None:
    document = cli("ask", UNSURE, WHAT, *auto, "--schema", "answer yes|no", "--json").ok.document
    assert document["detail_reason"] == "unsure"
    words = ("ask", UNSURE, "Which color is the fish?", *auto, "--choices", "red,blue,grey", "--json")
    assert told(cli(*words).ok.document) == ("sure", 1)
    assert told(cli(*words, "--set", "detail_threshold=0.999").ok.document) == ("unsure", 5)


@pytest.mark.usefixtures("saving")
def test_a_conversation_that_is_continued(cli: Cli, auto: Any) -> None:
    """It decides until it has read tiles, and keeps them from then on, also without the setting."""
    first = cli("ask", SURE, WHAT, *auto, "--session", "orange", "--json").ok.document
    second = cli("ask", "--session", "orange", "-p", WHO, *auto, "--json").ok.document
    third = cli("ask", "--session", "orange", "-p", WHAT, *auto, "--json").ok.document
    plain = [word for word in auto if word != "hd=auto"][:-4]
    fourth = cli("ask", "--session", "orange", "-p", WHAT, *plain, "--json").ok.document
    assert [told(each) for each in (first, second, third, fourth)] == [
        ("sure", 1),
        ("refusal", 5),
        *[("fixed", 5)] * 2,
    ]
    flag = cli("ask", "--session", "orange", "-p", WHAT, *plain, "--no-hd", "--json").ok.document
    assert flag["images"][0]["visual_tokens"] == 16


@pytest.mark.usefixtures("saving")
def test_a_conversation_that_is_continued_with_another_setting(cli: Cli, opened: Any) -> None:
    asked = ("ask", "--session", "fish", *opened, "--json")
    first = cli(*asked, UNSURE, WHAT, "--no-hd").ok.document
    auto = ("--set", "hd=auto", "--set", "detail_threshold=1")
    second = cli(*asked, "-p", WHAT, *auto).ok.document
    assert [each["images"][0]["visual_tokens"] for each in (first, second)] == [16, 80]
    assert second["options"]["hd"] == "auto"


@pytest.mark.usefixtures("saving")
def test_chat(cli: Cli, auto: Any) -> None:
    lines = f"{WHAT}\n{WHO}\n/set detail_threshold\n/save x\n/load x\n{WHAT}\n/export x.json\n"
    done = cli("chat", "--plain", SURE, *auto, input=lines).ok
    assert len(done.out.splitlines()) == 3
    [shown] = [line for line in done.err.splitlines() if "detail_threshold" in line]
    assert "0.9" in shown
    later = cli("ask", "--session", "x", "-p", WHO, *auto, "--json").ok.document
    assert told(later) == ("fixed", 5)


@pytest.mark.parametrize("choices", [False, True])
def test_eval(cli: Cli, opened: Any, home: Path, choices: bool) -> None:
    """Each row as `ask` answers it: the share of answers that only all tiles give right."""
    question, words = WHAT, []
    if choices:
        question, words = "How many shapes are there?", ["--choices", "two,three,four"]
    more = cli("ask", UNSURE, question, *opened, "--hd", *words, "--json").document["response"]
    less = cli("ask", UNSURE, question, *opened, "--no-hd", *words, "--json").document["response"]
    write_rows("one.jsonl", {"image": str(UNSURE), "question": question, "answer": more})
    for pair, accuracy in (("detail_threshold=0.9", 1), ("detail_threshold=0", more == less)):
        auto = ("--set", "hd=auto", "--set", pair)
        found = cli("eval", "one.jsonl", *opened, *auto, *words, "--json").ok.document
        assert found["accuracy"] == accuracy


# ---- batch


@pytest.fixture
def rows(home: Path) -> Path:
    lines = [{"image": str(picture), "prompt": text} for picture, text, _ in ROWS * 3]
    return write_rows("rows.jsonl", *lines)


def test_a_batch_of_both_kinds(cli: Cli, opened: Any, auto: Any, rows: Path) -> None:
    """Each row is what `ask` says. Run again nothing is asked, whatever was decided for a row."""
    words = ("batch", rows, *auto, "-o", "answers.jsonl", "--batch-size")
    assert cli(*words, "4").code == 0
    found = read_rows("answers.jsonl")
    assert [told(each) for each in found] == [
        (reason, 1 if reason == "sure" else 5) for *_, reason in ROWS * 3
    ]
    for row, (picture, question, reason) in zip(found, ROWS, strict=False):
        flag = "--no-hd" if reason == "sure" else "--hd"
        usual = cli("ask", picture, question, *opened, flag, "--json").document
        assert ids(row) == ids(usual)
        assert row["images"][0]["seen_width"] == usual["images"][0]["seen_width"]
    assert len({each["settings"] for each in found}) == 1
    before = Path("answers.jsonl").read_bytes()
    assert cli(*words, "4").code == 0
    assert Path("answers.jsonl").read_bytes() == before
    # the settings themselves count
    other = [each.replace("0.9", "0.8") if isinstance(each, str) else each for each in words]
    cli(*other, "4").refused("input", "detail_threshold")
    cli(*words, "4", "--hd").refused("input", "hd auto", "true")
    assert cli(*words, "1", "--force").code == 0
    assert [ids(each) for each in read_rows("answers.jsonl")] == [ids(each) for each in found]


@pytest.mark.slow
def test_a_batch_that_was_killed(program: Any, cli: Cli, auto: Any, home: Path) -> None:
    lines = [{"image": str(picture), "prompt": text} for picture, text, _ in ROWS * 14]
    words = ("batch", write_rows("rows.jsonl", *lines), *auto, "--batch-size", "4", "-o")
    assert cli(*words, "whole.jsonl").code == 0
    process = program.start(*words, "killed.jsonl")
    assert kill_after(process, "killed.jsonl", 5, random.Random(0)) < len(lines)
    assert cli(*words, "killed.jsonl").code == 0
    assert steady(read_rows("killed.jsonl")) == steady(read_rows("whole.jsonl"))


# ---- servers


def test_rows_of_our_own_server(cli: Cli, tiled: FlashSloth, auto: Any, rows: Path) -> None:
    assert cli("batch", rows, *auto, "--server", "none", "-o", "here.jsonl").code == 0
    with command_server(tiled) as served, registry.registered(served.record):
        words = (
            "--set",
            "hd=auto",
            "--set",
            "detail_threshold=0.9",
            "-q",
            "--server",
            served.record.url,
        )
        assert cli("batch", rows, *words, "-o", "there.jsonl").code == 0
        document = cli("ask", UNSURE, WHAT, *words, "--json").ok.document
        assert told(document) == ("unsure", 5)
        assert document["server"] == served.record.url
    here, there = map(read_rows, ("here.jsonl", "there.jsonl"))
    assert [(told(each), ids(each)) for each in there] == [(told(each), ids(each)) for each in here]


def test_a_foreign_server_tells_nothing(cli: Cli) -> None:
    with foreign_server() as foreign:
        foreign.reply = streamed("a fish")
        words = ("--server", foreign.url, "-m", "theirs", "-q", "--set", "hd=auto", "--json")
        document = cli("ask", UNSURE, WHAT, *words).ok.document
    assert document["response"] == "a fish"
    assert not {"tiles", "detail_reason"} & document.keys()
    assert document["options"]["hd"] is None
    assert "detail_threshold" not in document["options"]


def test_the_settings_of_a_server(tiled_folder: Path, home: Path) -> None:
    """Without `hd=auto` a server reads what the model was trained with, whatever `hd` is."""
    for pairs, expected in (
        ((), {}),
        (("hd=true",), {}),
        (
            ("hd=auto", "refusal=^no", "detail_threshold=0"),
            {"hd": "auto", "refusal": "^no", "detail_threshold": 0},
        ),
    ):
        options = resolve(Options(model=str(tiled_folder), set=[*pairs]))
        [made] = start.open_models(ServeOptions(), [options], asleep=True)
        assert made.served.generation_defaults == expected


# ---- eval --fit-detail


def measured(lowest: float, one: bool, every: bool) -> Measured:
    return Measured(lowest, (one, every), (1.0, 10.0))


def test_the_curve_is_what_each_threshold_gives() -> None:
    found = curve(
        [measured(0.0, False, False), measured(0.45, False, True), measured(0.97, True, False)]
    )
    assert [each.threshold for each in found] == [*GRID]
    shown = {each.threshold: each[1:] for each in found}
    third = pytest.approx(1 / 3)
    assert shown[0.0] == (third, 1.0, 0.0)
    assert shown[0.1] == shown[0.4] == (third, pytest.approx(13 / 3), third)
    assert (
        shown[0.5] == shown[0.95] == (pytest.approx(2 / 3), pytest.approx(23 / 3), pytest.approx(2 / 3))
    )
    assert shown[0.98] == (third, 11.0, 1.0)
    assert shown[1.0] == (third, 10.0, 1.0)
    assert best_of(found).threshold == 0.5
    assert best_of(curve([measured(0.5, True, True)])).threshold == 0
    assert best_of(curve([measured(0.9999, False, True)])).threshold == 1


@pytest.fixture
def data(cli: Cli, opened: Any) -> Path:
    """Answers as the model gives them from all tiles if it is unsure, and else from one."""
    rows = []
    for picture, question, reason in ROWS:
        flag = "--hd" if reason == "unsure" else "--no-hd"
        answer = cli("ask", picture, question, *opened, flag, "--json").document["response"]
        rows.append({"image": str(picture), "question": question, "answer": answer})
    return write_rows("data.jsonl", *rows, {"question": "What is 1 + 1?", "answer": "2"})


def test_fit_and_store(cli: Cli, tiled_folder: Path, data: Path, opened: Any, tmp_path: Path) -> None:
    own = shutil.copytree(tiled_folder, tmp_path / "own")
    words = ("eval", data, "--fit-detail", "--device", "cpu", "--set", "dtype=float32", "-q", "-m", own)
    document = cli(*words, "--json").ok.document
    best = document["detail_threshold"]
    assert (document["rows"], document["count"], document["stored"]) == (4, 3, str(own))
    assert [each["threshold"] for each in document["curve"]] == [*GRID]
    [point] = [each for each in document["curve"] if each["threshold"] == best]
    assert point["accuracy"] == 1
    assert all(
        (each["accuracy"], -each["seconds"]) <= (1, -point["seconds"]) for each in document["curve"]
    )
    assert json.loads((own / "config.json").read_text())["detail_threshold"] == best
    # it is in force from then on, and a setting goes before it
    asked = ("ask", UNSURE, WHAT, "-m", own, "--set", "hd=auto", "-q", "--json")
    assert cli(*asked).ok.document["options"]["detail_threshold"] == best
    again = cli(*asked, "--set", "detail_threshold=0.2").ok.document
    assert again["options"]["detail_threshold"] == 0.2
    table = cli(*words).ok.out.splitlines()
    assert [float(line.split()[0]) for line in table[1:]] == [*GRID]


def test_fit_for_a_model_that_was_downloaded(
    cli: Cli, tiled_folder: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line for config.toml is printed, and can be read."""
    from flashsloth.checkpoints import resolve as resolving

    find = resolving.find

    def found(*words: Any, **options: Any) -> Any:
        source = find(*words, **options)
        return resolving.ModelSource(source.name, source.folder, repo="org/tiled")

    monkeypatch.setattr(resolving, "find", found)
    before = (tiled_folder / "config.json").read_bytes()
    words = ("eval", data, "--fit-detail", "-m", tiled_folder, "-q")
    last = cli(*words).ok.out.splitlines()[-1]
    assert last.partition("detail_threshold = ")[2]
    assert cli(*words, "--json").ok.document["stored"] is None
    assert (tiled_folder / "config.json").read_bytes() == before


def test_nothing_is_fitted_if_no_answer_is_right(
    cli: Cli, tiled_folder: Path, opened: Any, tmp_path: Path
) -> None:
    own = shutil.copytree(tiled_folder, tmp_path / "own")
    data = write_rows("data.jsonl", {"image": str(SURE), "question": WHAT, "answer": "Nothing of it"})
    words = ("eval", data, "--fit-detail", "-m", own, "-q")
    before = (own / "config.json").read_bytes()
    found = cli(*words, "--json").ok.document
    assert (found["detail_threshold"], found["stored"]) == (None, None)
    assert len(cli(*words).ok.out.splitlines()) == 1 + len(GRID)
    assert (own / "config.json").read_bytes() == before


def test_what_fit_detail_refuses(cli: Cli, data: Path, tiled_folder: Path) -> None:
    cli("eval", data, "--fit-detail", "-m", "nano").refused("option", "nano")
    cli("eval", data, "--fit-detail", "--server", "8000").refused("option", "--server")
    cli("eval", data, "--fit-detail", "--against", "none").refused("option", "--against")
    only = write_rows("only.jsonl", {"question": "What is 1 + 1?", "answer": "2"})
    cli("eval", only, "--fit-detail", "-m", tiled_folder).refused("data_bad_rows", "1")
