"""Run the Triton products by Triton's interpreter and print their errors as JSON.

Each error is the largest difference from a product in 64 bit, relative to the largest result.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
from collections import defaultdict

os.environ["TRITON_INTERPRET"] = "1"

import torch
from torch import Tensor

from flashsloth.quantization import Int4Linear, Int8Linear, card_kernels, compiled, kernels, rounding, triton_products

CPU = torch.device("cpu")
SHAPES = ((64, 64, 64), (128, 96, 32), (64, 320, 64), (192, 256, 128), (320, 64, 32))  # N, K, group


def error(found: Tensor, rows: Tensor, weight: Tensor) -> float:
    expected = rows.double() @ weight.double().t()
    return float((found.double() - expected).abs().max() / expected.abs().max())


def products() -> dict[str, float]:
    """Return the largest error of each format and dtype: 1 to 5 rows of each dtype, in turn over the shapes."""
    worst: dict[str, float] = defaultdict(float)
    for (shape, (n, k, group)), count in itertools.product(enumerate(SHAPES), range(1, 6)):
        dtype = (torch.float16, torch.bfloat16)[(shape + count) % 2]
        rows, weight = torch.randn(count, k).to(dtype), torch.randn(n, k)
        codes, affine = rounding.quantize_int4(weight, group)
        integers, scales = rounding.quantize_int8(weight)
        found = {
            "int4": (triton_products.int4_product(rows, codes, affine), rounding.dequantize_int4(codes, affine)),
            "int8": (triton_products.int8_product(rows, integers, scales), rounding.dequantize_int8(integers, scales)),
        }
        for kind, (out, exact) in found.items():
            key = f"{kind} {str(dtype).removeprefix('torch.')}"
            worst[key] = max(worst[key], error(out, rows, exact))
    return worst


def layers() -> dict[str, float]:
    """Return the errors of whole layers that use Triton for a few rows: up to 5, and one more."""
    weight, errors = torch.randn(128, 192), {}
    codes, affine = rounding.quantize_int4(weight)
    integers, scales = rounding.quantize_int8(weight)
    del kernels.pack_int4  # they keep the stored order
    compiled.most_rows = lambda *_: 0
    card_kernels.int4_rows = card_kernels.int8_rows = lambda *_: triton_products.ROWS
    bias = torch.zeros(128)
    int4 = Int4Linear(codes, affine, bias, CPU)
    int8 = Int8Linear(integers, scales, bias, CPU, torch.bfloat16)
    exact = {"int4": rounding.dequantize_int4(codes, affine), "int8": rounding.dequantize_int8(integers, scales)}
    for (kind, layer), count in itertools.product({"int4": int4, "int8": int8}.items(), (1, 5, 6)):
        rows = torch.randn(count, 192).half()
        errors[f"{kind}, {count} rows"] = error(layer(rows), rows, exact[kind])
    return errors


def main() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    trials = {
        "int4": card_kernels._try_int4(triton_products, CPU, 128, 64),
        "int8": card_kernels._try_int8(triton_products, CPU, torch.float16, 96),
    }
    json.dump({"products": products(), "trials": trials, "layers": layers()}, sys.stdout)


if __name__ == "__main__":
    main()
