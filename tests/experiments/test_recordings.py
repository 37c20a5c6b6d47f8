"""Bundled recordings: what is written is read back, damage is refused, claims hold."""

import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from resnet_viz.errors import InvalidSetting, NotFound
from resnet_viz.events import RunState
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import KINDS, RACE, SWEEP, Kind
from resnet_viz.experiments.recordings import (
    FOLDER,
    Origin,
    RecordedRun,
    Recording,
    read_recording,
    recording_file,
    recording_names,
    write_recording,
)
from resnet_viz.findings.verdict import depth_verdict, race_verdict
from resnet_viz.history import Curve, ProfileTable, RunHistory
from resnet_viz.specs import RunSpec

TAPS = ("stem", "stage1.block1.conv1", "head")
ORIGIN = Origin("race", "2026-01-31", {"torch": "2"}, {"processor": "x", "cores": 2}, "Quiet.")
BUNDLED: list[tuple[Kind, str]] = [(kind, name) for kind in KINDS.values() for name in recording_names(kind)]


def recorded(specs: Sequence[RunSpec]) -> tuple[RecordedRun, ...]:
    """Short runs with awkward numbers."""
    runs = []
    for number, spec in enumerate(specs):
        curve = Curve(np.arange(4), np.array([2.5, np.nan, 1 / 3, 1e-300]) + number)
        rare = Curve(np.array([3]), np.array([0.5]))
        table = ProfileTable(TAPS, np.array([0, 2]), np.array([[1, 0, 3], [4, np.inf, 0.1]], np.float32))
        history = RunHistory(
            spec.network.role,
            7,
            RunState.FINISHED,
            {"train/loss": curve, "test/accuracy": rare},
            {"grad/relative": table},
            {"wall_s": 1.5, "taps": [{"name": name, "kind": "conv", "position": 1} for name in TAPS]},
        )
        runs.append(RecordedRun(f"run{number}", spec, history))
    return tuple(runs)


def a_race() -> Recording:
    race = Experiment()
    return Recording("made", RACE, race, ORIGIN, recorded(race.runs()))


def same(read: Recording, written: Recording) -> None:
    assert (read.spec, read.origin) == (written.spec, written.origin)
    for run, expected in zip(read.runs, written.runs, strict=True):
        assert (run.id, run.spec) == (expected.id, expected.spec)
        assert (run.history.family, run.history.seed) == (expected.history.family, 7)
        assert run.history.facts == expected.history.facts
        for name, curve in expected.history.series.items():
            assert run.history.series[name].value.dtype == np.float64
            np.testing.assert_array_equal(run.history.series[name].step, curve.step)
            np.testing.assert_array_equal(run.history.series[name].value, curve.value)
        profile = run.history.profiles["grad/relative"]
        assert profile.taps == TAPS
        np.testing.assert_array_equal(profile.step, [0, 2])
        np.testing.assert_array_equal(profile.value, expected.history.profiles["grad/relative"].value)


def test_what_is_written_is_read_back_bit_by_bit(tmp_path: Path) -> None:
    write_recording(a_race(), tmp_path)
    assert (recording_names(RACE, tmp_path), recording_names(SWEEP, tmp_path)) == (["made"], [])
    same(read_recording(RACE, "made", tmp_path), a_race())


def test_a_sweep_is_read_back_cell_by_cell(tmp_path: Path) -> None:
    sweep = Experiment(depths=(8, 14), seeds=2)
    made = Recording("tiny", SWEEP, sweep, ORIGIN, recorded([cell.run for cell in sweep.cells()]))
    write_recording(made, tmp_path)
    assert recording_names(SWEEP, tmp_path) == ["tiny"]
    read = read_recording(SWEEP, "tiny", tmp_path)
    same(read, made)
    cells = list(read.cells)
    assert [cell[:3] for cell in cells] == [cell[:3] for cell in sweep.cells()]
    assert [cell.history.series["train/loss"].value[0] for cell in cells] == [2.5 + n for n in range(8)]


def test_the_runs_of_a_race_of_three_network_types_stand_for_their_own(tmp_path: Path) -> None:
    families = ("plain", "residual", "residual+projection")
    race = Experiment(families=families)
    write_recording(Recording("three", RACE, race, ORIGIN, recorded(race.runs())), tmp_path)
    read = read_recording(RACE, "three", tmp_path)
    assert tuple(history.family for history in read.histories) == families
    assert [run.spec.network.shortcut for run in read.runs] == ["none", "identity", "projection"]


def test_what_was_measured_in_float32_is_kept_in_float32(tmp_path: Path) -> None:
    with np.load(write_recording(a_race(), tmp_path), allow_pickle=False) as file:
        assert file["single"].dtype == np.float32
        # Per run one test accuracy and a profile of 2 × 3; the losses need all 64 bits.
        assert (len(file["single"]), len(file["double"])) == (2 * (1 + 6), 2 * 4)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not a recording"])
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes) -> None:
    recording_file(RACE, "made", folder=tmp_path).write_bytes(content)
    with pytest.raises(InvalidSetting, match="damaged"):
        read_recording(RACE, "made", tmp_path)


