"""What of a Llama model is trained, saved and exported: adapters on its linear layers, or all of it."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional

#: Every projection of a block: attention alone learns the copying worse than attention and MLP together.
TARGETS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


class LoraLinear(nn.Module):
    """A frozen linear layer W with a trained update: y = W x + (alpha / rank) B A x."""

    def __init__(self, base: nn.Linear, rank: int, alpha: float) -> None:
        super().__init__()
        self.base = base
        self.scale = alpha / rank
        place = base.weight.device
        self.lora_a = nn.Parameter(torch.empty(rank, base.in_features, device=place, dtype=torch.float32))
        self.lora_b = nn.Parameter(torch.zeros(base.out_features, rank, device=place, dtype=torch.float32))
        nn.init.kaiming_uniform_(self.lora_a, a=math.sqrt(5))

    def forward(self, x: Tensor) -> Tensor:
        """(…, in) to (…, out)."""
        # Computed in the model's precision, kept and updated in single precision.
        inside = functional.linear(x, self.lora_a.to(x.dtype))
        update = functional.linear(inside, (self.lora_b * self.scale).to(x.dtype))
        out: Tensor = self.base(x)
        return out + update


def add_lora(model: nn.Module, rank: int, alpha: float) -> None:
    """Freezes `model` and puts an adapter on every target projection of its blocks."""
    model.requires_grad_(False)
    for block in model.model.layers:  # type: ignore[union-attr]
        for part in (block.self_attn, block.mlp):
            for name in TARGETS:
                if hasattr(part, name):
                    setattr(part, name, LoraLinear(getattr(part, name), rank, alpha))


def trained(model: nn.Module) -> Iterator[tuple[str, nn.Parameter]]:
    """Names and tensors of what is trained, in the model's order: adapters, or without any, everything."""
    return ((name, tensor) for name, tensor in model.named_parameters() if tensor.requires_grad)


def trained_state(model: nn.Module) -> dict[str, Tensor]:
    """A copy of what is trained, by name."""
    return {name: tensor.detach().clone() for name, tensor in trained(model)}


def load_trained(model: nn.Module, state: dict[str, Tensor]) -> None:
    """Puts saved tensors back; raises KeyError when one is missing."""
    with torch.no_grad():
        for name, tensor in trained(model):
            tensor.copy_(state[name])
