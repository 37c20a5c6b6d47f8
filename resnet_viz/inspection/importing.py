"""Weights from a file become a run that has them: checked, rebuilt and written anew."""

import secrets
from typing import NamedTuple

from resnet_viz.checkpoint_files import kept_file
from resnet_viz.events import CheckpointSaved, Facts, RunState, StateChanged
from resnet_viz.inspection.import_file import Change, load_weights
from resnet_viz.networks.describe import describe
from resnet_viz.store import GroupRecord, ImportedRun, Labels, Store
from resnet_viz.training.checkpoint import Checkpoint, write_checkpoint


class ImportedWeights(NamedTuple):
    """The group of the one run that now has the weights, and what had to be changed in the file."""

    group: GroupRecord
    changes: tuple[Change, ...]


def import_weights(store: Store, owner: str, content: bytes, *, name: str = "") -> ImportedWeights:
    """A group of one imported run without curves.

    Raises:
        WeightsRefused: the file is not one of ours, or not sound; nothing is recorded then.
        InvalidSetting: ``name`` is too long.
    """
    loaded = load_weights(content)
    waiting = store.home / "runs" / f".importing-{secrets.token_hex(8)}.safetensors"
    file = kept_file(loaded.step)
    state = Checkpoint(loaded.spec, loaded.step, loaded.network.state_dict(), loaded.mean, loaded.std)
    size = write_checkpoint(waiting, state)
    try:
        imported = ImportedRun(
            loaded.spec,
            loaded.step,
            StateChanged(RunState.FINISHED if loaded.step == loaded.spec.train.steps else RunState.STOPPED),
            [
                Facts({"parameters": describe(loaded.spec.network, loaded.network.shape).parameters}),
                CheckpointSaved(loaded.step, file, size, kept=True),
            ],
            Labels(name=name),
        )
        group = store.library.add_imported(owner, [imported], name=name)
        folder = store.run_folder(group.run_ids[0])
        folder.mkdir(parents=True)
        waiting.replace(folder / file)
    finally:
        waiting.unlink(missing_ok=True)
    return ImportedWeights(group, loaded.changes)
