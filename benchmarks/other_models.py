"""Compare vision-language models of transformers in this engine with transformers itself.

    python benchmarks/other_models.py [MODEL ...] [--quant none int8 int4] [--rounds 3]

Each model has random weights in its published sizes, which are written to a folder first (1 to 2 GB
each; --folder keeps them). transformers computes in bfloat16, with the same ids and the same prepared
pictures. All engines are in memory and answer in turn, in one thread. Times are seconds of the
processor, so that other programs disturb them less: of the tower, of the prefill, until the first token
(tower and prefill), and of a step. A row has medians, and how many times faster than transformers it
is.
"""

from __future__ import annotations

import functools
import json
import os
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is imported

import numpy as np
import tokenizers
import torch
import transformers
from common import options_parser, table
from peer_sizes import text, tiny, tower
from PIL import Image
from tokenizers import decoders, pre_tokenizers
from tokenizers.models import BPE

import flashsloth
from flashsloth.chat import FlashSloth

TOKENS = 24
QUESTION = "What is written here?"
# One tokenizer and one template are enough for all models. It knows bytes and these special tokens.
ROWS = [f"<row_{row}_col_{column}>" for row in range(1, 7) for column in range(1, 7)]
SPECIAL = ["<end>", "<start>", "<image>", "<break>", "<stop>", "<fake_token_around_image>"]
NAMED = {
    "image_token": "<image>",
    "context_image_token": "<image>",
    "start_image_token": "<break>",
    "end_image_token": "<stop>",
    "video_token": "<break>",
    "image_break_token": "<break>",
    "image_end_token": "<stop>",
}
TEMPLATE = """\
{% for m in messages %}<start>{{ m['role'] }}
{% for part in m['content'] %}{{ '<image>' if part['type'] == 'image' else part['text'] }}{% endfor %}\
<end>
{% endfor %}{% if add_generation_prompt %}<start>assistant
{% endif %}"""
SCALE = {"image_mean": [0.5] * 3, "image_std": [0.5] * 3}
ROPE = {"rope_type": "default", "rope_theta": 1e6}


@dataclass(frozen=True)
class Model:
    """A model: its configuration without the ids of tokens, the settings of its image processor and of
    its processor, and the pictures that are asked about, as (tiles or not, width, height)."""

    config: Mapping[str, Any]
    images: Mapping[str, Any]
    settings: Mapping[str, Any]
    pictures: Sequence[tuple[bool, int, int]]


def smolvlm(words: Mapping[str, Any]) -> Model:
    """Return a SmolVLM of the first version, which computes the same as the second one."""
    vision = tower(768, 3072, 12, 12, model_type="idefics3_vision", image_size=512, patch_size=16)
    config = {
        "model_type": "idefics3",
        "scale_factor": 4,
        "text_config": words,
        "vision_config": vision,
    }
    sizes = {"size": {"longest_edge": 2048}, "max_image_size": {"longest_edge": 512}}
    return Model(
        config,
        {"image_processor_type": "Idefics3ImageProcessor", "resample": 1, **sizes},
        {"processor_class": "Idefics3Processor", "image_seq_len": 64},
        [(False, 1600, 1600), (True, 1600, 1600)],
    )


def smollm(width: int, inner: int, layers: int, heads: int) -> dict[str, Any]:
    return text(
        *(width, inner, layers, heads, 49280),
        model_type="llama",
        num_key_value_heads=heads // 3,
        max_position_embeddings=8192,
        rope_parameters=ROPE,
    )


def qwen(vocabulary: int, *, tied: bool) -> dict[str, Any]:
    return text(
        *(896, 4864, 24, 14, vocabulary),
        model_type="qwen2",
        num_key_value_heads=2,
        max_position_embeddings=32768,
        rope_parameters=ROPE,
        tie_word_embeddings=tied,
    )


