"""One run, from its recipe to the finished folder. Knows all of training; knows no terminal."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from flashsloth import adapter, devices, export, loading
from flashsloth.checkpoint import check_finite
from flashsloth.data.check import check
from flashsloth.data.encode import IGNORED, encode_caption, encode_chat
from flashsloth.data.files import Rows, open_rows
from flashsloth.data.show import Lengths
from flashsloth.errors import BadRows, DataUnreadable, OptionError, OutOfMemory
from flashsloth.loading import Progress
from flashsloth.processing.template import PromptEncoder
from flashsloth.training import checkpoints, parts
from flashsloth.training.batches import Collate, GroupedOrder, TrainingRows
from flashsloth.training.card import write_card
from flashsloth.training.estimate import Memory, activations, estimate, lora_weights, nf4_linears
from flashsloth.training.events import Evaluated, Noted, Stepped, TrainingEvent
from flashsloth.training.folder import METRICS, PICTURE, SCHEMA, RunFolder, read_metrics
from flashsloth.training.picture import draw
from flashsloth.training.recipe import COMPRESSION, Recipe, Schedule, as_values, resumed, settle

LARGE = 10**9  # parameters; above, activations are computed twice unless told otherwise
PACKAGES = ("flashsloth", "torch", "transformers", "accelerate", "peft", "safetensors", "numpy", "pillow")


@dataclass(frozen=True, slots=True)
class Result:
    """How a run ended. `finished` False: it was asked to stop, and `--resume` goes on; `already`: it had been finished
    before, and nothing was done."""

    out: Path
    steps: int
    loss: float | None
    seconds: float
    finished: bool
    already: bool = False
    adapter: bool = False  # whether OUT holds an adapter, not a whole model
    base: str = ""
    skipped: tuple[str, ...] = ()
    recipe: Recipe | None = None  # as it was settled, or recorded


@dataclass(frozen=True)
class Setup:
    """All that is known of a run before any weight is read."""

    recipe: Recipe
    sources: parts.Sources
    rows: Rows
    evaluation: Rows | None
    schedule: Schedule
    device: torch.device
    dtype: torch.dtype
    hd: bool
    skipped: tuple[str, ...] = ()

    @property
    def max_length(self) -> int:
        """Tokens of the longest row that is taken."""
        return most_tokens(self.recipe, self.sources.config)

    @property
    def checkpointing(self) -> bool:
        wanted = self.recipe.checkpointing
        return self.count > LARGE if wanted is None else wanted

    @cached_property
    def count(self) -> int:
        """Parameters of the model."""
        return parts.parameters(self.sources.config)

    @cached_property
    def data(self) -> TrainingRows:
        """The rows to learn from, as the model takes them."""
        return self.encoded(self.rows)

    def encoded(self, rows: Rows) -> TrainingRows:
        prompt = PromptEncoder(self.sources.processor.tokenizer, self.sources.config)
        form = self.recipe.plan.rows
        return TrainingRows(rows, prompt, self.sources.config, form=form, hd=self.hd, max_length=self.max_length)

    @cached_property
    def longest(self) -> list[int]:
        """The rows of the heaviest batch, as far as their size in the file tells."""
        lengths = abs(self.rows.rough_lengths)
        return [int(i) for i in lengths.argsort(kind="stable")[::-1][: self.schedule.batch_size]]

    @cached_property
    def memory(self) -> Memory:
        """What the run will take."""
        recipe, config = self.recipe, self.sources.config
        heaviest = [self.data[i] for i in self.longest]
        learning = set(recipe.trained_parts(hd=self.hd))
        in_full = count_of(config, learning)
        low_rank = lora_weights(config, recipe.rank, recipe.targets) if recipe.method != "full" else 0
        plain = recipe.method == "full"
        return estimate(
            frozen=self.count - (in_full if plain else count_of(config, set(COMPRESSION))),
            learning=in_full + low_rank,
            kept_twice=0 if plain else count_of(config, set(COMPRESSION)),
            item=self.dtype.itemsize,
            nf4=nf4_linears(config) if recipe.method == "qlora" else (0, 0),
            activations=activations(
                config,
                rows=len(heaviest),
                tokens=max(len(item.encoded.input_ids) for item in heaviest),
                learned=max(sum(x != IGNORED for x in item.encoded.labels) for item in heaviest),
                item=self.dtype.itemsize,
                tiles=config.tiles if self.hd else 1,
                checkpointing=self.checkpointing,
                lora_targets=0 if plain else len(recipe.targets),
                tower_learns="vision_tower" in learning,
                in_nf4=recipe.method == "qlora",
            ),
        )

    def check_memory(self) -> None:
        """OutOfMemory, saying what would help, where the device has not got what this takes."""
        free = devices.free_memory(self.device)
        if self.memory.total > free:
            raise OutOfMemory(
                f"this takes about {self.memory.total / 1e9:.1f} GB of memory, {free / 1e9:.1f} GB are free on "
                f"{self.device}",
                hint=self._relief(),
            )

    def _relief(self) -> str:
        recipe = self.recipe
        if not self.checkpointing:
            return "Add --checkpointing, or take a smaller --batch-size with more --grad-accum."
        if self.schedule.batch_size > 1:
            return "Take a smaller --batch-size, with more --grad-accum for the same step."
        return (
            "Use --qlora."
            if recipe.method == "lora"
            else "Use --lora, or --qlora."
            if recipe.stage is None
            else ("Train on a machine with more memory, or on several GPUs (docs/training.md).")
        )


def count_of(config: Any, wanted: set[str]) -> int:
    """Parameters of some of a model's parts."""
    model = loading.build_empty(config)
    return sum(p.numel() for name, p in model.named_parameters() if parts.part_of(name) in wanted)


