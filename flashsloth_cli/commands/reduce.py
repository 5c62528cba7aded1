"""`flashsloth reduce`: recipes that leave visual tokens out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from flashsloth.errors import InputError, OptionError, SettingsFileError
from flashsloth.utils.atomic_write import check_utf8_path
from flashsloth.utils.paths import expand
from flashsloth_cli import options as o
from flashsloth_cli.answers import models
from flashsloth_cli.answers.evaluation import open_data
from flashsloth_cli.answers.single import read_settings
from flashsloth_cli.config.resolved_options import resolve
from flashsloth_cli.inputs.output_file import output_file
from flashsloth_cli.terminal import progress, render, streams
from flashsloth_cli.terminal.text import one_line

if TYPE_CHECKING:
    from flashsloth.evaluation.datasets import EvalDataset
    from flashsloth.reduction.recipe import Recipe

ROWS = 100
RISKY = 0.7
BUDGET, KL, BIAS = 0.6, 0.02, 0.0
OF_QUESTIONS = ("model", "adapter", "reduce")  # options of a model that these commands name or measure themselves
OF_METHOD = {"budget": "fitprune", "kl": "exit", "exit_bias": "gates"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RowOptions:
    """The rows that something is measured on."""

    data: Annotated[
        list[str],
        o.option(o.DATA, "--data ROWS", "Questions about pictures, as for eval; repeatable.", show_default=False),
    ]
    limit: Annotated[int, o.option(o.DATA, "--limit N", "Measure on N random rows.", min=1)] = ROWS
    seed: Annotated[int, o.option(o.DATA, "--seed N", "Seed for --limit.", min=0)] = 0
    image_root: o.ImageRoot = None

    def open(self, *, quiet: bool) -> EvalDataset:
        """Open the rows. Raises: OptionError, DataUnreadable."""
        return open_data(self.data, self.image_root, self.limit, self.seed, quiet=quiet)


@dataclass(frozen=True, kw_only=True)
class Options(o.NoteOptions, o.ModelOptions):
    """What a recipe saves, by which model it is measured, and where it is written."""

    method: Annotated[
        Literal["fitprune", "exit", "gates"],
        o.option(
            o.METHOD,
            "--method M",
            "fitprune: some leave after each layer; exit: all leave before one; gates: before one that each prompt "
            "decides.",
        ),
    ] = "fitprune"
    budget: Annotated[
        float | None,
        o.option(
            o.METHOD,
            "--budget SHARE",
            "Of fitprune: share of the visual tokens' computation to save.",
            show_default=str(BUDGET),
        ),
    ] = None
    kl: Annotated[
        float | None,
        o.option(
            o.METHOD,
            "--kl NATS",
            "Of exit: how far the first word's probabilities may move, on average.",
            show_default=str(KL),
        ),
    ] = None
    exit_bias: Annotated[
        float | None,
        o.option(
            o.METHOD,
            "--exit-bias LOGITS",
            "Of gates: how much surer than not a gate must be; higher keeps more.",
            show_default=str(BIAS),
        ),
    ] = None
    output: Annotated[Path, o.option(o.OUTPUT, "-o, --output FILE", "Recipe to write, .json.", show_default=False)]
    force: o.ForceFile = False
    json: o.Json = False


@o.command(without=OF_QUESTIONS)
def fit(model: o.ModelArgument, *, rows: RowOptions, options: Options) -> None:
    """Measure a recipe that leaves visual tokens out.

    fitprune: how many tokens each layer drops is fixed so that the budget is met and the attention that visual tokens
    receive changes least over the rows. Which ones, each question decides. exit: all leave before the earliest layer
    that keeps the first word of answers nearly as likely as it was. Nothing is trained. gates: small networks learn
    from the rows' answers when all can leave, and decide for each prompt; the model stays as it is.

    Examples:
        flashsloth reduce fit flashsloth --data questions.jsonl --budget 0.6 -o recipe.json
        flashsloth ask photo.jpg "What is this?" --set reduce=recipe.json
    """
    for name, method in OF_METHOD.items():
        if getattr(options, name) is not None and method != options.method:
            flag = "--" + name.replace("_", "-")
            raise OptionError(f"{flag} does not apply to --method {options.method}", hint=f"Leave out {flag}.")
    budget, kl = BUDGET if options.budget is None else options.budget, KL if options.kl is None else options.kl
    if not 0 < budget < 1:
        raise OptionError(f"--budget {budget:g} is not between 0 and 1", hint="0.6 saves 60%.")
    output = output_file(options.output, force=options.force, inputs=rows.data)
    check_utf8_path(output)
    if options.method == "gates":
        _check_weights(output, force=options.force)
    of_model = resolve(o.Options.of(options), read_settings()).with_flags(model=model, reduce="none")
    dataset = rows.open(quiet=options.quiet)
    opened = models.open_model(of_model)
    from flashsloth.evaluation import reduction_prompts as read
    from flashsloth.reduction import dyvte, exit_gates, fitprune

    decoder, config = read.reducible(opened), opened.config
    if options.method == "gates":
        with progress.counting("measuring", quiet=options.quiet) as advance:
            answered = read.answered(opened, dataset, turns=1, hd=options.hd, on_progress=advance)
            recipe = exit_gates.fit(decoder, config, answered, options.exit_bias or BIAS, rows.seed)
    else:
        with progress.counting("reading pictures", quiet=options.quiet) as advance:
            prompts = list(read.prompts(opened, dataset, hd=options.hd, on_progress=advance))
        measure, limit = (dyvte.fit, kl) if options.method == "exit" else (fitprune.fit, budget)
        with progress.counting("measuring", quiet=options.quiet, labelled=True) as advance:
            recipe = measure(decoder, config, prompts, limit, advance)
    recipe.write(output)
    if options.method == "fitprune" and budget > RISKY and not options.quiet:
        render.note(
            f"note: beyond {RISKY:.0%} answers become much worse in all published measurements; check with eval"
        )
    _print(recipe, str(output), json=options.json)


def _check_weights(recipe: Path, *, force: bool) -> None:
    """Raise an error if gates cannot be written beside a recipe, or other weights are there."""
    from flashsloth.reduction.exit_gates import are_gates
    from flashsloth.reduction.recipe import weights_of

    weights = weights_of(recipe)
    if weights == recipe or recipe.suffix == "":
        raise OptionError(f"{recipe} does not end in .json", hint="The weights of gates stand beside a .json.")
    output_file(weights, force=force)
    if weights.exists() and not are_gates(weights):
        raise InputError(f"{weights} holds other weights than gates", hint="Choose another name.")


def show(
    recipe: Annotated[str, typer.Argument(metavar="RECIPE", help="A recipe, .json.", show_default=False)],
    json: o.Json = False,
) -> None:
    """Show what a recipe leaves out.

    Examples:
        flashsloth reduce show recipe.json
    """
    from flashsloth.reduction.exit_gates import are_gates
    from flashsloth.reduction.recipe import read, weights_of

    path = expand(recipe)
    found = read(path)
    if found.method == "gates" and not are_gates(weights_of(path)):
        raise SettingsFileError(f"{weights_of(path)} does not hold gates", hint="Move both files of a recipe of gates.")
    _print(found, recipe, json=json)


def _print(recipe: Recipe, path: str, *, json: bool) -> None:
    kept = recipe.kept_by_layer()
    if json:
        render.write_json(
            {
                "schema": "flashsloth.recipe/1",
                "file": path,
                "method": recipe.method,
                "model": dict(recipe.model),
                "visual_tokens": recipe.visual_tokens,
                "kept_by_layer": kept,
                "values": dict(recipe.values),
                "achieved": dict(recipe.achieved),
                "calibration": dict(recipe.calibration),
            }
        )
        return
    average = ", on average" if recipe.method == "gates" else ""
    saved = {name: f"{value:.0%}" for name, value in recipe.achieved.items() if isinstance(value, float)}
    lines = {
        "recipe": one_line(path),
        "method": one_line(recipe.method),
        "model": ", ".join(one_line(f"{recipe.model.get(name)}") for name in ("decoder", "layers", "hidden_size")),
        "visual tokens": f"{recipe.visual_tokens}, {kept[-1]} of them in the last layer{average}",
        "kept by layer": " ".join(map(str, kept)),
        "saves": f"{saved.get('visual', '?')} of the visual tokens' multiply-adds in the decoder, "
        f"{saved.get('decoder', '?')} of the decoder's for a prompt; the vision tower is not counted",
        "measured on": one_line(f"{recipe.calibration.get('rows', '?')} rows"),
    }
    if recipe.method == "gates":
        found = recipe.calibration
        exits, right, held = sum(found["exits"]), found.get("exits_that_keep_the_answer", "?"), found["held_out"]
        lines["prompts"] = one_line(
            f"tokens leave in {exits} of {held} that the gates did not learn from, {right} of them with the same answer"
        )
        lines["exit bias"] = one_line(f"{recipe.values.get('exit_bias')}, when it was measured")
    streams.write("".join(f"{name:<13} {text}\n" for name, text in lines.items()))
