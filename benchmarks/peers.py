"""Compare FlashSloth with other models of its size: first token, decode speed and memory. Weights are
random.

    python benchmarks/peers.py [--only NAME]... [--dtype bfloat16] [--device cpu] [--max-tokens 16]
                               [--repeats 3] [--quant int4] [--tiny] [--json]

All models get the same picture, prompt length and answer length. Each is built in transformers from its
published sizes, in its own process. Quality is not measured; a model that reads more visual tokens may
see more. Separator tokens between tiles are left out, which favours the other models.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any

from common import fill, measure_if_child, measure_rows, options_parser, table
from peer_sizes import OURS, PEERS, TINY_OURS, Peer, tiny

from flashsloth import benchmark
from flashsloth.benchmark import random_weights
from flashsloth.benchmark.table import busy, figure, spread

HEADING = (
    *("model", "visual tokens", "picture", "image, ms", "first token, ms", "decode, tok/s", "peak, GB"),
    "first token to ours",
)
TEXT_TOKENS = 55  # as many as in our own prompt without its query tokens


@dataclass
class PreparedImage:
    """A picture prepared for a model: its inputs, the number of visual tokens, and the size in
    pixels."""

    inputs: dict[str, Any]
    visual_tokens: int
    size: tuple[int, int]


def read_qwen(picture: Any, config: Any, tokens: int) -> PreparedImage:
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

    patch = config.vision_config.patch_size
    merge = config.vision_config.spatial_merge_size
    side = (patch * merge) ** 2  # the number of pixels of a visual token
    processor = Qwen2VLImageProcessorPil(
        patch_size=patch,
        merge_size=merge,
        size={"shortest_edge": 4 * side, "longest_edge": tokens * side},
    )
    out = processor(picture, return_tensors="pt")
    _, rows, columns = out["image_grid_thw"][0].tolist()
    return PreparedImage(dict(out), rows * columns // merge**2, (columns * patch, rows * patch))


def read_internvl(picture: Any, config: Any, tiles: int) -> PreparedImage:
    from transformers.models.got_ocr2.image_processing_pil_got_ocr2 import (
        GotOcr2ImageProcessorPil,
        get_optimal_tiled_canvas,
    )

    side = config.vision_config.image_size[0]
    processor = GotOcr2ImageProcessorPil(
        size={"height": side, "width": side}, crop_to_patches=True, min_patches=1, max_patches=tiles
    )
    pixels = processor(picture, return_tensors="pt")["pixel_values"]
    grid = get_optimal_tiled_canvas((picture.height, picture.width), (side, side), 1, tiles)
    each = int((side // config.vision_config.patch_size[0] * config.downsample_ratio) ** 2)
    return PreparedImage({"pixel_values": pixels}, each * len(pixels), (grid[0] * side, grid[1] * side))


def read_smolvlm(picture: Any, config: Any) -> PreparedImage:
    from transformers.models.smolvlm.image_processing_pil_smolvlm import SmolVLMImageProcessorPil

    side = config.vision_config.image_size
    processor = SmolVLMImageProcessorPil(
        size={"longest_edge": 4 * side}, max_image_size={"longest_edge": side}, do_image_splitting=True
    )
    out = processor(picture, return_tensors="pt", return_row_col_info=True)
    rows, columns = out["rows"][0][0], out["cols"][0][0]
    inputs = {"pixel_values": out["pixel_values"], "pixel_attention_mask": out["pixel_attention_mask"]}
    each = (side // config.vision_config.patch_size) ** 2 // config.scale_factor**2
    return PreparedImage(inputs, each * out["pixel_values"].shape[1], (columns * side, rows * side))


def read_lfm2(picture: Any, config: Any) -> PreparedImage:
    """Cut tiles of 512 pixels and add the whole picture; transformers does this only with
    torchvision."""
    import numpy as np
    import torch

    patch, factor, tile = config.vision_config.patch_size, config.downsample_factor, 512
    ratios = [(w, h) for w in range(1, 11) for h in range(1, 11) if 2 <= w * h <= 10]
    columns, rows = min(
        ratios, key=lambda r: (abs(r[0] / r[1] - picture.width / picture.height), r[0] * r[1])
    )
    # The whole picture is shrunk to at most 256 visual tokens, and its sides to multiples of a token's
    # side.
    step, most = patch * factor, 256
    shrink = (picture.width * picture.height / (most * step**2)) ** 0.5
    whole = picture.resize(
        (int(picture.width / shrink / step) * step, int(picture.height / shrink / step) * step)
    )
    large = picture.resize((columns * tile, rows * tile))
    corners = [(x * tile, y * tile) for y in range(rows) for x in range(columns)]
    parts = [*(large.crop((x, y, x + tile, y + tile)) for x, y in corners), whole]
    shapes = [(part.height // patch, part.width // patch) for part in parts]
    length = max(h * w for h, w in shapes)
    pixels = np.zeros((len(parts), length, 3 * patch**2), np.float32)
    mask = np.zeros((len(parts), length), np.int32)
    # A row of `pixels` is a patch. Its values are in the order row, column, channel.
    for number, (part, (h, w)) in enumerate(zip(parts, shapes, strict=True)):
        values = np.asarray(part, np.float32).reshape(h, patch, w, patch, 3) / 127.5 - 1
        pixels[number, : h * w] = values.transpose(0, 2, 1, 3, 4).reshape(h * w, -1)
        mask[number, : h * w] = 1
    inputs = {
        "pixel_values": torch.from_numpy(pixels),
        "spatial_shapes": torch.tensor(shapes),
        "pixel_attention_mask": torch.from_numpy(mask),
    }
    tokens = sum(h * w for h, w in shapes) // factor**2
    return PreparedImage(inputs, tokens, (columns * tile, rows * tile))


READERS: dict[str, Any] = {
    "qwen": read_qwen,
    "internvl": read_internvl,
    "smolvlm": read_smolvlm,
    "lfm2": read_lfm2,
}


def measure(job: dict[str, Any]) -> dict[str, Any]:
    """Measure one model in this process; return its row."""
    import accelerate  # noqa: F401 - before the memory is measured, as building needs it
    import compare  # noqa: F401 - here, so that it does not count as the model's memory
    import torch
    import transformers

    from flashsloth import devices
    from flashsloth.benchmark import measurement as m
    from flashsloth.benchmark.measurement import picture

    peer = PEERS[job["model"]]
    device, dtype = devices.choose_device(job["device"]), getattr(torch, job["dtype"])
    config_class = getattr(transformers, f"{peer.kind}Config")
    model_class = getattr(transformers, f"{peer.kind}ForConditionalGeneration")
    config = config_class(**(tiny(peer.sizes) if job["tiny"] else peer.sizes))
    image = picture()
    READERS[peer.reader](image, config, **peer.options)  # for its imports
    memory = m.PeakMemory(device)
    model = build(model_class, config, dtype, device)

    with torch.inference_mode():
        for _ in range(job["warmup"]):
            run_once(model, peer, image, job)
        contention = m.CpuContention()
        runs = [run_once(model, peer, image, job) for _ in range(job["repeats"])]
        waited = contention.share()
    medians, spread = m.summary([times for times, *_ in runs])
    prepared = runs[-1][1]
    return {
        **{key: job[key] for key in ("engine", "model", "quant", "dtype", "max_tokens")},
        "device": str(device),
        "source": peer.source,
        **medians,
        "spread": spread,
        "visual_tokens": prepared.visual_tokens,
        "picture": list(prepared.size),
        "peak_bytes": memory.peak(),
        "weight_bytes": m.weight_bytes([model]),
        "output_tokens": len(runs[-1][2]),
        "error": None,
        "waited_share": waited,
        "environment": m.environment(device),
    }


def run_once(
    model: Any, peer: Peer, image: Any, job: dict[str, Any]
) -> tuple[dict[str, float], PreparedImage, list[int]]:
    """Generate one answer; return its times, the prepared picture and the ids."""
    from compare import generate

    from flashsloth.benchmark.measurement import token_times

    config, began = model.config, time.perf_counter()
    prepared = READERS[peer.reader](image, config, **peer.options)
    read_at = time.perf_counter()
    clock = generate(model, prompt(prepared, config, model.dtype, model.device), job["max_tokens"])
    return (
        {"image_ms": (read_at - began) * 1000, **token_times(clock.moments, began, read_at)},
        prepared,
        clock.ids,
    )


def build(model_class: Any, config: Any, dtype: Any, device: Any) -> Any:
    """Build the model with random weights directly in their dtype, without a second copy."""
    from accelerate import init_empty_weights
    from transformers.initialization import no_init_weights

    config._attn_implementation = "sdpa"
    with no_init_weights(), init_empty_weights(include_buffers=False):
        model = model_class(config)
    model.tie_weights()  # so that shared weights are filled once
    fill(model, random_weights.random_tensors(random_weights.infos(model), dtype), device)
    model.tie_weights()
    model.generation_config.eos_token_id = None
    model.generation_config.pad_token_id = 0
    return model.to(device).eval()


def prompt(image: PreparedImage, config: Any, dtype: Any, device: Any) -> dict[str, Any]:
    """Return the inputs of generate(). The picture is among as many text tokens as in our own
    prompt."""
    import torch

    # Any ids except the ids of control tokens can be used, because models of random weights understand
    # no text.
    around = [getattr(config, f"vision_{end}_token_id", 300) for end in ("start", "end")]
    text = [10 + 7 * i % 280 for i in range(TEXT_TOKENS - 2)]
    visual = [config.image_token_id] * image.visual_tokens
    ids = torch.tensor([[*text[:36], around[0], *visual, around[1], *text[36:]]], device=device)
    inputs = {key: value.to(device) for key, value in image.inputs.items()}
    inputs["pixel_values"] = inputs["pixel_values"].to(dtype)
    inputs |= {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    if hasattr(config, "vision_start_token_id"):  # the models that have two-dimensional positions
        inputs["mm_token_type_ids"] = (ids == config.image_token_id).int()
    return inputs


def lines(rows: list[dict[str, Any]], options: argparse.Namespace) -> list[str]:
    """Return the table, and the versions and settings on which its numbers depend."""
    ours = next(
        (row["ttft_ms"] for row in rows if row["model"] == "flashsloth" and not row["error"]), None
    )
    cells = []
    for row in rows:
        name = row["model"] if row["quant"] == "none" else f"{row['model']} {row['quant']}"
        if row["error"]:
            cells.append([name, row["error"]])
            continue
        first = f"{figure(row['ttft_ms'])} {spread(row, 'ttft_ms')}".strip()
        numbers = [figure(row["image_ms"]), first, figure(row["decode_tokens_per_second"])]
        ratio = f"{row['ttft_ms'] / ours:.1f}x" if ours else "-"
        size = "x".join(map(str, row["picture"]))
        cells.append(
            [name, row["visual_tokens"], size, *numbers, figure(row["peak_bytes"], 1e9), ratio]
        )
    out = [
        *table(HEADING, cells),
        "",
        f"{options.dtype}, {options.max_tokens} tokens out, medians of {options.repeats}, ± half their range.",
    ]
    if machine := next((row["environment"] for row in rows if not row["error"]), None):
        out.append(
            f"{machine['device']} ({machine['processor']}, {machine['threads']} threads), torch {machine['torch']}."
        )
    return [*out, *busy(rows), "Random weights in the published sizes: quality is not measured."]


def plan(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Return the jobs: first our models in 16 bit and in the given presets, then the other models."""
    common = {key: getattr(options, key) for key in ("dtype", "device", "max_tokens", "repeats")}
    jobs: list[dict[str, Any]] = []
    for quant in ("none", *options.quant):
        for name in OURS:
            numbers = {**(TINY_OURS if options.tiny else {}), **random_weights.NAMED[name]}
            jobs.append(asdict(benchmark.Job("flashsloth", name, sizes=numbers, quant=quant, **common)))
    others = {"engine": "hf", "quant": "none", "tiny": options.tiny, "warmup": 1, **common}
    jobs += [{**others, "model": name} for name in PEERS]
    prefixes = [name.lower() for name in options.only]
    return [
        job for job in jobs if not prefixes or any(job["model"].startswith(name) for name in prefixes)
    ]


def main() -> None:
    measure_if_child(lambda job, on_progress: measure(job))
    parser = options_parser(__doc__, device="auto", max_tokens=16, repeats=3, tiny=False, json=False)
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="NAME",
        help="only models whose name starts with NAME",
    )
    parser.add_argument("--dtype", default="bfloat16", choices=["bfloat16", "float16", "float32"])
    parser.add_argument(
        "--quant", action="append", default=[], help="measure our models in this preset too"
    )
    options = parser.parse_args()
    jobs = plan(options)
    if not jobs:
        parser.error(f"no model has this name; known: {', '.join([*OURS, *PEERS])}")
    rows = measure_rows(jobs, __file__)
    for row in rows:
        row.setdefault("picture", [768, 768] if row["model"].endswith("-hd") else [384, 384])
    print(json.dumps({"rows": rows}) if options.json else "\n".join(lines(rows, options)))
    if any(row["error"] for row in rows):
        sys.exit(1)


if __name__ == "__main__":
    main()
