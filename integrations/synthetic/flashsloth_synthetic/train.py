"""Train on rows that are drawn meanwhile.

Beyond what `flashsloth train` knows, a recipe may have stage = "see", truth_weight = X and
master_weights = true (`rows.SyntheticRows`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flashsloth.errors import OptionError, SettingsFileError
from flashsloth.training.recipe import Recipe, checked_values, read_toml, resolve_schedule
from flashsloth.training.run import Result, train
from flashsloth.utils import checked
from flashsloth.utils.safe_read import parse_toml
from flashsloth_cli.training.run_command import View, read_pairs
from flashsloth_synthetic.rows import SyntheticRows

OWN = ("truth_weight", "print_share", "master_weights")
# tower, SAP and projector learn, from pictures of one tile
SEE: dict[str, Any] = {
    "stage": "align",
    "train_vision": True,
    "hd": False,
    "batch_size": 64,
    "lr": 1e-3,
}
WINDOW = 8  # optimizer steps whose rows are sorted by length together


def run(
    recipe: Path, model: str | None, output: Path, pairs: Sequence[str], *, resume: bool, force: bool
) -> Result:
    """Train by a recipe file, and show the progress. `pairs`: KEY=VALUE changes. Ctrl-C saves and ends
    the run."""
    values, own = read(recipe, pairs)
    values |= {"output": str(output)} | ({} if model is None else {"model": model})
    with View(quiet=False) as view:
        return train(
            Recipe(**values),
            source=make_rows(Recipe(**values), own),
            given=values,
            resume=resume,
            force=force,
            on_event=view.show,
            on_plan=view.begin,
            on_progress=view.working,
            stop=view.stopping,
        )


def read(path: Path, pairs: Sequence[str] = ()) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the fields of a Recipe, and those of SyntheticRows. Raises: SettingsFileError,
    OptionError."""
    values = read_toml(path)
    own = {name: values.pop(name) for name in OWN if name in values}
    own |= parse_toml("\n".join(pair for pair in pairs if pair.partition("=")[0] in OWN))
    own["patches"] = values.get("stage") == "see"
    if own["patches"]:
        values = SEE | {name: value for name, value in values.items() if name != "stage"}
    rest = [pair for pair in pairs if pair.partition("=")[0] not in OWN]
    return {"method": "full", **checked_values(values, path), **read_pairs(rest, sizes=True)}, own


def make_rows(recipe: Recipe, own: dict[str, Any]) -> SyntheticRows:
    """Return as many rows as the run's steps need. Raises: OptionError for a recipe that they
    exclude."""
    wrong = [name for name in ("data", "eval_split", "max_length") if getattr(recipe, name)]
    wrong += ["eval_data"] if own["patches"] and recipe.eval_data else []
    if wrong:
        raise OptionError(f"{wrong[0]} does not apply to drawn rows", hint="Leave it out.")
    if recipe.max_steps is None:
        raise OptionError("drawn rows have no end", hint="Set the length with max_steps.")
    if recipe.stage_plan.rows == "caption" and not own["patches"]:
        raise OptionError("drawn rows are conversations, not captions", hint="Use stage instruct.")
    step_rows = resolve_schedule(recipe, rows=1, width=1).step_rows
    window = WINDOW * step_rows if recipe.workers == 1 and not own["patches"] else 1
    numbers = {"count": step_rows * recipe.max_steps, "seed": recipe.seed, "window": window}
    rows = checked.parse(SyntheticRows, numbers | own, "the recipe", SettingsFileError)
    # float16 would need a scaler
    if rows.master_weights and (recipe.method != "full" or recipe.dtype != "bfloat16"):
        raise OptionError(
            "master_weights needs a whole model in bfloat16", hint="Add dtype = bfloat16."
        )
    if rows.truth_weight and (
        recipe.method != "full" or "vision_tower" not in recipe.trained_parts(hd=False)
    ):
        raise OptionError("truth_weight needs a tower that learns", hint="Add train_vision = true.")
    if rows.print_share and not rows.truth_weight:
        raise OptionError("print_share needs patch labels", hint="Add truth_weight.")
    return rows
