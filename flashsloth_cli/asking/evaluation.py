"""Run an evaluation, show its progress, and print its table or document."""

from __future__ import annotations

import time
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flashsloth.errors import BadRows, FlashSlothError, OptionError
from flashsloth.generation.detail import AUTO
from flashsloth.quantization.presets import CHOICES
from flashsloth.utils.progress import ignore
from flashsloth_cli.asking import models
from flashsloth_cli.settings.settings import ResolvedOptions
from flashsloth_cli.terminal import progress, render, streams, text

if TYPE_CHECKING:
    from flashsloth.chat.answerer import Answerer
    from flashsloth.data.data_files import Rows
    from flashsloth.data.validate import RowError
    from flashsloth.evaluation.calibration import Calibration
    from flashsloth.evaluation.comparison import ComparedAnswerer
    from flashsloth.evaluation.metrics import Scores
    from flashsloth.generation.answer_settings import AnswerSettings

PROBLEMS_SHOWN = 20
COLUMNS = {  # the columns of the table, and the fields of the document that they show
    "exact": "accuracy",
    "normalised": "normalised_accuracy",
    "first": "first_turn_accuracy",
    "later": "later_turn_accuracy",
}


@dataclass(slots=True)
class EvalState:
    """The results of an evaluation so far."""

    facts: dict[str, Any]
    rows: int
    scores: Scores
    calibration: Calibration | None = None  # None without --choices
    comparison: ComparedAnswerer | None = None  # None without --against
    title: str = "evaluating"  # of the progress
    faults: int = 0
    problems: list[RowError] = field(default_factory=list)
    finished: bool = False
    began: float = field(default_factory=time.monotonic)

    def document(self) -> dict[str, Any]:
        """Return the document `flashsloth.eval/1`."""
        done = self.scores.all.dialogues + self.faults
        return {
            "schema": "flashsloth.eval/1",
            "created": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            **self.facts,
            "rows": self.rows,
            **self.scores.as_values(),
            "faults": self.faults,
            "problems": [
                {"path": each.path, "line": each.line, "kind": each.kind, "message": each.message}
                for each in self.problems
            ],
            **({} if self.calibration is None else {"calibration": self.calibration.as_values()}),
            **({} if self.comparison is None else {"against": self.comparison.as_values(done)}),
            "seconds": round(time.monotonic() - self.began, 2),
            "finished": self.finished,
        }


def open_data(
    data: list[str], image_root: Path | None, limit: int | None, seed: int, *, quiet: bool
) -> Rows:
    """Open data files, and show progress on stderr. Raises: OptionError, DataUnreadable."""
    from flashsloth.evaluation.evaluate import open_dataset

    with progress.counting("reading", quiet=quiet) as advance:
        return open_dataset(data, image_root=image_root, limit=limit, seed=seed, on_progress=advance)


def check_pair(options: ResolvedOptions, against: str) -> tuple[ResolvedOptions, ResolvedOptions]:
    """Return the options of the model and of its reference, which is a preset of the same model or
    another model. What would stop the second of them, perhaps after hours, is checked now.

    Raises: OptionError for two tokenizers, and for answers with a constraint or among choices; the
    errors of opening a model.
    """
    from flashsloth.checkpoints import load_plan, model_files

    if options.choices or options.constraint is not None:
        raise OptionError(
            "--against compares free answers, without choices, schema and regex",
            hint="Leave them out, or leave out --against.",
        )
    other: dict[str, Any] = {"quant" if against in CHOICES else "model": against}
    pair = [options, replace(options, **other)]
    tokenizers = []
    for number, each in enumerate(pair):
        source = models.find_model(each)
        # A model that is stored quantized has its preset, and perhaps the adapter, in its weights.
        if against not in CHOICES and model_files.stored_preset(source.folder) is not None:
            each = pair[number] = replace(each, model=source.name, quant=None, adapter=None)
        load_plan.make_plan(
            source,
            device=each.device or models.AUTO,
            dtype=each.dtype,
            quant=each.quant,
            adapter=models.read_adapter(each),
        ).check_memory()
        encoder, sizes = model_files.read_prompt_encoder(source.folder)
        tokenizers.append((encoder.tokenizer.get_vocab(), sizes.text_config.vocab_size))
    if tokenizers[0] != tokenizers[1]:
        raise OptionError(
            f"{against} has another tokenizer, so the two models cannot be compared token by token",
            hint="Name a preset, or a model with the same tokenizer.",
        )
    return pair[0], pair[1]


