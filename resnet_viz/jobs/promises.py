"""What was estimated when a sweep was started or last extended, to be compared with what came."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from resnet_viz.experiments.estimates import Estimate
from resnet_viz.experiments.experiment import Cell
from resnet_viz.store import Store


@dataclass(frozen=True, slots=True)
class Promise:
    """Seconds that were estimated, and for which runs (their digests)."""

    training_s: float
    wall_s: float
    digests: frozenset[str]


_PROMISE: TypeAdapter[Promise] = TypeAdapter(Promise)


def keep_promise(store: Store, group_id: str, expected: Estimate | None, missing: Sequence[Cell]) -> None:
    """Remember the estimate for ``missing``; None: there was none."""
    if expected is None or not expected.runs:  # what was promised before was for less
        store.cells.set_promise(group_id, None)
        return
    digests = frozenset(cell.run.digest() for cell in missing)
    promised = Promise(expected.training_s, expected.wall_s, digests)
    store.cells.set_promise(group_id, _PROMISE.dump_json(promised).decode())


def promise(store: Store, group_id: str) -> Promise | None:
    """What was promised for the sweep; None where it was started without an estimate."""
    kept = store.cells.promise(group_id)
    try:
        return None if kept is None else _PROMISE.validate_json(kept)
    except ValidationError:
        return None  # of another version
