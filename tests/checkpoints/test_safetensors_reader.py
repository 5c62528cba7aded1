"""Reading safetensors files: damage is reported by file and tensor before anything is built."""

from __future__ import annotations

import errno
import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

import flashsloth
import tiny
from damages import PICKLE, pickled, with_tensor
from flashsloth.checkpoints import resolve, safetensors_reader, save
from flashsloth.checkpoints.folder import weight_files
from flashsloth.errors import CheckpointDamaged, PickleRefused, UnsupportedModel
from flashsloth.hf.modeling import FlashSlothForConditionalGeneration


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """A file of two tensors, `a` (2, 3) and `b` (4,), in float32."""
    path = tmp_path / "model.safetensors"
    save_file({"a": torch.arange(6.0).view(2, 3), "b": torch.arange(4.0)}, path)
    return path


# Headers


def test_truncated_file(two: Path) -> None:
    """At every length the header or the last tensor is reported."""
    whole = two.read_bytes()
    for length in range(len(whole)):
        two.write_bytes(whole[:length])
        with pytest.raises(CheckpointDamaged, match="truncated"):
            safetensors_reader.read_header(two)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the address space has no limit")
def test_a_file_that_is_larger_than_the_address_space(tmp_path: Path) -> None:
    import resource

    entry = {"dtype": "F32", "shape": [2**38], "data_offsets": [0, 2**40]}
    header = json.dumps({"a": entry}).encode()
    path = tmp_path / "model.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header)
    os.truncate(path, 8 + len(header) + 2**40)  # all a hole
    assert safetensors_reader.read_header(path)["a"].size == 2**40
    limits = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (2**40, limits[1]))
    try:
        with pytest.raises(CheckpointDamaged, match="Cannot allocate memory"):
            safetensors_reader.read_header(path)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)


