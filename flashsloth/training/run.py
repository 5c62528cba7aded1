"""One training run, from its recipe to the finished folder. Prints nothing.

A run can be killed at any moment. When it is resumed, it ends with bitwise the same weights:

1. `begin` locks the folder and reads run.json, which names the data, the base model and the recipe.
2. `plan_run` makes the same plan again, and `check_same_run` refuses to continue if the data, the base
   model or the schedule has changed since.
3. The newest complete checkpoint is loaded: the trained weights, the optimizer and the step.
4. metrics.jsonl is cut back to that step, as the later steps are taken again.
5. The row order and the random numbers of a step depend only on the seed and the number of the step
   (trainer.py), so the repeated steps are the same.
6. After the last step the finished files are written beside the folder and moved in, all or none
   (result_files.py).
"""

from __future__ import annotations

import gc
import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from statistics import fmean
from typing import Any

import torch
from accelerate.utils import gather_object

from flashsloth import devices
from flashsloth.chat.document import now
from flashsloth.checkpoints import adapter, resolve
from flashsloth.checkpoints.safetensors_reader import weights_fingerprint
from flashsloth.errors import BadRows, FlashSlothError, InputError, OptionError, TrainingFailed
from flashsloth.evaluation.calibration import TemperatureFit
from flashsloth.training import checkpoints, choice_temperature, model_setup
from flashsloth.training.recipe import (
    MODELS,
    Recipe,
    changes,
    format_value,
    merge_resumed,
    with_absolute_paths,
)
from flashsloth.training.result_files import write_card, write_result
from flashsloth.training.run_folder import (
    AVERAGED,
    METRICS,
    SCHEMA,
    Evaluated,
    Note,
    RunFolder,
    Saved,
    Stepped,
    TrainingEvent,
    check_resumable,
    read_metrics,
    read_record,
    train_on,
)
from flashsloth.training.run_plan import RunPlan, Source, plan_run, rank_and_world_size
from flashsloth.training.trainer import make_trainer, prepare_process
from flashsloth.utils.paths import expand
from flashsloth.utils.progress import Progress, ignore

FEW = 20  # the user gets a note if a run has fewer steps
# Options that do not change the weights. If a finished run is resumed with other values of these
# options, this is no error.
WITHOUT_EFFECT = {"output", "workers", "device", "report_to", "save_every", "eval_every"}


@dataclass(frozen=True, slots=True)
class Result:
    """How a run ended. `finished` is False if the run was stopped and can be resumed. `already` is True
    if the run had been finished before, so that nothing was done. `seconds` is the total time,
    including the time before the run was resumed."""

    out: Path
    steps: int
    loss: float | None  # the mean of the last ten steps
    seconds: float
    finished: bool
    already: bool = False
    adapter: bool = False  # whether OUT contains an adapter and not a whole model
    base: str = ""
    skipped: tuple[str, ...] = ()
    best: float | None = None  # the lowest evaluation loss
    choices: TemperatureFit | None = None  # None without --choices
    recipe: Recipe | None = None


