"""Reading safetensors files: damage is reported by file and tensor before anything is built."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save_file

import flashsloth
import tiny
from flashsloth.checkpoints import resolve, safetensors_reader, save
from flashsloth.errors import (
    CheckpointDamaged,
    CheckpointError,
    ModelError,
    NonFiniteWeights,
    PickleRefused,
    TensorMismatch,
    UnsupportedModel,
)

QUERY = "model.query_tokens.weight"


def header(path: Path) -> tuple[dict[str, Any], bytes]:
    """Return a file's header and the bytes after it."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def pack(head: Any, body: bytes, length: int | None = None) -> bytes:
    text = head if isinstance(head, bytes) else json.dumps(head).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + body


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """A file of two tensors, `a` (2, 3) and `b` (4,), in float32."""
    path = tmp_path / "model.safetensors"
    save_file({"a": torch.arange(6.0).view(2, 3), "b": torch.arange(4.0)}, path)
    return path


def rewrite(path: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    head, body = header(path)
    path.write_bytes(pack(change(head) or head, body))


# Headers


def test_valid_file(two: Path) -> None:
    infos = safetensors_reader.read_header(two)
    assert {n: (i.dtype, i.shape, i.size) for n, i in infos.items()} == {
        "a": ("F32", (2, 3), 24),
        "b": ("F32", (4,), 16),
    }
    found = dict(safetensors_reader.read_tensors(infos))
    assert torch.equal(found["a"], torch.arange(6.0).view(2, 3))
    assert torch.equal(found["b"], torch.arange(4.0))


HEADS: dict[str, bytes] = {
    "empty file": b"",
    "seven bytes": b"\0" * 7,
    "length of nothing": struct.pack("<Q", 0),
    "length of one": pack(b"{", b""),
    "length past the end": pack(b"{}", b"", length=100),
    "length past every limit": pack(b"{}", b"", length=2**63),
    "length of all ones": b"\xff" * 8 + b"{}",
    "not JSON": pack(b"nonsense", b""),
    "not UTF-8": pack(b'{"\xff\xfe": 1}', b""),
    "half of the JSON": pack(b'{"a": {"dtype": "F32"', b""),
    "a list": pack(b"[1, 2]", b""),
    "a number": pack(b"17", b""),
    "a very deep one": pack(b"[" * 100_000 + b"]" * 100_000, b""),
    "a very long number": pack(b'{"a": ' + b"9" * 10_000 + b"}", b""),
    "an HTML page": b"<!doctype html><html><body>404 Not Found</body></html>",
    "a Git LFS pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n",
    "a zip archive": b"PK\x03\x04" + b"\0" * 200,
}


@pytest.mark.parametrize("name", HEADS)
def test_not_a_safetensors_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(HEADS[name])
    with pytest.raises(CheckpointDamaged, match=str(path)):
        safetensors_reader.read_header(path)


ENTRIES: dict[str, Any] = {
    "no object": 5,
    "null": None,
    "a list": [],
    "empty": {},
    "no dtype": {"shape": [2, 3], "data_offsets": [0, 24]},
    "no shape": {"dtype": "F32", "data_offsets": [0, 24]},
    "no offsets": {"dtype": "F32", "shape": [2, 3]},
    "one offset": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0]},
    "three offsets": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24, 40]},
    "offsets backwards": {"dtype": "F32", "shape": [2, 3], "data_offsets": [24, 0]},
    "negative offset": {"dtype": "F32", "shape": [2, 3], "data_offsets": [-24, 0]},
    "negative shape": {"dtype": "F32", "shape": [-2, -3], "data_offsets": [0, 24]},
    "shape of a float": {"dtype": "F32", "shape": [2.0, 3], "data_offsets": [0, 24]},
    "shape of a boolean": {"dtype": "F32", "shape": [True, 6], "data_offsets": [0, 24]},
    "shape of text": {"dtype": "F32", "shape": "23", "data_offsets": [0, 24]},
    "offsets of text": {"dtype": "F32", "shape": [2, 3], "data_offsets": ["0", "24"]},
    "shape too large": {"dtype": "F32", "shape": [2, 4], "data_offsets": [0, 24]},
    "shape of gigantic size": {"dtype": "F32", "shape": [2**62, 2**62], "data_offsets": [0, 24]},
    "many dimensions": {"dtype": "F32", "shape": [1] * 100 + [6], "data_offsets": [0, 24]},
    "wrong type's size": {"dtype": "F16", "shape": [2, 3], "data_offsets": [0, 24]},
}


