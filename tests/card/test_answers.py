"""Answers on a card are those of the CPU."""

from __future__ import annotations

import contextlib
import copy
import importlib
import re
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
import torch
from PIL import Image

import families
import flashsloth
from card.conftest import MOSTLY_CUDA
from card.pretend import pretend
from card.runtime import PRESENT, Card
from flashsloth import devices
from flashsloth.benchmark.measurement import make_task, measure
from flashsloth.benchmark.runner import Job
from flashsloth.chat import FlashSloth
from flashsloth.chat.batched_answerer import BatchedAnswerer
from flashsloth.checkpoints import packed_builder
from flashsloth.errors import NonFiniteWeights, OptionError, OutOfMemory
from flashsloth.explain.attention import patch_weights
from flashsloth.generation.answer_settings import AnswerSettings
from flashsloth.images.reader import read_image
from flashsloth.inference import card_step
from flashsloth.inference.attention import KeyValueCache
from flashsloth.inference.card_step import CardPrompt
from flashsloth.inference.decoder import PackedDecoder
from flashsloth.processing.pictures import PictureProcessor
from flashsloth.processing.resizing import squares
from flashsloth.quantization import card_products, presets
from flashsloth.quantization.linear import quantize_linear
from flashsloth.quantization.presets import PRESETS
from flashsloth.server.picture_reader import PictureProcesses, PictureReader
from flashsloth.utils.paths import NANO_FOLDER
from generation.helpers import QUESTIONS as ABOUT_SHAPES
from generation.helpers import in_memory
from generation.ways import MODELS, Asked, chat, from_nothing, together
from paths import IMAGES
from server.helpers import serving, user
from vlm import stand_ins
from vlm.reference import picture

ON_META = card_products.on_meta  # a pretended card has its own
SIGN = IMAGES / "stop-sign.png"
QUESTIONS = ("What does the sign say?", "Which color is the background?", "Is there a cat?")


def answers(model: FlashSloth) -> list[str]:
    talk = model.chat(SIGN)
    return [talk.ask(question).text() for question in QUESTIONS]


def sampled(model: FlashSloth) -> str:
    """Draw an answer about two pictures in tiles."""
    options = {
        "temperature": 0.8,
        "top_k": 20,
        "top_p": 0.9,
        "min_p": 0.02,
        "repetition_penalty": 1.1,
        "seed": 3,
    }
    return (
        model.chat(SIGN, IMAGES / "bar-chart.png", hd=True)
        .ask("What is this?", max_tokens=9, **options)
        .text()
    )


def opened(device: str, dtype: str = "float32", **options: Any) -> FlashSloth:
    return flashsloth.open("nano", device=device, dtype=dtype, **options)


@pytest.fixture(scope="module")
def expected(nano: FlashSloth) -> list[str]:
    return answers(nano)


def test_a_conversation(device: str, expected: list[str]) -> None:
    assert devices.choose_device("auto").type == device
    assert (
        10**8 < devices.free_memory(torch.device(device)) <= devices.total_memory(torch.device(device))
    )
    model = opened(device)
    assert answers(model) == expected
    assert sampled(model) == sampled(model) != ""


@pytest.mark.parametrize("preset", ["int4", "int8"])
def test_weights_are_rounded_on_cuda(card: Card, preset: str) -> None:
    """And dequantized where the kernel is slow: for many rows of CUDA, and of MPS's int4."""
    weight, bias = torch.randn(128, 256, dtype=torch.bfloat16), torch.zeros(128)
    layer = quantize_linear(weight, bias, PRESETS[preset], device=card.kind, dtype=torch.bfloat16)
    assert {tensor.device for tensor in (*layer.buffers(), layer.bias)} == {card.device()}
    assert any(name in card.kernels for name in ("round", "round_")) == (card.kind == "cuda")
    for rows in (1, 64):
        card.reset()
        layer(torch.ones(rows, 256, dtype=torch.bfloat16, device=card.kind))
        kernel = f"_weight_{preset}pack_mm" if card.kind == "mps" else "product"
        is_multiplied_out = rows == 64 and (card.kind, preset) != ("mps", "int8")
        assert (kernel in card.kernels) != is_multiplied_out
        assert ("dequantize" in card.kernels) == (is_multiplied_out and card.kind == "cuda")