INTERNVL = {
    "model_type": "internvl",
    "image_seq_length": 256,
    "text_config": qwen(151674, tied=False),
    "vision_config": tower(
        *(1024, 4096, 24, 16),
        model_type="internvl_vision",
        attention_bias=True,
        image_size=[448, 448],
        patch_size=[14, 14],
    ),
}
ONEVISION = {
    "model_type": "llava_onevision",
    "image_grid_pinpoints": [[384 * a, 384 * b] for a in range(1, 7) for b in range(1, 7)],
    "text_config": qwen(152000, tied=True),
    "vision_config": tower(
        *(1152, 4304, 26, 16),
        model_type="siglip_vision_model",
        image_size=384,
        patch_size=14,
        vision_use_head=False,
    ),
}
LIGHTON = {
    "model_type": "lighton_ocr",
    "spatial_merge_size": 2,
    "text_config": text(
        *(1024, 3072, 28, 16, 151936),
        model_type="qwen3",
        num_key_value_heads=8,
        head_dim=128,
        max_position_embeddings=40960,
        rope_parameters=ROPE,
        tie_word_embeddings=True,
    ),
    "vision_config": tower(
        *(1024, 4096, 24, 16), model_type="pixtral", head_dim=64, image_size=1540, patch_size=14
    ),
}
MODELS = {
    "smolvlm-256m": smolvlm(smollm(576, 1536, 30, 9)),
    "smolvlm-500m": smolvlm(smollm(960, 2560, 32, 15)),
    "internvl3-1b": Model(
        INTERNVL,
        {
            "image_processor_type": "GotOcr2ImageProcessor",
            "size": {"height": 448, "width": 448},
            "max_patches": 12,
        },
        {"processor_class": "InternVLProcessor", "image_seq_length": 256},
        [(False, 1344, 896), (True, 1344, 896)],
    ),
    "lighton-ocr-1b": Model(
        LIGHTON,
        {
            "image_processor_type": "PixtralImageProcessor",
            "size": {"longest_edge": 1540},
            "patch_size": {"height": 28, "width": 28},
        },
        {"processor_class": "LightOnOcrProcessor", "patch_size": 14, "spatial_merge_size": 2},
        [(True, 770, 1088)],
    ),
    "llava-onevision-0.5b": Model(
        ONEVISION,
        {
            "image_processor_type": "LlavaOnevisionImageProcessor",
            "size": {"height": 384, "width": 384},
            "image_grid_pinpoints": ONEVISION["image_grid_pinpoints"],
        },
        {
            "processor_class": "LlavaOnevisionProcessor",
            "num_image_tokens": 729,
            "vision_feature_select_strategy": "full",
        },
        [(True, 768, 768)],
    ),
}


def write(model: Model, folder: Path, *, is_tiny: bool) -> None:
    """Write the folder of a model."""
    alphabet = {letter: number for number, letter in enumerate(pre_tokenizers.ByteLevel.alphabet())}
    backend = tokenizers.Tokenizer(BPE(vocab=alphabet, merges=[]))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    backend.add_special_tokens([*SPECIAL, "<global-img>", *ROWS])
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=backend, eos_token="<end>", extra_special_tokens=NAMED
    )
    tokenizer.save_pretrained(folder)
    config = tiny(dict(model.config)) if is_tiny else dict(model.config)
    tied = config["text_config"].setdefault("tie_word_embeddings", False)
    ids = {"image_token_id": tokenizer.convert_tokens_to_ids("<image>"), "tie_word_embeddings": tied}
    whole = transformers.AutoConfig.for_model(**config, **ids)
    network = transformers.AutoModelForImageTextToText.from_config(whole, dtype=torch.bfloat16)
    with torch.no_grad():
        for name, weight in network.named_parameters():
            weight.fill_(1) if "norm" in name else weight.normal_(std=0.02)
    network.generation_config.eos_token_id = tokenizer.eos_token_id
    network.save_pretrained(folder)
    (folder / "chat_template.jinja").write_text(TEMPLATE)
    (folder / "preprocessor_config.json").write_text(json.dumps({**model.images, **SCALE}))
    (folder / "processor_config.json").write_text(json.dumps(model.settings))


def parts(start: float, tower: float, first: float, end: float) -> list[float]:
    """Return the seconds of the tower, the prefill, both, and a step, from times."""
    return [tower - start, first - tower, first - start, (end - first) / TOKENS]


