"""`flashsloth finetune` and `train`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from flashsloth_cli import options as o
from flashsloth_cli.training import options as t

RESUMED = ("dry_run", "resume", "Leave --resume out, and name the data.")


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodOptions:
    """The options that say which weights are trained, and whether choices are calibrated afterwards.
    None or False means that an option was not given."""

    lora: bool = o.METHOD.field(
        False,
        "--lora",
        "LoRA for the text model, all weights of SAP, projector, EmbQ and query tokens; the default.",
    )
    qlora: bool = o.METHOD.field(
        False, "--qlora", "The same with the text model in NF4, which takes less memory."
    )
    full: bool = o.METHOD.field(False, "--full", "All weights except the vision tower.")
    train_vision: bool = o.METHOD.field(False, "--train-vision", "Also train the vision tower.")
    rank: int | None = o.METHOD.field(None, "--rank N", "Rank of LoRA.", show_default="16")
    choices: str | None = o.EVALUATION.field(
        None, "--choices A,B", "Calibrate the probabilities of these answers on the evaluation rows."
    )

    def values(self) -> dict[str, Any]:
        """Return the values for the fields of a recipe."""
        methods = [name for name in ("lora", "qlora", "full") if getattr(self, name)]
        return {
            "method": methods[0] if methods else None,
            "train_vision": self.train_vision or None,
            "rank": self.rank,
            "choices": self.choices,
        }


@o.command(
    exclusive=(
        ("lora", "qlora", o.ONE),
        ("lora", "full", o.ONE),
        ("qlora", "full", o.ONE),
        RESUMED,
    )
)
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
        flashsloth finetune receipts.jsonl -o shorter --full --set mod=ranks.json
        flashsloth finetune -o receipts --resume
    """
    from flashsloth_cli.training.run_command import run

    run(
        "finetune",
        {"data": data or None, "output": output, **method.values(), **asdict(training)},
        options,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StageOptions:
    """The options that say which stage is trained, and from which models it starts. None means that an
    option was not given."""

    stage: Literal["align", "instruct", "all", "pia"] | None = o.METHOD.field(
        None,
        "--stage S",
        "align, instruct, all but the tower, or pia after reduce skip.",
        show_default="all",
    )
    vision: str | None = o.START.field(None, "--vision MODEL", "Vision tower, with --language.")
    language: str | None = o.START.field(None, "--language MODEL", "Language model, with --vision.")
    init: str | None = o.START.field(None, "--init SIZES.toml", "Random weights of these sizes.")
    high_res: str | None = o.START.field(
        None, "--high-res MODEL", "Add a ConvNeXt for details: a model, or a SIZES.toml."
    )
    train_vision: bool | None = o.METHOD.field(
        None, "--train-vision/--no-train-vision", "Train the vision tower.", show_default="by stage"
    )


@o.command(exclusive=(RESUMED,))
def train(
    data: t.Data = None,
    output: t.Output = None,
    *,
    stages: StageOptions,
    training: t.TrainingOptions,
    options: t.RunOptions,
) -> None:
    """Run the training stages of the paper.

    A run starts from a vision tower and a language model, from random weights, or from an earlier
    stage.

    Examples:
        flashsloth train a.json --stage align --vision google/siglip2-base-patch16-384 \\
            --language Qwen/Qwen3-0.6B -o one
        flashsloth train chats.json --stage instruct -m ./one -o two
    """
    from flashsloth_cli.training.run_command import run

    run(
        "train",
        {
            "data": data or None,
            "output": output,
            "method": "full",
            **asdict(stages),
            **asdict(training),
        },
        options,
        stage="all",
    )
