"""On a GPU: ResNet-56 and plain-56 on images of CIFAR-10's shape, batch 128."""

import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import torch

from benchmarks import baseline
from benchmarks.result import Aim, Bench, Result
from resnet_viz.data.catalogue import info, shape_of
from resnet_viz.data.load import LoadedData
from resnet_viz.networks.registry import build
from resnet_viz.specs import DataSpec, NetworkSpec, Precision, RunSpec, TrainSpec
from resnet_viz.training.device import has_fast_bfloat16
from resnet_viz.training.trainer import Trainer

_WARM_UP_STEPS = 20
_STEPS = 200
_SCRIPT_STEPS = 100
_BATCH = 128


def on_gpu(repetitions: int, folder: Path) -> Iterator[Result]:
    """Seconds per step of both networks, measuring and not, and the straightforward script."""
    data = _random_cifar10()
    race, script = Result("both networks, float32", "samples/s"), Result("script, float32", "samples/s")
    ratio = Result("race ÷ script", "×", aim=Aim("≥", 2.5))
    for precision in _precisions():
        for role in ("plain", "residual"):
            step = Result(f"{role}-56, {precision}: step", "ms")
            overhead = Result(f"{role}-56, {precision}: extra time for measuring", "%", aim=Aim("≤", 5))
            spec = _spec(role, precision)
            for _ in range(repetitions):
                measured, bare = _step_s(spec, data, folder), _bare_step_s(spec, data, folder)
                step.values.append(measured * 1000)
                overhead.values.append((measured / bare - 1) * 100)
            yield from (step, overhead)
    for _ in range(repetitions):
        pair_s = sum(_step_s(_spec(role, "float32"), data, folder) for role in ("plain", "residual"))
        script_s = sum(_script_step_s(_spec(role, "float32"), data) for role in ("plain", "residual"))
        race.values.append(2 * _BATCH / pair_s)
        script.values.append(2 * _BATCH / script_s)
        ratio.values.append(script_s / pair_s)
    yield from (race, script, ratio)


def _precisions() -> tuple[Precision, ...]:
    return ("float32", "bfloat16") if has_fast_bfloat16(torch.device("cuda")) else ("float32",)


def _spec(role: str, precision: Precision) -> RunSpec:
    network = NetworkSpec(depth=56, shortcut="none" if role == "plain" else "identity")
    train = TrainSpec(
        steps=10_000,
        batch_size=_BATCH,
        device="cuda",
        precision=precision,
        evaluate_every=10**6,
        probe_every=10**6,
    )
    data = DataSpec(dataset="cifar10", augmentation="crop-flip")
    return RunSpec(network=network, data=data, train=train)


def _step_s(spec: RunSpec, data: LoadedData, folder: Path) -> float:
    trainer = Trainer(spec, data, folder)
    for _ in range(_WARM_UP_STEPS):
        trainer.update()
    trainer.drain()
    start = time.perf_counter()
    for _ in range(_STEPS):
        if trainer.must_drain:
            trainer.drain()
        trainer.update()
    trainer.drain()  # waits for the last step
    return (time.perf_counter() - start) / _STEPS


def _bare_step_s(spec: RunSpec, data: LoadedData, folder: Path) -> float:
    with patch("resnet_viz.training.trainer.profile_rows", lambda _steps: frozenset()):
        return _step_s(spec, data, folder)


def _script_step_s(spec: RunSpec, data: LoadedData) -> float:
    short = spec.but(train=spec.train.but(steps=_SCRIPT_STEPS))
    network = build(short.network, shape_of(short.data), short.train.seed)
    start = time.perf_counter()
    baseline.train(network, short, data, measure=True)
    return (time.perf_counter() - start) / _SCRIPT_STEPS


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


BENCHES = (Bench("gpu", "depth 56, CIFAR-10 shapes, batch 128", on_gpu, needs="cuda"),)
