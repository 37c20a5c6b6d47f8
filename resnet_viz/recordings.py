"""Real races, recorded once and bundled, so that there is something to see before anything is trained.

A recording is a Parquet file in ``assets/recordings``: every measured number
is one row (run, metric, step, tap, value) as in the exported CSV, and the schema's
metadata says under ``resnet_viz_recording`` how, when and where it was made.
Read without torch and pandas.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from resnet_viz.errors import InvalidSetting, NotFound
from resnet_viz.events import RunState
from resnet_viz.history import Curve, ProfileTable, RunHistory
from resnet_viz.locale import N_
from resnet_viz.specs import RaceSpec, RunSpec

FOLDER = Path(__file__).parents[1] / "assets" / "recordings"
SCHEMA = 1
"""Of the metadata; a larger one is refused."""

_METADATA = b"resnet_viz_recording"
_WORD = pa.dictionary(pa.int32(), pa.string())
_COLUMNS = pa.schema(
    [("run", _WORD), ("metric", _WORD), ("step", pa.int32()), ("tap", _WORD), ("value", pa.float64())]
)


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """One run as it was recorded; ``history`` has its curves, profiles and facts."""

    id: str
    spec: RunSpec
    history: RunHistory


@dataclass(frozen=True, slots=True)
class Origin:
    """How a recording was made: the command, the day (ISO), the programs and the machine.

    ``machine`` has ``processor``, ``cores``, ``memory_bytes`` and ``system``; ``note``
    is an English sentence (a gettext key) about the circumstances.
    """

    command: str
    day: str
    versions: Mapping[str, str]
    machine: Mapping[str, Any]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Recording:
    """A race that was run once; ``runs`` in the order of `RaceSpec.members`."""

    name: str
    race: RaceSpec
    origin: Origin
    runs: tuple[RecordedRun, ...]

    @property
    def histories(self) -> tuple[RunHistory, ...]:
        """What figures and verdicts read."""
        return tuple(run.history for run in self.runs)


def recording_names(folder: Path = FOLDER) -> list[str]:
    """The names of the races in ``folder``, in alphabetical order."""
    return sorted(path.stem.removeprefix("race-") for path in folder.glob("race-*.parquet"))


def read_recording(name: str, folder: Path = FOLDER) -> Recording:
    """The recorded race ``name``.

    Raises:
        NotFound: there is none of this name.
        InvalidSetting: the file is damaged, or from a newer version of this app.
    """
    path = _place(folder, name)
    if not path.is_file():
        raise NotFound("no_recording", N_("There is no recording called {name}."), name=name[:60])
    try:
        table = pq.ParquetFile(path).read()  # `read_table` would import pandas
        about = orjson.loads((table.schema.metadata or {})[_METADATA])
        if about["schema"] > SCHEMA:
            raise InvalidSetting(
                "recording_too_new",
                N_("The recording {name} is from a newer version of this app; update the app."),
                name=name,
            )
        measured = {run["id"]: _measured(table, run["id"]) for run in about["runs"]}
        return Recording(
            name,
            RaceSpec.model_validate(about["race"]),
            Origin(**about["origin"]),
            tuple(_run(run, *measured[run["id"]]) for run in about["runs"]),
        )
    except (pa.ArrowException, KeyError, TypeError, ValueError, OSError) as error:
        raise InvalidSetting(
            "recording_damaged", N_("The recording {name} cannot be read: the file is damaged."), name=name
        ) from error


def write_recording(recording: Recording, folder: Path = FOLDER) -> Path:
    """Write ``recording`` so that `read_recording` gives it back; the file."""
    about = {
        "schema": SCHEMA,
        "race": recording.race.model_dump(mode="json"),
        "origin": {name: getattr(recording.origin, name) for name in Origin.__slots__},
        "runs": [
            {
                "id": run.id,
                "seed": run.history.seed,
                "role": run.history.role,
                "state": run.history.state.value,
                "spec": run.spec.model_dump(mode="json"),
                "facts": dict(run.history.facts),
            }
            for run in recording.runs
        ],
    }
    schema = _COLUMNS.with_metadata({_METADATA: orjson.dumps(about)})
    target = _place(folder, recording.name)
    # Bytes of a kind beside each other: those of numbers measured in float32 are mostly zeros then.
    layout = {"use_dictionary": ["run", "metric", "tap"], "column_encoding": {"value": "BYTE_STREAM_SPLIT"}}
    with pq.ParquetWriter(target, schema, compression="zstd", compression_level=19, **layout) as writer:
        writer.write_table(pa.concat_tables(_tables(recording.runs)).unify_dictionaries().cast(schema))
    return target


def _place(folder: Path, name: str) -> Path:
    return folder / f"race-{Path(name).name}.parquet"


def _tables(runs: Sequence[RecordedRun]) -> Iterator[pa.Table]:
    for run in runs:
        for name, curve in run.history.series.items():
            yield _table(run.id, name, curve.step, _same("", len(curve)), curve.value)
        for name, rows in run.history.profiles.items():
            taps = np.tile(np.arange(len(rows.taps), dtype=np.int32), len(rows))
            words = pa.DictionaryArray.from_arrays(taps, list(rows.taps))
            yield _table(run.id, name, np.repeat(rows.step, len(rows.taps)), words, rows.value.ravel())


def _table(run: str, metric: str, step: npt.NDArray[Any], tap: pa.Array, value: npt.NDArray[Any]) -> pa.Table:
    numbers = pa.array(step.astype(np.int32)), pa.array(value.astype(np.float64))
    words = _same(run, len(step)), _same(metric, len(step))
    return pa.Table.from_arrays([*words, numbers[0], tap, numbers[1]], schema=_COLUMNS)


def _same(word: str, count: int) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(np.zeros(count, np.int32), [word])


def _measured(table: pa.Table, run: str) -> tuple[dict[str, Curve], dict[str, ProfileTable]]:
    """Curves and profiles of one run; rows of a metric stand together, steps ascending."""
    words = {name: table[name].combine_chunks() for name in ("run", "metric", "tap")}
    index = {name: _numbers(words[name].indices) for name in words}
    known = {name: words[name].dictionary.to_pylist() for name in words}
    step = _numbers(table["step"].combine_chunks()).astype(np.int64)
    value = _numbers(table["value"].combine_chunks())
    mine = index["run"] == known["run"].index(run)
    series: dict[str, Curve] = {}
    profiles: dict[str, ProfileTable] = {}
    for code in np.unique(index["metric"][mine]):
        rows = np.flatnonzero(mine & (index["metric"] == code))
        name, taps = known["metric"][code], [known["tap"][tap] for tap in index["tap"][rows]]
        if not taps[0]:
            series[name] = Curve(step[rows], value[rows])
            continue
        width = int((step[rows] == step[rows[0]]).sum())
        profiles[name] = ProfileTable(
            tuple(taps[:width]),
            step[rows[::width]],
            value[rows].astype(np.float32).reshape(-1, width),
        )
    return series, profiles


def _numbers(array: pa.Array) -> npt.NDArray[Any]:
    """The numbers of ``array``, which has no nulls; its own ``to_numpy`` would import pandas."""
    return np.from_dlpack(array)


def _run(about: dict[str, Any], series: dict[str, Curve], profiles: dict[str, ProfileTable]) -> RecordedRun:
    history = RunHistory(
        about["role"], about["seed"], RunState(about["state"]), series, profiles, about["facts"]
    )
    return RecordedRun(about["id"], RunSpec.model_validate(about["spec"]), history)
