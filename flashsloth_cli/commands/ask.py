"""`flashsloth ask`."""

from __future__ import annotations

from flashsloth_cli import options as o
from flashsloth_cli.answering import AskOptions, answer_once, read_settings
from flashsloth_cli.inputs import gather
from flashsloth_cli.opening import ModelOptions


def ask(
    words: o.Images = None,
    prompt: o.Prompt = None,
    model: o.Model = None,
    system: o.System = None,
    max_tokens: o.MaxTokens = None,
    temperature: o.Temperature = None,
    top_p: o.TopP = None,
    top_k: o.TopK = None,
    min_p: o.MinP = None,
    repetition_penalty: o.RepetitionPenalty = None,
    seed: o.Seed = None,
    stop: o.Stop = None,
    json: o.Json = False,
    no_stream: o.NoStream = False,
    stats: o.Stats = False,
    device: o.Device = None,
    dtype: o.Dtype = None,
    hd: o.Hd = None,
    offline: o.Offline = False,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
    yes: o.Yes = False,
    no_stdin: o.NoStdin = False,
    allow_truncated: o.AllowTruncated = False,
    allow_local: o.AllowLocal = False,
    reference_preprocessing: o.ReferencePreprocessing = False,
) -> None:
    """Answer one question about a picture, on stdout.

    flashsloth ask photo.jpg "What is this?"

    curl -s https://example.org/a.png | flashsloth ask - -p "One line caption" --json
    """
    options = AskOptions(
        ModelOptions(model, device, dtype, offline, yes, quiet, verbose),
        system=system,
        max_tokens=max_tokens,
        sampling={
            "temperature": temperature,
            "top_p": top_p,
            "top_k": top_k,
            "min_p": min_p,
            "repetition_penalty": repetition_penalty,
            "seed": seed,
        },
        stop=tuple(stop or ()),
        hd=hd,
        json=json,
        no_stream=no_stream,
        stats=stats,
        allow_truncated=allow_truncated,
        allow_local=allow_local,
        reference=reference_preprocessing,
    )
    settled = read_settings()
    answer_once(gather(words or [], prompt, read_stdin=not no_stdin), options, settled)
