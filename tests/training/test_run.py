"""One run from its recipe to the finished folder: its files, its errors, and how it resumes."""

from __future__ import annotations

import errno
import itertools
import json
import math
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from statistics import fmean
from typing import Any
from unittest import mock

import pytest
import torch
from accelerate import Accelerator
from PIL import Image
from safetensors.torch import load_file

import flashsloth
import tiny
from damages import changed
from data.helpers import messages, write_rows
from flashsloth import errors
from flashsloth.data.sample import IGNORED, QAPair, Sample, encode_caption
from flashsloth.hf.modeling import FlashSlothForConditionalGeneration
from flashsloth.processing.pictures import tower_pixels
from flashsloth.training import checkpoints, result_files
from flashsloth.training import run as run_module
from flashsloth.training.recipe import Recipe
from flashsloth.training.run import train
from flashsloth.training.run_folder import Evaluated, Note, Saved, Stepped
from flashsloth.training.run_plan import plan_run
from flashsloth.training.trainer import SlothTrainer, Throughput

from .helpers import (
    Killed,
    Run,
    checkpoint_steps,
    killed,
    make_data,
    metrics,
    picture,
    recipe,
    record,
    weights,
)

Short = Callable[..., Recipe]  # the fixture `short`
Undisturbed = Callable[..., Path]  # the fixture `undisturbed`


# Files


@pytest.mark.parametrize(
    ("method", "file", "flag"), [("lora", "adapter_model", "--adapter"), ("full", "model", "-m")]
)
def test_the_finished_folder(
    method: str, file: str, flag: str, short: Short, native_folder: Path, data: Path, out: Path
) -> None:
    chosen = short(method=method, save_every=3)
    run, values = Run(chosen), record(out)
    result = run.result
    assert (result.finished, result.already, result.steps) == (True, False, 4)
    loss = fmean(run.losses)
    assert (result.adapter, result.loss) == (method == "lora", loss)
    assert list(weights(out)) == [f"{file}.safetensors"]
    assert values["schema"] == "flashsloth.run/1"
    assert (values["status"], values["steps"], values["loss"]) == ("finished", 4, loss)
    assert values["recipe"] == json.loads(json.dumps(asdict(chosen)))
    assert (
        values["schedule"]["rows"],
        values["schedule"]["steps"],
        values["schedule"]["batch_size"],
    ) == (9, 4, 2)
    assert len(values["base"].pop("fingerprint")) == 64
    assert values["base"] == {"name": str(native_folder), "repo": None, "revision": None}
    assert values["data"]["rows"] == 9
    assert len(values["data"]["sha256"]) == 64
    threads = torch.get_num_threads()
    assert values["compute"] == {
        "device": "cpu",
        "dtype": "float32",
        "processes": 1,
        "threads": threads,
    }
    assert values["versions"]["torch"] == metadata.version("torch")
    assert values["skipped"] == []
    assert [event.step for event in run.of(Saved)] == checkpoint_steps(out) == [3, 4]
    with Image.open(out / "loss.png") as drawn:
        drawn.load()
        assert len(drawn.convert("RGB").getcolors(2**20) or []) > 10
    card = (out / "README.md").read_text()
    assert f"    flashsloth ask {flag} out " in card
    assert f"| loss, mean of ten steps | {loss:.3f} at first, {loss:.3f} at last |" in card
    assert [path.name for path in out.iterdir() if path.name.startswith((".", "tmp"))] == []


def test_metrics_are_written_before_their_event(short: Short, out: Path) -> None:
    found: list[list[tuple[int, float]]] = []

    def note(event: Any) -> None:
        if isinstance(event, Stepped):
            found.append([(line["step"], line["loss"]) for line in metrics(out)])
            assert found[-1][-1] == (event.step, event.loss)

    train(short(), on_event=note)
    assert [[step for step, _ in each] for each in found] == [[1], [1, 2], [1, 2, 3], [1, 2, 3, 4]]
    for line in metrics(out):
        assert math.isfinite(line["loss"])
        assert line["samples_per_second"] > 0
        assert 0 < line["lr"] <= record(out)["schedule"]["lr"]


