"""One rule for exit codes, over all commands: an output that exists, a name that is not there and bad data are 3, a
model or an adapter that cannot be had is 4, a command line that can never work is 2.

A new command, or a new option that names a file, a folder, a model or a conversation, fails here until it has a row.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from typer.main import get_command

from flashsloth.checkpoints import adapter
from flashsloth_cli.app import app

NAMING = ("FILE", "DIR", "MODEL", "NAME", "ADAPTER", "DATA", "INPUT", "IMAGE", ".TOML")
"""Words in the metavar of a parameter that names something which may exist or not."""

CHOICES = {"image_root"}  # where paths begin, which may be anywhere
BEGINS = {("ask", "session"), ("chat", "session")}  # a conversation that is not there is begun

ROWS: dict[tuple[str, str], tuple[int, str]] = {
    # an output that exists
    ("convert", "output"): (3, "convert nano -o full"),
    ("quantize", "output"): (3, "quantize nano -o full"),
    ("merge", "output"): (3, "merge adapter -o full"),
    ("reduce merge", "output"): (3, "reduce merge nano -o full"),
    ("reduce skip", "output"): (3, "reduce skip nano --data rows.jsonl --layers 1 -o full"),
    ("reduce rank", "output"): (3, "reduce rank nano --data rows.jsonl -o other.png"),
    ("finetune", "output"): (3, "finetune rows.jsonl -o full"),
    ("train", "output"): (3, "train rows.jsonl -m nano -o full"),
    ("batch", "output"): (3, "batch disc.png -p hi -o other.md"),
    ("eval", "save"): (3, "eval rows.jsonl --save other.md"),
    ("eval", "plot"): (3, "eval rows.jsonl --choices yes,no --plot other.png"),
    ("sessions show", "output"): (3, "sessions show -o other.md"),
    ("ask", "show_input"): (3, "ask disc.png -p hi --show-input other.png"),
    ("ask", "explain"): (3, "ask disc.png -p hi --explain other.png"),
    # a picture, a data set or another file that is not there
    ("ask", "words"): (3, "ask nothing.png -p hi"),
    ("chat", "words"): (3, "chat nothing.png hi"),
    ("batch", "words"): (3, "batch nothing.png -p hi"),
    ("ask", "prompt"): (3, "ask disc.png -p @nothing.txt"),
    ("batch", "prompt"): (3, "batch disc.png -p @nothing.txt"),
    ("eval", "data"): (3, "eval nothing.jsonl"),
    ("finetune", "data"): (3, "finetune nothing.jsonl -o new"),
    ("train", "data"): (3, "train nothing.jsonl -o new"),
    ("finetune", "eval_data"): (3, "finetune rows.jsonl --eval-data nothing.jsonl -o new"),
    ("train", "eval_data"): (3, "train rows.jsonl --eval-data nothing.jsonl -o new"),
    ("finetune", "recipe"): (3, "finetune rows.jsonl --recipe nothing.toml -o new"),
    ("train", "recipe"): (3, "train rows.jsonl --recipe nothing.toml -o new"),
    ("train", "init"): (3, "train rows.jsonl --init nothing.toml -o new"),
    ("bench", "random_weights"): (3, "bench --random-weights nothing"),
    ("data check", "files"): (3, "data check nothing.jsonl"),
    # a template, a conversation
    ("ask", "template"): (3, "ask disc.png -p hi -t nothing"),
    ("chat", "template"): (3, "chat disc.png hi -t nothing"),
    ("batch", "template"): (3, "batch disc.png -t nothing"),
    ("sessions show", "session"): (3, "sessions show nothing"),
    ("sessions rm", "sessions"): (3, "sessions rm nothing -y"),
    # a running server, a file of keys
    ("stop", "server"): (3, "stop nothing"),
    ("serve", "api_key_file"): (3, "serve --api-key-file nothing.txt"),
    # a model
    ("ask", "model"): (4, "ask disc.png -p hi -m nothing"),
    ("chat", "model"): (4, "chat disc.png hi -m nothing"),
    ("batch", "model"): (4, "batch disc.png -p hi -m nothing"),
    ("serve", "model"): (4, "serve -m nothing --port 0"),
    ("eval", "model"): (4, "eval rows.jsonl -m nothing"),
    ("bench", "model"): (4, "bench -m nothing"),
    ("pull", "model"): (4, "pull nothing"),
    ("show", "model"): (4, "show nothing"),
    ("rm", "model"): (4, "rm nothing -y"),
    ("pull", "named"): (4, "pull -m nothing"),
    ("show", "named"): (4, "show -m nothing"),
    ("rm", "named"): (4, "rm -m nothing -y"),
    ("convert", "named"): (4, "convert -m nothing -o new"),
    ("quantize", "named"): (4, "quantize -m nothing -o new"),
    ("convert", "model"): (4, "convert nothing -o new"),
    ("quantize", "model"): (4, "quantize nothing -o new"),
    ("merge", "model"): (4, "merge adapter -m nothing -o new"),
    ("reduce merge", "model"): (4, "reduce merge nothing -o new"),
    ("reduce skip", "model"): (4, "reduce skip nothing --data rows.jsonl --layers 1 -o new"),
    ("reduce rank", "model"): (4, "reduce rank nothing --data rows.jsonl"),
    ("finetune", "model"): (4, "finetune rows.jsonl -m nothing -o new"),
    ("train", "model"): (4, "train rows.jsonl -m nothing -o new"),
    ("train", "high_res"): (4, "train rows.jsonl -m nano --high-res nothing -o new"),
    ("train", "vision"): (4, "train rows.jsonl --vision nothing --language nothing -o new"),
    ("train", "language"): (4, "train rows.jsonl --vision nothing --language nothing -o new"),
    ("data check", "model"): (4, "data check rows.jsonl -m nothing"),
    ("ask", "reduce"): (3, "ask disc.png -p hi --reduce nothing.json"),
    ("chat", "reduce"): (3, "chat disc.png hi --reduce nothing.json"),
    ("batch", "reduce"): (3, "batch disc.png -p hi --reduce nothing.json"),
    ("serve", "reduce"): (3, "serve --reduce nothing.json --port 0"),
    ("eval", "reduce"): (3, "eval rows.jsonl --reduce nothing.json"),
    ("reduce fit", "output"): (3, "reduce fit nano --data rows.jsonl -o other.png"),
    ("reduce fit", "model"): (4, "reduce fit nothing --data rows.jsonl -o new.json"),
    # an adapter
    ("ask", "adapter"): (4, "ask disc.png -p hi --adapter nothing"),
    ("chat", "adapter"): (4, "chat disc.png hi --adapter nothing"),
    ("batch", "adapter"): (4, "batch disc.png -p hi --adapter nothing"),
    ("serve", "adapter"): (4, "serve --adapter nothing --port 0"),
    ("eval", "adapter"): (4, "eval rows.jsonl --adapter nothing"),
    ("merge", "adapter"): (4, "merge nothing -o new"),
}

BAD_DATA = {
    "data check": "data check bad.jsonl",
    "finetune": "finetune bad.jsonl -o new",
    "train": "train bad.jsonl -m nano -o new",
    "eval": "eval bad.jsonl",
    "batch": "batch bad.jsonl",
    "recipe": "finetune rows.jsonl --recipe bad.toml -o new",
    "recipe with an unknown key": "finetune rows.jsonl --recipe unknown.toml -o new",
    "sizes": "train rows.jsonl --init bad.toml -o new",
    "template": "ask disc.png -p hi -t ./bad.toml",
    "picture": "ask bad.png -p hi",
    "drawn data": "eval synth:nothing",
}

NEVER = (
    "ask disc.png -p hi --temperature warm",
    "ask disc.png -p hi --nothing",
    "nothing",
    "quantize nano -o new --quant int3",
    "eval rows.jsonl --limit 0",
    "sessions show -o talk.pdf",
    "finetune rows.jsonl -o new --lora --full",
    "config show nothing",
    "ask disc.png -p hi --set nothing=1",
    "ask disc.png -p hi --set top_k",
    "ask disc.png -p hi --set top_k=-1",
    "finetune rows.jsonl -o new --set nothing=1",
    "finetune rows.jsonl -o new --set workers=many",
    "cache clear nothing",
    "bench -m nano --random-weights flashsloth",
    "pull ./full",
    "serve --host 0.0.0.0",
    "serve --keep-alive soon",
    "stop nano --all",
    "rm nano",
)


def leaves(command: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every command, by all the words that call it."""
    command = get_command(app) if command is None else command
    if not hasattr(command, "commands"):
        yield " ".join(path), command.load()
        return
    for name, below in command.commands.items():
        if not below.hidden:
            yield from leaves(below, (*path, name))


