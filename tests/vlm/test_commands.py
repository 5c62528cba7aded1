"""Every command with a model of transformers: it works, or says in one line that it does not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import flashsloth
from cli.conftest import Cli
from server.helpers import data_url, serving, user
from vlm.reference import TALL, WIDE, picture
from vlm.stand_ins import STAND_INS

QUICK = ("smolvlm-256m", "lighton-ocr")
MODELS = [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in STAND_INS]
each_model = pytest.mark.parametrize("name", MODELS)
ASKED = "What is shown?"
GREEDY = ("--set", "temperature=0", "--max-tokens", "12")


@pytest.fixture
def folder(name: str, stand_in_folder: Callable[[str], Path]) -> Path:
    return stand_in_folder(name)


@each_model
def test_ask(cli: Cli, folder: Path, photo: Path) -> None:
    plain = cli("ask", "-q", "-m", folder, photo, ASKED, *GREEDY).ok
    found = cli("ask", "-q", "-m", folder, photo, ASKED, *GREEDY, "--json").ok.document
    assert found["response"].strip() == plain.out.strip()
    assert found["images"][0]["visual_tokens"] == found["usage"]["visual_tokens"] > 0


@each_model
def test_constrained_answers(cli: Cli, folder: Path, photo: Path) -> None:
    asked = ("ask", "-q", "-m", folder, photo, ASKED)
    answer = json.loads(cli(*asked, "--schema", "color red|blue|green", "--max-tokens", "60").ok.out)
    assert answer["color"] in ("red", "blue", "green")
    assert cli(*asked, "--regex", "[A-C]{2,4}", "--max-tokens", "60").ok.out.strip().isalpha()
    assert cli(*asked, "--choices", "yes,no").ok.out.strip() in ("yes", "no")


@each_model
def test_tiles(cli: Cli, name: str, folder: Path, photo: Path) -> None:
    """--no-hd reads one tile where the family can, and --hd is an error where it has no tiles."""
    asked = ("ask", "-q", "-m", folder, photo, ASKED, *GREEDY, "--json")
    has_tiles = STAND_INS[name].whole in ("Idefics3", "SmolVLM", "InternVL")
    if has_tiles:
        many, one = (
            cli(*asked, each).ok.document["images"][0]["visual_tokens"] for each in ("--hd", "--no-hd")
        )
        assert 0 < one < many
    else:
        cli(*asked[:-1], "--hd").refused(2, "--hd")


@each_model
def test_chat(cli: Cli, folder: Path, photo: Path) -> None:
    said = f"{ASKED}\n/image {photo}\nAnd here?\n/retry\n"
    chatted = cli("chat", "-q", "-m", folder, photo, *GREEDY, input=said).ok
    assert len(chatted.out.strip()) > 0


@each_model
def test_batch_resumes(cli: Cli, folder: Path, photo: Path, tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number, each in enumerate((WIDE, TALL, picture(50, 50, 4))):
        each.save(pictures / f"{number}.png")
    line = ("batch", "-q", "-m", folder, pictures, "-p", ASKED, *GREEDY, "-o", tmp_path / "rows.jsonl")
    assert cli(*line).code == 0
    rows = (tmp_path / "rows.jsonl").read_text().splitlines()
    assert len(rows) == 3
    (tmp_path / "rows.jsonl").write_text("\n".join(rows[:2]) + "\n")
    assert cli(*line).code == 0
    again = (tmp_path / "rows.jsonl").read_text().splitlines()
    assert again[:2] == rows[:2]
    assert json.loads(again[2])["response"] == json.loads(rows[2])["response"]
    alone = cli("ask", "-q", "-m", folder, photo, ASKED, *GREEDY).ok.out
    assert json.loads(rows[0])["response"].strip() == alone.strip()


@each_model
def test_eval(cli: Cli, folder: Path, photo: Path, tmp_path: Path) -> None:
    talk = [{"role": "user", "content": ASKED}, {"role": "assistant", "content": "Waves."}]
    (tmp_path / "rows.jsonl").write_text(json.dumps({"image": str(photo), "messages": talk}) + "\n")
    assert cli("eval", "-q", "-m", folder, tmp_path / "rows.jsonl", "--json").code == 0


@each_model
@pytest.mark.parametrize("preset", ["int8", "int4"])
def test_quantized_copy(cli: Cli, folder: Path, photo: Path, tmp_path: Path, preset: str) -> None:
    """It answers as the model that is quantized when it is opened."""
    assert cli("quantize", "-q", folder, "-o", tmp_path / "copy", "--quant", preset).code == 0
    asked = (photo, ASKED, *GREEDY)
    opened = cli("ask", "-q", "-m", folder, "--set", f"quant={preset}", *asked).ok.out
    assert cli("ask", "-q", "-m", tmp_path / "copy", *asked).ok.out == opened
    shown = cli("show", tmp_path / "copy", "--json").ok.document
    assert shown["quant"] == preset


@each_model
def test_show(cli: Cli, name: str, folder: Path) -> None:
    shown = cli("show", folder, "--json").ok.document
    text = STAND_INS[name].config["text_config"]["model_type"]
    assert shown["decoder"] == text
    assert cli("show", folder).code == 0


@pytest.mark.parametrize("name", ["smolvlm-256m"])
def test_what_is_refused(cli: Cli, folder: Path, photo: Path, tmp_path: Path) -> None:
    """What works with FlashSloth models alone. A code for the model, or for the option."""
    talk = [{"role": "user", "content": ASKED}, {"role": "assistant", "content": "Waves."}]
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps({"image": str(photo), "messages": talk}) + "\n")
    out = tmp_path / "out"
    for line in (
        ("finetune", rows, "-m", folder, "-o", out),
        ("finetune", rows, "-m", folder, "-o", out, "--lora"),
        ("convert", folder, "-o", out),
        ("reduce", rows, "-m", folder, "-o", out),
        ("merge", folder, "-o", out),
        ("ask", "-m", folder, "--adapter", folder, photo, ASKED),
        ("ask", "-m", folder, "--explain", tmp_path / "map.png", photo, ASKED),
    ):
        result = cli(*line)
        assert result.code in (2, 3, 4), (line, result)
        assert "Traceback" not in result.err
        assert not out.exists()
        assert [each for each in result.err.splitlines() if each.startswith("error:")], line


@pytest.mark.parametrize("name", ["smolvlm-256m"])
def test_server(folder: Path) -> None:
    """Usage is exact, `detail: low` is one tile, and a prompt that is too long is refused."""
    model = flashsloth.open(folder, device="cpu", dtype="float32")
    with serving(lambda: model) as running:
        detailed: dict[str, Any] = {"messages": [user(ASKED, WIDE)], "max_tokens": 4, "temperature": 0}
        used = []
        for detail in ("auto", "high", "low"):
            url = {"url": data_url(WIDE), "detail": detail}
            content = [{"type": "text", "text": ASKED}, {"type": "image_url", "image_url": url}]
            status, reply = running.ask(detailed | {"messages": [{"role": "user", "content": content}]})
            assert status == 200, reply
            used.append(reply["usage"]["prompt_tokens"])
        for hd, tokens in ((True, used[1]), (False, used[2])):
            chat = model.chat(WIDE, hd=hd)
            chat.ask(ASKED, max_tokens=4, temperature=0).text()
            assert chat.last_stats.input_tokens == tokens
        assert used[0] == used[1] > used[2]
        encoded_before = running.scheduler.counters["images"]
        long = "word " * model.engine.context_length
        status, reply = running.ask(detailed | {"messages": [user(long, TALL)]})
        assert (status, reply["error"]["code"]) == (400, "context_length_exceeded")
        assert running.scheduler.counters["images"] == encoded_before


@pytest.mark.parametrize("name", ["lighton-ocr"])
def test_end_tokens_of_generation_config(folder: Path, tmp_path: Path) -> None:
    """An answer ends at each end token of generation_config.json."""
    model = flashsloth.open(folder, device="cpu", dtype="float32")
    answer = model.chat(WIDE).ask(ASKED, max_tokens=12, temperature=0)
    answer.text()
    ids = list(answer.token_ids)
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    stored = json.loads((copy / "generation_config.json").read_text())
    stored["eos_token_id"] = [stored["eos_token_id"], ids[5]]
    (copy / "generation_config.json").write_text(json.dumps(stored))
    shorter = flashsloth.open(copy, device="cpu", dtype="float32").chat(WIDE)
    ended = shorter.ask(ASKED, max_tokens=12, temperature=0)
    ended.text()
    assert list(ended.token_ids)[:5] == ids[: ids.index(ids[5])][:5]
    assert len(ended.token_ids) <= ids.index(ids[5]) + 1
