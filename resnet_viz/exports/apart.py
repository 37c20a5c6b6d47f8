"""Exports that a process of its own makes: what it takes to write them would stay in the server for good.

pyarrow is 60 MB of memory that is never given back. Started by `write_apart` as
``python -m resnet_viz.exports.apart``, which reads what to do from stdin.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import resnet_viz
from resnet_viz.errors import ResnetVizError
from resnet_viz.locale import N_
from resnet_viz.store import Store, open_store


def write_apart(store: Store, run_ids: Sequence[str], target: Path) -> None:
    """Write the runs to ``target`` as Parquet.

    Raises:
        ResnetVizError: that did not work; the sentence has the last line of what the process said.
    """
    order = {"home": str(store.home), "url": store.url, "runs": list(run_ids), "target": str(target)}
    package = str(Path(resnet_viz.__file__).parents[1])  # found wherever the server was started from
    path = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))
    done = subprocess.run(
        [sys.executable, "-m", "resnet_viz.exports.apart"],
        input=json.dumps(order),
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["–"]
        raise ResnetVizError(
            "export_failed", N_("The file could not be made: {reason}"), reason=lines[-1][:300]
        )


def main() -> None:
    """Carry out the order on stdin."""
    from resnet_viz.exports.tables import write_parquet

    order = json.load(sys.stdin)
    store = open_store(Path(order["home"]), order["url"])
    try:
        write_parquet(store, order["runs"], Path(order["target"]))
    finally:
        store.close()


if __name__ == "__main__":
    main()
