"""Runs, events and artifacts on disk; the only place that knows SQL."""

from resnet_viz.store.export import export_csv, export_json
from resnet_viz.store.group_listing import GroupPage, GroupSortKey, GroupSummary
from resnet_viz.store.history_store import Store, open_store
from resnet_viz.store.home import home_folder
from resnet_viz.store.labels import Labels
from resnet_viz.store.library import DiskUse, ImportedRun, Library
from resnet_viz.store.lifecycle import Heartbeat
from resnet_viz.store.listing import RunPage, RunQuery, RunSummary
from resnet_viz.store.measurement_records import MeasurementRecord, MeasurementSpec
from resnet_viz.store.queue import QueueEntry
from resnet_viz.store.reader import RunReader
from resnet_viz.store.records import COMMAND_LINE, Fenced, GroupRecord, RunRecord

__all__ = [
    "COMMAND_LINE",
    "DiskUse",
    "Fenced",
    "GroupPage",
    "GroupRecord",
    "GroupSortKey",
    "GroupSummary",
    "Heartbeat",
    "ImportedRun",
    "Labels",
    "Library",
    "MeasurementRecord",
    "MeasurementSpec",
    "QueueEntry",
    "RunPage",
    "RunQuery",
    "RunReader",
    "RunRecord",
    "RunSummary",
    "Store",
    "export_csv",
    "export_json",
    "home_folder",
    "open_store",
]