@pytest.mark.parametrize("preset", ["int4", "int8"])
def test_weights_without_triton(preset: str) -> None:
    """By torch's kernel of int4; int8 is dequantized."""
    weight = torch.randn(128, 256, dtype=torch.bfloat16)
    with pretend("cuda", triton=False) as card:
        layer = quantize_linear(weight, None, PRESETS[preset], device="cuda", dtype=torch.bfloat16)
        layer(torch.ones(1, 256, dtype=torch.bfloat16, device="cuda"))
        assert ("_weight_int4pack_mm" in card.kernels) == (preset == "int4")
        assert "product" not in card.kernels


def test_int8_does_not_overflow_in_float16(cuda: Card) -> None:
    layer = quantize_linear(
        torch.randn(64, 256) / 100, None, PRESETS["int8"], device="cuda", dtype=torch.float16
    )
    assert layer(torch.full((1, 256), 60000.0, dtype=torch.float16, device="cuda")).isfinite().all()


@pytest.mark.parametrize("hd", [False, True])
def test_pictures_are_uploaded_in_8_bits(hd: bool, cuda: Card, nano: FlashSloth) -> None:
    """And normalised on the card, to the same numbers: by an answer, the server, an explanation and
    the benchmark."""
    picture = Image.open(SIGN).convert("RGB")
    model = flashsloth.open("nano", device="cuda", dtype="float32")
    small = model.pictures.prepare(picture, hd=hd)
    wide = nano.pictures.prepare(picture, hd=hd)
    assert (small.dtype, small.nbytes, small.shape) == (np.uint8, wide.nbytes // 4, wide.shape)
    assert torch.equal(model.engine.encoder.values(small).cpu(), torch.from_numpy(wide))
    maps = [patch_weights(model.engine, pixels).cpu() for pixels in (small, wide)]
    torch.testing.assert_close(*maps)
    task = make_task(Job("flashsloth", "nano", device="cuda", folder=str(NANO_FOLDER), hd=hd))
    assert task.pixels("cuda").dtype == np.uint8
    with closing(PictureProcesses()) as processes:
        reader = PictureReader(PictureProcessor(nano.config, "cuda"), processes, allow_urls=False)
        tiles = squares(picture, nano.config.picture_scale, hd=hd)
        data = b"".join(tile.tobytes() for tile in tiles)
        [(_, read)] = reader._prepared(data, [[tile.size for tile in tiles]], [hd])
    assert np.array_equal(read, small)


LIMITS: tuple[dict[str, Any], ...] = (
    {"choices": ["yes", "no"]},
    {"regex": "(yes|no)"},
    {"schema": "sign yes|no"},
)


def test_constrained_answers(nano: FlashSloth, device: str) -> None:
    """Without 64 bits, and without memory of the host that a late copy would read after it was
    freed."""
    moved = opened(device)
    for limits in LIMITS:
        found, wanted = (model.chat(SIGN).ask("Is there a sign?", **limits) for model in (moved, nano))
        assert found.text() == wanted.text()
        shares, expected = (
            [each.probability for each in answer.choices or ()] for answer in (found, wanted)
        )
        assert shares == pytest.approx(expected, rel=1e-4)


def asked_reduced(device: str, dtype: str, recipe: Path) -> list[list[Any]]:
    model = opened(device, dtype, reduce=recipe)
    return [answers(model), *together(model, [Asked(Image.open(SIGN), QUESTIONS[:1])])]


@pytest.fixture(scope="module")
def expected_reduced(exit_recipe: Path) -> list[list[Any]]:
    return asked_reduced("cpu", "float32", exit_recipe)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["float32", pytest.param("bfloat16", marks=pytest.mark.nightly)])
