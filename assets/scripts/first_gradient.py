import json

import torch
from networks import Network, Training, begun
from torch import nn
from torch.nn import functional as F

DEPTH = 56
NORM = "batch"
SEEDS = 3

training, found = Training(), {}
for seed in range(SEEDS):
    images, labels = training.batch(seed)
    for family, skip in (("plain", False), ("residual", True)):
        ratios = []
        for depth in (8, 20, 32, 56, 110):
            init = "he" if NORM == "batch" else "pytorch"
            network = begun(Network(depth, skip, NORM == "batch"), seed, init)
            network.to(memory_format=torch.channels_last)
            layers = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
            weights = [layer.weight for layer in layers]
            gradients = torch.autograd.grad(F.cross_entropy(network(images), labels), weights)
            norms = [float(gradient.double().norm()) for gradient in gradients]
            sizes = [float(weight.detach().double().norm()) for weight in weights]
            relative = [norm / size for norm, size in zip(norms, sizes, strict=True)]
            ratios.append(relative[0] / relative[-2])
            if depth == DEPTH:
                found.setdefault(f"norm_{family}", []).append(norms)
                found.setdefault(f"relative_{family}", []).append(relative)
        found.setdefault(f"ratio_{family}", []).append(ratios)
print(json.dumps(found))