def naming_parameters() -> set[tuple[str, str]]:
    return {
        (name, parameter.name)
        for name, command in leaves()
        for parameter in command.params
        if any(word in (parameter.metavar or "").upper() for word in NAMING)
    }


def test_every_parameter_that_names_something_has_a_row() -> None:
    assert {pair for pair in naming_parameters() if pair[1] not in CHOICES} - BEGINS == set(ROWS)


@pytest.fixture
def place(cli: Callable[..., Any], picture: Path) -> Path:
    """A working folder with one of each: a picture, data, an adapter, a conversation, and things in the way."""
    here = Path.cwd()
    shutil.copy(picture, "disc.png")
    row = {"image": "disc.png", "question": "What is it?", "answer": "A disc."}
    Path("rows.jsonl").write_text(json.dumps(row) + "\n")
    Path("bad.jsonl").write_text("[]\n")
    Path("bad.toml").write_text("prompt = [\n")
    Path("unknown.toml").write_text("batchsize = 3\n")
    Path("bad.png").write_bytes(picture.read_bytes()[:60])
    Path("full").mkdir()
    for name in ("full/notes.txt", "other.md", "other.csv", "other.png"):
        Path(name).write_text("of somebody\n")
    make_adapter(here / "adapter")
    return here


def make_adapter(folder: Path) -> None:
    """The smallest one that there is, for nano."""
    folder.mkdir()
    said = {"peft_type": "LORA", "r": 1, "lora_alpha": 1, "base_model_name_or_path": "nano"}
    (folder / adapter.CONFIG).write_text(json.dumps(said))
    name = f"{adapter.PREFIX}model.language_model.layers.0.self_attn.q_proj"
    tensors = {f"{name}.lora_A.weight": torch.zeros(1, 256), f"{name}.lora_B.weight": torch.zeros(256, 1)}
    save_file(tensors, folder / adapter.WEIGHTS)


