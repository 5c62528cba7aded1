"""Weights in 16 bit, their masters in float32: what makes small models train fast on CPUs that multiply bfloat16.

Casting at every step (autocast) leaves sums, norms and the residual stream in float32, which is twice the memory to
move; here all of a step is in 16 bit but the optimizer. Also swaps three modules for equal ones that cost less there.
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

BETAS = (0.9, 0.98)  # a run from nothing is short, and its gradients change fast
PLAIN = "plain_heads"  # no name with "flash" in it: transformers would look for a kernel
CHUNK = 16  # heads whose scores stay in the cache


class MasterWeightAdamW(Optimizer):
    """AdamW on float32 masters of parameters in `dtype`. Takes float32 parameters and makes them that.

    The masters are what is saved and gone on from; `restore` gives them back to the parameters.
    """

    def __init__(self, params: Any, lr: float = 1e-3, weight_decay: float = 0.0, *, dtype: torch.dtype) -> None:
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
        """Let the parameters be float32 again, exactly as learned."""
        for parameter, master in self.masters.items():
            parameter.data = master.data

    def state_dict(self) -> dict[str, Any]:
        return {**self.inner.state_dict(), "groups": [{"lr": g["lr"]} for g in self.param_groups]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.inner.load_state_dict({k: v for k, v in state_dict.items() if k != "groups"})
        for group, saved in zip(self.param_groups, state_dict["groups"], strict=True):
            group["lr"] = saved["lr"]


def of(optimizer: Any) -> MasterWeightAdamW | None:
    """The optimizer with masters that stands behind accelerate's wrapper, None where it is another one."""
    inner = getattr(optimizer, "optimizer", optimizer)
    return inner if isinstance(inner, MasterWeightAdamW) else None


# Equal modules that cost less


class TanhGelu(nn.Module):
    """The same function as transformers' NewGELUActivation, in one pass instead of eight."""

    def forward(self, x: Tensor) -> Tensor:
        return F.gelu(x, approximate="tanh")


def quicken(model: Any) -> None:
    """Swap activations, dropouts that drop nothing, and attention, for training on a CPU."""
    for module in model.modules():
        for name, child in module.named_children():
            if isinstance(child, NewGELUActivation):
                setattr(module, name, TanhGelu())
            elif isinstance(child, nn.Dropout) and child.p == 0:
                setattr(module, name, nn.Identity())
    config = model.config
    if not (config.text_config.attention_dropout or config.vision_config.attention_dropout):  # PLAIN drops nothing
        model.set_attn_implementation(PLAIN)


class PlainAttention(torch.autograd.Function):
    """softmax(q k^T + mask) v on (B * H, T, d), mask (T, T) or none, a few heads at a time."""

    @staticmethod
    def forward(ctx: Any, q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
        out, shares = torch.empty_like(v), q.new_empty(q.shape[0], q.shape[1], k.shape[1])
        for at in range(0, q.shape[0], CHUNK):
            some = slice(at, at + CHUNK)
            keys = k[some].transpose(1, 2)
            scores = torch.bmm(q[some], keys) if mask is None else torch.baddbmm(mask, q[some], keys)
            torch.softmax(scores, -1, out=shares[some])
            torch.bmm(shares[some], v[some], out=out[some])
        ctx.save_for_backward(q, k, v, shares)
        return out

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        q, k, v, shares = ctx.saved_tensors
        grad = grads[0].contiguous()
        to_q, to_k, to_v = torch.empty_like(q), torch.empty_like(k), torch.empty_like(v)
        for at in range(0, q.shape[0], CHUNK):
            some = slice(at, at + CHUNK)
            to_shares = torch.bmm(grad[some], v[some].transpose(1, 2))
            to_scores = torch._softmax_backward_data(to_shares, shares[some], -1, shares.dtype)
            torch.bmm(to_scores, k[some], out=to_q[some])
            torch.bmm(to_scores.transpose(1, 2), q[some], out=to_k[some])
            torch.bmm(shares[some].transpose(1, 2), grad[some], out=to_v[some])
        return to_q, to_k, to_v, None


def plain_attention(
    module: Any, query: Tensor, key: Tensor, value: Tensor, attention_mask: Any = None, **kwargs: Any
) -> tuple[Tensor, None]:
    """For batches padded on the right, as `batches.Collate` makes them: a causal decoder then needs no other mask, as
    no token stands behind padding. query (B, H, T, d) -> (B, T, H, d)."""
    B, H, T, d = query.shape
    mask = None
    if getattr(module, "is_causal", False):
        mask = torch.full((T, T), -torch.inf, dtype=query.dtype, device=query.device).triu(1)
    heads = [x.reshape(B * H, T, d) for x in (query * kwargs["scaling"], key, value)]
    apply: Any = PlainAttention.apply
    out: Tensor = apply(*heads, mask)
    return out.view(B, H, T, d).transpose(1, 2).contiguous(), None


AttentionInterface.register(PLAIN, plain_attention)
AttentionMaskInterface.register(PLAIN, lambda *_, **__: None)
