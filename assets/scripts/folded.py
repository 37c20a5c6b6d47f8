import json

import torch
from networks import pair, pair_images
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

IMAGES = 64


def fused(conv, norm):
    return fuse_conv_bn_eval(conv, norm) if isinstance(norm, nn.BatchNorm2d) else conv


def empty(before, after, stride=1):
    conv = nn.Conv2d(before, after, 3, stride, padding=1, dtype=torch.float64).requires_grad_(False)
    nn.init.zeros_(conv.weight)
    return conv


def plain(network):
    """Convolutions and ReLUs that compute the same: they carry x beside their own channels and add it."""
    layers = [fused(network.stem, network.stem_norm), nn.ReLU()]
    for block in network.named_blocks().values():
        first, last = fused(block.conv1, block.norm1), fused(block.conv2, block.norm2)
        x, y = first.in_channels, first.out_channels
        wide, narrow = empty(x, y + x, block.stride), empty(y + x, y)
        nn.init.zeros_(wide.bias)
        wide.weight[:y], wide.bias[:y] = first.weight, first.bias
        wide.weight[y:, :, 1, 1] = torch.eye(x)
        narrow.weight[:, :y], narrow.bias[:] = last.weight, last.bias
        narrow.weight[:, y:, 1, 1] = torch.eye(y, x)
        layers += [wide, nn.ReLU(), narrow, nn.ReLU()]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), network.head)


images, _ = pair_images("test", IMAGES)
(network,) = pair().values()
logits = network(images)
exact = network.double()(images.double())
folded = plain(network)
in_double = (exact - folded(images.double())).abs().max()
same = folded.float()(images)
found = {"difference": float((logits - same).abs().max()), "difference_double": float(in_double)}
found["largest"] = float(logits.abs().max())
found["same_class"] = float((logits.argmax(1) == same.argmax(1)).double().mean())
found["parameters"] = [sum(p.numel() for p in one.parameters()) for one in (network, folded)]
print(json.dumps(found | {"logits": [logits.tolist(), same.tolist()]}))
