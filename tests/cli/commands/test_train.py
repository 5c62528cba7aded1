"""`finetune`, `train` of sizes or of a tower and a language model, `merge`, and what is asked of their
results."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from PIL import Image

from cli.conftest import Cli, Result, write_rows
from fake_hub import FakeHub
from flashsloth.training import choice_temperature, model_setup
from flashsloth.training.memory_estimate import RUNTIME
from flashsloth_cli.training import run_command as cli_run
from tiny import SIZES
from training.helpers import make_data, weights
from training.parts import write_language, write_siglip

SMALL = ("--max-steps", "2", "--batch-size", "2", "--set", "workers=0", "--device", "cpu")
SHORT = (*SMALL, "-q")


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four questions about two pictures; the folder's name has a space. To be read only."""
    folder = tmp_path_factory.mktemp("some") / "my data"
    folder.mkdir()
    rows = []
    for number in range(4):
        Image.new("RGB", (20, 12), ("red", "blue")[number % 2]).save(folder / f"{number % 2}.png")
        rows.append(
            {
                "image": f"{number % 2}.png",
                "question": f"Who's number {number}?",
                "answer": f"It is {number}.",
            }
        )
    return write_rows(folder / "rows.jsonl", *rows)


@pytest.fixture
def finetuned(
    cli: Cli, native_folder: Path, data: Path, tmp_path: Path, made_once: Callable[..., Path]
) -> Path:
    """The folder of an adapter."""
    words = ("finetune", data, "-m", native_folder, *SMALL)
    return made_once("an adapter", lambda out: cli(*words, "-o", out).ok, tmp_path)


def asks(cli: Cli, line: str, *more: str) -> Result:
    """Run a line that was printed."""
    program, *words = shlex.split(line)
    assert program == "flashsloth"
    return cli(*words, *more)


@pytest.fixture
def bad_data(tmp_path: Path) -> Path:
    """Twelve rows: seven bad ones, each of another kind, and one that repeats an earlier one."""
    folder = tmp_path / "bad data"
    folder.mkdir()
    Image.effect_noise((64, 64), 90).save(folder / "a.png")
    (folder / "half.png").write_bytes((folder / "a.png").read_bytes()[:1500])
    (folder / "text.png").write_text("hello")
    good = [{"image": "a.png", "question": f"Q {n}?", "answer": "A"} for n in range(4)]
    bad = [
        {"image": "a.png", "question": " ", "answer": "A"},
        {"image": "a.png", "question": "Q", "answer": "\n"},
        {"image": "half.png", "question": "Q", "answer": "A"},
        {"image": "text.png", "question": "Q", "answer": "A"},
        {"image": "missing.png", "question": "Q", "answer": "A"},
        {"image": "a.png", "question": "Q", "answer": "long " * 2100},
        {"image": "a.png"},
    ]
    return write_rows(folder / "rows.jsonl", *good, *bad, good[0])


def test_an_adapter_whose_base_has_moved(
    cli: Cli, finetuned: Path, native_folder: Path, picture: Path
) -> None:
    file = finetuned / "flashsloth_adapter.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "base": "/nowhere/base"}))
    words = ("ask", picture, "What is it?", "--adapter", finetuned)
    cli(*words).refused(4, "no folder /nowhere/base", "-m NEW --adapter")
    cli("merge", finetuned, "-o", "merged").refused(4, "-m NEW")
    assert cli(*words, "-m", native_folder).code == 0


def test_quiet_hides_no_warning(cli: Cli, data: Path, no_locks: None) -> None:
    done = cli("finetune", data, "-m", "nano", "-o", "out", *SHORT)
    assert done.code == 0
    [line] = done.err.splitlines()
    assert line.startswith("warning: ")
    assert " out " in line


