"""Train every preset's networks from several random starts and write ``assets/yardstick.json``.

    nice -n 10 python assets/make_yardstick.py

All starts of a network see the batches of seed 0; only the weights they begin
with differ. Done for the plain and the residual network of each race preset,
and for more depths of the first one. Two processes of one thread each. The file
is written after each network, and what it has from the same day, programs and
machine is not trained again.
"""

import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import orjson

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from resnet_viz import __version__  # noqa: E402
from resnet_viz.data.catalogue import shape_of  # noqa: E402
from resnet_viz.experiments.kinds import RACE  # noqa: E402
from resnet_viz.findings.yardstick import FILE, settings  # noqa: E402
from resnet_viz.jobs.capacity import Machine  # noqa: E402
from resnet_viz.networks.families import without_shortcuts  # noqa: E402
from resnet_viz.processor import processor_name  # noqa: E402
from resnet_viz.specs import RunSpec  # noqa: E402

STARTS = range(101, 108)
"""Seven starts, 21 pairs; numbers that no race begins from by itself."""
DEPTHS = (8, 20, 32, 44, 56)
"""Of the first preset: 44 is where the quick sweep ends, 56 what the recorded race has."""


def networks() -> Iterator[RunSpec]:
    """The runs to vary, each once."""
    first = RACE.start(RACE.default).run
    races = [preset.spec.run for preset in RACE.presets.values()]
    races += [first.but(network=first.network.but(depth=depth)) for depth in DEPTHS]
    seen = set()
    for race in races:
        for network in (without_shortcuts(race.network), race.network):
            run = race.but(network=network, train=race.train.but(device="cpu"))
            if settings(run) not in seen:
                seen.add(settings(run))
                yield run


def train(run: RunSpec, start: int) -> tuple[float | None, float | None]:
    """Final training loss and error of ``run`` from the weights of ``start``, on its own seed's batches.

    None where it diverged.
    """
    import torch

    from resnet_viz.data.load import load
    from resnet_viz.networks.registry import build
    from resnet_viz.training.trainer import Trainer

    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        trainer = Trainer(run, load(run.data, Path(folder)), Path(folder))
        trainer.network.load_state_dict(build(run.network, shape_of(run.data), start).state_dict())
        diverged = None
        while trainer.step < run.train.steps and diverged is None:
            trainer.update()
            if trainer.must_drain or trainer.step == run.train.steps:
                _measured, diverged = trainer.drain()
    if diverged is not None:
        return None, None
    ended = trainer.result(0.0).values
    return ended["train_loss"], 1 - ended["train_accuracy"]


def measured(known: set[str]) -> Iterator[dict[str, Any]]:
    """One entry a network that is not ``known``, as soon as its starts are trained."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        asked = [
            (run, [pool.submit(train, run, start) for start in STARTS])
            for run in networks()
            if settings(run) not in known
        ]
        for run, trainings in asked:
            losses, errors = zip(*(training.result() for training in trainings), strict=True)
            network = run.network
            print(f"{network.role}-{network.depth}, norm {network.norm}:", *losses, flush=True)
            yield {"run": run.model_dump(mode="json"), "train_loss": losses, "train_error": errors}


if __name__ == "__main__":
    os.environ["OMP_NUM_THREADS"] = "1"
    here = Machine.here()
    content: dict[str, Any] = {
        "origin": {
            "command": "nice -n 10 python assets/make_yardstick.py",
            "day": date.today().isoformat(),
            "versions": {
                "resnet-viz": __version__,
                "python": platform.python_version(),
                "torch": version("torch"),
                "numpy": version("numpy"),
            },
            "machine": {
                "processor": processor_name(),
                "cores": here.cores,
                "memory_bytes": here.memory_bytes,
                "system": here.system,
            },
        },
        "batches_of_seed": 0,
        "first_weights_of_seeds": list(STARTS),
        "starts": [],
    }
    before = orjson.loads(FILE.read_bytes()) if FILE.exists() else {}
    if before.get("origin") == content["origin"]:
        content["starts"] = before["starts"]
    known = {settings(RunSpec.model_validate(entry["run"])) for entry in content["starts"]}
    for entry in measured(known):
        content["starts"].append(entry)
        FILE.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n")
    print(FILE, FILE.stat().st_size, "bytes")
