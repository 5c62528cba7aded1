"""Build the model of a plan: read its tensors one by one and move each to the device."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flashsloth import devices
from flashsloth.checkpoints import safetensors_reader
from flashsloth.checkpoints.load_plan import LoadPlan
from flashsloth.checkpoints.model_files import build_empty, generation_config
from flashsloth.errors import CheckpointError
from flashsloth.utils.progress import Progress

if TYPE_CHECKING:
    from flashsloth.inference.decoder import Decoder
    from flashsloth.model.modeling import FlashSlothForConditionalGeneration


def build(plan: LoadPlan, on_progress: Progress | None = None) -> tuple[FlashSlothForConditionalGeneration, Decoder]:
    """Build the model and its packed decoder, with all weights loaded."""
    from flashsloth.checkpoints import packed_builder

    free = devices.free_memory(plan.device)
    with devices.convert_oom(plan.device, lambda: f"{plan.memory_hint(free)} Or close other programs."):
        plan.check_tensors()
        model = build_empty(plan.config)
        builder = packed_builder.PackedBuilder(model, plan.preset, plan.device, plan.dtype, saved=plan.saved)
        order = packed_builder.in_layer_order(plan.infos) if plan.preset.name != "none" else None
        tensors = safetensors_reader.read_tensors(plan.infos, order, quantized=plan.saved)
        if plan.adapter is not None:
            plan.adapter.check(plan.expected_shapes)
            tensors = plan.adapter.apply(tensors)
        for done, (name, tensor) in enumerate(tensors, 1):
            try:
                builder.accept(name, tensor)
            except CheckpointError as error:
                raise type(error)(f"{plan.infos[name].file}: {error}", hint=error.hint) from error
            if on_progress:
                on_progress(done, len(plan.infos), plan.source.name)
        decoder = builder.finish().to(plan.device)
        model.to(plan.device)  # the remaining, computed buffers
    devices.release_memory(plan.device)
    model.generation_config = generation_config(plan.config)
    return model.eval(), decoder