@pytest.mark.parametrize("name", ENTRIES)
def test_invalid_entry_is_named(two: Path, name: str) -> None:
    rewrite(two, lambda head: head.update(a=ENTRIES[name]))
    with pytest.raises(CheckpointDamaged, match=r"\ba\b") as caught:
        safetensors_reader.read_header(two)
    assert str(two) in str(caught.value)


def test_truncated_file(two: Path) -> None:
    """At every length the header or the last tensor is reported."""
    whole = two.read_bytes()
    for length in range(len(whole)):
        two.write_bytes(whole[:length])
        with pytest.raises(CheckpointDamaged, match="truncated"):
            safetensors_reader.read_header(two)


def test_surplus_bytes(two: Path) -> None:
    two.write_bytes(two.read_bytes() + b"\0" * 5)
    with pytest.raises(CheckpointDamaged, match="5 bytes that belong to no tensor"):
        safetensors_reader.read_header(two)


@pytest.mark.parametrize(
    ("start", "end"), [(28, 44), (20, 36), (0, 16), (23, 39)], ids=["gap", "overlap", "inside", "odd"]
)
def test_gap_and_overlap(two: Path, start: int, end: int) -> None:
    head, body = header(two)
    head["b"]["data_offsets"] = [start, end]
    two.write_bytes(pack(head, body + b"\0" * max(0, end - len(body))))
    with pytest.raises(CheckpointDamaged, match="overlaps another tensor or leaves a gap"):
        safetensors_reader.read_header(two)


def test_duplicate_name_in_a_header(two: Path) -> None:
    """Other readers take the first entry, json the last: they would read another model."""
    head, body = header(two)
    first = json.dumps({**head["a"], "shape": [3, 2]})
    two.write_bytes(pack(f'{{"a": {first}, {json.dumps(head)[1:]}'.encode(), body))
    with pytest.raises(CheckpointDamaged, match="duplicate name"):
        safetensors_reader.read_header(two)


