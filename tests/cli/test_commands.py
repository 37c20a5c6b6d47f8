"""The command line's contract: what programs read, how people are refused."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from resnet_viz.cli.app import app
from tests.cli.calls import assert_refused, call, output, run_program

SMALL = "--depth 8 --width 4 --steps 12 --batch-size 16 --train-size 100 --resolution 8"
RACE = ["race", *SMALL.split(), "--seeds", "2", "--seed", "3", "--json"]


@pytest.fixture(scope="module")
def raced(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A race run as a person would, and the home it left."""
    home = tmp_path_factory.mktemp("raced")
    done = run_program(RACE, home)
    assert done.stdout.count("\n") == 1
    return home, json.loads(done.stdout)


@pytest.fixture
def after_race(raced: tuple[Path, dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    home, report = raced
    monkeypatch.setenv("RESNET_VIZ_HOME", str(home))
    return report


def test_race_reports_every_run(after_race: dict[str, Any]) -> None:
    assert set(after_race) == {"race", "runs", "fair", "verdict"}
    assert after_race["fair"] is True
    said = after_race["verdict"]
    gaps = ("loss_gap", "loss_gap_low", "loss_gap_high", "loss_margin")
    accuracies = ("accuracy_difference", "accuracy_difference_low", "accuracy_difference_high")
    counted = ("seeds_compared", "diverged", "no_better_than_guessing")
    assert set(said) == {"headline", "text", "outcome", *gaps, *accuracies, *counted}
    assert (said["loss_gap_low"], said["loss_gap_high"]) == (None, None), "two seeds have no interval"
    runs = after_race["runs"]
    assert [(run["role"], run["seed"]) for run in runs] == [
        ("plain", 3),
        ("residual", 3),
        ("plain", 4),
        ("residual", 4),
    ]
    for run in runs:
        assert set(run) == {
            "id",
            "family",
            "role",
            "seed",
            "state",
            "steps",
            "parameters",
            "train_loss",
            "test_accuracy",
            "wall_s",
            "samples_per_s",
            "batch_digest",
            "init_digest",
        }
        assert (run["state"], run["steps"]) == ("finished", 12)
    for plain, residual in (runs[:2], runs[2:]):
        for fact in ("parameters", "batch_digest", "init_digest"):
            assert plain[fact] == residual[fact]
    by_seed = {
        plain["seed"]: plain["train_loss"] - residual["train_loss"]
        for plain, residual in (runs[:2], runs[2:])
    }
    compared = [by_seed[seed] for seed in after_race["verdict"]["seeds_compared"]]
    expected = pytest.approx(sum(compared) / len(compared)) if compared else None
    assert after_race["verdict"]["loss_gap"] == expected


def test_runs_lists_the_newest_first(after_race: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert call("runs", "--json") == 0
    listed = output(capsys)
    assert {run["id"] for run in listed} == {run["id"] for run in after_race["runs"]}
    assert call("runs") == 0
    shown = capsys.readouterr().out
    assert all(run["id"] in shown for run in after_race["runs"])


def test_export_holds_every_step(after_race: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    run = after_race["runs"][0]
    assert call("export", run["id"], "--format", "json") == 0
    exported = output(capsys)
    assert exported["run"]["spec"]["network"]["depth"] == 8
    losses = exported["series"]["train/loss"]
    assert losses["step"] == list(range(12))
    assert sum(losses["value"]) / 12 == pytest.approx(run["train_loss"])
    profile = exported["profiles"]["grad/relative"]
    assert (len(profile["value"]), len(profile["value"][0])) == (12, len(profile["tap"]))


def test_csv_and_json_hold_the_same_numbers(
    after_race: dict[str, Any], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run = after_race["runs"][1]["id"]
    assert call("export", run) == 0
    exported = output(capsys)
    target = tmp_path / "run.csv"
    assert call("export", run[:6], "--format", "csv", "-o", str(target)) == 0
    rows = list(csv.DictReader(io.StringIO(target.read_text())))
    losses = [float(row["value"]) for row in rows if row["metric"] == "train/loss"]
    assert losses == exported["series"]["train/loss"]["value"]
    cells = sum(len(row) for table in exported["profiles"].values() for row in table["value"])
    assert sum(bool(row["tap"]) for row in rows) == cells


def test_a_finished_run_has_nothing_to_resume_or_stop(after_race: dict[str, Any]) -> None:
    run = after_race["runs"][0]["id"]
    assert call("resume", run) == 2
    assert call("stop", run) == 2
    assert call("pause", after_race["race"]) == 2


def test_describe_counts_like_the_papers(capsys: pytest.CaptureFixture[str]) -> None:
    for family in ("plain", "residual"):
        assert call("describe", "--family", family, "--depth", "56", "--json") == 0
        described = output(capsys)
        assert described["parameters"] == 853_018
        assert sum(layer["parameters"] for layer in described["layers"]) == 853_018
        assert [*described["layers"][0]] == [
            "tap",
            "kind",
            "output_shape",
            "parameters",
            "multiply_adds",
            "memory_bytes",
            "receptive_field",
        ]
        assert described["layers"][-1]["output_shape"] == [10]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("describe --depth 21", "20, 26"),
        ("describe --family dense", "one of plain, residual"),
        ("describe --input 3x32", "such as 3x32x32"),
        ("describe --input 3x32x31", "equal sides"),
        ("describe --classes 1", "at least 2"),
        ("race --depth 33", "32, 38"),
        ("race --preset fast", "degradation, vanishing, shallow"),
        ("race --shortcut none", "compares networks with and without skip connections"),
        ("race --dataset imagenet", "Data set must be one of"),
        ("race --steps many", "whole number"),
        ("race --seed 9223372036854775808", "Seed must be at most"),
        ("race --lr nan", "Learning rate"),
        ("race --train-size 99999999", "Training images"),
        ("race --batch-size 64 --train-size 20", "20"),
        ("export nothing", "no run or group with the ID nothing"),
        ("export nothing --format xml", "csv, json, parquet"),
        ("stop ../../etc", "no run or group"),
        ("fly", "There is no command fly"),
        ("race --wings 2", "There is no option --wings"),
    ],
)
def test_wrong_input_gets_one_sentence(
    arguments: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert_refused(arguments, words, capsys)


def test_programs_get_the_refusal_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("describe", "--depth", "21", "--json") == 2
    assert output(capsys)["error"]["code"] == "illegal_depth"


def test_every_command_and_option_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    for command in app.registered_commands:
        assert command.callback is not None
        assert command.callback.__doc__
        assert call(command.name or command.callback.__name__, "--help") == 0
        shown = capsys.readouterr().out
        for line in shown.splitlines():
            if line.lstrip("│ ").startswith("--") and "--help" not in line:
                assert len(line.strip("│ ").split("  ")) > 1, line


def test_without_assertions_and_docstrings_a_command_works_too(own_home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-OO", "-m", "resnet_viz", "runs", "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "[]\n", "")


def test_the_history_opens_without_torch(after_race: dict[str, Any]) -> None:
    code = (
        "import sys; from resnet_viz.cli.app import _run; _run(['runs', '--json']);"
        "_run(['export', sys.argv[1]]); sys.exit('torch' in sys.modules)"
    )
    run = after_race["runs"][0]["id"]
    assert (
        subprocess.run([sys.executable, "-c", code, run], stdout=subprocess.DEVNULL, check=False).returncode
        == 0
    )
