"""Conversations that are decoded together get the logits that each gets alone, whenever they join and
leave."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

import flashsloth
from flashsloth.chat import FlashSloth
from flashsloth.generation.decode_loop import DecodeLoop, copy_positions
from flashsloth.generation.engine import Engine, KVState
from flashsloth.inference import decoder
from flashsloth.quantization import compiled
from generation.helpers import driven


@pytest.fixture(params=["exact", "padded"])
def engine(request: pytest.FixtureRequest, tiny_sloth: FlashSloth) -> Engine:
    return driven(
        tiny_sloth, padded=request.param == "padded" or None
    ).engine  # a card's rows are padded always


def words(length: int, start: int = 5) -> list[int]:
    return [100 + (start + 7 * i) % 200 for i in range(length)]


def check(got: torch.Tensor, wanted: torch.Tensor) -> None:
    assert torch.isfinite(wanted).all()
    torch.testing.assert_close(got, wanted, rtol=0, atol=1e-4)


@pytest.mark.parametrize("row_keys", [decoder.ROW_KEYS, 0], ids=["together", "in turn"])
def test_rows_join_and_leave(engine: Engine, monkeypatch: pytest.MonkeyPatch, row_keys: int) -> None:
    """Five conversations that grow past the first buffer; each step is compared with a step alone. Rows
    attend in one call, or one after another as those of a large model do."""
    monkeypatch.setattr(decoder, "ROW_KEYS", row_keys)
    batch, alone = DecodeLoop(engine), list[KVState]()

    def join(ids: list[int]) -> None:
        alone.append(engine.new_state())
        check(engine.prefill(ids, batch.new_row()), engine.prefill(ids, alone[-1]))

    def steps(count: int) -> None:
        for number in range(count):
            tokens = [11 + 3 * number + row for row in range(len(batch.states))]
            wanted = [engine.decode(token, state) for token, state in zip(tokens, alone, strict=True)]
            check(batch.decode(tokens), torch.stack(wanted))
            assert [state.ids for state in batch.states] == [state.ids for state in alone]

    def leave(number: int) -> None:
        batch.remove(batch.states[number])
        last = alone.pop()
        if number < len(alone):
            alone[number] = last

    for length in (3, 40, 250):
        join(words(length))
        steps(2)
    steps(6)  # the row of 250 reaches 260
    assert batch.cache.capacity == 512
    leave(0)  # the last row takes its place
    steps(2)
    join(words(90, 9))
    join(words(17, 31))
    assert batch.cache.rows == 4
    steps(2)
    leave(3)
    leave(1)
    steps(2)
    state, own = batch.states[1], alone[1]
    longer = state.ids + words(30, 60)  # another turn; the row computes only what it lacks
    check(engine.prefill(longer, state), engine.prefill(longer, own))
    steps(3)
    for _ in range(2):
        leave(0)
    assert batch.states == []


def test_a_row_that_grows_the_buffer_keeps_the_others(engine: Engine) -> None:
    alone, batch = engine.new_state(), DecodeLoop(engine)
    for state in (alone, batch.new_row()):
        engine.prefill(words(60), state)
    engine.prefill(words(300), batch.new_row())
    check(batch.decode([3, 4])[0], engine.decode(3, alone))


@pytest.mark.parametrize("is_copied", [False, True], ids=["computed", "copied"])
@pytest.mark.parametrize("garbage", [float("nan"), float("inf")])
def test_values_of_a_row_that_left_reach_nobody(
    engine: Engine, garbage: float, is_copied: bool
) -> None:
    """A longer row beside it makes a new one attend to masked positions, where NaN would stay NaN."""
    ids, other = words(60), words(20, 9)
    alone, kept = engine.new_state(), engine.new_state()
    for state in (alone, kept):
        engine.prefill(other, state)
    wanted = engine.decode(3, alone)
    batch = DecodeLoop(engine, 2)
    engine.prefill(ids, batch.new_row())
    engine.prefill(ids, batch.new_row())
    with torch.inference_mode():
        batch.cache.pairs[:, :, 1] = garbage
    batch.remove(batch.states[1])
    row = batch.new_row()
    copy_positions(kept, row, len(other), engine) if is_copied else engine.prefill(other, row)
    check(batch.decode([4, 3])[1], wanted)


@pytest.mark.parametrize("preset", ["none", "int8", "int4"])
def test_presets(native_folder: Path, preset: str) -> None:
    """Seven rows in 16 bit: the rounding of a product depends on how many rows it has."""
    engine = flashsloth.open(native_folder, device="cpu", quant=preset, dtype="bfloat16").engine
    assert engine.dtype == torch.bfloat16
    batch, wanted = DecodeLoop(engine, 7), []
    for row in range(7):
        state, ids = engine.new_state(), words(20 + 31 * row, row)
        engine.prefill(ids, state)
        wanted.append(engine.decode(7, state))
        engine.prefill(ids, batch.new_row())
    got, expected = batch.decode([7] * 7).float(), torch.stack(wanted).float()
    assert (got - expected).norm() < 0.02 * expected.norm()


def test_only_steps_of_the_same_sequences_repeat_their_calls(int4_folder: Path) -> None:
    """A step of others in between, memory that grows, or other threads change no bit."""
    engine = flashsloth.open(int4_folder, device="cpu", dtype="bfloat16").engine
    decoder: Any = engine.decoder
    before = torch.get_num_threads()

    def logits(*, forgets: bool) -> list[torch.Tensor]:
        found, states, batch = [], [engine.new_state() for _ in range(2)], DecodeLoop(engine, 2)
        for length, state in zip(
            (12, 250, 5, 9), (*states, batch.new_row(), batch.new_row()), strict=True
        ):
            engine.prefill(words(length), state)
        for number in range(12):
            torch.set_num_threads(1 + number % 3 // 2)
            for state in states[number % 4 // 3 :]:
                found += [engine.decode(7 + number, state), engine.decode(8 + number, state)]
                decoder.last = None if forgets else decoder.last
            found.append(batch.decode([5, 6 + number]).clone())
        return found

    try:
        assert all(map(torch.equal, logits(forgets=False), logits(forgets=True)))
        engine.decode(5, engine.new_state())
        assert compiled.instruction_set() is None or decoder.last.wholes
    finally:
        torch.set_num_threads(before)


@torch.inference_mode()
def test_a_prefill_of_one_position_in_16_bit(native_folder: Path) -> None:
    engine = flashsloth.open(native_folder, device="cpu", dtype="bfloat16").engine
    batch, ids = DecodeLoop(engine), words(12)
    state = batch.new_row()
    engine.prefill(ids[:-1], state)
    expected = engine.prefill(ids, engine.new_state())
    assert torch.allclose(engine.prefill(ids, state), expected, rtol=0.05, atol=0.05)
