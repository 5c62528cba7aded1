"""LoRA for a model of transformers: its decoder learns from pictures that are encoded once, and the
adapter opens everywhere."""

from __future__ import annotations

import functools
import json
import pickle
import random
import shutil
import signal
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
import torch
from safetensors.torch import load_file, save_file

import flashsloth
from cli.conftest import Cli, Program
from data.helpers import messages, write_rows
from evaluation.test_calibrated_copy import asked
from flashsloth.checkpoints import adapter, resolve, save
from flashsloth.data.data_files import open_rows
from flashsloth.data.sample import IGNORED
from flashsloth.errors import (
    BadRows,
    DiskFull,
    InvalidConfiguration,
    OptionError,
    UnsupportedModel,
)
from flashsloth.images.reader import read_image
from flashsloth.training import checkpoints, model_setup, run_plan
from flashsloth.training.encoded_pictures import EncodedPictures
from flashsloth.training.run import train
from flashsloth.training.run_plan import plan_run
from flashsloth_cli.commands import data
from replies import said
from server.helpers import serving
from training.helpers import Killed, Run, metrics, recipe, saved_bytes, weights
from training.test_survive import wait_for_step
from vlm.reference import WIDE, Reference, picture
from vlm.stand_ins import STAND_INS
from vlm.test_commands import ASKED, body, reply

QUICK = "smolvlm-256m"  # with tiles
SLOW = ("internvl-1b", "llava-ov", "qwen2-vl", "qwen3-vl-2b", "paddleocr")
TRAINED = [QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW)]
EACH = [name if name == QUICK else pytest.param(name, marks=pytest.mark.slow) for name in STAND_INS]
ANSWERS = ("Some waves", "A tree", "Two cats", "No idea")
CHOICE = ("Idefics", "SmolVLM", "InternVL", "Qwen", "Paddle")  # families in which `hd` is a choice
LEARN: dict[str, Any] = {"max_steps": 40, "batch_size": 4, "lr": 3e-3}
COUNT = 10  # rows with a picture

