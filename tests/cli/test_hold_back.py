"""`stop` and `pause` reach all runs of what was named, also those that would come back by themselves."""

import pytest

from resnet_viz.events import RunState, Wish
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import RACE, SWEEP
from resnet_viz.jobs.experiments import resume_experiment, start_experiment
from resnet_viz.jobs.retries import Retries
from resnet_viz.store import Store
from tests.cli.calls import assert_refused, call
from tests.made.specs import sweep
from tests.made.stored import end


@pytest.mark.parametrize(("command", "wish"), [("stop", Wish.STOP), ("pause", Wish.PAUSE)])
@pytest.mark.parametrize("of_all", [True, False])
def test_cells_that_broke_off_are_not_started_again(
    own_store: Store, capsys: pytest.CaptureFixture[str], command: str, wish: Wish, of_all: bool
) -> None:
    group = start_experiment(own_store, SWEEP, sweep(), owner="cli")
    lost, failed, finished, waiting = group.run_ids
    for run_id, state in ((lost, "lost"), (failed, "failed"), (finished, "finished")):
        end(own_store, run_id, RunState(state))
    for name in [group.id] if of_all else [lost, failed, waiting]:
        assert call(command, name) == 0
    said = capsys.readouterr().err.splitlines()
    assert said[:2] == [f"{lost} will not be started again.", f"{failed} will not be started again."]
    assert [line.split()[0] for line in said] == [lost, failed, waiting]
    Retries(own_store).look()
    assert [own_store.run(run_id).state.value for run_id in (lost, failed, finished)] == [
        "lost",
        "failed",
        "finished",
    ]
    assert {own_store.run(run_id).desired.wish for run_id in (lost, failed, waiting)} == {wish}
    resume_experiment(own_store, group.id)
    assert [own_store.run(run_id).state.value for run_id in (lost, failed, waiting)] == ["queued"] * 3


def test_what_has_ended_for_good_is_no_longer_stopped(
    own_store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    race = start_experiment(own_store, RACE, Experiment(run=sweep().run), owner="cli")
    for run_id, state in zip(race.run_ids, (RunState.LOST, RunState.FINISHED), strict=True):
        end(own_store, run_id, state)
    assert_refused(f"stop {race.id}", "has already ended", capsys)