def test_a_file_that_cannot_be_read_is_not_called_truncated(
    two: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither where opening it is refused, nor where the disk fails while a tensor is read."""
    infos = safetensors_reader.read_header(two)

    class Failing(io.BytesIO):
        def readinto(self, *given: Any) -> int:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    def refuse(path: Path, mode: str) -> Any:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    for opener, reason, read in (
        (
            refuse,
            "model.safetensors cannot be read: Permission denied",
            lambda: safetensors_reader.read_header(two),
        ),
        (
            refuse,
            "model.safetensors cannot be read: Permission denied",
            lambda: safetensors_reader.read_tensors(infos),
        ),
        (
            lambda path, mode: Failing(),
            "Input/output error",
            lambda: safetensors_reader.read_tensors(infos),
        ),
    ):
        monkeypatch.setattr(Path, "open", opener)
        with pytest.raises(CheckpointDamaged, match=reason) as caught:
            list(read())
        assert "truncated" not in str(caught.value)
        assert "Download" not in caught.value.hint


def test_file_truncated_while_it_is_read(two: Path) -> None:
    infos = safetensors_reader.read_header(two)
    os.truncate(two, two.stat().st_size - 4)
    with pytest.raises(CheckpointDamaged, match="truncated within b"):
        list(safetensors_reader.read_tensors(infos))


def test_buffers_of_older_versions_are_ignored(two: Path) -> None:
    save_file(
        {"model.layers.0.self_attn.rotary_emb.inv_freq": torch.zeros(2), "x": torch.zeros(1)}, two
    )
    assert set(safetensors_reader.read_header(two)) == {"x"}


@pytest.mark.parametrize(
    ("layout", "shards", "dtype"),
    [("native", 5, torch.float64), ("official", 1, torch.float16), ("official", 5, torch.bfloat16)],
)
def test_layouts_shards_and_dtypes(
    tmp_path: Path, layout: str, shards: int, dtype: torch.dtype
) -> None:
    wanted = {name: weight.to(dtype) for name, weight in tiny.tensors().items()}
    tiny.folder(tmp_path, layout, shards=shards, change=lambda stored: stored.update(wanted))
    assert len(weight_files(tmp_path)[0]) == shards
    opened = flashsloth.open(tmp_path, device="cpu", dtype="float32").loaded.model
    assert dict(opened.named_parameters()).keys() == wanted.keys()
    assert all(torch.equal(weight, wanted[name].float()) for name, weight in opened.named_parameters())


@pytest.mark.parametrize("newer", ["a file", "shards"])
def test_of_two_models_in_a_folder_that_of_transformers_is_opened(tmp_path: Path, newer: str) -> None:
    """Whichever is newer."""
    one, other = tiny.tensors(), {name: weight + 0.5 for name, weight in tiny.tensors().items()}
    tiny.write_native(tmp_path, other, shards=2)
    tiny.write_native(tmp_path, one)
    if newer == "shards":
        tiny.write_native(tmp_path, other, shards=2)
    theirs = FlashSlothForConditionalGeneration.from_pretrained(tmp_path, dtype=torch.float32)
    ours = dict(
        flashsloth.open(tmp_path, device="cpu", dtype="float32").loaded.model.named_parameters()
    )
    for name, weight in theirs.named_parameters():
        assert torch.equal(weight, one[name]), name
        assert torch.equal(weight, ours[name]), name


def test_of_two_copies_of_a_tensor_that_of_the_index_is_opened(tmp_path: Path) -> None:
    """Whichever shard has the old copy."""
    wanted = tiny.tensors()
    tiny.write_native(tmp_path, wanted, shards=2)
    for number, name in enumerate(("model.query_tokens.weight", "lm_head.weight")):
        index = json.loads((tmp_path / "model.safetensors.index.json").read_text())
        other = next(path for path in shards_of(tmp_path) if path.name != index["weight_map"][name])
        save_file(
            {**load_file(other), name: wanted[name] + number + 1}, other, metadata={"format": "pt"}
        )
    opened = flashsloth.open(tmp_path, device="cpu", dtype="float32").loaded.model
    assert all(torch.equal(weight, wanted[name]) for name, weight in opened.named_parameters())


def shards_of(folder: Path) -> list[Path]:
    return sorted(folder.glob("model-*.safetensors"))


def test_shards_without_their_index_are_named(tmp_path: Path) -> None:
    tiny.write_native(tmp_path, shards=2)
    (tmp_path / "model.safetensors.index.json").unlink()
    with pytest.raises(UnsupportedModel) as refused:
        flashsloth.open(tmp_path, device="cpu")
    assert all(path.name in str(refused.value) for path in shards_of(tmp_path))
    assert "model.safetensors.index.json" in refused.value.hint


@pytest.mark.parametrize(
    "wrapped",
    [
        pytest.param(lambda name: f"_orig_mod.{name}", id="compiled"),
        pytest.param(lambda name: f"module._orig_mod.{name}", id="compiled and distributed"),
        pytest.param(
            lambda name: name.replace(".layers.0.", ".layers.0._orig_mod."), id="a compiled layer"
        ),
        pytest.param(
            lambda name: f"_fsdp_wrapped_module.{name.replace('.norm', '._fsdp_wrapped_module.norm')}",
            id="sharded",
        ),
    ],
)
@pytest.mark.parametrize("layout", ["native", "official"])
def test_names_of_wrapped_models(tmp_path: Path, wrapped: Callable[[str], str], layout: str) -> None:
    """In shards, too."""
    tiny.folder(tmp_path / "model", layout)
    stored = load_file(tmp_path / "model" / "model.safetensors")
    renamed = {wrapped(name): weight for name, weight in stored.items()}
    (tmp_path / "model" / "model.safetensors").unlink()
    tiny.write_weights(tmp_path / "model", renamed, shards=2)
    opened = flashsloth.open(tmp_path / "model", device="cpu", dtype="float32").loaded.model
    for name, weight in opened.named_parameters():
        assert torch.equal(weight, tiny.tensors()[name]), name


# Pickles


class Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.path,))


def test_what_a_trainer_saves_is_no_weights(tmp_path: Path) -> None:
    names = (
        "training_args.bin",
        "optimizer.pt",
        "scheduler.pt",
        "rng_state_0.pth",
        "random_states_0.pkl",
    )
    for name in (*names, "dl_state_dict_1.bin", "custom_checkpoint_0.pkl"):
        (tmp_path / name).touch()
    with pytest.raises(UnsupportedModel, match="has no weights"):
        weight_files(tmp_path)
    with pytest.raises(CheckpointDamaged, match="gone"):
        weight_files(tmp_path / "gone")
    (tmp_path / PICKLE).touch()
    with pytest.raises(PickleRefused, match=r"pickled weights \(pytorch_model.bin\)"):
        weight_files(tmp_path)


def test_a_pickle_is_never_opened(tmp_path: Path) -> None:
    """Next to safetensors it is ignored, alone it is refused."""
    tiny.folder(tmp_path, "official")
    trap = tmp_path / "sprung"
    torch.save(Trap(trap), tmp_path / PICKLE)
    assert flashsloth.open(tmp_path, device="cpu").config.embq_layer == 1
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(PickleRefused) as caught:
        flashsloth.open(tmp_path, device="cpu")
    assert "--allow-pickle" in caught.value.hint
    assert not trap.exists()


def converted(source: Path) -> torch.nn.Module:
    """Return the model that a folder of trusted pickles is converted to."""
    target = save.convert(resolve.find(source), source.with_name("target"), allow_pickle=True)
    return flashsloth.open(target, device="cpu", dtype="float32").loaded.model


def test_trusted_pickles_are_converted(tmp_path: Path) -> None:
    source, wanted = tiny.folder(tmp_path / "source", "official"), tiny.tensors()
    (source / "model.safetensors").unlink()
    state = [(tiny.official_name(name), weight) for name, weight in wanted.items()]
    for part in (0, 1):
        torch.save(dict(state[part::2]), source / f"pytorch_model-0000{part + 1}-of-00002.bin")
    torch.save({"state": {}}, source / "optimizer.pt")
    assert all(
        torch.equal(weight, wanted[name]) for name, weight in converted(source).named_parameters()
    )


def test_a_pickled_head_of_tied_words_is_left_out(tmp_path: Path) -> None:
    """A `state_dict` always has it."""
    made, source = tiny.model(config=tiny.config({"tie_word_embeddings": True})), tmp_path / "source"
    made.config.save_pretrained(source)
    tiny.write_weights(source, {"unused": torch.zeros(1)}, 1)
    pickled(lambda _: made.state_dict())(source)
    assert torch.equal(converted(source).lm_head.weight, made.get_input_embeddings().weight)


def test_trusted_pickles_run_no_code(tmp_path: Path) -> None:
    source = tiny.folder(tmp_path / "source", "official")
    pickled(with_tensor(Trap(tmp_path / "sprung")))(source)
    with pytest.raises(CheckpointDamaged, match="without running code"):
        converted(source)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["source"]
