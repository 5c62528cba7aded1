"""Measure the probabilities of choices with nano: python benchmarks/choices.py prints one table.

Speed: 20 yes/no questions about a picture, all in one forward (`Chat.choose`), beside a new chat for each question and
one chat that takes each question back (`Chat.undo`); both generate a single token, the least that a word takes. Times
are those of the processor in one thread, so that other programs hardly matter; --threads N takes the clock's instead.
Calibration: questions of drawn dialogues that are answered with yes or no, each after the correct answers to those
before it, and of sets that differ from the training data. nll and ece are explained in docs/choices.md.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace

from common import IMAGES, median_and_range, options_parser, table

CHOICES = ("yes", "no")
SMALL = 40  # pixels of the longer side
THINGS = ("rabbit", "balloon", "watermelon", "fish", "car", "star", "heart", "stop sign", "tree", "key")
QUESTIONS = [f"Is there a {thing}{place}?" for thing in THINGS for place in ("", " at the left")]


def main() -> None:
    parser = options_parser(__doc__)
    parser.add_argument("--dialogues", type=int, default=3000, help="of synth:test; a third of them of the other sets")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--threads", type=int, default=0)
    options = parser.parse_args()
    import torch

    import flashsloth

    torch.set_num_threads(options.threads or 1)
    clock = time.perf_counter if options.threads else time.thread_time
    model = flashsloth.open("nano", dtype="float32", quant="none")
    rows = speed_rows(model, options.rounds, clock)
    if options.dialogues:
        rows += calibration_rows(model, options.dialogues)
    print("\n".join(table(["", "result", "perfectly calibrated, or ratio"], rows)))


def speed_rows(model: flashsloth.FlashSloth, rounds: int, clock: Callable[[], float]) -> list[list[str]]:  # type: ignore[name-defined] # noqa: F821
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


def calibration_rows(model: flashsloth.FlashSloth, count: int) -> list[list[str]]:  # type: ignore[name-defined] # noqa: F821
    from flashsloth.answering.answerers import AnswerSettings, SequentialAnswerer
    from flashsloth.evaluation.calibration import Calibration, matching_choice
    from flashsloth.evaluation.datasets import open_dataset
    from flashsloth.evaluation.evaluate import SkippedSample, evaluate_choices

    answerer = SequentialAnswerer(model, AnswerSettings(choices=CHOICES))
    rows = []
    for name, small, limit in (
        ("synth:test", False, count),
        ("synth:combo", False, count // 3),
        ("synth:unlike", False, count // 3),
        ("synth:test", True, count // 3),
    ):
        print(f"{name}: {limit} dialogues", file=sys.stderr)
        data, found = open_dataset([name], limit=limit), Calibration(CHOICES)
        for event in evaluate_choices(Small(data) if small else data, answerer):
            for turn in () if isinstance(event, SkippedSample) else event.turns:
                found.add(turn.choices, matching_choice(turn.answer, CHOICES))
        values = found.as_values()
        label = f"{name}{f' at {SMALL} pixels' if small else ''}, {values['count']:,} answers"
        rows.append([f"{label}: accuracy", f"{values['accuracy']:.3f}", ""])
        rows.append(["nll", f"{values['nll']:.3f}", ""])
        rows.append(["ece", f"{values['ece']:.4f}", f"{values['ece_floor']:.4f}"])
    return rows


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


if __name__ == "__main__":
    main()
