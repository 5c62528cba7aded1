"""transformers' Trainer with exact resume: a run that was killed and resumed ends with bitwise the same
weights as a run without an interruption.

For this purpose, everything random in a step depends only on the seed, the epoch and the number of the
step: the order of the rows (dataset.LengthGroupedSampler), and torch's generator, which is seeded again
in each step.

Of the model, a checkpoint contains only the trained parameters. A run ends at the first loss or
gradient that is not finite. It reports events and prints nothing. `trainer_private` holds the overrides
of private methods. `make_trainer` builds the model of a plan and translates the plan into transformers'
settings.
"""

from __future__ import annotations

import functools
import math
import shutil
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import safetensors.torch
import torch
from torch.utils.data import DataLoader
from transformers.trainer_callback import PrinterCallback, TrainerCallback, TrainerState
from transformers.trainer_utils import set_seed
from transformers.training_args import TrainingArguments

from flashsloth import devices
from flashsloth.data.data_files import Rows
from flashsloth.errors import BadRows, CheckpointDamaged, DataWorkerFailed, NonFiniteLoss, OptionError
from flashsloth.inference.attention import without_cudnn
from flashsloth.training import checkpoints, model_setup
from flashsloth.training.dataset import LengthGroupedSampler
from flashsloth.training.run_folder import Evaluated, Note, Saved, Stepped, TrainingEvent
from flashsloth.training.run_plan import RunPlan, rank_and_world_size
from flashsloth.training.trainer_private import ResumableTrainer, check_workers, end_workers
from flashsloth.utils.progress import Progress, ignore
from flashsloth.utils.text import error_reason

RECENT = 20  # number of optimizer steps over which the speeds are averaged


