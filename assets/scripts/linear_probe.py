import json

import numpy as np
import torch
from networks import pair, pair_images
from torch.nn import functional as F

WEIGHTS = "trained"
GRID = 1
IMAGES = 3000


def features(network, images):
    """What each block puts out, averaged over GRID x GRID parts of the map; and at last the logits."""
    parts = []
    for some in images.split(500):
        maps = [network.begin(some)]
        for block in network.named_blocks().values():
            maps.append(block(maps[-1]))
        pooled = [F.adaptive_avg_pool2d(one, GRID).flatten(1).double() for one in maps]
        parts.append([*pooled, network.end(maps[-1])])
    return [torch.cat(part).numpy() for part in zip(*parts, strict=True)]


def predicted(train, test, labels):
    """Ridge regression onto the classes; its strength by generalised cross-validation."""
    deviation, count = np.where(train.std(0) > 0, train.std(0), 1.0), len(train)
    z, at = (train - train.mean(0)) / deviation, (test - train.mean(0)) / deviation
    spread, directions = np.linalg.eigh(z.T @ z / count)
    spread, y = spread.clip(min=0), np.eye(labels.max() + 1)[labels]
    along = directions.T @ (z.T @ (y - y.mean(0)) / count)
    squares, errors = np.square(along).sum(1), {}
    for strength in (10.0**power for power in range(-6, 2)):
        kept = spread + strength
        left = np.square(y - y.mean(0)).sum() / count - 2 * (squares / kept).sum()
        left += (spread * squares / kept**2).sum()
        errors[strength] = left / (1 - (1 + (spread / kept).sum()) / count) ** 2
    weights = directions @ (along / (spread + min(errors, key=errors.get))[:, None])
    return (at @ weights + y.mean(0)).argmax(1)


(images, labels), (test, right) = pair_images("train", IMAGES), pair_images("test", 1000)
labels, right, random, found = labels.numpy(), right.numpy(), np.random.default_rng(0), {}
shuffled = [random.permutation(labels) for _ in range(20)]
for family, network in pair(WEIGHTS).items():
    (*trained, _), (*tested, logits) = features(network, images), features(network, test)
    sites = list(zip(trained, tested, strict=True))
    agrees = np.array([predicted(*site, labels) for site in sites]) == logits.argmax(1)
    found[f"known_{family}"] = np.logical_and.accumulate(agrees[::-1])[::-1].mean(1).tolist()
    found[f"accuracy_{family}"] = [float((predicted(*site, labels) == right).mean()) for site in sites]
    controls = [[predicted(*site, given) == right for site in sites] for given in shuffled]
    found[f"control_{family}"] = np.mean(controls, axis=2).tolist()
print(json.dumps(found))
