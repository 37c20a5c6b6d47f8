"""The contract of ``sweep``: what programs read, what is never trained again, how people are refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from resnet_viz.events import RunState
from resnet_viz.experiments.kinds import SWEEP
from resnet_viz.jobs.experiments import start_experiment, stop_experiment
from resnet_viz.store import open_store
from tests.cli.calls import assert_refused, call, output, run_program
from tests.made.specs import sweep

SMALL = "--width 4 --steps 10 --batch-size 16 --train-size 100 --resolution 8 --device cpu --lr 0.1"
COMMAND = ["sweep", "--families", "plain,residual", "--depths", "8,14", *SMALL.split(), "--json"]
CELL = {
    "family",
    "depth",
    "seed",
    "run",
    "state",
    "reused",
    "train_loss",
    "train_error",
    "test_error",
    "wall_s",
}


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A sweep run as a person would, and the home it left."""
    home = tmp_path_factory.mktemp("swept")
    done = run_program(COMMAND, home)
    assert done.stdout.count("\n") == 1
    assert "runs to train: about" in done.stderr
    assert "the estimate was" in done.stderr
    return home, json.loads(done.stdout)


@pytest.fixture
def after_sweep(swept: tuple[Path, dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    home, report = swept
    monkeypatch.setenv("RESNET_VIZ_HOME", str(home))
    return report


def test_a_sweep_reports_every_cell(after_sweep: dict[str, Any]) -> None:
    assert set(after_sweep) == {"sweep", "cells", "verdict", "estimate_s", "wall_s"}
    cells = after_sweep["cells"]
    assert [(cell["depth"], cell["family"], cell["seed"]) for cell in cells] == [
        (depth, name, 0) for depth in (8, 14) for name in ("plain", "residual")
    ]
    for cell in cells:
        assert set(cell) == CELL
        assert (cell["state"], cell["reused"]) == ("finished", False)
        assert 0 <= cell["train_error"] <= 1
        assert 0 <= cell["test_error"] <= 1
        assert 0 < cell["wall_s"] < after_sweep["wall_s"]
    assert after_sweep["estimate_s"] > 0
    assert after_sweep["verdict"]["complete"] is True
    assert after_sweep["verdict"]["ended"] is True
    assert set(after_sweep["verdict"]["families"]) == {"plain", "residual"}


def test_training_error_and_loss_are_those_of_the_last_steps(
    after_sweep: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    cell = after_sweep["cells"][2]
    assert call("export", cell["run"]) == 0
    exported = output(capsys)
    accuracy = exported["series"]["train/accuracy"]["value"]  # ten steps: fewer than twenty
    assert cell["train_error"] == pytest.approx(1 - sum(accuracy) / 10)
    assert exported["run"]["facts"]["train_accuracy"] == pytest.approx(1 - cell["train_error"])
    assert cell["test_error"] == pytest.approx(1 - exported["series"]["test/accuracy"]["value"][-1])
    assert cell["train_loss"] == pytest.approx(sum(exported["series"]["train/loss"]["value"]) / 10)


def test_a_finished_sweep_is_not_trained_again(
    after_sweep: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(*COMMAND) == 0
    said = capsys.readouterr()
    again = json.loads(said.out)
    assert again["sweep"] == after_sweep["sweep"]
    assert again["cells"] == after_sweep["cells"]
    assert again["estimate_s"] == 0
    assert "exist already" in said.err
    assert call(*COMMAND, "--depths", "14", "--families", "residual") == 0
    part = output(capsys)
    assert part["sweep"] != after_sweep["sweep"]
    assert [(cell["run"], cell["reused"]) for cell in part["cells"]] == [
        (after_sweep["cells"][3]["run"], True)
    ]


def test_a_dry_run_trains_nothing(after_sweep: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert call(*COMMAND, "--depths", "8,14,20", "--dry-run") == 0
    planned = output(capsys)
    assert (planned["sweep"], planned["wall_s"]) == (None, None)
    assert planned["estimate_s"] > 0
    assert [(cell["state"], cell["reused"]) for cell in planned["cells"]] == [("finished", True)] * 4 + [
        ("planned", False)
    ] * 2
    assert planned["cells"][5] == dict.fromkeys(CELL) | {
        "family": "residual",
        "depth": 20,
        "seed": 0,
        "state": "planned",
        "reused": False,
    }
    assert call("runs", "--json") == 0
    assert len(output(capsys)) == 4


def test_a_cancelled_sweep_is_resumed_by_its_name(
    after_sweep: dict[str, Any],
    capsys: pytest.CaptureFixture[str],
    own_home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RESNET_VIZ_HOME", str(own_home))
    store = open_store(own_home)
    group = start_experiment(store, SWEEP, sweep(depths=(8,), families=("plain",)), owner="cli")
    stop_experiment(store, group.id)
    assert call("resume", group.id[:6]) == 0
    assert "plain-8, seed 0: Finished" in capsys.readouterr().err
    assert [run.state for run in store.runs()] == [RunState.FINISHED]
    store.close()


def test_people_get_a_table_and_the_verdict(
    after_sweep: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(*COMMAND[:-1]) == 0
    shown = capsys.readouterr().out
    assert all(cell["run"] in shown for cell in after_sweep["cells"])
    assert after_sweep["verdict"]["text"] in shown


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("--depths 21", "20, 26"),
        ("--depths eight", "such as 8,20,32"),
        ("--depths ,", "such as 8,20,32"),
        ("--families transformer", "one of plain, residual"),
        ("--families plain,residual+bottleneck --depths 26", "9n+2"),
        ("--preset huge", "quick, classroom, full"),
        ("--seeds 0", "at least 1"),
        ("--seeds 99", "at most 10"),
        ("--dataset imagenet", "Data set must be one of"),
        ("--train-size 99999999", "Training images"),
        ("--lr nan", "Learning rate"),
    ],
)
def test_wrong_input_gets_one_sentence(
    arguments: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert_refused(f"sweep {arguments}", words, capsys)