def test_the_loss_falls(short: Short, tmp_path: Path) -> None:
    run = Run(short(data=(str(make_data(tmp_path / "data", 2)),), max_steps=30, lr=3e-3))
    assert len(run.losses) == 30
    assert sum(run.losses[-5:]) / 5 < 0.7 * run.losses[0]


# Folders that are not empty


def test_a_finished_run_is_kept(short: Short, out: Path) -> None:
    wanted = short(max_steps=2)
    train(wanted)
    before = weights(out)
    with pytest.raises(errors.RunExists, match="finished run") as refused:
        train(wanted)
    train_on = f"flashsloth merge {out} -o MERGED, then flashsloth finetune DATA -m ./MERGED"
    assert all(way in refused.value.hint for way in ("another folder", "--force", train_on))
    for changes in (
        {"max_steps": 30},
        {"epochs": 30.0},
        {"batch_size": 3},
        {"lr": 0.1},
        {"eval_split": 0.5},
    ):
        with pytest.raises(errors.OptionError, match="holds a finished run with ") as refused_change:
            train(Recipe(output=str(out)), resume=True, given=changes)
        assert train_on in refused_change.value.hint
    again = Run(wanted, resume=True)
    assert (again.result.already, again.result.finished, again.result.steps) == (True, True, 2)
    assert (again.events, again.result.adapter, weights(out)) == ([], True, before)
    # while the model is loaded
    with mock.patch.object(run_module, "make_trainer", killed), pytest.raises(Killed):
        train(wanted, force=True)
    assert (weights(out), record(out)["status"]) == (before, "finished")
    other = Run(short(max_steps=3, seed=1), force=True)
    assert (other.steps, other.result.already) == ([1, 2, 3], False)
    assert weights(out) != before
    assert [line["step"] for line in metrics(out)] == [1, 2, 3]
    assert checkpoint_steps(out) == [3]


def test_a_folder_of_other_files(short: Short, out: Path) -> None:
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    wanted = short(max_steps=1)
    with pytest.raises(errors.RunExists, match="is not empty"):
        train(wanted)
    assert [path.name for path in out.iterdir()] == ["notes.txt"]
    assert train(wanted, force=True).finished
    assert (out / "notes.txt").read_text() == "mine"


@pytest.mark.slow
@pytest.mark.parametrize(("first", "second"), [("lora", "full"), ("full", "lora")])
def test_starting_over_removes_the_earlier_result(
    first: str, second: str, undisturbed: Undisturbed, short: Short, out: Path
) -> None:
    """At once, and also the files of the other method."""
    shutil.copytree(undisturbed(method=first), out)
    wanted = short(method=second, max_steps=2)
    assert not Run(wanted, force=True, stop_after=1).result.finished
    assert list(out.glob("*.safetensors")) == []
    train(wanted, force=True)
    assert {path.name for path in out.iterdir()} == {
        path.name for path in undisturbed(method=second).iterdir()
    }


def test_a_failed_start_leaves_the_folder_free(short: Short) -> None:
    with pytest.raises(errors.DataUnreadable):
        train(short(data=("missing.jsonl",)))
    assert train(short(max_steps=1)).finished


def test_a_file_system_without_modes(short: Short, no_modes: None) -> None:
    assert train(short(max_steps=1)).finished
    assert train(short(max_steps=1), force=True).finished


def test_a_file_system_without_locks(short: Short, out: Path, no_locks: None) -> None:
    events: list[Any] = []
    assert train(short(max_steps=1), on_event=events.append).finished
    assert any(isinstance(each, Note) and "has no locks" in each.text for each in events)


