"""Every command with a model of transformers: it works, or says in one line that it does not."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from safetensors.torch import load_file, save_file

import flashsloth
from cli.conftest import Cli
from data.helpers import write_rows
from fake_hub import FakeHub
from flashsloth.chat import Answer, FlashSloth
from flashsloth.checkpoints import hub
from flashsloth.generation import caches
from flashsloth.server.registry import registered
from flashsloth_cli.asking.models import asked_model
from flashsloth_cli.options import Options
from flashsloth_cli.settings.settings import resolve
from server.command_server import command_server
from server.helpers import RunningServer, data_url, serving, user
from vlm.reference import TALL, WIDE, picture
from vlm.stand_ins import STAND_INS

QUICK = "smolvlm-256m"
SLOW = ("internvl-1b", "lighton-ocr")
NIGHTLY = (pytest.mark.slow, pytest.mark.nightly)
MARKS = {QUICK: (), **dict.fromkeys(SLOW, (pytest.mark.slow,))}
MODELS = [pytest.param(name, marks=MARKS.get(name, NIGHTLY)) for name in STAND_INS]
each_model = pytest.mark.parametrize("name", MODELS)
ASKED = "What is shown?"
GREEDY = ("--set", "temperature=0", "--max-tokens", "12")
CHOICE = ("Idefics3", "SmolVLM", "InternVL")  # families that read tiles or one tile
ALWAYS = ("LlavaNext", "LlavaOnevision")  # families that always read tiles
# families in which --hd and --no-hd choose the number of visual tokens (test_positions.py)
COUNTED = ("Qwen2VL", "Qwen2_5_VL", "Qwen3VL", "PaddleOCRVL")


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder with three pictures, the first of which is `photo`."""
    made = tmp_path / "pictures"
    made.mkdir()
    for number, each in enumerate((WIDE, TALL, picture(50, 50, 4))):
        each.save(made / f"{number}.png")
    return made


@each_model
def test_tiles_only_when_needed(name: str, opened: FlashSloth, photo: Path) -> None:
    # a model that reads by size has no tiles, and reads all of a small picture at once
    shown = picture(600, 500, 1) if opened.facts.image_hd is None else photo

    def asked(hd: Any, **options: Any) -> Answer:
        answer = opened.chat(shown, hd=hd).ask(ASKED, temperature=0, max_tokens=12, **options)
        answer.text()
        return answer

    if opened.facts.image_hd is False:  # it has one way
        assert asked("auto").record.detail_reason == "fixed"
        return

    one, every = asked(False), asked(opened.facts.image_hd)
    assert one.record.visual_tokens < every.record.visual_tokens
    for threshold, usual, reason in ((0, one, "fixed"), (0.9999, every, "unsure"), (1, every, "fixed")):
        found = asked("auto", detail_threshold=threshold)
        assert (found.token_ids, found.record.detail_reason) == (usual.token_ids, reason)
        assert found.record.visual_tokens == usual.record.visual_tokens
        tiles = usual.record.visual_tokens // one.record.visual_tokens
        assert found.record.tiles == (None if opened.facts.image_hd is None else tiles)


def answers(path: Path) -> list[str]:
    return [json.loads(line)["response"] for line in path.read_text(encoding="utf-8").splitlines()]


# ---- questions


@each_model
def test_ask(cli: Cli, name: str, folder: Path, photo: Path) -> None:
    plain = cli("ask", "-q", "-m", folder, photo, ASKED, *GREEDY).ok.out
    found = cli("ask", "-q", "-m", folder, photo, ASKED, *GREEDY, "--json").ok.document
    assert found["response"].strip() == plain.strip()
    assert found["images"][0]["visual_tokens"] == found["usage"]["visual_tokens"] > 0
    said = cli("ask", "-v", "-m", folder, photo, ASKED, *GREEDY).ok
    assert said.out == plain
    assert STAND_INS[name].config["model_type"] in said.err or name == "lighton-ocr"


@each_model
def test_constrained_answers(cli: Cli, folder: Path, photo: Path) -> None:
    asked = ("ask", "-q", "-m", folder, photo, ASKED)
    answer = json.loads(cli(*asked, "--schema", "color red|blue|green", "--max-tokens", "60").ok.out)
    assert answer["color"] in ("red", "blue", "green")
    assert cli(*asked, "--regex", "[A-C]{2,4}", "--max-tokens", "60").ok.out.strip().isalpha()
    assert cli(*asked, "--choices", "yes,no").ok.out.strip() in ("yes", "no")