class SlothTrainer(ResumableTrainer):
    """Trains a model on batches that have the entries `counts` and `faults` (dataset.Collate).
    Checkpoints are written to the folder of a run.

    Args:
        plan: the plan of the run. The learning rate of the plan replaces the one in a checkpoint.
        out: the folder of the run.
        order: the sampler of the training rows, or a fixed order for all epochs.
        on_event: called in every process.
        stop: called after each step; if it returns True, the run is saved and ended.
    """

    def __init__(
        self,
        *,
        plan: RunPlan,
        out: Path,
        order: LengthGroupedSampler | Sequence[int],
        on_event: Callable[[TrainingEvent], None] = ignore,
        stop: Callable[[], bool] = lambda: False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.remove_callback(PrinterCallback)  # this callback prints to stdout
        self.plan = plan
        self.out = out
        self.order = order
        self.on_event = on_event
        self.throughput = Throughput()
        self.faults: dict[str, None] = {}  # skipped rows, in order
        self.stopped = False
        # the path of an unfinished checkpoint, and the time at which it was started
        self.saving: tuple[Path, float] | None = None
        self.loaders: list[Any] = []
        self.add_callback(StepCallback(self, stop))

    # Learning rate

    def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> Any:
        """Create a cosine schedule after a linear warm-up. Unlike in transformers' schedule, no step
        has a learning rate of 0."""
        if self.lr_scheduler is None:
            factor = functools.partial(
                rate_factor,
                warmup=int(self.args.warmup_steps * num_training_steps),
                steps=num_training_steps,
            )
            self.lr_scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer or self.optimizer, factor)
        return self.lr_scheduler

    def apply_rate(self) -> None:
        """Continue with the plan's learning rate if the checkpoint was made with another one."""
        scheduler = cast("Any", self.lr_scheduler)
        rate = self.plan.schedule.lr
        if all(before == rate for before in scheduler.base_lrs):
            return
        scheduler.base_lrs = [rate] * len(scheduler.base_lrs)
        for group in scheduler.optimizer.param_groups:
            group["initial_lr"] = rate
        # LambdaLR computes the rates in `step`, after it has advanced its counter. Set the counter back
        # by one first, so that `step` computes the rates of the current step again.
        scheduler.last_epoch -= 1
        scheduler.step()

    # Rows and losses

    def get_train_dataloader(self) -> Any:
        args = self.args
        loader = DataLoader(
            self.train_dataset,
            batch_size=args.train_batch_size,
            sampler=self.order,
            collate_fn=self.data_collator,
            num_workers=args.dataloader_num_workers,
            persistent_workers=args.dataloader_persistent_workers,
            pin_memory=args.dataloader_pin_memory,
        )
        self.loaders.append(self.accelerator.prepare(loader))
        return self.loaders[-1]

    def get_eval_dataloader(self, eval_dataset: Any = None) -> Any:
        self.loaders.append(super().get_eval_dataloader(eval_dataset))
        return self.loaders[-1]

    def end_workers(self) -> None:
        """End the worker processes of the DataLoaders."""
        for loader in self.loaders:
            end_workers(loader)

    def get_batch_samples(self, epoch_iterator: Iterator[Any], num_batches: int, device: Any) -> Any:
        started = time.perf_counter()
        batches, items = super().get_batch_samples(epoch_iterator, num_batches, device)
        self.throughput.waited += time.perf_counter() - started
        for batch in batches:
            rows, tokens = self._pop_counts(batch)
            self.throughput.rows += rows * self.args.world_size
            self.throughput.tokens += tokens * self.args.world_size
        # `items` is the number of labels by which the loss of the step is divided. It is raised to 1,
        # so that the loss of a step without labels is 0 and not 0/0.
        if isinstance(items, torch.Tensor):
            items = items.clamp(min=1)
        return batches, items

    def _pop_counts(self, batch: dict[str, Any]) -> tuple[int, int]:
        """Remove from a batch the entries that are not for the model: return the numbers of its rows
        and tokens, and collect the bad rows."""
        counts: tuple[int, int] = batch.pop("counts")
        faults = batch.pop("faults")
        if faults and not self.plan.recipe.skip_bad:
            raise BadRows(faults[0])
        self.faults.update(dict.fromkeys(faults))
        return counts

    def compute_loss(self, model: Any, inputs: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        inputs = {**inputs, "loss_only": True, "use_cache": False}
        loss = super().compute_loss(model, inputs, *args, **kwargs)
        # In stage align only the projector and pooling learn, and a batch without pictures does not use
        # them. Adding zero times the parameters gives the loss a gradient function, which backward()
        # needs.
        if model.training and not loss.requires_grad:
            loss = loss + 0 * sum(p.sum() for p in self.model.parameters() if p.requires_grad)
        return loss

    def training_step(self, model: Any, inputs: Any, num_items_in_batch: Any = None) -> torch.Tensor:
        loss = super().training_step(model, inputs, num_items_in_batch)
        self._check_finite(loss, "loss", self.state.global_step + 1)
        return loss

    def _check_finite(self, value: torch.Tensor | float, quantity: str, step: int) -> None:
        if math.isfinite(value):
            return
        kept = "nothing was saved"
        flag = "--force"
        if last := checkpoints.newest(self.out):
            kept = f"the checkpoint of step {checkpoints.step_of(last)} is complete"
            flag = "--resume"
        lower = f"{self.args.learning_rate / 4:.1g}"
        raise NonFiniteLoss(
            f"the {quantity} of step {step} is {float(value)}; {kept}",
            hint=f"Use a lower learning rate: {flag} --lr {lower}",
        )

    def floating_point_ops(self, inputs: Any) -> int:
        return 0  # to count the operations, the Trainer would go through all modules in every step

    # Evaluation

    def evaluation_loss(self) -> float:
        """Return the mean cross-entropy over all labelled tokens of the evaluation rows."""
        model = self.model_wrapped.eval()
        exact = torch.float32 if self.args.device.type == "mps" else torch.float64  # MPS has no float64
        sums = torch.zeros(2, dtype=exact, device=self.args.device)
        for batch in self.get_eval_dataloader():
            self._pop_counts(batch)
            items = (batch["labels"][:, 1:] != -100).sum()
            with torch.no_grad(), self.compute_loss_context_manager():
                loss = model(**batch, loss_only=True, use_cache=False, num_items_in_batch=1).loss
            sums += torch.stack([loss.to(exact), items.to(exact)])
        total, items = self.accelerator.reduce(sums, "sum").tolist()
        model.train()
        return float(total / max(items, 1))

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        """Evaluate, request a checkpoint if the loss is the lowest so far, and request the end of the
        run after `patience` evaluations without a lower loss."""
        started = time.perf_counter()
        loss = self.evaluation_loss()
        self.throughput.exclude(time.perf_counter() - started)
        metrics = {"eval_loss": loss}
        self.log(dict(metrics))  # for report_to
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        lowest = math.inf if self.state.best_metric is None else self.state.best_metric
        best = loss < lowest
        self.state.best_metric = loss if best else lowest
        if best:
            self.state.best_global_step = self.state.global_step
            self.control.should_save = True
        self.on_event(Evaluated(self.state.global_step, loss, best))
        if self.out_of_patience():
            patience = self.plan.recipe.patience
            self.on_event(Note(f"stopping early: no lower evaluation loss in {patience} evaluations"))
            self.control.should_save = True
            self.control.should_training_stop = True
        return metrics

    def out_of_patience(self) -> bool:
        """Return whether the last `patience` evaluations brought no lower loss."""
        patience = self.plan.recipe.patience
        if self.state.best_global_step is None or patience is None:
            return False
        waited = self.state.global_step - self.state.best_global_step
        return waited >= patience * self.plan.schedule.eval_every

    # Events

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        if "loss" in logs:
            step = self.state.global_step
            steps = self.state.max_steps
            grad_norm = float(logs.get("grad_norm", math.nan))
            # In float16 a gradient that is not finite is no error: the gradient scaler skips this step
            # and lowers its scale.
            if "grad_norm" in logs and not self.args.fp16:
                self._check_finite(grad_norm, "gradient", step)
            self.throughput.end_step()
            seconds, rows, tokens, waited = self.throughput.averages()
            stepped = Stepped(
                step,
                steps,
                loss=float(logs["loss"]),
                lr=float(logs["learning_rate"]),
                grad_norm=grad_norm,
                samples_per_second=rows,
                tokens_per_second=tokens,
                waited=waited,
                memory=devices.peak_memory(self.plan.device),
                left=(steps - step) * seconds if self.throughput.warmed_up else 0.0,
            )
            self.on_event(stepped)
        super().log(logs, start_time)
        # The history is in metrics.jsonl. It is cleared here, because the Trainer would write all of it
        # to every checkpoint.
        self.state.log_history.clear()

    # Checkpoints

    def train(self, *args: Any, **kwargs: Any) -> Any:
        """Train. If an error occurs while a checkpoint is written, the incomplete one is removed.

        Raises: DiskFull or InputError if a checkpoint cannot be written; DataWorkerFailed.
        """
        check_workers(self.args.dataloader_num_workers, loaders=1 if self.eval_dataset is None else 2)
        try:
            with without_cudnn(self.args.device):
                return super().train(*args, **kwargs)
        except BaseException as error:
            # torch raises a plain RuntimeError if a worker of a DataLoader ends
            if str(error).startswith("DataLoader worker"):
                raise DataWorkerFailed(
                    f"a process that reads the data has ended: {error_reason(error)}"
                ) from error
            if self.saving is None:
                raise
            target, _ = self.saving
            if self.args.should_save:
                shutil.rmtree(target, ignore_errors=True)
            with checkpoints.convert_disk_errors(target):
                raise

    def save_model(self, output_dir: str | None = None, **_: Any) -> None:
        """Start a checkpoint with the trained parameters. The Trainer then adds optimizer, schedule and
        its own state, and `finish_checkpoint` completes it."""
        assert output_dir is not None
        target = Path(output_dir)
        self.saving = target, time.perf_counter()
        if self.args.should_save:
            checkpoints.remove(target)
            target.mkdir(parents=True)
        self.accelerator.wait_for_everyone()
        state = None
        if self.is_deepspeed_enabled:
            # DeepSpeed raises ValueError if it keeps the weights in shards. In this case the Trainer
            # saves the shards itself.
            with suppress(ValueError):
                state = self.accelerator.get_state_dict(self.model_wrapped)
        elif self.is_fsdp_enabled:
            if "FULL_STATE_DICT" in str(self.accelerator.state.fsdp_plugin.state_dict_type):
                state = self.accelerator.get_state_dict(self.model)
        else:
            state = self.trained_values()
        if self.args.should_save and state is not None:
            learned = model_setup.trainable(self.accelerator.unwrap_model(self.model))
            tensors = {name: state[name].detach().contiguous().cpu() for name in learned}
            safetensors.torch.save_file(
                tensors, target / checkpoints.TRAINED, metadata={"format": "pt"}
            )

    def trained_values(self) -> dict[str, torch.Tensor]:
        """Return the parameters by name, as a checkpoint holds them. A subclass may hold them in
        another dtype, or more than those of `trained_model`."""
        return dict(self.accelerator.unwrap_model(self.model).named_parameters())

    def trained_model(self) -> Any:
        """Return the model without accelerate's wrappers, as the result holds it."""
        return self.accelerator.unwrap_model(self.model)

    def finish_checkpoint(self) -> None:
        """Complete the checkpoint that `save_model` started."""
        assert self.saving is not None
        target, started = self.saving
        self.accelerator.wait_for_everyone()
        if self.args.should_save:
            checkpoints.finish(target)
            checkpoints.thin_out(self.out, self.state.best_global_step)
        self.accelerator.wait_for_everyone()
        self.saving = None
        self.throughput.exclude(time.perf_counter() - started)
        self.on_event(Saved(self.state.global_step, target))

    def restore_state(self, checkpoint: Path) -> None:
        """Restore the Trainer's state, such as the number of steps taken, from a checkpoint. Raises:
        CheckpointDamaged."""
        checkpoints.check(checkpoint)
        self.state = TrainerState.load_from_json(str(checkpoint / "trainer_state.json"))
        step = self.state.global_step
        if step != checkpoints.step_of(checkpoint) or step > self.args.max_steps:
            raise CheckpointDamaged(f"{checkpoint} belongs to another step", hint="Remove that folder.")


def rate_factor(step: int, *, warmup: int, steps: int) -> float:
    """Return the learning rate of a step as a share of the peak rate. Steps count from 0."""
    if step < warmup:
        return (step + 1) / (warmup + 1)
    return 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(steps - warmup, 1)))


