"""`pytest -p card.plugin --card KIND`: what tests open on the CPU, they open on a simulated card or on
real CUDA, while the process lives. Tests without a model are left out. Each starts without captured
graphs, whatever ran before it."""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest

MODELS = {"nano", "tiny_sloth", "sloth", "server", "native_folder"}  # fixtures
PADDED = "cuda mps", "prompts are padded, and caches have room for answers"
CAPTURED = "cuda", "what is captured calls no Python"
DTYPE = "cuda mps", "bfloat16 is the default"
# tests that must fail on these cards. One that passes there is an error, and so is a name of no test
CANNOT = {
    "chat/test_turns: test_turns_reuse_the_cache": PADDED,
    "generation/test_prefix_store: test_a_copy_takes_only_its_positions": PADDED,
    "server/test_scheduler: test_cancel_while_prefilling": CAPTURED,
    "server/test_scheduler: test_running_answers_get_tokens_between_blocks": CAPTURED,
    "generation/test_image_cache: test_a_second_model_skips_the_tower": (
        "cuda",
        "encoded images are not kept",
    ),
    "generation/test_image_cache: test_the_stamp_is_that_of_the_files_and_how_they_are_opened": DTYPE,
    "generation/test_guided_decoding: test_forced_tokens_are_computed_together": (
        "cuda mps",
        "they come one by one",
    ),
    "generation/test_equivalence: test_engine_computes_no_gradients": (
        "cuda mps",
        "it has a model of the CPU",
    ),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--card", choices=("cuda", "mps", "real"), default="cuda", help="simulated, or CUDA's own"
    )


def name_of(item: pytest.Item) -> str:
    return item.nodeid.removeprefix("tests/").replace(".py::", ": ").partition("[")[0]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    card = config.option.card.replace("real", "cuda")
    why = {name: reason for name, (cards, reason) in CANNOT.items() if card in cards}
    collected = {name_of(item) for item in items}
    files = {name.partition(":")[0] for name in collected}
    gone = [name for name in why if name.partition(":")[0] in files and name not in collected]
    if gone and not any("::" in argument for argument in config.args):
        raise pytest.UsageError(f"card/plugin.py has names of no test: {', '.join(gone)}")
    for item in items:
        if name_of(item) in why:
            item.add_marker(pytest.mark.xfail(reason=why[name_of(item)], strict=True))
    without = [item for item in items if MODELS.isdisjoint(getattr(item, "fixturenames", ()))]
    config.hook.pytest_deselected(items=without)
    items[:] = [item for item in items if item not in without]


@pytest.fixture(scope="session", autouse=True)
def _graphs(request: pytest.FixtureRequest) -> Iterator[weakref.WeakSet[Any]]:
    """Begin the card; yield what all engines have captured."""
    import torch

    from card.pretend import pretend
    from flashsloth import devices
    from flashsloth.generation import engine

    kind, made = request.config.option.card.replace("real", "cuda"), weakref.WeakSet[Any]()

    class Graphs(engine.CudaGraphs):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            made.add(self)

    with (
        contextlib.nullcontext() if request.config.option.card == "real" else pretend(kind),
        mock.patch.object(devices, "choose_device", return_value=torch.device(kind, 0)),
        mock.patch.object(engine, "CudaGraphs", Graphs),
    ):
        yield made


@pytest.fixture(autouse=True)
def _nothing_captured(_graphs: weakref.WeakSet[Any]) -> None:
    for graphs in list(_graphs):
        graphs.__init__(graphs.device, graphs.disabled_reason != "switched off")