pytestmark = [pytest.mark.fresh, pytest.mark.usefixtures("_built_once")]


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows with pictures of several sizes, one with two turns, and one without a picture."""
    folder = tmp_path_factory.mktemp("rows")
    found: list[Any] = []
    for number in range(COUNT):
        name = f"{number}.png"
        picture(96 + 7 * (number % 5), 70 + 11 * (number % 3), number + 1).save(folder / name)
        found.append({"image": name, "question": ASKED, "answer": ANSWERS[number % 4]})
    WIDE.save(folder / "0.png")
    found[1] = messages(ASKED, ANSWERS[1], " Which colour?\n", "Green.", image="1.png")
    found.append({"question": "Who wrote this?", "answer": "Nobody.", "system": "Be short."})
    return write_rows(folder / "rows.jsonl", *found)


@pytest.fixture(scope="module")
def trained(
    stand_in_folder: Callable[[str], Path], rows: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Path]:
    """`trained("smolvlm")` returns the finished folder of an undisturbed run. Read-only."""
    made: dict[str, Path] = {}

    def learn(name: str, **changes: Any) -> Path:
        if (key := repr((name, changes))) not in made:
            made[key] = tmp_path_factory.mktemp("trained") / "out"
            train(recipe(stand_in_folder(name), rows, made[key], **LEARN | changes))
        return made[key]

    return learn


def greedy(model: Any, **options: Any) -> list[int]:
    return said(model.chat(WIDE, **options).ask(ASKED, max_tokens=12, temperature=0))


def in_float32(folder: Path | None = None, with_it: Path | None = None) -> Any:
    return flashsloth.open(folder, adapter=with_it, device="cpu", dtype="float32")


# Rows


@pytest.mark.parametrize("hd", [None, False])
@pytest.mark.parametrize("name", EACH)
def test_rows_have_the_ids_of_a_conversation(
    name: str, hd: bool | None, stand_in_folder: Callable[[str], Path], rows: Path, tmp_path: Path
) -> None:
    folder = stand_in_folder(name)
    if hd is False and not STAND_INS[name].whole.startswith(CHOICE):
        hd = None
    model = in_float32(folder)
    model.config.image_hd = model.config.image_hd if hd is None else hd
    plan = plan_run(recipe(folder, rows, tmp_path / "out", hd=hd))
    for number, sample in enumerate(open_rows([rows])):
        encoded = plan.data[number].encoded
        assert encoded.input_ids == asked(model, sample)
        learned = [i for i, label in zip(encoded.input_ids, encoded.labels, strict=True) if label >= 0]
        end = model.prompt.end_of_answer
        answers = [model.prompt.answer(turn.answer) + end for turn in sample.turns]
        assert learned == [i for answer in answers for i in answer]
        assert {*encoded.labels} - {IGNORED} == {*learned}


@pytest.mark.parametrize("name", TRAINED)
def test_pictures_are_encoded_as_in_a_conversation(
    name: str, stand_in_folder: Callable[[str], Path], rows: Path, tmp_path: Path
) -> None:
    plan = plan_run(recipe(stand_in_folder(name), rows, tmp_path / "out"))
    model = in_float32(stand_in_folder(name))
    pictures = plan.pictures
    assert pictures is not None
    expected = plan.picture_bytes
    pictures.encode(plan.images, plan.sources, plan.device, plan.dtype)
    assert len(plan.images) == len([*pictures.folder.iterdir()]) == COUNT
    for image in plan.images:
        prepared = model.pictures.prepare(read_image(image).image, hd=model.config.image_hd)
        stored = pictures.inputs(image)
        encoded = model.engine.encode_image(prepared)
        assert torch.equal(stored["visual_tokens"], encoded.tokens)
        assert (encoded.grid is None) == ("grid" not in stored)
        if encoded.deep is not None:
            assert torch.equal(stored["deep"].transpose(0, 1), encoded.deep)
        assert pictures.block(image) == model.pictures.block(prepared)
        expected -= sum(each.nbytes for each in stored.values() if each.is_floating_point())
    assert expected == 0
    assert plan.picture_bytes == 0  # nothing is left to encode
    # where processes that read rows are started anew
    copied = pickle.loads(pickle.dumps(plan.data))
    for row in range(len(plan.rows)):
        assert copied[row].encoded == plan.data[row].encoded
        assert copied[row].visual.keys() == plan.data[row].visual.keys()
        assert copied[row].fault == ""


@pytest.mark.parametrize("name", EACH)
def test_the_loss_is_that_of_transformers(
    name: str, stand_in_folder: Callable[[str], Path], rows: Path, tmp_path: Path
) -> None:
    """A batch of rows with pictures of several sizes and one without has the loss that transformers'
    own model computes of each row alone."""
    plan = plan_run(recipe(stand_in_folder(name), rows, tmp_path / "out"))
    assert plan.pictures is not None
    plan.pictures.encode(plan.images, plan.sources, plan.device, plan.dtype)
    theirs = Reference(STAND_INS[name], stand_in_folder(name))
    numbers = (0, 2, 3, COUNT)
    total, count = 0.0, 0
    for number in numbers:
        sample = plan.data.rows[number]
        shown = [] if sample.image is None else [read_image(sample.image).image]
        inputs = theirs.inputs(sample.system or "", [(sample.turns[0].question, shown)])
        encoded = plan.data[number].encoded
        length = inputs.input_ids.shape[1]
        assert encoded.input_ids[:length] == inputs.input_ids[0].tolist()
        answer = torch.tensor([encoded.input_ids[length:]])
        more = {"input_ids": answer, "attention_mask": torch.ones_like(answer)}
        for key, value in inputs.items():
            if value.shape == (1, length):
                inputs[key] = torch.cat([value, more.get(key, torch.zeros_like(answer))], 1)
        with torch.no_grad():
            logits = theirs.model(**inputs).logits[0, :-1]
        logits = logits / getattr(theirs.model.config.text_config, "logits_scaling", 1.0)
        labels = torch.tensor(encoded.labels[1:])
        total += float(torch.nn.functional.cross_entropy(logits, labels, reduction="sum"))
        count += int((labels != IGNORED).sum())
    model = model_setup.build(plan.sources, plan.recipe, plan.dtype, hd=False)
    with torch.no_grad():
        loss = model(**plan.collate([plan.data[number] for number in numbers])).loss
    assert float(loss) == pytest.approx(total / count, rel=1e-5)


def test_a_long_row_is_found_with_its_tokens(
    cli: Cli, stand_in_folder: Callable[[str], Path], rows: Path, tmp_path: Path
) -> None:
    folder = stand_in_folder(QUICK)
    plan = plan_run(recipe(folder, rows, tmp_path / "out"))
    longest = max(len(plan.data[row].encoded.input_ids) for row in range(len(plan.rows)))
    checked = cli("data", "check", rows, "-m", folder, "--json").ok.document
    assert (checked["bad"], checked["longest_tokens"]) == (0, longest)
    checked = cli(
        "data", "check", rows, "-m", folder, "--max-length", f"{longest - 1}", "--json"
    ).document
    assert checked["by_kind"].keys() == {"too_long"}
    bad = checked["bad"]
    plan = plan_run(recipe(folder, rows, tmp_path / "out", max_length=longest - 1, skip_bad=True))
    assert len(plan.skipped) == bad > 0


# The adapter


@pytest.mark.parametrize("name", TRAINED)
def test_an_adapter(
    name: str, stand_in_folder: Callable[[str], Path], trained: Callable[..., Path], tmp_path: Path
) -> None:
    """The loss falls. The adapter, the merged model in our engine and in transformers', and PEFT's
    model give the same answer; a quantized copy of the merged model gives that of the adapter in
    int8."""
    from peft import PeftModel

    folder = stand_in_folder(name)
    out = trained(name)
    losses = [line["loss"] for line in metrics(out)]
    assert fmean(losses[-5:]) < 0.4 * fmean(losses[:5])
    answer = greedy(in_float32(with_it=out))
    assert answer != greedy(in_float32(folder))
    merged = save.convert(resolve.find(folder), tmp_path / "merged", adapter=adapter.read(out))
    assert greedy(in_float32(merged)) == answer
    # as many visual tokens are read as without the adapter
    for opened in (in_float32(with_it=out), in_float32(merged)):
        assert opened.config.image_hd == in_float32(folder).config.image_hd
    turns = [(ASKED, [WIDE])]
    theirs = Reference(STAND_INS[name], folder)
    written = Reference(STAND_INS[name], merged)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        theirs.model = PeftModel.from_pretrained(theirs.model, out).eval()
    for reference in (theirs, written):
        found, _ = reference.generate(reference.inputs("", turns), steps=len(answer))
        assert found == answer
    copy = save.quantize(resolve.find(merged), tmp_path / "copy", "int8")
    with_it = flashsloth.open(adapter=out, device="cpu", quant="int8")
    assert greedy(flashsloth.open(copy, device="cpu")) == greedy(with_it)


def test_it_names_its_base_and_what_it_adapts(
    stand_in_folder: Callable[[str], Path], trained: Callable[..., Path], tmp_path: Path
) -> None:
    folder = stand_in_folder(QUICK)
    read = adapter.read(trained(QUICK))
    assert read.base == str(folder.resolve())
    assert read.fingerprint is not None
    assert len(read.low_rank) == 3 * 7
    assert not read.full
    assert in_float32(with_it=trained(QUICK)).loaded.notes == ()
    # with tensors that its settings name left out
    from safetensors.torch import load_file, save_file

    damaged = Path(shutil.copytree(trained(QUICK), tmp_path / "damaged"))
    tensors = load_file(damaged / adapter.WEIGHTS)
    kept = {name: tensor for name, tensor in tensors.items() if ".layers.1." not in name}
    assert 0 < len(kept) < len(tensors)
    save_file(kept, damaged / adapter.WEIGHTS)
    with pytest.raises(flashsloth.errors.TensorMismatch):
        in_float32(with_it=damaged)


@pytest.mark.slow
def test_commands(
    cli: Cli, stand_in_folder: Callable[[str], Path], rows: Path, photo: Path, tmp_path: Path
) -> None:
    """What was trained with one tile reads one tile, also when it is merged and quantized."""
    out = tmp_path / "out"
    line = ("finetune", rows, "-m", stand_in_folder(QUICK), "--no-hd", "-o", out, "--device", "cpu")
    done = cli(*line, "--max-steps", "2", "--set", "workers=0", "--eval-split", "0.2", "--json").ok
    assert done.document["adapter"]
    assert done.document["evaluation_loss"] > 0
    merged, copy = tmp_path / "merged", tmp_path / "copy"
    for words in (
        ("merge", out, "-o", merged),
        ("quantize", merged, "-o", copy, "--quant", "int8"),
        ("eval", rows, "--adapter", out, "-q", "--max-tokens", "4"),
        ("config", "set", "models.mine.adapter", out),
    ):
        assert cli(*words).code == 0
    assert "--hd" in cli("show", merged).ok.out
    ask = ("ask", "-q", photo, ASKED, "--max-tokens", "4", "--json")
    for way in (("--adapter", out), ("-m", merged), ("-m", copy)):
        assert cli(*ask, *way).ok.document["usage"]["visual_tokens"] == 4
        assert cli(*ask, *way, "--hd").ok.document["usage"]["visual_tokens"] > 4
    assert cli(*ask, "-m", "mine").ok.document["usage"]["visual_tokens"] == 4


def test_another_base(
    cli: Cli, trained: Callable[..., Path], stand_in_folder: Callable[[str], Path], tmp_path: Path
) -> None:
    """An adapter on other weights of the same shapes is merged with a note, and other shapes are told
    which model is needed."""
    base = stand_in_folder(QUICK)
    other = Path(shutil.copytree(base, tmp_path / "other"))
    stored = load_file(other / "model.safetensors")
    save_file({name: tensor + 1 for name, tensor in stored.items()}, other / "model.safetensors")
    merging = ("merge", trained(QUICK), "-o", tmp_path / "merged", "--force")
    assert str(other) in cli(*merging, "-m", other).ok.err
    assert cli(*merging, "-m", other, "-q").ok.err == ""
    assert str(base) not in cli(*merging).ok.err
    cli(*merging, "-m", stand_in_folder("qwen3-vl-2b")).refused("checkpoint_tensors", str(base))


def test_a_server(trained: Callable[..., Path]) -> None:
    model = in_float32(with_it=trained(QUICK))
    with serving(lambda: model) as running:
        text, _ = reply(running, body(WIDE, max_tokens=12))
    assert text == model.chat(WIDE).ask(ASKED, max_tokens=12, temperature=0).text()


@pytest.mark.slow
def test_qlora(
    stand_in_folder: Callable[[str], Path], trained: Callable[..., Path], tmp_path: Path
) -> None:
    out = trained(QUICK, method="qlora")
    losses = [line["loss"] for line in metrics(out)]
    assert fmean(losses[-5:]) < 0.5 * fmean(losses[:5])
    merged = save.convert(
        resolve.find(stand_in_folder(QUICK)), tmp_path / "merged", adapter=adapter.read(out)
    )
    assert greedy(in_float32(merged)) == greedy(in_float32(with_it=out))


# A run


def test_pictures_are_encoded_once(
    stand_in_folder: Callable[[str], Path], rows: Path, trained: Callable[..., Path], tmp_path: Path
) -> None:
    """A run that is interrupted while it encodes pictures, and again in a step, ends as one that is
    not, and encodes no picture twice but those whose files were damaged. At the end the pictures are
    removed."""
    out = tmp_path / "out"
    kept = checkpoints.folder(out) / checkpoints.PICTURES
    prepare = EncodedPictures.prepare
    encoded: list[str] = []

    def prepared(self: EncodedPictures, image: str) -> Any:
        if self.is_encoded:
            if len(encoded) == 4:
                encoded.append("killed")
                raise Killed
            encoded.append(image)
        return prepare(self, image)

    settings = {**LEARN, "save_every": 15}
    with mock.patch.object(EncodedPictures, "prepare", prepared):
        with pytest.raises(Killed):
            train(recipe(stand_in_folder(QUICK), rows, out, **settings))
        assert len([*kept.iterdir()]) == 4
        first = Run.resumed(out, stop_after=20)
        assert not first.result.finished
        assert len([*kept.iterdir()]) == COUNT
        # as after a power failure: one is cut, one is empty
        cut, empty, *_ = kept.iterdir()
        cut.write_bytes(cut.read_bytes()[:-100])
        empty.write_bytes(b"")
        last = Run.resumed(out)
    assert last.result.finished
    assert last.steps[0] == first.steps[-1] + 1
    assert len({*encoded} - {"killed"}) == COUNT
    assert len(encoded) == COUNT + len(["killed", cut, empty])
    assert not kept.exists()
    assert weights(out) == weights(trained(QUICK))


@pytest.mark.slow
@pytest.mark.parametrize("name", [QUICK, "internvl-1b"])
def test_killed_and_resumed(
    name: str,
    stand_in_folder: Callable[[str], Path],
    rows: Path,
    trained: Callable[..., Path],
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    settings = {**LEARN, "save_every": 7, "eval_split": 0.2, "eval_every": 9}
    flags = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
    program = Program()
    process = program.start(
        *map(str, ("finetune", rows, "-m", stand_in_folder(name), "-o", out, "--device", "cpu")),
        *flags,
        *("--set", "workers=1", "-q"),
        start_new_session=True,
    )
    wait_for_step(process, out, random.Random(0).randrange(8, 30))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert not [*out.glob("*.safetensors")]
    assert Run.resumed(out).result.finished
    program.close()
    assert weights(out) == weights(trained(name, **settings))


@pytest.mark.slow
def test_a_new_run_encodes_anew(
    stand_in_folder: Callable[[str], Path], rows: Path, tmp_path: Path
) -> None:
    """A picture may have changed since an earlier run in the same folder."""
    out = tmp_path / "out"
    copied = Path(shutil.copytree(rows.parent, tmp_path / "rows"))
    started = recipe(stand_in_folder(QUICK), copied / rows.name, out, max_steps=3)
    kept = checkpoints.folder(out) / checkpoints.PICTURES
    stored = []
    for seed in (7, 8):
        picture(96, 70, seed).save(copied / "2.png")
        Run(started, stop_after=1, force=True)
        stored.append({path.name: path.read_bytes() for path in kept.iterdir()})
    before, after = stored
    assert before.keys() == after.keys()
    assert sum(before[name] != after[name] for name in before) == 1


def test_too_little_disk(
    cli: Cli,
    stand_in_folder: Callable[[str], Path],
    rows: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A dry run says how much is needed. A run ends before it writes."""
    out = tmp_path / "out"
    line = ("finetune", rows, "-m", stand_in_folder(QUICK), "-o", out, "--device", "cpu")
    cost = cli(*line, "--dry-run", "--json").ok.document["pictures"]
    assert (cost["count"], out.exists()) == (COUNT, False)
    assert cost["bytes"] > COUNT * 4 * 5 * 64 * 4  # at least five tiles of four tokens
    assert cost["seconds"] > 0
    free = SimpleNamespace(free=cost["bytes"] - 1)
    monkeypatch.setattr(run_plan.shutil, "disk_usage", lambda _: free)
    with pytest.raises(DiskFull):
        train(recipe(stand_in_folder(QUICK), rows, out, **LEARN))
    assert not out.exists()
    free.free += 1
    assert train(recipe(stand_in_folder(QUICK), rows, out, max_steps=1)).finished


