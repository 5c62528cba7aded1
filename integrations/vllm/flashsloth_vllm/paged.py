"""The rows of EmbQ as a layer of vLLM's KV cache.

vLLM asks each attention layer how much memory a block of slots takes, allocates it together with keys
and values, and tells the layer in each step which slots belong to which request. `PagedEmbQ` is such a
layer. It stores `RowLayout.nbytes` for each slot and computes no attention. In this way its rows are
part of the memory plan, and of every block that vLLM caches, drops or computes again.
"""

# No postponed annotations here: torch reads the types of the custom op.
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from flashsloth.hf.config import FlashSlothConfig
from flashsloth.model.embq import EmbQ
from flashsloth_vllm.checks import OP
from flashsloth_vllm.rows import GroupLayout, Piece, RowLayout, SlotRows, Step, patches_in_windows
from flashsloth_vllm.vllm_api import (
    AttentionBackend,
    AttentionLayerBase,
    AttentionMetadata,
    AttentionMetadataBuilder,
    FullAttentionSpec,
    VllmConfig,
    get_forward_context,
    register_op,
)


@dataclass
class StepMetadata(AttentionMetadata):
    step: Step


class StepMetadataBuilder(AttentionMetadataBuilder[StepMetadata]):
    """Converts vLLM's description of a step. It does not declare support for CUDA graphs of a whole
    step, because EmbQ's plan is made in Python."""

    def __init__(
        self, kv_cache_spec: Any, layer_names: list[str], vllm_config: VllmConfig, device: torch.device
    ) -> None:
        super().__init__(kv_cache_spec, layer_names, vllm_config, device)

    def build(
        self, common_prefix_len: int, common_attn_metadata: Any, fast_build: bool = False
    ) -> StepMetadata:
        common = common_attn_metadata
        starts = common.query_start_loc_cpu.tolist()
        step = Step(
            slots=common.slot_mapping[: starts[-1]].long(),
            starts=starts,
            lengths=common.seq_lens.tolist(),
            block_table=common.block_table_tensor,
        )
        return StepMetadata(step)


class RowsBackend(AttentionBackend):
    """Names the builder of the layer's metadata, as vLLM's interface requires. It computes no
    attention."""

    @staticmethod
    def get_name() -> str:
        return "FLASHSLOTH_ROWS"

    @staticmethod
    def get_impl_cls() -> Any:
        raise NotImplementedError("the rows of EmbQ are not an attention")

    @staticmethod
    def get_builder_cls() -> type[StepMetadataBuilder]:
        return StepMetadataBuilder


class PagedEmbQ(AttentionLayerBase):
    """The rows of a model, and EmbQ, which reads and updates them.

    Attributes:
        calls: the number of steps in which the op has run.
        pieces: the number of groups of query tokens, or parts of one, that it has updated.
        splits: the number of these that vLLM had split.
    """

    def __init__(
        self, vllm_config: VllmConfig, name: str, config: FlashSlothConfig, embq: EmbQ | None
    ) -> None:
        self.name, self.config, self.embq = name, config, embq
        window, dtype = config.pooling_window, vllm_config.model_config.dtype
        widths = (
            (config.text_config.hidden_size, window**2 * config.vision_config.hidden_size)
            if embq
            else (0, 0)
        )
        self.layout = RowLayout(*widths, dtype)
        self.groups = GroupLayout.of(config)
        self.patches = patches_in_windows(window, config.patches_per_tile)
        self.rows: SlotRows | None = None
        self.pending: list[Piece] = []
        self.calls = self.pieces = self.splits = 0
        layers = vllm_config.compilation_config.static_forward_context
        if name in layers:
            raise ValueError(f"vLLM has a layer {name} already")
        layers[name] = self

    def get_attn_backend(self) -> type[AttentionBackend]:
        return RowsBackend

    def get_kv_cache_spec(self, vllm_config: VllmConfig) -> FullAttentionSpec:
        return FullAttentionSpec(
            block_size=vllm_config.cache_config.block_size,
            num_kv_heads=1,
            max_tp_shards=1,  # each process of a tensor-parallel group keeps all of it
            head_size=self.layout.nbytes,
            head_size_v=0,
            dtype=torch.uint8,
        )

    def bind_kv_cache(self, kv_cache: Tensor) -> None:
        """Store the rows in this memory, (B, 1, N, nbytes)."""
        self.kv_cache = kv_cache
        self.rows = SlotRows(self.layout, kv_cache[:, 0])

    def current_step(self) -> Step | None:
        """Return the step of this forward; None while vLLM measures memory or compiles.

        Raises: RuntimeError if vLLM passes no step for this layer.
        """
        metadata = get_forward_context().attn_metadata
        if not metadata:
            return None
        if not isinstance(metadata, dict) or self.name not in metadata:
            raise RuntimeError(
                "vLLM splits its steps in a way that flashsloth-vllm does not know: EmbQ would be lost"
            )
        return metadata[self.name].step

    def begin(self, step: Step, ids: Tensor, features: tuple[Tensor, Tensor] | None) -> list[Piece]:
        """Write the ids (T,) and the packed features (positions in the step, values) of a step, and
        plan which query tokens EmbQ updates.

        If a client forces the sampler to choose placeholders, a picture may have too few visual tokens.
        EmbQ leaves out questions about such a picture.
        """
        assert self.rows is not None, "the KV cache is allocated before the first step"
        self.rows.write(self.rows.ids, step.slots, ids)
        if features is not None and self.layout.feature_width:
            self.rows.write(self.rows.features, step.slots[features[0]], features[1])
        pieces = self.rows.plan(step, ids, self.groups)
        P = self.config.tokens_per_tile
        self.pending = [
            piece for piece in pieces if len(piece.pictures) and len(piece.pictures) % P == 0
        ]
        return pieces

    def update(self, hidden: Tensor) -> Tensor:
        """Write the states (T, D) of a step, and return a copy in which its query tokens are
        updated."""
        updated = hidden.clone()
        step = self.current_step()
        if step is None or self.rows is None or self.embq is None:
            return updated
        self.rows.write(self.rows.states, step.slots, hidden[: step.size])
        for piece in self.pending:
            updated[piece.rows] = self.attend(piece, hidden[piece.rows]).to(hidden.dtype)
        self.calls += 1
        self.pieces += len(self.pending)
        self.splits += sum(piece.is_split for piece in self.pending)
        self.pending = []
        return updated

    def attend(self, piece: Piece, query: Tensor) -> Tensor:
        """Return updated query states, (rows, D)."""
        assert self.embq is not None
        assert self.rows is not None
        question = self.rows.read(self.rows.states, piece.question)[None]
        mask = torch.ones(question.shape[:2], dtype=torch.bool, device=query.device)
        width, window = self.config.vision_config.hidden_size, self.config.pooling_window
        tiles = self.rows.read(self.rows.features, piece.pictures)
        tiles = tiles.view(-1, self.config.tokens_per_tile * window**2, width)
        features = tiles[:, self.patches.to(tiles.device)].reshape(1, -1, width)
        keys, values = self.embq.project_image(features)
        return self.embq.attend(query[None], question, mask, keys, values)[0]


def update_embq(hidden: Tensor, name: str) -> Tensor:
    layer: PagedEmbQ = get_forward_context().no_compile_layers[name]
    return layer.update(hidden)


def fake_update(hidden: Tensor, name: str) -> Tensor:
    return torch.empty_like(hidden)


# torch.compile calls a custom op as it is, so EmbQ stays in the compiled decoder
embq_op = register_op(OP, update_embq, fake_update)
