"""Real races and sweeps, recorded once and bundled: something to see before anything is trained.

A recording is ``KIND-NAME.npz`` in ``assets/recordings``, and its arrays are

- ``about``, uint8: JSON with the spec, the origin, and what stands where in the others;
- ``step``, int32: the different lists of steps, end to end;
- ``single``, float32, and ``double``, float64: the values, end to end, in the
  smaller of the two that holds a curve exactly.

Read with NumPy alone. The same numbers lie beside it as ``KIND-NAME.parquet``, the
table that `exports.tables` makes, for those who want to take them away.
"""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt
import orjson

from resnet_viz.errors import InvalidSetting, NotFound
from resnet_viz.events import RunState
from resnet_viz.experiments.experiment import CellHistory, Experiment
from resnet_viz.experiments.kinds import Kind
from resnet_viz.history import Curve, ProfileTable, RunHistory
from resnet_viz.locale import N_
from resnet_viz.specs import RunSpec

FOLDER = Path(__file__).parents[2] / "assets" / "recordings"
SCHEMA = 2
"""Of the file; a larger one is refused."""


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
    """An experiment that was run once; ``runs`` in the order of `Experiment.cells`."""

    name: str
    kind: Kind
    spec: Experiment
    origin: Origin
    runs: tuple[RecordedRun, ...]

    @property
    def histories(self) -> tuple[RunHistory, ...]:
        """What was recorded of each run."""
        return tuple(run.history for run in self.runs)

    @property
    def cells(self) -> tuple[CellHistory, ...]:
        """The same as verdicts and figures take it."""
        return tuple(
            CellHistory(cell.family, cell.depth, cell.seed, run.history)
            for cell, run in zip(self.spec.cells(), self.runs, strict=True)
        )


def recording_names(kind: Kind, folder: Path = FOLDER) -> list[str]:
    """The names of the recordings in ``folder``, in alphabetical order."""
    return sorted(path.stem.removeprefix(f"{kind.name}-") for path in folder.glob(f"{kind.name}-*.npz"))


def read_recording(kind: Kind, name: str, folder: Path = FOLDER) -> Recording:
    """The recording ``name`` of ``kind``.

    Raises:
        NotFound: there is none of this name.
        InvalidSetting: the file is damaged, or from a newer version of this app.
    """
    path = recording_file(kind, name, folder=folder)
    if not path.is_file():
        raise NotFound("no_recording", N_("There is no recording called {name}."), name=name[:60])
    try:
        # Opened here, as NumPy leaves a file open that is not what it expects.
        with path.open("rb") as content, np.load(content, allow_pickle=False) as file:
            arrays = {key: file[key] for key in ("about", "step", "single", "double")}
        about = orjson.loads(arrays["about"].tobytes())
        if about["schema"] > SCHEMA:
            raise InvalidSetting(
                "recording_too_new",
                N_("The recording {name} is from a newer version of this app; update the app."),
                name=name,
            )
        if about["kind"] != kind.name:
            raise ValueError(f"this is a {about['kind']}")
        columns = _Unpacked(about, arrays)
        spec = Experiment.model_validate(about["spec"])
        cells = zip(spec.cells(), about["runs"], strict=True)
        runs = tuple(columns.run(cell.family, run) for cell, run in cells)
        return Recording(name, kind, spec, Origin(**about["origin"]), runs)
    except (BadZipFile, zlib.error, EOFError, LookupError, TypeError, ValueError, OSError) as error:
        raise InvalidSetting(
            "recording_damaged", N_("The recording {name} cannot be read: the file is damaged."), name=name
        ) from error


def recording_file(kind: Kind, name: str, suffix: str = ".npz", folder: Path = FOLDER) -> Path:
    """Where the recording lies; with ``.parquet``, its table."""
    return folder / f"{kind.name}-{Path(name).name}{suffix}"


def origin_json(origin: Origin) -> dict[str, Any]:
    """``origin`` for files."""
    return {name: getattr(origin, name) for name in Origin.__slots__}