def train(
    recipe: Recipe,
    *,
    source: Source | None = None,
    given: dict[str, Any] | None = None,
    resume: bool = False,
    force: bool = False,
    offline: bool = False,
    confirm: Any = None,
    agree: Callable[[str], bool] | None = None,
    on_event: Callable[[TrainingEvent], None] = ignore,
    on_plan: Callable[[RunPlan], None] = ignore,
    on_progress: Progress = ignore,
    stop: Callable[[], bool] = lambda: False,
) -> Result:
    """Train, and write the folder `recipe.output`. A run that was killed and resumed ends with bitwise
    the same weights as one that was not.

    Args:
        source: provides the training rows instead of the files in `recipe.data`.
        given: with `resume`, the fields of the recipe that the user has set for this call. All other
            fields are taken from run.json.
        resume: whether to continue from the newest checkpoint.
        force: whether to start over in a folder that is not empty.
        confirm, agree: as in `resolve.find` and `resolve.check_referenced_model`.
        on_event: called for each step, evaluation and checkpoint.
        on_plan: called with the plan, before any weight is read.
        stop: called after each step; if it returns True, the run is saved and ended.

    Raises: any FlashSlothError; RunExists, NonFiniteLoss and BadRows are specific to training.
    """
    started = time.monotonic()
    out = Path(recipe.output)
    if resume and not recipe.data:
        check_resumable(out)
    folder = RunFolder(out)
    main = rank_and_world_size()[0] == 0
    with ExitStack() as stack:
        recorded: dict[str, Any] = {}  # run.json of the run to resume
        # Only the first of several processes writes, so only it locks the folder.
        if main:
            recorded = folder.begin(resume=resume, force=force) or {}
            stack.callback(folder.release)
            if folder.warning:
                on_event(Note(f"warning: {folder.warning}"))
        elif resume:
            recorded = read_record(out) or {}
        if recorded.get("status") == "finished":
            return finished_before(out, recorded, given or {})
        if recorded:
            recipe = resumed_recipe(
                recorded, {**(given or {}), "output": recipe.output}, offline, agree
            )
        # Say this before the data is read: if the folder was mistyped, errors of the data mislead.
        if resume and main and not (recorded and checkpoints.newest(out)):
            on_event(Note(f"no checkpoint in {out}, so nothing to resume: starting at step 0"))
        plan = plan_run(recipe, source, offline=offline, confirm=confirm, on_progress=on_progress)
        refuse_own_source(out, recipe, plan.sources)
        plan.check_memory()
        plan.check_disk()
        on_plan(plan)
        return Run(plan, folder, main, recorded, on_event, stop, started, on_progress).go()


def resumed_recipe(
    recorded: dict[str, Any], given: dict[str, Any], offline: bool, agree: Callable[[str], bool] | None
) -> Recipe:
    """Return the recorded recipe with the given changes.

    The folder may come from somebody else. So if a model is named in run.json and not by the user, the
    user must agree to it.
    """
    recipe = merge_resumed(recorded["recipe"], given)
    for name in MODELS:
        model = getattr(recipe, name)
        if model is not None and name not in given and not offline:
            resolve.check_referenced_model(model, Path(recipe.output), agree)
    return recipe


def refuse_own_source(out: Path, recipe: Recipe, sources: model_setup.Sources) -> None:
    """Raise InputError if the output folder is the folder of the model to be trained, because clearing
    it would remove that model."""
    named = [
        expand(name) for name in (recipe.vision, recipe.language, recipe.high_res) if name is not None
    ]
    read = [*named, *([sources.source.folder] if sources.source is not None else [])]
    if os.path.exists(out) and any(os.path.exists(folder) and out.samefile(folder) for folder in read):
        raise InputError(f"{out} is the model to be trained", hint="Choose another folder.")


def finished_before(out: Path, recorded: dict[str, Any], given: dict[str, Any]) -> Result:
    """Return the result of a run that is already finished.

    Raises: OptionError for an option that would change its weights. The run cannot take further steps,
    because the learning rate has reached the end of its schedule. A new run can start from its weights.
    """
    recipe = merge_resumed(recorded["recipe"], {})
    for name, before, after in changes(recipe, replace(recipe, **given), WITHOUT_EFFECT):
        raise OptionError(
            f"{out} holds a finished run with {name} {before}, not {after}",
            hint=f"Its schedule of learning rates has ended. {train_on(out, recipe.method, recipe.stage)}",
        )
    return Result(
        out,
        steps=int(recorded.get("steps", 0)),
        loss=recorded.get("loss"),
        best=recorded.get("best"),
        seconds=float(recorded.get("seconds", 0.0)),
        finished=True,
        already=True,
        adapter=(out / adapter.CONFIG).is_file(),
        base=str(recorded.get("base", {}).get("name", "")),
        recipe=recipe,
    )


