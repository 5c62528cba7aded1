"""What methods that train the model cost nano: exactly right answers after the same steps with and without them.

    python benchmarks/reduction_training.py [--seeds 3] [--steps 60] [--limit 500] [--only NAME ...] [--json FILE]

Every run starts from nano, reads rows of synth:train, 32 a step, and answers synth:test; a seed chooses the order of
the rows and new weights. gamma-MoD stands beside nano trained on with all its layers, MRA beside nano trained on with
its tower. EAS removes attentions, trains adapters and merges them; FitPrune is then fitted to the merged model.
"""

from __future__ import annotations

import json
import statistics
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common import options_parser, run, table

CONVNEXT = "depths = [1, 1, 2, 1]\nhidden_sizes = [16, 32, 64, 96]\n"
ROWS = ("--data", "synth:test", "--seed", "9")  # other drawn pictures than those of the evaluation
SEE_RATE = "5e-5"  # of a whole model with its tower, for few steps


@dataclass(frozen=True)
class Work:
    """Where models are written, and how long each is trained."""

    folder: Path
    steps: int
    limit: int

    def path(self, name: str) -> str:
        return str(self.folder / name)

    def train(self, *words: str, seed: int, out: str) -> str:
        kind, *rest = words
        given = ("--max-steps", str(self.steps), "--batch-size", "32", "--seed", str(seed), "--json", "-q", "--force")
        run(kind, "synth:train", *rest, *given, "-o", self.path(out))
        return self.path(out)

    def right(self, model: str, recipe: str = "none") -> float:
        found = run(
            "eval", "synth:test", "-m", model, "--set", f"reduce={recipe}", "--limit", str(self.limit), "--json", "-q"
        )
        return float(found["accuracy"])


def trained_on(work: Work, seed: int) -> Iterator[tuple[str, float]]:
    yield "trained on", work.right(work.train("finetune", "-m", "nano", "--full", seed=seed, out="on"))


def gamma_mod(work: Work, seed: int) -> Iterator[tuple[str, float]]:
    ranks = work.path("ranks.json")
    run("reduce", "rank", "nano", *ROWS, "--layers", "3", "-o", ranks, "--force", "--json", "-q")
    model = work.train("finetune", "-m", "nano", "--full", "--set", f"mod={ranks}", seed=seed, out="mod")
    yield "gamma-MoD: a third skips 3 of 6 layers", work.right(model)


def eas(work: Work, seed: int) -> Iterator[tuple[str, float]]:
    short, merged = work.path("short"), work.path("merged")
    run("reduce", "skip", "nano", *ROWS, "--layers", "1", "--rank", "48", "-o", short, "--force", "--json", "-q")
    yield "EAS: 1 of 6 attentions, untrained", work.right(short)
    model = work.train("train", "-m", short, "--stage", "pia", seed=seed, out="pia")
    run("reduce", "merge", model, "-o", merged, "--force", "--json", "-q")
    yield "EAS, trained and merged", work.right(merged)
    recipe = work.path("recipe.json")
    for name, model in [("FitPrune 40%", "nano")] * (not seed) + [("EAS and FitPrune 40%", merged)]:
        run("reduce", "fit", model, *ROWS, "--budget", "0.4", "-o", recipe, "--force", "--json", "-q")
        yield name, work.right(model, recipe)


def mixed_resolution(work: Work, seed: int) -> Iterator[tuple[str, float]]:
    sizes = work.folder / "convnext.toml"
    sizes.write_text(CONVNEXT)
    words = ("train", "-m", "nano", "--stage", "instruct", "--train-vision", "--lr", SEE_RATE)
    yield "trained on with its tower", work.right(work.train(*words, seed=seed, out="tower"))
    model = work.train(*words, "--high-res", str(sizes), seed=seed, out="mra")
    yield "MRA: 192 instead of 144 pixels", work.right(model)


METHODS = {"on": trained_on, "mod": gamma_mod, "eas": eas, "mra": mixed_resolution}


def rows(found: dict[str, list[float]]) -> list[str]:
    lines = []
    for name, values in found.items():
        spread = f"{min(values):.1%} to {max(values):.1%}" if len({*values}) > 1 else ""
        lines.append([name, f"{statistics.mean(values):.1%}", spread, len(values)])
    return table(("model", "right answers", "range", "runs"), lines)


def main() -> None:
    parser = options_parser(__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--limit", type=int, default=500)
    parser.add_argument("--only", nargs="*", choices=list(METHODS), default=list(METHODS))
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Work(Path(folder), given.steps, given.limit)
        found: dict[str, list[float]] = {"nano": [work.right("nano")]}
        for seed in range(given.seeds):
            for name in given.only:
                for label, right in METHODS[name](work, seed):
                    found.setdefault(label, []).append(right)
                    print(f"{label}, seed {seed}: {right:.1%}", flush=True)
            facts: dict[str, Any] = {"steps": given.steps, "limit": given.limit, "right": found}
            if given.json:
                given.json.write_text(json.dumps(facts, indent=1) + "\n")
    print("\n".join(rows(found)))


if __name__ == "__main__":
    main()