def write_recording(recording: Recording, folder: Path = FOLDER) -> Path:
    """Write ``recording`` so that it is read back bit by bit; the file."""
    packed = _Packed()
    runs = [
        {
            "id": run.id,
            "seed": run.history.seed,
            "role": run.spec.network.role,
            "state": run.history.state.value,
            "spec": run.spec.model_dump(mode="json"),
            "facts": dict(run.history.facts),
            "series": [packed.curve(name, curve) for name, curve in run.history.series.items()],
            "profiles": [packed.profile(name, rows) for name, rows in run.history.profiles.items()],
        }
        for run in recording.runs
    ]
    about = {
        "schema": SCHEMA,
        "kind": recording.kind.name,
        "spec": recording.spec.model_dump(mode="json"),
        "origin": origin_json(recording.origin),
        "steps": [len(step) for step in packed.steps],
        "taps": list(packed.taps),
        "runs": runs,
    }
    target = recording_file(recording.kind, recording.name, folder=folder)
    np.savez_compressed(
        target,
        about=np.frombuffer(orjson.dumps(about), np.uint8),
        step=np.concatenate([np.empty(0, np.int32), *packed.steps]),
        single=np.concatenate([np.empty(0, np.float32), *packed.values["single"]]),
        double=np.concatenate([np.empty(0, np.float64), *packed.values["double"]]),
    )
    return target


class _Packed:
    """Columns on their way into few arrays; what many have in common is kept once."""

    def __init__(self) -> None:
        self._steps: dict[bytes, int] = {}
        self.steps: list[npt.NDArray[np.int32]] = []
        self.taps: dict[tuple[str, ...], int] = {}
        self.values: dict[str, list[npt.NDArray[Any]]] = {"single": [], "double": []}

    def curve(self, name: str, curve: Curve) -> list[Any]:
        """What the file says of a curve: name, number of its steps, array of its values."""
        single = curve.value.astype(np.float32)
        fits = np.array_equal(single, curve.value, equal_nan=True)
        self.values["single" if fits else "double"].append(single if fits else curve.value)
        return [name, self._step(curve.step), "single" if fits else "double"]

    def profile(self, name: str, rows: ProfileTable) -> list[Any]:
        """What the file says of a profile: name, number of its steps, number of its taps."""
        self.values["single"].append(rows.value.ravel())
        return [name, self._step(rows.step), self.taps.setdefault(rows.taps, len(self.taps))]

    def _step(self, step: npt.NDArray[np.int64]) -> int:
        known = self._steps.setdefault(step.tobytes(), len(self.steps))
        if known == len(self.steps):
            self.steps.append(step.astype(np.int32))
        return known


class _Unpacked:
    """The arrays of a file, cut into columns in the order in which they were packed."""

    def __init__(self, about: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> None:
        self._steps = [part.astype(np.int64) for part in _cut(arrays["step"], about["steps"])]
        self._taps = [tuple(taps) for taps in about["taps"]]
        self._values = {name: arrays[name] for name in ("single", "double")}

    def run(self, family: str, about: Mapping[str, Any]) -> RecordedRun:
        """The next run, of that network type."""
        series = {name: self._curve(step, place) for name, step, place in about["series"]}
        profiles = {name: self._profile(step, taps) for name, step, taps in about["profiles"]}
        history = RunHistory(
            family, about["seed"], RunState(about["state"]), series, profiles, about["facts"]
        )
        return RecordedRun(about["id"], RunSpec.model_validate(about["spec"]), history)

    def _curve(self, step: int, place: str) -> Curve:
        steps = self._steps[step]
        return Curve(steps, self._next(place, len(steps)).astype(np.float64))

    def _profile(self, step: int, taps: int) -> ProfileTable:
        steps, names = self._steps[step], self._taps[taps]
        values = self._next("single", len(steps) * len(names))
        return ProfileTable(names, steps, values.reshape(len(steps), len(names)))

    def _next(self, place: str, count: int) -> npt.NDArray[Any]:
        found, self._values[place] = self._values[place][:count], self._values[place][count:]
        if len(found) < count:
            raise ValueError("the file has fewer numbers than it says")
        return found


def _cut(array: npt.NDArray[Any], lengths: Iterable[int]) -> list[npt.NDArray[Any]]:
    return [array[start:end] for start, end in pairwise(accumulate(lengths, initial=0))]
