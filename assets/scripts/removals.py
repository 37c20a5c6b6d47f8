import json

import numpy as np
import torch
from networks import error_of, pair, pair_images
from torch import nn

CHANGE = "deleted"
DRAWS = 3
IMAGES = 500


def steps_of(stages, random):
    """What is done first, second, ...: places, and what stands there then."""
    places = [(stage, number) for stage in stages for number in range(1, len(stage))]
    if CHANGE == "deleted":
        return [[(*places[at], nn.Identity())] for at in random.permutation(len(places))]
    steps = []
    for stage in stages:
        mixed = (1 + random.permutation(len(stage) - 1)).tolist()
        pairs = zip(mixed[::2], mixed[1::2], strict=False)
        steps += [[(stage, a, stage[b]), (stage, b, stage[a])] for a, b in pairs]
    return [steps[at] for at in random.permutation(len(steps))]


test = pair_images("test", IMAGES)
found = {}
with torch.inference_mode():
    for family, network in pair().items():
        stages, errors = (network.stage1, network.stage2, network.stage3), []
        for draw in range(DRAWS):
            steps = steps_of(stages, np.random.default_rng([0, draw]))
            counts = np.unique([0, *np.linspace(1, len(steps), min(len(steps), 8)).round()]).astype(int)
            errors.append([])
            for count in counts:
                before = [(stage, number, block) for stage in stages for number, block in enumerate(stage)]
                for stage, number, block in [change for step in steps[:count] for change in step]:
                    stage[number] = block
                errors[draw].append(error_of(network, *test))
                for stage, number, block in before:
                    stage[number] = block
        found |= {f"counts_{family}": counts.tolist(), f"errors_{family}": errors}
print(json.dumps(found))