@given(st.binary(max_size=200))
def test_random_bytes(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.safetensors"
    path.write_bytes(data)
    with suppress(CheckpointDamaged):
        assert safetensors_reader.read_header(path) == {}  # an empty header


@given(st.data())
def test_one_damaged_byte_in_the_header(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Either it is reported, or the header still fits the file; never another error."""
    path = tmp_path_factory.getbasetemp() / "byte.safetensors"
    save_file({"a": torch.zeros(2, 3), "b": torch.zeros(4)}, path)
    whole = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(whole) - 41))
    whole[at] = data.draw(st.integers(0, 255))
    path.write_bytes(whole)
    try:
        infos = safetensors_reader.read_header(path)
    except CheckpointError:
        return
    assert sum(info.size for info in infos.values()) == 40


def test_file_truncated_while_it_is_read(two: Path) -> None:
    infos = safetensors_reader.read_header(two)
    os.truncate(two, two.stat().st_size - 4)
    with pytest.raises(CheckpointDamaged, match="truncated within b"):
        list(safetensors_reader.read_tensors(infos))


def test_buffers_of_older_versions_are_ignored(two: Path) -> None:
    save_file({"model.layers.0.self_attn.rotary_emb.inv_freq": torch.zeros(2), "x": torch.zeros(1)}, two)
    assert set(safetensors_reader.read_header(two)) == {"x"}


@pytest.mark.parametrize("dtype", [torch.int64, torch.int8, torch.uint8, torch.bool, torch.float8_e4m3fn], ids=str)
def test_other_dtypes_are_refused(tmp_path: Path, dtype: torch.dtype) -> None:
    weights = tiny.tensors()
    weights[QUERY] = torch.zeros(9, 32).to(dtype)
    tiny.write_native(tmp_path, weights)
    with pytest.raises(UnsupportedModel, match=rf"{QUERY} is stored as \w+, not as floating point"):
        flashsloth.open(tmp_path, device="cpu")


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16], ids=str)
def test_floating_point_dtypes(tmp_path: Path, dtype: torch.dtype) -> None:
    weights = {name: weight.to(dtype) for name, weight in tiny.tensors().items()}
    tiny.write_native(tmp_path, weights)
    opened = flashsloth.open(tmp_path, device="cpu", dtype="float32").loaded.model
    for name, weight in opened.named_parameters():
        assert torch.equal(weight, weights[name].float())


# Folders


def test_missing_surplus_and_misshapen_tensors_are_named(tmp_path: Path) -> None:
    weights = tiny.tensors()
    weights["model.query_tokens.weights"] = weights.pop(QUERY)
    weights["model.projector.linear_1.bias"] = torch.zeros(7)
    tiny.write_native(tmp_path, weights)
    with pytest.raises(TensorMismatch) as caught:
        flashsloth.open(tmp_path, device="cpu")
    message = str(caught.value)
    assert f"{QUERY} is missing" in message
    assert "model.query_tokens.weights is not a tensor" in message
    assert "model.projector.linear_1.bias has shape [7], but the model needs [32]" in message
    assert str(tmp_path) in message
    assert "more" not in message


def test_first_three_of_many_tensors_are_named(tmp_path: Path) -> None:
    weights = {name: weight for name, weight in tiny.tensors().items() if "fc1" not in name}
    tiny.write_native(tmp_path, weights)
    missing = len(tiny.tensors()) - len(weights)
    with pytest.raises(TensorMismatch, match=f"and {missing - 3} more$"):
        flashsloth.open(tmp_path, device="cpu")


@pytest.mark.parametrize("shape", [(9, 31), (32, 9), (288,), (1, 9, 32)])
def test_shapes_must_be_equal(tmp_path: Path, shape: tuple[int, ...]) -> None:
    weights = {**tiny.tensors(), QUERY: torch.zeros(shape)}
    tiny.write_native(tmp_path, weights)
    with pytest.raises(
        TensorMismatch, match=rf"{QUERY} has shape \[{', '.join(map(str, shape))}\], but the model needs \[9, 32\]"
    ):
        flashsloth.open(tmp_path, device="cpu")


@pytest.mark.parametrize(
    ("prefix", "message_part"),
    [
        ("model.language_model.layers.2.", "3 text layers, the weights have 2"),
        ("model.vision_tower.encoder.layers.1.", "2 vision blocks, the weights have 1"),
    ],
)
def test_wrong_number_of_layers(tmp_path: Path, prefix: str, message_part: str) -> None:
    tiny.write_native(tmp_path, {n: w for n, w in tiny.tensors().items() if not n.startswith(prefix)})
    with pytest.raises(TensorMismatch, match=message_part):
        flashsloth.open(tmp_path, device="cpu")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16, torch.float64], ids=str)
@pytest.mark.parametrize("layout", ["native", "official"])
def test_non_finite_tensor_is_named(tmp_path: Path, layout: str, dtype: torch.dtype, value: float) -> None:
    weights = {name: weight.to(dtype) for name, weight in tiny.tensors().items()}
    weights[QUERY][4, 17] = value
    write, name = {
        "native": (tiny.write_native, QUERY),
        "official": (tiny.write_official, "model.learnable_tokens.token"),
    }[layout]
    write(tmp_path, weights)
    with pytest.raises(NonFiniteWeights, match=f"model.safetensors: {name} has NaN or infinite values"):
        flashsloth.open(tmp_path, device="cpu")


def test_tensor_under_native_and_official_name(tmp_path: Path) -> None:
    """In one file or in two."""
    weights = tiny.tensors()
    stored = {tiny.official_name(name): weight for name, weight in weights.items()}
    tiny.write_official(tmp_path)
    save_file({**stored, QUERY: weights[QUERY] + 1}, tmp_path / "model.safetensors")
    with pytest.raises(TensorMismatch, match=f"{QUERY} is stored twice") as caught:
        safetensors_reader.read_headers(tmp_path)
    assert "model.learnable_tokens.token" in str(caught.value)


def test_tensor_in_two_shards(tmp_path: Path) -> None:
    tiny.write_native(tmp_path, shards=2)
    second = sorted(tmp_path.glob("model-*.safetensors"))[1]
    first_names = safetensors_reader.read_header(sorted(tmp_path.glob("model-*.safetensors"))[0])
    extra = next(iter(first_names))
    stored = {n: w for n, w in tiny.tensors().items() if n in safetensors_reader.read_header(second)}
    save_file({**stored, extra: tiny.tensors()[extra]}, second)
    with pytest.raises(TensorMismatch, match=f"{extra} is stored twice"):
        flashsloth.open(tmp_path, device="cpu")


# Shards and their index


@pytest.mark.parametrize("shards", [1, 2, 5])
@pytest.mark.parametrize("write", [tiny.write_native, tiny.write_official], ids=["native", "official"])
def test_sharded_or_not(tmp_path: Path, write: Callable[..., Path], shards: int) -> None:
    write(tmp_path, shards=shards)
    assert len(safetensors_reader.weight_files(tmp_path)) == shards
    wanted = tiny.tensors()
    opened = flashsloth.open(tmp_path, device="cpu", dtype="float32").loaded.model
    assert dict(opened.named_parameters()).keys() == wanted.keys()
    assert all(torch.equal(weight, wanted[name]) for name, weight in opened.named_parameters())


@pytest.mark.parametrize(
    "name",
    [
        "../outside.safetensors",
        "/etc/passwd",
        "sub/model.safetensors",
        "..",
        "",
        "model.bin",
        "model.safetensors/",
        "./x.safetensors",
        "x" * 5000 + ".safetensors",
        "a\0b.safetensors",
        "\ud800.safetensors",
        "\x1b[2J.x",
    ],
    ids=lambda name: ascii(name[:20]),
)
def test_index_with_an_invalid_file_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "model").mkdir()
    save_file({"a": torch.zeros(1)}, tmp_path / "outside.safetensors")
    (tmp_path / "model" / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"a": name}}))
    with pytest.raises(CheckpointDamaged, match="which is not a safetensors file in this folder") as caught:
        safetensors_reader.weight_files(tmp_path / "model")
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 1500


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"weight_map": {}},
        {"weight_map": []},
        {"weight_map": {"a": 5}},
        {"weight_map": {"a": None}},
        {"weight_map": None},
    ],
    ids=str,
)
def test_index_without_a_map(tmp_path: Path, data: dict[str, Any]) -> None:
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(data))
    with pytest.raises(CheckpointDamaged, match="weight_map"):
        safetensors_reader.weight_files(tmp_path)


def test_missing_shard(tmp_path: Path) -> None:
    tiny.write_native(tmp_path, shards=3)
    (tmp_path / "model-00002-of-00003.safetensors").unlink()
    with pytest.raises(CheckpointDamaged, match=r"model-00002-of-00003\.safetensors is missing, but .* names it"):
        flashsloth.open(tmp_path, device="cpu")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '"text"', "[" * 100_000, "\x00"], ids=lambda text: repr(text[:8])
)
@pytest.mark.parametrize("name", ["config.json", "model.safetensors.index.json", "generation_config.json"])
def test_invalid_json(tmp_path: Path, name: str, text: str) -> None:
    tiny.write_native(tmp_path)
    (tmp_path / name).write_text(text)
    with pytest.raises(CheckpointDamaged, match=name):
        flashsloth.open(tmp_path, device="cpu")


def test_oversized_json(tmp_path: Path) -> None:
    tiny.write_native(tmp_path)
    os.truncate(tmp_path / "config.json", safetensors_reader.MAX_JSON + 1)
    with pytest.raises(CheckpointDamaged, match=r"far too large for a config\.json"):
        flashsloth.open(tmp_path, device="cpu")


def test_no_weights(tmp_path: Path) -> None:
    (tiny.write_native(tmp_path) / "model.safetensors").unlink()
    with pytest.raises(UnsupportedModel, match="has no weights"):
        flashsloth.open(tmp_path, device="cpu")


@pytest.mark.parametrize("name", ["tokenizer.json"])
@pytest.mark.parametrize("text", [None, "", "{}", "nonsense", '{"version": "1.0", "model": {"type": "none"}}'], ids=str)
def test_damaged_tokenizer(tmp_path: Path, name: str, text: str | None) -> None:
    path = tiny.write_native(tmp_path) / name
    path.unlink()
    if text is not None:
        path.write_text(text)
    with pytest.raises(ModelError, match="tokenizer"):
        flashsloth.open(tmp_path, device="cpu")


# Pickles


class Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.path,))


def pickled(folder: Path, state: Any, name: str = "pytorch_model.bin") -> Path:
    tiny.write_official(folder)
    (folder / "model.safetensors").unlink()
    torch.save(state, folder / name)
    return folder


def official() -> dict[str, torch.Tensor]:
    return {tiny.official_name(name): weight for name, weight in tiny.tensors().items()}


@pytest.mark.parametrize("name", ["pytorch_model.bin", "consolidated.00.pth", "model.pt", "model.ckpt", "weights.pkl"])
def test_only_pickles_are_refused(tmp_path: Path, name: str) -> None:
    trap = tmp_path / "sprung"
    pickled(tmp_path, Trap(trap), name)
    with pytest.raises(PickleRefused, match=f"pickled weights \\({name}\\)") as caught:
        flashsloth.open(tmp_path, device="cpu")
    assert "--allow-pickle" in caught.value.hint
    assert not trap.exists()


def test_what_a_trainer_saves_is_no_weights(tmp_path: Path) -> None:
    """It is neither named nor read."""
    names = ("training_args.bin", "optimizer.pt", "scheduler.pt", "rng_state_0.pth", "random_states_0.pkl")
    for name in (*names, "dl_state_dict_1.bin", "custom_checkpoint_0.pkl"):
        pickled(tmp_path, {}, name)
    with pytest.raises(UnsupportedModel, match="has no weights"):
        safetensors_reader.weight_files(tmp_path)
    pickled(tmp_path, {})
    with pytest.raises(PickleRefused, match=r"pickled weights \(pytorch_model.bin\)"):
        safetensors_reader.weight_files(tmp_path)


def test_pickle_next_to_safetensors_is_ignored(tmp_path: Path) -> None:
    tiny.write_official(tmp_path)
    trap = tmp_path / "sprung"
    torch.save(Trap(trap), tmp_path / "pytorch_model.bin")
    assert flashsloth.open(tmp_path, device="cpu").config.embq_layer == 1
    assert not trap.exists()


def convert(source: Path, target: Path) -> Path:
    return save.convert(resolve.find(source), target, allow_pickle=True)


def test_trusted_pickles_are_converted(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    state = official()
    half = len(state) // 2
    pickled(source, dict(list(state.items())[:half]), "pytorch_model-00001-of-00002.bin")
    pickled(source, {"state": {}}, "optimizer.pt")
    torch.save(dict(list(state.items())[half:]), source / "pytorch_model-00002-of-00002.bin")
    converted = convert(source, tmp_path / "target")
    opened = flashsloth.open(converted, device="cpu", dtype="float32").loaded.model
    wanted = tiny.tensors()
    assert all(torch.equal(weight, wanted[name]) for name, weight in opened.named_parameters())


def test_a_pickled_head_of_tied_words_is_left_out(tmp_path: Path) -> None:
    """A `state_dict` always has it."""
    made = tiny.model(config=tiny.config({"tie_word_embeddings": True}))
    made.config.save_pretrained(tmp_path)
    tiny.write_weights(tmp_path, {"unused": torch.zeros(1)}, 1)
    (tmp_path / "model.safetensors").unlink()
    torch.save(made.state_dict(), tmp_path / "pytorch_model.bin")
    model = flashsloth.open(convert(tmp_path, tmp_path / "target"), device="cpu", dtype="float32").loaded.model
    assert torch.equal(model.lm_head.weight, made.get_input_embeddings().weight)


def test_trusted_pickles_run_no_code(tmp_path: Path) -> None:
    source, trap = tmp_path / "source", tmp_path / "sprung"
    source.mkdir()
    pickled(source, {**official(), "model.learnable_tokens.token": Trap(trap)})
    with pytest.raises(CheckpointDamaged, match="without running code"):
        convert(source, tmp_path / "target")
    assert not trap.exists()
    assert not (tmp_path / "target").exists()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["source"]


PICKLED: dict[str, Callable[[], Any]] = {
    "missing": lambda: {n: w for n, w in official().items() if "token" not in n},
    "surplus": lambda: {**official(), "model.extra": torch.zeros(1)},
    "misshapen": lambda: {**official(), "model.learnable_tokens.token": torch.zeros(9, 31)},
    "twice": lambda: {**official(), QUERY: torch.zeros(9, 32)},
    "NaN": lambda: {**official(), "model.learnable_tokens.token": torch.full((9, 32), torch.nan)},
    "whole numbers": lambda: {**official(), "model.learnable_tokens.token": torch.zeros(9, 32, dtype=torch.long)},
    "nested": lambda: {"state_dict": official()},
    "beside other things": lambda: {**official(), "epoch": 3},
    "a list": lambda: [torch.zeros(1)],
    "a tensor": lambda: torch.zeros(1),
    "no tensors": dict,
}


@pytest.mark.parametrize("name", PICKLED)
def test_damage_in_trusted_pickles(tmp_path: Path, name: str) -> None:
    source = tmp_path / "source"
    source.mkdir()
    pickled(source, PICKLED[name]())
    with pytest.raises(ModelError):
        convert(source, tmp_path / "target")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["source"]


def test_truncated_pickle(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    path = pickled(source, official()) / "pytorch_model.bin"
    os.truncate(path, path.stat().st_size // 2)
    with pytest.raises(CheckpointDamaged):
        convert(source, tmp_path / "target")
