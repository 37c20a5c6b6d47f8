"""What was estimated when a sweep was started or last extended, to be compared with what came."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from resnet_viz.experiments.estimates import Estimate
from resnet_viz.experiments.experiment import Cell
from resnet_viz.kept_files import read_kept, to_json, write_whole
from resnet_viz.store import Store


@dataclass(frozen=True, slots=True)
class Promise:
    """Seconds that were estimated, and for which runs (their digests)."""

    training_s: float
    wall_s: float
    digests: frozenset[str]


def keep_promise(store: Store, group_id: str, expected: Estimate | None, missing: Sequence[Cell]) -> None:
    """Remember the estimate for ``missing``; None: there was none. Raises OSError."""
    file = _file_of(store, group_id)
    if expected is None or not expected.runs:
        file.unlink(missing_ok=True)  # what was promised before was for less
        return
    digests = frozenset(cell.run.digest() for cell in missing)
    write_whole(file, to_json(Promise, Promise(expected.training_s, expected.wall_s, digests)))


def promise(store: Store, group_id: str) -> Promise | None:
    """What was promised for the sweep; None where it was started without an estimate."""
    return read_kept(_file_of(store, group_id), Promise)


def _file_of(store: Store, group_id: str) -> Path:
    return store.home / "estimates" / f"{group_id}.json"