def test_visual_tokens_left_out(
    dtype: str, expected_reduced: list[list[Any]], device: str, exit_recipe: Path
) -> None:
    """The mask of a layer that left tokens out is added in the dtype of the queries: of one row, and of
    several."""
    wanted, found = expected_reduced, asked_reduced(device, dtype, exit_recipe)
    assert (
        found == wanted
        if dtype == "float32"
        else [each[0] for each in found] == [each[0] for each in wanted]
    )


@pytest.mark.slow
@pytest.mark.parametrize("quant", ["none", "int8", "int4", "nf4"])
@pytest.mark.parametrize("dtype", ["bfloat16", pytest.param("float16", marks=pytest.mark.nightly)])
def test_the_first_answer_in_fewer_bits(
    dtype: str, quant: str, device: str, expected: list[str]
) -> None:
    """The last card gives them."""
    last = f"cuda:{torch.cuda.device_count() - 1}" if device == "cuda" else device
    refused = pytest.raises(OptionError, match="does not run on mps")
    with contextlib.nullcontext() if quant in presets.choices(device) else refused:
        talk = opened(last, dtype, quant=quant).chat(SIGN)
        assert talk.ask(QUESTIONS[0]).text() == expected[0]


# each differs little from another kind; nano is asked above
ALIKE = "nano", "average", "skipped"


@pytest.mark.slow
@MOSTLY_CUDA
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.nightly] * (name in ALIKE)) for name in MODELS]
)
def test_every_kind_of_model(
    name: str, device: str, nano: FlashSloth, pictures: list[Image.Image]
) -> None:
    """In conversations, and together, with the same policy. The KV cache of one grows."""
    sloth, long = MODELS[name][0](nano), "What? " * 80
    asked = [
        Asked(pictures[0], tuple(ABOUT_SHAPES)),
        Asked(None, ("Hello", "Why?")),
        Asked(pictures[1], (long,)),
    ]
    moved, wanted = (
        in_memory(copy.deepcopy(sloth.loaded.model).to(device), device),
        from_nothing(sloth, asked),
    )
    if sloth.engine.policy is not None and not sloth.config.routed_layers:
        moved.engine.reduce(sloth.engine.policy)
    assert chat(moved, asked) == wanted
    assert together(moved, asked) == wanted


@pytest.mark.slow
@MOSTLY_CUDA
def test_three_position_axes(device: str, tmp_path: Path) -> None:
    """Turns with further pictures, in several conversations, so that graphs are captured and replayed
    for other shifts; and rows with and without a picture together."""
    folder = stand_ins.write(stand_ins.STAND_INS["qwen3-vl-2b"], tmp_path / "model")
    shown = [picture(96, 70, 1), picture(33, 118, 2), picture(70, 96, 3)]
    found = []
    for where in ("cpu", device):
        model = flashsloth.open(folder, device=where, dtype="float32", quant="none")
        answers: list[Any] = []
        for first in (*shown, *shown):
            talk = model.chat(first)
            answers += talk.ask("What is this?", max_tokens=8, temperature=0).text()
            talk.add_image(shown[1])
            answers += talk.ask("And this?", max_tokens=8, temperature=0).text()
        answerer = BatchedAnswerer(model, AnswerSettings(max_tokens=8, temperature=0), 4)
        asked = [
            answerer.questions(["What?"], image and read_image(image), None) for image in (*shown, None)
        ]
        rows = dict(answerer.answer(enumerate(asked)))
        found.append((answers, [rows[number][0].token_ids for number in range(4)]))
        if device == where == "cuda":
            assert {key.kind for key in model.engine.graphs.captured} >= {"prefill", "decode"}
    assert found[0] == found[1]


@pytest.mark.slow
@MOSTLY_CUDA
def test_a_server(device: str, nano: FlashSloth) -> None:
    model = opened(device)
    body = {"model": "nano", "messages": [user(QUESTIONS[0], Image.open(SIGN))]}
    with serving(lambda: model) as server:
        for options in ({}, {"choices": ["yes", "no"]}, {"regex": "(yes|no)"}):
            status, reply = server.ask(
                body | {f"flashsloth_{name}": value for name, value in options.items()}
            )
            wanted = nano.chat(SIGN).ask(QUESTIONS[0], **options).text()
            assert (status, reply["choices"][0]["message"]["content"]) == (200, wanted)