@dataclass
class Run:
    """A run in progress. `recorded` is the content of run.json if an earlier run is continued, and
    empty for a new run."""

    plan: RunPlan
    folder: RunFolder
    main: bool
    recorded: dict[str, Any]
    on_event: Callable[[TrainingEvent], None]
    stop: Callable[[], bool]
    started: float  # the value of time.monotonic() at the start
    on_progress: Progress = ignore

    def go(self) -> Result:
        """Train from the newest checkpoint, or from step 0 if there is none. After the last step write
        the finished files."""
        checkpoint = checkpoints.newest(self.folder.out) if self.recorded else None
        self._announce(checkpoint)
        trainer = self._learn(checkpoint)
        result = self._result(trainer)
        if self.main:
            if result.finished:
                self._load_best(trainer)
                write_result(trainer.trained_model(), self.plan, self.folder.out, self.folder.record)
                del trainer  # frees memory for the model that is opened to fit a temperature
                result = self._fit_temperature(result)
            status = "finished" if result.finished else "interrupted"
            self.folder.note(
                status=status,
                steps=result.steps,
                loss=result.loss,
                best=result.best,
                ended=now(),
                seconds=result.seconds,
                skipped=result.skipped,
            )
            if result.finished and self.plan.pictures is not None:
                checkpoints.remove(self.plan.pictures.folder)
        return result

    @property
    def seconds(self) -> float:
        """The seconds that the run has taken so far, including earlier attempts. If an attempt was
        killed, only the time until its last checkpoint is known and counted."""
        return round(float(self.recorded.get("seconds", 0.0)) + time.monotonic() - self.started, 1)

    def _result(self, trainer: Any) -> Result:
        plan = self.plan
        if len(trainer.faults) >= len(plan.rows):
            raise BadRows(
                f"no row can be used for training: {next(iter(trainer.faults))}",
                hint="Run flashsloth data check FILE.",
            )
        metrics = read_metrics(self.folder.out / METRICS)
        losses = [line["loss"] for line in metrics if "loss" in line]
        evaluations = [line["eval_loss"] for line in metrics if "eval_loss" in line]
        skipped = (*self.recorded.get("skipped", ()), *plan.skipped, *trainer.faults)
        return Result(
            self.folder.out,
            steps=int(trainer.state.global_step),
            loss=fmean(losses[-AVERAGED:]) if losses else None,
            seconds=self.seconds,
            finished=not trainer.stopped,
            adapter=plan.recipe.method != "full",
            base=plan.sources.name,
            skipped=tuple(dict.fromkeys(skipped)),
            best=min(evaluations, default=None),
            recipe=plan.recipe,
        )

    def _announce(self, checkpoint: Path | None) -> None:
        steps = self.plan.schedule.steps
        for note in self.plan.notes:
            self._emit(Note(note))
        if steps < FEW and self.plan.recipe.max_steps is None:
            self._emit(
                Note(f"note: {steps} steps teach little; use more --epochs or a smaller --batch-size")
            )
        if checkpoint is not None:
            damaged = "".join(
                f"; {name} is not complete" for name in checkpoints.newer(self.folder.out, checkpoint)
            )
            self._emit(Note(f"resuming after step {checkpoints.step_of(checkpoint)}{damaged}"))

    def _learn(self, checkpoint: Path | None) -> Any:
        """Train from `checkpoint`, or from the start if it is None; return the trainer with the
        model."""
        plan = self.plan
        record = new_record(plan, self.recorded) if self.main else {}
        for note in check_same_run(self.recorded, record) if self.main else ():
            self._emit(Note(note))
        prepare_process(plan)
        with devices.convert_oom(plan.device, plan.memory_hint):
            trainer = make_trainer(
                plan, self.folder.out, on_progress=self.on_progress, on_event=self._emit, stop=self.stop
            )
            if self.main:
                self._begin(record, checkpoint)
            with self._failure_noted():
                self._encode_pictures(trainer)
            if checkpoint is not None:
                trainer.restore_state(checkpoint)
                if self.main:  # a killed process may have left an incomplete checkpoint
                    checkpoints.thin_out(self.folder.out, trainer.state.best_global_step)
            done = trainer.state.global_step >= plan.schedule.steps or trainer.out_of_patience()
            if checkpoint is not None and done:
                # The process was killed after the last step: only the finished files are missing.
                trainer.load_weights(checkpoint)
            else:
                self._train(trainer, checkpoint)
        return trainer

    def _encode_pictures(self, trainer: Any) -> None:
        """Encode the pictures that no earlier attempt has encoded. Each process takes its share."""
        plan = self.plan
        if plan.pictures is None:
            return
        rank, world = rank_and_world_size()
        own = plan.images[rank::world]
        plan.pictures.encode(own, plan.sources, plan.device, plan.dtype, self.on_progress)
        devices.release_memory(plan.device)
        trainer.accelerator.wait_for_everyone()
        # Of many pictures only the headers were read before.
        faults = gather_object([*plan.pictures.faults.items()])
        if faults and not plan.recipe.skip_bad:
            image, fault = faults[0]
            raise BadRows(
                f"{len(faults)} of {len(plan.images)} pictures cannot be encoded; the first, {image}: {fault}",
                hint=f"Run flashsloth data check with -m {plan.sources.name} to list them. Continue without "
                "them with --resume --skip-bad.",
            )

    def _train(self, trainer: Any, checkpoint: Path | None) -> None:
        try:
            with self._failure_noted():
                trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
        finally:
            trainer.end_workers()

    @contextmanager
    def _failure_noted(self) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            if self.main:
                self.folder.note(status="failed", error=f"{type(error).__name__}: {error}", ended=now())
            raise

    def _load_best(self, trainer: Any) -> None:
        """Load the weights with the lowest evaluation loss."""
        step = trainer.state.best_global_step
        path = checkpoints.folder(self.folder.out) / f"checkpoint-{step}"
        if step and step < trainer.state.global_step and checkpoints.is_whole(path):
            trainer.load_weights(path)
            self._emit(Note(f"kept the weights of step {step}, which had the lowest evaluation loss"))

    def _fit_temperature(self, result: Result) -> Result:
        """With --choices, fit the temperature that calibrates the probabilities of the choices
        (choice_temperature.py), and store it with the finished model if it lowers the loss enough.

        The folder is already complete when the fit starts. So nothing is lost if the fit is
        interrupted, and a resumed run fits again.
        """
        chosen = self.plan.choice_rows
        if chosen is None:
            return result
        if not chosen.are_enough:
            self._emit(Note(chosen.note))
            return result
        gc.collect()  # the Trainer is part of a reference cycle, so `del` did not free it
        devices.release_memory(self.plan.device)
        self._emit(Note(f"fitting a temperature of choices to {len(chosen.rows):,} rows"))
        try:
            fitted = choice_temperature.fit(
                result.out,
                chosen,
                is_adapter=result.adapter,
                device=self.plan.recipe.device,
                hd=self.plan.hd,
                on_progress=self.on_progress,
                stop=self.stop,
            )
        except FlashSlothError as error:  # the fit failed, but the trained model is complete
            self._emit(Note(f"no temperature of choices was fitted: {error}"))
            return result
        if fitted is None:
            return replace(result, finished=False)
        if fitted.kept:
            choice_temperature.store(
                result.out, is_adapter=result.adapter, choice_temperature=fitted.temperature
            )
        self._emit(Note(choice_temperature.describe(fitted)))
        self.folder.note(choices=fitted._asdict())
        write_card(
            result.out / "README.md",
            self.folder.record,
            read_metrics(result.out / METRICS),
            adapter=result.adapter,
        )
        return replace(result, choices=fitted)

    def _begin(self, record: dict[str, Any], checkpoint: Path | None) -> None:
        """Write the first files of a run. The files of an earlier run are removed only here: the model
        is loaded by now, and all checks that could refuse the new run have passed."""
        if not self.recorded:
            self.folder.clear()
        # a recorded temperature of choices is dropped, because it will be fitted again
        self.folder.record = {k: v for k, v in self.recorded.items() if k != "choices"}
        self.folder.note(**record)
        self.folder.start_metrics(checkpoints.step_of(checkpoint) if checkpoint else 0)

    def _emit(self, event: TrainingEvent) -> None:
        if not self.main:
            return
        if isinstance(event, Stepped | Evaluated):
            self.folder.add(event)
        elif isinstance(event, Saved):
            self.folder.note(seconds=self.seconds)
        self.on_event(event)