@each_model
def test_tiles(cli: Cli, name: str, folder: Path, photo: Path, tmp_path: Path) -> None:
    """--hd and --no-hd choose where the family has a choice, and are errors elsewhere. With one tile a
    note says which letters are lost."""
    asked = ("ask", "-m", folder, photo, ASKED, *GREEDY)
    family = STAND_INS[name].whole
    if family in CHOICE:
        shown = {}
        for flag in ("--hd", "--no-hd"):
            done = cli(*asked, flag, "--json", "--show-input", tmp_path / f"{flag}.png").ok.document
            shown[flag] = done["images"][0]
        assert 0 < shown["--no-hd"]["visual_tokens"] < shown["--hd"]["visual_tokens"]
        assert shown["--hd"]["seen_width"] is None
        side = shown["--no-hd"]["seen_width"]
        with Image.open(tmp_path / "--no-hd.png") as view:
            assert view.size == (side, side)
        with Image.open(tmp_path / "--hd.png") as view:
            assert min(view.size) > side
        assert done["images"][0] == cli(*asked, "--json", "--no-hd").ok.document["images"][0]
        large = tmp_path / "large.png"
        picture(8 * side, 6 * side, 3).save(large)
        line = ("ask", "-m", folder, large, ASKED, *GREEDY)
        assert "letters under" in cli(*line, "--no-hd").ok.err
        assert "letters under" not in cli(*line).ok.err
    elif family in COUNTED:
        assert cli(*asked, "--hd").ok.out == cli(*asked, "--no-hd").ok.out
    else:
        cli(*asked, "--hd").refused(2, "--hd")
        one = cli(*asked, "--no-hd")
        assert one.code == (2 if family in ALWAYS else 0), one.err


@each_model
def test_a_smaller_picture(cli: Cli, name: str, folder: Path, pictures: Path) -> None:
    """--set max_side=N is as if the picture were that small, and makes fewer tiles where a family cuts
    tiles by the size. It is one of the settings of a batch."""
    asked = ("-m", folder, "-q", *GREEDY)
    whole, part = (
        cli("ask", pictures / "0.png", ASKED, *asked, "--json", *more).ok.document
        for more in ((), ("--set", "max_side=20"))
    )
    assert (whole["options"].get("max_side"), part["options"]["max_side"]) == (None, 20)
    counts = [each["usage"]["visual_tokens"] for each in (whole, part)]
    if STAND_INS[name].whole in ("Idefics3", "SmolVLM", "LightOnOcr", *ALWAYS):
        assert counts[1] < counts[0]
    line = ("batch", pictures, "-p", ASKED, *asked, "-o", pictures / "rows.jsonl")
    assert cli(*line).code == 0
    cli(*line, "--set", "max_side=20").refused("input", "max_side")
    assert cli(*line, "--set", "max_side=20", "--force").code == 0
    assert answers(pictures / "rows.jsonl")[0] == part["response"]


@pytest.mark.parametrize("name", ["lighton-ocr", "granite-docling"])
def test_names_with_defaults(cli: Cli, name: str, folder: Path, photo: Path, hub_here: FakeHub) -> None:
    """Two names have a question of their own, answer greedily, and write whole pages."""
    known = hub.KNOWN[name]
    newest = hub_here.add(known.repo, folder)
    commits = hub_here.repos[known.repo].commits
    commits[known.revision or newest] = commits[newest]
    assert cli("pull", name, "-q").code == 0
    limited = ("--max-tokens", "9", "--offline", "--json", "-q")
    found = cli("ask", photo, "-m", name, *limited).ok.document
    assert found["prompt"] == known.question
    assert found["options"]["temperature"] == 0
    assert cli("ask", photo, "-m", name, "-p", "", *limited).ok.document["prompt"] == known.question
    asked = cli("ask", photo, "-m", name, "-p", ASKED, "--set", "temperature=1", *limited).ok.document
    assert (asked["prompt"], asked["options"]["temperature"]) == (ASKED, 1)
    line = ("batch", photo, "-m", name, "-q", "--offline", "--choices", "a,b")
    assert cli(*line).ok.rows[0]["prompt"] == known.question
    assert cli(*line).ok.rows[0]["options"]["max_tokens"] == 4096
    shown = cli("show", name, "--json").ok.document
    assert shown["sampling"] == dict(known.settings)
    model = flashsloth.open(name, offline=True)
    assert model.chat(photo).settings().max_tokens == 4096
    assert model.chat(photo).settings(max_tokens=7).max_tokens == 7