@pytest.mark.slow
@MOSTLY_CUDA
@pytest.mark.parametrize("engine", ["flashsloth", pytest.param("hf", marks=pytest.mark.nightly)])
def test_a_row_of_bench(engine: str, device: str, scripts_on_path: None, native_folder: Path) -> None:
    """Measured in this process, as a worker of its own would have no card; of transformers by
    benchmarks/compare.py."""
    import compare

    run = measure if engine == "flashsloth" else compare.measure
    job = Job(
        engine,
        "tiny",
        device=device,
        folder=str(native_folder),
        dtype="float32",
        max_tokens=8,
        repeats=1,
    )
    found, wanted = (run(asdict(job) | {"device": place}, lambda *_: None) for place in (device, "cpu"))
    assert found["device"].startswith(device)
    assert found["token_ids"] == wanted["token_ids"]


@pytest.mark.slow
def test_memory_that_runs_out_is_said(cuda: Card) -> None:
    model = opened("cuda", "bfloat16")
    cuda.limit = cuda.used
    with pytest.raises(OutOfMemory, match="cuda:0 ran out of memory") as caught:
        model.chat(SIGN).ask(QUESTIONS[0]).text()
    assert caught.value.hint


CHECKS = "graphs.workspace", "graphs.first_uses", "graphs.rows", "graphs.little_memory"
# test_training.py trains with LoRA, too
FURTHER = "products.quantized", "products.tune", "training.lora"


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        *CHECKS,
        *(pytest.param(name, marks=pytest.mark.nightly) for name in FURTHER),
    ],
)
def test_checks_of_the_benchmark(name: str, cuda: Card, scripts_on_path: None) -> None:
    """benchmarks/gpu.py keeps its promises but those of time."""
    from cards.check import Machine

    module, function = name.split(".")
    machine = Machine(cuda.device(), tiny=True, options={"gigabytes": 8})
    with mock.patch.dict(card_products.TILES):
        rows = list(getattr(importlib.import_module(f"cards.{module}"), function)(machine))
    assert rows
    assert not [row for row in rows if row.kept is False and not re.search("ms$|x$|time", row.promise)]


# ---- whole commands

ROWS, TINY, PICTURE = "rows", "tiny", str(SIGN)
ASKED_ABOVE = "chat", "explain", "choices"
# test_training.py trains on cards, and `reduce` is tested on processors
LEARNT = "fitprune", "gates", "skip"
COMMANDS: dict[str, tuple[list[str], str | None]] = {
    "ask": (["ask", PICTURE, "-p", QUESTIONS[0]], None),
    "chat": (["chat", PICTURE], "\n".join(QUESTIONS)),
    "batch": (["batch", PICTURE, str(IMAGES / "bar-chart.png"), "-p", "What is this?"], None),
    "explain": (["ask", PICTURE, "-p", QUESTIONS[0], "--explain", "where.png"], None),
    "eval": (["eval", ROWS], None),
    "against": (["eval", ROWS, "--against", "none"], None),
    "choices": (["eval", ROWS, "--choices", "yes,no"], None),
    "rank": (["reduce", "rank", TINY, "--data", ROWS], None),
    "fitprune": (
        ["reduce", "fit", TINY, "--data", ROWS, "--budget", "0.5", "-o", "recipe.json"],
        None,
    ),
    "exit": (
        ["reduce", "fit", TINY, "--data", ROWS, "--method", "exit", "--kl", "1", "-o", "recipe.json"],
        None,
    ),
    "gates": (
        ["reduce", "fit", TINY, "--data", ROWS, "--method", "gates", "-o", "recipe.json"],
        None,
    ),
    "skip": (
        ["reduce", "skip", TINY, "--data", ROWS, "--layers", "1", "--rank", "4", "-o", "skipped"],
        None,
    ),
}


