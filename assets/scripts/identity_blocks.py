import json
from copy import deepcopy

import torch
from networks import deeper, error_of, generator, measure_norms, pair, pair_images, train_on

DEPTH = 56
SEEDS = 3
IMAGES = 500
STEPS = 10


def lengthened(network):
    """A deeper network that computes the same, and the names of its added blocks; a branch of F = 0 does."""
    long, added = deeper(network, DEPTH)
    x = long.begin(few)
    for name, block in long.named_blocks().items():
        if block.skip or name not in added:
            x = block(x)
            continue
        var, mean = torch.var_mean(x, (0, 2, 3), correction=0)
        own = {"running_mean": mean, "running_var": var, "bias": mean, "weight": (var + 1e-5).sqrt()}
        for conv, norm in ((block.conv1, block.norm1), (block.conv2, block.norm2)):
            torch.nn.init.dirac_(conv.weight)
            norm.load_state_dict(own, strict=False)  # where there is one, it undoes what it does
    return long, added


def noisy(long, added, noise):
    """Noise on the added kernels, at 1 as large as He's first weights; residual branches of such a size."""
    network = deepcopy(long)
    for name in added:
        block = network.get_submodule(name)
        for kind, weight in (("conv1", block.conv1.weight), ("conv2", block.conv2.weight)):
            he = (2 / weight[0].numel()) ** 0.5
            drawn = torch.randn(weight.shape, generator=generator(f"{seed}/{name}.{kind}"))
            weight.copy_(he * drawn if block.skip else weight + noise * he * drawn)
        if block.skip:
            (block.norm2 if block.conv2.bias is None else block.conv2).weight.mul_(noise)
    return measure_norms(network, added, few)


(images, labels), test, networks = pair_images("train", None), pair_images("test", IMAGES), pair()
few, (plain, *_), blocks = images[:128], networks, (DEPTH - 2) // 2
longer = {name: lengthened(one) for name, one in networks.items() if len(one.named_blocks()) < blocks}
logits, same = networks[plain](test[0]), longer[plain][0](test[0])
found = {"whole": error_of(networks[plain], *test), "errors": []}
found |= {"difference": float((logits - same).abs().max()), "largest": float(logits.abs().max())}
for seed in range(SEEDS):
    noises = (0.0, 0.03, 0.1, 0.2, 0.3, 0.5, 1.0)
    found["errors"].append([error_of(noisy(*longer[plain], noise), *test) for noise in noises])
    for name, (long, added) in longer.items():
        changed = noisy(long, added, 0.5)
        after = train_on(changed, images, labels, seed, STEPS)
        found.setdefault(f"kept_{name}", []).append([error_of(one, *test) for one in (long, changed, after)])
print(json.dumps(found))