def test_a_missing_a_cut_and_a_newer_file_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotFound, match=r"no recording called \.\./x"):
        read_recording(RACE, "../x", tmp_path)
    file = write_recording(a_race(), tmp_path)
    content = file.read_bytes()
    for length in range(0, len(content), len(content) // 7):
        file.write_bytes(content[:length])
        with pytest.raises(InvalidSetting, match="damaged"):
            read_recording(RACE, "made", tmp_path)
    monkeypatch.setattr("resnet_viz.experiments.recordings.SCHEMA", 3)
    write_recording(replace(a_race(), name="newer"), tmp_path)
    monkeypatch.setattr("resnet_viz.experiments.recordings.SCHEMA", 2)
    with pytest.raises(InvalidSetting, match="newer version"):
        read_recording(RACE, "newer", tmp_path)


def test_fewer_numbers_than_promised_and_objects_are_refused(tmp_path: Path) -> None:
    file = write_recording(a_race(), tmp_path)
    with np.load(file) as arrays:
        whole = dict(arrays)
    np.savez(file, **whole | {"single": whole["single"][:-1]})
    with pytest.raises(InvalidSetting, match="damaged"):
        read_recording(RACE, "made", tmp_path)
    np.savez(file, **whole | {"about": np.array([{}], object)})
    with pytest.raises(InvalidSetting, match="damaged"):
        read_recording(RACE, "made", tmp_path)


def test_a_race_is_no_sweep(tmp_path: Path) -> None:
    file = write_recording(a_race(), tmp_path)
    file.rename(recording_file(SWEEP, "made", folder=tmp_path))
    with pytest.raises(InvalidSetting, match="damaged"):
        read_recording(SWEEP, "made", tmp_path)


@pytest.mark.parametrize(("kind", "name"), BUNDLED)
def test_the_table_beside_a_recording_has_the_same_numbers(kind: Kind, name: str) -> None:
    """Arrow reads the table; what the app reads must be the same, number by number."""
    recording: Recording = read_recording(kind, name)
    table = pq.read_table(recording_file(kind, name, ".parquet")).to_pydict()
    keys = zip(table["run"], table["metric"], table["step"], table["tap"], strict=True)
    rows = dict(zip(keys, table["value"], strict=True))
    assert len(rows) == len(table["value"]), "a number is in the table twice"
    for run in recording.runs:
        for metric, curve in run.history.series.items():
            for step, value in zip(curve.step.tolist(), curve.value.tolist(), strict=True):
                assert rows.pop((run.id, metric, step, None)) == value
        for metric, profile in run.history.profiles.items():
            for step, values in zip(profile.step.tolist(), profile.value.tolist(), strict=True):
                for tap, value in zip(profile.taps, values, strict=True):
                    assert rows.pop((run.id, metric, step, tap)) == value
    assert not rows, "the table has numbers that the recording lacks"


@pytest.mark.parametrize(("kind", "name"), BUNDLED)
def test_bundled_recordings_are_small_and_say_how_they_were_made(kind: Kind, name: str) -> None:
    recording: Recording = read_recording(kind, name)
    assert recording_file(kind, name).stat().st_size < 600_000
    assert {history.state for history in recording.histories} == {RunState.FINISHED}
    origin = recording.origin
    assert f"python -m resnet_viz {kind.name} " in origin.command
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", origin.day)
    assert origin.machine["processor"]
    assert origin.machine["cores"]


def test_there_is_nothing_else_in_their_folder() -> None:
    both = (".npz", ".parquet")
    expected = {recording_file(kind, name, suffix) for kind, name in BUNDLED for suffix in both}
    assert set(FOLDER.iterdir()) == expected


def test_the_bundled_race_shows_what_home_claims() -> None:
    recording = read_recording(RACE, "depth-56")
    assert [run.spec.network.depth for run in recording.runs] == [56, 56]
    assert [history.family for history in recording.histories] == ["plain", "residual"]
    said = race_verdict(recording.spec, recording.cells).to_dict()
    assert said["headline"].startswith("In this run: residual 0.")
    assert said["loss_gap"] > 0.3
    assert "explodes towards the input" in said["text"]
    digests = {history.facts["init_digest"] for history in recording.histories}
    assert len(digests) == 1, "the two started from different weights"
    assert "race --depth 56 --steps 300" in recording.origin.command


def test_the_bundled_sweep_shows_degradation_and_says_how_sure_that_is() -> None:
    recording = read_recording(SWEEP, "fashion-mnist")
    spec, cells = recording.spec, list(recording.cells)
    assert (spec.depths, spec.seeds, spec.run.data.train_size) == ((8, 14, 20, 32, 44, 56), 3, 60_000)
    said = depth_verdict(spec, cells)
    assert said.found.is_complete
    assert str(said.headline).startswith("Plain: training error rises with depth; Residual: ")
    assert "degradation" in said.text
    assert said.to_dict()["families"]["residual"]["outcome"] != "rises"
    found = {(cell.family, cell.depth, cell.seed): cell.history for cell in cells}
    for depth in spec.depths:
        for seed in range(spec.seeds):
            plain, residual = (found[family, depth, seed].facts for family in ("plain", "residual"))
            for fact in ("init_digest", "batch_digest", "parameters"):
                assert plain[fact] == residual[fact], f"{fact}, depth {depth}, seed {seed}"


def test_reading_needs_neither_torch_nor_pandas_nor_arrow() -> None:
    program = (
        "import sys; from resnet_viz.experiments.kinds import RACE;"
        "from resnet_viz.experiments.recordings import read_recording; read_recording(RACE, 'depth-56');"
        "print(sorted({'torch', 'pandas', 'pyarrow'} & set(sys.modules)))"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"
