"""Answer the dialogues of a toy with vLLM's engine in this process, and print what happened as JSON:
engine.py SETTING

SETTING is a JSON object with the fields of `Setting`. Each setting needs its own process, because an
engine does not release everything when it ends.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, dataclass, field
from typing import Any

CACHE_GB = 1
os.environ |= {"VLLM_ENABLE_V1_MULTIPROCESSING": "0", "VLLM_LOGGING_LEVEL": "ERROR"}
os.environ["VLLM_CPU_KVCACHE_SPACE"] = str(CACHE_GB)

TOKENS = 12


@dataclass
class Setting:
    """What an engine is opened with and asked."""

    folder: str  # with reference.py's files
    toy: str = "native"
    eager: bool = True
    step: int = 32  # tokens of a step at most
    prefix_cache: bool = True
    rounds: int = 1  # how often all dialogues are asked
    together: bool = True  # all dialogues of a round in one call, or one after the other
    blocks: int | None = None  # of 32 slots each
    only: list[str] = field(default_factory=list)  # names of dialogues
    break_embq: bool = False  # take the op out of the decoder


@dataclass
class Outcome:
    """`wrong` has the names of dialogues whose prompt or answer differs from FlashSloth's own."""

    answers: int
    wrong: list[str]
    changed_by_embq: int  # answers that would be different without EmbQ
    calls: int  # steps in which the op ran
    pieces: int  # groups, or parts of them, that it updated
    splits: int  # how many of these vLLM had split
    cached_tokens: int
    preemptions: int
    rows_bytes: int  # memory of EmbQ's rows
    cache_bytes: int  # memory of keys, values and rows


def run(setting: Setting) -> Outcome:
    from vllm import LLM, SamplingParams

    with open(f"{setting.folder}/{setting.toy}.json") as file:
        rows = [row for row in json.load(file) if not setting.only or row["name"] in setting.only]
    llm = LLM(
        f"{setting.folder}/{setting.toy}",
        dtype="float32",
        enforce_eager=setting.eager,
        max_model_len=512,
        max_num_batched_tokens=setting.step,
        max_num_seqs=8,
        block_size=32,
        enable_prefix_caching=setting.prefix_cache,
        num_gpu_blocks_override=setting.blocks,
        limit_mm_per_prompt={"image": 4},
        disable_log_stats=False,
    )
    if setting.break_embq:
        llm.apply_model(lambda model: setattr(model.language_model, "embq_layer", None))
    parts = [rows] if setting.together else [[row] for row in rows]
    sampling = SamplingParams(temperature=0, max_tokens=TOKENS)
    wrong = []
    cached = 0
    for part in parts * setting.rounds:
        outputs = llm.chat([row["messages"] for row in part], sampling, use_tqdm=False)
        for row, out in zip(part, outputs, strict=True):
            if (out.prompt_token_ids, list(out.outputs[0].token_ids)) != (row["ids"], row["answer"]):
                wrong.append(row["name"])
            cached += out.num_cached_tokens or 0
    calls, pieces, splits = llm.apply_model(lambda m: (m.paged.calls, m.paged.pieces, m.paged.splits))[
        0
    ]
    preempted = [metric.value for metric in llm.get_metrics() if metric.name == "vllm:num_preemptions"]
    rows_bytes, kv_bytes = llm.apply_model(memory)[0]
    changed = sum(row["answer"] != row["without_embq"] for row in rows) * setting.rounds
    counts = (calls, pieces, splits, cached, int(sum(preempted)), rows_bytes, rows_bytes + kv_bytes)
    return Outcome(len(rows) * setting.rounds, wrong, changed, *counts)


def memory(model: Any) -> tuple[int, int]:
    """Return the bytes of EmbQ's rows, and of keys and values."""
    layers = model.language_model.layers
    return model.paged.kv_cache.nbytes, sum(layer.self_attn.attn.kv_cache.nbytes for layer in layers)


if __name__ == "__main__":
    arguments: dict[str, Any] = json.loads(sys.argv[1])
    print(json.dumps(asdict(run(Setting(**arguments)))))