def compared(
    options: ResolvedOptions,
    against: str,
    settings: AnswerSettings,
    dialogues: Rows,
    batch_size: int | None,
) -> ComparedAnswerer:
    """Let the reference answer all rows, and close it. Then open the model and return its answerer.
    Raises: as `check_pair`; OutOfMemory."""
    from flashsloth.evaluation.comparison import ComparedAnswerer
    from flashsloth.evaluation.metrics import Scores

    options, other = check_pair(options, against)
    reference = ComparedAnswerer(models.open_model_here(other, "--against"), settings, batch_size)
    answering = EvalState({}, len(dialogues), Scores(), title="evaluating the reference")
    collect(answering, dialogues, reference, None, quiet=options.quiet)
    reference.close()
    return ComparedAnswerer(
        models.open_model_here(options, "--against"), settings, batch_size, reference
    )


def run(
    state: EvalState, dialogues: Rows, answerer: Answerer, save: Path | None, *, json: bool, quiet: bool
) -> None:
    """Ask about all rows and add the results to `state`. If `state` has a calibration, the answers are
    chosen among the choices.

    After Ctrl-C or an error the results so far are shown, and the exception is raised again. With
    `json` they are shown only after Ctrl-C. Raises: BadRows if no row can be asked, DiskFull,
    OutOfMemory.
    """
    try:
        collect(state, dialogues, answerer, save, quiet=quiet)
    except (KeyboardInterrupt, FlashSlothError) as error:
        # With --json an error is printed as a document, and printing results before it would make two
        # documents.
        if state.scores.all.dialogues and (isinstance(error, KeyboardInterrupt) or not json):
            with streams.ignore_sigint():
                show(state, json=json, quiet=quiet)
        raise
    if state.calibration is not None and state.calibration.others and not state.calibration.right:
        raise BadRows(
            f"none of {text.counted(state.calibration.others, 'answer')} begins with one of the choices",
            hint="Name answers of the data, as in --choices yes,no",
        )
    if not state.scores.all.dialogues:
        raise BadRows(
            f"none of {state.rows} rows can be asked; the first: {state.problems[0]}",
            hint="Run flashsloth data check FILE for details.",
        )


def collect(
    state: EvalState, dialogues: Rows, answerer: Answerer, save: Path | None, *, quiet: bool
) -> None:
    """Ask about all rows and add the results to `state`. After an exception `state` contains the
    results so far."""
    from flashsloth.evaluation.evaluate import ScoredSample, evaluate, evaluate_choices
    from flashsloth.evaluation.result_files import error_log

    events = (evaluate if state.calibration is None else evaluate_choices)(dialogues, answerer)
    with (
        nullcontext(ignore) if save is None else error_log(save) as log_errors,
        progress.counting(state.title, quiet=quiet, at_once=answerer.batch_size) as advance,
    ):
        for done, event in enumerate(events, 1):
            if not isinstance(event, ScoredSample):
                state.faults += 1
                if state.faults <= PROBLEMS_SHOWN:
                    state.problems.append(event)
            else:
                if state.calibration is not None:
                    state.calibration.add_turns(event.turns, event.others)
                if event.turns:
                    state.scores.add(event.sample.category, event.turns)
                log_errors(event)
            advance(done, len(dialogues), "")
    state.finished = True


