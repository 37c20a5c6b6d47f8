"""The yardstick: the networks of a race trained by a straightforward PyTorch script.

What one writes after the tutorials: torchvision transforms on PIL images, a
`DataLoader` with two workers, PyTorch's default settings throughout, one network
after the other, and every number read with `.item()` as it arises. Networks,
images, batch size, number of steps and measured quantities are the race's own,
so that the two times compare like with like.

    python -m benchmarks.baseline EXPERIMENT.json DATA_FOLDER [--without-measuring]

prints one JSON object: seconds (imports not counted), samples, losses.
"""

import json
import sys
from collections.abc import Iterator
from itertools import chain, repeat
from pathlib import Path
from statistics import fmean
from time import perf_counter
from typing import Any

import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms

from resnet_viz.data.catalogue import shape_of
from resnet_viz.data.load import LoadedData, load
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.networks.built import BuiltNetwork
from resnet_viz.networks.registry import build
from resnet_viz.specs import RunSpec

Batch = tuple[Tensor, Tensor]


class Images(Dataset[Any]):
    """Labelled images as torchvision's data sets give them: PIL image → transform → tensor."""

    def __init__(self, images: Tensor, labels: Tensor, transform: transforms.Compose) -> None:
        self.images = images.permute(0, 2, 3, 1).squeeze(-1).numpy()
        self.labels = labels.tolist()
        self.transform = transform

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return self.transform(Image.fromarray(self.images[index])), self.labels[index]


def main(experiment: Experiment, data_folder: Path, measure: bool) -> dict[str, Any]:
    """Train the networks of ``experiment`` one after the other; returns what it took."""
    spec = experiment.run
    start = perf_counter()
    # Full-size images: the script resizes in its transforms, as scripts do.
    data = load(spec.data.but(resolution_px=None), data_folder)
    losses = {}
    cells = experiment.cells()
    for cell in cells:
        torch.manual_seed(cell.seed)
        network = build(cell.run.network, shape_of(spec.data), cell.seed)
        losses[cell.family] = train(network, spec, data, measure)
    samples = len(cells) * spec.train.steps * spec.train.batch_size
    return {"seconds": perf_counter() - start, "samples": samples, "losses": losses}


def train(network: BuiltNetwork, spec: RunSpec, data: LoadedData, measure: bool) -> float:
    """Train one network; returns its mean loss over the last 20 steps."""
    transform = transforms.Compose(
        [
            transforms.Resize(shape_of(spec.data).px),
            transforms.ToTensor(),
            transforms.Normalize(data.mean.tolist(), data.std.tolist()),
        ]
    )
    size = spec.train.batch_size
    train_set = Images(data.train_images, data.train_labels, transform)
    test_set = Images(data.test_images, data.test_labels, transform)
    train_loader = DataLoader(train_set, size, shuffle=True, drop_last=True, num_workers=2)
    test_loader = DataLoader(test_set, size, num_workers=2)

    device = "cuda" if torch.cuda.is_available() and spec.train.device != "cpu" else "cpu"
    network.to(device)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(
        network.parameters(),
        lr=spec.train.learning_rate,
        momentum=spec.train.momentum,
        weight_decay=spec.train.weight_decay,
    )
    weights = [
        network.get_parameter(f"{tap.name}.weight")
        for tap in network.taps
        if tap.kind in ("stem", "conv", "head")
    ]
    probe: Batch | None = None
    history: list[dict[str, Any]] = []
    for step, (images, labels) in zip(range(spec.train.steps), _endless(train_loader), strict=False):
        images, labels = images.to(device), labels.to(device)
        probe = probe or (images, labels)
        network.train()
        optimizer.zero_grad()
        logits = network(images)
        loss = criterion(logits, labels)
        loss.backward()
        row: dict[str, Any] = {"loss": loss.item()}
        if measure:
            row["accuracy"] = (logits.argmax(1) == labels).float().mean().item()
            row["gradients"] = [w.grad.norm().item() for w in weights if w.grad is not None]
            row["weights"] = [w.norm().item() for w in weights]
            before = [w.detach().clone() for w in weights]
        optimizer.step()
        if measure:
            row["updates"] = [(w - b).norm().item() for w, b in zip(weights, before, strict=True)]
            if step % spec.train.probe_every == 0:
                row["flow"] = flow(network, *probe)
            if (step + 1) % spec.train.evaluate_every == 0:
                row["test"] = evaluate(network, test_loader, device)
        history.append(row)
    if not measure:
        evaluate(network, test_loader, device)
    return fmean(row["loss"] for row in history[-20:])


def evaluate(network: BuiltNetwork, loader: DataLoader[Batch], device: str) -> tuple[float, float]:
    """Mean loss and accuracy over the test images."""
    network.eval()
    loss = correct = count = 0.0
    with torch.no_grad():
        for images, labels in loader:
            logits = network(images.to(device))
            loss += nn.functional.cross_entropy(logits, labels.to(device), reduction="sum").item()
            correct += (logits.argmax(1) == labels.to(device)).sum().item()
            count += len(labels)
    return loss / count, correct / count


def flow(network: BuiltNetwork, images: Tensor, labels: Tensor) -> tuple[list[float], list[float]]:
    """Standard deviation of each layer's response and gradient norm at each block's output."""
    responses: list[float] = []
    outputs: list[Tensor] = []

    def keep_response(_module: nn.Module, _inputs: Any, output: Tensor) -> None:
        responses.append(output.std().item())

    def keep_output(_module: nn.Module, _inputs: Any, output: Tensor) -> None:
        output.retain_grad()
        outputs.append(output)

    hooks = [
        network.get_submodule(tap.response).register_forward_hook(keep_response)
        for tap in network.taps
        if tap.response
    ] + [
        network.get_submodule(tap.name).register_forward_hook(keep_output)
        for tap in network.taps
        if tap.kind == "block"
    ]
    network.zero_grad()
    nn.functional.cross_entropy(network(images), labels).backward()
    gradients = [output.grad.norm().item() for output in outputs if output.grad is not None]
    for hook in hooks:
        hook.remove()
    return responses, gradients


def _endless(loader: DataLoader[Batch]) -> Iterator[Batch]:
    return chain.from_iterable(repeat(loader))


if __name__ == "__main__":
    asked = Experiment.from_json(Path(sys.argv[1]).read_text())
    print(json.dumps(main(asked, Path(sys.argv[2]), "--without-measuring" not in sys.argv)))
