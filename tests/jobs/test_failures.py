"""Each kind of failure gets its own code and one sentence with advice."""

import errno
from pathlib import Path

import pytest
import torch

from resnet_viz.errors import DatasetUnavailable, ResnetVizError, StoreUnavailable
from resnet_viz.events import Failure
from resnet_viz.jobs.worker.failures import failure_of
from resnet_viz.specs import NetworkSpec, RunSpec, TrainSpec

SPEC = RunSpec(network=NetworkSpec(depth=56, width=64), train=TrainSpec(batch_size=512))
LOG = Path("logs") / "worker-1.log"


def sentence(failure: Failure) -> str:
    return str(ResnetVizError(failure.code, failure.template, **failure.parameters))


def real_allocation_failure() -> RuntimeError:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**60, dtype=torch.uint8)
    return caught.value


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
        RuntimeError("MPS backend out of memory (MPS allocated: 9.0 GB)"),
        real_allocation_failure(),
    ],
)
def test_out_of_memory_says_what_to_reduce(error: Exception) -> None:
    failure = failure_of(error, SPEC, LOG)
    assert failure.code == "out_of_memory"
    for number in ("512", "64", "56", "28 pixels"):
        assert number in sentence(failure)


def test_a_refusal_keeps_its_own_words() -> None:
    error = DatasetUnavailable("offline", "{dataset} cannot be reached.", dataset="svhn")
    failure = failure_of(error, SPEC, LOG)
    assert failure == Failure("offline", "{dataset} cannot be reached.", {"dataset": "svhn"})


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        StoreUnavailable("disk_full", "…"),
    ],
)
def test_a_full_disk_is_called_so(error: Exception) -> None:
    failure = failure_of(error, SPEC, LOG)
    assert failure.code == "disk_full"
    assert "Free some space" in sentence(failure)


@pytest.mark.parametrize(
    "error", [ZeroDivisionError("x"), RuntimeError("shapes"), OSError(errno.EACCES, "no")]
)
def test_anything_else_names_the_log(error: Exception) -> None:
    failure = failure_of(error, SPEC, LOG)
    assert failure.code == "internal"
    assert str(LOG) in sentence(failure)
    assert type(error).__name__ in sentence(failure)
