"""Compare our text model and tower with the same text model and tower in llama.cpp. The weights are
random, so quality is not measured.

    python benchmarks/llama.py --llama DIR [--ours ROW...] [--kinds KIND...] [--rounds 5]
                               [--files out/gguf] [--json]

DIR is a built checkout of llama.cpp (targets llama-bench, llama-quantize, llama-mtmd-cli). Its
converter writes the model files on the first run; they need 13 GB for all kinds. ROW is int4, int8 or
none (16 bit); `int4:VARIABLE=VALUE` sets a variable of the environment for the row. Each program is
measured in a process of its own (the one of `flashsloth bench`, `llama-bench -o json` and
`llama-mtmd-cli`). The programs run in turn for several rounds; the table has the medians and ranges.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from common import (
    IMAGES,
    ROOT,
    measure_if_child,
    measure_rows,
    median_and_range,
    options_parser,
    table,
)

from flashsloth import benchmark

# the released model's tokenizer, because llama.cpp requires a tokenizer
TOKENIZER = ROOT / "tests" / "parity" / "data" / "tokenizer"
BASELINE = "llama.cpp Q4_K_M"
KINDS = ("Q4_0", "Q4_K_M", "Q8_0", "BF16")
STEPS = 48
HEAD = ("program", "decode, tok/s", "of Q4_K_M", "weights read, GB", "of bandwidth", "prefill, ms", "tower, ms",
        "first token, ms", "resident, GB")  # fmt: skip


def write_folders(folder: Path, sizes: str) -> None:
    """Write the text model and the tower as folders of transformers, which llama.cpp's converter reads.
    The text model is written as a Phi, and the tower as the tower of a Gemma 3, whose projector also
    averages windows."""
    import torch
    import transformers
    from safetensors.torch import save_file

    from flashsloth.benchmark import random_weights

    config = random_weights.make_config(random_weights.read_sizes(sizes)[1])
    text = config.text_config
    vision = config.vision_config
    side = round(config.visual_tokens(hd=False) ** 0.5)
    tower = transformers.Gemma3Config(
        text_config={"hidden_size": text.hidden_size, "num_hidden_layers": 1, "vocab_size": 8},
        vision_config=vision.to_dict(),
        mm_tokens_per_image=side**2,
    )
    kinds = {
        "text": (transformers.PhiForCausalLM, text),
        "tower": (transformers.Gemma3ForConditionalGeneration, tower),
    }
    for name, (kind, settings) in kinds.items():
        shutil.copytree(TOKENIZER, folder / name)
        with torch.device("meta"):
            model = kind(settings)
        wanted = {
            k: v
            for k, v in random_weights.infos(model).items()
            if name == "text" or "language_model" not in k
        }
        tensors = dict(random_weights.random_tensors(wanted, torch.bfloat16))
        if name == "tower":
            tensors = {published_name(key): tensor for key, tensor in tensors.items()}
        save_file(tensors, folder / name / "model.safetensors", {"format": "pt"})
        settings.architectures = [kind.__name__]
        (folder / name / "config.json").write_text(settings.to_json_string(use_diff=False))
    processor = {"image_seq_length": side**2, "image_mean": [0.5] * 3, "image_std": [0.5] * 3}
    (folder / "tower" / "preprocessor_config.json").write_text(json.dumps(processor))


def published_name(key: str) -> str:
    """Return a tensor's name in the files of Gemma 3."""
    return re.sub(
        r"^vision_tower\.(vision_model\.)?", "vision_tower.vision_model.", key.removeprefix("model.")
    )


def write_files(llama: Path, files: Path, kinds: Sequence[str], sizes: str) -> None:
    """Write those of llama.cpp's files that are missing."""
    files.mkdir(parents=True, exist_ok=True)
    if all((files / f"{kind}.gguf").exists() for kind in (*kinds, "BF16", "tower")):
        return
    convert = [sys.executable, str(llama / "convert_hf_to_gguf.py"), "--outfile"]
    with tempfile.TemporaryDirectory(dir=files) as folder:
        write_folders(Path(folder), sizes)
        quiet(*convert, files / "BF16.gguf", "--outtype", "bf16", f"{folder}/text")
        quiet(*convert, files / "tower.gguf", "--outtype", "f16", "--mmproj", f"{folder}/tower")
    for kind in kinds:
        if kind != "BF16":
            quiet(llama / "build/bin/llama-quantize", files / "BF16.gguf", files / f"{kind}.gguf", kind)


def quiet(*command: object) -> None:
    """Run a program. Raises: SystemExit with the end of its output if it fails."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, errors="replace")
    if done.returncode:
        sys.exit(f"error: {command[0]}: {(done.stderr or done.stdout)[-500:]}")


def answer(*command: object) -> tuple[str, str, int]:
    """Return what a program printed on stdout and stderr, and its peak of resident bytes. Raises:
    ChildProcessError with the end of its output if it fails."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(
            list(map(str, command)), stdin=subprocess.DEVNULL, stdout=out, stderr=err
        )
        # wait4 also returns the peak of memory, which Popen.wait does not
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        for file in (out, err):
            file.seek(0)
        printed = out.read().decode(errors="replace"), err.read().decode(errors="replace")
    if process.returncode:
        raise ChildProcessError(f"{command[0]}: {printed[1][-500:]}")
    return *printed, usage.ru_maxrss * 1024


