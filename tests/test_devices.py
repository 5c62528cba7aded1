"""The choice of device, dtype and preset, on machines of every kind: torch's answers about them are
replaced."""

from __future__ import annotations

import sys
from unittest.mock import Mock

import pytest
import torch

from flashsloth import devices
from flashsloth.errors import OptionError, OutOfMemory
from programs import run_python

CPU, CUDA, MPS = torch.device("cpu"), torch.device("cuda:0"), torch.device("mps")
LARGE = 6 * 10**9  # bytes


class Machine:
    """Makes torch report a number of CUDA devices, or an Apple processor."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.patch = patch

    def has(
        self, cuda: int = 0, mps: bool = False, *, bf16: bool = True, cpu_bf16: bool = True
    ) -> None:
        self.patch.setattr(torch.cuda, "is_available", lambda: cuda > 0)
        self.patch.setattr(torch.cuda, "device_count", lambda: cuda)
        self.patch.setattr(torch.backends.mps, "is_available", lambda: mps)
        self.patch.setattr(torch.cuda, "get_device_capability", lambda _: (8, 0) if bf16 else (7, 5))
        self.patch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: cpu_bf16)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


@pytest.mark.parametrize(("cuda", "mps", "wanted"), [(2, True, CUDA), (0, True, MPS), (0, False, CPU)])
def test_auto_prefers_cuda_then_mps(
    machine: Machine, cuda: int, mps: bool, wanted: torch.device
) -> None:
    machine.has(cuda, mps)
    assert devices.choose_device("auto") == wanted
    assert devices.choose_device("cpu") == CPU


def test_named_device(machine: Machine) -> None:
    machine.has(cuda=2, mps=True)
    for name, wanted in {
        "cuda": "cuda:0",
        "cuda:0": "cuda:0",
        "cuda:01": "cuda:1",
        "mps": "mps",
    }.items():
        assert str(devices.choose_device(name)) == wanted


UNKNOWN = (
    "",
    "gpu",
    "CPU",
    "cpu:0",
    "mps:0",
    "cuda:",
    "cuda:x",
    "cuda:-1",
    "cuda:²",
    "cuda:٣",
    "auto ",
)


@pytest.mark.parametrize(
    "name", [*UNKNOWN, pytest.param("cuda:" + "9" * 5000, id="thousands of digits")]
)
def test_unknown_device(machine: Machine, name: str) -> None:
    machine.has(cuda=2, mps=True)
    with pytest.raises(OptionError, match="unknown device") as caught:
        devices.choose_device(name)
    assert "cuda:N" in caught.value.hint


@pytest.mark.parametrize("name", ["cuda", "cuda:3", "mps"])
def test_missing_device(machine: Machine, name: str) -> None:
    machine.has()
    with pytest.raises(OptionError, match=f"device {name} ") as caught:
        devices.choose_device(name)
    assert "--device cpu" in caught.value.hint


def test_named_and_unknown_dtypes() -> None:
    for name in devices.DTYPES:
        assert devices.choose_dtype(MPS, name, LARGE) == getattr(torch, name)
    with pytest.raises(OptionError, match="unknown dtype 'int8'"):
        devices.choose_dtype(CPU, "int8", LARGE)


@pytest.mark.parametrize(("bf16", "wanted"), [(True, torch.bfloat16), (False, torch.float16)])
def test_dtype_on_cuda(machine: Machine, bf16: bool, wanted: torch.dtype) -> None:
    """Devices that only emulate bfloat16, such as Turing, use float16."""
    machine.has(cuda=1, bf16=bf16)
    for size in (10, LARGE):
        assert devices.choose_dtype(CUDA, None, size) == wanted
        assert devices.choose_dtype(CUDA, "auto", size, quantized=True) == wanted


@pytest.mark.parametrize(("macos_14", "wanted"), [(True, torch.bfloat16), (False, torch.float32)])
def test_dtype_on_mps(machine: Machine, macos_14: bool, wanted: torch.dtype) -> None:
    """Never float16, in which Phi-2 overflows."""
    machine.has(mps=True)
    machine.patch.setattr(torch.backends.mps, "is_macos_or_newer", lambda major, minor: macos_14)
    assert devices.choose_dtype(MPS, None, LARGE) == wanted


@pytest.mark.parametrize(
    ("size", "has_bf16", "quantized", "free", "wanted"),
    [
        (devices.SMALL - 1, True, True, 0, torch.float32),
        (LARGE, False, False, 2 * LARGE + 1, torch.float32),
        (LARGE, False, False, 2 * LARGE, torch.bfloat16),  # does not fit in float32
        (
            LARGE,
            False,
            True,
            2 * LARGE + 1,
            torch.bfloat16,
        ),  # CPU kernels of quantized weights use bfloat16
        (LARGE, True, False, 2 * LARGE + 1, torch.bfloat16),  # the processor computes in bfloat16
    ],
)
def test_dtype_on_a_cpu(
    machine: Machine, size: int, has_bf16: bool, quantized: bool, free: int, wanted: torch.dtype
) -> None:
    machine.has(cpu_bf16=has_bf16)
    machine.patch.setattr(devices, "free_memory", lambda device: free)
    assert devices.choose_dtype(CPU, None, size, quantized=quantized) == wanted


def test_memory_of_this_machine() -> None:
    assert 0 < devices.free_memory(CPU) < devices.total_memory(CPU)
    assert 10**7 < devices.peak_memory(CPU) < devices.total_memory(CPU)


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 80 bytes"),
        RuntimeError("CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate"),
        RuntimeError("std::bad_alloc"),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("hint", [None, "Use less."])
def test_convert_oom(error: Exception, hint: str | None) -> None:
    with (
        pytest.raises(OutOfMemory) as caught,
        devices.convert_oom("cpu", hint and (lambda: hint or "")),
    ):
        raise error
    assert (str(caught.value), caught.value.hint) == ("cpu ran out of memory", hint or OutOfMemory.hint)
    assert caught.value.__cause__ is error


def test_convert_oom_when_the_hint_runs_out_of_memory() -> None:
    with pytest.raises(OutOfMemory) as caught, devices.convert_oom(CPU, Mock(side_effect=MemoryError)):
        raise MemoryError
    assert caught.value.hint == OutOfMemory.hint


@pytest.mark.parametrize("error", [RuntimeError("shapes differ"), ValueError("out of memory")])
def test_convert_oom_passes_other_errors(error: BaseException) -> None:
    with pytest.raises(type(error)) as caught, devices.convert_oom(CPU):
        raise error
    assert caught.value is error


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux reports it")
def test_peak_memory_does_not_include_the_parent_process() -> None:
    code = (
        "import torch; from flashsloth import devices; print(devices.peak_memory(torch.device('cpu')))"
    )
    large = f"x = bytearray(15 * 10**8); import subprocess, sys; subprocess.run([sys.executable, '-c', {code!r}])"
    assert 10**8 < int(run_python("-c", large)) < 12 * 10**8
