"""`flashsloth finetune`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

from flashsloth.errors import OptionError
from flashsloth.utils.paths import expand
from flashsloth_cli import options as o
from flashsloth_cli.training import options as t

COMMON = (
    *("-o", "-m", "--lora", "--qlora", "--full", "--epochs", "--max-steps", "--batch-size", "--lr", "--eval-split"),
    *("--resume", "--dry-run"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodOptions:
    """Which weights are trained, and what is fitted afterwards. None or False: not given."""

    lora: Annotated[
        bool,
        o.option(
            o.METHOD,
            "--lora",
            "Train LoRA adapters of the text model, and SAP, projector, EmbQ and query tokens; the default.",
        ),
    ] = False
    qlora: Annotated[
        bool, o.option(o.METHOD, "--qlora", "The same over a text model quantized to NF4, in less memory.")
    ] = False
    full: Annotated[bool, o.option(o.METHOD, "--full", "Train all weights except the vision tower.")] = False
    freeze_compression: Annotated[
        bool, o.option(o.METHOD, "--freeze-compression", "Do not train SAP, the projector, EmbQ and the query tokens.")
    ] = False
    train_vision: Annotated[bool, o.option(o.METHOD, "--train-vision", "Also train the vision tower.")] = False
    mod: Annotated[
        Path | None,
        o.option(
            o.METHOD, "--mod RANKS", "Let visual tokens skip the layers that reduce rank chose; trains the whole model."
        ),
    ] = None
    skip_ratio: Annotated[
        float | None,
        o.option(
            o.METHOD, "--skip-ratio SHARE", "Of --mod: share of a picture's tokens that skips.", show_default="0.34"
        ),
    ] = None
    rank: Annotated[int | None, o.option(o.METHOD, "--rank N", "Rank of LoRA.", show_default="16")] = None
    alpha: Annotated[float | None, o.option(o.METHOD, "--alpha X", "Scale of LoRA.", show_default="twice the rank")] = (
        None
    )
    dropout: Annotated[float | None, o.option(o.METHOD, "--dropout X", "Dropout of LoRA.", show_default="0.05")] = None
    targets: Annotated[
        str | None,
        o.option(
            o.METHOD, "--targets A,B", "Linear layers with LoRA, by their names in the decoder.", show_default="all"
        ),
    ] = None
    choices: Annotated[
        str | None,
        o.option(
            o.EVALUATION,
            "--choices A,B",
            "Fit a temperature for their probabilities on the evaluation rows; keep it if it helps.",
        ),
    ] = None

    def values(self) -> dict[str, Any]:
        """Return the fields of a recipe. Raises OptionError for options that exclude each other."""
        methods = [name for name in ("lora", "qlora", "full") if getattr(self, name)]
        if len(methods) > 1:
            raise OptionError(f"--{methods[0]} and --{methods[1]} exclude each other", hint="Use one of them.")
        if self.mod is not None and methods not in ([], ["full"]):
            raise OptionError(f"--{methods[0]} and --mod exclude each other", hint="--mod trains the whole model.")
        methods = ["full"] if self.mod is not None else methods
        lora = {"rank": self.rank, "alpha": self.alpha, "targets": self.targets, "dropout": self.dropout}
        unused = [f"--{name}" for name, value in lora.items() if methods == ["full"] and value is not None]
        if unused:
            raise OptionError(f"{unused[0]} needs LoRA, which --full does not use", hint="Remove it, or use --lora.")
        return {
            **lora,
            "targets": self.targets.replace(",", " ").split() if self.targets else None,
            "method": methods[0] if methods else None,
            "freeze_compression": self.freeze_compression or None,
            "train_vision": self.train_vision or None,
            "mod": None if self.mod is None else str(expand(self.mod)),
            "skip_ratio": self.skip_ratio,
            "choices": self.choices,
        }


@o.command(common=COMMON)
def finetune(
    data: t.Data = None,
    output: t.Output = None,
    *,
    method: MethodOptions,
    training: t.TrainingOptions,
    options: t.RunOptions,
) -> None:
    """Adapt a model to pictures and answers of your own.

    Examples:
        flashsloth finetune receipts.jsonl -o receipts --lora
        flashsloth finetune lights.jsonl -o lights --eval-split 0.2 --choices yes,no
        flashsloth finetune receipts.jsonl -o shorter --mod ranks.json
        flashsloth finetune -o receipts --resume
    """
    values = {"data": data, "output": output, **method.values(), **asdict(training)}
    from flashsloth_cli.training.run import run

    run("finetune", values, options)
