import json
from collections import OrderedDict

import torch
from networks import Network, Training, begun, generator
from torch import nn
from torch.nn import functional as F

LEARNING_RATE = 0.1
DEPTH = 20
SEEDS = 3
STEPS = 100


def gated(block, f, x, both):
    gate = torch.sigmoid(block.gate(F.avg_pool2d(x, 1, block.stride)))  # every stride-th pixel
    return (f * gate if both else f) + block.carried(x) * (1 - gate)


def dropped(block, f, x):  # tested with all values, each times how often it was there
    kept = 0.5 if block.random is None else torch.rand(f.shape, generator=block.random) < 0.5
    return f + block.carried(x) * kept


SUMS = {
    "residual": lambda block, f, x: f + block.carried(x),
    "residual+half-shortcut": lambda block, f, x: f + block.carried(x) * 0.5,
    "residual+all-projection": lambda block, f, x: f + block.shortcut(F.avg_pool2d(x, 1, block.stride)),
    "residual+shortcut-gate": lambda block, f, x: gated(block, f, x, both=False),
    "residual+exclusive-gate": lambda block, f, x: gated(block, f, x, both=True),
    "residual+dropout-shortcut": dropped,
}


def before_step(network, step):
    for name, block in network.named_blocks().items():
        block.random = None if step is None else generator(f"{seed} {name}.kept_shortcut {step}")


training, found = Training(), {}
for seed in range(SEEDS):
    for family, total in SUMS.items():
        network = Network(DEPTH, True)
        for block in network.named_blocks().values():
            channels = block.conv1.in_channels, block.conv1.out_channels
            block.total = lambda f, x, block=block, total=total: total(block, f, x)
            if "projection" in family:
                parts = {"conv": nn.Conv2d(*channels, 1, bias=False), "norm": nn.BatchNorm2d(channels[1])}
                block.shortcut = nn.Sequential(OrderedDict(parts))
            if "gate" in family:
                block.gate = nn.Conv2d(*channels, 1)
        for name, values in begun(network, seed).named_parameters():
            if name.endswith("gate.bias"):
                nn.init.constant_(values, -6.0)  # open: x passes as it is
        found.setdefault(family, []).append(training.train(network, seed, STEPS, LEARNING_RATE, before_step))
print(json.dumps(found))