def test_two_runs_into_one_folder(short: Short, out: Path) -> None:
    wanted = short(max_steps=2)
    refused: list[bool] = []

    def begin_another(event: Any) -> None:
        if isinstance(event, Stepped) and event.step == 1:
            for options in ({"resume": True}, {"force": True}, {}):
                with pytest.raises(
                    errors.RunExists, match=f"process {os.getpid()} is writing to "
                ) as caught:
                    train(wanted, **options)
                refused.append("--force" in caught.value.hint)

    assert train(wanted, on_event=begin_another).finished
    assert refused == [False] * 3  # it is no unfinished run
    assert [line["step"] for line in metrics(out)] == [1, 2]


# Resuming


@pytest.fixture
def calm(undisturbed: Undisturbed) -> Path:
    """The finished folder of four steps without an interruption."""
    return undisturbed()


def train_and_die(wanted: Recipe) -> None:
    """Do all but write the finished files."""
    with mock.patch.object(run_module, "write_result", killed), pytest.raises(Killed):
        train(wanted)


# nine rows, two of them for evaluation, two epochs of two steps
LONG: dict[str, Any] = {
    "max_steps": None,
    "epochs": 2.0,
    "grad_accum": 2,
    "eval_split": 0.2,
    "lr": 3e-3,
}
LONG |= {"save_every": 2, "eval_every": 2}
STOPS = [*itertools.product(("lora", "full"), (1, 3)), ("qlora", 2)]


@pytest.mark.parametrize(
    ("method", "after"),
    [("lora", 2), ("full", 2), *(pytest.param(*stop, marks=pytest.mark.slow) for stop in STOPS)],
)
def test_stopped_and_resumed(
    method: str, after: int, undisturbed: Undisturbed, short: Short, out: Path
) -> None:
    first = Run(short(method=method, **LONG), stop_after=after)
    assert (first.result.finished, first.result.steps) == (False, after)
    assert record(out)["status"] == "interrupted"
    assert list(out.glob("*.safetensors")) == []
    assert checkpoints.newest(out) == out / "checkpoints" / f"checkpoint-{after}"
    second = Run.resumed(out)
    assert (second.steps, second.result.finished) == (list(range(after + 1, 5)), True)
    assert weights(out) == weights(undisturbed(method=method, **LONG))
    keys = ("step", "loss", "lr", "eval_loss")
    calm = undisturbed(method=method, **LONG)
    lines = [
        [{k: line[k] for k in keys if k in line} for line in metrics(folder)] for folder in (out, calm)
    ]
    assert lines[0] == lines[1]
    assert [line["step"] for line in lines[1] if "eval_loss" in line] == [2, 4]


def test_a_damaged_checkpoint_is_skipped(undisturbed: Undisturbed, short: Short, out: Path) -> None:
    Run(short(**LONG), stop_after=3)
    assert checkpoint_steps(out) == [2, 3]
    damaged = out / "checkpoints" / "checkpoint-3" / "optimizer.pt"
    damaged.write_bytes(damaged.read_bytes()[:-100])
    run = Run.resumed(out)
    assert run.steps == [3, 4]
    assert "resuming after step 2; checkpoint-3 is not complete" in run.notes
    assert weights(out) == weights(undisturbed(method="lora", **LONG))


