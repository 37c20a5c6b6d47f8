"""All numbers of runs as CSV and as JSON."""

from collections.abc import Sequence
from pathlib import Path

import orjson

from resnet_viz.store import Store, export_csv, export_json


def write_csv(store: Store, run_ids: Sequence[str], target: Path) -> None:
    """One row per number; raises `NotFound`."""
    with target.open("w", encoding="utf-8", newline="") as out:
        export_csv(store, run_ids, out)


def write_json(store: Store, run_ids: Sequence[str], target: Path) -> None:
    """A run, or ``{"runs": […]}`` of several; can be imported again. Raises `NotFound`."""
    exported = [export_json(store, run_id) for run_id in run_ids]
    target.write_bytes(orjson.dumps(exported[0] if len(exported) == 1 else {"runs": exported}) + b"\n")
