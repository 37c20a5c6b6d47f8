import json
from math import comb

import numpy as np
import torch
from networks import pair, pair_images
from torch.nn import functional as F

WEIGHTS = "trained"
IMAGES = 64


def back(output, x, gradient):
    return torch.autograd.grad(output, x, gradient, retain_graph=True)[0]


def norm(gradient):
    return float(gradient.double().flatten(1).norm(dim=1).mean())


images, labels = pair_images("test", IMAGES)
(network,) = pair(WEIGHTS).values()
start = network.begin(images.requires_grad_())
x, ways = start.detach(), []  # back through each block by its branch, or by its skip connection
for block in network.named_blocks().values():
    x.requires_grad_()
    by_branch = F.relu(block.total(block.branch(x), x.detach()))
    by_skip = F.relu(block.total(block.branch(x).detach(), x))
    ways.append((x, by_branch, by_skip))
    x = by_skip.detach()
loss = F.cross_entropy(network.end(x.requires_grad_()), labels, reduction="sum")
(end,) = torch.autograd.grad(loss, x)

sums = [end]  # of the gradients through all paths of length 0, 1, ...
for x, by_branch, by_skip in reversed(ways):
    same = [back(by_skip, x, gradient) for gradient in sums]
    more = [back(by_branch, x, gradient) for gradient in sums]
    sums = [same[0], *(a + b for a, b in zip(same[1:], more[:-1], strict=True)), more[-1]]
sums = [back(start, images, gradient) for gradient in sums]
whole = sum(sums).double().flatten(1)
shares = [(g.double().flatten(1) * whole).sum(1) / whole.square().sum(1) for g in sums]
norms, random = [], np.random.default_rng(0)
for draw in range(10):
    norms.append([])
    for length in range(len(ways) + 1):
        chosen, gradient = set(random.permutation(len(ways))[:length].tolist()), end
        for at in reversed(range(len(ways))):
            x, by_branch, by_skip = ways[at]
            gradient = back(by_branch if at in chosen else by_skip, x, gradient)
        norms[draw].append(norm(back(start, images, gradient)))
found = {"counts": [comb(len(ways), length) for length in range(len(ways) + 1)], "norms": norms}
found |= {"shares": [float(s.nanmean()) for s in shares], "summed": [norm(g) for g in sums]}
print(json.dumps(found | {"whole": norm(whole)}))