def world() -> tuple[int, int]:
    """This process's number, and how many train together, as torchrun and accelerate say."""
    return int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))


def set_up(
    recipe: Recipe,
    *,
    offline: bool = False,
    confirm: Any = None,
    on_progress: Progress | None = None,
) -> Setup:
    """Read what the recipe names: data first, then the model's sizes; no weights.

    Raises: DataError for the data, ModelError for the model, OptionError.
    """
    if not recipe.data:
        raise OptionError("no data was given", hint="Name one or more files: flashsloth finetune DATA -o OUT")
    check_services(recipe.report_to)
    rows, skipped = checked_rows(recipe, recipe.data, on_progress)
    evaluation = None
    if recipe.eval_data:
        evaluation, more = checked_rows(recipe, recipe.eval_data, on_progress)
        skipped += more
    elif recipe.eval_split:
        rows, evaluation = split(rows, recipe.eval_split, recipe.seed)
    sources = parts.find_sources(recipe, offline=offline, confirm=confirm, on_progress=on_progress)
    hd = sources.config.image_hd if recipe.hd is None else recipe.hd
    sources.config.image_hd = hd
    rows, more = short_rows(recipe, rows, sources)
    skipped += more
    if evaluation is not None:
        evaluation, more = short_rows(recipe, evaluation, sources)
        skipped += more
    device = devices.choose_device(recipe.device)
    dtype = parts.compute_dtype(device, recipe.dtype, sources.size)
    schedule = settle(
        recipe,
        rows=len(rows),
        width=int(sources.config.text_config.hidden_size),
        world=world()[1],
        cores=os.cpu_count() or 1,
    )
    return Setup(recipe, sources, rows, evaluation, schedule, device, dtype, hd, skipped)


def check_services(names: tuple[str, ...]) -> None:
    """OptionError for a service to report to that transformers does not know, or that is not installed."""
    if not names:
        return
    from transformers.integrations import integration_utils as services

    for name in names:
        if name not in services.INTEGRATION_TO_CALLBACK:
            known = ", ".join(sorted(services.INTEGRATION_TO_CALLBACK))
            raise OptionError(f"--report-to {name}: unknown", hint=f"Known: {known}.")
        if name not in services.get_available_reporting_integrations():
            raise OptionError(f"--report-to {name}: it is not installed", hint=f"pip install {name}")


def checked_rows(recipe: Recipe, files: tuple[str, ...], on_progress: Progress | None) -> tuple[Rows, tuple[str, ...]]:
    """The rows of some files, and what was left out of them. Structure and the pictures' headers are looked at;
    `flashsloth data check` looks closer. Rows that stand there twice are not left out: some sets mean it."""
    rows = open_rows(files, Path(recipe.image_root) if recipe.image_root else None)
    report = check(rows, pictures="header", on_progress=on_progress)
    found = [(int(row), problem) for row, problem in zip(report.bad, report.skipped(), strict=True)]
    return without(recipe, rows, {row: str(problem) for row, problem in found if problem.kind != "duplicate"})


