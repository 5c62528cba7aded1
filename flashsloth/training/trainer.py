"""transformers' Trainer, made exact: whole checkpoints, the same weights after any kill, the loss of every token.

Knows steps; knows no data files and no terminal. What it adds to the Trainer: rows in a grouped order that depends on
seed and epoch alone; the head at labelled places only; checkpoints of what learns, written atomically; an end at the
first loss that is NaN or infinite; evaluation by the mean over tokens; and events instead of printed lines.
"""

from __future__ import annotations

import functools
import math
import shutil
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from transformers.trainer import Trainer
from transformers.trainer_callback import PrinterCallback, TrainerCallback, TrainerState

from flashsloth.errors import BadRows, CheckpointDamaged, FlashSlothError, NonFiniteLoss
from flashsloth.training import checkpoints, master_weights
from flashsloth.training.events import Evaluated, Note, Saved, Stepped, TrainingEvent

if TYPE_CHECKING:
    from flashsloth.training.dataset import LengthGroupedSampler
    from flashsloth.training.synthetic_rows import SequentialSampler

RECENT = 20  # optimizer steps that the pace is counted over
STATE = {  # what is used of a checkpoint's trainer_state.json
    "global_step": int,
    "epoch": int | float,
    "train_batch_size": int,
    "num_input_tokens_seen": int,
    "total_flos": int | float,
    "log_history": list,
    "stateful_callbacks": dict,
    "best_metric": int | float | None,
    "best_global_step": int | None,
    "best_model_checkpoint": str | None,
}


@dataclass(slots=True)
class Throughput:
    """Rows, tokens and seconds of the steps just taken."""

    steps: deque[tuple[float, float, int, int]] = field(default_factory=lambda: deque(maxlen=RECENT))
    began: float = 0.0
    waited: float = 0.0
    rows: int = 0
    tokens: int = 0
    settled: bool = False  # the first step of this process is over and forgotten

    def start(self) -> None:
        self.began, self.waited, self.rows, self.tokens = time.perf_counter(), 0.0, 0, 0

    def end_step(self) -> None:
        """Close a step and begin the next. The first one pays for what is set up once: it counts until there is
        another."""
        now = time.perf_counter()
        if not self.settled and self.steps:
            self.steps.clear()
            self.settled = True
        self.steps.append((now - self.began, self.waited, self.rows, self.tokens))
        self.start()

    def of_recent(self) -> tuple[float, float, float, float]:
        """Seconds a step, and by the second rows and tokens; and the share of the time that went into waiting."""
        seconds, waited, rows, tokens = (sum(step[i] for step in self.steps) for i in range(4))
        seconds = max(seconds, 1e-9)
        return seconds / max(len(self.steps), 1), rows / seconds, tokens / seconds, waited / seconds