@pytest.mark.slow
def test_a_picture_that_cannot_be_read(
    stand_in_folder: Callable[[str], Path], rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many pictures only headers are checked, so that it is found while pictures are encoded."""
    monkeypatch.setattr(run_plan, "DECODED", 3)
    copied = Path(shutil.copytree(rows.parent, tmp_path / "rows"))
    damaged = copied / "3.png"
    damaged.write_bytes(damaged.read_bytes()[:1500])
    started: dict[str, Any] = {"max_steps": None, "epochs": 1.0}
    given = (stand_in_folder(QUICK), copied / rows.name, tmp_path / "out")
    with pytest.raises(BadRows):
        train(recipe(*given, **started))
    run = Run(recipe(*given, **started, skip_bad=True), force=True)
    [skipped] = run.result.skipped
    assert "3.png" in skipped
    assert run.result.finished


def test_a_picture_of_a_shape_that_the_model_cannot_read(
    cli: Cli,
    stand_in_folder: Callable[[str], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`data check` lists its row, whichever rows are the longest. A run ends before it begins. If only
    headers were read, it ends before its first step, and can be continued without the row. Then it
    names another one to try."""
    monkeypatch.setattr(data, "LONGEST", 1)
    picture(1500, 3, 1).save(tmp_path / "thin.png")
    WIDE.save(tmp_path / "wide.png")
    written = [
        {"image": f"{name}.png", "question": f"{ASKED} {'more ' * words}", "answer": "Waves."}
        for name, words in (("thin", 1), ("wide", 9))
    ]
    shown = write_rows(tmp_path / "rows.jsonl", *written)
    folder, out = stand_in_folder("qwen2-vl"), tmp_path / "out"
    checked = cli("data", "check", shown, "-m", folder, "--json")
    found = json.loads(checked.out)
    assert (checked.code, found["good"]) == (3, 1)
    assert [(each["line"], each["kind"]) for each in found["problems"]] == [(1, "image_broken")]
    assert 0 < found["longest_tokens"] < found["limit_tokens"]
    started = recipe(folder, shown, out, max_steps=2)
    with pytest.raises(BadRows) as refused:
        train(started)
    assert ("rows.jsonl:1" in str(refused.value), out.exists()) == (True, False)
    monkeypatch.setattr(run_plan, "DECODED", 0)
    with pytest.raises(BadRows) as refused:
        train(started)
    assert ("thin.png" in str(refused.value), metrics(out)) == (True, [])
    assert json.loads((out / "run.json").read_text())["status"] == "failed"
    line = ("finetune", "-o", out, "--resume", "--skip-bad", "--json")
    assert "wide.png" in cli(*line).ok.document["try"]


@pytest.mark.slow
def test_recomputed_activations(
    stand_in_folder: Callable[[str], Path], rows: Path, trained: Callable[..., Path]
) -> None:
    """The same is learned with less memory. The estimate of activations is not less than what is
    saved."""
    found = {}
    for checkpointing in (False, True):
        out = trained(QUICK, max_steps=3, checkpointing=checkpointing, dropout=0.0)
        found[checkpointing] = [line["loss"] for line in metrics(out)]
        started = recipe(stand_in_folder(QUICK), rows, out, checkpointing=checkpointing, batch_size=4)
        plan = plan_run(started)
        assert plan.pictures is not None
        plan.pictures.encode(plan.images, plan.sources, plan.device, plan.dtype)
        built = model_setup.build(plan.sources, plan.recipe, plan.dtype, hd=plan.hd)
        model = model_setup.prepare(built, plan.recipe, hd=plan.hd).train()
        if checkpointing:
            model.activation_checkpointing_enable(
                activation_checkpointing_kwargs={"use_reentrant": False}
            )
        batch = plan.collate([plan.data[row] for row in plan.longest])
        step = functools.partial(model, **batch)
        saved = saved_bytes(model, step)
        assert saved <= plan.memory.activations
        assert checkpointing or saved > 0.7 * plan.memory.activations
    assert found[True] == pytest.approx(found[False], abs=1e-5)


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "full"},
        {"train_vision": True},
        {"stage": "all", "method": "full"},
        {"method": "full", "mod": "ranks.json"},
    ],
)
def test_what_is_refused(
    changes: dict[str, Any], stand_in_folder: Callable[[str], Path], rows: Path, tmp_path: Path
) -> None:
    with pytest.raises(UnsupportedModel):
        plan_run(recipe(stand_in_folder(QUICK), rows, tmp_path / "out", **changes))


