"""The machine the numbers belong to."""

import os
import platform
from importlib.metadata import version
from typing import Any

import psutil
import torch

from resnet_viz.processor import processor_name


def describe_machine() -> dict[str, Any]:
    """Processor, cores, memory, GPU and the versions of what the speed depends on."""
    return {
        "cpu": processor_name(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "system": platform.platform(),
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("torch", "torchvision", "numpy", "streamlit", "plotly")},
        },
    }
