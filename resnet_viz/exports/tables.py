"""Every measured number as one row, of one run or many: CSV and Parquet."""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from resnet_viz.store import RunReader, Store, export_csv, export_json

_WORD = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    [
        pa.field("run", _WORD, nullable=False),
        pa.field("metric", _WORD, nullable=False),
        pa.field("step", pa.int64(), nullable=False),
        pa.field("tap", _WORD),
        pa.field("value", pa.float64(), nullable=False),
    ]
)


def write_csv(store: Store, run_ids: Sequence[str], out: TextIO) -> None:
    """Rows of all runs under one header; see `resnet_viz.store.export_csv`. Raises `NotFound`."""
    for number, run_id in enumerate(run_ids):
        rows = io.StringIO()
        export_csv(store, run_id, rows)
        if number:
            rows.seek(rows.getvalue().index("\n") + 1)
        else:
            rows.seek(0)
        out.write(rows.read())


def write_parquet(store: Store, run_ids: Sequence[str], target: Path) -> None:
    """The rows of the CSV as Parquet; raises `NotFound`.

    ``tap`` is null for curves; values that are not finite stay what they are.
    What is known of each run is JSON in the schema's metadata under ``resnet_viz``.
    """
    about = [export_json(store, run_id)["run"] for run_id in run_ids]
    schema = SCHEMA.with_metadata({"resnet_viz": orjson.dumps(about)})
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for run_id in run_ids:
            for table in _tables(store, run_id):
                writer.write_table(table.cast(schema))


def _tables(store: Store, run_id: str) -> Iterator[pa.Table]:
    reader = RunReader(store, run_id)
    history = reader.history()
    for name, curve in history.series.items():
        yield _table(reader.run_id, name, curve.step, None, curve.value)
    for name, rows in history.profiles.items():
        taps = np.tile(np.arange(len(rows.taps), dtype=np.int32), len(rows))
        words = pa.DictionaryArray.from_arrays(taps, list(rows.taps))
        steps = np.repeat(rows.step, len(rows.taps))
        yield _table(reader.run_id, name, steps, words, rows.value.astype(np.float64).ravel())


def _table(run_id: str, metric: str, step: np.ndarray, tap: pa.Array | None, value: np.ndarray) -> pa.Table:
    return pa.table(
        {
            "run": _same(run_id, len(step)),
            "metric": _same(metric, len(step)),
            "step": step,
            "tap": pa.nulls(len(step), _WORD) if tap is None else tap,
            "value": value,
        }
    )


def _same(word: str, count: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(np.zeros(count, np.int32), [word])
