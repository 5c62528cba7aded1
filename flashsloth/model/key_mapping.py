"""Mapping from the tensor names of the released checkpoints to the names in this model.

It renames tensors and does not change them, so transformers and serving engines can use it too. The
first pattern that matches the start of a name is applied. No pattern ends in "$": transformers reverses
the patterns when it saves a model, and would write the "$" into the names.
"""

from __future__ import annotations

import re

# Parts that torch.compile, DistributedDataParallel and FullyShardedDataParallel add to the names of the
# tensors of a model that is saved while it is wrapped.
WRAPPERS = re.compile(r"^module\.|\b(?:_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module)\.")
OFFICIAL_TO_NATIVE: tuple[tuple[str, str], ...] = (
    (r"^model\.embed_tokens\.", "model.language_model.embed_tokens."),
    (r"^model\.layers\.", "model.language_model.layers."),
    (r"^model\.final_layernorm\.", "model.language_model.final_layernorm."),
    (r"^model\.learnable_tokens\.token", "model.query_tokens.weight"),
    (r"^model\.lqformer\.down_projector_learnable_text\.", "model.language_model.embq.down_text."),
    (r"^model\.lqformer\.down_projector_image\.", "model.language_model.embq.down_picture."),
    (r"^model\.lqformer\.layers\.0\.ln_q\.", "model.language_model.embq.norm_query."),
    (r"^model\.lqformer\.layers\.0\.ln_text\.", "model.language_model.embq.norm_question."),
    (r"^model\.lqformer\.layers\.0\.ln_kv\.", "model.language_model.embq.norm_picture."),
    (r"^model\.lqformer\.layers\.0\.t2q_attn\.", "model.language_model.embq.read_question."),
    (r"^model\.lqformer\.layers\.0\.i2q_attn\.", "model.language_model.embq.read_picture."),
    (r"^model\.lqformer\.up_projector\.", "model.language_model.embq.up."),
    (r"^model\.vision_tower\.vision_tower\.vision_model\.", "model.vision_tower."),
    (r"^model\.mm_projector\.0\.", "model.projector.linear_1."),
    (r"^model\.mm_projector\.2\.", "model.projector.linear_2."),
)


def native_name(official: str) -> str:
    """Return this model's name for a tensor of a released checkpoint. A native name is returned
    unchanged, but without WRAPPERS."""
    official = WRAPPERS.sub("", official)
    renamed = (re.subn(pattern, native, official) for pattern, native in OFFICIAL_TO_NATIVE)
    return next((name for name, hits in renamed if hits), official)