def test_a_checkpoint_is_on_the_disk_before_it_is_called_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a run may continue from files that a power failure left empty."""
    (made := tmp_path / "checkpoint-1").mkdir()
    for name in ("a", "b"):
        (made / name).write_bytes(b"x")
    flushed: list[tuple[str, bool]] = []
    whole = made / checkpoints.WHOLE
    monkeypatch.setattr(
        checkpoints, "fsync_path", lambda path: flushed.append((path.name, whole.exists()))
    )
    checkpoints.finish(made)
    assert flushed == [("a", False), ("b", False), (made.name, False), (tmp_path.name, True)]
    assert checkpoints.is_whole(made)


def test_the_time_of_a_resumed_run_is_that_of_all_its_steps(short: Short, out: Path) -> None:
    """Of a killed run the time until its last checkpoint counts, as the steps after it are made
    again."""

    def kill(event: Any) -> None:
        if isinstance(event, Stepped) and event.step == 3:
            raise Killed

    with pytest.raises(Killed):
        train(short(save_every=2), on_event=kill)
    values = record(out)
    assert values["seconds"] > 0
    (out / "run.json").write_text(json.dumps({**values, "seconds": 1000.0}))
    result = Run.resumed(out).result
    assert 1000 < result.seconds < 2000
    assert record(out)["seconds"] == result.seconds == Run.resumed(out).result.seconds


def test_a_run_that_was_killed_before_it_began(short: Short, out: Path) -> None:
    """It leaves the lock alone, from which nothing can be resumed; the first command needs no
    --force."""
    (out / "checkpoints").mkdir(parents=True)
    (out / "checkpoints" / ".lock").touch()
    with pytest.raises(errors.TrainingFailed, match="stopped before it began") as refused:
        Run.resumed(out)
    assert "first command" in refused.value.hint
    assert train(short(max_steps=1)).finished


def test_resume_without_a_checkpoint(short: Short, out: Path) -> None:
    run = Run(short(max_steps=2), resume=True)
    assert any(f"no checkpoint in {out}" in note for note in run.notes)
    assert (run.steps, run.result.finished) == ([1, 2], True)


def test_that_nothing_is_resumed_comes_before_errors_of_the_data(
    short: Short, out: Path, tmp_path: Path
) -> None:
    notes: list[Any] = []
    with pytest.raises(errors.BadRows):
        train(
            short(data=(str(write_rows(tmp_path / "bad.jsonl", {})),)),
            resume=True,
            on_event=notes.append,
        )
    assert [note.text for note in notes] == [
        f"no checkpoint in {out}, so nothing to resume: starting at step 0"
    ]


def test_data_that_is_restored_after_a_refusal(short: Short, out: Path, tmp_path: Path) -> None:
    files = {name: make_data(tmp_path / name, 8) for name in ("data", "eval_data")}
    Run(short(**{name: (str(file),) for name, file in files.items()}), stop_after=2)
    known = record(out)
    for file in files.values():
        before = file.read_text()
        file.write_text(before.replace("It is", "it is"))
        for _ in range(2):
            with pytest.raises(errors.TrainingFailed, match="data has changed"):
                train(Recipe(output=str(out)), resume=True)
        assert record(out) == known
        file.write_text(before)
    picture(tmp_path / "data" / "0.png", 3)  # pictures are not compared
    assert train(Recipe(output=str(out)), resume=True).finished


@pytest.mark.slow
def test_another_learning_rate(calm: Path, short: Short, out: Path) -> None:
    Run(short(), stop_after=2)
    run = Run.resumed(out, given={"lr": 1e-4})
    plain = [line["lr"] / record(calm)["schedule"]["lr"] for line in metrics(calm)]
    assert 0 < plain[3] < plain[2] < 1
    assert [event.lr for event in run.of(Stepped)] == pytest.approx(
        [1e-4 * rate for rate in plain[2:]], rel=1e-6
    )
    assert record(out)["recipe"]["lr"] == 1e-4
    notes = [note for note in run.notes if note.startswith("note: continuing with")]
    assert notes == [f"note: continuing with lr 0.0001, not {record(calm)['schedule']['lr']}"]
    moved = [load_file(folder / "adapter_model.safetensors") for folder in (out, calm)]
    start = trained_in_checkpoint(out / "checkpoints" / "checkpoint-2")
    distances = [sum(float((end[name] - start[name]).norm()) for name in start) for end in moved]
    assert 0 < distances[0] < 0.2 * distances[1]


@pytest.mark.parametrize("method", ["lora", pytest.param("full", marks=pytest.mark.slow)])
def test_killed_between_the_last_checkpoint_and_the_finished_files(
    method: str, undisturbed: Undisturbed, short: Short, out: Path
) -> None:
    train_and_die(short(method=method, **LONG))
    assert checkpoint_steps(out)[-1] == 4
    again = Run.resumed(out)
    assert (again.steps, again.result.finished, again.result.steps) == ([], True, 4)
    assert weights(out) == weights(undisturbed(method=method, **LONG))


# Evaluation


@contextmanager
def scripted(*losses: float) -> Iterator[None]:
    """Let evaluations return these losses, one after the other."""
    computed, left = SlothTrainer.evaluation_loss, iter(losses)

    def evaluation_loss(self: Any) -> float:
        assert math.isfinite(computed(self))
        return next(left)

    with mock.patch.object(SlothTrainer, "evaluation_loss", evaluation_loss):
        yield


EVALUATED: dict[str, Any] = {"eval_split": 0.2, "eval_every": 1, "save_every": 100}


@pytest.mark.slow
def test_the_best_weights_are_kept(short: Short, out: Path, tmp_path: Path) -> None:
    stopped, dead = tmp_path / "stopped", tmp_path / "dead"
    with scripted(5.0, 3.0, 4.0, 3.0):
        run = Run(short(**EVALUATED))
    evaluated = [(e.step, e.loss, e.best) for e in run.of(Evaluated)]
    # the last is no lower
    assert evaluated == [(1, 5.0, True), (2, 3.0, True), (3, 4.0, False), (4, 3.0, False)]
    assert 2 in checkpoint_steps(out)
    assert record(out)["best"] == 3.0
    assert any("step 2" in note for note in run.notes)
    Run(short(output=str(stopped), **EVALUATED), stop_after=2)
    kept = load_file(out / "adapter_model.safetensors")
    best = trained_in_checkpoint(stopped / "checkpoints" / "checkpoint-2")
    assert kept.keys() == best.keys()
    assert all(torch.equal(kept[name], best[name]) for name in best)
    with scripted(5.0, 3.0, 4.0, 4.5):
        train_and_die(short(output=str(dead), **EVALUATED))
    Run.resumed(dead)
    assert weights(dead) == weights(out)
    assert (record(dead)["loss"], record(dead)["best"]) == (record(out)["loss"], 3.0)


def trained_in_checkpoint(path: Path) -> dict[str, torch.Tensor]:
    """What a checkpoint of LoRA holds, by the names of an adapter's file."""
    tensors = load_file(path / "trained.safetensors")
    return {
        n.replace(".modules_to_save.default", "").replace(".default.", "."): t
        for n, t in tensors.items()
    }


