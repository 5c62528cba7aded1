"""The row source that flashsloth finds by its entry point."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flashsloth.data.drawn_rows import EvaluationSplit
from flashsloth_synthetic import Sample, sample


class SyntheticSource:
    """Implements `flashsloth.data.drawn_rows.RowSource`. What needs torch is imported when it is used."""

    def rows(self, count: int, seed: int, window: int) -> Any:
        from flashsloth_synthetic.rows import SyntheticRows

        return SyntheticRows(count, seed, window)

    def sample(self, split: EvaluationSplit, number: int) -> Sample:
        return sample(split, number)

    def collate_patches(self, examples: Sequence[Any]) -> dict[str, Any]:
        from flashsloth_synthetic.rows import collate_patches

        return collate_patches(examples)

    def collate_with_truth(self, collate: Any) -> Callable[[Any], dict[str, Any]]:
        from flashsloth_synthetic.rows import CollateWithTruth

        return CollateWithTruth(collate)

    def supervise(self, model: Any, weight: float) -> Any:
        from flashsloth_synthetic.patch_supervision import PatchSupervisedModel

        return PatchSupervisedModel(model, weight)


SOURCE = SyntheticSource()
