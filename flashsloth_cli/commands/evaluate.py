"""`flashsloth eval`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flashsloth.utils.paths import expand
from flashsloth_cli import options as o
from flashsloth_cli.inputs import arguments
from flashsloth_cli.runs import evaluation, open_model
from flashsloth_cli.runs.one_shot import read_settings, warn
from flashsloth_cli.terminal import exit_codes, progress

if TYPE_CHECKING:
    from flashsloth.answering.dialogues import Answerer
    from flashsloth.chat import FlashSloth
    from flashsloth.evaluation.datasets import EvalDataset
    from flashsloth_cli.config.settings import Settings

EVERYDAY = (
    *("-m", "--adapter", "--limit", "--save", "--force", "-s", "--quant", "--batch-size", "--image-root"),
    *("--json", "-q"),
)
Data = Annotated[
    list[str],
    typer.Argument(
        metavar="DATA",
        help="Questions and answers: .json, .jsonl, .csv or .tsv; or drawn pictures: synth:test, synth:combo or "
        "synth:unlike.",
        show_default=False,
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What is evaluated, how much of it, and by which model."""

    limit: Annotated[
        int | None,
        o.option(
            o.DATA,
            "--limit",
            metavar="N",
            min=1,
            help="Evaluate N random rows; of synth, the first N.",
            show_default="all; 1000 of synth",
        ),
    ] = None
    seed: Annotated[
        int,
        o.option(o.DATA, "--seed", metavar="N", min=0, help="Seed for --limit; of synth, for the pictures."),
    ] = 0
    image_root: o.ImageRoot = None
    batch_size: Annotated[
        int | None,
        o.option(
            o.DATA,
            "--batch-size",
            metavar="N",
            min=1,
            help="Dialogues to answer together.",
            show_default="64; 8 from a billion parameters",
        ),
    ] = None
    system: o.System = None
    max_tokens: o.MaxTokens = None
    hd: o.Hd = None
    model: o.Model = None
    adapter: o.Adapter = None
    device: o.Device = None
    dtype: o.Dtype = None
    quant: o.Quant = None
    no_cache: o.NoCache = False
    offline: o.Offline = False
    yes: o.Yes = False
    save: Annotated[
        Path | None,
        o.option(o.OUTPUT, "--save", metavar="FILE", help="Write the wrong answers here, one JSON object a line."),
    ] = None
    force: o.ForceFile = False
    json: o.Json = False
    quiet: o.Quiet = False
    verbose: o.Verbose = False

    @property
    def of_model(self) -> o.Options:
        """The options that open the model."""
        names = ("model", "adapter", "device", "dtype", "quant", "no_cache", "offline", "yes", "quiet", "verbose")
        return o.Options(**{name: getattr(self, name) for name in names})


@o.command(everyday=EVERYDAY)
def evaluate(data: Data, *, options: Options) -> None:
    """Measure how often a model answers correctly.

    Each row is asked in a separate conversation.

    Examples:
        flashsloth eval questions.jsonl
        flashsloth eval synth:test --limit 200 --save wrong.jsonl
    """
    from flashsloth.evaluation.error_log import check_target

    settings = read_settings()
    save = expand(options.save) if options.save else None
    if save:
        check_target(save, force=options.force, data=data)
    dialogues = open_data(data, options)
    model = open_model.open_model(options.of_model, settings)
    answerer = make_answerer(model, options, settings)
    facts = evaluation.facts(model, answerer, data, limit=options.limit, seed=options.seed)
    if not options.json:
        say_who_answers(model, options, settings)
    result = evaluation.run(dialogues, answerer, facts, save, json=options.json, quiet=options.quiet)
    if options.json:  # not earlier: on failure the error object is alone on stderr
        say_who_answers(model, options, settings)
    evaluation.show(result, json=options.json, quiet=options.quiet)
    if result.faults:
        raise typer.Exit(exit_codes.SOME_FAILED)


def open_data(data: list[str], options: Options) -> EvalDataset:
    """Open the data files, with progress on stderr."""
    from flashsloth.evaluation.datasets import open_dataset

    with progress.counting("reading", quiet=options.quiet) as advance:
        return open_dataset(
            data, image_root=options.image_root, limit=options.limit, seed=options.seed, on_progress=advance
        )


def make_answerer(model: FlashSloth, options: Options, settings: Settings) -> Answerer:
    """Return what answers, alone or in batches."""
    from flashsloth.answering.answerers import choose_answerer
    from flashsloth.answering.dialogues import AnswerSettings

    system = settings.get("system", options.system)
    if system is not None:
        arguments.require_utf8(system, "the system text")
    answer_settings = AnswerSettings(
        system, settings.get("hd", options.hd), settings.get("max_tokens", options.max_tokens, 512)
    )
    return choose_answerer(model, answer_settings, options.batch_size)


def say_who_answers(model: FlashSloth, options: Options, settings: Settings) -> None:
    """Print notes about the model on stderr."""
    from flashsloth.chat import NOT_TRAINED_HD

    open_model.note_default_model(options.of_model, settings)
    if settings.get("hd", options.hd) and not model.config.image_hd:
        warn([NOT_TRAINED_HD])
