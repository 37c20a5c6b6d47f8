"""Networks as training leaves them: trained here, or with weights from a seed; needs torch."""

from pathlib import Path

from resnet_viz.checkpoint_files import kept_file
from resnet_viz.data.catalogue import shape_of
from resnet_viz.events import CheckpointSaved, Desired
from resnet_viz.history import HistoryBuilder, RunHistory
from resnet_viz.networks.registry import build
from resnet_viz.specs import RunSpec
from resnet_viz.training.checkpoint import Checkpoint, write_checkpoint
from resnet_viz.training.loop import train


def trained(spec: RunSpec, folder: Path) -> RunHistory:
    """What a training tells that runs in this process, from beginning to end."""
    builder = HistoryBuilder()
    builder.add(train(spec, folder=folder, data_folder=folder, threads=1, desired=Desired))
    return builder.history(spec.network.role, spec.train.seed)


def write_weights(
    path: Path,
    spec: RunSpec,
    step: int,
    *,
    seed: int,
    mean: tuple[float, ...] = (0.3,),
    std: tuple[float, ...] = (0.25,),
) -> int:
    """Write the network that ``seed`` initialises as one trained for ``step`` steps; the size in bytes."""
    state = build(spec.network, shape_of(spec.data), seed).state_dict()
    return write_checkpoint(path, Checkpoint(spec, step, state, mean, std))


def saved(folder: Path, spec: RunSpec, step: int, *, seed: int) -> CheckpointSaved:
    """Weights in the folder of a run, and what the worker tells of them."""
    file = folder / kept_file(step)
    return CheckpointSaved(step, file.name, write_weights(file, spec, step, seed=seed), kept=True)