def keep_conversation() -> None:
    from flashsloth.history.store import History, SavedTurn, Session
    from flashsloth_cli.history.recording import history_path

    history = History(history_path())
    turn = SavedTurn("Hi?", "Hi.", (1,), "stop", "nano", "2026-01-01T00:00:00.0Z", 0)
    history.save(Session("00c0ffee", "nano", system=None, hd=False, turns=(turn,)))
    history.close()


def refused(cli: Callable[..., Any], line: str, code: int) -> str:
    """Run a line; its error code, after a look at the exit code and at what was in the way."""
    done = cli(*line.split())
    assert done.code == code, done.err
    assert "Traceback" not in done.err
    assert Path("other.md").read_text() == Path("full/notes.txt").read_text() == "of somebody\n"
    assert not list(Path().glob("new*"))
    return str(done.err)


@pytest.mark.parametrize(("command", "parameter"), ROWS, ids=lambda value: str(value))
def test_what_is_not_there_or_in_the_way(cli: Callable[..., Any], place: Path, command: str, parameter: str) -> None:
    code, line = ROWS[command, parameter]
    assert line.startswith(command)
    keep_conversation()
    said = refused(cli, line, code)
    assert "hint: " in said
    assert (
        line.split()[-1] in said
        if parameter in ("output", "save", "plot", "show_input", "explain")
        else "nothing" in said
    )


@pytest.mark.parametrize("line", BAD_DATA.values(), ids=BAD_DATA)
def test_data_that_is_bad(cli: Callable[..., Any], place: Path, line: str) -> None:
    refused(cli, line, 3)


@pytest.mark.parametrize("line", NEVER)
def test_a_line_that_can_never_work(cli: Callable[..., Any], place: Path, line: str) -> None:
    refused(cli, line, 2)
