"""Training on drawn pictures: rows, invalid options, patch supervision, kill and resume."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

import flashsloth_synthetic as synthetic
import tiny
from flashsloth.data.data_files import open_rows
from flashsloth.data.sample import QAPair
from flashsloth.errors import OptionError, SettingsFileError, TrainingFailed
from flashsloth.training import checkpoints, model_setup
from flashsloth.training.recipe import Recipe
from flashsloth.training.run import train
from flashsloth.training.run_folder import Evaluated, Stepped
from flashsloth.training.run_plan import plan_run
from flashsloth.training.trainer import SlothTrainer
from flashsloth_synthetic.__main__ import main
from flashsloth_synthetic.master_weights import MasterWeightAdamW
from flashsloth_synthetic.patch_labels import NO_LABEL, NUMBER
from flashsloth_synthetic.patch_supervision import WIDTHS, PatchHead, PatchSupervisedModel, losses
from flashsloth_synthetic.rows import (
    SEED_STRIDE,
    CollateWithTruth,
    PatchDataset,
    SyntheticChats,
    SyntheticRows,
    collate_patches,
)
from flashsloth_synthetic.scene import CHARACTERS
from flashsloth_synthetic.train import OWN, SEE, make_rows, read
from flashsloth_synthetic.write import write
from programs import run_main
from training.helpers import Killed, Run, killed, make_data, metrics, record, weights

pytestmark = pytest.mark.slow

SIZES = """
pooling_window = 2
pooling_dropout = 0.0
num_query_tokens = 3
embq_layer = 1
embq_width = 16
embq_heads = 4
[vision_config]
hidden_size = 32
intermediate_size = 48
num_hidden_layers = 2
num_attention_heads = 4
image_size = 48
patch_size = 12
[text_config]
hidden_size = 32
intermediate_size = 64
num_hidden_layers = 3
num_attention_heads = 4
partial_rotary_factor = 0.5
max_position_embeddings = 1024
resid_pdrop = 0.0
"""
MASTERS: dict[str, Any] = {"dtype": "bfloat16", "master_weights": True}


@pytest.fixture(scope="module")
def sizes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sizes of a model of 16 patches."""
    path = tmp_path_factory.mktemp("sizes") / "sizes.toml"
    path.write_text(SIZES)
    return path