class Throughput:
    """Measures rows and tokens per second. It keeps the counters of the current step and of the last
    `RECENT` steps."""

    def __init__(self) -> None:
        self.steps = deque[tuple[float, float, int, int]](maxlen=RECENT)
        self.warmed_up = False
        self.start()

    def start(self) -> None:
        self.started = time.perf_counter()
        self.waited = 0.0
        self.rows = 0
        self.tokens = 0

    def exclude(self, seconds: float) -> None:
        """Do not count these seconds in the current step: an evaluation or a checkpoint took them."""
        self.started += seconds

    def end_step(self) -> None:
        """End a step and start the next. The first step includes the set-up, so it is dropped when the
        second one ends."""
        now = time.perf_counter()
        if not self.warmed_up and self.steps:
            self.steps.clear()
            self.warmed_up = True
        self.steps.append((now - self.started, self.waited, self.rows, self.tokens))
        self.start()

    def averages(self) -> tuple[float, float, float, float]:
        """Return seconds per step, rows per second, tokens per second and the share of time spent
        waiting for data."""
        seconds, waited, rows, tokens = (sum(step[i] for step in self.steps) for i in range(4))
        seconds = max(seconds, 1e-9)
        return seconds / len(self.steps), rows / seconds, tokens / seconds, waited / seconds


