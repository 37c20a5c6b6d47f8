import json

import torch
from networks import Network, Training, begun
from torch import nn
from torch.nn import functional as F

DEPTH = 56
BLOCK = "basic"
SEEDS = 3


def normalise_first(network, norm):
    """Pre-activation blocks: norm and ReLU before each convolution, and none after the addition."""
    for number, block in enumerate(network.named_blocks().values()):
        channels = block.conv1.in_channels
        # What the first block gets is normalised already.
        block.norm1 = nn.BatchNorm2d(channels) if norm == "batch" and number else nn.Identity()
        block.last = nn.Identity()
        block.branch = lambda x, b=block: b.conv2(F.relu(b.norm2(b.conv1(F.relu(b.norm1(x))))))


training, found = Training(), {}
for seed in range(SEEDS):
    images, _ = training.batch(seed)
    for norm in ("batch", "none"):
        network = begun(Network(DEPTH, True, norm == "batch"), seed)
        if BLOCK == "preactivation":
            normalise_first(network, norm)
        stream, branch = [], []
        with torch.no_grad():
            x = network.begin(images)
            for block in network.named_blocks().values():
                stream.append(float(block.carried(x).double().var(correction=0)))
                branch.append(float(block.branch(x).double().var(correction=0)))
                x = block(x)
        found.setdefault(f"stream_{norm}", []).append(stream)
        found.setdefault(f"branch_{norm}", []).append(branch)
print(json.dumps(found))
