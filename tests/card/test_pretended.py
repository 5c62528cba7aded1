"""The simulated card notices what a card would: each test plants a fault."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from card import kernels
from card.runtime import Card
from card.tensor import CardTensor
from flashsloth.generation.cuda_graphs import CudaGraphs, GraphKey
from flashsloth.generation.decode_loop import read_tokens
from flashsloth.inference.attention import without_cudnn


def test_tensors_have_values_and_a_device(card: Card) -> None:
    x = torch.arange(6.0, device=card.kind).view(2, 3)
    assert isinstance(x, CardTensor)
    assert x.device == torch.device(card.kind, 0)
    x[:, 1:] *= 2
    # a number may be the host's
    assert (x @ x.t() + torch.tensor(1.0)).tolist() == [[21.0, 57.0], [57.0, 174.0]]
    assert x.data_ptr() > 2**62  # a compiled kernel of the CPU that reads there ends the process
    assert (torch.cuda.is_available(), torch.backends.mps.is_available()) == (
        card.kind == "cuda",
        card.kind == "mps",
    )


REFUSED: dict[
    str, tuple[str, Callable[[Tensor], Any], str]
] = {  # by which cards, what, with which error
    "two devices": ("cuda mps", lambda x: x + torch.ones(64, 64), "two devices"),
    "two cards": ("cuda mps", lambda x: x + x.to(f"{x.device.type}:1"), "two devices"),
    "a table of the CPU": ("cuda mps", lambda x: torch.ones(64)[x.long()], "two devices"),
    "the CPU's generator": (
        "cuda mps",
        lambda x: x.exponential_(generator=torch.Generator()),
        "generator",
    ),
    "numpy": ("cuda mps", lambda x: x.numpy(), "numpy"),
    "the CPU's product": (
        "cuda mps",
        lambda x: torch.ops.mkldnn._linear_pointwise(x, x, None, "none", [], ""),
        "not",
    ),
    "the CPU's packing": (
        "cuda mps",
        lambda x: torch.ops.aten._convert_weight_to_int4pack_for_cpu(x.int(), 1),
        "not",
    ),
    "pinned memory": ("cuda mps", lambda x: x.pin_memory(), "cannot pin"),
    "a mask of 32 bits": (
        "cuda",
        lambda x: F.scaled_dot_product_attention(*[x.half()[None]] * 3, x),
        "for bias",
    ),
    "no memory": ("cuda mps", lambda x: torch.empty(2**40, device=x.device), "out of memory"),
    "64 bits": ("mps", lambda x: x.double(), "float64"),
    "64 bits of the host": (
        "mps",
        lambda x: torch.zeros(2, dtype=torch.float64).to(x.device),
        "float64",
    ),
    "no kernel": ("mps", torch.linalg.svdvals, "svd"),
    "freed memory": ("mps", lambda x: torch.zeros(3).to(x.device, non_blocking=True), "non_blocking"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str, card: Card) -> None:
    kinds, fault, error = REFUSED[name]
    x = torch.ones(64, 64, device=card.kind)
    if card.kind in kinds:
        with pytest.raises((RuntimeError, TypeError), match=error):
            fault(x)
    else:
        fault(x)


def test_kernels_and_waits_are_counted(cuda: Card) -> None:
    x = torch.ones(2, 3, device="cuda")
    cuda.reset()
    y = F.linear(x, x, x[:, 0]).view(-1).float()
    assert (dict(cuda.kernels), cuda.waits) == ({"addmm": 1}, [])
    y.tolist()
    y[0].item()
    torch.zeros(3).to("cuda")
    torch.zeros(3).pin_memory().to("cuda", non_blocking=True)
    assert cuda.waits == ["copy to the host", "_local_scalar_dense", "copy from the host"]


def test_a_copy_to_the_host_arrives_late(cuda: Card) -> None:
    token = torch.tensor([7], device="cuda")
    assert token.to("cpu", non_blocking=True).item() == kernels.GARBAGE  # read too early
    assert read_tokens(token, None) == ([7], None)


def test_cudnn_s_attention_is_off_inside_only(cuda: Card) -> None:
    with pytest.raises(ZeroDivisionError), without_cudnn(cuda.device()):
        assert 1 / torch.backends.cuda.cudnn_sdp_enabled()
    assert torch.backends.cuda.cudnn_sdp_enabled()


def test_cudnn_s_attention_stays_off_while_a_thread_is_inside(cuda: Card) -> None:
    """The thread that entered first may leave before the others."""
    with ExitStack() as second:
        with without_cudnn(cuda.device()):
            second.enter_context(without_cudnn(cuda.device()))
        assert not torch.backends.cuda.cudnn_sdp_enabled()
    assert torch.backends.cuda.cudnn_sdp_enabled()


def captured(function: Any, x: Tensor) -> tuple[CudaGraphs, list[Any]]:
    """Call a function of x, x + 1 and x + 2: eagerly, captured, replayed."""
    graphs = CudaGraphs(torch.device("cuda"))
    return graphs, [
        graphs.run(GraphKey("test", None, ()), function, x=x + number).tolist() for number in range(3)
    ]


def test_a_number_of_the_host_stays_in_the_graph(cuda: Card) -> None:
    numbers = iter(range(9))
    _, found = captured(lambda x: x[next(numbers)].clone(), torch.arange(10, device="cuda"))
    assert found[2] == 2 + 2  # 2 + 3 without a graph


@pytest.mark.parametrize(
    "fault", [lambda x: x[0].item(), lambda x: torch.ones(2).to("cuda")], ids=["item", "upload"]
)
def test_a_capture_may_not_wait(cuda: Card, fault: Callable[[Tensor], Any]) -> None:
    graphs, found = captured(lambda x: x * fault(x), torch.ones(2, device="cuda"))
    assert "capture" in graphs.problem
    assert len(found) == 3  # without graphs