@pytest.mark.slow
@pytest.mark.parametrize("name", ["lighton-ocr"])
def test_a_server_writes_whole_pages(opened: FlashSloth) -> None:
    """Without max_tokens in a request a server takes that of the name."""
    loaded = replace(opened.loaded, generation_defaults=dict(hub.KNOWN["lighton-ocr"].settings))
    with serving(lambda: FlashSloth(loaded)) as running:
        used = reply(running, body(WIDE, max_tokens=None))[1]
    assert used["completion_tokens"] > 512


@pytest.mark.parametrize("name", ["lighton-ocr"])
def test_a_folder_without_words(cli: Cli, folder: Path, photo: Path, stand_in_folder: Any) -> None:
    """A copy of a model that is made for pictures alone is asked without words, too; others are not."""
    for words in ((), ("-p", "")):
        found = cli("ask", photo, "-m", folder, *words, *GREEDY, "--json").ok.document
        assert found["prompt"] == ""
    assert cli("batch", photo, "-m", folder, *GREEDY).ok.rows[0]["prompt"] == ""
    cli("ask", photo, "-m", stand_in_folder(QUICK), "-p", "").refused(2)


@pytest.mark.parametrize("name", ["lighton-ocr"])
def test_a_shape_that_cannot_be_read(cli: Cli, folder: Path, pictures: Path, photo: Path) -> None:
    """Such a picture is the error of a row, and not the end of a batch, an evaluation or a chat."""
    line = pictures / "line.png"
    picture(1, 2000, 5).save(line)
    cli("ask", line, "-m", folder, *GREEDY).refused("image_undecodable")
    done = cli("batch", pictures, "-m", folder, *GREEDY, "-q", "--batch-size", "1")
    assert done.code == 7
    failed = [row["source"] for row in done.rows if row.get("error")]
    assert (failed, len(done.rows)) == ([str(line)], 4)
    each = cli("ask", "--each", photo, line, "-p", ASKED, "-m", folder, *GREEDY, "--json")
    assert (each.code, [bool(row["error"]) for row in each.rows]) == (7, [False, True])
    rows = [{"image": str(image), "question": ASKED, "answer": "a"} for image in (line, photo)]
    write_rows(pictures / "rows.jsonl", *rows)
    evaluated = cli("eval", pictures / "rows.jsonl", "-m", folder, "--max-tokens", "4", "--json")
    assert (evaluated.code, evaluated.document["faults"]) == (7, 1)
    lines = f"/image {line}\n{ASKED}\n/image {photo}\n{ASKED}\n"
    chat = cli("chat", photo, "-m", folder, *GREEDY, "--plain", input=lines)
    assert chat.out.strip()
    assert chat.err.count("error: ") == 1


@pytest.mark.parametrize("name", ["granite-docling"])
def test_special_tokens_are_text(
    cli: Cli, opened: FlashSloth, folder: Path, photo: Path, tmp_path: Path
) -> None:
    """DocTags are special tokens of the model. They are in every output."""
    tokenizer = opened.loaded.tokenizer
    first = opened.chat(photo).ask(ASKED, max_tokens=1, temperature=0)
    first.text()
    copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    stored = load_file(copy / "model.safetensors")
    [words] = [each for name, each in stored.items() if name.endswith("embed_tokens.weight")]
    words[tokenizer.convert_tokens_to_ids("<doctag>")] = 4 * words[first.token_ids[0]]  # a tied head
    save_file(stored, copy / "model.safetensors", {"format": "pt"})
    plain = ("-m", copy, "--set", "temperature=0", "--set", "dtype=float32", "--max-tokens", "9")
    model = flashsloth.open(copy, device="cpu", dtype="float32")
    answer = model.chat(photo).ask(ASKED, max_tokens=9, temperature=0)
    shown = "".join(answer)
    assert shown == answer.text() == tokenizer.decode(answer.token_ids, skip_special_tokens=False)
    assert shown.startswith("<doctag>")
    for done in (
        cli("ask", "-q", photo, ASKED, *plain).ok.out,
        cli("batch", "-q", photo, "-p", ASKED, *plain).ok.rows[0]["response"],
        cli("chat", "-q", photo, *plain, input=ASKED).ok.out,
    ):
        assert done.strip() == shown.strip()
    with serving(lambda: model) as running:
        assert reply(running, body(WIDE, max_tokens=9))[0] == shown


