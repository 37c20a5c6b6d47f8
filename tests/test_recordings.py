"""Bundled recordings: what is written is read back, damage is refused, claims hold."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from resnet_viz.errors import InvalidSetting, NotFound
from resnet_viz.events import RunState
from resnet_viz.history import Curve, ProfileTable, RunHistory
from resnet_viz.recordings import (
    Origin,
    RecordedRun,
    Recording,
    read_recording,
    recording_names,
    write_recording,
)
from resnet_viz.specs import RaceSpec
from resnet_viz.verdict import verdict

TAPS = ("stem", "stage1.block1.conv1", "head")


def made() -> Recording:
    """Two short runs with awkward numbers."""
    race = RaceSpec()
    runs = []
    for number, spec in enumerate(race.members()):
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
    origin = Origin("race", "2026-01-31", {"torch": "2"}, {"processor": "x", "cores": 2}, "Quiet.")
    return Recording("made", race, origin, tuple(runs))


def test_what_is_written_is_read_back_bit_by_bit(tmp_path: Path) -> None:
    recording = made()
    write_recording(recording, tmp_path)
    assert recording_names(tmp_path) == ["made"]
    read = read_recording("made", tmp_path)
    assert (read.race, read.origin) == (recording.race, recording.origin)
    for run, expected in zip(read.runs, recording.runs, strict=True):
        assert (run.id, run.spec) == (expected.id, expected.spec)
        assert (run.history.role, run.history.seed) == (expected.history.role, 7)
        assert run.history.facts == expected.history.facts
        for name, curve in expected.history.series.items():
            np.testing.assert_array_equal(run.history.series[name].step, curve.step)
            np.testing.assert_array_equal(run.history.series[name].value, curve.value)
        profile = run.history.profiles["grad/relative"]
        assert profile.taps == TAPS
        np.testing.assert_array_equal(profile.step, [0, 2])
        np.testing.assert_array_equal(profile.value, expected.history.profiles["grad/relative"].value)


def test_the_file_is_a_table_for_everybody(tmp_path: Path) -> None:
    rows = pq.read_table(write_recording(made(), tmp_path)).to_pylist()
    assert {"run": "run0", "metric": "test/accuracy", "step": 3, "tap": "", "value": 0.5} in rows
    assert {"run": "run1", "metric": "grad/relative", "step": 2, "tap": "stem", "value": 4.0} in rows
    assert len(rows) == 2 * (4 + 1 + 6)


def test_a_missing_a_damaged_and_a_newer_file_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotFound, match=r"no recording called \.\./x"):
        read_recording("../x", tmp_path)
    file = write_recording(made(), tmp_path)
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])
    with pytest.raises(InvalidSetting, match="damaged"):
        read_recording("made", tmp_path)
    pq.write_table(pq.read_table(write_recording(made(), tmp_path)).replace_schema_metadata(), file)
    with pytest.raises(InvalidSetting, match="damaged"):
        read_recording("made", tmp_path)
    monkeypatch.setattr("resnet_viz.recordings.SCHEMA", 2)
    write_recording(replace(made(), name="newer"), tmp_path)
    monkeypatch.setattr("resnet_viz.recordings.SCHEMA", 1)
    with pytest.raises(InvalidSetting, match="newer version"):
        read_recording("newer", tmp_path)


def test_the_bundled_race_shows_what_home_claims() -> None:
    recording = read_recording("depth-56")
    assert [run.spec.network.depth for run in recording.runs] == [56, 56]
    assert [history.role for history in recording.histories] == ["plain", "residual"]
    assert {history.state for history in recording.histories} == {RunState.FINISHED}
    said = verdict(recording.race, recording.histories).to_dict()
    assert "trained better" in said["text"]
    digests = {history.facts["init_digest"] for history in recording.histories}
    assert len(digests) == 1, "the two started from different weights"
    origin = recording.origin
    assert "python -m resnet_viz race --depth 56 --steps 300" in origin.command
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", origin.day)
    assert origin.machine["processor"]
    assert origin.machine["cores"]


def test_reading_needs_neither_torch_nor_pandas() -> None:
    program = (
        "import sys; from resnet_viz.recordings import read_recording; read_recording('depth-56');"
        "print(sorted({'torch', 'pandas'} & set(sys.modules)))"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"
