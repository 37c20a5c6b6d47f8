"""The formats that runs can be taken away in, and how many files each makes."""

import hashlib
import io
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile
from typing import NamedTuple

import orjson

from resnet_viz.errors import InvalidSetting
from resnet_viz.exports.parquet_child import write_in_child
from resnet_viz.exports.report import report_html
from resnet_viz.exports.script import equivalent_script
from resnet_viz.exports.weights import kept_weights
from resnet_viz.locale import N_
from resnet_viz.store import RunRecord, Store, export_csv, export_json


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """One format; ``title`` is a gettext key.

    ``joins`` says whether several runs go into one file; otherwise each has its
    own. ``is_text`` says whether that file can be shown on a terminal.
    """

    name: str
    title: str
    suffix: str
    mime: str
    joins: bool
    is_text: bool


FORMATS: dict[str, ExportFormat] = {
    made.name: made
    for made in (
        ExportFormat("csv", N_("CSV, one row per number"), ".csv", "text/csv", True, True),
        ExportFormat("json", N_("JSON, can be imported again"), ".json", "application/json", True, True),
        ExportFormat(
            "parquet",
            N_("Parquet, one row per number"),
            ".parquet",
            "application/vnd.apache.parquet",
            True,
            False,
        ),
        ExportFormat(
            "tensorboard", N_("TensorBoard event files"), "", "application/octet-stream", False, False
        ),
        ExportFormat(
            "safetensors",
            N_("Weights (safetensors)"),
            ".safetensors",
            "application/octet-stream",
            False,
            False,
        ),
        ExportFormat("html", N_("Report, opens without internet"), ".html", "text/html", True, True),
        ExportFormat("script", N_("Equivalent PyTorch script"), ".py", "text/x-python", False, True),
    )
}


class Download(NamedTuple):
    """One file for a browser."""

    name: str
    mime: str
    content: bytes


def format_named(name: str) -> ExportFormat:
    """The format called ``name``; raises `InvalidSetting`."""
    if name not in FORMATS:
        raise InvalidSetting(
            "unknown_format",
            N_("There is no format {name}; choose one of: {names}."),
            field="format",
            name=name[:60],
            names=", ".join(FORMATS),
        )
    return FORMATS[name]


def write_export(
    store: Store, run_ids: Sequence[str], format_name: str, target: Path, *, step: int | None = None
) -> list[Path]:
    """Write runs to ``target`` and return the files.

    ``target`` is a file, or a folder where each run has its own file and there
    are several, and always for TensorBoard.

    Args:
        run_ids: complete identifiers, at least one.
        step: of the weights, by default the newest kept.

    Raises:
        NotFound: there is no such run, or it has no weights.
        InvalidSetting: there is no such format.
        OSError: the disk is full or not writable.
    """
    chosen = format_named(format_name)
    runs = [store.run(run_id) for run_id in run_ids]  # before anything is written
    if chosen.name == "tensorboard":
        from resnet_viz.exports.tensorboard import write_tensorboard  # slow to import, as are the tables

        return write_tensorboard(store, run_ids, target)
    if chosen.joins:
        _write_joined(store, run_ids, chosen.name, target)
        return [target]
    sources = [kept_weights(store, run, step) for run in runs] if chosen.name == "safetensors" else []
    files = [target]
    if len(runs) > 1:
        target.mkdir(parents=True, exist_ok=True)
        files = [target / f"{file_stem(run)}{chosen.suffix}" for run in runs]
    for source, file in zip(sources, files, strict=False):
        copyfile(source, file)
    if chosen.name == "script":
        for run, file in zip(runs, files, strict=True):
            file.write_text(equivalent_script(run.spec, run.facts), encoding="utf-8")
    return files


def as_download(
    store: Store, run_ids: Sequence[str], format_name: str, *, step: int | None = None
) -> Download:
    """The export as one file, several files in a ZIP; raises what `write_export` raises.

    Made so that nothing heavy stays in the memory of this process (see `apart`),
    which may fail with `ResnetVizError`.
    """
    chosen = format_named(format_name)
    stem = common_stem([store.run(run_id) for run_id in run_ids])
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / f"{stem}{chosen.suffix}"
        if chosen.name == "parquet":
            files = [target]
            write_in_child(store, [store.run(run_id).id for run_id in run_ids], target)
        else:
            files = write_export(store, run_ids, format_name, target, step=step)
        if files == [target]:
            return Download(target.name, chosen.mime, target.read_bytes())
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in files:
                archive.write(file, file.relative_to(target))
        return Download(f"{stem}-{chosen.name}.zip", "application/zip", packed.getvalue())


def file_stem(run: RunRecord) -> str:
    """What a run's files are called; nothing that a person typed."""
    return f"{run.role}-{run.spec.network.depth}-seed{run.seed}-{run.id}"


def common_stem(runs: Sequence[RunRecord]) -> str:
    """What a file of these runs is called: not like one of other runs."""
    if len(runs) == 1:
        return file_stem(runs[0])
    digest = hashlib.sha256(" ".join(run.id for run in runs).encode()).hexdigest()
    return f"{len(runs)}-runs-{digest[:8]}"


def _write_joined(store: Store, run_ids: Sequence[str], name: str, target: Path) -> None:
    match name:
        case "json":
            exported = [export_json(store, run_id) for run_id in run_ids]
            target.write_bytes(
                orjson.dumps(exported[0] if len(exported) == 1 else {"runs": exported}) + b"\n"
            )
        case "html":
            target.write_text(report_html(store, run_ids), encoding="utf-8")
        case "csv":
            with target.open("w", encoding="utf-8", newline="") as out:
                export_csv(store, run_ids, out)
        case "parquet":
            from resnet_viz.exports.tables import write_parquet

            write_parquet(store, run_ids, target)