@pytest.mark.slow
@MOSTLY_CUDA
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.nightly] * (name in (*ASKED_ABOVE, *LEARNT)))
        for name in COMMANDS
    ],
)
def test_commands(
    name: str,
    device: str,
    cli: Callable[..., Any],
    tmp_path: Path,
    drawn: Any,
    native_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Print what they print on the CPU. Those that measure a model layer by layer get the smallest."""
    (words, given), printed = COMMANDS[name], list[Any]()
    paths = {ROWS: drawn(10 if name == "gates" else 4), TINY: native_folder}  # gates need ten
    for place in ("cpu", device):
        (tmp_path / "home" / "config.toml").write_text(f'device = "{place}"\ndtype = "float32"\n')
        (tmp_path / place).mkdir()
        monkeypatch.chdir(tmp_path / place)
        done = cli(*(paths.get(word, word) for word in words), "-q", input=given)
        assert done.code == 0, done.err
        printed.append(re.findall(r'"response": ".*?"', done.out) if name == "batch" else done.out)
        assert not any(each.notes["cuDNN allowed"] for each in PRESENT)
    assert printed[0] == printed[1]


@pytest.mark.parametrize(
    "quant",
    ["none", "int4", pytest.param("int8", marks=[pytest.mark.slow, pytest.mark.nightly])],
)
def test_kernels_are_compiled_while_weights_are_read(quant: str, cuda: Card) -> None:
    """All that the first question launches."""
    talk = flashsloth.open("nano", device="cuda", quant=quant).chat(SIGN)
    compiled = set(cuda.compiled)
    cuda.reset()
    talk.ask(QUESTIONS[0], max_tokens=3).text()
    assert compiled == {name for name in cuda.kernels if hasattr(torch.ops.flashsloth, name)}
    assert len(compiled) == (5 if quant == "none" else 6)


def kernel_of(kernel: Any, _: Any, *arguments: Any, **options: Any) -> tuple[Any, ...]:
    """Return what decides which kernel Triton compiles for a launch, besides the device: constants, the
    types of tensors, whether they begin at a multiple of 16 bytes (positions may begin anywhere), and
    whether a number is 1 or a multiple of 16."""

    def kind(x: Any) -> Any:
        if isinstance(x, torch.Tensor):
            return x.dtype, x.dtype != torch.int64 and x.data_ptr() % 16
        return (x == 1, x % 16 == 0) if type(x) is int else type(x)

    return kernel.__name__, *map(kind, arguments), *sorted(options.items())


# how many kernels dequantize: for inner and outer products, and for int4's head, which is of int8
@pytest.mark.parametrize(("quant", "dequantize"), [("none", 0), ("int8", 2), ("int4", 3)])
@pytest.mark.parametrize("family", ["phi", "qwen3"])
def test_each_kernel_is_compiled_ahead(
    family: str, quant: str, dequantize: int, cuda: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What steps of any number of rows, prompts and the trial launch; a head in pieces."""
    pytest.importorskip("triton", reason="the kernels for cards need Triton")
    launched, decoders = set[Any](), list[Any]()
    rehearse = PackedDecoder.rehearse
    for module in (card_products, card_step):
        monkeypatch.setattr(module, "launch", lambda *a, **how: launched.add(kernel_of(*a, **how)))
    monkeypatch.setattr(card_products, "on_meta", ON_META)
    monkeypatch.setattr(card_products.thread, "compiles", True)
    monkeypatch.setattr(card_products, "PIECE", 130 * 64)
    monkeypatch.setattr(card_products, "ahead", lambda trial, device: trial(device))
    monkeypatch.setattr(PackedDecoder, "card_problem", lambda *_: "")
    monkeypatch.setattr(PackedDecoder, "rehearse", lambda self: decoders.append(rehearse(self) or self))
    made = families.model(family).bfloat16()
    packed_builder.PackedBuilder(made, PRESETS[quant], cuda.device(), torch.bfloat16)
    compiled = launched.copy()
    (decoder,) = decoders
    heads, how = decoder.heads, {"dtype": torch.bfloat16, "device": "meta"}
    cache = KeyValueCache(torch.empty(4, 2, 16, heads.keys, 256, heads.width, **how), 256)
    with torch.inference_mode():
        for rows in (1, 2, 3, 4, 16):
            x, at = torch.empty(rows, 64, **how), torch.arange(rows, device="meta")
            decoder.step_at(x, at, 256, cache)
        for rows in (16, 160):
            x, at = torch.empty(rows, 64, **how), torch.arange(rows, device="meta")
            core = CardPrompt(
                at, 256, cache.row(0), heads, decoder.rotary, torch.empty(rows, 256, **how)
            )
            decoder._head(decoder._layers(x, core)[:1])
        card_step.try_kernels(torch.device("meta"))
    assert launched == compiled
    assert sum(name == "dequantize" for name, *_ in compiled) == dequantize


def test_the_first_step_waits_for_the_kernels(cuda: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of the thread is said, and torch's operators answer."""
    released = threading.Event()

    def fails(*_: Any) -> None:
        if card_products.thread.compiles:
            released.wait()
            raise RuntimeError("no ptxas\nwas found")

    monkeypatch.setattr(card_products, "on_meta", fails)
    timer = threading.Timer(0.1, released.set)
    timer.start()
    model = flashsloth.open("nano", device="cuda")
    assert released.is_set()
    assert (
        model.engine.decoder.card_problem(cuda.device(), torch.bfloat16) == "a trial failed: no ptxas"
    )
    cuda.reset()
    model.chat(SIGN).ask(QUESTIONS[0], max_tokens=3).text()
    assert not cuda.kernels["product"]
    assert cuda.kernels["native_layer_norm"]


def test_nothing_more_is_compiled_when_the_program_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while weights are read: the thread ends with the kernel that it compiles."""
    compiled: list[str] = []
    monkeypatch.setattr(card_products.thread, "compiles", True)
    card_products.on_meta(compiled.append, "first")
    monkeypatch.setattr(threading, "main_thread", lambda: threading.Thread())
    card_products.on_meta(compiled.append, "second")
    assert compiled == ["first"]


@pytest.mark.parametrize("error", [NonFiniteWeights("no number"), KeyboardInterrupt()])
@pytest.mark.parametrize("step", ["pack", "accept"])
def test_nothing_is_compiled_when_opening_fails(
    step: str, error: BaseException, cuda: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel that is compiled then is the last one, and it is waited for."""
    compiled, began = list[Any](), threading.Event()

    def compiles(*_: Any) -> None:
        compiled.append(len(compiled))
        began.set()
        card_products.thread.stopped.wait(60)

    def fails(*_: Any) -> None:
        assert step == "pack" or began.wait(60)
        raise error

    monkeypatch.setattr(card_products, "on_meta", lambda _, *given: ON_META(compiles, *given))
    owner = packed_builder if step == "pack" else packed_builder.PackedBuilder
    monkeypatch.setattr(owner, step, fails)
    with pytest.raises(type(error)):
        flashsloth.open("nano", device="cuda")
    assert not any(each.name == "triton" for each in threading.enumerate())
    assert compiled == ([] if step == "pack" else [0])


@pytest.mark.parametrize("kind", ["cpu", "mps", "cuda"])
def test_where_nothing_is_compiled(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a CPU, on MPS and without Triton there is no thread."""
    monkeypatch.setattr(card_products, "ahead", lambda *_: pytest.fail("a thread was started"))
    with pretend("mps" if kind == "mps" else "cuda", triton=False):
        flashsloth.open("nano", device=kind)


@pytest.mark.parametrize(
    ("triton", "said"), [(True, "Triton's kernels"), (False, "torch's operators, as they need Triton")]
)
def test_what_computes_the_steps_is_said(triton: bool, said: str, cli: Callable[..., Any]) -> None:
    with pretend("cuda", triton=triton):
        done = cli("ask", PICTURE, "-p", QUESTIONS[0], "-v", "--device", "cuda")
    assert f"decode steps: {said}" in " ".join(done.err.split())