# run.json: its content, and the check that a resumed run is still the same run

PACKAGES = (
    "flashsloth",
    "torch",
    "transformers",
    "accelerate",
    "peft",
    "safetensors",
    "numpy",
    "pillow",
)
# Numbers of the schedule that must be the same when a run is resumed, with their names in messages.
FIXED = {
    "rows": "readable rows",
    "batch_size": "batch_size",
    "grad_accum": "grad_accum",
    "world": "processes",
    "steps": "steps",
}
# Fields that may change when a run is resumed. The user gets a note about each change.
CHANGED = {"schedule": ("lr", "save_every", "eval_every"), "recipe": ("patience", "choices")}


def new_record(plan: RunPlan, recorded: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of run.json when a run starts. `recorded` is the content of run.json if a run
    is resumed, otherwise it is empty."""
    source = plan.sources.source
    evaluation = plan.evaluation
    base = {
        "name": plan.sources.name,
        "repo": source.repo if source else None,
        "revision": source.revision if source else None,
        "fingerprint": weights_fingerprint(plan.sources.tensors),
    }
    data = {
        "files": list(plan.recipe.data),
        "rows": len(plan.rows),
        "sha256": plan.rows.sha256(),
        "evaluation_rows": 0,
        "evaluation_sha256": None,
    }
    if evaluation is not None:
        data |= {"evaluation_rows": len(evaluation), "evaluation_sha256": evaluation.sha256()}
    compute = {
        "device": str(plan.device),
        "dtype": str(plan.dtype).removeprefix("torch."),
        "processes": rank_and_world_size()[1],
        "threads": torch.get_num_threads(),
    }
    versions = {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}
    return {
        "schema": SCHEMA,
        "status": "running",
        "begun": recorded.get("begun", now()),
        "recipe": asdict(with_absolute_paths(plan.recipe)),
        "schedule": asdict(plan.schedule),
        "base": base,
        "config": plan.sources.config.to_diff_dict(),
        "data": data,
        "compute": compute,
        "process": os.getpid(),
        "versions": versions,
    }


def check_same_run(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """Yield a note for each harmless difference between a recorded run and its continuation.

    Raises: TrainingFailed if data, schedule, base or dtype differ.
    """

    # a field that an older run.json lacks does not count as a difference
    def differs(section: str, name: str) -> bool:
        return bool(old.get(section, {}).get(name, new[section][name]) != new[section][name])

    for section, names in CHANGED.items():
        for name in names:
            if differs(section, name):
                value = format_value(new[section][name])
                yield f"note: continuing with {name} {value}, not {format_value(old[section][name])}"
    restore = "Restore it and use --resume, or start over with --force."
    if differs("data", "sha256") or differs("data", "evaluation_sha256"):
        raise TrainingFailed("the data has changed since the run was started", hint=restore)
    for name, label in FIXED.items():
        if differs("schedule", name):
            raise TrainingFailed(
                f"the run was started with {old['schedule'][name]} {label}, not {new['schedule'][name]}",
                hint=restore,
            )
    if differs("base", "fingerprint"):
        raise TrainingFailed(
            f"the weights of {new['base']['name']} have changed since the run was started", hint=restore
        )
    if differs("compute", "threads"):
        yield (
            f"note: continuing with {new['compute']['threads']} threads, not {old['compute']['threads']}: "
            "the last bits of the weights will differ"
        )
    if differs("compute", "dtype"):
        raise TrainingFailed(
            f"the run was started in {old['compute']['dtype']}, not {new['compute']['dtype']}",
            hint="Use the dtype and the machine that it was started with, or start over with --force.",
        )
