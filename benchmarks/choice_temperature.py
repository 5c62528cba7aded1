"""Measure what `finetune --choices` gains with nano: python benchmarks/choice_temperature.py prints one table.

Drawn dialogues whose pictures are reduced to 16 pixels are written to files: few to learn from, so that the adapter
becomes too sure of itself, others to fit the temperature to, and others again to score. The same adapter is scored with
its temperature and without.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from choices import SMALL, Small
from common import options_parser, table

SEEDS = {"learned": 11, "fitted": 12, "scored": 13}  # of the drawn dialogues


def main() -> None:
    parser = options_parser(__doc__)
    parser.add_argument("--rows", type=int, nargs=3, default=(200, 600, 1500), help="dialogues of each file")
    parser.add_argument("--steps", type=int, default=300)
    options = parser.parse_args()
    from flashsloth.training.recipe import Recipe
    from flashsloth.training.run import train

    with tempfile.TemporaryDirectory() as folder:
        files = {
            name: write_rows(Path(folder) / name, count, seed)
            for (name, seed), count in zip(SEEDS.items(), options.rows, strict=True)
        }
        recipe = Recipe(
            data=(str(files["learned"]),),
            eval_data=(str(files["fitted"]),),
            eval_every=options.steps,
            choices="yes,no",
            model="nano",
            output=str(Path(folder) / "adapter"),
            max_steps=options.steps,
        )
        fitted = train(recipe).choices
        print(f"fitted: {fitted}", flush=True)
        rows = score(Path(folder) / "adapter", files["scored"])
    print("\n".join(table([f"{SMALL} pixels", "answers", "accuracy", "nll", "ece", "ece floor"], rows)))


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

    adapted, rows = flashsloth.open(adapter=adapter), []
    temperature = adapted.config.choice_temperature
    nano = flashsloth.open("nano")
    for label, model, at in (
        ("nano", nano, 1.0),
        ("adapter", adapted, 1.0),
        (f"adapter, temperature {temperature:.3g}", adapted, temperature),
    ):
        model.config.choice_temperature = at
        values = calibrate(model, data)
        scores = [f"{values['nll']:.3f}", *(f"{values[name]:.4f}" for name in ("ece", "ece_floor"))]
        rows.append([label, f"{values['count']:,}", f"{values['accuracy']:.3f}", *scores])
    return rows


def calibrate(model: flashsloth.FlashSloth, data: Path) -> dict:  # type: ignore[name-defined, type-arg] # noqa: F821
    from flashsloth.answering.answerers import AnswerSettings, SequentialAnswerer
    from flashsloth.evaluation.calibration import Calibration, matching_choice
    from flashsloth.evaluation.datasets import open_dataset
    from flashsloth.evaluation.evaluate import SkippedSample, evaluate_choices

    found = Calibration(("yes", "no"))
    answerer = SequentialAnswerer(model, AnswerSettings(choices=found.choices))
    for event in evaluate_choices(open_dataset([data]), answerer):
        for turn in () if isinstance(event, SkippedSample) else event.turns:
            found.add(turn.choices, matching_choice(turn.answer, found.choices))
    return found.as_values()


if __name__ == "__main__":
    main()
