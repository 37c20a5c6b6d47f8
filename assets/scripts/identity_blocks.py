import json

import torch
from networks import Network, generator, pair, pair_images
from torch import nn

DEPTH = 56
SEEDS = 3
IMAGES = 500


def as_it_normalised(norm, inputs, output):
    if norm.training:  # it divided by the variance of the batch, and keeps an estimate of that of all images
        norm.running_var.mul_(1 - inputs[0].shape[1] / inputs[0].numel())


def hand_on(norm, variance, mean):  # a norm that undoes its own normalisation
    own = {"running_mean": mean, "running_var": variance, "bias": mean}
    norm.load_state_dict(norm.state_dict() | own | {"weight": (variance + norm.eps).sqrt()})
    norm.register_forward_hook(as_it_normalised)
    norm.momentum = 1.0


(images, _), (test, labels) = pair_images("train", 128), pair_images("test", IMAGES)
network, *_ = pair().values()
width, has_norms = network.stem.out_channels, network.stem.bias is None
shape = {"width": width, "channels": images.shape[1], "classes": network.head.out_features}
long = Network(DEPTH, False, has_norms, **shape).eval().requires_grad_(False)
long.load_state_dict(long.state_dict() | network.state_dict())
x, convolutions, norms = long.begin(images), {}, []
for name, block in long.named_blocks().items():
    if name in network.named_blocks():
        x = block(x)
        continue
    variance, mean = torch.var_mean(x, (0, 2, 3), correction=0)
    for number, conv, norm in ((1, block.conv1, block.norm1), (2, block.conv2, block.norm2)):
        convolutions[f"{name}.conv{number}"] = nn.init.dirac_(conv.weight)
        if has_norms:
            hand_on(norm, variance, mean)
            norms.append(norm)
        else:
            nn.init.zeros_(conv.bias)
logits, same = network(test), long(test)
found = {"whole": float((logits.argmax(1) != labels).double().mean()), "errors": []}
found |= {"difference": float((logits - same).abs().max()), "largest": float(logits.abs().max())}
for seed in range(SEEDS):
    found["errors"].append([])
    for deviation in (0.0, 0.03, 0.1, 0.2, 0.3, 0.5, 1.0):
        for name, weight in convolutions.items():
            noise = torch.randn(weight.shape, generator=generator(f"{seed}/{name}"))
            nn.init.dirac_(weight).add_(deviation * (2 / weight[0].numel()) ** 0.5 * noise)
        for norm in norms:
            norm.train()
        long(images)
        found["errors"][seed].append(float((long.eval()(test).argmax(1) != labels).double().mean()))
print(json.dumps(found))
