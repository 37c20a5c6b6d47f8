"""What a run says about the device it was trained on, for whoever reads it."""

from collections.abc import Mapping
from typing import Any

from resnet_viz.events import STEP_MODE_NAMES
from resnet_viz.locale import gettext as _
from resnet_viz.wording import data_size


def step_mode(facts: Mapping[str, Any]) -> str:
    """How the steps were carried out, and where they were not captured why; empty on a CPU."""
    mode = str(facts.get("step_mode", ""))
    if mode not in STEP_MODE_NAMES:
        return ""
    name = _(STEP_MODE_NAMES[mode])
    error = facts.get("step_mode_error")
    return _("{name}: {text}").format(name=name, text=error) if error else name


def gpu_memory(facts: Mapping[str, Any]) -> str:
    """The most memory of the GPU that the training held so far; empty where that was not measured."""
    size_bytes = facts.get("peak_memory_bytes")
    return data_size(size_bytes) if size_bytes else ""
