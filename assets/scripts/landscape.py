import json

import torch
from networks import generator, pair, pair_images
from torch.nn import functional as F

LAYERS = "all"
DIRECTIONS = 0
IMAGES = 128


def direction(name, weight, which):
    """Random, and each filter as long as the one of the weight that it is added to."""
    drawn = torch.randn(weight.shape, generator=generator(f"{DIRECTIONS}/{which} {name}"))
    lengths, of_drawn = weight.flatten(1).norm(dim=1), drawn.flatten(1).norm(dim=1)
    return drawn * (lengths / (of_drawn + 1e-10)).view(-1, *[1] * (weight.ndim - 1))


def largest_eigenvalue(loss, names, weights):
    """Of the Hessian; Lanczos: its products with 8 vectors that are orthogonal to one another."""
    sizes, gradients = [w.numel() for w in weights], torch.autograd.grad(loss, weights, create_graph=True)
    start = [torch.randn(n, generator=generator(f"0/{name}")) for name, n in zip(names, sizes, strict=True)]
    basis, matrix = [F.normalize(torch.cat(start).double(), dim=0)], torch.zeros(9, 9).double()
    for k in range(8):
        vector = [v.view_as(w).float() for v, w in zip(basis[k].split(sizes), weights, strict=True)]
        product = torch.autograd.grad(gradients, weights, vector, retain_graph=True, materialize_grads=True)
        rest = torch.cat([part.double().flatten() for part in product])
        matrix[k, k] = rest @ basis[k]
        for earlier in basis * 2:  # once leaves what rounding makes of it
            rest = rest - (rest @ earlier) * earlier
        matrix[k, k + 1] = matrix[k + 1, k] = rest.norm()
        basis.append(rest / rest.norm())
    return float(torch.linalg.eigvalsh(matrix[:8, :8])[-1])


# The maps and the bends. The path of a race is left out: it needs the weights of all checkpoints.
images, labels = pair_images("train", IMAGES)
places = torch.linspace(-1, 1, 11).double().tolist()
found = {"places": places}
for family, network in pair().items():
    named = [(name, weight) for name, weight in network.named_parameters() if weight.ndim > 1]
    first, last = {"all": (0, 3), "first": (0, 1), "last": (2, 3)}[LAYERS]  # thirds of the layers
    named = [one for at, one in enumerate(named, 1) if first * len(named) < 3 * at <= last * len(named)]
    moves = [(w, w.clone(), direction(name, w, 1), direction(name, w, 2)) for name, w in named]
    losses = [[0.0] * len(places) for _ in places]
    for row, b in enumerate(places):
        for column, a in enumerate(places):
            for weight, trained, along, across in moves:
                weight.copy_(trained + a * along + b * across)
            losses[row][column] = float(F.cross_entropy(network(images), labels))
    weights = [weight.copy_(trained).requires_grad_() for weight, trained, _, _ in moves]
    loss = F.cross_entropy(network(images), labels)
    found[f"losses_{family}"] = losses
    found[f"eigenvalue_{family}"] = largest_eigenvalue(loss, [name for name, _ in named], weights)
print(json.dumps(found))