class StepCallback(TrainerCallback):
    """Seeds each step, sets the epoch of the row order, and stops the run on request."""

    def __init__(self, trainer: SlothTrainer, stop: Callable[[], bool]) -> None:
        self.trainer = trainer
        self.stop = stop

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.trainer.apply_rate()
        self.trainer.throughput.start()

    def on_epoch_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if isinstance(self.trainer.order, LengthGroupedSampler):
            self.trainer.order.set_epoch(math.floor(state.epoch + 1e-6))

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Seed torch from the run's seed, the step and the process only. Whatever happened before the
        step, such as an evaluation or a resume, does not change its random numbers."""
        seed = (args.seed * 1_000_003 + state.global_step) * 4_099 + args.process_index
        torch.manual_seed(seed % 2**63)

    def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Set a gradient of zero for the parts of the model that no row of this step used.

        With several processes these parts have a gradient of zero anyway
        (FlashSlothModel.zero_vision_term); with one process they have none. AdamW treats the two
        differently: it skips a parameter without a gradient, but applies momentum and weight decay to a
        parameter whose gradient is zero. With zeros everywhere, the result does not depend on the
        number of processes.
        """
        for parameter in self.trainer.model.parameters():
            if parameter.requires_grad and parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        requested: Any = self.stop()
        if args.world_size > 1:
            # The signal may have reached only one process, but all processes must end at the same step.
            flag = torch.tensor(float(requested), device=args.device)
            requested = self.trainer.accelerator.reduce(flag, "sum")
        if requested:
            control.should_save = True
            control.should_training_stop = True
            self.trainer.stopped = state.global_step < state.max_steps
        elif state.global_step >= state.max_steps:
            control.should_save = True

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.trainer.finish_checkpoint()