# ---- conversations


@each_model
def test_chat(cli: Cli, opened: FlashSloth, folder: Path, photo: Path, pictures: Path) -> None:
    """Turns, a picture in a later turn, another try and a part of a picture, as with the library."""
    said = f"{ASKED}\n/add {pictures / '1.png'}\nAnd here?\n/retry\n/new\n/image {photo}\n/crop 0,0,50%,50%\n{ASKED}\n"
    plain = (*GREEDY, "--set", "dtype=float32", "--set", "quant=none")
    out = cli("chat", "-q", "-m", folder, photo, *plain, input=said).ok.out
    chat = opened.chat(photo)
    ask = partial(chat.ask, max_tokens=12, temperature=0)
    expected = [ask(ASKED).text()]
    chat.add_image(pictures / "1.png")
    expected += [ask("And here?").text()] * 2
    part = opened.chat()
    part.add_image(photo, crop="0,0,50%,50%")
    expected.append(part.ask(ASKED, max_tokens=12, temperature=0).text())
    assert "".join(out.split()) == "".join("".join(expected).split())


def turns(model: Any, tiles: bool) -> list[tuple[str, int]]:
    chat = model.chat(WIDE, hd=tiles)
    chat.prefill()
    found = []
    for question in (ASKED, "And here?"):
        answer = chat.ask(question, max_tokens=8, temperature=0)
        answer.text()
        assert chat.last_stats is not None
        found.append((answer.text(), chat.last_stats.input_tokens))
        chat.add_image(TALL)
    return found


@pytest.mark.parametrize("name", [QUICK])
def test_a_warm_server(cli: Cli, opened: FlashSloth, folder: Path, photo: Path) -> None:
    """`ask` takes the model of a server in the background, and answers the same."""
    asked = ("ask", "-m", folder, photo, ASKED, *GREEDY, "--set", "dtype=float32", "--json", "-v")
    cold = cli(*asked).ok.document
    with command_server(opened) as own:
        of_model = resolve(Options(model=str(folder), dtype="float32"))
        with registered(replace(own.record, request=asked_model(of_model))):
            for more in ((), ("--no-hd",)):
                warm = cli(*asked, *more).ok.document
                assert own.running.scheduler.counters["prompt_tokens"] > 0
                here = cold if not more else cli(*asked, *more, "--server", "none").ok.document
                for name in ("response", "options"):
                    assert warm[name] == here[name]
                assert warm["usage"]["input_tokens"] == here["usage"]["input_tokens"]
                for name in ("seen_width", "visual_tokens"):
                    assert warm["images"][0][name] == here["images"][0][name]
            before = own.running.scheduler.counters["prompt_tokens"]
            assert cli(*asked, "--set", "max_side=20").ok.document["options"]["max_side"] == 20
            assert own.running.scheduler.counters["prompt_tokens"] == before
        for tiles in (True, False):
            assert turns(own.model, tiles) == turns(opened, tiles)


# ---- many rows


@each_model
def test_batch(cli: Cli, name: str, folder: Path, photo: Path, pictures: Path) -> None:
    """It resumes, answers four rows together as one by one, and asks another model again."""
    rows = pictures / "rows.jsonl"
    line = ("batch", "-q", pictures, "-p", ASKED, *GREEDY, "-o", rows, "-m", folder)
    assert cli(*line, "--batch-size", "4").code == 0
    first = rows.read_text(encoding="utf-8").splitlines()
    assert len(first) == 3
    alone = cli("ask", "-q", "-m", folder, photo, ASKED, *GREEDY).ok.out
    assert answers(rows)[0].strip() == alone.strip()
    rows.write_text("\n".join(first[:2]) + "\n", encoding="utf-8")
    assert cli(*line).code == 0
    again = rows.read_text(encoding="utf-8").splitlines()
    assert again[:2] == first[:2]
    assert json.loads(again[2])["response"] == json.loads(first[2])["response"]
    # other weights: the digest of the settings is another one
    other = Path(shutil.copytree(folder, pictures.with_name("other")))
    generation = json.loads((other / "generation_config.json").read_text())
    (other / "generation_config.json").write_text(json.dumps(generation | {"max_new_tokens": 5}))
    cli(*line[:-1], other).refused("input", str(folder))