def test_a_killed_run_that_had_stopped_early_stays_stopped(short: Short, out: Path) -> None:
    """It was killed before its files were written; the next evaluations would have been better."""
    with scripted(5.0, 3.0, 4.0, 4.5):
        train_and_die(short(**EVALUATED | {"max_steps": 6, "patience": 2, "save_every": 1}))
    with scripted(1.0, 1.0):
        again = Run.resumed(out)
    assert (again.steps, again.result.finished, again.result.steps) == ([], True, 4)


def test_the_loss_of_an_evaluation(
    short: Short, native_folder: Path, data: Path, tmp_path: Path
) -> None:
    """It is the mean over all labelled tokens that are predicted, row by row without padding, whatever
    the batch size. The first token of a caption without a picture has a label, but nothing predicts
    it."""
    settings = {
        "stage": "align",
        "method": "full",
        "max_steps": 1,
        "lr": 1e-9,
        "eval_data": (str(data),),
    }
    losses: set[float] = set()
    for size in (1, 3):
        out = tmp_path / str(size)
        run = Run(short(output=str(out), batch_size=size, eval_every=1, **settings))
        said = record(out)["data"]
        assert (said["files"], said["rows"], said["evaluation_rows"]) == ([str(data)], 9, 9)
        assert said["sha256"] == said["evaluation_sha256"]
        losses |= {round(event.loss, 4) for event in run.of(Evaluated)}
    assert losses == {round(loss_by_hand(native_folder, data), 4)}


