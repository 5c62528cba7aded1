"""Compare SAP as one vectorised call with a loop over windows, at SigLIP-384 size: 729 patches of 1152 to 81 tokens.

python benchmarks/pooling.py [--repeats 20]
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor

from flashsloth.model.pooling import SpatialAttentionPooling


def by_window(pooling: SpatialAttentionPooling, features: Tensor) -> Tensor:
    """Compute SAP one window after another."""
    side, w = round(features.shape[1] ** 0.5), pooling.window
    grid = features.unflatten(1, (side, side))
    scores = pooling.mlp(features).unflatten(1, (side, side))
    out = []
    for row in range(0, side, w):
        for column in range(0, side, w):
            values = grid[:, row : row + w, column : column + w].flatten(1, 2)
            weights = scores[:, row : row + w, column : column + w].flatten(1, 2).softmax(1)
            out.append((weights * values).sum(1))
    return torch.stack(out, dim=1)


def milliseconds(run: Callable[[], Tensor], repeats: int) -> list[float]:
    times = []
    for _ in range(repeats + 3):
        began = time.perf_counter()
        run()
        times.append((time.perf_counter() - began) * 1000)
    return sorted(times[3:])


@torch.inference_mode()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=20)
    repeats = parser.parse_args().repeats
    torch.manual_seed(0)
    pooling, features = SpatialAttentionPooling(1152).eval(), torch.randn(5, 729, 1152)
    difference = (pooling(features) - by_window(pooling, features)).abs().max()
    scoring = milliseconds(lambda: pooling.mlp(features), repeats)
    loop = milliseconds(lambda: by_window(pooling, features), repeats)
    call = milliseconds(lambda: pooling(features), repeats)
    print(f"five tiles, fp32, largest difference {difference:.1e}; milliseconds, median (fastest-slowest)")
    for name, times in (("scores alone", scoring), ("loop over windows", loop), ("one call", call)):
        print(f"{name:24} {statistics.median(times):8.2f} ({times[0]:.2f}-{times[-1]:.2f})")
    without_scores = [statistics.median(x) - statistics.median(scoring) for x in (loop, call)]
    whole = statistics.median(loop) / statistics.median(call)
    print(f"ratio, whole {whole:.2f}x, without the scores {without_scores[0] / without_scores[1]:.2f}x")


if __name__ == "__main__":
    main()
