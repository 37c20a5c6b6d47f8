"""What every probe promises: a network is afterwards as it was."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


@contextmanager
def untouched(network: nn.Module) -> Iterator[None]:
    """Fails where what happens inside leaves a trace: weights, statistics, modes, gradients, hooks."""
    tensors = {name: value.clone() for name, value in network.state_dict().items()}
    facts = _facts(network)
    yield
    assert _facts(network) == facts
    for name, value in network.state_dict().items():
        assert torch.equal(value, tensors[name]), name


def _facts(network: nn.Module) -> list[object]:
    modules = [
        (
            name,
            module.training,
            len(module._forward_hooks),
            len(module._forward_pre_hooks),
            len(module._backward_hooks),
            sorted(vars(module)),
        )
        for name, module in network.named_modules()
    ]
    parameters = [
        (name, parameter.requires_grad, parameter.grad is None, parameter.data_ptr())
        for name, parameter in network.named_parameters()
    ]
    return [*modules, *parameters]
