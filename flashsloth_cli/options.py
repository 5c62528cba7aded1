"""The options that commands share, each declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Images = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[IMAGE] [QUESTION]",
        help="A path, URL, data: URL, quoted glob, or - for a picture on stdin. Without -p the last argument is the "
        "question, if it has a space and is no path.",
        show_default=False,
    ),
]
Prompt = Annotated[
    str | None, typer.Option("-p", "--prompt", metavar="TEXT|@FILE", help="The question.", show_default=False)
]
Model = Annotated[
    str | None,
    typer.Option("-m", "--model", metavar="MODEL", help="nano, flashsloth, flashsloth-hd, org/repo[@rev] or a folder."),
]
System = Annotated[str | None, typer.Option("-s", "--system", metavar="TEXT", help="Text before the first turn.")]
MaxTokens = Annotated[int | None, typer.Option("--max-tokens", metavar="N", help="Longest answer. Default 512.")]
Temperature = Annotated[float | None, typer.Option("--temperature", metavar="X", help="0 is greedy, the default.")]
TopP = Annotated[float | None, typer.Option("--top-p", metavar="X", help="Sample from the likeliest share X.")]
TopK = Annotated[int | None, typer.Option("--top-k", metavar="N", help="Sample from the N likeliest tokens.")]
MinP = Annotated[
    float | None, typer.Option("--min-p", metavar="X", help="Drop tokens less likely than X times the best.")
]
RepetitionPenalty = Annotated[float | None, typer.Option("--repetition-penalty", metavar="X", help="1 is off.")]
Seed = Annotated[int | None, typer.Option("--seed", metavar="N", help="The same seed samples the same answer.")]
Stop = Annotated[
    list[str] | None, typer.Option("--stop", metavar="TEXT", help="End before this text. May be given several times.")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
NoStream = Annotated[bool, typer.Option("--no-stream", help="Print the answer when it is whole.")]
Stats = Annotated[bool, typer.Option("--stats", help="Numbers on stderr after the answer.")]
Device = Annotated[str | None, typer.Option("--device", metavar="D", help="auto, cpu, mps, cuda or cuda:N.")]
Dtype = Annotated[str | None, typer.Option("--dtype", metavar="T", help="float32, bfloat16 or float16.")]
Hd = Annotated[
    bool | None,
    typer.Option(
        "--hd/--no-hd", help="Read the picture in five tiles. Default: as the model was trained.", show_default=False
    ),
]
Offline = Annotated[bool, typer.Option("--offline", help="Never ask the network.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Nothing on stderr but warnings and errors.")]
Verbose = Annotated[bool, typer.Option("-v", "--verbose", help="Say what is done.")]
Yes = Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")]
NoStdin = Annotated[bool, typer.Option("--no-stdin", help="Never read stdin; for loops like `while read`.")]
AllowTruncated = Annotated[bool, typer.Option("--allow-truncated", help="Take what there is of a broken-off picture.")]
AllowLocal = Annotated[bool, typer.Option("--allow-local", help="Allow URLs on this machine and its local link.")]
ReferencePreprocessing = Annotated[
    bool, typer.Option("--reference-preprocessing", help="Read pictures exactly as the paper's program does.")
]
Plain = Annotated[bool, typer.Option("--plain", help="A plain line loop; piped stdin is one question a line.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colours.")]
Force = Annotated[bool, typer.Option("--force", help="Write into a folder that is not empty.")]
Output = Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="The folder to write.", show_default=False)]
ModelArgument = Annotated[str, typer.Argument(metavar="MODEL", help="A known name, org/repo[@rev] or a folder.")]
