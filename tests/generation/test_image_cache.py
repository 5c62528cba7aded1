"""Encoded images on disk: what is found again, what is not, and what damage does."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
import torch
from safetensors.torch import load, load_file, save_file

import flashsloth
from flashsloth.checkpoints import loader, resolve
from flashsloth.checkpoints.adapter import WEIGHTS, Adapter
from flashsloth.generation import caches
from flashsloth.generation.caches import ImageCache
from flashsloth.generation.engine import EncodedImage
from flashsloth.utils.cache_folder import CacheFolder
from replies import said

CPU = torch.device("cpu")
QUESTIONS = ("What is this?", "What color is it?")


def encoded(seed: int, dtype: torch.dtype = torch.float32) -> EncodedImage:
    """Return random values in the engine's memory layout."""
    torch.manual_seed(seed)
    keys, values = (torch.randn(1, 9, 2, width).to(dtype).transpose(1, 2) for width in (4, 8))
    return EncodedImage(torch.randn(4, 8).to(dtype), keys, values)


def pixels(seed: int, shape: tuple[int, ...] = (3, 6, 6)) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


@pytest.fixture
def folder(tmp_path: Path) -> CacheFolder:
    return CacheFolder(tmp_path / "images", ".safetensors", 10**9)


@pytest.fixture
def cache(folder: CacheFolder) -> ImageCache:
    return ImageCache({"weights": "a"}, folder)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("has_embq", [True, False])
def test_an_image_is_found_again(
    cache: ImageCache, folder: CacheFolder, dtype: torch.dtype, has_embq: bool
) -> None:
    """With EmbQ's keys and values; without EmbQ these are empty, and there may be a grid and features
    of early layers."""
    kept, key = encoded(1, dtype), cache.key(pixels(1))
    if not has_embq:
        deep = torch.randn(3, 4, 8).to(dtype)
        kept = EncodedImage(kept.tokens, torch.empty(0), torch.empty(0), torch.tensor([2, 2]), deep)
    cache.put(key, kept)
    found = ImageCache({"weights": "a"}, folder).get(key, CPU)
    assert found is not None
    for name in caches.NAMES:
        one, other = getattr(found, name), getattr(kept, name)
        if other is None:
            assert one is None
            continue
        assert torch.equal(one, other)
        assert (one.dtype, one.stride()) == (other.dtype, other.stride())


def test_the_key_covers_pixels_shape_and_stamp(cache: ImageCache, folder: CacheFolder) -> None:
    assert cache.key(pixels(1)) == ImageCache({"weights": "a"}, folder).key(pixels(1))
    others = [
        ImageCache({"weights": "b"}, folder).key(pixels(1)),
        cache.key(pixels(2)),
        cache.key(pixels(1).reshape(1, 3, 6, 6)),
        cache.key(pixels(1).astype(np.float64)),  # type: ignore[arg-type]
    ]
    assert len({cache.key(pixels(1)), *others}) == 5


# Damage


def damaged(data: bytes, folder: Path) -> Iterator[bytes]:
    """Yield other bytes, cuts, and changed bytes.

    Zeros in the middle of a file, as after a power failure, would be a valid file of safetensors.
    """
    yield from (b"\0" * 8, b"\xff" * 100, b'{"tokens"', b"\0" * 5000, data + b"0")
    yield from (data[:length] for length in range(0, len(data), 13))
    yield from (
        data[:where] + bytes([data[where] ^ 1]) + data[where + 1 :] for where in (0, 60, len(data) - 40)
    )
    parts = load(data)
    del parts["keys"]
    save_file(parts, folder / "lacking")
    yield (folder / "lacking").read_bytes()


def test_a_damaged_entry_is_removed(cache: ImageCache, folder: CacheFolder, tmp_path: Path) -> None:
    cache.put("a", encoded(1))
    [file] = folder.path.iterdir()
    for number, content in enumerate(damaged(file.read_bytes(), tmp_path)):
        file.write_bytes(content)
        assert cache.get("a", CPU) is None, number
        assert list(folder.path.iterdir()) == [], number
    cache.put("a", encoded(1))
    assert cache.get("a", CPU) is not None
    file.rename(folder.path / "b.safetensors")
    assert cache.get("b", CPU) is None


