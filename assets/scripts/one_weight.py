import json

import torch
from networks import pair, pair_images
from torch import nn
from torch.nn import functional as F

REACH = 1.0
IMAGES = 256

images, labels = pair_images("train", IMAGES)
moves = torch.linspace(-REACH, REACH, 25, dtype=torch.float64).tolist()
found = {"moves": moves}
for family, network in pair().items():
    layers = [layer for layer in network.modules() if isinstance(layer, nn.Conv2d)]
    slopes, losses = [], []
    for layer in (layers[0], layers[len(layers) // 2], layers[-1]):
        weight = layer.weight.requires_grad_()
        (gradient,) = torch.autograd.grad(F.cross_entropy(network(images), labels), weight)
        flat, at = weight.requires_grad_(False).view(-1), int(weight.abs().argmax())
        unit = float(weight[at // weight[0].numel()].double().norm())  # that of its filter
        value = float(flat[at])
        slopes.append(float(gradient.flatten()[at]) * unit)
        losses.append([])
        for move in moves:
            flat[at] = value + move * unit
            losses[-1].append(float(F.cross_entropy(network(images), labels)))
        flat[at] = value
    found |= {f"losses_{family}": losses, f"slopes_{family}": slopes}
print(json.dumps(found))
