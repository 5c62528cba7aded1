"""AdamW with float32 master weights for parameters in bfloat16, and faster modules: small models on
CPUs.

Autocast leaves sums, norms and the residual stream in float32, twice the memory to move. With master
weights the whole step is in bfloat16 except the optimizer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer
from transformers.activations import NewGELUActivation
from transformers.masking_utils import AttentionMaskInterface
from transformers.modeling_utils import AttentionInterface

from flashsloth.hf.config import FlashSlothConfig
from flashsloth.sizes.families import PACKED

BETAS = (0.9, 0.98)  # a run from random weights is short, and its gradients change fast
PLAIN = "plain_heads"  # without "flash" in the name, for which transformers would look for a kernel
TOWER_DROPOUTS = ("attention_dropout", "attention_probs_dropout_prob")
CHUNK = 16  # heads whose scores fit into the CPU's cache


class MasterWeightAdamW(Optimizer):
    """AdamW on float32 masters of parameters, which it converts from float32 to `dtype`. Checkpoints
    hold the masters. `restore` makes them the parameters again."""

    def __init__(
        self, params: Any, lr: float = 1e-3, weight_decay: float = 0.0, *, dtype: torch.dtype
    ) -> None:
        super().__init__(params, {"lr": lr, "weight_decay": weight_decay})
        self.masters: dict[Tensor, nn.Parameter] = {}
        groups = []
        for group in self.param_groups:
            masters = [nn.Parameter(p.detach().float().clone()) for p in group["params"]]
            self.masters.update(zip(group["params"], masters, strict=True))
            groups.append({"params": masters, "weight_decay": group["weight_decay"]})
            for p in group["params"]:
                p.data = p.data.to(dtype)
        self.inner = AdamW(groups, lr=lr, betas=BETAS, fused=True)

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        for group, inner in zip(self.param_groups, self.inner.param_groups, strict=True):
            inner["lr"] = group["lr"]
            for parameter, master in zip(group["params"], inner["params"], strict=True):
                master.grad = parameter.grad.float() if parameter.grad is not None else None
        self.inner.step()
        for parameter, master in self.masters.items():
            parameter.copy_(master)
            master.grad = None

    def restore(self) -> None:
        """Replace the parameters by their float32 masters."""
        for parameter, master in self.masters.items():
            parameter.data = master.data

    def state_dict(self) -> dict[str, Any]:
        return {**self.inner.state_dict(), "groups": [{"lr": g["lr"]} for g in self.param_groups]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.inner.load_state_dict({k: v for k, v in state_dict.items() if k != "groups"})
        for group, saved in zip(self.param_groups, state_dict["groups"], strict=True):
            group["lr"] = saved["lr"]


class TanhGelu(nn.Module):
    """transformers' NewGELUActivation in one pass instead of eight."""

    def forward(self, x: Tensor) -> Tensor:
        return F.gelu(x, approximate="tanh")


def use_fast_modules(model: Any, device: torch.device) -> None:
    """Replace activations, and dropouts with p = 0, by equal modules that read and write less memory.

    On a CPU attention is replaced too: torch's own is slower there for many short rows.
    """
    for module in model.modules():
        for name, child in module.named_children():
            if isinstance(child, NewGELUActivation):
                setattr(module, name, TanhGelu())
            elif isinstance(child, nn.Dropout) and child.p == 0:
                setattr(module, name, nn.Identity())
    if device.type == "cpu" and has_plain_attention(model.config):
        model.set_attn_implementation(PLAIN)


def has_plain_attention(config: FlashSlothConfig) -> bool:
    """Return whether tower and decoder attend as PLAIN does: without dropout, windows, sinks and soft
    caps."""
    text, vision = config.text_config, config.vision_config
    dropout = [
        getattr(text, "attention_dropout", 0),
        *(getattr(vision, name, 0) for name in TOWER_DROPOUTS),
    ]
    kinds = {*(getattr(text, "layer_types", None) or ())} - {"full_attention"}
    windows = (
        getattr(text, "sliding_window", None) if getattr(text, "use_sliding_window", True) else None
    )
    return text.model_type in PACKED and not (any(dropout) or kinds or windows)


class PlainAttention(torch.autograd.Function):
    """softmax(q k^T + mask) v on (B * H, T, d), a few heads at a time. mask: (T, T) or None."""

    @staticmethod
    def forward(ctx: Any, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
        out, weights = torch.empty_like(v), q.new_empty(q.shape[0], q.shape[1], k.shape[1])
        for start in range(0, q.shape[0], CHUNK):
            heads = slice(start, start + CHUNK)
            keys = k[heads].transpose(1, 2)
            scores = torch.bmm(q[heads], keys) if mask is None else torch.baddbmm(mask, q[heads], keys)
            torch.softmax(scores, -1, out=weights[heads])
            torch.bmm(weights[heads], v[heads], out=out[heads])
        ctx.save_for_backward(q, k, v, weights)
        return out

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        q, k, v, weights = ctx.saved_tensors
        grad = grads[0].contiguous()
        grad_q, grad_k, grad_v = torch.empty_like(q), torch.empty_like(k), torch.empty_like(v)
        for start in range(0, q.shape[0], CHUNK):
            heads = slice(start, start + CHUNK)
            grad_weights = torch.bmm(grad[heads], v[heads].transpose(1, 2))
            grad_scores = torch._softmax_backward_data(grad_weights, weights[heads], -1, weights.dtype)
            torch.bmm(grad_scores, k[heads], out=grad_q[heads])
            torch.bmm(grad_scores.transpose(1, 2), q[heads], out=grad_k[heads])
            torch.bmm(weights[heads].transpose(1, 2), grad[heads], out=grad_v[heads])
        return grad_q, grad_k, grad_v, None


def plain_attention(
    module: Any, query: Tensor, key: Tensor, value: Tensor, attention_mask: Any = None, **kwargs: Any
) -> tuple[Tensor, None]:
    """Attend within batches padded on the right (dataset.Collate): no token follows padding, so that a
    causal mask is enough. query (B, H, T, d) -> (B, T, H, d)."""
    B, H, T, d = query.shape
    mask = None
    if getattr(module, "is_causal", False):
        mask = torch.full((T, T), -torch.inf, dtype=query.dtype, device=query.device).triu(1)
    key, value = (
        x if x.shape[1] == H else x.repeat_interleave(H // x.shape[1], dim=1) for x in (key, value)
    )
    heads = [x.reshape(B * H, T, d) for x in (query * kwargs["scaling"], key, value)]
    apply: Any = PlainAttention.apply
    out: Tensor = apply(*heads, mask)
    return out.view(B, H, T, d).transpose(1, 2).contiguous(), None


AttentionInterface.register(PLAIN, plain_attention)
AttentionMaskInterface.register(PLAIN, lambda *_, **__: None)
