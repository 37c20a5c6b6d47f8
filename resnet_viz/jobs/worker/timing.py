"""The task "steps": how long a few steps of some networks take, asked by `time_probe`.

Images are random where the data set is not bundled, so that an estimate
downloads nothing.
"""

import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil
import torch

from resnet_viz.data.catalogue import info, shape_of
from resnet_viz.data.load import LoadedData, load
from resnet_viz.experiments.estimates import Sample
from resnet_viz.jobs.worker.engine import warm_up
from resnet_viz.processes.answering import answer_questions
from resnet_viz.processes.channel import Arrays, Channel, Frame
from resnet_viz.processes.tasks import Workplace
from resnet_viz.processes.used import peak_bytes
from resnet_viz.specs import RunSpec
from resnet_viz.training.device import peak_memory_bytes, resolve_device
from resnet_viz.training.trainer import Trainer

_LEAST_UPDATES = 3
_ENOUGH_UPDATES = 12
_ENOUGH_S = 1.5
_TEST_BATCH = 500


def serve(channel: Channel, workplace: Workplace) -> None:
    """Get ready as a worker does, and answer."""
    warm_up(workplace.threads)
    start_s = time.time() - psutil.Process().create_time()
    torch.set_num_threads(workplace.threads)

    def time_runs(values: Mapping[str, Any], arrays: Arrays) -> Frame:
        """A `Sample` of each of ``runs`` (name and spec as JSON), all on the device of the first."""
        runs = [(name, RunSpec.from_json(text)) for name, text in values["runs"]]
        device = resolve_device(runs[0][1].train.device).type
        samples = [asdict(_time(name, spec)) for name, spec in runs]
        return Frame({"samples": samples, "start_s": start_s, "device": device}, {})

    answer_questions(channel, {"time": time_runs})


def _time(name: str, spec: RunSpec) -> Sample:
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        trainer = Trainer(spec, _images(spec), Path(folder))
        trainer.facts()
        set_up_s = time.perf_counter() - begun
        for _ in range(trainer.captures.first_calls):  # slower than all that follow
            trainer.update()
        trainer.drain()
        begun = time.perf_counter()
        updates = 0
        while updates < _LEAST_UPDATES or (
            updates < _ENOUGH_UPDATES and time.perf_counter() - begun < _ENOUGH_S
        ):
            trainer.update()
            updates += 1
        trainer.drain()  # waits for an accelerator
        update_s = (time.perf_counter() - begun) / updates
        begun = time.perf_counter()
        trainer.probe()
        probe_s = time.perf_counter() - begun
        begun = time.perf_counter()
        trainer.keep(0.0)
        keep_s = time.perf_counter() - begun
        for _ in range(trainer.captures.first_calls - 1):
            trainer.evaluate()
        begun = time.perf_counter()
        trainer.evaluate()
        evaluate_s = time.perf_counter() - begun
    test_size = info(spec.data.dataset).test_size
    memory = peak_memory_bytes(trainer.device) or peak_bytes()
    scale = test_size / len(trainer.data.test)
    return Sample(name, spec.network.depth, update_s, evaluate_s * scale, probe_s, keep_s, set_up_s, memory)


def _images(spec: RunSpec) -> LoadedData:
    """The bundled images, or random ones of the right shape; few test images, in full batches."""
    chosen = info(spec.data.dataset)
    if chosen.bundled:
        return load(spec.data, Path())
    shape = shape_of(spec.data)
    count = max(_TEST_BATCH, 2 * spec.train.batch_size)
    images = torch.randint(0, 256, (count, shape.channels, shape.px, shape.px), dtype=torch.uint8)
    labels = torch.arange(count) % shape.classes
    even = torch.full((shape.channels,), 0.5)
    return LoadedData(chosen, images, labels, images[:_TEST_BATCH], labels[:_TEST_BATCH], even, even / 2)