def short_rows(recipe: Recipe, rows: Rows, sources: parts.Sources) -> tuple[Rows, tuple[str, ...]]:
    """The rows that fit into the model's context, or `max_length`, and what was left out of them."""
    config: Any = sources.config
    limit = most_tokens(recipe, config)
    encode = encode_caption if recipe.plan.rows == "caption" else encode_chat
    lengths = Lengths(PromptEncoder(sources.processor.tokenizer, config), config, limit, encode)
    overhead = len(config.system_prompt.encode()) + config.visual_tokens(config.image_hd) + 64
    problems = {}
    for row in (abs(rows.rough_lengths) + overhead > limit).nonzero()[0].tolist():  # the others cannot be too long
        count = lengths(rows[row])
        if count > limit:
            path, line = rows.where(row)
            problems[row] = f"{path}:{line}: too_long: {count} tokens, where {limit} fit"
    return without(recipe, rows, problems)


def without(recipe: Recipe, rows: Rows, problems: dict[int, str]) -> tuple[Rows, tuple[str, ...]]:
    """The rows but those with a problem, and the problems; BadRows where they are not to be passed over."""
    if problems and not recipe.skip_bad:
        more = f", and {len(problems) - 1} more rows" if len(problems) > 1 else ""
        raise BadRows(f"{next(iter(problems.values()))}{more}")
    if problems:
        rows = rows.select([row for row in range(len(rows)) if row not in problems])
    if not len(rows):
        raise DataUnreadable("no row is left that can be learned from")
    return rows, tuple(problems.values())


def most_tokens(recipe: Recipe, config: Any) -> int:
    """Tokens of the longest row that is taken."""
    context = int(config.text_config.max_position_embeddings)
    return min(recipe.max_length or context, context)


def split(rows: Rows, share: float, seed: int) -> tuple[Rows, Rows]:
    """Rows to learn from and rows to evaluate on, drawn by the seed."""
    import numpy as np

    count = max(1, round(len(rows) * share))
    if count >= len(rows):
        raise OptionError(f"{len(rows)} rows cannot be split by {share}", hint="Give a smaller --eval-split.")
    order = np.random.default_rng((seed, 1)).permutation(len(rows))
    return rows.select(np.sort(order[count:])), rows.select(np.sort(order[:count]))