def test_the_rows_of_an_evaluation_do_not_count_as_trained(
    short: Short, data: Path, tmp_path: Path
) -> None:
    """The speed in metrics.jsonl is that of the training."""

    def counts(name: str, **changes: Any) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        end_step = Throughput.end_step

        def noted(self: Throughput) -> None:
            found.append((self.rows, self.tokens))
            end_step(self)

        with mock.patch.object(Throughput, "end_step", noted):
            Run(short(output=str(tmp_path / name), **changes))
        return found

    plain = counts("plain")
    assert [rows for rows, _ in plain] == [2] * 4
    assert counts("evaluated", eval_data=(str(data),), eval_every=1) == plain


def loss_by_hand(folder: Path, data: Path) -> float:
    sloth, terms = flashsloth.open(folder, device="cpu", dtype="float32"), []
    for row in map(json.loads, data.read_text().splitlines()):
        encoded = encode_caption(
            sloth.prompt,
            Sample((QAPair(row["question"], row["answer"]),), row.get("image")),
            tiny.VISUAL_TOKENS,
        )
        inputs = {"input_ids": torch.tensor([encoded.input_ids])}
        if "image" in row:
            picture = Image.open(data.parent / row["image"])
            inputs["pixel_values"] = torch.from_numpy(tower_pixels(picture, sloth.config, hd=False))[
                None
            ]
        with torch.no_grad():
            logits = sloth.loaded.as_transformers()(**inputs).logits[0]
        for scores, label in zip(logits[:-1], encoded.labels[1:], strict=True):
            terms += [] if label == IGNORED else [float(scores.logsumexp(0) - scores[label])]
    return sum(terms) / len(terms)


def test_split(short: Short) -> None:
    plan = plan_run(short(eval_split=0.3))
    training = {plan.rows.where(row) for row in range(len(plan.rows))}
    evaluation = {plan.evaluation.where(row) for row in range(len(plan.evaluation))}
    assert (len(training), len(evaluation)) == (6, 3)
    assert not training & evaluation
    with pytest.raises(errors.OptionError, match=r"--eval-split 0\.99"):
        plan_run(short(eval_split=0.99))


# Bad rows


def test_bad_rows_are_named_by_line(short: Short, out: Path, tmp_path: Path) -> None:
    data = make_data(tmp_path / "data", 5)
    lines = data.read_text().splitlines()
    lines[1] = json.dumps({"question": "Q", "answer": "long " * 200})
    lines[2] = "no json"
    lines[4] = json.dumps({"image": "missing.png", "question": "Q", "answer": "A"})
    data.write_text("\n".join(lines) + "\n")
    wanted = {"data": (str(data),), "max_steps": 1, "max_length": 200}
    first = rf"^3 of 5 rows are bad; the first: {data}:2: .*\d+ tokens; .*200"
    with pytest.raises(errors.BadRows, match=first) as refused:
        train(short(**wanted))
    assert "--skip-bad" in refused.value.hint
    run = Run(short(**wanted, skip_bad=True))
    assert [line.split(": ")[0] for line in run.result.skipped] == [
        f"{data}:{number}" for number in (2, 3, 5)
    ]
    assert (record(out)["skipped"], record(out)["data"]["rows"]) == (list(run.result.skipped), 2)


def test_the_query_tokens_of_all_turns_count(short: Short, tmp_path: Path) -> None:
    """A row of few bytes may be too long. It is found before the training."""
    more = {"model.query_tokens.weight": torch.ones(200, 32)}
    model = tiny.folder(tmp_path / "model", change=lambda tensors: tensors.update(more))
    changed("config.json", num_query_tokens=200)(model)
    picture(tmp_path / "a.png")
    asked = (messages(*["What?", "Yes."] * turns, image="a.png") for turns in (1, 3))
    rows = write_rows(tmp_path / "rows.jsonl", *asked)
    told = rf"1 of 2 rows is bad; the first: {rows}:2: too_long: .*; the limit is 512"
    with pytest.raises(errors.BadRows, match=told):
        plan_run(short(model=str(model), data=(str(rows),)))


