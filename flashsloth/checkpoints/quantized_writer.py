"""Write the folder of a quantized model, which opens without quantizing again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flashsloth.checkpoints import model_files
from flashsloth.checkpoints.load_plan import LoadPlan, dtype_name
from flashsloth.utils.folder_swap import replace_folder

if TYPE_CHECKING:
    from flashsloth.inference.packed_decoder import PackedDecoder

SHARD = 4 * 10**9  # bytes of one safetensors file


def write_quantized(
    plan: LoadPlan, model: Any, decoder: PackedDecoder, target: Path, more: dict[str, Any] | None = None
) -> None:
    """Write a quantized model. `more` has the contents of further JSON files by name."""
    from huggingface_hub import save_torch_state_dict

    from flashsloth.checkpoints import packed_builder

    with replace_folder(target) as folder:
        tensors = dict(packed_builder.iter_saved_tensors(model, decoder, plan.preset))
        save_torch_state_dict(tensors, folder, max_shard_size=SHARD)
        for name, content in (more or {}).items():
            (folder / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        config = plan.config.to_dict()
        config["quantization_config"] = {"quant_method": model_files.QUANT_METHOD, "preset": plan.preset.name}
        config["dtype"] = dtype_name(plan.dtype)
        (folder / "config.json").write_text(json.dumps(config, indent=2, default=str) + "\n", encoding="utf-8")
        model_files.generation_config(plan.config, plan.source.folder).save_pretrained(folder)
        model_files.read_processor(plan.config, plan.source.folder).save_pretrained(folder)
