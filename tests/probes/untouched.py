"""Whether a probe leaves a network as it was."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


@contextmanager
def untouched(network: nn.Module) -> Iterator[None]:
    """Fails unless modules, weights, buffers, gradients, modes and hooks are the same afterwards."""
    modules = dict(network.named_modules())
    modes = [module.training for module in modules.values()]
    values = {name: value.clone() for name, value in network.state_dict().items()}
    grads = {name: parameter.grad for name, parameter in network.named_parameters()}
    needed = {name: parameter.requires_grad for name, parameter in network.named_parameters()}
    yield
    assert list(dict(network.named_modules()).items()) == list(modules.items())
    assert [module.training for module in network.modules()] == modes
    after = network.state_dict()
    assert list(after) == list(values)
    assert all(torch.equal(after[name], value) for name, value in values.items())
    assert all(parameter.grad is grads[name] for name, parameter in network.named_parameters())
    assert {name: parameter.requires_grad for name, parameter in network.named_parameters()} == needed
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in network.modules())