# What is kept


@pytest.mark.parametrize(
    ("seconds", "device", "calls"), [(0.25, "cpu", 1), (0.15, "cpu", 2), (10.0, "cuda", 2)]
)
def test_only_what_takes_a_processor_long_is_kept(
    cache: ImageCache,
    folder: CacheFolder,
    monkeypatch: pytest.MonkeyPatch,
    seconds: float,
    device: str,
    calls: int,
) -> None:
    clock = [0.0]

    def encode_image(_: Any) -> EncodedImage:
        clock[0] += seconds
        return encoded(1)

    engine = mock.Mock(device=torch.device(device), encode_image=mock.Mock(side_effect=encode_image))
    monkeypatch.setattr("time.perf_counter", lambda: clock[0])
    first, second = (cache.encode(pixels(1), engine) for _ in range(2))
    assert engine.encode_image.call_count == calls
    assert [image.from_cache for image in (first, second)] == [False, calls == 1]
    assert folder.size()[0] == (1 if calls == 1 else 0)


# Models


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CacheFolder:
    """The user's folder, in which every image is kept."""
    monkeypatch.setenv("FLASHSLOTH_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(caches, "MIN_SECONDS", 0.0)
    return caches.encoded_images()


def answers(
    model: flashsloth.FlashSloth, picture: Any, hd: bool = False
) -> tuple[list[list[int]], list[bool]]:
    chat = model.chat(picture, hd=hd)
    return [said(chat.ask(question, max_tokens=12)) for question in QUESTIONS], chat.images_from_cache


@pytest.mark.parametrize("hd", [False, True], ids=["one tile", "five tiles"])
def test_a_second_model_skips_the_tower(
    kept: CacheFolder,
    pictures: list[Any],
    native_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    hd: bool,
) -> None:
    for name in (native_folder, "nano"):
        before, without = kept.size(), flashsloth.open(name, device="cpu")
        expected = answers(without, pictures[0], hd)
        assert expected[1] == [False]
        assert kept.size() == before  # off unless asked for
        first, second = (flashsloth.open(name, device="cpu", image_cache=True) for _ in range(2))
        assert answers(first, pictures[0], hd) == expected
        monkeypatch.setattr(second.engine, "encode_image", lambda pixels: pytest.fail("encoded again"))
        assert answers(second, pictures[0], hd) == (expected[0], [True])
    assert kept.size()[0] == 2


# Stamps


def stamp(folder: Path, **options: Any) -> dict[str, Any]:
    return loader.load(resolve.find(folder), device="cpu", **options).encoder_stamp or {}


def test_the_stamp_is_that_of_the_files_and_how_they_are_opened(
    native_folder: Path, tmp_path: Path
) -> None:
    model_folder = Path(shutil.copytree(native_folder, tmp_path / "model"))

    def with_adapter(name: str, content: bytes) -> dict[str, Any]:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        adapter = Adapter(folder, base=str(model_folder), image_hd=None, scale=1.0)
        (folder / WEIGHTS).write_bytes(content)
        return stamp(model_folder, adapter=adapter)

    stamps = {"plain": stamp(model_folder)}
    assert stamp(model_folder) == stamps["plain"]
    for options in ({"dtype": "bfloat16"}, {"quant": "int8"}, {"quant": "int4"}):
        stamps[str(options)] = stamp(model_folder, **options)
    for name, content in (("a", b"1"), ("b", b"1"), ("a", b"22")):
        stamps[f"adapter {name} {content!r}"] = with_adapter(name, content)
    weights = load_file(model_folder / "model.safetensors")
    weights[next(name for name in weights if name.startswith("model.vision_tower"))].view(-1)[-1] += 1
    save_file(weights, model_folder / "model.safetensors", metadata={"format": "pt"})
    stamps["weights"] = stamp(model_folder)
    path = model_folder / "config.json"
    path.write_text(
        path.read_text(encoding="utf-8").replace('"layer_norm_eps": 1e-06', '"layer_norm_eps": 1e-05')
    )
    stamps["configuration"] = stamp(model_folder)
    same = [
        names for names in itertools.combinations(stamps, 2) if stamps[names[0]] == stamps[names[1]]
    ]
    assert same == []
