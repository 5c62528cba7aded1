"""Make the Trainer of a plan: build its model and translate the plan into transformers' settings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from flashsloth import devices
from flashsloth.data.data_files import Rows
from flashsloth.errors import OptionError
from flashsloth.training import checkpoints, model_setup
from flashsloth.training.run_plan import RunPlan, rank_and_world_size
from flashsloth.utils.progress import Progress

if TYPE_CHECKING:
    from flashsloth.training.trainer import SlothTrainer


def prepare_process(plan: RunPlan) -> None:
    """Import what a run needs. On a CPU, if memory is short, make the allocator return freed memory to
    the system."""
    model_setup.import_quietly()
    if plan.device.type == "cpu" and (plan.recipe.method == "qlora" or plan.checkpointing):
        devices.set_mmap_threshold()


def make_trainer(
    plan: RunPlan, out: Path, *, on_progress: Progress | None = None, **options: Any
) -> SlothTrainer:
    """Build the model of a plan, and its Trainer. `options` are further arguments of SlothTrainer.

    Raises: CheckpointError for damaged files, OptionError if no part of the model would learn.
    """
    from transformers.trainer_utils import set_seed

    from flashsloth.training.trainer import SlothTrainer

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


def training_arguments(plan: RunPlan, out: Path) -> Any:
    """Return the TrainingArguments of a plan."""
    from transformers.training_args import TrainingArguments

    class OneDevice(TrainingArguments):
        # FlashSloth trains on several GPUs with one process for each. With n_gpu > 1, transformers'
        # Trainer would use all GPUs from this process, in threads (torch.nn.DataParallel).
        @property
        def n_gpu(self) -> int:
            return min(int(super().n_gpu), 1)

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