def train(
    recipe: Recipe,
    *,
    given: dict[str, Any] | None = None,
    resume: bool = False,
    force: bool = False,
    offline: bool = False,
    confirm: Any = None,
    on_event: Callable[[TrainingEvent], None] = lambda _: None,
    on_setup: Callable[[Setup], None] = lambda _: None,
    on_progress: Progress | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Result:
    """Train, and write the folder `recipe.output`. May be killed at any moment: with `resume` it goes on from the
    newest checkpoint and comes to the same weights.

    Args:
        given: with `resume`, what was asked for now; the rest is as recorded.
        force: start over in a folder that holds a run, or something else.
        on_event: each step, evaluation, checkpoint. on_setup: once everything is known and nothing read.
        stop: asked after each step; True saves and ends.

    Raises: FlashSlothError of any kind; RunExists, NonFiniteLoss and BadRows are training's own.
    """
    began = time.monotonic()
    out = Path(recipe.output)
    folder = RunFolder(out)
    main = world()[0] == 0
    with ExitStack() as stack:
        recorded = None
        if main:
            recorded = folder.begin(resume=resume, force=force)
            stack.callback(folder.release)
        elif resume:
            from flashsloth.training.folder import read_record

            recorded = read_record(out)
        if recorded is not None and recorded.get("status") == "finished":
            return finished_before(out, recorded)
        if recorded is not None:
            recipe = resumed(recorded["recipe"], {**(given or {}), "output": recipe.output})
        setup = set_up(recipe, offline=offline, confirm=confirm, on_progress=on_progress)
        setup.check_memory()
        if main and recorded is None:
            folder.clear()  # now that nothing speaks against beginning
        on_setup(setup)
        run = Run(setup, folder, main, on_event, stop, on_progress)
        return run.go(recorded, resume=resume, began=began)


def finished_before(out: Path, recorded: dict[str, Any]) -> Result:
    return Result(
        out,
        steps=int(recorded.get("steps", 0)),
        loss=recorded.get("loss"),
        seconds=0.0,
        finished=True,
        already=True,
        adapter=(out / adapter.CONFIG).is_file(),
        base=str(recorded.get("base", {}).get("name", "")),
        recipe=resumed(recorded["recipe"], {}),
    )


@dataclass
class Run:
    """A run under way."""

    setup: Setup
    folder: RunFolder
    main: bool
    on_event: Callable[[TrainingEvent], None]
    stop: Callable[[], bool]
    on_progress: Progress | None = None
    loss: float | None = None
    best: float | None = None

    def go(self, recorded: dict[str, Any] | None, *, resume: bool, began: float) -> Result:
        setup, out = self.setup, self.folder.out
        checkpoint = checkpoints.newest(out) if resume else None
        if resume and checkpoint is None:
            self._tell(Noted(f"there is no checkpoint in {out}: beginning at step 0"))
        elif checkpoint is not None:
            self._tell(Noted(f"going on after step {checkpoints.step_of(checkpoint)}"))
        if self.main:
            self._note_beginning(recorded, checkpoint)
        place = setup.device
        parts.import_quietly()
        with devices.out_of_memory_as_error(place, setup._relief):
            seed(setup.recipe.seed)
            base = parts.build(setup.sources, setup.recipe, setup.dtype, hd=setup.hd, on_progress=self.on_progress)
            model = parts.prepare(base, setup.recipe, hd=setup.hd)
            if not parts.trainable(model):
                raise OptionError("nothing would learn", hint="Leave --freeze-compression out, or use LoRA.")
            trainer = self._trainer(model)
            done = checkpoints.step_of(checkpoint) if checkpoint else 0
            if checkpoint is not None and done >= setup.schedule.steps:
                trainer._load_from_checkpoint(str(checkpoint))
            else:
                self._train(trainer, checkpoint)
        steps = max(trainer.state.global_step, done)
        seconds = time.monotonic() - began
        skipped = (*setup.skipped, *trainer.faults)
        result = Result(
            out,
            steps=steps,
            loss=self.loss,
            seconds=seconds,
            finished=not trainer.stopped,
            adapter=setup.recipe.method != "full",
            base=base.name,
            skipped=skipped,
            recipe=setup.recipe,
        )
        if self.main:
            if result.finished:
                self._load_best(trainer, checkpoint)
                self._write(trainer, base)
            state = "finished" if result.finished else "interrupted"
            before = float(recorded.get("seconds", 0.0)) if recorded else 0.0
            self.folder.note(
                status=state, steps=steps, loss=self.loss, best=self.best, ended=now(),
                seconds=round(before + seconds, 1), skipped=list(skipped),
            )  # fmt: skip
        return result

    def _tell(self, event: TrainingEvent) -> None:
        if not self.main:
            return
        if isinstance(event, Stepped):
            self.loss = event.loss
        if isinstance(event, Evaluated) and event.best:
            self.best = event.loss
        if isinstance(event, Stepped | Evaluated):
            self.folder.add(event)
        self.on_event(event)

    def _note_beginning(self, recorded: dict[str, Any] | None, checkpoint: Path | None) -> None:
        setup = self.setup
        source = setup.sources.source
        self.folder.record = dict(recorded or {})
        self.folder.note(
            schema=SCHEMA,
            status="running",
            begun=(recorded or {}).get("begun", now()),
            recipe=as_values(setup.recipe),
            schedule=asdict(setup.schedule),
            base={
                "name": setup.sources.name,
                "repo": source.repo if source else None,
                "revision": source.revision if source else None,
            },
            config=setup.sources.config.to_diff_dict(),
            data={
                "files": list(setup.recipe.data),
                "rows": len(setup.rows),
                "sha256": setup.rows.sha256(),
                "evaluation_rows": len(setup.evaluation) if setup.evaluation is not None else 0,
            },
            compute={
                "device": str(setup.device),
                "dtype": str(setup.dtype).removeprefix("torch."),
                "processes": world()[1],
            },
            versions={"python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
        )
        if recorded and recorded.get("data", {}).get("sha256") not in (None, self.folder.record["data"]["sha256"]):
            raise OptionError(
                "the data files have changed since the run was begun", hint="Start over with --force, or put them back."
            )
        self.folder.start_metrics(checkpoints.step_of(checkpoint) if checkpoint else 0)

    def _train(self, trainer: Any, checkpoint: Path | None) -> None:
        try:
            trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
        except BaseException as error:
            if self.main:
                self.folder.note(status="failed", error=f"{type(error).__name__}: {error}", ended=now())
            raise

    def _trainer(self, model: Any) -> Any:
        from flashsloth.training.trainer import SlothTrainer

        setup = self.setup
        recipe, schedule = setup.recipe, setup.schedule
        config = setup.sources.config
        size = int(config.vision_config.image_size)
        tiles = (config.tiles,) if setup.hd else ()
        idle = (*tiles, 3, size, size) if world()[1] > 1 else None
        device = setup.device
        return SlothTrainer(
            out=self.folder.out,
            order=GroupedOrder(setup.rows.rough_lengths, schedule.step_rows, recipe.seed),
            on_event=self._tell,
            stop=self.stop,
            memory=lambda: devices.peak_memory(device),
            skip_bad=recipe.skip_bad,
            rate=schedule.lr,
            patience=recipe.patience,
            model=model,
            args=arguments(setup, self.folder.out),
            data_collator=Collate(int(config.text_config.pad_token_id or 0), idle),
            train_dataset=setup.data,
            eval_dataset=setup.encoded(setup.evaluation) if setup.evaluation is not None else None,
        )

    def _load_best(self, trainer: Any, checkpoint: Path | None) -> None:
        """Of a run that evaluates, the weights that did best."""
        step = trainer.state.best_global_step
        path = checkpoints.folder(self.folder.out) / f"checkpoint-{step}"
        if step and step < trainer.state.global_step and checkpoints.is_whole(path):
            trainer._load_from_checkpoint(str(path))
            self._tell(Noted(f"the weights of step {step}, which had the lowest evaluation loss, were kept"))

    def _write(self, trainer: Any, base: parts.Base) -> None:
        """The finished files, all of them or none."""
        setup, out = self.setup, self.folder.out
        model = trainer.accelerator.unwrap_model(trainer.model)
        with export.new_folder(out) as made:
            if setup.recipe.method == "full":
                write_model(model, base, made)
            else:
                model.save_pretrained(made, save_embedding_layers=False)
                adapter.describe(made, base_name(base), image_hd=setup.hd)
            metrics = read_metrics(out / METRICS)
            draw(metrics, made / PICTURE)
            write_card(made / "README.md", self.folder.record, metrics, adapter=setup.recipe.method != "full")


def base_name(base: parts.Base) -> str:
    """How the base is to be asked for from anywhere."""
    if base.source is None or base.source.repo is not None or base.name == loading.NANO:
        return base.name
    return str(base.source.folder.resolve())


def write_model(model: Any, base: parts.Base, folder: Path) -> None:
    """A whole model in the type that its base is stored in."""
    for name, parameter in model.named_parameters():
        parameter.data = parameter.data.to("cpu", base.stored)
        check_finite(parameter.data, name)
    model.config.dtype = base.stored
    if base.source is not None:
        model.generation_config = export.generation_config(base.config, base.source.folder)
    base.processor.image_processor.hd = base.config.image_hd
    export.save(model, base.processor, folder)


def arguments(setup: Setup, out: Path) -> Any:
    """The Trainer's own settings."""
    from transformers.training_args import TrainingArguments

    recipe, schedule = setup.recipe, setup.schedule
    evaluates = setup.evaluation is not None
    made = TrainingArguments(
        output_dir=str(checkpoints.folder(out)),
        per_device_train_batch_size=schedule.batch_size,
        per_device_eval_batch_size=schedule.batch_size,
        gradient_accumulation_steps=schedule.grad_accum,
        max_steps=schedule.steps,
        learning_rate=schedule.lr,
        weight_decay=recipe.weight_decay,
        max_grad_norm=recipe.max_grad_norm,
        lr_scheduler_type="cosine",
        warmup_steps=recipe.warmup_ratio,
        optim="adamw_torch",
        bf16=setup.dtype == torch.bfloat16,
        fp16=setup.dtype == torch.float16,
        activation_checkpointing=setup.checkpointing,
        activation_checkpointing_kwargs={"use_reentrant": False},
        logging_steps=1,
        logging_nan_inf_filter=False,
        save_strategy="steps",
        save_steps=schedule.save_every,
        eval_strategy="steps" if evaluates else "no",
        eval_steps=schedule.eval_every if evaluates else None,
        metric_for_best_model="loss" if evaluates else None,
        greater_is_better=False if evaluates else None,
        dataloader_num_workers=schedule.workers,
        dataloader_persistent_workers=schedule.workers > 0,
        dataloader_pin_memory=setup.device.type == "cuda",
        remove_unused_columns=False,
        seed=recipe.seed,
        data_seed=recipe.seed,
        use_cpu=setup.device.type == "cpu",
        ddp_backend="gloo" if setup.device.type == "cpu" and world()[1] > 1 else None,
        ddp_find_unused_parameters=False,
        disable_tqdm=True,
        report_to=list(recipe.report_to) or "none",
        run_name=out.name,
        log_level="error",
    )
    made._n_gpu = min(made.n_gpu, 1)  # several GPUs are several processes, not the Trainer's threads
    return made


def seed(number: int) -> None:
    """Seed every generator that a run draws from."""
    from transformers.trainer_utils import set_seed

    set_seed(number)


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
