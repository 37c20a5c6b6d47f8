"""Parquet written by a process of its own: what it takes would stay in the server for good.

pyarrow is 60 MB of memory that is never given back.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from resnet_viz.errors import ResnetVizError
from resnet_viz.locale import N_
from resnet_viz.processes.answering import answer_questions
from resnet_viz.processes.channel import Arrays, Channel, Frame
from resnet_viz.processes.child import Child, Fault, NoAnswer
from resnet_viz.processes.tasks import Workplace
from resnet_viz.store import Store, open_store


def write_in_child(store: Store, run_ids: Sequence[str], target: Path) -> None:
    """Write the runs to ``target`` as Parquet.

    Raises:
        ResnetVizError: that did not work; the sentence says why as the process did.
    """
    try:
        with Child("export", home=store.home, database=store.url) as child:
            child.ask("parquet", {"runs": list(run_ids), "target": str(target)})
    except (Fault, NoAnswer) as error:
        raise ResnetVizError(
            "export_failed", N_("The file could not be made: {reason}"), reason=str(error)[:300]
        ) from error


def serve(channel: Channel, workplace: Workplace) -> None:
    """The task "export"."""
    from resnet_viz.exports.tables import write_parquet

    def parquet(values: Mapping[str, Any], arrays: Arrays) -> Frame:
        """The Parquet file ``target`` of ``runs``."""
        store = open_store(workplace.home)
        try:
            write_parquet(store, values["runs"], Path(values["target"]))
        finally:
            store.close()
        return Frame({}, {})

    answer_questions(channel, {"parquet": parquet})