@torch.inference_mode()
def ours(model: FlashSloth, prepared: Any, ids: Sequence[int]) -> list[float]:
    engine = model.engine
    start = time.process_time()
    encoded = engine.encode_image(prepared)
    tower = time.process_time()
    state = engine.new_state()
    logits = engine.prefill(ids, state, [encoded])
    first = time.process_time()
    for _ in range(TOKENS):
        logits = engine.decode(int(engine.mask_placeholders(logits).argmax()), state)
    return parts(start, tower, first, time.process_time())


@torch.inference_mode()
def theirs(network: Any, inputs: Mapping[str, Any], ids: Sequence[int]) -> list[float]:
    times = [time.process_time()]

    def clock(_: Any, made: Any) -> Any:
        times.append(time.process_time())
        return made

    encode = network.model.get_image_features

    @functools.wraps(encode)  # generate() reads its signature
    def clocked(*args: Any, **options: Any) -> Any:
        return clock(None, encode(*args, **options))

    network.model.get_image_features = clocked
    network.generate(
        input_ids=torch.tensor([ids]),
        attention_mask=torch.ones(1, len(ids), dtype=torch.int64),
        **inputs,
        max_new_tokens=TOKENS + 1,
        min_new_tokens=TOKENS + 1,
        do_sample=False,
        logits_processor=[clock],
    )
    network.model.get_image_features = encode
    return parts(*times[:3], times[-1])


def measure(folder: Path, model: Model, presets: Sequence[str], rounds: int) -> None:
    """Print the rows of a model, one table for each picture."""
    opened = {
        preset: flashsloth.open(folder, device="cpu", quant=preset, dtype="bfloat16")
        for preset in presets
    }
    first = opened[presets[0]]
    network = transformers.AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.bfloat16)
    noise = np.random.default_rng(0)
    for hd, width, height in model.pictures:
        image = Image.fromarray(noise.integers(0, 256, (height, width, 3), dtype=np.uint8))
        prepared = first.pictures.prepare(image, hd=hd)
        block = first.pictures.block(prepared)
        ids = first.prompt.conversation("", [(QUESTION, 1, None)], [block])
        inputs = {**first.engine.encoder.inputs([prepared])}
        inputs = {
            name: inputs[name].to(torch.bfloat16) if inputs[name].is_floating_point() else inputs[name]
            for name in prepared
        }
        found: dict[str, list[list[float]]] = {name: [] for name in ("transformers", *presets)}
        for _ in range(rounds + 1):
            found["transformers"].append(theirs(network, inputs, ids))
            for name, each in opened.items():
                found[name].append(ours(each, prepared, ids))
        # the first round warms up
        rows = {
            name: [statistics.median(column) for column in zip(*times[1:], strict=True)]
            for name, times in found.items()
        }
        base = rows["transformers"]
        cells = [
            [
                name,
                *(
                    f"{own:.2f} s, {other / own:.2f}x"
                    for own, other in zip(times[:3], base[:3], strict=True)
                ),
                f"{1 / times[3]:.1f}, {base[3] / times[3]:.2f}x",
            ]
            for name, times in rows.items()
        ]
        visual = block.count(first.config.image_token_id)
        print(f"\n{folder.name}, {width}x{height}, {visual} visual tokens, a prompt of {len(ids)}\n")
        print("\n".join(table(["", "tower", "prefill", "first token", "tok/s"], cells)), flush=True)


def main() -> None:
    parser = options_parser(__doc__, rounds=3, folder="", tiny=False)
    parser.add_argument(
        "models", nargs="*", choices=[[], *MODELS], metavar="MODEL", help=", ".join(MODELS)
    )
    parser.add_argument("--quant", nargs="+", default=["none", "int8", "int4"], help="our presets")
    options = parser.parse_args()
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    for name in options.models or MODELS:
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(options.folder or temporary) / name
            if not folder.exists():
                write(MODELS[name], folder, is_tiny=options.tiny)
            measure(folder, MODELS[name], options.quant, options.rounds)


if __name__ == "__main__":
    main()
