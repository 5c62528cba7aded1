"""Measure the probabilities of choices with nano. Prints one table.

    python benchmarks/choices.py                  # how long they take, and how well they are calibrated
    python benchmarks/choices.py --temperature    # what `finetune --choices` gains

Speed: 20 yes/no questions about a picture, all in one forward (`Chat.choose`), beside a new chat for each question and
one chat that takes each question back (`Chat.undo`); both generate a single token, the least that a word takes. Times
are those of the processor in one thread, so that other programs hardly matter; --threads N takes the clock's instead.
Calibration: questions of drawn dialogues that are answered with yes or no, each after the correct answers to those
before it, and of sets that differ from the training data. nll and ece are explained in docs/choices.md.

Temperature: drawn dialogues whose pictures are reduced to 16 pixels are written to files: few to learn from, so that
the adapter becomes too sure of itself, others to fit the temperature to, and others again to score. The same adapter is
scored with its temperature and without.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from common import IMAGES, median_and_range, options_parser, table

CHOICES = ("yes", "no")
SMALL = 16  # pixels of the longer side
THINGS = ("rabbit", "balloon", "watermelon", "fish", "car", "star", "heart", "stop sign", "tree", "key")
SEEDS = {"learned": 11, "fitted": 12, "scored": 13}  # of the drawn dialogues
QUESTIONS = [f"Is there a {thing}{place}?" for thing in THINGS for place in ("", " at the left")]


def main() -> None:
    parser = options_parser(__doc__)
    parser.add_argument("--dialogues", type=int, default=3000, help="of synth:test; a third of them of the other sets")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--temperature", action="store_true")
    parser.add_argument("--rows", type=int, nargs=3, default=(200, 600, 1500), help="dialogues of each file")
    parser.add_argument("--steps", type=int, default=300, help="of the adapter")
    options = parser.parse_args()
    if options.temperature:
        rows = temperature_rows(options.rows, options.steps)
        print("\n".join(table([f"{SMALL} pixels", "answers", "accuracy", "nll", "ece", "ece floor"], rows)))
        return
    import torch

    import flashsloth

    torch.set_num_threads(options.threads or 1)
    clock = time.perf_counter if options.threads else time.thread_time
    model = flashsloth.open("nano", dtype="float32", quant="none")
    rows = speed_rows(model, options.rounds, clock)
    if options.dialogues:
        rows += calibration_rows(model, options.dialogues)
    print("\n".join(table(["", "result", "perfectly calibrated, or ratio"], rows)))


def speed_rows(model: Any, rounds: int, clock: Callable[[], float]) -> list[list[str]]:
    from flashsloth.images.reader import read_image

    picture = read_image(IMAGES / "rabbit-balloon-watermelon.png")

    def new_chats() -> None:
        for question in QUESTIONS:
            model.chat(picture).ask(question, max_tokens=1).text()

    def with_undo() -> None:
        chat = model.chat(picture)
        for question in QUESTIONS:
            chat.ask(question, max_tokens=1).text()
            chat.undo()

    def together() -> None:
        model.chat(picture).choose(*QUESTIONS, choices=CHOICES)

    ways: dict[str, Callable[[], None]] = {
        "one forward, ms": together,
        "20 new chats, ms": new_chats,
        "one chat with undo, ms": with_undo,
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds + 1):  # in turn, as the load of the machine changes; the first round warms up
        for name, way in ways.items():
            start = clock()
            way()
            times[name].append((clock() - start) * 1000)
    rows = []
    for name, values in times.items():
        ratios = [a / b for a, b in zip(values[1:], times["one forward, ms"][1:], strict=True)]
        rows.append([name, median_and_range(values[1:], 0), f"{median_and_range(ratios)}x"])
    return rows


def calibration_rows(model: Any, count: int) -> list[list[str]]:
    from flashsloth.evaluation.datasets import open_dataset

    rows = []
    for name, small, limit in (
        ("synth:test", False, count),
        ("synth:combo", False, count // 3),
        ("synth:unlike", False, count // 3),
        ("synth:test", True, count // 3),
    ):
        print(f"{name}: {limit} dialogues", file=sys.stderr)
        data = open_dataset([name], limit=limit)
        values = calibrate(model, Small(data) if small else data)
        label = f"{name}{f' at {SMALL} pixels' if small else ''}, {values['count']:,} answers"
        rows.append([f"{label}: accuracy", f"{values['accuracy']:.3f}", ""])
        rows.append(["nll", f"{values['nll']:.3f}", ""])
        rows.append(["ece", f"{values['ece']:.4f}", f"{values['ece_floor']:.4f}"])
    return rows


def calibrate(model: Any, data: Any) -> dict[str, Any]:
    """Return the scores of yes and no on a data set."""
    from flashsloth.answering.answerers import AnswerSettings, SequentialAnswerer
    from flashsloth.evaluation.calibration import Calibration, matching_choice
    from flashsloth.evaluation.evaluate import SkippedSample, evaluate_choices

    found = Calibration(CHOICES)
    for event in evaluate_choices(data, SequentialAnswerer(model, AnswerSettings(choices=CHOICES))):
        for turn in () if isinstance(event, SkippedSample) else event.turns:
            found.add(turn.choices, matching_choice(turn.answer, CHOICES))
    return found.as_values()


class Small:
    """A data set whose pictures are reduced, so that details are lost."""

    def __init__(self, data: object) -> None:
        self.data = data

    def __len__(self) -> int:
        return len(self.data)  # type: ignore[arg-type]

    def location(self, number: int) -> tuple[str, int]:
        return self.data.location(number)  # type: ignore[attr-defined, no-any-return]

    def sample(self, number: int) -> object:
        sample = self.data.sample(number)  # type: ignore[attr-defined]
        if sample.drawn is None:
            return sample
        image = sample.drawn.copy()
        image.thumbnail((SMALL, SMALL))
        return replace(sample, drawn=image)


def temperature_rows(counts: tuple[int, int, int], steps: int) -> list[list[str]]:
    from flashsloth.training.recipe import Recipe
    from flashsloth.training.run import train

    with tempfile.TemporaryDirectory() as folder:
        sets = zip(SEEDS.items(), counts, strict=True)
        files = {name: write_rows(Path(folder) / name, count, seed) for (name, seed), count in sets}
        recipe = Recipe(
            data=(str(files["learned"]),),
            eval_data=(str(files["fitted"]),),
            eval_every=steps,
            choices=",".join(CHOICES),
            model="nano",
            output=f"{folder}/adapter",
            max_steps=steps,
        )
        print(f"fitted: {train(recipe).choices}", flush=True)
        return score(Path(folder) / "adapter", files["scored"])


def write_rows(folder: Path, count: int, seed: int) -> Path:
    """Write drawn dialogues with reduced pictures as files."""
    from flashsloth.evaluation.datasets import open_dataset

    folder.mkdir()
    data, rows = Small(open_dataset(["synth:test"], limit=count, seed=seed)), []
    for number in range(count):
        sample = data.sample(number)
        if sample.drawn is None:
            continue
        sample.drawn.convert("RGB").save(folder / f"{number}.png")
        said = [[("user", turn.question), ("assistant", turn.answer)] for turn in sample.turns]
        messages = [{"role": role, "content": text} for pair in said for role, text in pair]
        rows.append(json.dumps({"image": f"{number}.png", "messages": messages}))
    path = folder / "rows.jsonl"
    path.write_text("\n".join(rows) + "\n")
    return path


def score(adapter: Path, data: Path) -> list[list[str]]:
    """Return the scores of nano and of the adapter, without its temperature and with it."""
    import flashsloth
    from flashsloth.evaluation.datasets import open_dataset

    adapted, rows = flashsloth.open(adapter=adapter), []
    temperature = adapted.config.choice_temperature
    nano = flashsloth.open("nano")
    for label, model, at in (
        ("nano", nano, 1.0),
        ("adapter", adapted, 1.0),
        (f"adapter, temperature {temperature:.3g}", adapted, temperature),
    ):
        model.config.choice_temperature = at
        values = calibrate(model, open_dataset([data]))
        scores = [f"{values['nll']:.3f}", *(f"{values[name]:.4f}" for name in ("ece", "ece_floor"))]
        rows.append([label, f"{values['count']:,}", f"{values['accuracy']:.3f}", *scores])
    return rows


if __name__ == "__main__":
    main()
