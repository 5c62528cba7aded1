"""`flashsloth reduce`. Its commands make and show recipes that leave visual tokens out (`fit`, `show`),
find layers that visual tokens could skip (`rank`), and write models without some attentions (`skip`,
`merge`)."""

from __future__ import annotations

import functools
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from flashsloth.errors import InputError, OptionError, SettingsFileError, UnsupportedModel
from flashsloth.utils.atomic_write import check_utf8_path
from flashsloth.utils.paths import expand
from flashsloth_cli import options as o
from flashsloth_cli.asking import evaluation, models, single
from flashsloth_cli.commands.write_model import write_folder
from flashsloth_cli.inputs.arguments import output_file
from flashsloth_cli.settings.settings import Settings, read_names, resolve
from flashsloth_cli.terminal import progress, render

if TYPE_CHECKING:
    from flashsloth.chat import FlashSloth
    from flashsloth.data.data_files import Rows
    from flashsloth.reduction.recipe import Recipe

ROWS = 100
RISKY = 0.7  # if a larger share of the computation is saved, a note is printed
# The defaults of options that apply to one method only. The options themselves have the default None,
# which shows whether an option was given that belongs to another method.
BUDGET = 0.6
KL = 0.02
BIAS = 0.0
# Options of ModelOptions that these commands do not have, because an argument names the model, and
# because the recipe is the result of the command.
OF_QUESTIONS = ("model", "adapter", "reduce")
OF_METHOD = {"budget": "fitprune", "kl": "exit", "exit_bias": "gates"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RowOptions:
    """The options that say on which rows a model is measured."""

    data: list[str] = o.DATA.field(
        ..., "--data ROWS", "Questions about pictures, as for eval; repeatable.", show_default=False
    )
    limit: int = o.DATA.field(ROWS, "--limit N", "Measure on N random rows.", min=1)
    seed: int = o.DATA.field(0, "--seed N", "Seed for --limit.", min=0)
    image_root: o.ImageRoot = None


def open_both(options: Any, model: str, rows: RowOptions, **fixed: Any) -> tuple[FlashSloth, Rows]:
    """Open the rows, and the model that is measured on them. The model is opened without a recipe.
    `fixed` contains further options of the model."""
    of_model = resolve(o.Options.of(options), single.read_settings()).with_flags(
        model=model, reduce="none", **fixed
    )
    dataset = evaluation.open_data(
        rows.data, rows.image_root, rows.limit, rows.seed, quiet=options.quiet
    )
    return models.open_model(of_model), dataset


def read_prompts(model: FlashSloth, dataset: Rows, options: Any, *, answers: bool = False) -> list[Any]:
    """Read the pictures of rows, and return the rows as prompts, with their answers if `answers` is
    set."""
    from flashsloth.evaluation.reduction_prompts import prompts

    with progress.counting("reading pictures", quiet=options.quiet) as advance:
        return list(prompts(model, dataset, answers=answers, hd=options.hd, on_progress=advance))


@dataclass(frozen=True, kw_only=True)
class Options(o.MessageOptions, o.ModelOptions):
    """The options that say how much a recipe saves, how the model is opened, and where the recipe is
    written."""

    method: Literal["fitprune", "exit", "gates"] = o.METHOD.field(
        "fitprune",
        "--method M",
        "How to decide which tokens leave, and where: fitprune, exit or gates.",
    )
    # these have the default None, as BUDGET, KL and BIAS say
    budget: float | None = o.METHOD.field(
        None,
        "--budget SHARE",
        "For fitprune: share of computation to save.",
        show_default=str(BUDGET),
    )
    kl: float | None = o.METHOD.field(
        None,
        "--kl NATS",
        "For exit: how much the first word's probabilities may change.",
        show_default=str(KL),
    )
    exit_bias: float | None = o.METHOD.field(
        None,
        "--exit-bias X",
        "For gates: higher keeps more tokens.",
        show_default=str(BIAS),
    )
    output: Path = o.OUTPUT.field(
        ..., "-o, --output FILE", "Recipe to write, .json.", show_default=False
    )
    force: o.ForceFile = False
    json: o.Json = False


@o.command(without=OF_QUESTIONS)
def fit(model: o.ModelArgument, *, rows: RowOptions, options: Options) -> None:
    """Measure a recipe that leaves visual tokens out.

    There are three methods, and none of them changes the model.

    fitprune: each layer drops a fixed number of visual tokens. The numbers are chosen so that the
    budget is met and the attention that visual tokens receive changes as little as possible. Which
    tokens are dropped depends on the prompt.

    exit: all visual tokens leave before one fixed layer. It is the earliest layer at which this hardly
    changes the probabilities of the first word of answers.

    gates: all visual tokens leave before a layer that depends on the prompt. Small networks decide
    this, and are trained on the answers of the rows.

    Examples:
        flashsloth reduce fit flashsloth --data questions.jsonl --budget 0.6 -o recipe.json
        flashsloth ask photo.jpg "What is this?" --set reduce=recipe.json
    """
    # 1. Check the options and the files before a model is opened.
    for name, method in OF_METHOD.items():
        if getattr(options, name) is not None and method != options.method:
            flag = "--" + name.replace("_", "-")
            raise OptionError(
                f"{flag} does not apply to --method {options.method}", hint=f"Leave out {flag}."
            )
    budget = BUDGET if options.budget is None else options.budget
    kl = KL if options.kl is None else options.kl
    if not 0 < budget < 1:
        raise OptionError(f"--budget {budget:g} is not between 0 and 1", hint="0.6 saves 60%.")
    is_gates = options.method == "gates"
    output = output_file(
        options.output,
        ".json",
        force=options.force,
        inputs=rows.data,
        other=options.output.with_suffix(".safetensors") if is_gates else None,
    )
    check_utf8_path(output)
    if is_gates:
        from flashsloth.reduction.dyvte import are_gates

        weights = output_file(output.with_suffix(".safetensors"), force=options.force)
        if weights.exists() and not are_gates(weights):
            raise InputError(f"{weights} holds other weights than gates", hint="Choose another name.")
    opened, dataset = open_both(options, model, rows)
    from flashsloth.evaluation import reduction_prompts
    from flashsloth.reduction import dyvte, fitprune

    # 2. Measure. The method `gates` reads the rows itself, because it also learns from the answers.
    decoder = reduction_prompts.reducible(opened)
    config = opened.config
    if options.method == "gates":
        with progress.counting("measuring", quiet=options.quiet) as advance, opened.engine.computing():
            answered = reduction_prompts.prompts(
                opened, dataset, answers=True, turns=1, hd=options.hd, on_progress=advance
            )
            recipe = dyvte.fit_gates(decoder, config, answered, options.exit_bias or BIAS, rows.seed)
    else:
        prompts = read_prompts(opened, dataset, options)
        measure, limit = (dyvte.fit_exit, kl) if options.method == "exit" else (fitprune.fit, budget)
        with (
            progress.counting("measuring", quiet=options.quiet, labelled=True) as advance,
            opened.engine.computing(),
        ):
            recipe = measure(decoder, config, prompts, limit, advance)
    # 3. Write the recipe.
    recipe.write(output)
    if options.method == "fitprune" and budget > RISKY:
        render.note(
            f"note: beyond {RISKY:.0%} answers became much worse in all published measurements; check with eval",
            quiet=options.quiet,
        )
    _print(recipe, str(output), json=options.json)


def show(
    recipe: Annotated[str, o.argument("RECIPE", "A recipe, .json.")], json: o.Json = False
) -> None:
    """Show what a recipe leaves out.

    Examples:
        flashsloth reduce show recipe.json
    """
    from flashsloth.reduction.dyvte import are_gates
    from flashsloth.reduction.recipe import read, weights_of

    path = expand(recipe)
    found = read(path)
    if found.method == "gates" and not are_gates(weights_of(path)):
        raise SettingsFileError(
            f"{weights_of(path)} does not hold gates", hint="Move both files of a recipe of gates."
        )
    _print(found, recipe, json=json)


def _print(recipe: Recipe, path: str, *, json: bool) -> None:
    kept = recipe.kept_by_layer()
    if json:
        render.write_json(
            {
                "schema": "flashsloth.recipe/1",
                "file": path,
                "method": recipe.method,
                "visual_tokens": recipe.visual_tokens,
                "kept_by_layer": kept,
                **{
                    name: dict(getattr(recipe, name))
                    for name in ("model", "values", "achieved", "calibration")
                },
            }
        )
        return
    saved = {
        name: f"{value:.0%}" for name, value in recipe.achieved.items() if isinstance(value, float)
    }
    facts = {
        "recipe": path,
        "method": recipe.method,
        "model": ", ".join(
            str(recipe.model.get(name)) for name in ("decoder", "layers", "hidden_size")
        ),
        "visual tokens": f"{recipe.visual_tokens}, {kept[-1]} of them in the last layer",
        "kept by layer": " ".join(map(str, kept)),
        "saves": f"{saved.get('visual', '?')} of the visual tokens' multiply-adds in the decoder, "
        f"{saved.get('decoder', '?')} of the decoder's for a prompt; the vision tower is not counted",
        "measured on": f"{recipe.calibration.get('rows', '?')} rows",
    }
    if recipe.method == "gates":
        found = recipe.calibration
        facts["visual tokens"] += ", on average"
        facts |= {
            "prompts": f"tokens leave in {sum(found['exits'])} of {found['held_out']} that the gates did not "
            f"learn from, {found.get('exits_that_keep_the_answer', '?')} of them with the same answer",
            "exit bias": f"{recipe.values.get('exit_bias')}, when it was measured",
        }
    render.facts(facts)


@dataclass(frozen=True, kw_only=True)
class RankOptions(o.MessageOptions, o.ModelOptions):
    """The options that say how many layers are chosen, how the model is opened, and where the ranks are
    written."""

    layers: int | None = o.METHOD.field(
        None, "--layers N", "Layers to choose.", min=1, show_default="all below the mean"
    )
    output: Path | None = o.OUTPUT.field(
        None, "-o, --output FILE", "Write the ranks here, .json, for finetune --set mod=FILE."
    )
    force: o.ForceFile = False
    json: o.Json = False


@o.command(without=OF_QUESTIONS)
def rank(model: o.ModelArgument, *, rows: RowOptions, options: RankOptions) -> None:
    """Measure which layers visual tokens could skip.

    A layer whose heads attend in few patterns has a low rank. The table shows this rank (ARank) as a
    share of the prompt's length, averaged over heads and rows. The layers with the lowest ranks are
    chosen, but never the first or the last layer. finetune --set mod=FILE trains a model whose visual
    tokens skip the chosen layers.

    Examples:
        flashsloth reduce rank flashsloth --data questions.jsonl -o ranks.json
        flashsloth finetune receipts.jsonl -m flashsloth --full --set mod=ranks.json -o routed
    """
    output = options.output and output_file(options.output, force=options.force, inputs=rows.data)
    opened, dataset = open_both(options, model, rows)
    from flashsloth.evaluation import reduction_prompts
    from flashsloth.reduction import mod

    decoder = reduction_prompts.reducible(opened)
    prompts = read_prompts(opened, dataset, options)  # this shows its own progress
    with (
        progress.counting("measuring", quiet=options.quiet, labelled=True) as advance,
        opened.engine.computing(),
    ):
        ranks = mod.measure(decoder, opened.config, prompts, options.layers, advance)
    if output is not None:
        ranks.write(output)
    if options.json:
        render.write_json({"schema": "flashsloth.ranks/1", **asdict(ranks)})
    else:
        pairs = zip(ranks.ranks, ranks.effective, strict=True)
        render.table(
            ["LAYER", "CHOSEN", "ARANK", "EFFECTIVE"],
            [
                [str(layer), "*" if layer in ranks.layers else "", f"{value:.3f}", f"{effective:.3f}"]
                for layer, (value, effective) in enumerate(pairs)
            ],
        )


@dataclass(frozen=True, kw_only=True)
class SkipOptions(o.WriteOptions, o.ModelOptions):
    """The options that say how many attentions are removed, and how the model is opened to measure
    them."""

    layers: int = o.METHOD.field(
        ..., "--layers N", "How many attentions to remove.", min=1, show_default=False
    )
    rank: int = o.METHOD.field(128, "--rank N", "Rank of the adapters in their place; even.", min=2)


@o.command(without=(*OF_QUESTIONS, "quant"))
def skip(
    model: o.ModelArgument, output: o.OutputFolder, *, rows: RowOptions, options: SkipOptions
) -> None:
    """Write a copy of a model without its most redundant attentions.

    The attention of each layer is left out in turn, to measure how much the loss of the correct answers
    rises. Then the least useful attentions are chosen one by one. Adapters take their place. An adapter
    changes nothing until it is trained.

    Examples:
        flashsloth reduce skip flashsloth --data task.jsonl --layers 8 -o shorter
        flashsloth train task.jsonl -m ./shorter --stage pia --epochs 20 -o trained
        flashsloth reduce merge ./trained -o merged
    """
    # 1. Before anything is measured, refuse a copy that cannot be written. The model is opened
    # unquantized, because the copy is unquantized too.
    chosen = o.Options.of(options, model=model)
    source = models.find_unadapted_model(resolve(chosen, Settings(names=read_names())))
    from flashsloth.checkpoints import model_files, save
    from flashsloth.reduction import eas

    config = model_files.read_sizes(source.folder)
    if model_files.stored_preset(source.folder, config) is not None:
        raise UnsupportedModel(
            f"{source.name} is quantized", hint="Use the original, unquantized model."
        )
    eas.check_removal(config, options.layers, options.rank)
    save.check_target(source, output, options.force)
    opened, dataset = open_both(options, model, rows, quant="none")
    # 2. Choose the attentions.
    prompts = read_prompts(opened, dataset, options, answers=True)
    loss = functools.partial(
        eas.answer_loss, opened.loaded.as_transformers(), opened.engine.decoder, prompts
    )
    with progress.counting("measuring", quiet=options.quiet) as advance, opened.engine.computing():
        found = eas.search_redundant(
            loss, opened.config.text_config.num_hidden_layers, options.layers, advance
        )
    first, *rest = found.losses
    for layer, later in zip(found.layers, rest, strict=True):
        render.note(
            f"without the attention of layer {layer}: loss {later:.3f} instead of {first:.3f}",
            quiet=options.quiet,
        )
    # 3. Write the copy without them.
    write_folder(chosen, options, output, adapter=eas.Removal(sorted(found.layers), options.rank))


@o.command()
def merge(
    model: Annotated[str, o.argument("MODEL", "Folder with trained adapters.")],
    output: o.OutputFolder,
    *,
    options: o.WriteOptions,
) -> None:
    """Make the adapters of `reduce skip` a part of the model, exactly.

    Examples:
        flashsloth reduce merge ./trained -o merged
    """
    from flashsloth.reduction.eas import Merge

    write_folder(o.Options.of(options, model=model), options, output, adapter=Merge())
