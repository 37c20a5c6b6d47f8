"""The largest eigenvalue of the Hessian of the loss: how sharply it bends in its sharpest direction."""

from collections.abc import Generator, Sequence
from copy import deepcopy

import torch
from torch import Tensor, nn

from resnet_viz.networks.initialise import generator_of


def largest_eigenvalue(
    network: nn.Module,
    images: Tensor,
    labels: Tensor,
    names: Sequence[str],
    *,
    seed: int = 0,
    products: int = 10,
) -> Generator[float]:
    """Estimates of λmax over the weights ``names``, one after every product of the Hessian with a vector.

    Products as Pearlmutter 1994 (Neural Computation 6:147), from which Lanczos' method (1950) makes a
    small tridiagonal matrix; its largest eigenvalue is the estimate. Estimates only grow, never beyond
    λmax, and need a third of the products that a power iteration needs. They end early where the vectors
    span all there is.

    Measured on a copy of ``network`` in evaluation mode; L is the mean cross-entropy.

    Args:
        images: float [B, C, H, W], normalised, of the network's precision.
        labels: int64 [B].
    """
    network = deepcopy(network).eval().requires_grad_(False)
    weights = [network.get_parameter(name).requires_grad_() for name in names]
    with torch.enable_grad():
        loss = nn.functional.cross_entropy(network(images), labels)
        gradients = torch.autograd.grad(loss, weights, create_graph=True)
    sizes = [weight.numel() for weight in weights]
    start = [
        torch.randn(size, generator=generator_of(name, seed)) for name, size in zip(names, sizes, strict=True)
    ]
    basis = [nn.functional.normalize(torch.cat(start).double(), dim=0)]
    diagonal: list[float] = []
    beside: list[float] = []
    for _ in range(min(products, sum(sizes))):
        vector = [
            part.view_as(weight).to(weight.dtype)
            for part, weight in zip(basis[-1].split(sizes), weights, strict=True)
        ]
        product = torch.autograd.grad(gradients, weights, vector, retain_graph=True, materialize_grads=True)
        rest = torch.cat([part.double().flatten() for part in product])
        diagonal.append(float(rest @ basis[-1]))
        yield _largest(diagonal, beside)
        for _twice in range(2):  # once leaves what rounding makes of it
            for earlier in basis:
                rest = rest - (rest @ earlier) * earlier
        length = float(rest.norm())
        if length <= 1e-10 * max(map(abs, diagonal)):
            return
        beside.append(length)
        basis.append(rest / length)


def _largest(diagonal: list[float], beside: list[float]) -> float:
    matrix = torch.diag(torch.tensor(diagonal, dtype=torch.float64))
    if beside:
        off = torch.tensor(beside, dtype=torch.float64)
        matrix = matrix + torch.diag(off, 1) + torch.diag(off, -1)
    return float(torch.linalg.eigvalsh(matrix)[-1])
