import json
from math import isfinite, nan

import torch
from networks import pair, pair_images

WEIGHTS = "trained"
IMAGES = 500


def norm(maps):
    return maps.flatten(1).norm(dim=1)


images, _ = pair_images("test", IMAGES)
found = {}
for family, network in pair(WEIGHTS).items():
    x = network.begin(images)
    for block in network.named_blocks().values():
        total = block.total(block.branch(x), x)
        s = block.carried(x) if block.skip else torch.zeros_like(total)
        f, s, before, after = (maps.double() for maps in (total - s, s, x, block(x)))
        by_channel = [maps.transpose(0, 1).flatten(1).var(1, correction=0) for maps in (f, s)]
        values = {
            "response": f.std(correction=0),
            "branch": (norm(f) / norm(s)).mean(),
            "variance": (by_channel[0].mean() / by_channel[1].mean()),
        }
        if before.shape == after.shape:
            apart = before.flatten(1) / norm(before)[:, None] - after.flatten(1) / norm(after)[:, None]
            values["change"] = (norm(after - before) / norm(before)).nanmean()
            values["influence"] = (apart.square().sum(1) / 2).nanmean()
        for name in ("influence", "change", "branch", "variance", "response"):
            value = float(values.get(name, nan))
            found.setdefault(f"{name}_{family}", []).append(value if isfinite(value) else nan)
        x = block(x)
print(json.dumps(found))
