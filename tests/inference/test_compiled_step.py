"""The compiled kernels of a step, between a layer's products and of whole layers: beside the same in 64
bit, and where they cannot be used."""

from __future__ import annotations

import copy
import functools
import math
import operator
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import families
import tiny
from conftest import NIGHTLY, NO_KERNELS, executed_sets
from flashsloth.generation.decode_loop import DecodeLoop
from flashsloth.generation.engine import Engine
from flashsloth.inference import compiled_prefill, compiled_step
from flashsloth.inference.compiled_step import CompiledStep
from flashsloth.inference.packed_layers import Attend, Gate, HalfBlock, LayerCore, RmsNorm
from flashsloth.quantization import compiled
from flashsloth.quantization.linear import Int4Linear, Int8Linear
from flashsloth.quantization.rounding import quantize_int4, quantize_int8

# heads of keys, the width of an MLP, and positions, of heads alone
KEYS, F_WIDTH, CAPACITY = (3, 80, 320)
H, HEAD_DIM, MLP = 4, 32, 192  # of layers
D = H * HEAD_DIM
CPU = torch.device("cpu")
ROUNDING = 1.02 * 2**-8  # half a step of bfloat16, relative, and the rounding of 32 bit
Kind = Callable[[int, int], nn.Module]  # makes a quantized linear of N and K
Make = Callable[[Kind], list[HalfBlock]]
pytestmark = pytest.mark.usefixtures("each_set")


def slow(*values: Any) -> Any:
    """Return a case whose kernels take seconds to compile for every instruction set."""
    return pytest.param(*values, marks=pytest.mark.slow)


