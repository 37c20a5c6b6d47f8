"""Runs for other programs: tables, TensorBoard, weights, a report, a script; and runs read back in."""

from resnet_viz.exports.formats import FORMATS, Download, ExportFormat, as_download, write_export
from resnet_viz.exports.importing import import_runs

__all__ = ["FORMATS", "Download", "ExportFormat", "as_download", "import_runs", "write_export"]