@pytest.fixture(scope="module")
def trained_tower(sizes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model after four steps of stage see. To be read only."""
    out = tmp_path_factory.mktemp("seeing") / "out"
    run(drawn(out, init=sizes, patches=True, seed=3))
    return out


Drawn = tuple[Recipe, SyntheticRows]


def drawn(out: Path, *, patches: bool = False, **changes: Any) -> Drawn:
    """A few steps of a few drawn rows on the CPU, in this process alone: the recipe, and its rows."""
    values: dict[str, Any] = {
        "stage": "instruct",
        "max_steps": 4,
        "workers": 0,
        "device": "cpu",
        "method": "full",
    }
    values |= {**(SEE if patches else {}), "lr": None, "batch_size": 4, **changes, "output": str(out)}
    own = {name: values.pop(name) for name in OWN if name in values} | {"patches": patches}
    recipe = Recipe(**{name: str(v) if isinstance(v, Path) else v for name, v in values.items()})
    return recipe, make_rows(recipe, own)


def run(both: Drawn, **options: Any) -> Run:
    return Run(both[0], source=both[1], **options)


# Rows


def test_a_row_is_always_the_same() -> None:
    rows = SyntheticRows(10, 2)
    assert len(rows) == 10
    assert rows.draw(3).turns == SyntheticRows(99, 2).draw(3).turns
    assert rows.draw(3).turns == synthetic.training_sample(2 * SEED_STRIDE + 3).turns


def test_windows_hold_the_same_rows_by_length(sizes: Path, tmp_path: Path) -> None:
    """Sorting changes the order within a window, not the rows."""
    recipe, rows = drawn(tmp_path, init=sizes, max_steps=20, batch_size=2, workers=1)
    assert rows.window > 2
    sorted_, plain = (plan_run(recipe, each).data for each in (rows, replace(rows, window=1)))
    ids = [sorted_[row].encoded.input_ids for row in range(40)]
    assert sorted(ids) == sorted(plain[row].encoded.input_ids for row in range(40))
    for first in range(0, 40, rows.window):
        lengths = [len(ids) for ids in ids[first : first + rows.window]]
        assert all(a <= b for a, b in pairwise(lengths))
    assert sorted_[17].encoded.input_ids == ids[17]  # whatever was read before


def test_patch_batches(sizes: Path, tmp_path: Path) -> None:
    data = plan_run(*drawn(tmp_path, init=sizes, patches=True)).data
    assert isinstance(data, PatchDataset)
    items = [data[row] for row in range(4)]
    assert all(np.array_equal(item.pixels, data[row].pixels) for row, item in enumerate(items))
    batch = collate_patches(items)
    assert batch["pixel_values"].shape == (4, 3, 48, 48)
    assert {name: tuple(value.shape) for name, value in batch["truth"].items()} == {
        "names": (4, 16),
        "colours": (4, 16),
        "inks": (4, 16),
        "characters": (4, 16, len(CHARACTERS)),
        "places": (4, 16, 4),
    }
    assert (batch["counts"], batch["faults"]) == ([4, 0], [])


def test_patch_labels_follow_their_picture(sizes: Path, tmp_path: Path) -> None:
    """Rows without a picture have none; the others are in the order of the pictures."""
    plan = plan_run(
        *drawn(tmp_path, init=sizes, stage="all", train_vision=True, truth_weight=0.1, max_steps=30)
    )
    collate = CollateWithTruth(plan.collate)
    assert isinstance(plan.data, SyntheticChats)
    items = [plan.data[row] for row in range(120)]
    text_only = [item for item in items if item.pixels is None]
    assert text_only
    batch = collate([text_only[0], items[0], text_only[0], items[1]])
    assert len(batch["pixel_values"]) == len(batch["truth"]["names"]) == 2
    assert "truth" not in collate(text_only[:1])


@pytest.mark.parametrize("share", [0.5, 2.5])
def test_rows_with_pictures_of_print(share: float, sizes: Path, tmp_path: Path) -> None:
    """The dialogues stay as they are; the pictures of print come in a batch of their own."""
    given: dict[str, Any] = {"init": sizes, "stage": "all", "train_vision": True, "truth_weight": 0.1}
    recipe, rows = drawn(tmp_path, **given, print_share=share, max_steps=10)
    plain = plan_run(recipe, replace(rows, print_share=0.0)).data
    plan = plan_run(recipe, rows)
    items = [plan.data[row] for row in range(20)]
    assert [item.encoded.input_ids for item in items] == [
        plain[row].encoded.input_ids for row in range(20)
    ]
    whole = int(share)  # each row has as many or one more
    assert {len(item.printed) for item in items} == {whole, whole + 1}
    printed = sum(len(item.printed) for item in items)
    assert 20 * share - 6 < printed < 20 * share + 6
    batch = CollateWithTruth(plan.collate)(items)
    assert batch["print_pixels"].shape == (printed, 3, 48, 48)
    assert len(batch["print_truth"]["characters"]) == printed
    assert (batch["print_truth"]["characters"].nan_to_num() > 0).any()
    assert "print_pixels" not in CollateWithTruth(plan.collate)([plain[0]])


# Recipes


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"eval_split": 0.1}, "eval_split"),
        ({"max_length": 200}, "max_length"),
        ({"data": ("rows.jsonl",)}, "data does not"),
        ({"stage": "align"}, "captions"),
        ({"max_steps": None}, "no end"),
        ({"patches": True, "eval_data": ("rows.jsonl",)}, "eval_data"),
        ({"truth_weight": 0.1}, "truth_weight .* learns"),
        ({"print_share": 0.1}, "print_share .* labels"),
        ({"master_weights": True}, "master_weights .* bfloat16"),
        ({"master_weights": True, "dtype": "float16"}, "master_weights .* bfloat16"),
    ],
)
def test_invalid_options(changes: dict[str, Any], message: str, sizes: Path, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=message) as caught:
        drawn(tmp_path, init=sizes, **changes)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("truth_weight = -0.5", "truth_weight -0.5"),
        ("print_share = 8.5", "print_share 8.5"),
        ("master_weights = 3", "master_weights 3"),
        ("rang = 3", "rang"),
    ],
)
def test_invalid_recipes(line: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "see.toml"
    path.write_text(f'stage = "see"\nmax_steps = 3\n{line}\n')

    def made() -> SyntheticRows:
        values, own = read(path)
        return make_rows(Recipe(**values), own)

    with pytest.raises(SettingsFileError, match=message):
        made()


def test_the_recipes_of_nano() -> None:
    """Each is read, a change wins, and paths are relative to the file."""
    folder = Path(__file__).parents[3] / "examples" / "nano"
    for name in ("see", "instruct", "all"):
        values, own = read(
            folder / f"{name}.toml", ["max_steps=2", "truth_weight=0.5", "train_vision=true"]
        )
        rows = make_rows(Recipe(**values), own)
        assert (values["max_steps"], rows.truth_weight, rows.master_weights) == (2, 0.5, True)
        assert (rows.patches, rows.window > 1) == (name == "see", name != "see")
    assert read(folder / "see.toml")[0]["init"] == str(folder / "sizes.toml")
    for name in ("words", "more", "wider", "everyday"):
        values, own = read(folder / f"{name}.toml")
        assert make_rows(Recipe(**values), own).count == values["max_steps"] * values["batch_size"]


def test_the_mean_of_weights_has_the_precision_and_files_of_the_first_model(tmp_path: Path) -> None:
    for name, value, dtype in (("before", 1.0, torch.float16), ("after", 3.0, torch.float32)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text(name)
        save_file(
            {"weight": torch.full((2,), value, dtype=dtype)}, tmp_path / name / "model.safetensors"
        )
    script = Path(__file__).parents[3] / "examples" / "nano" / "average.py"
    folders = [str(tmp_path / name) for name in ("before", "after", "mean")]
    run_main(script, *folders, "--share", "0.25")
    weights = load_file(tmp_path / "mean" / "model.safetensors")
    assert torch.equal(weights["weight"], torch.full((2,), 1.5, dtype=torch.float16))
    assert (tmp_path / "mean" / "config.json").read_text() == "before"


def test_written_samples_are_the_drawn_ones(tmp_path: Path) -> None:
    rows = open_rows([str(write("test", 3, tmp_path / "test", seed=2))])
    for number, row in enumerate(rows):
        made = synthetic.sample("test", 2_000_000 + number)
        assert (row.category, row.turns) == (
            made.category,
            tuple(QAPair(t.question, t.answer) for t in made.turns),
        )
        assert (row.image is None) == (made.image is None)
        if row.image is not None and made.image is not None:
            assert Image.open(row.image).tobytes() == made.image.tobytes()
    train = open_rows([str(write("train", 60, tmp_path / "train"))])
    assert [row.image is None for row in train] == [
        synthetic.training_sample(n).image is None for n in range(60)
    ]
    assert any(row.image is None for row in train)


@pytest.mark.parametrize("own_process", [False, pytest.param(True, marks=pytest.mark.nightly)])
def test_programs(
    own_process: bool,
    sizes: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """The first stage, which is a process of its own at night, and the next one from its folder."""
    path, out = tmp_path / "see.toml", tmp_path / "see"
    path.write_text(
        f'stage = "see"\ninit = "{sizes}"\nmax_steps = 2\nbatch_size = 2\nworkers = 0\ndevice = "cpu"\n'
    )
    command = ["flashsloth_synthetic", "train", str(path), "-o"]
    if own_process:
        subprocess.run([sys.executable, "-m", *command, out], check=True, timeout=100)
    else:
        monkeypatch.setattr(sys, "argv", [*command, str(out)])
        main()
    assert "2 steps of 2" in capfd.readouterr().err
    monkeypatch.setattr(sys, "argv", [*command, str(out), "--set", "master_weights=true"])
    with pytest.raises(SystemExit, match="2"):
        main()
    assert "bfloat16" in capfd.readouterr().err
    path.write_text('stage = "instruct"\nmax_steps = 2\nbatch_size = 2\nworkers = 0\ndevice = "cpu"\n')
    monkeypatch.setattr(sys, "argv", [*command, str(tmp_path / "two"), "-m", str(out)])
    main()
    assert f"flashsloth ask -m {tmp_path}/two" in capfd.readouterr().out


# Patch supervision


def test_the_heads_are_not_saved(trained_tower: Path, sizes: Path, tmp_path: Path) -> None:
    """The files are those of any run, and nothing behind the projector has changed."""
    plain = tmp_path / "plain"
    run(drawn(plain, init=sizes, max_steps=1))
    tensors, others = (load_file(out / "model.safetensors") for out in (trained_tower, plain))
    assert {n: (t.shape, t.dtype) for n, t in tensors.items()} == {
        n: (t.shape, t.dtype) for n, t in others.items()
    }
    assert (trained_tower / "config.json").read_text() == (plain / "config.json").read_text()
    assert {p.name for p in trained_tower.iterdir()} == {p.name for p in plain.iterdir()}

    plan = plan_run(*drawn(tmp_path, init=sizes, patches=True, seed=3))
    torch.manual_seed(3)
    initial = dict(
        model_setup.build(plan.sources, plan.recipe, torch.float32, hd=False).named_parameters()
    )
    changed = {name for name, tensor in tensors.items() if not torch.equal(tensor, initial[name])}
    assert changed == {
        name
        for name in tensors
        if model_setup.part_of(name) in ("vision_tower", "pooling", "projector")
    }


def test_patch_losses() -> None:
    """Patches without a label do not count, and correct predictions have almost no loss."""
    names = torch.tensor([[0, NUMBER["star"], NUMBER["bar"], NUMBER["unlike"]]])
    truth = {
        "names": names,
        "colours": torch.tensor([[9, 0, 4, NO_LABEL]]),
        "inks": torch.tensor([[NO_LABEL, NO_LABEL, 8, NO_LABEL]]),
        "characters": torch.zeros(1, 4, len(CHARACTERS)),
        "places": torch.full((1, 4, 4), float("nan")),
    }
    truth["characters"][0, 2, 5] = 1
    truth["characters"][0, 3] = float("nan")  # nobody knows what is printed there
    truth["places"][0, 1] = torch.tensor([0.1, 0.2, 0.3, 0.4])
    right = {name: torch.zeros(1, 4, width) for name, width in WIDTHS.items()}
    for name in ("names", "colours", "inks"):
        labels = truth[name].clamp(min=0)
        right[name].scatter_(2, labels[..., None], 30.0)
    right["characters"] += 60 * truth["characters"].nan_to_num() - 30
    right["places"][0, 1] = truth["places"][0, 1]
    # the middle of patch 1 of 2 x 2, and half of 0.3 - 0.1
    right["centres"][0, 1] = torch.tensor([0.75 + 0.1, 0.25 + 0.1])
    assert all(float(loss) < 1e-6 for loss in losses(right, truth).values())
    unlabelled = ("colours", 3), ("inks", 0), ("characters", 3), ("places", 2), ("centres", 0)
    for name, patch in unlabelled:
        other = {key: value.clone() for key, value in right.items()}
        other[name][0, patch] = torch.randn(WIDTHS[name], generator=torch.Generator().manual_seed(0))
        assert torch.equal(losses(other, truth)[name], losses(right, truth)[name])
    for name, patch in (
        ("names", 3),
        ("colours", 1),
        ("inks", 2),
        ("characters", 2),
        ("places", 1),
        ("centres", 1),
    ):
        other = {key: value.clone() for key, value in right.items()}
        other[name][0, patch] = -other[name][0, patch] + 1
        assert float(losses(other, truth)[name]) > 0.1, name


@pytest.mark.parametrize(("side", "window"), [(6, 3), (5, 3)])
def test_a_token_predicts_its_own_window(side: int, window: int) -> None:
    """Patch (r, c) is predicted from the vector of its window; a larger grid is cropped."""
    grid = -(-side // window)
    head = PatchHead(grid * grid, window).requires_grad_(False)
    head.norm = torch.nn.Identity()  # type: ignore[assignment]
    head.head.weight.zero_()
    head.head.bias.zero_()
    width = sum(WIDTHS.values())
    # names 0 and 1 of patch `patch`: which window, and which patch in it
    for patch in range(window * window):
        head.head.weight[patch * width] = torch.arange(grid * grid)
        head.head.bias[patch * width + 1] = patch
    names = head(torch.eye(grid * grid)[None], side)["names"][0]
    rows, columns = torch.arange(side * side) // side, torch.arange(side * side) % side
    assert names[:, 0].tolist() == (rows // window * grid + columns // window).tolist()
    assert names[:, 1].tolist() == (rows % window * window + columns % window).tolist()


def test_a_new_head_has_no_gradient() -> None:
    """It must not damage a trained tower before it has learned."""
    head, vectors = PatchHead(8, 3), torch.randn(1, 4, 8, requires_grad=True)
    read = head(vectors)
    torch.stack([(value - 1).square().sum() for value in read.values()]).sum().backward()
    assert vectors.grad is not None
    assert not vectors.grad.any()
    assert head.head.weight.grad is not None
    assert head.head.weight.grad.any()


@pytest.mark.parametrize(("accum", "hd"), [(1, False), (2, False), (1, True)])
def test_truth_weight(accum: int, hd: bool, trained_tower: Path, tmp_path: Path) -> None:
    """It scales the loss of the patch labels, which is added to that of the answers."""
    shape: dict[str, Any] = {
        "batch_size": 4 // accum,
        "grad_accum": accum,
        "max_steps": 1,
        "stage": "all",
    }
    shape |= {"train_vision": True, "model": trained_tower, "hd": hd}
    plain, little, much = (
        run(drawn(tmp_path / str(weight), truth_weight=weight, **shape)).losses[0]
        for weight in (0.0, 0.1, 0.3)
    )
    assert little > plain
    assert much - plain == pytest.approx(3 * (little - plain), rel=1e-3)
    printed = run(drawn(tmp_path / "printed", truth_weight=0.1, print_share=1.0, **shape)).losses[0]
    assert printed > little + 0.1


# Kill and resume


def killing(step: int) -> Callable[[Any], None]:
    def on_event(event: Any) -> None:
        if isinstance(event, Stepped) and event.step == step:
            raise Killed

    return on_event


@pytest.mark.parametrize(
    "changes",
    [
        {"patches": True},
        {"patches": True, **MASTERS},
        {"stage": "instruct", **MASTERS, "weight_decay": 0.05},
        {
            "stage": "all",
            "train_vision": True,
            "truth_weight": 0.1,
            "workers": 1,
            "max_steps": 10,
            **MASTERS,
        },
    ],
    ids=["see", "see masters", "instruct masters", "all masters truth windows"],
)
def test_killed_and_resumed(changes: dict[str, Any], trained_tower: Path, tmp_path: Path) -> None:
    calm, out = tmp_path / "calm", tmp_path / "out"
    values = {"model": trained_tower, "max_steps": 6, "save_every": 2, "lr": 1e-3, **changes}
    undisturbed = run(drawn(calm, **values))
    recipe, rows = drawn(out, **values)
    with pytest.raises(Killed):
        train(recipe, source=rows, on_event=killing(4))
    assert checkpoints.newest(out) == out / "checkpoints" / "checkpoint-2"
    with pytest.raises(TrainingFailed, match="data has changed"):
        train(recipe, source=replace(rows, seed=9), resume=True)
    again = run((recipe, rows), resume=True)
    assert [event.step for event in again.of(Stepped)] == list(range(3, values["max_steps"] + 1))
    assert again.losses == undisturbed.losses[2:]
    assert weights(out) == weights(calm)


@pytest.mark.nightly
@pytest.mark.slow
def test_a_program_that_keeps_the_error_ends(trained_tower: Path, tmp_path: Path) -> None:
    """Workers ignore signals, and Python waits for them when it exits."""
    script = """
import sys
from flashsloth.training.recipe import Recipe
from flashsloth.training.run import train
from flashsloth.training.run_folder import Stepped
from flashsloth_synthetic.train import make_rows

def fail(event):
    if isinstance(event, Stepped):
        raise RuntimeError("now")

recipe = Recipe(model=sys.argv[1], output=sys.argv[2], stage="instruct", batch_size=2, max_steps=50, workers=1)
try:
    train(recipe, source=make_rows(recipe, {"patches": False}), on_event=fail)
except RuntimeError as error:
    kept = error
"""
    done = subprocess.run(
        [sys.executable, "-c", script, trained_tower, tmp_path / "out"],
        capture_output=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr.decode()


def test_masters_of_a_run_killed_before_its_files_were_written(
    trained_tower: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last checkpoint holds them in full."""
    calm, out = tmp_path / "calm", tmp_path / "out"
    run(drawn(calm, model=trained_tower, **MASTERS))
    both = drawn(out, model=trained_tower, **MASTERS)
    with monkeypatch.context() as patched:
        patched.setattr(MasterWeightAdamW, "restore", killed)
        with pytest.raises(Killed):
            run(both)
    assert not (out / "model.safetensors").exists()
    assert run(both, resume=True).result.finished
    assert weights(out) == weights(calm)


def test_the_best_weights_are_masters(
    trained_tower: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, data = tmp_path / "out", make_data(tmp_path / "data", 3)
    losses = iter([3.0, 1.0, 2.0, 4.0])
    monkeypatch.setattr(SlothTrainer, "evaluation_loss", lambda self: next(losses))
    changes: dict[str, Any] = {"stage": "all", "train_vision": True, "truth_weight": 0.1, "lr": 1e-3}
    made = run(
        drawn(out, model=trained_tower, eval_data=(str(data),), eval_every=1, **changes, **MASTERS)
    )
    assert [event.best for event in made.of(Evaluated)] == [True, True, False, False]
    kept = load_file(out / "checkpoints" / "checkpoint-2" / "trained.safetensors")
    written = load_file(out / "model.safetensors")
    learned = {
        name.removeprefix("sloth."): tensor
        for name, tensor in kept.items()
        if name.startswith("sloth.")
    }
    assert learned
    assert all(torch.equal(written[name], tensor) for name, tensor in learned.items())


def test_the_record(trained_tower: Path) -> None:
    values = record(trained_tower)
    rows = SyntheticRows(16, 3, patches=True)
    assert (values["data"]["rows"], values["data"]["sha256"]) == (16, rows.sha256())
    assert [line["tokens_per_second"] for line in metrics(trained_tower)] == [0] * 4


def test_the_tower_is_checkpointed_under_its_heads() -> None:
    model = tiny.model()
    PatchSupervisedModel(model).activation_checkpointing_enable()
    assert any(getattr(module, "gradient_checkpointing", False) for module in model.modules())
