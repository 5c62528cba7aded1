"""One run, from its recipe to the finished folder. Knows all of training; knows no terminal."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from flashsloth import devices
from flashsloth.checkpoints import adapter, quantized_writer, resolve, save
from flashsloth.checkpoints.safetensors_reader import check_finite, fingerprint
from flashsloth.errors import BadRows, InputError, OptionError, TrainingFailed
from flashsloth.training import checkpoints, model_setup
from flashsloth.training.events import Evaluated, Note, Stepped, TrainingEvent
from flashsloth.training.loss_plot import draw
from flashsloth.training.model_card import write_card
from flashsloth.training.recipe import Recipe, as_values, merge_resumed, with_absolute_paths
from flashsloth.training.run_folder import METRICS, PICTURE, SCHEMA, RunFolder, read_metrics, read_record
from flashsloth.training.run_plan import RunPlan, plan_run, rank_and_world_size
from flashsloth.utils import folder_swap
from flashsloth.utils.paths import expand
from flashsloth.utils.progress import Progress

FEW = 20  # steps
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
    best: float | None = None  # the lowest evaluation loss
    recipe: Recipe | None = None  # as it was settled, or recorded


def train(
    recipe: Recipe,
    *,
    given: dict[str, Any] | None = None,
    resume: bool = False,
    force: bool = False,
    offline: bool = False,
    confirm: Any = None,
    agree: Callable[[str], bool] | None = None,
    on_event: Callable[[TrainingEvent], None] = lambda _: None,
    on_setup: Callable[[RunPlan], None] = lambda _: None,
    on_progress: Progress | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Result:
    """Train, and write the folder `recipe.output`. May be killed at any moment: with `resume` it goes on from the
    newest checkpoint and comes to the same weights.

    Args:
        given: with `resume`, what was asked for now; the rest is as recorded.
        confirm, agree: as in `loading.find` and `loading.check_named`.
        force: start over in a folder that holds a run, or something else.
        on_event: each step, evaluation, checkpoint. on_setup: once everything is known and nothing read.
        stop: asked after each step; True saves and ends.

    Raises: FlashSlothError of any kind; RunExists, NonFiniteLoss and BadRows are training's own.
    """
    began = time.monotonic()
    out = Path(recipe.output)
    folder = RunFolder(out)
    main = rank_and_world_size()[0] == 0
    with ExitStack() as stack:
        recorded = None
        if main:
            recorded = folder.begin(resume=resume, force=force)
            stack.callback(folder.release)  # and leave it as it was, if nothing came of it
        elif resume:
            recorded = read_record(out)
        if recorded is not None and recorded.get("status") == "finished":
            return finished_before(out, recorded)
        if recorded is not None:
            recipe = merge_resumed(recorded["recipe"], {**(given or {}), "output": recipe.output})
            if recipe.model is not None and "model" not in (given or {}) and not offline:
                resolve.check_named(recipe.model, out, agree)
        setup = plan_run(recipe, offline=offline, confirm=confirm, on_progress=on_progress)
        refuse_own_source(out, recipe, setup.sources)
        setup.check_memory()
        if main and recorded is None:
            folder.clear()  # now that nothing speaks against beginning
        on_setup(setup)
        run = Run(setup, folder, main, on_event, stop, on_progress)
        return run.go(recorded, resume=resume, began=began)


def refuse_own_source(out: Path, recipe: Recipe, sources: model_setup.Sources) -> None:
    """InputError where the folder to be written is what the run starts from: clearing it would remove the model."""
    named = [expand(name) for name in (recipe.vision, recipe.text) if name is not None]
    read = [*named, *([sources.source.folder] if sources.source is not None else [])]
    if os.path.exists(out) and any(os.path.exists(folder) and out.samefile(folder) for folder in read):
        raise InputError(f"{out} is the model that is to be trained", hint="Give another folder with -o.")


def finished_before(out: Path, recorded: dict[str, Any]) -> Result:
    return Result(
        out,
        steps=int(recorded.get("steps", 0)),
        loss=recorded.get("loss"),
        best=recorded.get("best"),
        seconds=0.0,
        finished=True,
        already=True,
        adapter=(out / adapter.CONFIG).is_file(),
        base=str(recorded.get("base", {}).get("name", "")),
        recipe=merge_resumed(recorded["recipe"], {}),
    )


@dataclass
class Run:
    """A run under way."""

    setup: RunPlan
    folder: RunFolder
    main: bool
    on_event: Callable[[TrainingEvent], None]
    stop: Callable[[], bool]
    on_progress: Progress | None = None
    loss: float | None = None
    best: float | None = None

    def go(self, recorded: dict[str, Any] | None, *, resume: bool, began: float) -> Result:
        """All of it, from the checkpoint to go on from to the finished files."""
        setup, out = self.setup, self.folder.out
        checkpoint = checkpoints.newest(out) if resume else None
        self._announce(checkpoint, resume=resume)
        if self.main:
            self._note_beginning(recorded, checkpoint)
        trainer, base = self._learn(checkpoint)
        if len(trainer.faults) >= len(setup.rows):
            raise BadRows(f"no row could be learned from: {next(iter(trainer.faults))}", hint="See data check.")
        self._recall(out)
        earlier = recorded.get("skipped", ()) if recorded else ()
        result = Result(
            out,
            steps=int(trainer.state.global_step),
            loss=self.loss,
            seconds=time.monotonic() - began,
            finished=not trainer.stopped,
            adapter=setup.recipe.method != "full",
            base=base.name,
            skipped=tuple(dict.fromkeys((*earlier, *setup.skipped, *trainer.faults))),
            best=self.best,
            recipe=setup.recipe,
        )
        if self.main:
            if result.finished:
                trainer.restore_masters()
                self._load_best(trainer)
                self._write(trainer, base)
            self._note_end(result, float(recorded.get("seconds", 0.0)) if recorded else 0.0)
        return result

    def _announce(self, checkpoint: Path | None, *, resume: bool) -> None:
        steps = self.setup.schedule.steps
        for note in self.setup.notes:
            self._tell(Note(note))
        if resume and checkpoint is None:
            self._tell(Note(f"there is no checkpoint in {self.folder.out}: beginning at step 0"))
        if steps < FEW and self.setup.recipe.max_steps is None:
            self._tell(Note(f"note: {steps} steps teach little; more --epochs, or a smaller --batch-size"))
        if checkpoint is not None:
            self._tell(Note(f"going on after step {checkpoints.step_of(checkpoint)}"))

    def _learn(self, checkpoint: Path | None) -> tuple[Any, model_setup.Base]:
        """The trainer with a model that has learned, and what it was made of."""
        setup, out = self.setup, self.folder.out
        model_setup.import_quietly()
        if setup.device.type == "cpu" and setup.sparing:
            devices.set_mmap_threshold()
        with devices.convert_oom(setup.device, setup.memory_hint):
            seed(setup.recipe.seed)
            base = model_setup.build(
                setup.sources, setup.recipe, setup.dtype, hd=setup.hd, on_progress=self.on_progress
            )
            model = wrap_for_training(model_setup.prepare(base, setup.recipe, hd=setup.hd), setup)
            if not model_setup.trainable(model):
                raise OptionError("nothing would learn", hint="Leave --freeze-compression out, or use LoRA.")
            trainer = self._trainer(model)
            if checkpoint is not None:
                trainer.recall(checkpoint)
                if self.main:  # a killed process may have been at it
                    checkpoints.clear(out)
                    checkpoints.thin_out(out, trainer.state.best_global_step)
            done = trainer.state.global_step >= setup.schedule.steps or trainer.out_of_patience()
            if checkpoint is not None and done:
                trainer._load_from_checkpoint(str(checkpoint))  # only the finished files are missing
            else:
                self._train(trainer, checkpoint)
        return trainer, base

    def _note_end(self, result: Result, before: float) -> None:
        """`before`: seconds that earlier processes took."""
        self.folder.note(
            status="finished" if result.finished else "interrupted",
            steps=result.steps,
            loss=result.loss,
            best=result.best,
            ended=now(),
            seconds=round(before + result.seconds, 1),
            skipped=list(result.skipped),
        )

    def _tell(self, event: TrainingEvent) -> None:
        if not self.main:
            return
        if isinstance(event, Stepped | Evaluated):
            self.folder.add(event)
        self.on_event(event)

    def _recall(self, out: Path) -> None:
        """The last loss and the best evaluation, of the steps before this process too."""
        metrics = read_metrics(out / METRICS)
        self.loss = next((line["loss"] for line in reversed(metrics) if "loss" in line), None)
        self.best = min((line["eval_loss"] for line in metrics if "eval_loss" in line), default=None)

    def _note_beginning(self, recorded: dict[str, Any] | None, checkpoint: Path | None) -> None:
        setup = self.setup
        source = setup.sources.source
        before = (recorded or {}).get("data", {})
        data = {
            "files": list(setup.recipe.data),
            "rows": len(setup.rows),
            "sha256": setup.rows.sha256(),
            "evaluation_rows": len(setup.evaluation) if setup.evaluation is not None else 0,
            "evaluation_sha256": setup.evaluation.sha256() if setup.evaluation is not None else None,
        }
        if any(before.get(name, data[name]) != data[name] for name in ("sha256", "evaluation_sha256")):
            raise TrainingFailed(
                "the data files have changed since the run was begun", hint="Start over with --force, or put them back."
            )
        base = {
            "name": setup.sources.name,
            "repo": source.repo if source else None,
            "revision": source.revision if source else None,
            "fingerprint": fingerprint(setup.sources.tensors),
        }
        compute = {
            "device": str(setup.device),
            "dtype": str(setup.dtype).removeprefix("torch."),
            "processes": rank_and_world_size()[1],
            "threads": torch.get_num_threads(),
        }
        self._refuse_another(recorded or {}, base, compute)
        self.folder.record = dict(recorded or {})
        self.folder.note(
            schema=SCHEMA,
            status="running",
            begun=(recorded or {}).get("begun", now()),
            recipe=as_values(with_absolute_paths(setup.recipe)),
            schedule=asdict(setup.schedule),
            base=base,
            config=setup.sources.config.to_diff_dict(),
            data=data,
            compute=compute,
            versions={"python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
        )
        self.folder.start_metrics(checkpoints.step_of(checkpoint) if checkpoint else 0)

    def _refuse_another(self, recorded: dict[str, Any], base: dict[str, Any], compute: dict[str, Any]) -> None:
        """TrainingFailed where a run that goes on would not be the same one."""
        then, now_ = recorded.get("schedule", {}), asdict(self.setup.schedule)
        for name in ("rows", "batch_size", "grad_accum", "world", "steps"):
            if then.get(name, now_[name]) != now_[name]:
                said = {"rows": "rows that can be read", "world": "processes"}.get(name, name)
                raise TrainingFailed(
                    f"the run was begun with {then[name]} {said}, not {now_[name]}",
                    hint="Put that back to go on, or start over with --force.",
                )
        if recorded.get("base", {}).get("fingerprint", base["fingerprint"]) != base["fingerprint"]:
            raise TrainingFailed(
                f"the weights of {base['name']} have changed since the run was begun",
                hint="Put them back to go on, or start over with --force.",
            )
        if recorded.get("compute", {}).get("threads", compute["threads"]) != compute["threads"]:
            threads = f"{compute['threads']} threads, not {recorded['compute']['threads']}"
            self._tell(Note(f"note: going on with {threads}: the last bits of the weights will differ"))
        if recorded.get("compute", {}).get("dtype", compute["dtype"]) != compute["dtype"]:
            raise TrainingFailed(
                f"the run was begun in {recorded['compute']['dtype']}, not {compute['dtype']}",
                hint="Start over with --force, or train where it was begun.",
            )

    def _train(self, trainer: Any, checkpoint: Path | None) -> None:
        try:
            trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
        except BaseException as error:
            if self.main:
                self.folder.note(status="failed", error=f"{type(error).__name__}: {error}", ended=now())
            raise
        finally:
            trainer.end_workers()  # else whoever keeps the error keeps them too, and waits for them when it ends

    def _trainer(self, model: Any) -> Any:
        from flashsloth.training.trainer import SlothTrainer

        setup = self.setup
        recipe, schedule = setup.recipe, setup.schedule
        device = setup.device
        return SlothTrainer(
            out=self.folder.out,
            order=setup.order,
            on_event=self._tell,
            stop=self.stop,
            memory=lambda: devices.peak_memory(device),
            skip_bad=recipe.skip_bad,
            rate=schedule.lr,
            patience=recipe.patience,
            model=model,
            args=arguments(setup, self.folder.out),
            data_collator=setup.collate,
            **optimizer(setup),
            train_dataset=setup.data,
            eval_dataset=setup.for_evaluation(),
        )

    def _load_best(self, trainer: Any) -> None:
        """Of a run that evaluates, the weights that did best."""
        step = trainer.state.best_global_step
        path = checkpoints.folder(self.folder.out) / f"checkpoint-{step}"
        if step and step < trainer.state.global_step and checkpoints.is_whole(path):
            trainer._load_from_checkpoint(str(path))
            self._tell(Note(f"the weights of step {step}, which had the lowest evaluation loss, were kept"))

    def _write(self, trainer: Any, base: model_setup.Base) -> None:
        """The finished files, all of them or none."""
        setup, out = self.setup, self.folder.out
        model = trainer.accelerator.unwrap_model(trainer.model)
        with folder_swap.replace_folder(out) as made:
            if setup.recipe.method == "full":
                write_model(getattr(model, "sloth", model), base, made)
            else:
                model.save_pretrained(made, save_embedding_layers=False)
                adapter.describe(
                    made, base_name(base), image_hd=setup.hd, fingerprint=fingerprint(setup.sources.tensors)
                )
            metrics = read_metrics(out / METRICS)
            draw(metrics, made / PICTURE)
            write_card(made / "README.md", self.folder.record, metrics, adapter=setup.recipe.method != "full")


def wrap_for_training(model: Any, setup: RunPlan) -> Any:
    """What the Trainer gets: the model, behind a head that reads its features where it learns to see."""
    if setup.recipe.plan.rows == "truth" or setup.recipe.truth_weight:
        from flashsloth.training.patch_supervision import Sighted

        batches = setup.schedule.grad_accum * setup.schedule.world  # the Trainer sums over them
        model = Sighted(model, setup.recipe.truth_weight / batches)
    if setup.recipe.master_weights and setup.device.type == "cpu":
        from flashsloth.training.master_weights import quicken

        quicken(getattr(model, "sloth", model))
    return model


def optimizer(setup: RunPlan) -> dict[str, Any]:
    """The Trainer's argument for an optimizer with masters; none where it makes its own."""
    if not setup.recipe.master_weights:
        return {}
    from flashsloth.training.master_weights import MasterWeightAdamW

    settings = {"lr": setup.schedule.lr, "dtype": setup.dtype}
    return {"optimizer_cls_and_kwargs": (MasterWeightAdamW, settings)}


def base_name(base: model_setup.Base) -> str:
    """How the base is to be asked for from anywhere."""
    if base.source is None or base.source.repo is not None or base.name == resolve.NANO:
        return base.name
    return str(base.source.folder.resolve())


def write_model(model: Any, base: model_setup.Base, folder: Path) -> None:
    """A whole model in the type that its base is stored in."""
    for name, parameter in model.named_parameters():
        parameter.data = parameter.data.to("cpu", base.stored)
        check_finite(parameter.data, name)
    model.config.dtype = base.stored
    vars(model.config).pop("use_cache", None)  # the Trainer switches it off
    if base.source is not None:
        model.generation_config = quantized_writer.generation_config(base.config, base.source.folder)
    base.processor.image_processor.hd = base.config.image_hd
    save.save(model, base.processor, folder)


def arguments(setup: RunPlan, out: Path) -> Any:
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
        bf16=setup.dtype == torch.bfloat16 and not recipe.master_weights,
        fp16=setup.dtype == torch.float16 and not recipe.master_weights,
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
        ddp_backend="gloo" if setup.device.type == "cpu" and rank_and_world_size()[1] > 1 else None,
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