class Inputs:
    """Random inputs of a step of some rows, whose heads of queries read three of keys."""

    def __init__(
        self,
        lengths: Sequence[int],
        head_dim: int = 80,
        rotary: int = 32,
        spread: float = 1.0,
        heads: int = KEYS,
    ) -> None:
        generator = torch.Generator().manual_seed(sum(lengths) + head_dim)
        self.lengths, self.head_dim, self.rotary, self.heads = list(lengths), head_dim, rotary, heads
        B, self.D = len(lengths), heads * head_dim

        def random(*shape: int) -> Tensor:
            return (torch.randn(*shape, generator=generator) * spread).bfloat16()

        self.pairs = random(2, 2, B, KEYS, CAPACITY, head_dim)
        # layers whose heads share keys have their MLP elsewhere
        self.packed = random(B, (heads + 2 * KEYS) * head_dim + (F_WIDTH if heads == KEYS else 0))
        angles = torch.rand(B, 1, 1, 1, rotary // 2, generator=generator) * 6
        cos, sin = angles.cos(), angles.sin()
        self.angles = torch.cat((cos, cos), 3).bfloat16(), torch.cat((-sin, sin), 3).bfloat16()
        self.norms = [
            RmsNorm(SimpleNamespace(weight=random(head_dim), variance_epsilon=1e-2)) for _ in range(2)
        ]

    def step(self, how: Attend | Gate | None = None) -> Tensor:
        core = CompiledStep(self.angles, self.pairs, torch.tensor(self.lengths), self.heads)
        return core.between(1, self.packed.clone(), how or Attend())

    def exact(self, how: Attend | None = None) -> tuple[Tensor, Tensor]:
        """Return the new keys (B, H, d) and the result, in 64 bit. What the kernel rounds between is
        rounded here."""
        how, heads = how or Attend(), self.heads
        packed = self.packed[:, : (heads + 2 * KEYS) * self.head_dim].double()
        parts = list(packed.view(len(self.packed), -1, self.head_dim).split((heads, KEYS, KEYS), 1))
        for number, norm in enumerate(how.norms or ()):
            mean = parts[number].square().mean(-1, keepdim=True) + norm.eps
            parts[number] = (parts[number] * mean.rsqrt() * norm.weight.double()).bfloat16().double()
        if how.rotates:
            cos, sin = (angle.double()[:, 0] for angle in self.angles)
            for number in range(2):
                halves = parts[number][..., : self.rotary].unflatten(-1, (2, -1))
                turned = (halves * cos + halves.flip(-2) * sin).flatten(-2)
                parts[number] = torch.cat((turned, parts[number][..., self.rotary :]), -1)
        queries, new_keys, new_values = (part.bfloat16().double() for part in parts)
        contexts = []
        for row, n in enumerate(self.lengths):
            keys, values = self.pairs[1, :, row, :, : n + 1].double()
            keys[:, n], values[:, n] = new_keys[row], new_values[row]
            keys, values = (each.repeat_interleave(heads // KEYS, 0) for each in (keys, values))
            contexts.append(
                F.scaled_dot_product_attention(queries[row][:, None], keys, values).flatten()
            )
        gelu = F.gelu(self.packed[:, packed.shape[1] :].double(), approximate="tanh")
        return parts[1], torch.cat((torch.stack(contexts), gelu), 1)


def test_it_is_used_here() -> None:
    assert compiled_step.available(80, 32, 10240)
    assert not compiled_step.available(20, 8, 10240)
    assert not compiled_step.available(80, 32, 100)


@pytest.mark.parametrize(
    ("head_dim", "rotary"), [(16, 8), slow(32, 32), (48, 20), slow(64, 2), (80, 32), slow(128, 64)]
)
def test_each_length_and_size_of_heads(head_dim: int, rotary: int) -> None:
    for lengths in (
        [19, 0, 300],
        *([n] for n in (0, 1, 14, 15, 16, 17, 31, 32, 33, 250, CAPACITY - 1)),
    ):
        inputs = Inputs(lengths, head_dim, rotary)
        _, want = inputs.exact()
        found = inputs.step().double()
        assert ((found - want).abs() <= ROUNDING * want.abs() + 1e-5).all(), lengths


def test_the_cache_gets_the_new_position_and_nothing_else() -> None:
    inputs = Inputs([5, 0, 31])
    before = inputs.pairs.clone()
    new_keys, new_values = (
        inputs.exact()[0],
        inputs.packed[:, 2 * inputs.D : 3 * inputs.D].view(3, KEYS, 80),
    )
    inputs.step()
    for row, length in enumerate(inputs.lengths):
        written = inputs.pairs[1, :, row, :, length].clone()
        assert (
            (written[0].double() - new_keys[row]).abs() <= ROUNDING * new_keys[row].abs() + 1e-6
        ).all()
        assert torch.equal(written[1], new_values[row])
        inputs.pairs[1, :, row, :, length] = before[1, :, row, :, length]
    assert torch.equal(inputs.pairs, before)


# Whole layers, beside their parts one after another


def random(*shape: int, seed: int = 0, spread: float = 1.0) -> Tensor:
    return (
        torch.randn(*shape, generator=torch.Generator().manual_seed(seed + sum(shape))) * spread
    ).bfloat16()


def int4(n: int, k: int) -> nn.Module:
    return Int4Linear(*quantize_int4(random(n, k, spread=0.05).float(), 64), random(n, spread=0.3), CPU)


def int8(n: int, k: int) -> nn.Module:
    return Int8Linear(
        *quantize_int8(random(n, k, spread=0.05).float()), random(n, spread=0.3), CPU, torch.bfloat16
    )


def phi_parts(kind: Kind) -> list[HalfBlock]:
    """Return a layer whose heads have keys of their own, which is one part."""
    norm = nn.LayerNorm(D, eps=1e-3, dtype=torch.bfloat16).requires_grad_(False)
    norm.weight.copy_(random(D))
    norm.bias.copy_(random(D, seed=1))
    return [HalfBlock(norm, kind(3 * D + MLP, D), kind(D, D + MLP), Attend())]


def gated_parts(kind: Kind) -> list[HalfBlock]:
    """Return the halves of a layer whose four heads of queries read two of keys."""
    norms = [
        RmsNorm(SimpleNamespace(weight=random(n, seed=n), variance_epsilon=1e-3)) for n in (D, HEAD_DIM)
    ]
    attend = Attend((norms[1], norms[1]))
    attention = HalfBlock(norms[0], kind(2 * D, D), kind(D, D), attend)
    return [attention, HalfBlock(norms[0], kind(2 * MLP, D), kind(D, MLP), Gate(nn.SiLU()))]


def make_angles(rows: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    return random(rows, 1, 1, 2, HEAD_DIM // 2, seed=seed), random(
        rows, 1, 1, 2, HEAD_DIM // 2, seed=seed + 1
    )


def make_step(lengths: Sequence[int], keys: int = H) -> CompiledStep:
    B = len(lengths)
    return CompiledStep(make_angles(B), random(3, 2, B, keys, 64, HEAD_DIM), torch.tensor(lengths), H)


@pytest.mark.parametrize("kind", [int4, int8])
@pytest.mark.parametrize(("make", "keys"), [(phi_parts, H), (gated_parts, H // 2)])
@pytest.mark.parametrize("lengths", [[9], [3, 17, 16, 5, 5, 0, 60, 1]], ids=["one", "eight"])
def test_parts_of_a_layer(make: Make, keys: int, kind: Kind, lengths: list[int]) -> None:
    step, parts = (make_step(lengths, keys) for _ in range(2))
    x = random(len(lengths), D)
    for part in make(kind):
        want = LayerCore.part(parts, 1, x, part)
        whole = step.whole_part(1, x, part)
        assert whole is not None
        found = whole.clone()  # which the next call overwrites
        assert torch.equal(step.part(1, x, part), found)
        assert (found - want).float().norm() <= 2**-8 * want.float().norm()
        x = want
    torch.testing.assert_close(step.pairs, parts.pairs, rtol=0, atol=0.05)


@pytest.mark.parametrize(("make", "keys"), [(phi_parts, H), (gated_parts, H // 2)])
def test_calls_are_repeated_until_something_changes(make: Make, keys: int) -> None:
    def layer(step: CompiledStep, parts: list[HalfBlock], x: Tensor) -> Tensor:
        for part in parts:
            x = step.part(1, x, part)
        return x.clone()

    angles, pairs = make_angles(2), random(3, 2, 2, keys, 64, HEAD_DIM)
    removed = torch.tensor([[0, 0], [2, 3], [0, 0]])
    lengths = torch.tensor([9, 5])
    parts, other = make(int4), make(int8)[-1]
    step, calls = CompiledStep(angles, pairs, lengths, H), list[dict[Any, Any]]()
    for number, less in enumerate((0, 0, removed, removed)):
        layer(step, parts, random(2, D))
        if number == 1:  # another module, then other memory of a module
            parts[-1] = other
        if number == 2:
            parts[0].norm.weight.data = random(D, seed=7)
        angles, lengths = make_angles(2, number), torch.tensor([10 + number, 6 + number]) - less
        assert step.move(angles, pairs, lengths)
        new = CompiledStep(angles, pairs.clone(), lengths, H)
        assert torch.equal(
            layer(step, parts, random(2, D, seed=number)), layer(new, parts, random(2, D, seed=number))
        )
        calls.append(dict(step.wholes))
    first, second, third, last = (list(each.values()) for each in calls)
    assert len(first) == len(parts)
    assert second[-1] is not first[-1]
    assert second[:-1] == first[:-1]
    assert third[0] is not second[0]
    assert all(map(operator.is_, third, last))
    assert not any(step.move(angles, each, lengths) for each in (pairs.clone(), pairs[:, :, :1]))
    assert not step.move(angles, pairs, lengths[:, :1])
    with torch.inference_mode():
        assert not step.move(angles, pairs, lengths)
    assert copy.deepcopy({"last": step}) == {"last": None}


def test_which_parts_are_computed_one_after_another(monkeypatch: pytest.MonkeyPatch) -> None:
    x, step, [part] = random(1, D), make_step([3]), phi_parts(int4)
    wide_norm, wide_bias = copy.deepcopy(part.norm).float(), int4(D, D + MLP)
    wide_bias.bias = wide_bias.bias.float()
    changes = (
        {"norm": wide_norm},
        {"outer": wide_bias},
        {"outer": nn.Linear(D + MLP, D, dtype=torch.bfloat16)},
    )
    other_gate = gated_parts(int4)[1]._replace(between=Gate(nn.GELU()))
    for each in (*(part._replace(**change) for change in changes), other_gate):
        assert step.whole_part(1, x, each) is None
    assert step.whole_part(1, x, part) is not None
    # private: no processor here fails its trial
    monkeypatch.setattr(compiled_step, "_try_layer", lambda _: False)
    assert make_step([3]).whole_part(1, x, part) is None
    # private: what it remembers of the trial
    compiled._can_once.cache_clear()


# Properties of every kernel of a step

LENGTHS = [40, 3, 128, 40, 17]
norms = RmsNorm(SimpleNamespace(weight=random(HEAD_DIM), variance_epsilon=1e-3))


@functools.cache
def parts_of(make: Make, kind: Kind, instructions: str) -> list[HalfBlock]:
    return make(kind)


def whole(make: Make, kind: Kind, step: CompiledStep, x: Tensor) -> Tensor:
    for part in parts_of(make, kind, str(compiled.instruction_set())):
        found = step.whole_part(1, x, part)
        assert found is not None
        x = found
    return x


# the width of inputs, heads of queries and of keys, and what is computed
KERNELS: dict[str, tuple[int, int, int, Callable[[CompiledStep, Tensor], Tensor]]] = {
    "heads": (3 * D + MLP, 4, 4, lambda step, x: step.between(1, x, Attend())),
    "heads that share keys": (2 * D, 4, 2, lambda step, x: step.between(1, x, Attend((norms, norms)))),
    "gate": (2 * MLP, 4, 4, lambda step, x: step.between(1, x, Gate(nn.SiLU()))),
    "layer of int4": (D, 4, 4, partial(whole, phi_parts, int4)),
    "layer of int8": (D, 4, 4, partial(whole, phi_parts, int8)),
    "halves of int4": (D, 4, 2, partial(whole, gated_parts, int4)),
}
each_kernel = pytest.mark.parametrize("kernel", KERNELS)
SETS = executed_sets()


def of_sets(*usual: str) -> pytest.MarkDecorator:
    """The text of all sets is one but for its registers, which exactness is about: of other properties
    all sets but these are nightly."""
    sets = [name if name in usual else pytest.param(name, marks=NIGHTLY) for name in SETS]
    return pytest.mark.parametrize("each_set", sets or [NO_KERNELS], indirect=True)


of_two_sets = of_sets(*SETS[:1], *SETS[-1:])
of_the_best_set = of_sets(*SETS[:1])  # each thread has its own memory in all of them


def stepped(
    kernel: str, rows: slice = slice(None), change: Callable[[Tensor, Tensor], object] | None = None
) -> Tensor:
    """Return the results of some rows of five, with inputs and a part of the cache that may be changed
    before."""
    width, heads, keys, run = KERNELS[kernel]
    x, pairs = random(5, width), random(3, 2, 5, keys, 160, HEAD_DIM)
    angles = make_angles(5)
    if change is not None:
        change(x, pairs)
    lengths = torch.tensor(LENGTHS[rows])
    step = CompiledStep((angles[0][rows], angles[1][rows]), pairs[:, :, rows], lengths, heads)
    return run(step, x[rows])


@of_two_sets
@each_kernel
def test_a_row_is_the_same_in_any_company(kernel: str) -> None:
    """With any number of threads, fewer parts than threads, too; its cache may be a part of a larger
    one."""
    together, before = stepped(kernel), torch.get_num_threads()
    try:
        for threads in (1, 2, 5):
            torch.set_num_threads(threads)
            for row in range(5):
                assert torch.equal(stepped(kernel, slice(row, row + 1))[0], together[row])
            assert torch.equal(stepped(kernel, slice(1, 4)), together[1:4])
    finally:
        torch.set_num_threads(before)


@pytest.mark.slow
@of_the_best_set
@each_kernel
def test_several_threads_at_once(kernel: str) -> None:
    parts = [slice(0, 1), slice(1, 3), slice(2, 5)]
    wanted = [stepped(kernel, rows) for rows in parts]
    with ThreadPoolExecutor(3) as threads:
        found = list(threads.map(lambda n: [stepped(kernel, parts[n]) for _ in range(15)], range(3)))
    for each, want in zip(found, wanted, strict=True):
        assert all(torch.equal(one, want) for one in each)


@of_two_sets
@each_kernel
def test_broken_numbers_stay_in_their_row_and_unseen_ones_reach_none(kernel: str) -> None:
    """Memory of positions that are not seen may hold anything."""

    def spoil(x: Tensor, pairs: Tensor) -> None:
        x[2, 5] = math.nan
        for row, length in enumerate(LENGTHS):
            pairs[:, :, row, :, length:] = math.nan

    found, want = stepped(kernel, change=spoil), stepped(kernel)
    assert found[2].isnan().any()
    assert torch.equal(found[[0, 1, 3, 4]], want[[0, 1, 3, 4]])


def test_large_and_small_scores() -> None:
    """One position gets all, or all the same: no overflow, no share lost."""
    # of scores near 1e9 32 bit knows seven digits
    for spread, loose in ((30.0, 1e-5), (1e4, 0.05), (1e-6, 1e-5)):
        inputs = Inputs([200, 16], spread=spread)
        _, want = inputs.exact()
        found = inputs.step().double()
        contexts = slice(0, inputs.D)
        assert torch.isfinite(found[:, contexts]).all()
        assert (
            (found - want)[:, contexts].abs() <= (ROUNDING * want.abs() + loose * spread)[:, contexts]
        ).all()


def test_broken_numbers_stay_broken() -> None:
    """NaN and infinity are seen in the result of their head, as with torch's operators."""
    for number in (math.nan, math.inf):
        inputs = Inputs([40])
        inputs.pairs[1, 0, 0, 1, 7] = number
        found = inputs.step()[0, : inputs.D].view(KEYS, -1)
        assert found[1].isnan().all()
        assert found[[0, 2]].isfinite().all()


@pytest.mark.slow
def test_gelu_of_every_number() -> None:
    """All of bfloat16."""
    numbers = torch.arange(-(2**15), 2**15, dtype=torch.int16).view(torch.bfloat16).view(-1, 64)
    inputs, found = Inputs([0]), []
    for row in numbers:
        inputs.packed = torch.cat((inputs.packed[:, : 3 * inputs.D], row[None]), 1)
        found.append(inputs.step()[0, inputs.D :].double())
    got, x = torch.stack(found).flatten(), numbers.flatten().double()
    want = F.gelu(x, approximate="tanh")  # 1 + tanh loses the smallest results, even in 64 bit
    usual = x.abs() < 1e12  # further out 32 bit overflows within
    assert ((got - want)[usual].abs() <= (ROUNDING * want.abs() + 1e-14)[usual]).all()
    assert torch.equal(got[x >= 1e12], x[x >= 1e12])
    assert (
        got[(x <= -1e12) & x.isfinite()].abs() <= 5
    ).all()  # the largest number of 32 bit over exp(88)
    assert got[x.isnan()].isnan().all()


def test_no_room() -> None:
    inputs = Inputs([CAPACITY - 1])
    full = torch.tensor([CAPACITY])
    for lengths in (full, torch.tensor([0, 0])):
        with pytest.raises(IndexError, match="no room"):
            CompiledStep(inputs.angles, inputs.pairs, lengths)
    with pytest.raises(IndexError, match="no room"):
        CompiledStep(inputs.angles, inputs.pairs, full - 1).move(inputs.angles, inputs.pairs, full)


def logits_of_steps(model: nn.Module) -> tuple[list[Tensor], int]:
    """Return logits of steps of one and of two rows, and how many steps were compiled."""
    calls, engine, between = [], Engine(model), CompiledStep.between
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            CompiledStep, "between", lambda self, *given: calls.append(given) or between(self, *given)
        )
        state = engine.new_state()
        engine.prefill([100, 101, 102], state)
        logits = [engine.decode(token, state) for token in range(103, 123)]
        batch = DecodeLoop(engine)
        for ids in ([100, 101, 102], [104, 105]):
            engine.prefill(ids, batch.new_row())
        logits += [batch.decode([token, token + 1]) for token in range(103, 110)]
    return logits, len(calls)


def test_float32_takes_torchs_operators() -> None:
    assert logits_of_steps(tiny.model().eval())[1] == 0


@pytest.mark.parametrize(
    ("head_dim", "rotary", "normed", "rotates"),
    [(16, 16, True, True), (80, 32, False, True), (80, 32, True, False), slow(64, 64, True, True)],
)
def test_heads_that_share_keys(head_dim: int, rotary: int, normed: bool, rotates: bool) -> None:
    inputs = Inputs([19, 0, 300], head_dim, rotary, heads=2 * KEYS)
    how = Attend((inputs.norms[0], inputs.norms[1]) if normed else None, rotates=rotates)
    _, want = inputs.exact(how)
    # a query or key on the edge between two numbers of bfloat16 may be rounded to the other
    assert (inputs.step(how).double() - want).norm() <= 2**-8 * want.norm()


def test_gate() -> None:
    packed = torch.randn(3, 2 * 112, generator=torch.Generator().manual_seed(3)) * 4
    packed[0, :4] = torch.tensor([1e4, -1e4, 0.0, 88.0])
    packed = packed.bfloat16()
    gate, up = packed.double().chunk(2, 1)
    inputs = Inputs([5] * 3)
    inputs.packed = packed
    found = inputs.step(Gate(nn.SiLU())).double()
    want = F.silu(gate) * up
    assert ((found - want).abs() <= ROUNDING * want.abs() + 1e-30).all()


def test_other_gates_take_torchs_operators() -> None:
    packed = torch.randn(2, 96, generator=torch.Generator().manual_seed(1)).bfloat16()
    gate, up = packed.chunk(2, 1)
    inputs = Inputs([5, 6])
    inputs.packed = packed
    found = inputs.step(Gate(nn.GELU()))
    assert torch.equal(found, F.gelu(gate) * up)


@pytest.mark.parametrize("family", ["phi", slow("llama"), "qwen3", slow("smollm3")])
def test_the_decoder_with_it_and_without(family: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the trial fails, torch's operators compute, and the kernels are as near to the same in 32
    bit."""
    model, gated = families.model(family).to(torch.bfloat16), family != "phi"
    # its trials are steps, too
    assert compiled_step.available(16, 16 if gated else 8, 128, normed=family == "qwen3")
    if gated:
        # private: the trial of the gate's kernel, which is asked for when a layer first needs it
        assert compiled.can(compiled_prefill._try_gate)
    with_it, count = logits_of_steps(model)
    assert count == (1 + gated) * len(model.language_model.layers) * (20 + 7)
    # private: no processor here fails its trial
    monkeypatch.setattr(compiled_step, "_try", lambda *_: False)
    # private: forgets the trial, here and after the test
    monkeypatch.setattr(compiled, "_can_once", functools.cache(compiled._can_once.__wrapped__))
    without, count = logits_of_steps(model)
    assert count == 0
    in_32_bit, _ = logits_of_steps(copy.deepcopy(model).float())
    want, *found = (
        torch.cat([x.flatten() for x in each]).float() for each in (in_32_bit, with_it, without)
    )
    errors = [(each - want).norm() for each in found]
    assert errors[0] <= 1.1 * errors[1]
