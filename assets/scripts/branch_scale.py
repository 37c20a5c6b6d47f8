import json

import torch
from networks import Network, Training, begun
from torch.nn import functional as F

DEPTH = 56
SEEDS = 3

training, found = Training(), {}
for seed in range(SEEDS):
    images, labels = training.batch(seed)
    for beta in (0.0, 0.5, 1.0):
        moved = []
        for depth in (8, 20, 32, 56, 110):
            network = begun(Network(depth, True, norm=False), seed)
            blocks = network.named_blocks().values()
            points = [network.begin(images)]
            alone = points[0].detach()  # what the skip connections would make of it without branches
            for block in blocks:
                block.alpha = len(blocks) ** -beta
                alone = F.relu(block.carried(alone))
                points.append(block(points[-1]))
            loss = F.cross_entropy(network.end(points[-1]), labels)
            gradients = torch.autograd.grad(loss, points)
            distance = (points[-1].detach() - alone).double().norm()
            moved.append(float(distance / alone.double().norm()))
            if depth == DEPTH:
                sizes = [point.detach().double().square().sum(1).mean().sqrt() for point in points]
                norms = [gradient.double().norm() for gradient in gradients]
                growth = [float(size / sizes[0]) for size in sizes]
                found.setdefault(f"growth_{beta}", []).append(growth)
                backward = [float(norm / norms[-1]) for norm in norms]
                found.setdefault(f"gradient_{beta}", []).append(backward)
        found.setdefault(f"moved_{beta}", []).append(moved)
print(json.dumps(found))