@pytest.mark.slow
def test_the_same_rows_are_bad_everywhere(cli: Cli, bad_data: Path, tmp_path: Path) -> None:
    """`data check` and `finetune` say the same number, and with --skip-bad the same lines."""
    found = cli("data", "check", bad_data, "--json").document
    assert (found["bad"], found["good"], found["repeated"]) == (7, 5, 1)
    small = ("-m", "nano", "-o", tmp_path / "out", *SMALL)
    cli("finetune", bad_data, *small).refused(3, "7 of 12 rows are bad; the first: ")
    cli("finetune", bad_data, "--eval-data", bad_data, *small).refused(
        3, "14 of 24 rows are bad; the first: "
    )
    survey = cli("finetune", bad_data, *small, "--dry-run", "--skip-bad").ok
    lines = [f"{p['path']}:{p['line']}: {p['kind']}: {p['message']}" for p in found["problems"]]
    assert [
        line.removeprefix("would skip ") for line in survey.err.splitlines() if "would skip" in line
    ] == lines
    done = cli("finetune", bad_data, *small, "--skip-bad", "--json")
    assert done.document["skipped"] == lines
    assert [
        line.removeprefix("skipped ") for line in done.err.splitlines() if line.startswith("skipped")
    ] == lines


@pytest.mark.slow
@pytest.mark.usefixtures("forked")
def test_a_dry_run_counts_what_the_run_shows(program: Any, data: Path, tmp_path: Path) -> None:
    """All that the process holds: what a step measures within 15%, and what was counted before it at
    most 10% less, and more by what it allows for the libraries."""
    out = tmp_path / "out"
    words = ("finetune", data, "-m", "nano", "-o", out, "--batch-size", "4", "--max-steps", "2", "-q")
    memory = json.loads(program(*words, "--dry-run", "--json").out)["memory"]
    assert program(*words).code == 0
    shown = max(json.loads(line)["memory"] for line in (out / "metrics.jsonl").read_text().splitlines())
    assert memory["measured_peak"] == pytest.approx(shown, rel=0.15)
    assert 0.9 * shown <= memory["peak"] <= shown + RUNTIME
    assert memory["peak"] == memory["imports"] + memory["total"]


def test_bad_rows_are_told_before_anything_is_downloaded(cli: Cli, bad_data: Path) -> None:
    done = cli("finetune", bad_data, "-m", "flashsloth", "-o", "out", "-y")
    done.refused(3, "6 of 12 rows are bad; the first: ")  # how long they are, only the model tells
    assert cli("data", "check", bad_data, "-m", "flashsloth", "--json").document["bad"] == 6


@pytest.mark.slow
def test_the_line_to_try(cli: Cli, native_folder: Path, data: Path, tmp_path: Path) -> None:
    """Is all that stdout gets, and works as it stands."""
    out = tmp_path / "an adapter"
    done = cli("finetune", data, "-m", native_folder, "-o", out, *SMALL).ok
    [line] = done.out.splitlines()
    words = shlex.split(line)
    assert words == ["flashsloth", "ask", "--adapter", str(out), words[4], "Who's number 0?"]
    assert Path(words[4]).resolve() == data.with_name("0.png").resolve()
    assert re.search(r"^\S+ .*4 rows, 2 steps of 2$", done.err, re.M)
    assert "step 2/2: loss " in done.err
    answer = asks(cli, done.out, "--json").document
    assert answer["model"]["adapter"] == str(out)
    assert asks(cli, done.out).out == f"{answer['response']}\n"


