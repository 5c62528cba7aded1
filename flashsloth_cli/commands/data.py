"""`flashsloth data check`, which checks a data set without loading torch."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from flashsloth.errors import BadRows, ImageError, InputError, ModelUnavailable, OptionError
from flashsloth.utils.paths import NANO
from flashsloth_cli import options as o
from flashsloth_cli.asking.models import asked_model
from flashsloth_cli.settings import settings
from flashsloth_cli.terminal import progress, render, streams, text

if TYPE_CHECKING:
    from flashsloth.data.data_files import Rows
    from flashsloth.data.sample import TokenCounter
    from flashsloth.data.validate import Report

PROBLEMS = 20  # number of problems of each kind that are listed
# Tokens are counted only in this many rows with a picture and in as many rows without a picture. These
# are the rows with the most bytes.
LONGEST = 32


def check(
    files: Annotated[list[str], o.argument("FILE", "Data file: .json, .jsonl, .csv or .tsv.")],
    image_root: o.ImageRoot = None,
    model: Annotated[
        str | None,
        o.MODEL.option(
            "-m, --model MODEL", "Model on this machine that counts the tokens.", show_default="nano"
        ),
    ] = None,
    max_length: Annotated[
        int | None,
        o.DATA.option(
            "--max-length N",
            "Maximum length of a row in tokens.",
            min=1,
            show_default="the model's context",
        ),
    ] = None,
    no_pictures: Annotated[
        bool, o.DATA.option("--no-pictures", "Do not open the picture files.")
    ] = False,
    caption: Annotated[
        bool, o.DATA.option("--caption", "Treat rows as captions, as the training stage align does.")
    ] = False,
    json: o.Json = False,
    quiet: o.Quiet = False,
) -> None:
    """Report what is wrong with a data set, row by row.

    Examples:
        flashsloth data check train.jsonl
    """
    from flashsloth.data.data_files import open_rows
    from flashsloth.data.unwritten import shown_letters
    from flashsloth.data.validate import check as validate

    chosen = settings.resolve(o.Options(model=model or None), settings.read())
    model = asked_model(chosen)["model"] or NANO
    lengths, read = _lengths(model, max_length, caption=caption)
    with progress.counting("reading", quiet=quiet) as advance:
        rows = open_rows(files, image_root, advance, captions=caption)
    with progress.counting("checking", quiet=quiet) as advance:
        report = validate(
            rows,
            count_tokens=lengths,
            limit=lengths.limit if lengths else None,
            pictures="none" if no_pictures else "decode",
            read=read,
            on_progress=advance,
        )
    longest = _longest(rows, report, lengths) if lengths else None
    # An adapter may have trained them.
    letters = None if lengths is None or chosen.adapter else _new_letters(rows, report, model, lengths)
    if json:  # stdout has the document, so the exit code alone says that rows are bad
        render.write_json(
            {
                "schema": "flashsloth.data_check/1",
                "rows": report.rows,
                "good": report.good,
                "bad": len(report.bad),
                "with_picture": report.pictures,
                "text_only": report.good - report.pictures,
                "turns": report.turns,
                "longest_tokens": longest,
                "limit_tokens": lengths.limit if lengths else None,
                "unwritten": letters,
                "by_kind": report.by_kind,
                "problems": [asdict(problem) for problem in report.problems[:PROBLEMS]],
                "repeated": report.repeated,
                "duplicates": [asdict(problem) for problem in report.duplicates],
                "contradictory": report.contradictory,
                "contradictions": [asdict(problem) for problem in report.contradictions],
            }
        )
        if len(report.bad):
            raise typer.Exit(InputError.exit_code)
        return
    render.facts(
        {
            "rows": f"{report.rows}, {report.good} of them good",
            "with picture": f"{report.pictures}",
            "text only": f"{report.good - report.pictures}",
            "turns": f"{report.turns}",
            "longest": f"{longest} tokens, where {lengths.limit} fit"
            if lengths is not None and longest
            else "",
            "new letters": f"{shown_letters(letters)}: {model} has never written them, and finetune trains them"
            if letters
            else "",
            "bad": ", ".join(f"{count} {kind}" for kind, count in report.by_kind.items()),
            "repeated": f"{report.repeated}, which training still uses" if report.repeated else "",
            "conflicting": f"{report.contradictory}, which training still uses"
            if report.contradictory
            else "",
        }
    )
    for problems, count in (
        (report.problems, len(report.bad)),
        (report.duplicates, report.repeated),
        (report.contradictions, report.contradictory),
    ):
        lines = [text.one_line(str(problem)) for problem in problems[:PROBLEMS]]
        if count > PROBLEMS:
            lines.append(f"and {count - PROBLEMS} more")
        streams.write("\n".join(["", *lines, ""]) if lines else "")
    if len(report.bad):
        verb = "is" if len(report.bad) == 1 else "are"
        hint = "Fix them, or skip them with finetune --skip-bad or train --skip-bad."
        if not report.good:
            hint = "docs/training.md shows how rows are written."
        # A file of captions has no questions, so every row of it looks bad.
        if not (caption or report.good) and report.by_kind.keys() == {"empty_question"}:
            hint = "For captions, as in train --stage align, use data check --caption."
        raise BadRows(f"{len(report.bad)} of {report.rows} rows {verb} bad", hint=hint)


def _lengths(
    model: str, max_length: int | None, *, caption: bool
) -> tuple[TokenCounter | None, Callable[[str], object] | None]:
    """Return what counts the tokens of rows, and for a model of transformers what checks a picture, as
    it cannot read every shape. If the model is not on this machine, print a note and return neither."""
    from flashsloth.checkpoints import resolve
    from flashsloth.checkpoints.model_files import read_pictures, read_prompt_encoder
    from flashsloth.data.sample import TokenCounter, encode_caption, encode_chat

    try:
        folder = resolve.find(model, offline=True).folder
        prompt, sizes = read_prompt_encoder(folder)
    except ModelUnavailable:  # nothing is downloaded for a check
        render.note(f"note: {model} is not on this machine, so the length of rows is not checked")
        return None, None
    most = sizes.text_config.max_position_embeddings
    if max_length is not None and max_length > most:
        raise OptionError(
            f"--max-length {max_length} is more than the context of {model}, {most} tokens",
            hint=f"Use {most} or less.",
        )
    if not sizes.is_flashsloth:
        from flashsloth.training.encoded_pictures import EncodedPictures

        pictures = EncodedPictures(read_pictures(sizes, folder), sizes.image_hd, folder)
        return pictures.counter(prompt, max_length or most), pictures.check
    encode = encode_caption if caption else encode_chat
    return TokenCounter(prompt, sizes, max_length or most, encode), None


def _new_letters(rows: Rows, report: Report, model: str, lengths: TokenCounter) -> list[str]:
    """Return the letters of good rows that the model has never written."""
    from flashsloth.checkpoints import resolve, safetensors_reader
    from flashsloth.data.unwritten import unwritten_letters, unwritten_tokens

    folder = resolve.find(model, offline=True).folder
    tokens = unwritten_tokens(safetensors_reader.read_headers(folder))
    good = (rows[int(row)] for row in report.good_rows())
    return unwritten_letters(good, lengths.prompt, tokens) if tokens else []


def _longest(rows: Rows, report: Report, lengths: TokenCounter) -> int:
    """Return the number of tokens of the longest good row. The tokens are counted only in the rows with
    the most bytes."""
    import numpy as np

    # Counting the tokens of all rows takes long, so the candidates are chosen by their bytes.
    # `rough_lengths` is negative for rows without a picture, so the longest rows of both kinds are at
    # the two ends of the order.
    good = report.good_rows()
    order = np.argsort(rows.rough_lengths[good], kind="stable")
    candidates = good[np.unique(np.concatenate([order[:LONGEST], order[-LONGEST:]]))]
    longest = 0
    for row in map(int, candidates):
        with suppress(ImageError):  # with --no-pictures it was not read before
            longest = max(longest, lengths.exact(rows[row]))
    return longest