def cut_picture(path: Path) -> None:
    """Write a picture whose header is intact, so that only decoding finds the damage."""
    Image.effect_noise((64, 64), 90).save(path)
    path.write_bytes(path.read_bytes()[:1500])


@pytest.mark.parametrize("decoded", [10, 3], ids=["checked before", "found during training"])
def test_a_truncated_picture(
    short: Short, out: Path, tmp_path: Path, decoded: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flashsloth.training.run_plan.DECODED", decoded)
    data = make_data(tmp_path / "data", 4)
    cut_picture(tmp_path / "data" / "1.png")
    with pytest.raises(errors.BadRows, match=rf"{data}:2: .*1\.png"):
        train(short(data=(str(data),)))
    run = Run(short(data=(str(data),), epochs=2.0, max_steps=None, skip_bad=True), force=True)
    [skipped] = run.result.skipped
    assert skipped.startswith(f"{data}:2: ")
    assert any("headers of 4 pictures" in note for note in run.notes) == (decoded == 3)
    assert record(out)["skipped"] == [skipped]
    assert all(map(math.isfinite, run.losses))


# Errors during a run


LOSS = FlashSlothForConditionalGeneration, "learned_loss", r"step 3 .* step 2 "
GRADIENT = Accelerator, "clip_grad_norm_", r"gradient of step 3 "


@pytest.mark.parametrize(("owner", "name", "says"), [LOSS, GRADIENT], ids=["loss", "gradient"])
def test_a_number_that_is_not_finite(
    owner: Any, name: str, says: str, calm: Path, short: Short, out: Path
) -> None:
    """The weights that a gradient spoiled are not saved."""
    computed = getattr(owner, name)
    calls: list[int] = []

    def failing(self: Any, *args: Any, **options: Any) -> torch.Tensor:
        calls.append(1)
        found: torch.Tensor = computed(self, *args, **options)
        return found * math.nan if len(calls) == 3 else found

    with (
        mock.patch.object(owner, name, failing),
        pytest.raises(errors.NonFiniteLoss, match=says) as refused,
    ):
        train(short(save_every=1))
    assert "--resume --lr" in refused.value.hint
    assert (record(out)["status"], checkpoint_steps(out)) == ("failed", [1, 2])
    assert [line["step"] for line in metrics(out)] == [1, 2]
    assert list(out.glob("*.safetensors")) == []
    again = Run.resumed(out)
    assert again.steps == [3, 4]
    assert weights(out) == weights(calm)


WRITES = ("safetensors.torch.save_file", "flashsloth.training.checkpoints.fsync_path")


@pytest.mark.parametrize(
    "where", ["torch.save", *(pytest.param(name, marks=pytest.mark.slow) for name in WRITES)]
)
def test_a_full_disk(
    where: str, calm: Path, short: Short, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        if where == "torch.save":
            raise RuntimeError("PytorchStreamWriter failed writing file data/0: file write failed")
        raise OSError(errno.ENOSPC, "No space left on device")

    def fill(event: Any) -> None:
        if isinstance(event, Saved):
            patched.setattr(where, full)

    with (
        monkeypatch.context() as patched,
        pytest.raises(errors.DiskFull, match="checkpoint-4 ") as refused,
    ):
        train(short(save_every=2), on_event=fill)
    assert "--resume" in refused.value.hint
    assert checkpoint_steps(out) == [2]
    assert sorted(path.name for path in (out / "checkpoints").iterdir()) == [".lock", "checkpoint-2"]
    assert checkpoints.is_whole(out / "checkpoints" / "checkpoint-2")
    again = Run.resumed(out)
    assert again.steps == [3, 4]
    assert weights(out) == weights(calm)


def test_a_disk_that_is_full_after_the_last_step(
    calm: Path, short: Short, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hint says how the run is completed."""
    full = mock.Mock(side_effect=OSError(errno.ENOSPC, "No space left on device"))
    with monkeypatch.context() as patched:
        patched.setattr(result_files, "draw_losses", full)
        with pytest.raises(errors.DiskFull, match="out does not fit") as refused:
            train(short())
    assert "--resume" in refused.value.hint
    assert Run.resumed(out).steps == []
    assert weights(out) == weights(calm)


def test_workers_give_the_same_weights(calm: Path, short: Short, out: Path) -> None:
    train(short(workers=1))
    assert weights(out) == weights(calm)


@pytest.mark.slow
def test_gradient_accumulation(without_dropout: Path, tmp_path: Path) -> None:
    """Every token of a step has the same weight, whatever the batch size."""
    data = make_data(tmp_path / "data", 7, text_only=lambda number: number in (1, 4))
    found = []
    for size in (4, 2, 1):
        settings: dict[str, Any] = {
            "batch_size": size,
            "grad_accum": 4 // size,
            "dropout": 0.0,
            "lr": 1e-3,
        }
        found.append(Run(recipe(without_dropout, data, tmp_path / str(size), **settings)).losses)
    assert found[1] == pytest.approx(found[0], rel=1e-5)
    assert found[2] == pytest.approx(found[0], rel=1e-5)


def test_skipped_rows_survive_a_stop(
    short: Short, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a data set whose pictures are decoded during training only."""
    monkeypatch.setattr("flashsloth.training.run_plan.DECODED", 3)
    data = make_data(tmp_path / "data", 4)
    for number in range(4):
        cut_picture(tmp_path / "data" / f"{number}.png")
    wanted = short(data=(str(data),), max_steps=None, epochs=1.0, skip_bad=True)
    assert len(Run(wanted, stop_after=1).result.skipped) == 2
    run = Run.resumed(out)
    assert run.losses == [0]
    assert len(run.result.skipped) == len(record(out)["skipped"]) == 4


def make_checkpoint(out: Path, step: int, *, whole: bool = True) -> None:
    path = out / "checkpoints" / f"checkpoint-{step}"
    path.mkdir(parents=True)
    (path / "trained.safetensors").write_bytes(b"x" * 10)
    (path / "whole.json").write_text(json.dumps({"trained.safetensors": [10 if whole else 11, ""]}))


def test_thin_out_keeps_the_newest_two_and_the_best(tmp_path: Path) -> None:
    for step in (5, 10, 15, 100, 90):
        make_checkpoint(tmp_path, step)
    make_checkpoint(tmp_path, 200, whole=False)  # not counted, as the next, which lack a file
    for step, missing in ((300, "trained.safetensors"), (400, "whole.json")):
        make_checkpoint(tmp_path, step)
        (tmp_path / "checkpoints" / f"checkpoint-{step}" / missing).unlink()
    assert checkpoints.newest(tmp_path) == tmp_path / "checkpoints" / "checkpoint-100"
    checkpoints.thin_out(tmp_path, 10)
    assert checkpoint_steps(tmp_path) == [10, 90, 100]
    checkpoints.thin_out(tmp_path, None)
    assert checkpoint_steps(tmp_path) == [90, 100]


# The base


def test_the_output_is_not_the_base(short: Short, out: Path) -> None:
    train(short(method="full", max_steps=1))
    before = weights(out)
    with pytest.raises(errors.InputError, match=str(out)):
        train(short(model=str(out), method="full"), force=True)
    assert weights(out) == before


def test_captions_without_a_picture(short: Short, out: Path, tmp_path: Path) -> None:
    data = make_data(tmp_path / "data", 4, text_only=lambda number: number < 2)
    run = Run(short(data=(str(data),), method="full", stage="align", batch_size=1))
    assert len(run.losses) == 4
    assert weights(out)
