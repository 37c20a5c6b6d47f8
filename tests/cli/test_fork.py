"""``fork``: a run goes on from another's step; what programs get, and what is refused."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from resnet_viz.checkpoint_files import position_file
from resnet_viz.errors import StoreUnavailable
from resnet_viz.events import Desired, RunState, StateChanged
from resnet_viz.exports.importing import import_runs
from resnet_viz.jobs.forks import FORK, forks_of, parent_of, start_fork
from resnet_viz.store import RunReader, Store, open_store
from resnet_viz.training.loop import train
from tests.cli.calls import assert_refused, call, output, run_program
from tests.cli.test_commands import SMALL
from tests.made.specs import tiny
from tests.made.stored import queue, write


@pytest.fixture(scope="module")
def forked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], dict[str, Any], Any]:
    """A race, a fork of its residual network, and what was recorded of the parent before the fork."""
    home = tmp_path_factory.mktemp("forked")
    race = json.loads(run_program(["race", *SMALL.split(), "--json"], home).stdout)
    parent = race["runs"][1]["id"]
    store = open_store(home)
    before = (store.run(parent), store.events_since(parent, 0)[1], store.checkpoints(parent))
    arguments = ["fork", parent[:6], "--at", "3", "--change", "cut", "--json"]
    report = json.loads(run_program(arguments, home).stdout)
    after = (store.run(parent), store.events_since(parent, 0)[1], store.checkpoints(parent))
    store.close()
    return home, race, report, (before, after)


@pytest.fixture
def home(forked: tuple[Path, Any, Any, Any], monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RESNET_VIZ_HOME", str(forked[0]))
    return forked[0]


def test_a_fork_says_whose_child_it_is_and_how_both_stand(forked: tuple[Path, Any, Any, Any]) -> None:
    _home, race, report, _records = forked
    assert set(report) == {
        "fork",
        "parent",
        "step",
        "change",
        "state",
        "steps",
        "train_loss",
        "test_accuracy",
        "batch_digest",
        "compared",
        "text",
    }
    assert (report["parent"], report["step"], report["change"]) == (race["runs"][1]["id"], 3, "cut")
    assert (report["state"], report["steps"]) == ("finished", 12)
    assert report["batch_digest"] == race["runs"][1]["batch_digest"], "the same batches"
    assert set(report["compared"]) == {"at", "steps", "fork", "parent"}
    assert (report["compared"]["at"], report["compared"]["steps"]) == (12, 9)
    assert "Training loss after 12 steps (skips cut at step 3): fork" in report["text"]


def test_the_record_of_a_fork_is_its_own_and_its_parents_stays_as_it_was(
    forked: tuple[Path, Any, Any, Any], home: Path
) -> None:
    _home, race, report, (before, after) = forked
    assert before[0].spec == after[0].spec
    assert dict(before[0].facts) == dict(after[0].facts)
    assert (before[0].state, before[0].step, before[1:]) == (after[0].state, after[0].step, after[1:])
    store = open_store(home)
    run = store.run(report["fork"])
    assert store.group(run.group_id).kind == FORK
    assert store.group(race["race"]).run_ids == tuple(run["id"] for run in race["runs"])
    assert run.spec.fork is not None
    assert run.spec.fork.model_dump() == {"run": report["parent"], "step": 3, "change": "cut"}
    assert (run.role, run.step, run.total_steps) == ("plain", 12, 12)
    loss = RunReader(store, run.id).history().series["train/loss"]
    assert loss.step.tolist() == list(range(3, 12)), "its curve begins at its step"
    assert [found.id for found in forks_of(store, {report["parent"]})] == [run.id]
    store.close()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("--at 4 --change cut", "Nearest: 3, 10."),
        ("--at 12 --change cut", "Nearest: 10."),
        ("--at -1 --change cut", "Nearest: 0."),
        ("--at 3 --change connect", "to a plain network only"),
        ("--at 3 --change dance", "one of 'cut', 'connect', 'rate' or 'scale'"),
        ("--at 3 --change cut", "has this fork already"),
        ("--change cut", "at"),
    ],
)
@pytest.mark.usefixtures("home")
def test_what_cannot_be_forked_is_refused_in_a_sentence(
    forked: tuple[Path, Any, Any, Any],
    arguments: str,
    words: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert_refused(f"fork {forked[2]['parent']} {arguments}", words, capsys)


@pytest.mark.usefixtures("home")
def test_a_race_is_not_a_run_and_a_fork_has_no_script(
    forked: tuple[Path, Any, Any, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    _home, race, report, _records = forked
    assert_refused(f"fork {race['race']} --at 3 --change rate", "name the one to fork", capsys)
    assert_refused(f"export {report['fork']} --format script", "is a fork", capsys)


@pytest.mark.usefixtures("home")
def test_a_fork_survives_export_import_and_the_end_of_its_parent(
    forked: tuple[Path, Any, Any, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    home, _race, report, _records = forked
    assert call("export", report["fork"], "--format", "json") == 0
    exported = output(capsys)
    assert exported["run"]["spec"]["fork"] == {"run": report["parent"], "step": 3, "change": "cut"}
    assert call("export", report["fork"], "--format", "html", "-o", str(home / "report.html")) == 0
    assert report["parent"] in (home / "report.html").read_text(encoding="utf-8")
    store = open_store(home)
    imported = store.run(import_runs(store, "ada", json.dumps(exported).encode()).run_ids[0])
    assert imported.spec == store.run(report["fork"]).spec
    known = parent_of(store, imported)
    assert known is not None
    assert known.id == report["parent"]
    store.library.delete([report["parent"]])
    assert parent_of(store, store.run(report["fork"])) is None
    capsys.readouterr()
    assert_refused(f"fork {report['parent']} --at 1 --change rate", "restore it", capsys)
    store.library.restore([report["parent"]])
    store.close()


@pytest.mark.usefixtures("home")
def test_a_race_is_exported_with_its_forks_and_a_run_alone(
    forked: tuple[Path, Any, Any, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    home, race, report, _records = forked
    members = [run["id"] for run in race["runs"]]
    assert call("export", race["race"]) == 0
    assert [one["run"]["id"] for one in output(capsys)["runs"]] == [*members, report["fork"]]
    assert call("export", race["race"], "--format", "csv") == 0
    rows = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert {row["run"] for row in rows} == {*members, report["fork"]}
    assert call("export", report["parent"]) == 0
    assert output(capsys)["run"]["id"] == report["parent"]
    # No script trains a fork; that is no reason to refuse those of the race.
    assert call("export", race["race"], "--format", "script", "-o", str(home / "scripts")) == 0
    assert len(list((home / "scripts").glob("*.py"))) == len(members)


def test_a_fork_of_a_fork_needs_nothing_of_the_first_parent(
    forked: tuple[Path, Any, Any, Any], home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _home, _race, report, _records = forked
    capsys.readouterr()
    store = open_store(home)
    store.library.delete([report["parent"]])
    assert call("fork", report["fork"], "--at", "10", "--change", "rate", "--json") == 0
    grandchild = output(capsys)
    assert grandchild["state"] == "finished"
    store.library.restore([report["parent"]])
    found = forks_of(store, {report["parent"]})
    assert [run.id for run in found] == [report["fork"], grandchild["fork"]]
    assert store.run(grandchild["fork"]).spec.network.role == "plain"
    store.close()


def test_without_what_training_goes_on_with_there_is_nothing_to_fork(
    forked: tuple[Path, Any, Any, Any], home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As in histories of earlier versions, and where checkpoints were removed."""
    parent = forked[1]["runs"][0]["id"]
    store = open_store(home)
    folder = store.run_folder(parent)
    (folder / position_file(3)).unlink()
    assert_refused(f"fork {parent} --at 3 --change rate", "Nearest: 1, 10.", capsys)
    store.library.remove_weights([parent])
    assert list(folder.glob("*.safetensors")) == []
    assert_refused(f"fork {parent} --at 10 --change rate", "Train it again", capsys)
    store.close()


def test_a_fork_that_cannot_be_recorded_leaves_nothing(
    own_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = tiny(steps=4, data={"train_size": 100})
    (parent,) = queue(own_store, spec)
    folder = own_store.run_folder(parent)
    events = list(train(spec, folder=folder, data_folder=folder, threads=1, desired=Desired))
    write(own_store, parent, *(each for each in events if not isinstance(each, StateChanged)))
    own_store.append(parent, 1, [StateChanged(RunState.FINISHED)])
    assert start_fork(own_store, parent, 1, "rate", "ada").step == 1

    def refuse(*_arguments: object, **_more: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr(type(own_store), "add_group", refuse)
    before = sorted((own_store.home / "runs").iterdir())
    with pytest.raises(StoreUnavailable, match="no space"):
        start_fork(own_store, parent, 1, "cut", "ada")
    assert sorted((own_store.home / "runs").iterdir()) == before