@each_model
def test_eval(cli: Cli, folder: Path, photo: Path, tmp_path: Path) -> None:
    talk = [{"role": "user", "content": ASKED}, {"role": "assistant", "content": "Waves."}]
    (tmp_path / "rows.jsonl").write_text(json.dumps({"image": str(photo), "messages": talk}) + "\n")
    words = ("eval", "-q", "-m", folder, tmp_path / "rows.jsonl", "--json", "--max-tokens", "12")
    found = cli(*words).ok.document
    assert found["rows"] == 1
    against = cli(*words, "--quant", "int4", "--against", "none").ok.document["against"]
    assert against["kl"] > 0
    assert against["positions"] > 1
    against = cli(*words, "--quant", "none", "--against", "none").ok.document["against"]
    assert (against["kl"], against["equal_top"], against["equal_answers"]) == (0, 1, 1)


@each_model
@pytest.mark.slow
def test_bench(cli: Cli, folder: Path) -> None:
    few = ("--max-tokens", "2", "--repeats", "1")
    [row] = cli("bench", "-q", "-m", folder, *few, "--json").ok.document["rows"]
    assert row["error"] is None
    assert row["visual_tokens"] > 0


# ---- the model


@each_model
@pytest.mark.parametrize("preset", ["int8", pytest.param("int4", marks=pytest.mark.slow)])
def test_quantized_copy(cli: Cli, folder: Path, photo: Path, tmp_path: Path, preset: str) -> None:
    """It answers as the model that is quantized when it is opened."""
    assert cli("quantize", "-q", folder, "-o", tmp_path / "copy", "--quant", preset).code == 0
    asked = (photo, ASKED, *GREEDY)
    quantized = cli("ask", "-q", "-m", folder, "--set", f"quant={preset}", *asked).ok.out
    assert cli("ask", "-q", "-m", tmp_path / "copy", *asked).ok.out == quantized
    assert cli("show", tmp_path / "copy", "--json").ok.document["stored_as"] == [preset]


@each_model
def test_show(cli: Cli, name: str, folder: Path) -> None:
    """It has the fields that it has for a FlashSloth."""
    shown = cli("show", folder, "--json").ok.document
    assert set(shown) == set(cli("show", "nano", "--json").ok.document) - {"choice_temperature"}
    config = STAND_INS[name].config
    family = STAND_INS[name].whole
    if family in COUNTED:
        assert shown["decoder"] in ("llama", "qwen2", "qwen3")
        assert shown["hd"] is None
        few, usual, most = shown["most_visual_tokens"]
        assert few == 256 < usual == most < 1024  # the limit of its folder is less than usual
        assert f"{usual} visual tokens" in cli("show", folder).ok.out
    else:
        assert shown["decoder"] == config["text_config"]["model_type"]
        assert shown["hd"] == (family in CHOICE)
    assert isinstance(shown["image_size"], int)
    assert shown["architecture"] in cli("show", folder).ok.out


