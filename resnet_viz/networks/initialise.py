"""Initial weights, drawn per layer, so that corresponding layers of two networks start equal.

Each tensor has its own generator, seeded by the run's seed and the tensor's
name. A network with extra layers (projections) therefore still agrees with its
plain twin in all the layers they share.
"""

import hashlib
from math import sqrt

import torch
from torch import Tensor, nn

from resnet_viz.networks.adding_block import Gate, LearnedScale
from resnet_viz.networks.built import BuiltNetwork


def initialise(network: BuiltNetwork, seed: int) -> None:
    """Set every parameter and buffer of ``network`` as its spec says, from ``seed``.

    ``he``: convolutions normal with std √(2 / fan-in) (He et al. 2015,
    arXiv:1502.01852, eq. 10); biases zero. ``pytorch``: weights and biases
    uniform in ±1/√fan-in, PyTorch's default. ``zero-last-norm``: as ``he``, and
    the scale of the last norm before each addition is zero (Goyal et al. 2017,
    arXiv:1706.02677 §5.1); in pre-activation blocks, where no norm precedes the
    addition, the last convolution is zero instead. ``delta-orthogonal``: a kernel is zero but in the
    middle, which is a random orthogonal matrix (orthonormal columns, and where a layer has fewer
    outputs than inputs rows); so a convolution of stride 1 keeps the length of its input
    (Xiao et al. 2018, arXiv:1806.05393 §2.3, with σ_w = 1 and σ_b = 0). The classifier is PyTorch's
    default throughout; norms start at scale 1 and shift 0, learned scales of blocks at 0,
    biases of gates at the value of the spec.
    """
    with torch.no_grad():
        for name, module in network.named_modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                fan_in = module.weight[0].numel()
                he = network.spec.init != "pytorch" and isinstance(module, nn.Conv2d)
                if he and network.spec.init == "delta-orthogonal":
                    _draw_orthogonal(module.weight, f"{name}.weight", seed)
                else:
                    _draw(module.weight, f"{name}.weight", seed, fan_in, normal=he)
                if module.bias is not None:
                    if he:
                        module.bias.zero_()
                    else:
                        _draw(module.bias, f"{name}.bias", seed, fan_in, normal=False)
                if isinstance(module, Gate):
                    assert module.bias is not None
                    module.bias.fill_(module.start)
            elif isinstance(module, nn.BatchNorm2d | nn.GroupNorm):
                module.reset_parameters()
            elif isinstance(module, LearnedScale):
                module.weight.zero_()
        if network.spec.init == "zero-last-norm":
            for weight in network.last_in_blocks():
                weight.zero_()


def init_digest(network: nn.Module) -> str:
    """SHA-256 (16 hex digits) of the parameters that plain and residual networks share, in order.

    Projections on shortcuts, gates and learned scales are left out: the plain network has none.
    """
    digest = hashlib.sha256()
    for name, parameter in network.named_parameters():
        if not {"shortcut", "gate", "scale"}.intersection(name.split(".")):
            digest.update(name.encode())
            digest.update(parameter.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]


def generator_of(name: str, seed: int) -> torch.Generator:
    """The generator of the tensor ``name``: two networks draw the same for one that both have."""
    words = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(words[:4], "little"))


def _draw_orthogonal(kernel: Tensor, name: str, seed: int) -> None:  # (C', C, k, k)
    middle = torch.empty(kernel.shape[:2])
    nn.init.orthogonal_(middle, generator=generator_of(name, seed))
    kernel.zero_()
    kernel[:, :, kernel.shape[2] // 2, kernel.shape[3] // 2] = middle


def _draw(tensor: Tensor, name: str, seed: int, fan_in: int, normal: bool) -> None:
    generator = generator_of(name, seed)
    if normal:
        tensor.normal_(0, sqrt(2 / fan_in), generator=generator)
    else:
        bound = 1 / sqrt(fan_in)
        tensor.uniform_(-bound, bound, generator=generator)
