"""The weights of a run as they lie on disk: safetensors with the run's spec in its metadata."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from shutil import copyfile

from resnet_viz.errors import NotFound
from resnet_viz.locale import N_
from resnet_viz.store import RunRecord, Store


def kept_weights(store: Store, run: RunRecord, step: int | None = None) -> Path:
    """The file with the weights after ``step`` updates, by default the newest kept ones.

    Raises:
        NotFound: nothing was kept of that step, or its file is gone.
    """
    folder = store.run_folder(run.id)
    kept = {saved.step: folder / saved.path for saved in store.checkpoints(run.id) if saved.kept}
    there = {at: path for at, path in kept.items() if path.is_file()}
    if not there:
        raise NotFound("no_weights", N_("Run {id} has no weights on disk."), id=run.id)
    wanted = max(there) if step is None else step
    if wanted not in there:
        raise NotFound(
            "no_weights_at_step",
            N_("Run {id} has no weights of step {step}; it has those of steps {steps}."),
            id=run.id,
            step=wanted,
            steps=", ".join(map(str, sorted(there))),
        )
    return there[wanted]


def weights_file(store: Store, run: RunRecord, step: int | None) -> Callable[[Path], object]:
    """What copies `kept_weights` to a file."""
    return partial(copyfile, kept_weights(store, run, step))