class SlothTrainer(Trainer):
    """Takes the model that learns, batches with `counts` and `faults` (batches.Collate), and a folder for a run.

    Args:
        out: the run's folder.
        order: of the rows; told each epoch.
        on_event: called in the main process of a run.
        stop: asked after each step whether to save and end.
        memory: bytes held at most so far.
        skip_bad: whether rows with a fault are passed over.
        rate: the rate of a run that is resumed, where it shall differ from the recorded one.
    """

    def __init__(
        self,
        *,
        out: Path,
        order: LengthGroupedSampler | SequentialSampler,
        on_event: Callable[[TrainingEvent], None],
        stop: Callable[[], bool],
        memory: Callable[[], int],
        skip_bad: bool = False,
        rate: float | None = None,
        patience: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.remove_callback(PrinterCallback)  # it prints to stdout
        self.out, self.order, self.on_event, self.memory = out, order, on_event, memory
        self.skip_bad, self.rate, self.patience = skip_bad, rate, patience
        self.pace = Throughput()
        self.control: Any = self.control
        self.lr_scheduler: Any = self.lr_scheduler
        self.faults: dict[str, None] = {}  # what was passed over, in order, each once
        self.stopped = False
        self.staging: Path | None = None
        self.add_callback(_Steering(self, stop))

    # The rate

    def create_scheduler(self, num_training_steps: int, optimizer: Any = None) -> Any:
        """A cosine after a linear warm-up, neither of which has a step at rate 0."""
        if self.lr_scheduler is None:
            warmup = int(self.args.warmup_steps * num_training_steps)
            shape = functools.partial(share_of_rate, warmup=warmup, steps=num_training_steps)
            self.lr_scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer or self.optimizer, shape)
            self._created_lr_scheduler = True
        return self.lr_scheduler

    # Rows and losses

    def _get_train_sampler(self, train_dataset: Any = None) -> Any:
        return self.order

    def get_batch_samples(self, epoch_iterator: Iterator[Any], num_batches: int, device: Any) -> Any:
        began = time.perf_counter()
        batches, items = super().get_batch_samples(epoch_iterator, num_batches, device)
        self.pace.waited += time.perf_counter() - began
        for batch in batches:
            self._look_into(batch)
        if isinstance(items, Tensor):  # a step whose rows all teach nothing: its loss is 0, not 0/0
            items = items.clamp(min=1)
        return batches, items

    def _look_into(self, batch: dict[str, Any]) -> None:
        rows, tokens = batch.pop("counts")
        faults = batch.pop("faults")
        self.pace.rows += rows * self.args.world_size
        self.pace.tokens += tokens * self.args.world_size
        if faults and not self.skip_bad:
            raise BadRows(faults[0])
        self.faults.update(dict.fromkeys(faults))

    def compute_loss(self, model: Any, inputs: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        loss = super().compute_loss(model, {**inputs, "loss_only": True, "use_cache": False}, *args, **kwargs)
        if model.training and not loss.requires_grad:  # stage align: rows without pictures reach nothing that learns
            loss = loss + 0 * sum(p.sum() for p in self.model.parameters() if p.requires_grad)
        return loss

    def training_step(self, model: Any, inputs: Any, num_items_in_batch: Any = None) -> Tensor:
        loss = super().training_step(model, inputs, num_items_in_batch)
        self._refuse(loss, "loss")
        return loss

    def _clip_grad_norm(self, model: Any) -> Any:
        norm = super()._clip_grad_norm(model)
        if norm is not None and self.args.fp16 is False:  # in fp16 such steps are left out, and the scale falls
            self._refuse(torch.as_tensor(float(norm)), "gradient")
        return norm

    def _refuse(self, value: Tensor, what: str) -> None:
        if not torch.isfinite(value):
            last = checkpoints.newest(self.out)
            kept = f"the checkpoint of step {checkpoints.step_of(last)} is whole" if last else "nothing was saved yet"
            raise NonFiniteLoss(
                f"the {what} of step {self.state.global_step + 1} is {float(value)}; {kept}",
                hint=f"{'Go on from there' if last else 'Start again'} with a lower rate: "
                f"{'--resume' if last else '--force'} --lr {self.args.learning_rate / 4:.1g}",
            )

    def floating_point_ops(self, inputs: Any) -> int:
        return 0  # the Trainer's own count goes through all modules in every step

    def end_workers(self) -> None:
        """End the processes that read data now, not when the garbage collector comes to them."""
        loaders = [self.callback_handler.train_dataloader, *getattr(self, "_eval_dataloaders", {}).values()]
        for loader in loaders:
            iterator = getattr(getattr(loader, "base_dataloader", loader), "_iterator", None)
            if iterator is not None and hasattr(iterator, "_shutdown_workers"):
                iterator._shutdown_workers()

    # Evaluation

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        """Cross-entropy of the evaluation rows, the mean over all their labelled tokens."""
        began = time.perf_counter()
        model = self.model_wrapped.eval()
        sums = torch.zeros(2, dtype=torch.float64, device=self.args.device)
        for batch in self.get_eval_dataloader():
            self._look_into(batch)
            batch = self._prepare_inputs(batch)
            items = (batch["labels"][:, 1:] != -100).sum()
            with torch.no_grad(), self.compute_loss_context_manager():
                loss = model(**batch, loss_only=True, use_cache=False, num_items_in_batch=1).loss
            sums += torch.stack([loss.double(), items.double()])
        total, items = self.accelerator.reduce(sums, "sum").tolist()
        model.train()
        loss = total / max(items, 1)
        self.pace.began += time.perf_counter() - began  # it is no part of a step
        metrics = {"eval_loss": loss}
        self.log(dict(metrics))  # for --report-to
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    def _determine_best_metric(self, metrics: dict[str, float], trial: Any) -> bool:
        best = bool(super()._determine_best_metric(metrics, trial))
        step = self.state.global_step
        if best:
            self.control.should_save = True
        self._tell(Evaluated(step, metrics["eval_loss"], best))
        if self.out_of_patience():
            self._tell(Note(f"stopping early: no lower evaluation loss in {self.patience} evaluations"))
            self.control.should_training_stop = self.control.should_save = True
        return best

    def out_of_patience(self) -> bool:
        """Whether so many evaluations as allowed have gone by without a lower loss."""
        best, every = self.state.best_global_step, max(int(self.args.eval_steps or 1), 1)
        return self.patience is not None and best is not None and self.state.global_step - best >= self.patience * every

    # Events

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        if "loss" in logs:
            self.pace.end_step()
            seconds, rows, tokens, waited = self.pace.of_recent()
            step, steps = self.state.global_step, self.state.max_steps
            stepped = Stepped(
                step,
                steps,
                loss=float(logs["loss"]),
                lr=float(logs["learning_rate"]),
                grad_norm=float(logs.get("grad_norm", math.nan)),
                samples_per_second=rows,
                tokens_per_second=tokens,
                waited=waited,
                memory=self.memory(),
                left=(steps - step) * seconds if self.pace.settled else 0.0,
            )
            self._tell(stepped)
        super().log(logs, start_time)
        self.state.log_history.clear()  # metrics.jsonl has them; every checkpoint would carry all of them

    def _tell(self, event: TrainingEvent) -> None:
        if self.is_world_process_zero():
            self.on_event(event)

    # Checkpoints

    def _get_output_dir(self, trial: Any) -> str:
        return str(self.staging or checkpoints.folder(self.out))

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        step = self.state.global_step
        place = checkpoints.folder(self.out)
        target = place / f"checkpoint-{step}"
        if checkpoints.is_whole(target):
            return
        began = time.perf_counter()
        with checkpoints.disk_trouble_as_error(target):
            if self.args.should_save:
                checkpoints.clear(self.out)
            self.accelerator.wait_for_everyone()
            self.staging = place / checkpoints.STAGING
            try:
                super()._save_checkpoint(model, trial)
                self.accelerator.wait_for_everyone()
                if self.args.should_save:
                    checkpoints.finish(self.staging / target.name, target)
                    checkpoints.thin_out(self.out, self.state.best_global_step)
            finally:
                if self.args.should_save:
                    shutil.rmtree(self.staging, ignore_errors=True)
                self.staging = None
        self.accelerator.wait_for_everyone()
        self.pace.began += time.perf_counter() - began
        self._tell(Saved(step, target))

    def _save(self, output_dir: str | None = None, state_dict: dict[str, Any] | None = None) -> None:
        """What learns, and nothing of what does not."""
        from safetensors.torch import save_file

        if not self.args.should_save or output_dir is None:
            return
        Path(output_dir).mkdir(parents=True, exist_ok=True)
        model = self.accelerator.unwrap_model(self.model)
        names = [name for name, p in model.named_parameters() if p.requires_grad]
        values = state_dict if state_dict is not None else dict(model.named_parameters())
        kept = master_weights.of(self.optimizer)
        if kept is not None:
            values = {name: kept.masters.get(p, p) for name, p in model.named_parameters()}
        tensors = {name: values[name].detach().contiguous().cpu() for name in names}
        save_file(tensors, Path(output_dir) / checkpoints.TRAINED, metadata={"format": "pt"})

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        path = Path(resume_from_checkpoint) / checkpoints.TRAINED
        if self.is_fsdp_enabled or self.is_deepspeed_enabled:
            super()._load_from_checkpoint(resume_from_checkpoint, model)
        else:
            put_trained(self.model, path)

    def restore_masters(self) -> None:
        """Let the model hold what was learned in full precision. It learns no more after this."""
        kept = master_weights.of(self.optimizer)
        if kept is not None:
            kept.restore()

    def recall(self, checkpoint: Path) -> None:
        """How far the run had come."""
        with damage_as_error(checkpoint):
            state = TrainerState.load_from_json(str(checkpoint / "trainer_state.json"))
            odd = [name for name, kind in STATE.items() if not isinstance(getattr(state, name), kind)]
            if odd:
                raise ValueError(f"trainer_state.json has no {odd[0]} that can be one")
            if state.global_step != checkpoints.step_of(checkpoint) or state.global_step > self.args.max_steps:
                raise ValueError("trainer_state.json is that of another step")
            if not 0 <= state.epoch < 2**31:
                raise ValueError("trainer_state.json has no epoch that can be one")
            self.state = state

    def _load_rng_state(self, checkpoint: str | None) -> None:
        with damage_as_error(checkpoint):
            super()._load_rng_state(checkpoint)

    def _load_scaler(self, checkpoint: str | None) -> None:
        with damage_as_error(checkpoint):  # of a run without one, a file of that name has nowhere to go
            super()._load_scaler(checkpoint)

    def _load_optimizer_and_scheduler(self, checkpoint: str | None) -> None:
        with damage_as_error(checkpoint):
            super()._load_optimizer_and_scheduler(checkpoint)
        if checkpoint is None or self.rate is None:
            return
        scheduler: Any = self.lr_scheduler
        optimizer: Any = self.optimizer
        scheduler.base_lrs = [self.rate] * len(scheduler.base_lrs)
        for group, shape in zip(optimizer.param_groups, scheduler.lr_lambdas, strict=True):
            group["initial_lr"] = self.rate
            group["lr"] = self.rate * shape(scheduler.last_epoch)
        scheduler._last_lr = [group["lr"] for group in optimizer.param_groups]  # what is told


def share_of_rate(step: int, *, warmup: int, steps: int) -> float:
    """The part of the peak rate that a step is taken with, the first being 0."""
    if step < warmup:
        return (step + 1) / (warmup + 1)
    return 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(steps - warmup, 1)))


