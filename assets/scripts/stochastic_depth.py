import json

import torch
from networks import Network, Training, begun, generator

SURVIVAL = 0.5
STEPS = 150
DEPTH = 32
SEEDS = 4
RATE = 0.1


def keep_all(network, step):
    pass


def drop(network, step):
    """Branches are there with a probability that falls from block to block, down to SURVIVAL."""
    blocks = network.named_blocks()
    for number, (name, block) in enumerate(blocks.items(), 1):
        survival = 1 - number / len(blocks) * (1 - SURVIVAL)
        if step is None:  # tested with all of them, each times how often it was there
            block.alpha = survival
        else:
            random = generator(f"{seed} {name}.kept_branch {step}")
            block.alpha = (torch.rand((), generator=random) < survival).float()


training, found = Training(), {}
for seed in range(SEEDS):
    for family, before_step in (("residual", keep_all), ("residual, blocks dropped", drop)):
        network = begun(Network(DEPTH, True), seed)
        run = training.train(network, seed, STEPS, RATE, before_step)
        found.setdefault(family, []).append(run)
print(json.dumps(found))
