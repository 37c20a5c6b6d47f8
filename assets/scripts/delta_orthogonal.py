import json

import torch
from networks import Network, Training, begun
from torch import nn
from torch.nn import functional as F

DEPTH = 32
LEARNING_RATE = 0.02
SEEDS = 4
STEPS = 100


def relative_gradients(network, images, labels):
    """Norm of the gradient over norm of the weights, for every convolution and the classifier."""
    weights = [layer.weight for layer in network.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    gradients = torch.autograd.grad(F.cross_entropy(network(images), labels), weights)
    norms = ([float(one.detach().double().norm()) for one in many] for many in (gradients, weights))
    return [gradient / weight for gradient, weight in zip(*norms, strict=True)]


NETWORKS = {
    "plain+no-norm": (False, F.relu, "he"),
    "plain+no-norm+tanh": (False, torch.tanh, "he"),
    "plain+no-norm+tanh+delta-orthogonal": (False, torch.tanh, "delta-orthogonal"),
    "residual": (True, F.relu, "he"),  # with batch normalisation
}

training, found = Training(), {}
for seed in range(SEEDS):
    for family, (residual, activation, init) in NETWORKS.items():
        network = begun(Network(DEPTH, residual, norm=residual, activation=activation), seed, init)
        network.to(memory_format=torch.channels_last)
        gradients = relative_gradients(network, *training.batch(seed))
        run = training.train(network, seed, STEPS, LEARNING_RATE)
        found.setdefault(family, []).append(run | {"gradients": gradients})
print(json.dumps(found))
