"""What is kept of earlier requests: found by content, in a budget of memory."""

from __future__ import annotations

import pytest
import torch
from PIL import Image

from flashsloth.chat import FlashSloth
from flashsloth.generation.caches import MAX_STATES, KeptCaches, begins_with
from flashsloth.generation.engine import EncodedImage, Engine, KVState
from generation.helpers import prompt, see


def state_of(engine: Engine, ids: list[int], *images: EncodedImage) -> KVState:
    state = engine.new_state()
    engine.prefill(ids, state, images)
    return state


def words(count: int, start: int = 5) -> list[int]:
    return [20 + start + 3 * i % 200 for i in range(count)]  # no special ids


@pytest.fixture
def store(tiny_sloth: FlashSloth) -> KeptCaches:
    return KeptCaches(tiny_sloth.engine, 10**9)


def test_the_longest_prefix(store: KeptCaches) -> None:
    engine = store.engine
    for ids in (words(40), [*words(40), *words(30, 9)], words(50, 7)):
        store.put(state_of(engine, ids))
    ids = [*words(40), *words(10, 9), *words(20, 11)]
    state = store.new_state(ids, ())
    assert state.ids == ids[: len(state.ids)]
    assert 50 <= len(state.ids) < 70
    torch.testing.assert_close(
        engine.prefill(ids, state), engine.prefill(ids, engine.new_state()), rtol=0, atol=1e-4
    )
    assert store.new_state([400, 401], ()).ids == []
    # the last position is computed for its logits
    assert store.new_state(words(40), ()).ids == words(39)


def test_a_longer_state_takes_the_place_of_its_beginning(store: KeptCaches) -> None:
    engine = store.engine
    store.put(state_of(engine, words(20)))
    once = store.nbytes
    store.put(state_of(engine, words(40)))
    assert store.nbytes == 2 * once
    store.put(state_of(engine, words(30)))  # covered
    assert store.nbytes == 2 * once
    store.put(state_of(engine, words(20, 9)))
    assert store.nbytes == 3 * once
    store.clear()
    assert (store.nbytes, store.new_state(words(40), ()).ids) == (0, [])


@pytest.mark.parametrize("length", [20, 256])
def test_a_copy_takes_only_its_positions(store: KeptCaches, length: int) -> None:
    engine = store.engine
    state = KVState(engine.new_cache())  # not a longer one's memory, used again
    engine.prefill(words(length), state)
    assert state.cache.capacity == 256
    store.put(state)
    assert store.nbytes * state.cache.capacity == state.cache.nbytes * length
    with torch.inference_mode():
        state.cache.pairs[:] = float("nan")  # it is a copy
    assert store.new_state(words(length + 1), ()).cache.pairs[..., :length, :].isfinite().all()


def test_other_pictures_are_another_prefix(nano: FlashSloth, pictures: list[Image.Image]) -> None:
    store = KeptCaches(nano.engine, 10**9)
    first, second = see(nano, pictures[0]), see(nano, pictures[1])
    store.add(b"first", first)
    ids = prompt(nano, "What do you see?", first.visual_tokens)
    state = state_of(nano.engine, ids, first)
    store.put(state)
    again = see(nano, pictures[0])  # the same content, but not from the store
    assert len(store.new_state(ids, (first,)).ids) > first.visual_tokens
    for other in (second, again):
        assert 0 < len(store.new_state(ids, (other,)).ids) < first.visual_tokens
    changed = KVState(state.cache, list(ids), (second,))
    assert begins_with(state, state)
    assert not begins_with(state, changed)
    assert not begins_with(state, KVState(state.cache, list(ids), (first, second)))


def test_the_least_recently_used_goes_first(tiny_sloth: FlashSloth) -> None:
    engine = tiny_sloth.engine
    one = KeptCaches(engine, 10**9)
    one.put(state_of(engine, words(30)))
    store = KeptCaches(engine, 3 * one.nbytes)
    prompts = [words(30, start) for start in (1, 2, 3)]
    for ids in prompts:
        store.put(state_of(engine, ids))
    assert len(store.new_state(prompts[0], ()).ids) == 29  # used again
    store.put(state_of(engine, words(30, 4)))
    found = [len(store.new_state(ids, ()).ids) for ids in (*prompts, words(30, 4))]
    assert found == [29, 0, 29, 29]
    assert store.nbytes == store.memory
    store.put(state_of(engine, words(200, 5)))  # more than all memory: the others stay
    assert store.nbytes == store.memory


def test_pictures_and_states_share_the_memory(
    tiny_sloth: FlashSloth, pictures: list[Image.Image]
) -> None:
    images = [see(tiny_sloth, picture) for picture in pictures]
    whole = KeptCaches(tiny_sloth.engine, 10**9)
    for number, image in enumerate(images):
        whole.add(bytes([number]), image)
    store = KeptCaches(tiny_sloth.engine, whole.nbytes // 2)
    for number, image in enumerate(images):
        store.add(bytes([number]), image)
        assert store.image(bytes([number])) is image
    assert [store.image(bytes([number])) is not None for number in range(4)] == [
        False,
        False,
        True,
        True,
    ]
    store.put(state_of(tiny_sloth.engine, words(10)))
    assert store.nbytes <= store.memory
    assert store.image(b"other") is None


@pytest.mark.parametrize("states", [0, 1, 2, 4])
def test_what_is_kept_counts_and_can_be_used(
    nano: FlashSloth, pictures: list[Image.Image], states: int
) -> None:
    """A state keeps its pictures in memory, and is useless without them."""
    engine, store = nano.engine, KeptCaches(nano.engine, 10**9)

    def ask(number: int) -> int:
        """Ask as the server does, and return how many positions were reused."""
        image = store.image(bytes([number]))
        if image is None:
            image = see(nano, pictures[number])
            store.add(bytes([number]), image)
        ids = prompt(nano, "What do you see?", image.visual_tokens)
        state = store.new_state(ids, (image,))
        reused = len(state.ids)
        engine.prefill(ids, state, (image,))
        store.put(state)
        return reused

    ask(0)
    # the last bytes are too few for one more state
    needed = sum(each.nbytes for each in store._entries.values())
    store.memory = states * needed + needed // 2
    store.clear()
    for number in (0, 1, 1, 2, 0, 3, 2, 3, 3):
        reused = ask(number)
        kept = [*store._entries.values()]
        held = {image for entry in kept if isinstance(entry, KVState) for image in entry.images}
        assert held <= {*kept}
        assert sum(each.nbytes for each in {*kept, *held, *store._free}) == store.nbytes
        assert store.nbytes <= store.memory
    # the picture of a state that was dropped may still be kept
    assert len(kept) >= 2 * states
    assert (reused > nano.config.visual_tokens(False)) == (states > 0)


def test_number_of_states(store: KeptCaches) -> None:
    for start in range(MAX_STATES + 5):
        store.put(state_of(store.engine, [start + 30, *words(4)]))
    assert (
        sum(bool(store.new_state([start + 30, *words(4)], ()).ids) for start in range(MAX_STATES + 5))
        == MAX_STATES
    )