@pytest.mark.parametrize(("name", "is_tied"), [(QUICK, False), ("granite-docling", True)])
def test_the_output_layer(
    name: str,
    is_tied: bool,
    stand_in_folder: Callable[[str], Path],
    rows: Path,
    tmp_path: Path,
) -> None:
    """It learns if that is asked for, but not where it is the word embeddings, too."""
    out = tmp_path / "out"
    started = recipe(stand_in_folder(name), rows, out, freeze_head=False)
    if is_tied:
        with pytest.raises(OptionError):
            train(started)
        return
    train(started)
    read = adapter.read(out)
    assert {*read.full} == {"lm_head.weight"}
    merged = save.convert(resolve.find(stand_in_folder(name)), tmp_path / "merged", adapter=read)
    assert greedy(in_float32(merged)) == greedy(in_float32(with_it=out))


def test_the_base_on_the_hub_is_named(
    stand_in_folder: Callable[[str], Path], rows: Path, tmp_path: Path
) -> None:
    """PEFT finds the repository, whatever our short name of it is."""
    plan = plan_run(recipe(stand_in_folder(QUICK), rows, tmp_path / "out"))
    assert plan.sources.source is not None
    source = replace(plan.sources.source, repo="Somebody/SmolVLM")
    sources = replace(plan.sources, name="smolvlm-256m", source=source)
    built = model_setup.build(sources, plan.recipe, torch.float32, hd=True)
    model = model_setup.prepare(built, plan.recipe, hd=True)
    model.save_pretrained(tmp_path / "out", save_embedding_layers=False)
    written = json.loads((tmp_path / "out" / adapter.CONFIG).read_text())
    assert written["base_model_name_or_path"] == "Somebody/SmolVLM"


@pytest.mark.parametrize(
    "changes",
    [
        {"image_hd": "yes"},
        {"schema_in_prompt": 1},
        {"choice_temperature": 1e9},
        {"detail_threshold": 2},
    ],
)
def test_settings_of_a_merged_model_are_checked(
    changes: dict[str, Any], stand_in_folder: Callable[[str], Path], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(stand_in_folder(QUICK), tmp_path / "model"))
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | changes))
    with pytest.raises(InvalidConfiguration):
        in_float32(folder)
