"""A fork begins as its parent was, to the bit, and only the difference acts after that."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from resnet_viz.checkpoint_files import kept_file, position_file
from resnet_viz.errors import CheckpointDamaged, InvalidSetting
from resnet_viz.events import Desired, Event, Progress, Rewound, RunState, Wish
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.forks import CHANGES, fork_words, forked, possible_changes
from resnet_viz.history import RunHistory
from resnet_viz.networks.families import without_shortcuts
from resnet_viz.specs import Fork, ForkChange, NetworkSpec, RunSpec
from resnet_viz.training.checkpoint import read_checkpoint, read_kept_position
from tests.made.specs import tiny
from tests.training.test_loop import assert_same_curves, history, run, stop_at

PARENT = "parentrun2"
DIGEST = "8a13f7d2ac4e5f60"
RESIDUAL = tiny(
    data={"train_size": 200, "augmentation": "crop-flip"},
    steps=24,
    evaluate_every=5,
    probe_every=8,
    schedule="cosine",
)
PLAIN = RESIDUAL.but(network=without_shortcuts(RESIDUAL.network))
ADAM = RESIDUAL.but(train=RESIDUAL.train.but(optimizer="adam", learning_rate=0.01))
DRAWS = RESIDUAL.but(network=RESIDUAL.network.but(shortcut_dropout=0.3, survival=0.7))


def copied(parent: Path, folder: Path, step: int) -> Path:
    """A folder with what was kept of ``step``."""
    folder.mkdir()
    for name in (kept_file(step), position_file(step)):
        shutil.copyfile(parent / name, folder / name)
    return folder


def from_step(whole: RunHistory, step: int) -> RunHistory:
    """What was measured from ``step`` on."""
    series = {
        name: type(curve)(curve.step[curve.step >= step], curve.value[curve.step >= step])
        for name, curve in whole.series.items()
    }
    profiles = {
        name: type(table)(table.taps, table.step[table.step >= step], table.value[table.step >= step])
        for name, table in whole.profiles.items()
    }
    return RunHistory(whole.family, whole.seed, whole.state, series, profiles, whole.facts)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> dict[RunSpec, tuple[Path, RunHistory]]:
    found = {}
    for spec in (RESIDUAL, PLAIN, ADAM, DRAWS):
        folder = tmp_path_factory.mktemp("parent")
        found[spec] = (folder, history(list(run(folder, spec)), spec))
    return found


@pytest.mark.parametrize("step", [0, 1, 10])
@pytest.mark.parametrize("spec", [RESIDUAL, PLAIN, ADAM, DRAWS], ids=["residual", "plain", "adam", "draws"])
def test_a_fork_without_a_difference_goes_on_as_its_parent_did(
    trained: dict[RunSpec, tuple[Path, RunHistory]], tmp_path: Path, spec: RunSpec, step: int
) -> None:
    parent, whole = trained[spec]
    folder = copied(parent, tmp_path / "fork", step)
    same = spec.but(fork=Fork(run=PARENT, step=step, change="rate"))
    events = list(run(folder, same))
    assert_same_curves(history(events, same), from_step(whole, step))
    for name, value in read_checkpoint(parent / kept_file(24)).model.items():
        assert torch.equal(read_checkpoint(folder / kept_file(24)).model[name], value), name


@pytest.mark.parametrize(
    ("change", "spec"),
    [("cut", RESIDUAL), ("connect", PLAIN), ("rate", RESIDUAL), ("rate", ADAM), ("scale", RESIDUAL)],
)
def test_each_fork_starts_with_all_that_its_parent_had(
    trained: dict[RunSpec, tuple[Path, RunHistory]], tmp_path: Path, change: ForkChange, spec: RunSpec
) -> None:
    parent, whole = trained[spec]
    folder = copied(parent, tmp_path / "fork", 10)
    changed = forked(spec, PARENT, 10, change)
    fork = history(list(run(folder, changed)), changed)
    before, after = (read_kept_position(place, 10) for place in (parent, folder))
    assert after.spec == changed
    assert before.model.keys() == after.model.keys()
    assert before.optimizer.keys() == after.optimizer.keys()
    assert len(before.optimizer) > 0
    running = 0
    for name, value in before.model.items():
        assert torch.equal(after.model[name], value), name
        running += name.endswith("running_var")
    assert running > 0
    for name, value in before.optimizer.items():
        assert torch.equal(after.optimizer[name], value), name
    assert before.position.keys() == after.position.keys()
    for name in before.position.keys() - {"wall_s", "training_s"}:
        assert after.position[name] == before.position[name], name
    # From there on only the difference acts: the batches and the rate are those of the parent.
    assert fork.facts["batch_digest"] == whole.facts["batch_digest"]
    assert fork.state is RunState.FINISHED
    for name in ("train/loss", "train/learning_rate"):
        assert fork.series[name].step.tolist() == list(range(10, 24))
    rates = whole.series["train/learning_rate"].value[10:]
    expected = rates / 10 if change == "rate" else rates
    np.testing.assert_allclose(fork.series["train/learning_rate"].value, expected, rtol=1e-6)
    loss, before_it = fork.series["train/loss"].value, whole.series["train/loss"].value[10:]
    assert (loss[0] == before_it[0]) == (change == "rate")  # a smaller step shows only after it
    assert loss[-1] != before_it[-1]


def test_a_stopped_fork_goes_on_to_the_same_curve(
    trained: dict[RunSpec, tuple[Path, RunHistory]], tmp_path: Path
) -> None:
    parent, _whole = trained[RESIDUAL]
    changed = forked(RESIDUAL, PARENT, 10, "cut")
    undisturbed = list(run(copied(parent, tmp_path / "one", 10), changed))
    folder = copied(parent, tmp_path / "two", 10)
    desired, note = stop_at(17)
    events: list[Event] = []
    for event in run(folder, changed, desired=desired):
        note(event)
        events.append(event)
    events += run(folder, changed, resume=True)
    assert_same_curves(history(events, changed), history(undisturbed, changed))


def test_a_fork_that_broke_off_before_its_first_checkpoint_begins_again_at_its_step(
    trained: dict[RunSpec, tuple[Path, RunHistory]], tmp_path: Path
) -> None:
    folder = copied(trained[RESIDUAL][0], tmp_path / "fork", 10)
    changed = forked(RESIDUAL, PARENT, 10, "scale")
    events = list(run(folder, changed, resume=True))
    assert Rewound(10) in events
    assert min(event.step for event in events if isinstance(event, Progress)) == 11


def test_a_fork_whose_start_is_gone_says_so(tmp_path: Path) -> None:
    with pytest.raises(CheckpointDamaged, match="step-0000010"):
        list(run(tmp_path, forked(RESIDUAL, PARENT, 10, "rate"), desired=lambda: Desired(Wish.RUN)))


def test_what_is_kept_of_a_step_does_not_depend_on_the_clock(tmp_path: Path) -> None:
    """The last losses are in it up to that step, however seldom measurements are delivered."""
    from resnet_viz.training.loop import train

    list(
        train(
            RESIDUAL,
            folder=tmp_path,
            data_folder=tmp_path,
            threads=1,
            desired=Desired,
            flush_s=1000.0,
        )
    )
    assert len(read_kept_position(tmp_path, 10).position["last_losses"]) == 10
    assert not (tmp_path / position_file(24)).exists(), "nothing goes on from the end"


def test_a_change_is_one_difference_or_refused() -> None:
    for parent, possible in (
        (RESIDUAL, ("cut", "rate", "scale")),
        (PLAIN, ("connect", "rate")),
        (RESIDUAL.but(network=NetworkSpec(depth=8, shortcut="projection")), ("rate", "scale")),
        (RESIDUAL.but(network=NetworkSpec(depth=8, learned_scale=True)), ("rate",)),
        (RESIDUAL.but(network=NetworkSpec(depth=8, init="zero-last-norm")), ("rate", "scale")),
        (RESIDUAL.but(network=NetworkSpec(depth=8, gate="exclusive")), ("rate", "scale")),
        (DRAWS, ("rate", "scale")),
        (RESIDUAL.but(network=NetworkSpec(depth=8, branch_scale=0.5)), ("cut", "rate")),
        (RESIDUAL.but(network=NetworkSpec(family="vgg", depth=11)), ("rate",)),
    ):
        assert possible_changes(parent) == possible, parent.network
        for change in CHANGES:
            if change not in possible:
                with pytest.raises(InvalidSetting):
                    forked(parent, PARENT, 10, change)
                continue
            found = forked(parent, PARENT, 10, change)
            differing = {
                (part, name)
                for part in ("network", "data", "train")
                for name in type(getattr(parent, part)).model_fields
                if getattr(getattr(parent, part), name) != getattr(getattr(found, part), name)
            }
            assert len(differing) == 1, (parent.network, change, differing)


def test_runs_that_are_no_forks_are_called_as_ever() -> None:
    """Sweeps find what is known by the digest: it must not move."""
    assert RunSpec().digest() == DIGEST
    assert "fork" not in RunSpec().to_json()
    fork = forked(RunSpec(), PARENT, 100, "cut")
    assert RunSpec.from_json(fork.to_json()) == fork
    assert fork.digest() != RunSpec(network=without_shortcuts(RunSpec().network)).digest()


def test_a_fork_has_steps_left_and_is_no_recipe_of_a_race() -> None:
    with pytest.raises(InvalidSetting, match="24 leaves nothing to train"):
        forked(RESIDUAL, PARENT, 24, "rate")
    with pytest.raises(InvalidSetting, match="begin at step 0"):
        Experiment(run=forked(RESIDUAL, PARENT, 10, "rate"))


def test_a_fork_in_words() -> None:
    assert fork_words(Fork(run=PARENT, step=1000, change="cut")) == "skips cut at step 1,000"