def prepare_process(plan: RunPlan) -> None:
    """Import what a run needs. On a CPU, if memory is short, make the allocator return freed memory to
    the system."""
    model_setup.import_quietly()
    if plan.device.type == "cpu" and (plan.recipe.method == "qlora" or plan.checkpointing):
        devices.set_mmap_threshold()


def make_trainer(
    plan: RunPlan, out: Path, *, on_progress: Progress = ignore, **options: Any
) -> SlothTrainer:
    """Build the model of a plan, and its Trainer. `options` are further arguments of SlothTrainer.

    Raises: CheckpointError for damaged files, OptionError if no part of the model would learn.
    """
    set_seed(plan.recipe.seed)
    built = model_setup.build(
        plan.sources, plan.recipe, plan.dtype, hd=plan.hd, on_progress=on_progress
    )
    model = model_setup.prepare(built, plan.recipe, hd=plan.hd)
    if not model_setup.trainable(model):
        raise OptionError(
            "no part of the model would learn", hint="Leave out freeze_compression, or use LoRA."
        )
    make = SlothTrainer if isinstance(plan.rows, Rows) else plan.rows.trainer
    return make(
        plan=plan,
        out=out,
        order=plan.order,
        model=model,
        args=training_arguments(plan, out),
        data_collator=plan.collate,
        train_dataset=plan.data,
        eval_dataset=plan.evaluation_data(),
        **options,
    )


class OneDevice(TrainingArguments):
    """Settings of transformers' Trainer that never use more than one GPU. FlashSloth trains on several
    GPUs with one process for each. With n_gpu > 1, the Trainer would use all GPUs from this process, in
    threads (torch.nn.DataParallel)."""

    @property
    def n_gpu(self) -> int:
        return min(int(super().n_gpu), 1)


def training_arguments(plan: RunPlan, out: Path) -> Any:
    """Return the TrainingArguments of a plan."""
    recipe = plan.recipe
    schedule = plan.schedule
    evaluates = plan.evaluation is not None
    on_cpu = plan.device.type == "cpu"
    on_cuda = plan.device.type == "cuda"
    return OneDevice(
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
        # CUDA and MPS use the fused AdamW. The plain one needs additional memory of the size of the
        # parameters on CUDA, and nine kernel launches for each tensor on MPS.
        optim="adamw_torch" if on_cpu else "adamw_torch_fused",
        bf16=plan.dtype == torch.bfloat16,
        fp16=plan.dtype == torch.float16,
        activation_checkpointing=plan.checkpointing,
        activation_checkpointing_kwargs={"use_reentrant": False},
        logging_steps=1,
        logging_nan_inf_filter=False,
        save_strategy="steps",
        save_steps=schedule.save_every,
        eval_strategy="steps" if evaluates else "no",
        eval_steps=schedule.eval_every if evaluates else None,
        dataloader_num_workers=schedule.workers,
        dataloader_persistent_workers=schedule.workers > 0,
        dataloader_pin_memory=on_cuda,
        accelerator_config={"non_blocking": on_cuda},
        remove_unused_columns=False,
        seed=recipe.seed,
        data_seed=recipe.seed,
        use_cpu=on_cpu,
        ddp_backend="gloo" if on_cpu and rank_and_world_size()[1] > 1 else None,
        ddp_find_unused_parameters=False,
        disable_tqdm=True,
        report_to=list(recipe.report_to) or "none",
        run_name=out.name,
        log_level="error",
    )
