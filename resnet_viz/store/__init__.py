"""Runs, events and artifacts on disk; the only place that knows SQL."""

from resnet_viz.store.export import export_csv, export_json
from resnet_viz.store.home import home_folder
from resnet_viz.store.reader import RunReader
from resnet_viz.store.records import Fenced, GroupRecord, RunRecord
from resnet_viz.store.store import Store, open_store

__all__ = [
    "Fenced",
    "GroupRecord",
    "RunReader",
    "RunRecord",
    "Store",
    "export_csv",
    "export_json",
    "home_folder",
    "open_store",
]
