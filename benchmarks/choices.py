"""Measure the probabilities of choices with nano. Prints one table.

    python benchmarks/choices.py                  # how long they take, and how well they are calibrated
    python benchmarks/choices.py --temperature    # what `finetune --choices` gains

Speed: 20 yes/no questions about a picture, all in one forward (`Chat.choose`), compared with a new chat
for each question and with one chat that takes each question back (`Chat.undo`). These two generate a
single token, the fewest that an answer can have. Times are processor times of one thread, because other
programs hardly change them; with --threads N they are taken from the clock.

Calibration is measured with `flashsloth eval --choices` on yes/no questions. One set of questions is
about drawn pictures like those of the training, and other sets are about pictures that differ from
them. The history of each question has the correct answers to the earlier questions. docs/answers.md
explains nll and ece.

Temperature: drawn dialogues whose pictures are reduced to 16 pixels are written to three files: a few
to train on, so that the adapter becomes overconfident, others to fit the temperature to, and a third
set to score. The same adapter is scored with its temperature and without.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from common import IMAGES, median_and_range, options_parser, run, table
from PIL import Image

from flashsloth_synthetic.write import write

CHOICES = ("yes", "no")
SMALL = 16  # pixels of the longer side
THINGS = ("rabbit", "balloon", "watermelon", "fish", "car", "star", "heart", "stop sign", "tree", "key")
SEEDS = {"learned": 11, "fitted": 12, "scored": 13}  # the seeds of the drawn dialogues
QUESTIONS = [f"Is there a {thing}{place}?" for thing in THINGS for place in ("", " at the left")]


def main() -> None:
    parser = options_parser(__doc__, rounds=15, threads=0, temperature=False)
    parser.add_argument(
        "--dialogues", type=int, default=3000, help="of test; a third of them of the other sets"
    )
    parser.add_argument(
        "--rows", type=int, nargs=3, default=(200, 600, 1500), help="dialogues of each file"
    )
    parser.add_argument("--steps", type=int, default=300, help="of the adapter")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.temperature:
            rows = temperature_rows(Path(folder), options.rows, options.steps)
            label = f"{SMALL} pixels"
        else:
            rows = speed_rows(options.rounds, options.threads)
            print("\n".join(table(["", "result", "ratio"], rows)), end="\n\n", flush=True)
            rows = calibration_rows(Path(folder), options.dialogues) if options.dialogues else []
            label = "nano"
    print(
        "\n".join(
            table([label, "answers", "accuracy", "nll", "ece", "ece if perfectly calibrated"], rows)
        )
    )


def speed_rows(rounds: int, threads: int) -> list[list[str]]:
    import torch

    import flashsloth
    from flashsloth.images.reader import read_image

    torch.set_num_threads(threads or 1)
    clock = time.perf_counter if threads else time.thread_time
    model = flashsloth.open("nano", dtype="float32", quant="none")
    picture = read_image(IMAGES / "rabbit-balloon-watermelon.png")

    def with_undo() -> None:
        chat = model.chat(picture)
        for question in QUESTIONS:
            chat.ask(question, max_tokens=1).text()
            chat.undo()

    ways: dict[str, Callable[[], object]] = {
        "one forward, ms": lambda: model.chat(picture).choose(*QUESTIONS, choices=CHOICES),
        "20 new chats, ms": lambda: [
            model.chat(picture).ask(question, max_tokens=1).text() for question in QUESTIONS
        ],
        "one chat with undo, ms": with_undo,
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    # in turn, because the load of the machine changes; the first round warms up
    for _ in range(rounds + 1):
        for name, way in ways.items():
            start = clock()
            way()
            times[name].append((clock() - start) * 1000)
    rows = []
    for name, values in times.items():
        ratios = [a / b for a, b in zip(values[1:], times["one forward, ms"][1:], strict=True)]
        rows.append([name, median_and_range(values[1:], 0), f"{median_and_range(ratios)}x"])
    return rows


def calibration_rows(folder: Path, count: int) -> list[list[str]]:
    few = count // 3
    counts = {"test": count, "combo": few, "unlike": few}
    sets = {name: write(name, number, folder / name) for name, number in counts.items()}
    sets[f"{SMALL} pixels"] = write_rows(folder / "small", few, 0)
    return [score(name, str(rows)) for name, rows in sets.items()]


def score(label: str, data: str, *model: str) -> list[str]:
    """Return the scores of yes and no on a data set."""
    print(label, file=sys.stderr)
    how = ("--choices", ",".join(CHOICES), "--set", "dtype=float32", "--quant", "none")
    found = run("eval", data, *how, *model, "--json", "-q")["calibration"]
    return [
        label,
        f"{found['count']:,}",
        f"{found['accuracy']:.3f}",
        f"{found['nll']:.3f}",
        f"{found['ece']:.4f}",
        f"{found['ece_floor']:.4f}",
    ]


def write_rows(folder: Path, count: int, seed: int) -> Path:
    """Write drawn dialogues as files. The pictures are reduced, so that details are lost."""
    path = write("test", count, folder, seed)
    for picture in folder.glob("*.png"):
        image = Image.open(picture)
        image.thumbnail((SMALL, SMALL))
        image.save(picture)
    return path


def temperature_rows(folder: Path, counts: tuple[int, int, int], steps: int) -> list[list[str]]:
    """Return the scores of nano and of an adapter, without its temperature and with it."""
    sets = zip(SEEDS.items(), counts, strict=True)
    files = {name: str(write_rows(folder / name, count, seed)) for (name, seed), count in sets}
    adapter = folder / "adapter"
    words = ("--choices", ",".join(CHOICES), "--max-steps", str(steps), "--set", f"eval_every={steps}")
    words += ("--eval-data", files["fitted"], "-o", str(adapter), "--json", "-q")
    run("finetune", files["learned"], *words)
    settings = adapter / "flashsloth_adapter.json"
    fitted = json.loads(settings.read_text())
    label = f"adapter, temperature {fitted.get('choice_temperature', 1.0):.3g}"
    corrected = score(label, files["scored"], "--adapter", str(adapter))
    # the same adapter once more, now without its temperature
    settings.write_text(json.dumps({**fitted, "choice_temperature": 1.0}))
    plain = score("adapter", files["scored"], "--adapter", str(adapter))
    return [score("nano", files["scored"]), plain, corrected]


if __name__ == "__main__":
    main()
