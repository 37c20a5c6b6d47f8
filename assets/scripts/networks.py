"""The networks of ResNet Viz' Lab with their images and their training loop, in plain PyTorch.

The scripts of questions import this file. The arrays of a question lie beside it, in NAME.npz.
"""

import json
import sys
from copy import deepcopy
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

    def __init__(self, before, after, skip, norm, activation=F.relu):
        super().__init__()
        self.skip, self.stride, self.extra, self.alpha = skip, after // before, after - before, 1
        self.conv1 = nn.Conv2d(before, after, 3, self.stride, padding=1, bias=not norm)
        self.norm1 = nn.BatchNorm2d(after) if norm else nn.Identity()
        self.conv2 = nn.Conv2d(after, after, 3, padding=1, bias=not norm)
        self.norm2 = nn.BatchNorm2d(after) if norm else nn.Identity()
        self.inner = self.last = activation

    def branch(self, x):
        return self.norm2(self.conv2(self.inner(self.norm1(self.conv1(x)))))

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

    def __init__(self, depth, skip, norm=True, width=8, channels=1, classes=10, activation=F.relu):
        super().__init__()
        self.activation = activation
        self.stem = nn.Conv2d(channels, width, 3, padding=1, bias=not norm)
        self.stem_norm = nn.BatchNorm2d(width) if norm else nn.Identity()
        before = width
        for stage, after in ((1, width), (2, 2 * width), (3, 4 * width)):
            blocks = nn.Sequential()
            for number in range((depth - 2) // 6):
                blocks.add_module(f"block{number + 1}", Block(before, after, skip, norm, activation))
                before = after
            self.add_module(f"stage{stage}", blocks)
        self.head = nn.Linear(before, classes)

    def named_blocks(self):
        return {name: block for name, block in self.named_modules() if isinstance(block, Block)}

    def begin(self, x):
        return self.activation(self.stem_norm(self.stem(x)))

    def end(self, x):
        return self.head(F.adaptive_avg_pool2d(x, 1).flatten(1))

    def forward(self, x):
        return self.end(self.stage3(self.stage2(self.stage1(self.begin(x)))))


def generator(text):
    """Random numbers for one purpose."""
    return torch.Generator().manual_seed(int.from_bytes(sha256(text.encode()).digest()[:4], "little"))


@torch.no_grad()
def begun(network, seed, init="he"):
    """The network with the first weights of a seed: "he", "pytorch" (its default) or "delta-orthogonal"."""
    for path, layer in network.named_modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            fan_in, kind = layer.weight[0].numel(), init if isinstance(layer, nn.Conv2d) else "pytorch"
            for name, values in layer.named_parameters():
                random = generator(f"{seed}/{path}.{name}")
                if kind == "pytorch":
                    values.uniform_(-1 / sqrt(fan_in), 1 / sqrt(fan_in), generator=random)
                elif name == "bias":
                    values.zero_()
                elif kind == "he":
                    values.normal_(0, sqrt(2 / fan_in), generator=random)
                else:  # zero but in the middle, which is orthogonal: Xiao et al. 2018, section 2.3
                    middle = nn.init.orthogonal_(torch.empty(values.shape[:2]), generator=random)
                    values.zero_()[:, :, 1, 1] = middle
    return network


def error_of(network, images, labels):
    """Share of the images that do not get their label."""
    wrong = 0
    for some, right in zip(images.split(100), labels.split(100), strict=True):
        wrong += int((network(some).argmax(1) != right).sum())
    return wrong / len(labels)


def places(count, seed, step, size):
    """Which of so many images are the batch of one step of a seed."""
    epoch, place = divmod(step, count // size)
    order = torch.randperm(count, generator=generator(f"{seed} order {epoch}"))
    return order[place * size : (place + 1) * size]


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


def deeper(network, depth):
    """One with more blocks, and the names of those, in which F = 0; else its weights are the same."""
    shape = network.stem.out_channels, network.stem.in_channels, network.head.out_features
    long = Network(depth, network.stage1.block1.skip, network.stem.bias is None, *shape)
    added = [name for name in long.named_blocks() if name not in network.named_blocks()]
    long.requires_grad_(False).load_state_dict(long.state_dict() | network.state_dict())
    for name in added:
        for conv in (long.get_submodule(f"{name}.conv1"), long.get_submodule(f"{name}.conv2")):
            for values in conv.parameters():
                values.zero_()
    return long.eval(), added


def measure_norms(network, blocks, images):
    """The network, with the statistics that the images give the norms in some of its blocks."""

    def as_it_normalised(norm, inputs, output):  # by the variance of these images, not by an estimate of it
        norm.running_var.mul_(1 - inputs[0].shape[1] / inputs[0].numel())

    inside = [module for name in blocks for module in network.get_submodule(name).modules()]
    norms = [module.train() for module in inside if isinstance(module, nn.BatchNorm2d)]
    hooks = [norm.register_forward_hook(as_it_normalised) for norm in norms]
    for norm in norms:
        norm.momentum = 1.0
    network(images)
    for hook in hooks:
        hook.remove()
    return network.eval()


def train_on(network, images, labels, seed, steps):
    """The network after some more steps, with the statistics of its last weights.

    The images are those of a larger set that these steps draw.
    """
    network = deepcopy(network).requires_grad_(True).train()
    optimizer = torch.optim.SGD(network.parameters(), 0.02, momentum=0.9)
    here = torch.from_numpy(DATA["train_places"])
    for step in range(steps):
        drawn = places(int(DATA["train_count"]), seed, step, 32)
        if not torch.isin(drawn, here).all():
            sys.exit("Only the images of the seeds and steps that were asked for are here.")
        chosen = torch.searchsorted(here, drawn)
        loss = F.cross_entropy(network(images[chosen]), labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    update_bn([images[:256]], network.requires_grad_(False))
    return network.eval()


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
        chosen = places(len(self.labels), seed, step, size)
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
