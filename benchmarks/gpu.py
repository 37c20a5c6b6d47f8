"""On a GPU: plain and residual networks on images of CIFAR-10's shape, batch 128, at depth 56 and 110.

And how long the recipe of He et al. 2015 would take at depth 20, from some thousand of its steps.

The yardstick is a straightforward eager loop: images on the device, PyTorch's default settings, the loss
read at every step, nothing else measured. The race measures every layer at every step.

    python -m benchmarks.gpu ROLE DEPTH

is one network of a pair in a process of its own: it gets ready, says so, waits for a line and prints the
seconds of a step.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal
from unittest.mock import patch

import torch
from torch import nn

from benchmarks.result import Aim, Bench, Result
from resnet_viz.data.batches import BatchOrder, DeviceData
from resnet_viz.data.catalogue import info, shape_of
from resnet_viz.data.load import LoadedData
from resnet_viz.networks.registry import build
from resnet_viz.specs import DataSpec, NetworkSpec, Precision, RunSpec, TrainSpec
from resnet_viz.training.capture import Captures
from resnet_viz.training.device import has_fast_bfloat16
from resnet_viz.training.trainer import Trainer

Role = Literal["plain", "residual"]

_ROLES: Final[tuple[Role, Role]] = ("plain", "residual")
_DEVICE: Final = torch.device("cuda")
_WARM_UP_STEPS: Final = 20
_STEPS: Final = 200
_EAGER_STEPS: Final = 100
_RECIPE_STEPS: Final = 3000
_BATCH: Final = 128
_PROBE_EVERY: Final = 50  # the paper presets'


def on_gpu(repetitions: int, folder: Path) -> Iterator[Result]:
    """Of both depths the pair against the eager loop; of depth 56 what a step is made of; the recipe."""
    data = _random_cifar10()
    for depth in (56, 110):
        yield from _pair(depth, data, repetitions)
    for role in _ROLES:
        yield from _one(role, data, repetitions, folder)
    yield from _recipe(data, repetitions, folder)


def _pair(depth: int, data: LoadedData, repetitions: int) -> Iterator[Result]:
    pair = Result(f"depth {depth}: pair in two processes", "samples/s")
    eager = Result(f"depth {depth}: eager loop", "samples/s")
    ratio = Result(f"depth {depth}: pair ÷ eager loop", "×", aim=Aim("≥", 5))
    for _ in range(repetitions):
        pair_s = _pair_step_s(depth)
        eager_s = sum(_eager_step_s(_spec(role, depth), data) for role in _ROLES)
        pair.values.append(2 * _BATCH / pair_s)
        eager.values.append(2 * _BATCH / eager_s)
        ratio.values.append(eager_s / pair_s)
    yield from (pair, eager, ratio)


def _one(role: Role, data: LoadedData, repetitions: int, folder: Path) -> Iterator[Result]:
    spec = _spec(role, 56)
    replayed, launched = Result(f"{role}-56: step", "ms"), Result(f"{role}-56: step launched", "ms")
    replays = Result(f"{role}-56: replayed ÷ launched one by one", "×")
    overhead = Result(f"{role}-56: extra time for measuring", "%", aim=Aim("≤", 3))
    probes = Result(f"{role}-56: extra time for probes", "%", aim=Aim("≤", 3))
    idle = Result(f"{role}-56: host idle", "%", aim=Aim("≥", 80))
    first = Result(f"{role}-56: first point, process warm", "s", aim=Aim("≤", 2))
    memory = Result(f"{role}-56: memory held at most", "GiB")
    reduced = Result(f"{role}-56: step, bfloat16", "ms")
    for _ in range(repetitions):
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
        begun = time.perf_counter()
        trainer = Trainer(spec, data, folder)
        trainer.update()
        trainer.drain()
        first.values.append(time.perf_counter() - begun)
        step_s, idle_share = _step(trainer)
        memory.values.append(torch.cuda.max_memory_reserved() / 2**30)
        replayed.values.append(step_s * 1000)
        idle.values.append(idle_share * 100)
        probe_s = _probe_s(trainer)
        probes.values.append(probe_s / (_PROBE_EVERY * step_s) * 100)
        del trainer
        with patch("resnet_viz.training.trainer.profile_rows", lambda _steps: frozenset()):
            bare_s, _idle = _step(Trainer(spec, data, folder))
        overhead.values.append((step_s / bare_s - 1) * 100)
        launched_s, _idle = _step(Trainer(spec, data, folder, Captures(None)))
        launched.values.append(launched_s * 1000)
        replays.values.append(launched_s / step_s)
        if has_fast_bfloat16(_DEVICE):
            half_s, _idle = _step(Trainer(_spec(role, 56, "bfloat16"), data, folder))
            reduced.values.append(half_s * 1000)
    results = (replayed, launched, replays, overhead, probes, idle, first, memory, reduced)
    yield from (result for result in results if result.values)


def _recipe(data: LoadedData, repetitions: int, folder: Path) -> Iterator[Result]:
    rate = Result("residual-20: the paper's recipe", "samples/s")
    whole = Result("residual-20: all 64,000 steps of it", "h")
    spec = _spec("residual", 20)
    recipe = spec.train.but(steps=64_000, schedule="step", evaluate_every=1000, probe_every=1000)
    for _ in range(repetitions):
        step_s, _idle = _step(Trainer(spec.but(train=recipe), data, folder), _RECIPE_STEPS)
        rate.values.append(_BATCH / step_s)
        whole.values.append(recipe.steps * step_s / 3600)
    yield from (rate, whole)


def _spec(role: Role, depth: int, precision: Precision = "float32") -> RunSpec:
    # Up to 1,000 steps every layer is measured at every one.
    train = TrainSpec(
        steps=1000,
        batch_size=_BATCH,
        device="cuda",
        precision=precision,
        evaluate_every=1000,
        probe_every=1000,
    )
    return RunSpec(
        network=NetworkSpec(depth=depth, shortcut="none" if role == "plain" else "identity"),
        data=DataSpec(dataset="cifar10", augmentation="crop-flip"),
        train=train,
    )


def _step(trainer: Trainer, steps: int = _STEPS) -> tuple[float, float]:
    """Seconds of a step, and the share of them in which this process did not compute."""
    _steps(trainer, _WARM_UP_STEPS)
    begun, begun_cpu = time.perf_counter(), time.process_time()
    _steps(trainer, steps)
    wall_s, cpu_s = time.perf_counter() - begun, time.process_time() - begun_cpu
    return wall_s / steps, max(0.0, 1 - cpu_s / wall_s)


def _steps(trainer: Trainer, count: int) -> None:
    for _ in range(count):
        if trainer.must_drain:
            trainer.drain()
        trainer.update()
    trainer.drain()  # waits for the last step


def _probe_s(trainer: Trainer) -> float:
    trainer.probe()
    begun = time.perf_counter()
    for _ in range(5):
        trainer.probe()  # ends with a copy to the host
    return (time.perf_counter() - begun) / 5


def _pair_step_s(depth: int) -> float:
    """Seconds in which both networks, each in a process of its own, make a step."""
    command = [sys.executable, "-m", "benchmarks.gpu"]
    pair = [
        subprocess.Popen(
            [*command, role, str(depth)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for role in _ROLES
    ]
    try:
        for process in pair:
            assert process.stdout is not None
            process.stdout.readline()  # it is ready
        for process in pair:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        return max(float(process.communicate()[0]) for process in pair)
    finally:
        for process in pair:
            process.kill()
            process.wait()


def _eager_step_s(spec: RunSpec, data: LoadedData) -> float:
    network = build(spec.network, shape_of(spec.data), spec.train.seed).to(_DEVICE)
    images = DeviceData(data, _DEVICE)
    order = BatchOrder(len(data.train_labels), _BATCH, spec.train.seed, spec.data.augmentation)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
    begun = 0.0
    for step in range(_WARM_UP_STEPS + _EAGER_STEPS):
        if step == _WARM_UP_STEPS:
            begun = time.perf_counter()
        batch, labels = images.train_batch(order.next())
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(network(batch), labels)
        loss.backward()
        optimizer.step()
        loss.item()
    return (time.perf_counter() - begun) / _EAGER_STEPS


def _random_cifar10() -> LoadedData:
    draw = torch.Generator().manual_seed(0)
    cifar10 = info("cifar10")

    def images(count: int) -> torch.Tensor:
        return torch.randint(0, 256, (count, 3, 32, 32), dtype=torch.uint8, generator=draw)

    def labels(count: int) -> torch.Tensor:
        return torch.randint(0, 10, (count,), generator=draw)

    return LoadedData(
        cifar10,
        images(cifar10.train_size),
        labels(cifar10.train_size),
        images(cifar10.test_size),
        labels(cifar10.test_size),
        torch.full((3,), 0.5),
        torch.full((3,), 0.25),
    )


def _in_own_process(role: Role, depth: int) -> None:
    with TemporaryDirectory() as folder:
        trainer = Trainer(_spec(role, depth), _random_cifar10(), Path(folder))
        _steps(trainer, _WARM_UP_STEPS)
        print("ready", flush=True)
        sys.stdin.readline()
        step_s, _idle = _step(trainer)
    print(step_s)


BENCHES = (Bench("gpu", "depth 56 and 110, CIFAR-10 shapes, batch 128", on_gpu, needs="cuda"),)

if __name__ == "__main__":
    _in_own_process("plain" if sys.argv[1] == "plain" else "residual", int(sys.argv[2]))
