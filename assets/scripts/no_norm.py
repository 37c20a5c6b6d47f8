import json

import torch
from networks import Network, Training, begun
from torch import nn

LEARNING_RATE = 0.1
DEPTH = 32
SEEDS = 4
STEPS = 150

training, found = Training(), {}
for seed in range(SEEDS):
    for family in ("residual+no-norm", "residual+no-norm+learned-scale", "residual"):
        network = begun(Network(DEPTH, True, norm=family == "residual"), seed)
        if "learned-scale" in family:
            for block in network.named_blocks().values():
                block.alpha = nn.Parameter(torch.zeros(()))  # every block begins as its skip connection
        run = training.train(network, seed, STEPS, LEARNING_RATE)
        learned = [value for name, value in network.named_parameters() if name.endswith("alpha")]
        scales = [float(alpha.detach().abs()) for alpha in learned]
        found.setdefault(family, []).append(run | {"scales": scales})
print(json.dumps(found))
