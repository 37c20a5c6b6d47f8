"""``runs`` with filters, ``delete``, ``restore``, ``import``, ``export``: what programs and people get."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from resnet_viz.events import Facts, RunState, Series, StateChanged, Wish
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.store import Labels, Store
from tests.cli.calls import assert_refused, call, output
from tests.made.specs import tiny
from tests.made.stored import write
from tests.made.trained import saved

SPEC = tiny(width=2, steps=2, batch_size=8)


@pytest.fixture
def store(own_store: Store) -> Store:
    return own_store


@pytest.fixture
def race(store: Store) -> tuple[str, str, str]:
    """A finished race with weights: its name and its plain and residual run."""
    spec = Experiment(run=SPEC)
    group = store.add_group("race", "cli", spec.to_json(), spec.runs())
    for run_id, member in zip(group.run_ids, spec.runs(), strict=True):
        write(
            store,
            run_id,
            Series("train/loss", np.array([0, 1]), np.array([2.5, 2.0])),
            saved(store.run_folder(run_id), member, 2, seed=1),
            Facts({"train_loss": 2.25}),
            StateChanged(RunState.FINISHED),
        )
    plain, residual = group.run_ids
    return group.id, plain, residual


def listed(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert call("runs", "--json", *arguments) == 0
    found: list[dict[str, Any]] = output(capsys)
    return found


def test_runs_are_filtered(
    store: Store, race: tuple[str, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    group, plain, residual = race
    store.library.label([plain], Labels(name="Première", tags=["keep"]))
    store.add_group("sweep", "cli", "{}", [SPEC.but(network=SPEC.network.but(depth=14))])
    for arguments, expected in (
        (["--role", "plain"], [plain]),
        (["--state", "finished"], [plain, residual]),
        (["--state", "running,queued", "--depth", "8"], []),
        (["--depth", "8,20"], [plain, residual]),
        (["--dataset", "mnist"], []),
        (["--group", group[:5], "--role", "residual"], [residual]),
        (["--text", "première"], [plain]),
        (["--tag", "keep"], [plain]),
    ):
        assert [run["id"] for run in listed(capsys, *arguments)] == expected, arguments
    assert len(listed(capsys)) == 3
    (one,) = listed(capsys, "--tag", "keep")
    assert (one["name"], one["tags"], one["train_loss"], one["origin"], one["race"]) == (
        "Première",
        ["keep"],
        2.25,
        "trained",
        group,
    )
    assert call("runs", "--limit", "1") == 0
    assert "1 of 3" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("runs --state flying", "State must be one of queued"),
        ("runs --role wide", "plain, residual"),
        ("runs --depth deep", "whole number"),
        ("runs --dataset imagenet", "cifar10"),
        ("runs --group nothing", "no run or group"),
        ("delete nothing", "no run or group"),
        ("restore nothing", "no run or group"),
        ("import nothing.json", "no file nothing.json"),
        ("export nothing --language fr", "en, zh"),
    ],
)
def test_wrong_input_gets_one_sentence(
    arguments: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert_refused(arguments, words, capsys)


def test_a_deletion_is_taken_back(
    store: Store, race: tuple[str, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    group, plain, residual = race
    assert call("delete", group) == 0
    assert f"restore {plain}" in capsys.readouterr().err
    assert listed(capsys) == []
    assert {run["id"] for run in listed(capsys, "--deleted")} == {plain, residual}
    assert call("restore", group) == 0
    assert {run["id"] for run in listed(capsys)} == {plain, residual}
    assert call("delete", plain[:6], "--weights") == 0
    assert (store.checkpoints(plain), store.run(plain).deleted_at) == ([], None)
    assert call("delete", plain, "--for-good") == 0
    assert [run["id"] for run in listed(capsys)] == [residual]
    assert listed(capsys, "--deleted") == []
    assert not store.run_folder(plain).exists()
    assert call("restore", plain) == 2


def test_a_run_goes_to_another_home_and_back(
    race: tuple[str, str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    group = race[0]
    file = tmp_path / "race.json"
    assert call("export", group, "-o", str(file)) == 0
    monkeypatch.setenv("RESNET_VIZ_HOME", str(tmp_path / "elsewhere"))
    capsys.readouterr()
    assert call("import", str(file), "--name", "Theirs", "--json") == 0
    report = output(capsys)
    assert [run["id"] for run in listed(capsys)] == report["runs"]
    assert {run["origin"] for run in listed(capsys)} == {"imported"}
    assert call("export", report["runs"][0]) == 0
    exported = output(capsys)
    assert exported["series"]["train/loss"]["value"] == [2.5, 2.0]
    file.write_text("[]")
    assert call("import", str(file)) == 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_what_powershell_redirected_is_imported(
    race: tuple[str, str, str], tmp_path: Path, encoding: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "run.json"
    assert call("export", race[1], "-o", str(file)) == 0
    file.write_text(file.read_text(encoding="utf-8"), encoding=encoding)
    capsys.readouterr()
    assert call("import", str(file), "--json") == 0
    (run_id,) = output(capsys)["runs"]
    assert call("export", run_id, "-o", str(file)) == 0
    assert json.loads(file.read_bytes())["series"]["train/loss"]["value"] == [2.5, 2.0]


def test_search_on_the_command_line_is_for_the_signs_themselves(
    store: Store, race: tuple[str, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert listed(capsys, "--text", "[") == []
    store.library.label([race[1]], Labels(tags=['say "[x]\\y"', "cafe\u0301"]))
    for word in ("[", '"', "\\", "café", "cafe\u0301"):
        assert [run["id"] for run in listed(capsys, "--text", word)] == [race[1]], word


def test_several_runs_are_stopped_or_paused_at_once_or_none(
    store: Store, race: tuple[str, str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    group = store.add_group("race", "cli", "{}", [SPEC, SPEC, SPEC])
    first, second, third = group.run_ids

    def states() -> list[tuple[RunState, Wish]]:
        return [(run.state, run.desired.wish) for run in map(store.run, group.run_ids)]

    assert call("stop", first, race[1], second) == 2, "one of them has ended"
    assert states() == [(RunState.QUEUED, Wish.RUN)] * 3
    capsys.readouterr()
    assert call("pause", first, group.id, second) == 0
    assert capsys.readouterr().err.count("will be paused.") == 3
    assert states() == [(RunState.QUEUED, Wish.PAUSE)] * 3
    assert call("stop", second, third) == 0
    assert [state for state, _wish in states()] == [RunState.QUEUED, RunState.STOPPED, RunState.STOPPED]


def test_weights_become_a_run_that_has_them(
    store: Store, race: tuple[str, str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, _, residual = race
    file = tmp_path / "residual.safetensors"
    assert call("export", residual, "--format", "safetensors", "-o", str(file)) == 0
    capsys.readouterr()
    assert call("import", str(file), "--json") == 0
    (run_id,) = output(capsys)["runs"]
    run = store.run(run_id)
    assert (run.origin, run.spec, run.step, run.state) == ("imported", SPEC, 2, RunState.FINISHED)
    again = tmp_path / "again.safetensors"
    assert call("export", run_id, "--format", "safetensors", "-o", str(again)) == 0
    assert again.read_bytes() == file.read_bytes()
    before = len(store.runs())
    file.write_bytes(file.read_bytes()[:-1])
    assert call("import", str(file)) == 2
    assert len(store.runs()) == before


def test_every_format_leaves_where_it_was_told_to(
    race: tuple[str, str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    group, plain, residual = race
    monkeypatch.chdir(tmp_path)
    assert call("export", plain, residual, "--format", "parquet") == 0
    (file,) = tmp_path.glob("2-runs-*.parquet")
    assert set(pd.read_parquet(file)["run"]) == {plain, residual}
    assert call("export", residual, plain, "--format", "parquet") == 0
    assert len(list(tmp_path.glob("2-runs-*.parquet"))) == 2, "another export, another file"
    assert call("export", group, "--format", "script", "-o", "scripts") == 0
    assert len(list(Path("scripts").glob("*.py"))) == 2
    assert call("export", plain, "--format", "tensorboard", "-o", "logs") == 0
    assert len(list(Path("logs").glob("*/events.out.tfevents.*"))) == 1
    capsys.readouterr()
    assert call("export", plain, "--format", "script") == 0
    assert "class Network(nn.Module)" in capsys.readouterr().out
    assert call("export", group, "--format", "html", "--language", "zh", "-o", "report.html") == 0
    assert 'lang="zh-CN"' in Path("report.html").read_text(encoding="utf-8")
    assert call("export", plain, "-o", "missing/run.json") == 2
    assert "cannot be written" in capsys.readouterr().err


def test_exports_need_no_torch(race: tuple[str, str, str], own_home: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from resnet_viz.cli.app import _run\n"
        "for name in ('csv', 'json', 'parquet', 'tensorboard', 'safetensors', 'html', 'script'):\n"
        "    assert _run(['export', sys.argv[1], '--format', name, '-o', name]) == 0, name\n"
        "sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, race[1]],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "RESNET_VIZ_HOME": str(own_home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
