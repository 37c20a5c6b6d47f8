"""What a network leaves out at random while it trains: whole branches, or single values of a shortcut.

Stochastic depth (Huang et al. 2016, arXiv:1603.09382 §3) leaves out the branch of a block for a whole
batch, dropout (Srivastava et al. 2014, JMLR 15:1929 §4) values one by one. Both multiply by 0 or 1 in
training and by the probability of a 1 ever after, so what follows sees the same mean.

A draw depends on the seed of the run, the step and the module's name, and on nothing that was drawn
before: a run that is continued from a checkpoint draws what it would have drawn. Dropout draws on the
device of its input, so two kinds of devices leave out different values; stochastic depth does not.
Outside a step, as when a network is tested, probed or its statistics are measured, nothing is drawn.
"""

import hashlib
from collections.abc import Generator
from contextlib import contextmanager

import torch
from torch import nn

# Exported as it is from here on.


class Kept(nn.Module):
    """Its input times 0 or 1, drawn in a training step; otherwise its input times the probability of a 1.

    ``whole``: one draw for all of the input; else one for each value. ``seed`` is that of the
    present step, None where there is none.
    """

    seed: int | None = None

    def __init__(self, probability: float, whole: bool) -> None:
        super().__init__()
        self.probability = probability
        self.whole = whole

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.seed is None:
            return x * self.probability
        shape, device = (torch.Size(), torch.device("cpu")) if self.whole else (x.shape, x.device)
        generator = torch.Generator(device).manual_seed(self.seed)
        return x * (torch.rand(shape, generator=generator, device=device) < self.probability)


# Exported as it is up to here.


def drawing(network: nn.Module) -> dict[str, Kept]:
    """The modules of ``network`` that draw, by name."""
    return {name: module for name, module in network.named_modules() if isinstance(module, Kept)}


@contextmanager
def drawn(modules: dict[str, Kept], seed: int, step: int) -> Generator[None]:
    """A training step: ``modules`` draw what belongs to it, however often they are called."""
    for name, module in modules.items():
        digest = hashlib.sha256(f"{seed} {name} {step}".encode()).digest()
        module.seed = int.from_bytes(digest[:4], "little")
    try:
        yield
    finally:
        for module in modules.values():
            module.seed = None
