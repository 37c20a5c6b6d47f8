"""The whole program: data, batches, network, initial weights, schedule, training, in this order."""

import re
from collections.abc import Mapping
from typing import Any

from resnet_viz.data.catalogue import info, shape_of
from resnet_viz.exports.script.data import batches_code, data_code
from resnet_viz.exports.script.recipe import initial_weights_code, learning_rate_code, optimizer_code
from resnet_viz.networks.source import Source, source_of
from resnet_viz.specs import Device, RunSpec, choices


def equivalent_script(spec: RunSpec, facts: Mapping[str, Any] | None = None) -> str:
    """Python source that trains ``spec`` with PyTorch and NumPy alone and prints its curves as CSV.

    On the same machine and versions of PyTorch its numbers are those of the
    run; ``facts`` of the run give its device and its number of threads.
    """
    known = _trusted(facts or {})
    network = source_of(spec.network, shape_of(spec.data))
    return "".join(
        [
            _head(spec, network, known),
            data_code(spec),
            batches_code(spec),
            network.code,
            initial_weights_code(spec.network),
            _DRAWN if network.draws else "",
            learning_rate_code(spec.train),
            _train(spec, network, known),
        ]
    )


def _trusted(facts: Mapping[str, Any]) -> dict[str, str | int]:
    """The facts that end up in the program; those of an imported run may say anything."""
    known: dict[str, str | int] = {}
    if facts.get("device") in choices(Device):
        known["device"] = facts["device"]
    threads, torch = facts.get("threads"), facts.get("torch")
    if isinstance(threads, int) and 1 <= threads <= 1024:
        known["threads"] = int(threads)
    if isinstance(torch, str) and re.fullmatch(r"[0-9A-Za-z.+_-]{1,40}", torch):
        known["torch"] = torch
    return known


def _head(spec: RunSpec, source: Source, facts: Mapping[str, Any]) -> str:
    network, recipe = spec.network, spec.train
    math = [name for name, used in _math_names(spec, source).items() if used]
    from_math = f"from math import {', '.join(math)}\n" if math else ""
    title = f"{network.role}-{network.depth} on {spec.data.dataset}, {recipe.steps} steps, seed {recipe.seed}"
    version = f"PyTorch {facts['torch']}" if "torch" in facts else "PyTorch"
    return f'''"""{title}.

Trains the network with PyTorch and NumPy alone, to the same numbers as the
recorded run, and prints every measurement as a line "metric,step,value".
The first argument is the data set: an .npz file with train_images uint8
[N, C, H, W], train_labels [N], test_images and test_labels. ResNet Viz has
{_where(spec)}.

    python script.py {spec.data.dataset}.npz

The run was made with {version} on {facts.get("device", recipe.device)}; another version, device
or number of threads rounds differently, and the curves drift apart.
"""

import hashlib
import sys
{from_math}
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

SEED = {recipe.seed}
STEPS = {recipe.steps}
BATCH_SIZE = {recipe.batch_size}
LEARNING_RATE = {recipe.learning_rate!r}
EVALUATE_EVERY = {recipe.evaluate_every}


def generator(name):
    """Random numbers that depend on the name and nothing else."""
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "little")
    return torch.Generator().manual_seed(seed)
'''


def _where(spec: RunSpec) -> str:
    if info(spec.data.dataset).bundled:
        return f"it in assets/data/{spec.data.dataset}.npz"
    return f"it under data/{spec.data.dataset}/ in its home folder, once it was downloaded"


def _math_names(spec: RunSpec, source: Source) -> dict[str, bool]:
    eased = spec.train.schedule in ("cosine", "one-cycle")
    return {"cos": eased, "gcd": "gcd(" in source.code, "isfinite": True, "pi": eased, "sqrt": True}


