"""`flashsloth data check` and `show`: work on data sets without loading torch."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flashsloth.errors import BadRow, BadRows, InputError, ModelUnavailable, OptionError
from flashsloth_cli import options as o
from flashsloth_cli.config import settings
from flashsloth_cli.reports import data_view
from flashsloth_cli.runs.open_model import NANO
from flashsloth_cli.terminal import exit_codes, progress, render, streams
from flashsloth_cli.terminal.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flashsloth.data.data_files import Rows
    from flashsloth.data.preview import TokenCounter, TokenSpan
    from flashsloth.data.prompt_config import PromptConfig
    from flashsloth.data.sample import Sample
    from flashsloth.data.validate import Report, RowError
    from flashsloth.processing.prompt import PromptEncoder

LONGEST = 32  # longest rows by bytes, with and without a picture, whose tokens are counted

Files = Annotated[
    list[str], typer.Argument(metavar="FILE", help="Data file: .json, .jsonl, .csv or .tsv.", show_default=False)
]
Captions = Annotated[bool, o.option(o.DATA, "--caption", "Treat rows as captions, as the training stage align does.")]
Model = Annotated[
    str | None,
    o.option(o.MODEL, "-m, --model MODEL", "Model on this machine that counts the tokens.", show_default="nano"),
]


MaxLength = Annotated[
    int | None,
    o.option(o.DATA, "--max-length N", "Maximum length of a row in tokens.", min=1, show_default="the model's context"),
]


def check(
    files: Files,
    image_root: o.ImageRoot = None,
    model: Model = None,
    max_length: MaxLength = None,
    no_pictures: Annotated[bool, o.option(o.DATA, "--no-pictures", "Do not open the picture files.")] = False,
    caption: Captions = False,
    json: o.Json = False,
    quiet: o.Quiet = False,
) -> None:
    """Report what is wrong with a data set, row by row.

    Examples:
        flashsloth data check train.jsonl
    """
    from flashsloth.data.validate import check as validate

    lengths = _lengths(settings.read().get("model", model, NANO), max_length, caption=caption)
    rows = _open(files, image_root, captions=caption, quiet=quiet)
    with progress.counting("checking", quiet=quiet) as advance:
        report = validate(
            rows,
            count_tokens=lengths,
            limit=lengths.limit if lengths else None,
            pictures="none" if no_pictures else "decode",
            on_progress=advance,
        )
    longest = _longest(rows, report, lengths) if lengths else None
    if json:
        render.write_json({"schema": "flashsloth.data_check/1", **_facts(report, longest, lengths)})
        if len(report.bad):
            raise typer.Exit(exit_codes.EXIT_CODES[InputError])
        return
    streams.write(_summary(report, longest, lengths))
    if len(report.bad):
        raise BadRows(
            f"{len(report.bad)} of {report.rows} rows are bad",
            hint="For captions, as in train --stage align, use data check --caption."
            if not (caption or report.good) and report.by_kind.keys() == {"empty_question"}
            else "Fix them, or skip them with finetune --skip-bad or train --skip-bad.",
        )


def show(
    files: Files,
    count: Annotated[int, o.option(o.DATA, "-n, --count N", "Number of rows, from the first.", min=1)] = 3,
    row: Annotated[int | None, o.option(o.DATA, "--row N", "Show only this row; the first is 1.", min=1)] = None,
    image_root: o.ImageRoot = None,
    model: Model = None,
    caption: Captions = False,
    json: o.Json = False,
) -> None:
    """Show rows as the model reads them, and what it learns from them.

    Examples:
        flashsloth data show train.jsonl -n 1
    """
    from flashsloth.data.validate import MAX_MESSAGES, RowError, bad_rows_error

    prompt, layout = _prompt(settings.read().get("model", model, NANO))
    rows = _open(files, image_root, captions=caption, quiet=True)
    if row is not None and row > len(rows):
        raise InputError(f"--row {row} is out of range: the data has {len(rows)} rows", hint=f"Use 1 to {len(rows)}.")
    wanted = range(min(count, len(rows))) if row is None else range(row - 1, row)
    samples, bad = [], []
    for number in wanted:
        try:
            samples.append(_render(rows[number], prompt, layout, caption=caption))
        except BadRow as error:
            if len(wanted) == 1:
                raise
            bad.append(RowError(*rows.where(number), error.kind, error.message))
    if json:
        problems = [asdict(problem) for problem in bad]
        found = {"samples": [facts for facts, _ in samples], "problems": problems}
        render.write_json({"schema": "flashsloth.data_show/1", **found})
        if bad:
            raise typer.Exit(exit_codes.EXIT_CODES[InputError])
        return
    if samples:
        streams.write("\n".join([data_view.legend(), *(_as_text(facts, spans) for facts, spans in samples)]))
    if bad:
        for problem in bad[:MAX_MESSAGES] if len(bad) > 1 else ():
            render.note(f"bad row: {problem}")
        raise bad_rows_error(len(wanted), bad)


def _open(files: list[str], image_root: Path | None, *, captions: bool, quiet: bool) -> Rows:
    from flashsloth.data.data_files import open_rows

    with progress.counting("reading", quiet=quiet) as advance:
        return open_rows(files, image_root, advance, captions=captions)


def _prompt(model: str) -> tuple[PromptEncoder, PromptConfig]:
    from flashsloth.checkpoints import resolve
    from flashsloth.data.light_tokenizer import load_prompt_encoder

    return load_prompt_encoder(resolve.find(model, offline=True).folder)


# check


def _lengths(model: str, max_length: int | None, *, caption: bool) -> TokenCounter | None:
    """Return what counts tokens, or print a note and return None if the model is not on this machine."""
    from flashsloth.data.labels import encode_caption, encode_chat
    from flashsloth.data.preview import TokenCounter

    try:
        prompt, layout = _prompt(model)
    except ModelUnavailable:
        render.note(f"note: {model} is not on this machine, so the length of rows is not checked")
        return None
    most = layout.max_position_embeddings
    if max_length is not None and max_length > most:
        raise OptionError(
            f"--max-length {max_length} is more than the context of {model}, {most} tokens", hint=f"Use {most} or less."
        )
    return TokenCounter(prompt, layout, max_length or most, encode_caption if caption else encode_chat)


def _longest(rows: Rows, report: Report, lengths: TokenCounter) -> int:
    """Return the tokens of the longest good row, among the rows with the most bytes."""
    import numpy as np

    good = report.good_rows()
    sizes = rows.rough_lengths[good]
    order = np.argsort(sizes, kind="stable")
    candidates = good[np.unique(np.concatenate([order[:LONGEST], order[-LONGEST:]]))] if len(good) else good
    return max((lengths.exact(rows[int(row)]) for row in candidates), default=0)


def _facts(report: Report, longest: int | None, lengths: TokenCounter | None) -> dict[str, Any]:
    return {
        "rows": report.rows,
        "good": report.good,
        "bad": len(report.bad),
        "with_picture": report.pictures,
        "text_only": report.good - report.pictures,
        "turns": report.turns,
        "longest_tokens": longest,
        "limit_tokens": lengths.limit if lengths else None,
        "by_kind": report.by_kind,
        "problems": [asdict(problem) for problem in report.problems],
        "repeated": report.repeated,
        "duplicates": [asdict(problem) for problem in report.duplicates],
    }


def _summary(report: Report, longest: int | None, lengths: TokenCounter | None) -> str:
    lines = {
        "rows": f"{report.rows}, {report.good} of them good",
        "with picture": f"{report.pictures}",
        "text only": f"{report.good - report.pictures}",
        "turns": f"{report.turns}",
    }
    if lengths is not None and longest:
        lines["longest"] = f"{longest} tokens, where {lengths.limit} fit"
    if report.by_kind:
        lines["bad"] = ", ".join(f"{count} {kind}" for kind, count in report.by_kind.items())
    if report.repeated:
        lines["repeated"] = f"{report.repeated}, which training still uses"
    text = "".join(f"{key:<14} {value}\n" for key, value in lines.items())
    return text + _listed(report.problems, len(report.bad)) + _listed(report.duplicates, report.repeated)


def _listed(problems: Sequence[RowError], count: int) -> str:
    """Return an empty line, then a line for each problem and for the `count` of others."""
    text = "".join(f"{one_line(str(problem))}\n" for problem in problems)
    more = f"and {count - len(problems)} more\n" if count > len(problems) else ""
    return f"\n{text}{more}" if text else ""


# show


def _render(
    sample: Sample, prompt: PromptEncoder, layout: PromptConfig, *, caption: bool
) -> tuple[dict[str, Any], list[TokenSpan]]:
    from flashsloth.data.labels import encode_caption, encode_chat
    from flashsloth.data.preview import token_spans

    encode = encode_caption if caption else encode_chat
    encoded = encode(prompt, sample, layout.visual_tokens(layout.image_hd))
    spans = token_spans(prompt, encoded, sample.image)
    facts = {
        "source": sample.source,
        "image": sample.image,
        "turns": [{"question": turn.question, "answer": turn.answer} for turn in sample.turns],
        "ids": encoded.input_ids,
        "labels": encoded.labels,
        "text": "".join(span.text for span in spans),
    }
    return facts, spans


def _as_text(facts: dict[str, Any], spans: list[TokenSpan]) -> str:
    """Return a sample's source, length and text."""
    learned = sum(len(span.ids) for span in spans if span.learned)
    head = f"{one_line(facts['source'])}: {len(facts['ids'])} tokens, {learned} of them learned"
    return f"{head}\n{data_view.mark_learned(spans)}\n"
