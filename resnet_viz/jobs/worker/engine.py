"""The task "train", and what it computes with. This is where torch enters."""

import tempfile
from pathlib import Path

import psutil
import torch

from resnet_viz.data.catalogue import BUNDLED
from resnet_viz.events import Desired
from resnet_viz.jobs.capacity import DeviceFacts
from resnet_viz.jobs.messages import Ready
from resnet_viz.jobs.worker.jobs import carry_out_jobs
from resnet_viz.processes.channel import Channel
from resnet_viz.processes.tasks import Workplace
from resnet_viz.specs import DataSpec, NetworkSpec, RunSpec, TrainSpec
from resnet_viz.training.device import all_devices, device_name, has_fast_bfloat16
from resnet_viz.training.loop import train

_FIRST_STEPS = RunSpec(
    network=NetworkSpec(depth=8, width=4),
    data=DataSpec(dataset=BUNDLED, resolution_px=14, train_size=100),
    train=TrainSpec(steps=1, batch_size=16, device="cpu"),
)


def serve(channel: Channel, workplace: Workplace) -> None:
    """The task "train"."""
    carry_out_jobs(channel, workplace, warm_up=warm_up, train=train, use_gpu=torch.cuda.set_device)


def warm_up(threads: int) -> Ready:
    """Train a tiny network for a moment and forget it, so that the first real step is fast; the facts.

    Always on the CPU: a spare worker must not hold an accelerator's memory.
    """
    with tempfile.TemporaryDirectory() as folder:
        for _ in train(
            _FIRST_STEPS,
            folder=Path(folder),
            data_folder=Path(folder),
            threads=threads,
            desired=Desired,
        ):
            pass
    return Ready(torch.__version__, tuple(_facts(device) for device in all_devices()))


def _facts(device: torch.device) -> DeviceFacts:
    memory_bytes = (
        torch.cuda.get_device_properties(device).total_memory
        if device.type == "cuda"
        else psutil.virtual_memory().total
    )
    return DeviceFacts(device.type, device_name(device), memory_bytes, has_fast_bfloat16(device))