def test_the_document(cli: Cli, native_folder: Path, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = cli("finetune", data, "-m", native_folder, "-o", out, *SMALL, "--json", "-q")
    said = done.document
    assert done.err == ""
    assert said.pop("seconds") > 0
    assert said.pop("loss") > 0
    assert said.pop("evaluation_loss") is None
    line = said.pop("try")
    assert said == {
        "schema": "flashsloth.training/1",
        "output": str(out),
        "finished": True,
        "steps": 2,
        "adapter": True,
        "base": str(native_folder),
        "skipped": [],
    }
    assert asks(cli, line).code == 0
    again = cli("finetune", "-o", out, "--resume", "--json", "-q").document
    assert (again["finished"], again["steps"], again["try"]) == (True, 2, line)


def test_a_finished_run(cli: Cli, finetuned: Path, native_folder: Path, data: Path) -> None:
    words = ("finetune", data, "-m", native_folder, "-o", finetuned, *SMALL)
    cli(*words).refused(3, "finished run", "--force")
    again = cli(*words, "--resume").ok
    [line] = again.out.splitlines()
    assert shlex.split(line)[:4] == ["flashsloth", "ask", "--adapter", str(finetuned)]
    assert "nothing was done" in again.err
    assert "step 1/2" in cli(*words, "--force").err


@pytest.mark.parametrize(
    ("visible", "device", "card"),
    [
        (None, "cuda:1", "1"),
        ("4,5", "cuda:1", "5"),
        ("GPU-5ebe9e43, GPU-8932f937", "cuda:1", "GPU-8932f937"),
        ("MIG-GPU-5ebe9e43/1/0,7", "cuda:0", "MIG-GPU-5ebe9e43/1/0"),
        ("", "cuda:0", "there is no device cuda:0: CUDA_VISIBLE_DEVICES lists 0 ()"),
        ("4,-1,5", "cuda:2", "there is no device cuda:2: CUDA_VISIBLE_DEVICES lists 1 (4,-1,5)"),
    ],
)
def test_a_card_of_those_that_are_visible(
    cli: Cli, visible: str | None, device: str, card: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Take the card of the list: those that it leaves out belong to other people."""
    # private: the card is chosen just before, and this machine has no card
    monkeypatch.setattr(cli_run, "_train", lambda *_, **__: None)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible or "")
    if visible is None:
        monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    Path("rows.jsonl").touch()
    done = cli("finetune", "rows.jsonl", "-o", "out", "--device", device)
    if done.code == 0:
        assert os.environ["CUDA_VISIBLE_DEVICES"] == card
    else:
        assert (done.code, done.error[0]) == (2, card)


def test_a_recipe_file(cli: Cli, native_folder: Path, data: Path, tmp_path: Path) -> None:
    """Its values lie under what is said on the line."""
    path = tmp_path / "recipe.toml"
    values = {
        "data": [str(data)],
        "model": str(native_folder),
        "batch-size": 1,
        "max-steps": 3,
        "workers": 0,
    }
    path.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items()))
    out = tmp_path / "out"
    assert cli("finetune", "--recipe", path, "-o", out, "--max-steps", "2", "--full").ok
    recipe = json.loads((out / "run.json").read_text())["recipe"]
    assert (recipe["batch_size"], recipe["max_steps"], recipe["method"]) == (1, 2, "full")


# What would be


def test_dry_run(cli: Cli, native_folder: Path, data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ("finetune", data, "-m", native_folder, "-o", out, *SMALL, "--dry-run")
    text = cli(*words).ok.out
    assert not out.exists()
    for part in ("vision_tower", "pooling", "projector", "embq", "query_tokens", "text", "lora", "all"):
        assert re.search(rf"^{part} +[\d,]+ +[\d,]+$", text, re.M), part
    assert re.search(r"^vision_tower +[\d,]+ +0$", text, re.M)
    assert re.search(r"^decoder +phi, 3 layers of width 32, ", text, re.M)
    assert re.search(r"^EmbQ +before layer 1 of 3, width 16, 4 heads$", text, re.M)
    assert re.search(r"^steps +2, 2 an epoch, of 2 rows$", text, re.M)
    assert re.search(r"^memory +[\d.]+ [GM]B counted", text, re.M)
    assert re.search(r"^ +[\d.]+ \w?B measured", text, re.M)
    assert re.search(r"^time +\d+ ", text, re.M)
    assert len(re.findall(r"USER: <4 visual tokens of \d\.png>\n?.*Who's number \d\?", text)) == 2
    assert len(re.findall(r"<9 query tokens> ASSISTANT:⟦ It is \d\.</s>⟧", text)) == 2
    assert text.count("⟦") == text.count("⟧") == 3  # the legend has one pair
    memory = next(line for line in text.splitlines() if line.startswith("memory"))
    factors = {"GB": 1000, "MB": 1, "kB": 0.001}
    sizes = re.findall(r"([\d.]+) ([GMk]B)", memory)
    whole, *parts = (float(size) * factors[unit] for size, unit in sizes)
    rounding = sum(factors[unit] * 10.0 ** -len(size.partition(".")[2]) / 2 for size, unit in sizes)
    assert (len(parts), sum(parts)) == (4, pytest.approx(whole, abs=1.01 * rounding))
    said = cli(*words, "--json", "-q").document
    assert (said["schema"], said["schedule"]["steps"]) == ("flashsloth.dry_run/1", 2)
    assert (said["model"]["embq_width"], said["model"]["visual_tokens"]) == (16, 4)
    assert said["parts"]["vision_tower"]["learning"] == 0 < said["parts"]["lora"]["learning"]
    assert said["memory"]["total"] > max(
        said["memory"][name] for name in ("frozen", "learning", "activations")
    )
    assert [re.sub(r"\d", "N", span["text"]) for span in said["batch"][0] if span["learned"]] == [
        " It is N.</s>"
    ]
    assert not out.exists()


@pytest.mark.parametrize("method", ["--qlora", "--full"])
def test_a_dry_run_computes_in_16_bits(
    cli: Cli, native_folder: Path, data: Path, tmp_path: Path, method: str
) -> None:
    words = (*SHORT, method, "--set", "dtype=bfloat16", "--dry-run", "--json")
    assert (
        cli("finetune", data, "-m", native_folder, "-o", tmp_path / "out", *words).document[
            "step_seconds"
        ]
        > 0
    )


def test_a_dry_run_of_a_large_model_reads_its_first_layers(
    cli: Cli, native_folder: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two layers of each kind at most take steps, so that the whole model's memory is not measured."""
    build = mock.Mock(wraps=model_setup.build)
    monkeypatch.setattr(model_setup, "build", build)
    monkeypatch.setattr("flashsloth.training.dry_run.LARGE", 1000)
    words = (
        "finetune",
        data,
        "-m",
        native_folder,
        "-o",
        tmp_path / "out",
        *SHORT,
        "--dry-run",
        "--json",
    )
    document = cli(*words).document
    assert document["step_scaled"] is True
    assert document["step_seconds"] > 0
    assert document["memory"]["measured"] is None
    read = "\n".join(name for call in build.call_args_list for name in call.args[0].tensors)
    assert {n for n in range(3) if f"language_model.layers.{n}." in read} == {0, 1}


def test_a_dry_run_refuses_the_folder_that_the_run_would_refuse(
    cli: Cli, native_folder: Path, data: Path, tmp_path: Path
) -> None:
    for name in ("full", "run"):
        (tmp_path / name).mkdir()
    (tmp_path / "full" / "mine.txt").touch()
    (tmp_path / "run" / "run.json").write_text('{"schema": "flashsloth.run/1", "status": "finished"}')
    for out in (tmp_path / "full", tmp_path / "run", data, data / "in a file", native_folder):
        words = ("finetune", data, "-m", native_folder, "-o", out, *SMALL)
        dry = cli(*words, "--dry-run")
        assert (dry.code, dry.error) == (3, cli(*words).error), out
    assert (
        cli(
            "finetune",
            data,
            "-m",
            native_folder,
            "-o",
            tmp_path / "full",
            *SMALL,
            "--dry-run",
            "--force",
        ).code
        == 0
    )
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine.txt"]


def test_resuming_without_a_run(cli: Cli, tmp_path: Path) -> None:
    """Without data there is nothing else to do, so that it is an error, and nothing is created."""
    (tmp_path / "receipts").mkdir()
    for command, folder in (("finetune", "receipts"), ("train", "deep/reciepts")):
        done = cli(command, "-o", tmp_path / folder, "--resume", "--json")
        assert (done.code, done.error_document["code"]) == (3, "training")
    assert not list((tmp_path / "receipts").iterdir())
    assert not (tmp_path / "deep").exists()
    (tmp_path / "receipts" / "run.json").write_text("{}")
    assert "Did you mean receipts?" in cli("finetune", "-o", tmp_path / "reciepts", "--resume").error[1]


def test_merge(cli: Cli, finetuned: Path, data: Path, tmp_path: Path) -> None:
    """The merged model answers as its base with the adapter does."""
    merged = tmp_path / "merged model"
    said = cli("merge", finetuned, "-o", merged)
    assert (said.code, said.out) == (0, "")
    assert f"wrote {merged}, " in said.err
    words = ("ask", data.with_name("0.png"), "Who's number 0?", "--json")
    alone, with_adapter = (
        cli(*words, *model).document for model in (("-m", merged), ("--adapter", finetuned))
    )
    assert alone["response"] == with_adapter["response"]
    assert f" and {finetuned}: " in cli(*words[:3], "--adapter", finetuned, "-v").err
    assert alone["model"]["adapter"] is None
    assert cli("merge", finetuned, "-o", merged, "--force", "-q").err == ""
    cli("merge", finetuned, "-o", tmp_path / "other", "-m", "nano").refused(4, str(finetuned))
    assert not (tmp_path / "other").exists()


def test_both_stages_from_sizes(cli: Cli, data: Path, tmp_path: Path) -> None:
    Path("sizes.toml").write_text(SIZES)
    one, two = tmp_path / "one", tmp_path / "two"
    words = ("train", data, "--stage", "align", "--init", "sizes.toml", "-o", one, *SMALL)
    shown = cli(*words, "--dry-run").out  # no questions; the newline is learned behind the query tokens
    assert (
        len(re.findall(r"^<4 visual tokens of \d\.png>⟦It is \d\.⟧<9 query tokens>⟦", shown, re.M)) == 2
    )
    assert "Who's number" not in shown
    first = cli(*words).ok
    assert shlex.split(first.out)[:4] == ["flashsloth", "ask", "-m", str(one)]
    second = cli("train", data, "--stage", "instruct", "-m", one, "-o", two, *SMALL).ok
    assert asks(cli, second.out, "--max-tokens", "4").code == 0
    stages = [json.loads((out / "run.json").read_text())["recipe"]["stage"] for out in (one, two)]
    assert stages == ["align", "instruct"]


def test_choices(cli: Cli, native_folder: Path, finetuned: Path, data: Path, tmp_path: Path) -> None:
    """A temperature is fitted, shown, and used by ask and eval."""
    rows = [
        {"image": f"{n % 2}.png", "question": f"Is it {n}?", "answer": "no" if n % 2 else "yes"}
        for n in range(4)
    ]
    held_out = write_rows(data.with_name("held_out.jsonl"), *rows)
    asked = (
        "finetune",
        data,
        "-m",
        native_folder,
        *SMALL,
        "--eval-data",
        held_out,
        "--choices",
        "yes,no",
    )
    dry = cli(*asked, "-o", tmp_path / "other", "--dry-run", "--json")
    assert (
        "4 answers about 2 pictures begin with one of the choices: no temperature is fitted" in dry.err
    )
    assert dry.document["recipe"]["choices"] == "yes,no"
    assert "choices " not in cli("show", finetuned).out
    choice_temperature.store(finetuned, is_adapter=True, choice_temperature=2.5)
    assert re.search(r"^choices +at temperature 2.5$", cli("show", finetuned).out, re.M)
    assert cli("show", finetuned, "--json").document["choice_temperature"] == 2.5
    with_adapter = ("--choices", "yes,no", "--json", "--adapter", finetuned)
    ask = ("ask", data.with_name("0.png"), "Is it red?", *with_adapter)
    assert cli(*ask).document["options"]["choice_temperature"] == 2.5
    assert cli("eval", held_out, *with_adapter).document["calibration"]["temperature"] == 2.5
    cli("merge", finetuned, "-o", tmp_path / "merged")
    assert cli("show", tmp_path / "merged", "--json").document["choice_temperature"] == 2.5
    choice_temperature.store(finetuned, is_adapter=True, choice_temperature=0.0)
    assert "choice_temperature must be a number" in cli(*ask).error_document["message"]


def test_an_ignored_signal_stays_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """As SIGINT is in the background of a shell without job control."""
    monkeypatch.setattr(signal, "getsignal", {signal.SIGINT: signal.SIG_IGN}.get)
    taken: list[int] = []
    monkeypatch.setattr(signal, "signal", lambda number, handler: taken.append(number))
    with cli_run.View(quiet=True):
        assert taken == [signal.SIGTERM]


# A tower and a language model


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data, a SigLIP, and language models of two families, one tied and with a chat
    template."""
    folder = tmp_path_factory.mktemp("parts")
    make_data(folder / "chats", 6)
    make_data(folder / "captions", 6)
    write_siglip(folder / "siglip")
    write_language(folder / "llama", "llama")
    write_language(folder / "qwen3", "qwen3", chat=True, tie_word_embeddings=True)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("family", ["llama", "qwen3"])
def test_align_then_instruct(family: str, cli: Cli, parts: Path) -> None:
    base = ("--vision", parts / "siglip", "--language", parts / family)
    captions, chats = parts / "captions" / "rows.jsonl", parts / "chats" / "rows.jsonl"
    assert cli("train", captions, "--stage", "align", *base, "-o", "one", *SHORT).code == 0
    done = cli("train", chats, "--stage", "instruct", "-m", "./one", "-o", "two", *SHORT, "--json").ok
    assert done.document["finished"]
    asked = ("ask", parts / "captions" / "0.png", "-p", "What?", "--max-tokens", "4", "-q")
    assert cli(*asked, "-m", "./two").ok
    assert cli("convert", "./two", "-o", "copy", "-q").code == 0
    assert weights(Path("copy")) == weights(Path("two"))
    assert cli("finetune", chats, "-m", "./two", "-o", "adapter", *SHORT).ok
    names = json.loads(Path("adapter/adapter_config.json").read_text())["target_modules"]
    assert "gate_proj" in names
    assert "dense" not in names
    assert cli(*asked, "--adapter", "adapter").ok


def test_resumed_bit_for_bit(cli: Cli, parts: Path) -> None:
    base = ("--stage", "instruct", "--vision", parts / "siglip", "--language", parts / "qwen3")
    words = (*base, "--max-steps", "4", "--set", "save_every=2", *SHORT[2:])
    assert cli("train", parts / "chats" / "rows.jsonl", *words, "-o", "whole").code == 0
    # as it was after two steps
    shutil.copytree("whole/checkpoints/checkpoint-2", "broken/checkpoints/checkpoint-2")
    shutil.copy("whole/metrics.jsonl", "broken")
    record = json.loads(Path("whole/run.json").read_text())
    Path("broken/run.json").write_text(json.dumps(record | {"status": "running"}))
    assert cli("train", "-o", "broken", "--resume", "-q").ok
    assert weights(Path("broken")) == weights(Path("whole"))


def test_compression_onto_a_model_without(cli: Cli, parts: Path) -> None:
    """SAP, EmbQ and query tokens are added and trained."""
    no_compression = (
        *("--set", "pooling=average"),
        *("--set", "pooling_window=1"),
        *("--set", "num_query_tokens=0"),
    )
    plain = ("--vision", parts / "siglip", "--language", parts / "llama", *no_compression)
    captions, chats = (parts / name / "rows.jsonl" for name in ("captions", "chats"))
    assert cli("train", captions, "--stage", "align", *plain, "-o", "seeing", *SHORT).ok
    sizes = ("--set", "pooling=attention", "--set", "pooling_window=3", "--set", "num_query_tokens=2")
    assert cli(
        "train", chats, "--stage", "instruct", "-m", "./seeing", *sizes, "-o", "compressed", *SHORT
    ).ok
    config = json.loads(Path("compressed/config.json").read_text())
    assert (config["pooling_window"], config["num_query_tokens"]) == (3, 2)
    assert cli(
        "ask", "-m", "./compressed", parts / "chats" / "0.png", "-p", "What?", "--max-tokens", "4", "-q"
    ).ok


def test_parts_of_the_hub(cli: Cli, parts: Path, hub_here: FakeHub) -> None:
    """Sizes are known and asked for before anything is fetched; a model of another kind is never
    fetched."""
    for name in ("siglip", "llama"):
        hub_here.add(f"org/{name}", parts / name)
    hub_here.add(
        "org/other", {"config.json": b'{"model_type": "mamba", "architectures": ["MambaForCausalLM"]}'}
    )
    captions = parts / "captions" / "rows.jsonl"
    words = ("train", captions, "--stage", "align", "--vision", "org/siglip", "-o", "new", *SHORT)
    cli(*words, "--language", "org/llama").refused(
        4, "org/siglip is not on this machine (0.0 GB to download)"
    )
    assert not [r for r in hub_here.requests if "model.safetensors" in r]
    other = cli(*words, "--language", "org/other", "-y")
    assert "mamba is not among the decoders" in other.err
    assert cli(*words, "--language", "org/llama", "-y").ok
    assert Path("new/model.safetensors").is_file()
    assert cli("train", "-o", "new", "--resume", "-q").code == 0
