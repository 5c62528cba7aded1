"""Compile Triton's kernels for cards that this machine does not have, and print the registers, spilled
bytes and seconds of each.

    python tests/quantization/compile_kernels.py [CAPABILITY[/BITS]]...

With BITS, 80/4 for example, only the products with weights of this many bits are compiled. The kernels
are compiled for the sizes of two decoders: the released one, and one with grouped-query attention."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import torch
import triton
from triton.backends.compiler import GPUTarget
from triton.runtime.jit import create_function_from_signature

from flashsloth.inference import card_step
from flashsloth.quantization import card_products

CARDS = (80, 86, 89, 90, 120)
BFLOAT16, META = torch.bfloat16, torch.device("meta")


def empty(*shape: int, dtype: torch.dtype = BFLOAT16) -> torch.Tensor:
    return torch.empty(shape, dtype=dtype, device=META)


def weight(bits: int, n: int, k: int) -> card_products.CardWeight:
    if bits == 4:
        return card_products.CardWeight(empty(n, k // 8, dtype=torch.int32), empty(n, k // 64, 2))
    return (
        card_products.CardWeight(empty(n, k, dtype=torch.int8), empty(n))
        if bits == 8
        else card_products.CardWeight(empty(n, k), None)
    )


def launches(all_bits: tuple[int, ...]) -> Iterator[str]:
    """Launch each kernel, and yield its description."""
    work = card_products.workspace(1, META, 2**20)
    for bits in all_bits:
        inner, outer, gate = (
            weight(bits, 17920, 2560),
            weight(bits, 2560, 12800),
            weight(bits, 22016, 2048),
        )
        normed, f32 = empty(1, 2560), {"dtype": torch.float32}
        sums = empty(2, 17920, **f32)
        yield f"norm and GELU, {bits} bit"
        packed, mixed = empty(1, 7680), empty(1, 12800)
        card_products.multiply(
            empty(1, 2560, **f32),
            inner,
            empty(17920),
            packed,
            norm=(normed, sums, 1e-5),
            active=mixed[:, 2560:],
        )
        yield f"residual, {bits} bit"
        more: Any = {"gained": empty(1, 2560, **f32), "gain": empty(2560), "work": work}
        card_products.multiply(mixed, outer, empty(2560), normed, **more)
        yield f"RMS norm and gate, {bits} bit"
        norm = empty(1, 2048), None, 1e-6
        card_products.multiply(empty(1, 2048, **f32), gate, None, empty(1, 11008), norm=norm)
        if bits < 16:
            yield f"dequantize, {bits} bit"
            card_products.launch_dequantize(*inner, empty(17920, 2560))
    positions = empty(1, dtype=torch.int64)
    removed = empty(1, dtype=torch.int64)
    shift = empty(1, dtype=torch.int64)
    for name, queries, keys, width, norms, moved in (
        ("Phi", 32, 32, 80, (None, None), None),
        ("Qwen3-VL", 16, 8, 128, (empty(128), empty(128)), shift),
    ):
        yield f"attention of {name}"
        qkv, pair = empty(1, (queries + 2 * keys) * width), empty(2, 1, keys, 2048, width)
        table = empty(2, 4096, 1, 1, 2, 16, dtype=torch.float32)
        out = empty(1, queries * width)
        card_step.launch_attend(
            qkv, pair, positions, removed, moved, table, True, *norms, 1e-6, 2048, out, *work
        )
        yield f"rotary embeddings and cache of {name}"
        queried = empty(1, queries, width)
        card_step.launch_place(qkv, pair, positions, table, True, *norms, 1e-6, queried)
    x = empty(2, 2560)
    for name, bias in (("layer norm", empty(2560)), ("RMS norm", None)):
        yield f"residual and {name}"
        card_step.launch_add_norm(x, x, empty(2560), bias, 1e-6, x, x)
    for name, context in (("GELU", x), ("gate", None)):
        yield name
        card_step.launch_activate(empty(2, 20480), context, empty(2, 10240))


def compiled(kernel: Any, target: GPUTarget, arguments: Any, options: Any) -> str:
    """Compile a launch for a card, and return the assembly for ptxas."""
    backend = triton.compiler.make_backend(target)
    binder = create_function_from_signature(kernel.signature, kernel.params, backend)
    bound, specialization, rest = binder(*arguments, **options)
    given, signature, constants, attributes = kernel._pack_args(
        backend, options, bound, specialization, rest
    )
    source = triton.compiler.ASTSource(kernel, signature, constants, attributes)
    return triton.compile(source, target=target, options=given.__dict__).asm["ptx"]


def assembled(ptx: str, capability: int) -> tuple[int, int]:
    """Return the registers of a kernel, and the bytes that it spills."""
    bin_folder = Path(triton.__file__).parent / "backends" / "nvidia" / "bin"
    program = bin_folder / ("ptxas-blackwell" if capability >= 100 else "ptxas")
    with tempfile.NamedTemporaryFile("w", suffix=".ptx") as file:
        file.write(ptx)
        file.flush()
        arch = re.search(r"\.target (sm_\w+)", ptx)
        assert arch is not None
        command = [program, "-v", f"--gpu-name={arch[1]}", file.name, "-o", "/dev/null"]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    spilled = sum(map(int, re.findall(r"(\d+) bytes spill", said)))
    return max(map(int, re.findall(r"Used (\d+) registers", said))), spilled


def compile_all(capability: int, all_bits: tuple[int, ...] = (16, 8, 4)) -> Iterator[str]:
    """Yield a line for each kernel."""
    target, made = GPUTarget("cuda", capability, 32), list[Any]()

    def launch(kernel: Any, _: Any, *arguments: Any, dependent: bool = False, **options: Any) -> None:
        began = time.process_time()
        ptx = compiled(kernel, target, arguments, options | {"launch_pdl": dependent})
        made.append((*assembled(ptx, capability), time.process_time() - began))

    with contextlib.ExitStack() as stack:
        for module in (card_products, card_step):
            stack.enter_context(mock.patch.object(module, "launch", launch))
        for module in (card_products, card_step):
            stack.enter_context(mock.patch.object(module, "capability", return_value=capability))
        stack.enter_context(
            mock.patch.object(torch.ops.flashsloth, "product", card_products.launch_product)
        )
        names = list(launches(all_bits))
    for name, (registers, spilled, seconds) in zip(names, made, strict=True):
        yield f"sm_{capability} {name}: {registers} registers, {spilled} bytes spilled, {seconds:.1f} s"


def main() -> None:
    for word in sys.argv[1:] or map(str, CARDS):
        capability, _, bits = word.partition("/")
        print("\n".join(compile_all(int(capability), *([(int(bits),)] if bits else []))))


if __name__ == "__main__":
    main()
