"""Write the folder of a quantized model, which opens without quantizing again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flashsloth.checkpoints import model_files, safetensors_reader
from flashsloth.checkpoints.load_plan import LoadPlan
from flashsloth.utils.folder_swap import replace_folder

if TYPE_CHECKING:
    import torch

    from flashsloth.inference.packed_decoder import PackedDecoder

SHARD = 4 * 10**9  # bytes of one safetensors file


def write_quantized(
    plan: LoadPlan, model: Any, decoder: PackedDecoder, target: Path, more: dict[str, Any] | None = None
) -> None:
    """Write a quantized model. `more` has the contents of further JSON files by name."""
    from safetensors.torch import save_file

    from flashsloth.checkpoints import packed_builder

    with replace_folder(target) as folder:
        shards: list[dict[str, torch.Tensor]] = [{}]
        used = 0
        for name, tensor in packed_builder.iter_saved_tensors(model, decoder, plan.preset):
            if used + tensor.nbytes > SHARD and shards[-1]:
                shards.append({})
                used = 0
            shards[-1][name] = tensor
            used += tensor.nbytes
        weight_map = {}
        for number, shard in enumerate(shards, 1):
            file = (
                safetensors_reader.SINGLE if len(shards) == 1 else f"model-{number:05}-of-{len(shards):05}.safetensors"
            )
            save_file(shard, folder / file, metadata={"format": "pt"})
            weight_map.update(dict.fromkeys(shard, file))
        if len(shards) > 1:
            (folder / safetensors_reader.INDEX).write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))
        for name, content in (more or {}).items():
            (folder / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        config = plan.config.to_dict()
        config["quantization_config"] = {"quant_method": model_files.QUANT_METHOD, "preset": plan.preset.name}
        config["dtype"] = str(plan.dtype).removeprefix("torch.")
        (folder / "config.json").write_text(json.dumps(config, indent=2, default=str) + "\n", encoding="utf-8")
        generation_config(plan.config, plan.source.folder).save_pretrained(folder)
        model_files.read_processor(plan.config, plan.source.folder).save_pretrained(folder)


def generation_config(config: Any, folder: Path) -> Any:
    """Return a GenerationConfig with the sampling settings in the model's folder."""
    settings = model_files.generation_config(config)
    for name, value in model_files.sampling_defaults(folder).items():
        setattr(settings, name, value)
        settings.do_sample = True
    return settings
