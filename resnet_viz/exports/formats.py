"""The formats that runs can be taken away in, and how many files each makes."""

import hashlib
import io
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast

from resnet_viz.errors import InvalidSetting
from resnet_viz.locale import N_
from resnet_viz.store import RunRecord, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFormat:
    """One format.

    Attributes:
        title: a gettext key.
        suffix: of its files.
        is_text: whether a file of it can be shown on a terminal.
        makes: one file of several runs together, one file a run, or a folder with files of its own.
        writer: ``module:function``, imported when it is needed. ``together``: of store, identifiers and
            file; ``each``: of store, run and step of the weights, gives what writes the run to a file,
            after all that can be refused; ``folder``: of store, identifiers and folder, gives the files.
        apart: in place of ``writer`` in a process that must stay small.
        needs_weights: whether a run without weights on disk has none of it.
        with_forks: whether who asks for a race gets its forks too, as in the files of its page.
    """

    name: str
    title: str
    suffix: str
    mime: str
    makes: Literal["together", "each", "folder"]
    writer: str
    is_text: bool = True
    apart: str = ""
    needs_weights: bool = False
    with_forks: bool = False

    def is_one_file(self, runs: int) -> bool:
        """Whether so many runs make a single file."""
        return self.makes == "together" or (self.makes == "each" and runs == 1)


_BYTES = "application/octet-stream"
FORMATS: dict[str, ExportFormat] = {
    made.name: made
    for made in (
        ExportFormat(
            name="csv",
            title=N_("CSV, one row per number"),
            suffix=".csv",
            mime="text/csv",
            makes="together",
            writer="resnet_viz.exports.text:write_csv",
            with_forks=True,
        ),
        ExportFormat(
            name="json",
            title=N_("JSON, can be imported again"),
            suffix=".json",
            mime="application/json",
            makes="together",
            writer="resnet_viz.exports.text:write_json",
            with_forks=True,
        ),
        ExportFormat(
            name="parquet",
            title=N_("Table for pandas (Parquet), one row per number"),
            suffix=".parquet",
            mime="application/vnd.apache.parquet",
            makes="together",
            writer="resnet_viz.exports.tables:write_parquet",
            apart="resnet_viz.exports.parquet_child:write_in_child",
            is_text=False,
            with_forks=True,
        ),
        ExportFormat(
            name="tensorboard",
            title=N_("TensorBoard event files"),
            suffix="",
            mime=_BYTES,
            makes="folder",
            writer="resnet_viz.exports.tensorboard:write_tensorboard",
            is_text=False,
        ),
        ExportFormat(
            name="safetensors",
            title=N_("Weights (safetensors)"),
            suffix=".safetensors",
            mime=_BYTES,
            makes="each",
            writer="resnet_viz.exports.weights:weights_file",
            is_text=False,
            needs_weights=True,
        ),
        ExportFormat(
            name="html",
            title=N_("Report, opens without internet"),
            suffix=".html",
            mime="text/html",
            makes="together",
            writer="resnet_viz.exports.report:write_report",
        ),
        ExportFormat(
            name="script",
            title=N_("Equivalent PyTorch script"),
            suffix=".py",
            mime="text/x-python",
            makes="each",
            writer="resnet_viz.exports.script:script_file",
        ),
    )
}
"""A further format is a module that writes it and one entry here."""


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
    write = _function(chosen.writer)
    if chosen.makes == "folder":
        return list(write(store, run_ids, target))
    if chosen.makes == "together":
        write(store, run_ids, target)
        return [target]
    written = [write(store, run, step) for run in runs]
    files = [target]
    if len(runs) > 1:
        target.mkdir(parents=True, exist_ok=True)
        files = [target / f"{file_stem(run)}{chosen.suffix}" for run in runs]
    for write_to, file in zip(written, files, strict=True):
        write_to(file)
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
        if chosen.apart:
            files = [target]
            _function(chosen.apart)(store, [store.run(run_id).id for run_id in run_ids], target)
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


def _function(name: str) -> Callable[..., Any]:
    """What ``module:function`` names."""
    module, _colon, function = name.partition(":")
    return cast(Callable[..., Any], getattr(import_module(module), function))