@pytest.mark.parametrize("name", [QUICK])
def test_encoded_pictures_are_kept(
    cli: Cli, folder: Path, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A picture is encoded once, for each number of tiles, each size and each image processor."""
    monkeypatch.setattr(caches, "MIN_SECONDS", 0)
    other = Path(shutil.copytree(folder, tmp_path / "other"))
    settings = json.loads((other / "preprocessor_config.json").read_text())
    settings["image_mean"] = [0.4, 0.5, 0.5]
    (other / "preprocessor_config.json").write_text(json.dumps(settings))
    for where, more in (
        (folder, ()),
        (folder, ("--no-hd",)),
        (folder, ("--set", "max_side=20")),
        (folder, ("--quant", "int4")),
        (other, ()),
    ):
        line = ("ask", "-q", "-m", where, photo, ASKED, *GREEDY, "--json", *more)
        first, second = (cli(*line).ok.document for _ in range(2))
        assert (first["images"][0]["cached"], second["images"][0]["cached"]) == (False, True), more
        assert first["response"] == second["response"]


@pytest.mark.parametrize("name", [QUICK])
def test_what_is_refused(cli: Cli, folder: Path, photo: Path, tmp_path: Path) -> None:
    """What works with FlashSloth models alone ends with a code for the model and a hint."""
    talk = [{"role": "user", "content": ASKED}, {"role": "assistant", "content": "Waves."}]
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps({"image": str(photo), "messages": talk}) + "\n")
    out = tmp_path / "out"
    for line in (
        ("finetune", rows, "-m", folder, "-o", out, "--full"),
        ("finetune", rows, "-m", folder, "-o", out, "--train-vision"),
        ("train", rows, "-m", folder, "-o", out),
        ("train", rows, "--vision", folder, "--language", folder, "--stage", "align", "-o", out),
        ("convert", folder, "-o", out),
        ("reduce", "fit", folder, "--data", rows, "-o", out.with_suffix(".json")),
        ("reduce", "rank", folder, "--data", rows, "-o", out.with_suffix(".json")),
        ("reduce", "skip", folder, "--data", rows, "--layers", "1", "-o", out),
        ("ask", "-m", folder, "--set", f"reduce={rows}", photo, ASKED),
    ):
        done = cli(*line)
        assert "Traceback" not in done.err
        assert not out.exists()
        done.refused("model_unsupported")


@pytest.mark.parametrize("name", ["lighton-ocr"])
def test_auto_is_no_error_for_a_model_without_a_choice(cli: Cli, folder: Path, photo: Path) -> None:
    """It may be a line of the settings, while the model changes."""
    found = cli("ask", "-m", folder, photo, ASKED, *GREEDY, "--set", "hd=auto", "--json").ok.document
    assert found["detail_reason"] == "fixed"
    cli("ask", "-m", folder, photo, ASKED, *GREEDY, "--hd").refused("option")


@pytest.mark.parametrize("name", ["lighton-ocr"])
def test_end_tokens_of_generation_config(opened: FlashSloth, folder: Path, tmp_path: Path) -> None:
    """An answer ends at each end token of generation_config.json."""
    answer = opened.chat(WIDE).ask(ASKED, max_tokens=12, temperature=0)
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


# ---- the server


def body(image: Image.Image, detail: str = "auto", **more: Any) -> dict[str, Any]:
    url = {"url": data_url(image), "detail": detail}
    content = [{"type": "text", "text": ASKED}, {"type": "image_url", "image_url": url}]
    message = {"role": "user", "content": content}
    return {"messages": [message], "max_tokens": 4, "temperature": 0, **more}


def reply(running: RunningServer, request: dict[str, Any]) -> tuple[str, dict[str, int]]:
    status, found = running.ask(request)
    assert status == 200, found
    return found["choices"][0]["message"]["content"], found["usage"]


def nearly_full(model: FlashSloth) -> str:
    """Return a question that fits into the context, but not together with a picture."""

    def length(text: str) -> int:
        return len(model.prompt.conversation("", [(text, 0, None)], []))

    room = model.engine.context_length
    fewest = length("a " * 100) - length("")
    text = "a " * (100 * (room - length("") - 4) // fewest)
    while length(text + "a ") < room - 2:
        text += "a "
    assert length(text) < room
    return text


@each_model
def test_a_server(name: str, opened: FlashSloth) -> None:
    """Four clients at once get their own answers, and the exact usage. `detail: low` is one tile."""
    has_choice = STAND_INS[name].whole in CHOICE
    requests = [body(WIDE), body(TALL), body(WIDE, "low"), body(TALL, "high")]
    with serving(lambda: opened) as running:
        with ThreadPoolExecutor(4) as pool:
            replies = [*pool.map(partial(reply, running), requests)]
        for number, (shown, tiles) in enumerate(
            ((WIDE, None), (TALL, None), (WIDE, False), (TALL, None))
        ):
            chat = opened.chat(shown, hd=tiles)
            answer = chat.ask(ASKED, max_tokens=4, temperature=0)
            assert replies[number][0] == answer.text()
            assert chat.last_stats is not None
            assert replies[number][1]["prompt_tokens"] == chat.last_stats.input_tokens
            assert replies[number][1]["completion_tokens"] == len(answer.token_ids)
        used = [usage["prompt_tokens"] for _, usage in replies]
        assert (used[2] < used[0]) == has_choice
        # a prompt that is too long is refused before the tower runs
        encoded = running.scheduler.counters["images"]
        room = opened.engine.context_length
        for long in ("word " * room, nearly_full(opened)):
            status, found = running.ask({"messages": [user(long, picture(40, 30, 7))]})
            assert (status, found["error"]["code"]) == (400, "context_length_exceeded")
        assert running.scheduler.counters["images"] == encoded
        status, _, text = running.request("GET", "/v1/models")
        facts = json.loads(text)["data"][0]["flashsloth"]
        assert (facts["picture"] is None) == (has_choice or opened.config.visual_tokens(False) == 0)
