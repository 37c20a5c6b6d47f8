"""Answers of a desk that needs no torch: told to prepare, it notes what was training then."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from resnet_viz.events import RunState
from resnet_viz.jobs.desk_worker import Answerer
from resnet_viz.jobs.frames import Arrays, Frame
from resnet_viz.store import open_store

NOTE = "prepared"


def answerers(home: Path) -> dict[str, Answerer]:
    def prepare(values: Mapping[str, Any], arrays: Arrays) -> Frame:
        store = open_store(home)
        training = store.runs(states=[RunState.QUEUED, RunState.RUNNING])
        store.close()
        note = home / f"{NOTE}.part"
        note.write_text(" ".join(run.id for run in training))
        note.replace(home / NOTE)
        return Frame({}, {})

    return {"prepare": prepare}
