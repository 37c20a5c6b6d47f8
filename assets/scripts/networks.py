"""The networks of ResNet Viz' Lab with their images and their training loop, in plain PyTorch.

The scripts of questions import this file. The arrays of a question lie beside it, in NAME.npz.
"""

import json
import sys
from hashlib import sha256
from math import isfinite, sqrt
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F
from torch.optim.swa_utils import update_bn

DATA = np.load(Path(sys.argv[0]).with_suffix(".npz"))
torch.set_num_threads(1)  # sums round alike on every machine then


class Block(nn.Module):
    """relu(alpha F(x) + x), or without a skip connection relu(alpha F(x)); F is two 3x3 convolutions."""

    def __init__(self, before, after, skip, norm):
        super().__init__()
        self.skip, self.stride, self.extra, self.alpha = skip, after // before, after - before, 1
        self.conv1 = nn.Conv2d(before, after, 3, self.stride, padding=1, bias=not norm)
        self.norm1 = nn.BatchNorm2d(after) if norm else nn.Identity()
        self.conv2 = nn.Conv2d(after, after, 3, padding=1, bias=not norm)
        self.norm2 = nn.BatchNorm2d(after) if norm else nn.Identity()
        self.last = nn.ReLU()

    def branch(self, x):
        return self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))

    def carried(self, x):
        """What the skip connection makes of x: every stride-th pixel; new channels are zero."""
        if self.stride == 1:
            return x
        return F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.extra))

    def total(self, branch, x):
        return branch + self.carried(x) if self.skip else branch

    def forward(self, x):
        return self.last(self.total(self.alpha * self.branch(x), x))


class Network(nn.Module):
    """He et al. 2015, section 4.2: a stem, three stages of blocks, and a classifier; depth 6n + 2."""

    def __init__(self, depth, skip, norm=True, width=8, channels=1, classes=10):
        super().__init__()
        self.stem = nn.Conv2d(channels, width, 3, padding=1, bias=not norm)
        self.stem_norm = nn.BatchNorm2d(width) if norm else nn.Identity()
        before = width
        for stage, after in ((1, width), (2, 2 * width), (3, 4 * width)):
            blocks = nn.Sequential()
            for number in range((depth - 2) // 6):
                blocks.add_module(f"block{number + 1}", Block(before, after, skip, norm))
                before = after
            self.add_module(f"stage{stage}", blocks)
        self.head = nn.Linear(before, classes)

    def named_blocks(self):
        return {name: block for name, block in self.named_modules() if isinstance(block, Block)}

    def begin(self, x):
        return F.relu(self.stem_norm(self.stem(x)))

    def end(self, x):
        return self.head(F.adaptive_avg_pool2d(x, 1).flatten(1))

    def forward(self, x):
        return self.end(self.stage3(self.stage2(self.stage1(self.begin(x)))))


def generator(text):
    """Random numbers for one purpose."""
    return torch.Generator().manual_seed(int.from_bytes(sha256(text.encode()).digest()[:4], "little"))


@torch.no_grad()
def begun(network, seed, init="he"):
    """The network with the first weights of a seed, as He or as PyTorch draws them."""
    for path, layer in network.named_modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            fan_in, he = layer.weight[0].numel(), init == "he" and isinstance(layer, nn.Conv2d)
            for name, values in layer.named_parameters():
                if he and name == "bias":
                    values.zero_()
                elif he:
                    values.normal_(0, sqrt(2 / fan_in), generator=generator(f"{seed}/{path}.{name}"))
                else:
                    bound = 1 / sqrt(fan_in)
                    values.uniform_(-bound, bound, generator=generator(f"{seed}/{path}.{name}"))
    return network


def images_of(part, count=None, px=14):
    """The first images of "train" or "test", not normalised, and their labels."""
    images = torch.from_numpy(DATA[f"{part}_images"][:count]).float()
    if images.shape[-1] != px:
        images = F.interpolate(images, size=(px, px), mode="bilinear", antialias=True).round().clamp(0, 255)
    return images, torch.from_numpy(DATA[f"{part}_labels"][:count]).long()


# Trained networks.


def pair(weights="trained"):
    """The networks by their type, trained or as before their training, to be evaluated."""
    networks = {}
    for family, shape, seed, init in json.loads(str(DATA["networks"])):
        network = networks[family] = Network(**shape).requires_grad_(False)
        if weights == "trained":
            kept = {name: torch.from_numpy(DATA[f"{family}/{name}"]) for name in network.state_dict()}
            network.load_state_dict(kept)
        else:
            update_bn([pair_images("train", 256)[0]], begun(network, seed, init))
        network.eval()
    return networks


def pair_images(part, count):
    """Images as the networks of `pair` want them, and their labels."""
    images, labels = images_of(part, count, int(DATA["px"]))
    mean, std = (torch.from_numpy(DATA[name]).view(-1, 1, 1) for name in ("mean", "std"))
    return (images / 255 - mean) / std, labels


# Networks before and in training.


class Training:
    """The images that networks are trained on."""

    def __init__(self):
        self.images, self.labels = images_of("train")
        mean = self.images.double().mean()
        std = (self.images.double().square().mean() - mean.square()).sqrt()
        self.mean, self.std = ((value / 255).float().double() for value in (mean, std))

    def normalised(self, images):
        shift, scale = (-self.mean / self.std).float(), (1 / (255 * self.std)).float()
        rows = torch.addcmul(shift, images.flatten(1), scale)
        return rows.view(-1, *images.shape[2:], 1).permute(0, 3, 1, 2)  # channels last, as in the app

    def batch(self, seed, step=0, size=64):
        """Images and labels of one step of a seed."""
        epoch, place = divmod(step, len(self.labels) // size)
        order = torch.randperm(len(self.labels), generator=generator(f"{seed} order {epoch}"))
        chosen = order[place * size : (place + 1) * size]
        return self.normalised(self.images[chosen]), self.labels[chosen]

    def train(self, network, seed, steps, rate, before_step=lambda network, step: None):
        """The losses of all steps, and the test accuracy with the statistics of the last weights.

        ``before_step`` is told of each step, and None before the test.
        """
        network.to(memory_format=torch.channels_last).train()
        optimizer = torch.optim.SGD(network.parameters(), rate, momentum=0.9, weight_decay=1e-4, fused=True)
        losses = []
        for step in range(steps):
            images, labels = self.batch(seed, step)
            before_step(network, step)
            loss = F.cross_entropy(network(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(float(loss.detach()))
            if not isfinite(losses[-1]):
                return {"losses": losses, "accuracy": None}
        before_step(network, None)
        with torch.no_grad():
            if any(isinstance(module, nn.BatchNorm2d) for module in network.modules()):
                update_bn([self.normalised(self.images[:256])], network)
            images, labels = images_of("test")
            network.eval()
            said = torch.cat([network(self.normalised(part)).argmax(1) for part in images.split(250)])
        return {"losses": losses, "accuracy": float((said == labels).double().mean())}
