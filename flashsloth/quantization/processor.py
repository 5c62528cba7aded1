"""The kind of this processor, by which kernels are chosen."""

from __future__ import annotations

import functools

import torch


@functools.cache
def cpu_kind() -> str:
    """Return a key of kernels.CPU_THRESHOLDS, by the processor's features and by what torch was built for."""
    built = torch.backends.cpu.get_cpu_capability()
    if built == "AVX512":
        if _cpu_has("_is_avx512_bf16_supported"):
            return "avx512_bf16"
        return "avx512_vnni" if _cpu_has("_is_vnni_supported") else "avx512"
    return "avx2" if built == "AVX2" else "other"


def _cpu_has(check: str) -> bool:
    return bool(getattr(torch.cpu, check, lambda: False)())
