"""Every measured number as one row, of one run or many, in Parquet."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from resnet_viz.history import RunHistory
from resnet_viz.store import RunReader, Store, export_json

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


def write_parquet(store: Store, run_ids: Sequence[str], target: Path) -> None:
    """The rows of the CSV as Parquet; what is known of each run stands in its metadata. Raises `NotFound`."""
    about = [export_json(store, run_id)["run"] for run_id in run_ids]
    readers = (RunReader(store, run_id) for run_id in run_ids)
    write_histories(((reader.run_id, reader.history()) for reader in readers), about, target)


def write_histories(
    runs: Iterable[tuple[str, RunHistory]], about: Any, target: Path, *, level: int | None = None
) -> None:
    """One row a measured number, in groups of one run; ``runs`` are identifiers with histories.

    ``tap`` is null for curves; values that are not finite stay what they are.
    ``about`` is JSON in the schema's metadata under ``resnet_viz``; ``level`` is zstd's.
    """
    schema = SCHEMA.with_metadata({"resnet_viz": orjson.dumps(about)})
    # Bytes of a kind beside each other: those of numbers measured in float32 are mostly zeros then.
    layout = {
        "use_dictionary": ["run", "metric", "tap"],
        "column_encoding": {"value": "BYTE_STREAM_SPLIT"},
    }
    with pq.ParquetWriter(target, schema, compression="zstd", compression_level=level, **layout) as writer:
        for run_id, history in runs:
            tables = list(_tables(run_id, history))
            if tables:
                writer.write_table(pa.concat_tables(tables).unify_dictionaries().cast(schema))


def _tables(run_id: str, history: RunHistory) -> Iterator[pa.Table]:
    for name, curve in history.series.items():
        yield _table(run_id, name, curve.step, None, curve.value)
    for name, rows in history.profiles.items():
        taps = np.tile(np.arange(len(rows.taps), dtype=np.int32), len(rows))
        words = pa.DictionaryArray.from_arrays(taps, list(rows.taps))
        steps = np.repeat(rows.step, len(rows.taps))
        yield _table(run_id, name, steps, words, rows.value.astype(np.float64).ravel())


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