def _train(spec: RunSpec, source: Source, facts: Mapping[str, Any]) -> str:
    recipe = spec.train
    asked = facts.get("device", recipe.device)
    device = '"cuda" if torch.cuda.is_available() else "cpu"' if asked == "auto" else f'"{asked}"'
    moved = "" if spec.data.augmentation == "none" else "        images = moved(images, step)\n"
    draws, drawn = ("", "") if not source.draws else (f"{_AT_STEP}step)\n", f"{_AT_STEP}None)\n")
    forward = ["logits = network(normalised(images))"]
    if recipe.precision == "bfloat16":
        forward = ["with torch.autocast(device.type, torch.bfloat16):", f"    {forward[0]}"]
    train_forward, test_forward = (
        "".join(f"{' ' * indent}{line}\n" for line in forward) for indent in (8, 12)
    )
    normalises = spec.network.norm == "batch"

    def name(figure: str) -> str:
        return f'f"test/{figure}{{suffix}}"' if normalises else f'"test/{figure}"'

    return f"""

def main():
    torch.set_num_threads({facts.get("threads", 1)})
    device = torch.device({device})
    (images_of, labels_of), test, scale, shift = load(sys.argv[1])
    network = {source.made}
    initialise(network)
    network = network.to(device).to(memory_format=torch.channels_last)
    scale, shift = scale.to(device), shift.to(device)
    optimizer = {optimizer_code(recipe)}

    def normalised(images):  # uint8 (B, H, W, C) -> float32 (B, C, H, W)
        return torch.addcmul(shift, images.to(device).float(), scale).permute(0, 3, 1, 2)

    def report(metric, step, value):
        print(f"{{metric}},{{step}},{{value}}", flush=True)

    @torch.inference_mode()
    def evaluate(step{', suffix=""' if normalises else ""}):
        network.eval()
        loss = correct = torch.zeros((), device=device)
        for images, labels in zip(torch.split(test[0], 250), torch.split(test[1], 250), strict=True):
{test_forward}            labels = labels.to(device)
            loss = loss + F.cross_entropy(logits.float(), labels, reduction="sum")
            correct = correct + (logits.argmax(1) == labels).sum()
        report({name("loss")}, step, float(loss) / len(test[1]))
        report({name("accuracy")}, step, float(correct) / len(test[1]))
{_WITH_NEW_STATISTICS if normalises else ""}
    print("metric,step,value")
    batches = batch_indices(len(labels_of))
    for step in range(STEPS):
        indices = next(batches)
        images, labels = images_of[indices], labels_of[indices].to(device)
{moved}        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step)
        network.train()
        optimizer.zero_grad()
{draws}{train_forward}{drawn}        loss = F.cross_entropy(logits.float(), labels)
        loss.backward()
        optimizer.step()
        report("train/loss", step, loss.item())
        report("train/accuracy", step, (logits.argmax(1) == labels).float().sum().item() / BATCH_SIZE)
        if not isfinite(loss.item()):
            sys.exit(f"At step {{step}} the loss stopped being a number.")
        if step + 1 == STEPS or (step + 1) % EVALUATE_EVERY == 0:
            {"evaluate_with_new_statistics" if normalises else "evaluate"}(step + 1)


if __name__ == "__main__":
    main()
"""


_DRAWN = '''

def leave_out(network, step):
    """Draw what a training step leaves out; None: no step, so nothing is left out."""
    for name, part in network.named_modules():
        if isinstance(part, Kept):
            part.seed = None if step is None else generator(f"{SEED} {name} {step}").initial_seed()
'''
_AT_STEP = "        leave_out(network, "
_WITH_NEW_STATISTICS = """
    def evaluate_with_new_statistics(step):
        \"""Running averages trail behind the weights: the statistics are measured anew, then put back.\"""
        own = {name: buffer.clone() for name, buffer in network.named_buffers()}
        torch.optim.swa_utils.update_bn([normalised(images_of[:256])], network)
        evaluate(step)
        for name, buffer in network.named_buffers():
            buffer.copy_(own[name])
        if step == STEPS:
            evaluate(step, "_running")
"""