@contextmanager
def damage_as_error(checkpoint: Path | str | None) -> Iterator[None]:
    """CheckpointDamaged for files of a checkpoint that have the right size and something else in them."""
    try:
        yield
    except (FlashSlothError, MemoryError):
        raise
    except Exception as error:  # pickle, zip, JSON and torch raise many kinds
        said = str(error).strip() or repr(error)
        raise CheckpointDamaged(
            f"{checkpoint} cannot be read: {said.splitlines()[0]}",
            hint="Remove that folder and go on from the checkpoint before it with --resume.",
        ) from error


def put_trained(model: Any, path: Path) -> None:
    """Give the parameters that learn the values of a checkpoint. CheckpointDamaged if they are not the same ones."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    learning = {name: p for name, p in model.named_parameters() if p.requires_grad}
    try:
        tensors = load_file(path)
    except (SafetensorError, OSError) as error:
        raise CheckpointDamaged(f"{path} cannot be read: {error}", hint="Start over with --force.") from error
    if tensors.keys() != learning.keys() or any(t.shape != learning[n].shape for n, t in tensors.items()):
        raise CheckpointDamaged(f"{path} belongs to another run", hint="Start over with --force.")
    with torch.no_grad():
        for name, tensor in tensors.items():
            learning[name].copy_(tensor)


class _Steering(TrainerCallback):
    """Makes each step a function of seed and step, tells the order each epoch, ends the run when it is asked to."""

    def __init__(self, trainer: SlothTrainer, stop: Callable[[], bool]) -> None:
        self.trainer, self.stop = trainer, stop

    def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """A part that the rows of this step did not use has a gradient of zero, as it has where several processes
        train and another one used it."""
        for parameter in self.trainer.model.parameters():
            if parameter.requires_grad and parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.trainer.pace.start()

    def on_epoch_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.trainer.order.set_epoch(math.floor(state.epoch + 1e-6))

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """What a step draws at random depends on seed, step and process alone: not on what was loaded, evaluated or
        resumed before it."""
        torch.manual_seed(((args.seed * 1_000_003 + state.global_step) * 4_099 + args.process_index) % 2**63)

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        asked = torch.tensor(float(self.stop()), device=args.device)
        if args.world_size > 1:  # all processes must end at one step
            asked = self.trainer.accelerator.reduce(asked, "sum")
        if asked:
            control.should_save = control.should_training_stop = True
            self.trainer.stopped = state.global_step < state.max_steps
        elif state.global_step >= state.max_steps:
            control.should_save = True