def show(state: EvalState, *, json: bool, quiet: bool) -> None:
    """Print the table or the document on stdout. Print skipped rows and the duration on stderr."""
    document = state.document()
    render.warn(map(str, state.problems))
    if state.faults:
        hidden = state.faults - PROBLEMS_SHOWN
        more = f", {hidden} of them not shown" if hidden > 0 else ""
        render.note(
            f"warning: {state.faults} of {state.rows} rows cannot be asked and do not count{more}"
        )
    if state.calibration is not None and state.calibration.others:
        render.note(
            f"warning: {text.counted(state.calibration.others, 'answer')} of the data begin with none of "
            "the choices and do not count"
        )
    if document["cut"]:
        render.note(
            f"warning: {text.counted(document['cut'], 'answer')} cut at --max-tokens, or because the "
            "context was full; the part before the cut was scored"
        )
    if not quiet:
        ending = "" if state.finished else "; stopped before the end"
        render.note(
            f"{text.counted(document['dialogues'], 'dialogue')}, {text.counted(document['count'], 'answer')} "
            f"in {text.duration(document['seconds'])}{ending}"
        )
    if json:
        render.write_json(document)
        return
    # The table has a line for each category, a line for all categories, and a line for the calibration.
    rows = [
        [name, str(each["count"]), *(_percent(each[field]) for field in COLUMNS.values())]
        for name, each in [*document["by_category"].items(), ("all", document)]
    ]
    render.table(["category", "count", *COLUMNS], rows, right=("count", *COLUMNS), cut=("category",))
    if found := document.get("calibration"):
        error = f"calibration error {_percent(found['ece'])} ({_percent(found['ece_floor'])} if perfectly calibrated)"
        fitted = f", at temperature {found['temperature']:.3g}" if "temperature" in found else ""
        streams.write(f"nll {found['nll']:.3f}, {error}{fitted}\n")
    if found := document.get("against"):
        name = render.with_adapter(found["model"]["name"], found["model"]["adapter"])
        kl = "-" if found["kl"] is None else f"{found['kl']:.3g}"
        streams.write(
            f"against {name} in {found['model']['quant']}, {_percent(found['accuracy'])} exact: "
            f"{_percent(found['equal_answers'])} of answers equal; along the correct ones KL {kl}, "
            f"{_percent(found['equal_top'])} of likeliest tokens equal\n"
        )


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f}%"


def fit_detail(
    options: ResolvedOptions, settings: AnswerSettings, dialogues: Rows, data: list[str], *, json: bool
) -> None:
    """Fit `detail_threshold`, and print what each threshold gives. Store it in the folder of an adapter
    or of a FlashSloth; for another model print a line for the configuration file.

    Raises: OptionError for a model that was not trained with tiles, BadRows if no row can be asked.
    """
    from flashsloth.chat.document import model_fields
    from flashsloth.data.validate import RowError
    from flashsloth.evaluation.detail import DetailAnswerer, Measured, best_of, curve, measure
    from flashsloth.training.choice_temperature import store

    # 1. Ask all questions twice.
    model = models.open_model_here(options, "--fit-detail")
    if model.facts.image_hd is False:
        raise OptionError(
            f"{model.facts.adapter or model.name} was trained to read a picture in one way",
            hint="Leave out --fit-detail; an adapter of --no-hd reads one tile, and some models have no choice.",
        )
    answerer = DetailAnswerer(model, replace(settings, hd=AUTO, detail_threshold=0.5))
    with progress.counting("fitting", quiet=options.quiet) as advance:
        events = []
        for done, event in enumerate(measure(dialogues, answerer), 1):
            events.append(event)
            advance(done, len(dialogues), "")
    measured = [each for each in events if isinstance(each, Measured)]
    faults = [str(each) for each in events if isinstance(each, RowError)]
    render.warn(faults[:PROBLEMS_SHOWN])
    if not measured:
        raise BadRows(
            f"none of {len(dialogues)} rows can be asked about a picture",
            hint="Run flashsloth data check FILE for details.",
        )
    # 2. Keep the best threshold. If no answer is right, none is better than another.
    points = curve(measured)
    best = best_of(points)
    has_best = best.accuracy > 0
    if not has_best:
        render.warn(["no answer is right, so that no threshold can be fitted"])
    source = model.loaded.source
    folder = model.facts.adapter or source.folder
    is_ours = model.facts.adapter or (model.config.is_flashsloth and source.repo is None)
    if is_ours and has_best:
        store(Path(folder), is_adapter=bool(model.facts.adapter), detail_threshold=best.threshold)
    # 3. Print the result.
    if json:
        document = {
            "schema": "flashsloth.fit_detail/1",
            "model": model_fields(model.facts),
            "data": data,
            "rows": len(dialogues),
            "count": len(measured),
            "detail_threshold": best.threshold if has_best else None,
            "stored": str(folder) if is_ours and has_best else None,
            "curve": [point._asdict() for point in points],
        }
        render.write_json(document)
        return
    columns = ("threshold", "right", "seconds", "read in full")
    rows = [
        [
            f"{each.threshold:g}",
            _percent(each.accuracy),
            f"{each.seconds:.2f}",
            _percent(each.all_tiles),
        ]
        for each in points
    ]
    render.table(columns, rows, right=columns)
    if not has_best:
        return
    if is_ours:
        render.note(f"detail_threshold {best.threshold:g} is stored in {folder}", quiet=options.quiet)
    else:
        streams.write(f"for config.toml: detail_threshold = {best.threshold:g}\n")