def ours(row: str, sizes: str) -> dict[str, float]:
    from flashsloth.benchmark import random_weights

    preset, _, rest = row.partition(":")
    name, numbers = random_weights.read_sizes(sizes)
    job = benchmark.Job(
        "flashsloth", name, sizes=numbers, quant=preset, device="cpu", max_tokens=STEPS, repeats=1
    )
    found = measured(asdict(job), [part for part in rest.split(",") if part])
    first = found["tower_ms"] + found["prefill_ms"]
    return {"speed": found["decode_tokens_per_second"], "read": found["bytes_per_token"], "first": first,
            "prefill": found["prefill_ms"], "tower": found["tower_ms"], "resident": found["peak_bytes"],
            "bandwidth": found["copy_bytes_per_second"], "prompt": found["prompt_tokens"]}  # fmt: skip


def measured(job: dict[str, Any], variables: Sequence[str] = ()) -> dict[str, Any]:
    """Return the row of a job. Raises: SystemExit if it could not be measured."""
    (row,) = measure_rows([job], __file__, variables)
    if row.get("error"):
        sys.exit(f"error: {row['error']}")
    return row


def theirs(kind: str, llama: str, files: str, prompt: int) -> dict[str, float]:
    """Measure llama.cpp in this process; return its row."""
    model, programs = Path(files, f"{kind}.gguf"), Path(llama, "build/bin")
    out, _, _ = answer(
        programs / "llama-bench", "-m", model, "-p", prompt, "-n", STEPS, "-r", 1, "-o", "json"
    )
    filled, decoded = json.loads(out)
    tower_file = ["--mmproj", Path(files, "tower.gguf"), "--image", IMAGES / "stop-sign.png"]
    asked = [*tower_file, "-p", "What?", "-n", 1, "--chat-template", "vicuna"]
    _, err, resident = answer(programs / "llama-mtmd-cli", "-m", model, *asked)
    tower = float(re.findall(r"(?:encoded|encoding done) in (\d+) ms", err)[-1])
    prefill = filled["avg_ns"] / 1e6
    return {"speed": decoded["avg_ts"], "read": decoded["model_size"], "prefill": prefill, "tower": tower,
            "first": tower + prefill, "resident": resident}  # fmt: skip


def lines(found: Mapping[str, Sequence[Mapping[str, float]]]) -> list[str]:
    """Return the table: medians and ranges of the rounds."""
    bandwidth = statistics.median(
        each["bandwidth"] for rounds in found.values() for each in rounds if "bandwidth" in each
    )
    speeds = {name: [each["speed"] for each in rounds] for name, rounds in found.items()}
    rows = []
    for name, rounds in found.items():
        speed, read = statistics.median(speeds[name]), rounds[0]["read"]
        ratio = f"{speed / statistics.median(speeds[BASELINE]):.2f}x" if BASELINE in found else "-"
        times = [
            median_and_range([each[key] for each in rounds], 0) for key in ("prefill", "tower", "first")
        ]
        resident = median_and_range([each["resident"] / 1e9 for each in rounds])
        shares = f"{read / 1e9:.2f}", f"{speed * read / bandwidth:.0%}"
        rows.append((name, median_and_range(speeds[name]), ratio, *shares, *times, resident))
    return [*table(HEAD, rows), "", f"Memory is copied at {bandwidth / 1e9:.1f} GB/s beside it."]


def main() -> None:
    parser = options_parser(__doc__, rounds=5, sizes="flashsloth", json=False)
    parser.add_argument("--llama", type=Path, required=True, metavar="DIR")
    parser.add_argument("--files", type=Path, default=Path("out/gguf"), metavar="DIR")
    parser.add_argument("--ours", nargs="+", default=["int4", "none"], metavar="ROW")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    measure_if_child(lambda job, on_progress: theirs(**job["theirs"]))
    options = parser.parse_args()
    write_files(options.llama, options.files, options.kinds, options.sizes)
    # The programs run in turn, round by round, because the load of the machine changes.
    found: dict[str, list[dict[str, float]]] = {}
    for number in range(options.rounds):
        print(f"round {number + 1} of {options.rounds} …", file=sys.stderr, flush=True)
        for row in options.ours:
            found.setdefault(f"flashsloth {row}", []).append(ours(row, options.sizes))
        prompt = round(found[f"flashsloth {options.ours[0]}"][0]["prompt"])
        for kind in options.kinds:
            given = {"llama": str(options.llama), "files": str(options.files), "prompt": prompt}
            job = {"engine": "llama.cpp", "model": options.sizes, "quant": kind}
            row = measured({**job, "theirs": {"kind": kind, **given}})
            found.setdefault(f"llama.cpp {kind}", []).append(row)
    print(json.dumps(found) if options.json else "\n".join(lines(found)))


if __name__ == "__main__":
    main()
