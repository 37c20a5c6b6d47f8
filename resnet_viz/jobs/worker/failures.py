"""What went wrong in a run or a measurement, as one sentence for its owner."""

import errno
from pathlib import Path

from resnet_viz.data.catalogue import shape_of
from resnet_viz.errors import ResnetVizError
from resnet_viz.events import Failure
from resnet_viz.locale import N_
from resnet_viz.specs import RunSpec

# torch raises RuntimeErrors that can be told apart only by their words; in this
# order: CUDA and Apple, its allocator on Linux, the same on Windows.
_OUT_OF_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")
_DISK_FULL = {errno.ENOSPC, errno.EDQUOT}


def failure_of(error: Exception, spec: RunSpec, log: Path) -> Failure:
    """The failure to record for ``error``; ``log`` is the file that has the traceback."""
    if is_disk_full(error):
        return disk_full()
    if isinstance(error, ResnetVizError):
        return _refusal(error)
    if is_out_of_memory(error):
        return Failure(
            "out_of_memory",
            N_(
                "There is not enough memory for this run. Reduce the batch size (now {batch_size}), "
                "the width (now {width}), the depth (now {depth}) or the resolution (now {image_px} pixels)."
            ),
            {
                "batch_size": spec.train.batch_size,
                "width": spec.network.width,
                "depth": spec.network.depth,
                "image_px": shape_of(spec.data).px,
            },
        )
    return Failure(
        "internal",
        N_("The run failed because of a bug in ResNet Viz ({error}). Details are in {log}."),
        {"error": type(error).__name__, "log": str(log)},
    )


def measurement_failure_of(error: Exception, log: Path) -> Failure:
    """The same for a measurement."""
    if isinstance(error, ResnetVizError):
        return _refusal(error)
    if is_out_of_memory(error):
        return Failure(
            "out_of_memory",
            N_("There is not enough memory for this measurement. Choose a smaller network or fewer images."),
            {},
        )
    return Failure(
        "internal",
        N_("This could not be computed because of a bug in ResNet Viz; details are in {log}."),
        {"log": str(log)},
    )


def disk_full() -> Failure:
    """Why a run waits that could not write its checkpoint."""
    return Failure(
        "disk_full", N_("The disk is full, so the run is paused. Free some space, then continue it."), {}
    )


def _refusal(error: ResnetVizError) -> Failure:
    return Failure(error.code, error.template, error.parameters)


def is_disk_full(error: Exception) -> bool:
    """Whether ``error`` says that no more can be written."""
    if isinstance(error, ResnetVizError):
        return error.code == "disk_full"
    return isinstance(error, OSError) and error.errno in _DISK_FULL


def is_out_of_memory(error: Exception) -> bool:
    """Whether the memory of the machine or of its accelerator ran out."""
    if isinstance(error, MemoryError):
        return True
    words = str(error).lower()
    return isinstance(error, RuntimeError) and any(sign in words for sign in _OUT_OF_MEMORY)
