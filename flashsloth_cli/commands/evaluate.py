"""`flashsloth eval`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flashsloth.generation.answer_settings import AnswerSettings, Setting
from flashsloth_cli import options as o
from flashsloth_cli.asking import evaluation, models, single
from flashsloth_cli.inputs.arguments import output_file
from flashsloth_cli.settings.settings import resolve
from flashsloth_cli.terminal import exit_codes

if TYPE_CHECKING:
    from flashsloth.chat.answerer import Answerer

Data = Annotated[list[str], o.argument("DATA", "Questions and answers: .json, .jsonl, .csv or .tsv.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options that say which rows are evaluated and which files are written."""

    limit: int | None = o.DATA.field(
        None, "--limit N", "Evaluate N random rows.", min=1, show_default="all"
    )
    seed: int = o.DATA.field(0, "--seed N", "Seed for --limit.", min=0)
    image_root: o.ImageRoot = None
    batch_size: o.BatchSize = None
    against: str | None = o.MODEL.field(
        None,
        "--against B",
        "Also measure the difference from a reference: a preset, or a model with the same tokenizer.",
        Setting(None, bool, "a preset, or the name or the folder of a model"),
        completes="model",
    )
    fit_detail: bool = o.MODEL.field(
        False,
        "--fit-detail",
        "Instead fit detail_threshold, for hd=auto: the most right answers in the least time.",
    )
    save: Path | None = o.OUTPUT.field(
        None, "--save FILE", "Write the wrong answers here, one JSON object a line."
    )
    plot: Path | None = o.OUTPUT.field(
        None, "--plot FILE", "With --choices, plot accuracy by probability as a PNG."
    )
    force: o.ForceFile = False
    json: o.Json = False


@o.command(
    without=("no_history",),
    exclusive=tuple(("fit_detail", each, o.ONE) for each in ("against", "save", "plot")),
    needed=(("plot", "choices", "Add the answers of the data, as in --choices yes,no"),),
)
def evaluate(
    data: Data,
    *,
    options: Options,
    form: o.ConstraintOptions,
    model: o.ModelOptions,
    conversation: o.ConversationOptions,
    notes: o.MessageOptions,
) -> None:
    """Measure how often a model answers correctly.

    Each row is asked in a separate conversation.

    Examples:
        flashsloth eval questions.jsonl
        flashsloth eval questions.jsonl --limit 200 --save wrong.jsonl
        flashsloth eval lights.jsonl --choices yes,no --plot reliability.png
        flashsloth eval questions.jsonl --quant int4 --against none
        flashsloth eval questions.jsonl -m smolvlm-256m --fit-detail
    """
    from flashsloth.chat.document import model_fields
    from flashsloth.evaluation.calibration import Calibration
    from flashsloth.evaluation.metrics import Scores

    # 1. Check the files and read the rows before a model is opened.
    of_model = resolve(o.Options.of(form, model, conversation, notes), single.read_settings())
    save = options.save and output_file(
        options.save, force=options.force, inputs=data, other=options.plot
    )
    plot = options.plot and output_file(
        options.plot, ".png", force=options.force, inputs=data, other=options.save
    )
    dialogues = evaluation.open_data(
        data, options.image_root, options.limit, options.seed, quiet=notes.quiet
    )
    names = ("system", "hd", "max_tokens", "choices", "constraint", "detail_threshold", "refusal")
    settings = AnswerSettings.of({name: getattr(of_model, name) for name in names})
    if options.fit_detail:
        evaluation.fit_detail(of_model, settings, dialogues, data, json=options.json)
        return
    # 2. Open the model, or two models in turn.
    comparison = None
    opened: models.OpenedModel
    answerer: Answerer
    if options.against is None:
        # After a failure the error object of --json must be the only text on stderr.
        server = models.find_for_rows(of_model, quiet=notes.quiet or options.json)
        opened = server or models.open_model(of_model)
        answerer = models.choose_answerer(opened, settings, options.batch_size)
    else:
        answerer = comparison = evaluation.compared(
            of_model, options.against, settings, dialogues, options.batch_size
        )
        opened = answerer.model
    # 3. Ask about all rows and print the results.
    if not options.json:
        models.note_settings(opened, of_model)
    texts = of_model.choices
    result = evaluation.EvalState(
        {
            "model": model_fields(opened.facts),
            "server": opened.server,
            "data": data,
            "limit": options.limit,
            "seed": options.seed,
            "batch_size": answerer.batch_size,
        },
        len(dialogues),
        Scores(),
        Calibration(texts, opened.facts.choice_temperature) if texts else None,
        comparison,
    )
    evaluation.run(result, dialogues, answerer, save, json=options.json, quiet=notes.quiet)
    # This is printed late, because of the error object.
    if options.json:
        models.note_settings(opened, of_model)
    evaluation.show(result, json=options.json, quiet=notes.quiet)
    if plot is not None and result.calibration is not None:
        from flashsloth.evaluation.result_files import draw_reliability

        title = f"{' '.join(data)}, {len(result.calibration.right):,} answers"
        draw_reliability(result.calibration.bins(), title, plot)
    if result.faults:
        raise typer.Exit(exit_codes.SOME_FAILED)
