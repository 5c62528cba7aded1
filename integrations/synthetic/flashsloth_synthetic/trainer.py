"""What drawn rows change of a run: heads for patch labels, master weights, and the order of rows."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from flashsloth.training.run_plan import RunPlan
from flashsloth.training.trainer import SlothTrainer
from flashsloth_synthetic.master_weights import MasterWeightAdamW, use_fast_modules
from flashsloth_synthetic.patch_supervision import PatchSupervisedModel
from flashsloth_synthetic.rows import CollateWithTruth, SyntheticRows, collate_patches


class DrawnTrainer(SlothTrainer):
    """A SlothTrainer whose model may have patch heads, which no result holds, and master weights."""

    def trained_model(self) -> Any:
        model = super().trained_model()
        return getattr(model, "sloth", model)

    def trained_values(self) -> dict[str, Tensor]:
        values = super().trained_values()
        optimizer = self.master_weights()
        return (
            {n: optimizer.masters.get(p, p) for n, p in values.items()}
            if optimizer is not None
            else values
        )

    def master_weights(self) -> MasterWeightAdamW | None:
        """Return the optimizer inside accelerate's wrapper if it holds master weights."""
        inner = getattr(self.optimizer, "optimizer", self.optimizer)
        return inner if isinstance(inner, MasterWeightAdamW) else None

    def train(self, *args: Any, **kwargs: Any) -> Any:
        """Train, and make the float32 masters the parameters again."""
        result = super().train(*args, **kwargs)
        optimizer = self.master_weights()
        if optimizer is not None:
            optimizer.restore()
        return result


def make_trainer(
    rows: SyntheticRows, plan: RunPlan, *, model: Any, args: Any, **options: Any
) -> DrawnTrainer:
    """Return the trainer of a plan whose rows are drawn. `options`: further arguments of
    SlothTrainer."""
    if rows.patches or rows.truth_weight:
        batches = plan.schedule.grad_accum * plan.schedule.world  # the Trainer sums their losses
        model = PatchSupervisedModel(model, rows.truth_weight / batches)
    if rows.master_weights:
        options["optimizer_cls_and_kwargs"] = (
            MasterWeightAdamW,
            {"lr": plan.schedule.lr, "dtype": plan.dtype},
        )
        args.bf16, args.mixed_precision = False, "no"  # no autocast
        use_fast_modules(getattr(model, "sloth", model), plan.device)
    if rows.window > 1:
        options["order"] = range(len(rows))
    if rows.patches:
        options["data_collator"] = collate_patches
    else:
        dtype = plan.dtype if rows.master_weights else None
        options["data_collator"] = CollateWithTruth(options["data_collator"], dtype)
    return DrawnTrainer(plan=plan, model=model, args=args, **options)
