"""Looking into a network and leaving it as it was: after success, an error and a cancellation."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from torch import Tensor, nn


class Cancelled(Exception):
    """Whoever asked no longer wants the answer."""


def never() -> bool:
    """The `cancelled` of those who always want the answer."""
    return False


@contextmanager
def undisturbed(network: nn.Module, cancelled: Callable[[], bool] = never) -> Iterator[None]:
    """Hold ``network`` in evaluation mode without parameter gradients; then restore it.

    ``cancelled`` is asked before every forward pass, also those inside captum.
    Attributes that someone leaves on modules (captum's DeepLift does, after an
    error) are removed.

    Raises:
        Cancelled: ``cancelled`` said so.
    """
    modules = [(module, module.training, set(vars(module))) for module in network.modules()]
    wanted = [(parameter, parameter.requires_grad) for parameter in network.parameters()]

    def check(module: nn.Module, inputs: object) -> None:
        if cancelled():
            raise Cancelled

    hook = network.register_forward_pre_hook(check)
    try:
        network.eval()
        # Without them, layers below the tap keep nothing for a backward pass.
        network.requires_grad_(False)
        yield
    finally:
        hook.remove()
        for parameter, flag in wanted:
            parameter.requires_grad_(flag)
        for module, training, names in modules:
            module.training = training
            for left in vars(module).keys() - names:
                delattr(module, left)


@contextmanager
def separate_relu_inputs(network: nn.Module) -> Iterator[None]:
    """Give every ReLU an input tensor that nothing else reads.

    Captum rewrites a ReLU's gradient by a hook on its input tensor. Where that
    tensor also feeds a shortcut (a pre-activation block without normalisation),
    the shortcut's gradient would be rewritten with it.
    """

    def apart(module: nn.Module, inputs: tuple[Tensor, ...]) -> Tensor:
        return inputs[0].view_as(inputs[0])

    hooks = [
        module.register_forward_pre_hook(apart) for module in network.modules() if isinstance(module, nn.ReLU)
    ]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
