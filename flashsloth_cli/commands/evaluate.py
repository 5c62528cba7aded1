"""`flashsloth eval`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from flashsloth.utils.paths import expand
from flashsloth_cli import options as o
from flashsloth_cli.inputs import arguments
from flashsloth_cli.runs import evaluation, open_model
from flashsloth_cli.runs.one_shot import read_settings, warn
from flashsloth_cli.terminal import exit_codes, progress

if TYPE_CHECKING:
    from flashsloth.answering.answerers import Answerer
    from flashsloth.chat import FlashSloth
    from flashsloth.evaluation.datasets import EvalDataset
    from flashsloth_cli.config.settings import Settings

Data = Annotated[
    list[str],
    typer.Argument(
        metavar="DATA",
        help="Files of questions and answers, .json, .jsonl, .csv or .tsv; or synth:test, synth:combo, synth:unlike.",
        show_default=False,
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What is evaluated, how much of it, and by which model."""

    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="N", min=1, help="Take so many rows, by chance. Default: all, of synth 1000."),
    ] = None
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", min=0, help="Of that chance; of synth, which pictures.")
    ] = 0
    save: Annotated[
        Path | None, typer.Option("--save", metavar="FILE", help="Write wrong answers there, one JSON object a line.")
    ] = None
    force: Annotated[bool, typer.Option("--force", help="Replace that file if it exists.")] = False
    batch_size: Annotated[
        int | None,
        typer.Option("--batch-size", metavar="N", min=1, help="Dialogues at once. Default: as suits the model."),
    ] = None
    image_root: Annotated[
        Path | None,
        typer.Option("--image-root", metavar="DIR", help="Where pictures' paths begin. Default: beside the data file."),
    ] = None
    model: Annotated[
        str | None,
        typer.Option(
            "-m", "--model", metavar="MODEL", help="nano, flashsloth, flashsloth-hd, org/repo[@rev] or a folder."
        ),
    ] = None
    adapter: Annotated[
        str | None, typer.Option("--adapter", metavar="DIR", help="What `finetune` wrote, on top of its model.")
    ] = None
    system: Annotated[
        str | None, typer.Option("-s", "--system", metavar="TEXT", help="Text before the first turn.")
    ] = None
    max_tokens: Annotated[
        int | None, typer.Option("--max-tokens", metavar="N", min=1, help="Longest answer. Default 512.")
    ] = None
    json: o.Json = False
    device: Annotated[str | None, typer.Option("--device", metavar="D", help="auto, cpu, mps, cuda or cuda:N.")] = None
    dtype: Annotated[
        Literal["auto", "float32", "bfloat16", "float16"] | None,
        typer.Option("--dtype", metavar="T", help="auto, float32, bfloat16 or float16."),
    ] = None
    quant: o.Quant = None
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Neither keep nor use a quantized copy in the cache.")
    ] = False
    hd: Annotated[
        bool | None,
        typer.Option("--hd/--no-hd", help="Read the picture in five tiles. Default: as the model was trained."),
    ] = None
    offline: o.Offline = False
    yes: o.Yes = False
    quiet: o.Quiet = False
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="Say what is done; show libraries' warnings.")] = (
        False
    )

    @property
    def of_model(self) -> o.Options:
        """As `ask` has them."""
        names = ("model", "adapter", "device", "dtype", "quant", "no_cache", "offline", "yes", "quiet", "verbose")
        return o.Options(**{name: getattr(self, name) for name in names})


@o.flatten_options
def evaluate(data: Data, *, options: Options) -> None:
    """Say how often a model answers right.

    Each row is asked in a conversation of its own.

    flashsloth eval questions.jsonl

    flashsloth eval synth:test --limit 200 --save wrong.jsonl
    """
    from flashsloth.evaluation.error_log import check_target

    settled = read_settings()
    save = expand(options.save) if options.save else None
    if save:
        check_target(save, force=options.force, data=data)
    dialogues = find(data, options)
    model = open_model.open_model(options.of_model, settled)
    answerer = choose(model, options, settled)
    facts = evaluation.facts(model, answerer, data, limit=options.limit, seed=options.seed)
    if not options.json:
        say_who_answers(model, options, settled)
    found = evaluation.run(dialogues, answerer, facts, save, json=options.json, quiet=options.quiet)
    if options.json:  # where it fails, the error's object stands alone on stderr
        say_who_answers(model, options, settled)
    evaluation.show(found, json=options.json, quiet=options.quiet)
    if found.faults:
        raise typer.Exit(exit_codes.SOME_FAILED)


def find(data: list[str], options: Options) -> EvalDataset:
    """What is to be asked."""
    from flashsloth.evaluation.datasets import open_dialogues

    with progress.counting("reading", quiet=options.quiet) as advance:
        return open_dialogues(
            data, image_root=options.image_root, limit=options.limit, seed=options.seed, on_progress=advance
        )


def choose(model: FlashSloth, options: Options, settled: Settings) -> Answerer:
    """Who answers, with these settings."""
    from flashsloth.answering.answerers import AnswerSettings, choose_answerer

    system = settled.get("system", options.system)
    if system is not None:
        arguments.require_utf8(system, "the system text")
    settings = AnswerSettings(system, settled.get("hd", options.hd), settled.get("max_tokens", options.max_tokens, 512))
    return choose_answerer(model, settings, options.batch_size)


def say_who_answers(model: FlashSloth, options: Options, settled: Settings) -> None:
    """What one may want to know of it, on stderr."""
    from flashsloth.chat import NOT_TRAINED_HD

    open_model.note_default_model(options.of_model, settled)
    if settled.get("hd", options.hd) and not model.config.image_hd:
        warn([NOT_TRAINED_HD])
