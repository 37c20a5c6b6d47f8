"""Why one class and not another: the score explained is the difference of two logits, y_target − y_against.

Prabhushankar et al. 2020 (arXiv:2008.00178) ask "why P, rather than Q?" by putting the gradient of a loss
between the two classes in the place of the logit's. Departure: here it is the plain difference of the logits.
A cross-entropy goes through the softmax, so that every other class has a part in the answer. The difference
knows these two alone, changes its sign where they are exchanged, and is linear: where a method is linear in
the score, the map is that of one class minus that of the other, and it is known what the values of a complete
method sum to.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import Tensor, nn

from resnet_viz.attribution.methods import Method
from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_


@contextmanager
def contrasted(network: nn.Module, against: int | None) -> Iterator[None]:
    """Have ``network`` put out its logits [B, classes] minus that of ``against``; None leaves them alone.

    Whatever explains an output of the network then explains the difference.
    """

    def minus(module: nn.Module, inputs: object, logits: Tensor) -> Tensor:
        return logits - logits[:, against, None]

    hook = None if against is None else network.register_forward_hook(minus)
    try:
        yield
    finally:
        if hook is not None:
            hook.remove()


def refuse_contrast(method: Method, targets: Tensor, against: int, classes: int) -> None:
    """Raise `InvalidSetting` where ``against`` is no class that ``targets`` [B] can be compared with."""
    if not method.knows_class:
        raise InvalidSetting(
            "method_knows_no_class",
            N_("{method} is the same for every class, so there is none to compare with; leave it out."),
            field="against",
            method=method.title,
        )
    if classes < 2:
        raise InvalidSetting(
            "no_second_class",
            N_("This network has a single output, so there is no second class to compare with."),
            field="against",
        )
    if not 0 <= against < classes:
        raise InvalidSetting(
            "unknown_class",
            N_("This network has no class {number} to compare with; its classes are numbered 0 to {last}."),
            field="against",
            number=against,
            last=classes - 1,
        )
    if (targets == against).any():
        raise InvalidSetting(
            "same_class",
            N_("A class cannot be compared with itself; choose two different classes."),
            field="against",
        )
