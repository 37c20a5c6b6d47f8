"""A race whose processes all die at once: the command line alone finds out and goes on exactly."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import psutil
import pytest

from resnet_viz.cli import runs as runs_command
from resnet_viz.cli.app import main
from resnet_viz.events import Desired, RunState, Wish
from resnet_viz.specs import RunSpec
from resnet_viz.store import RunReader, RunRecord, Store, open_store
from tests.cli.calls import call, output
from tests.jobs.waiting import until
from tests.made.trained import trained

# After a meeting so many steps that neither run ends before both are seen training.
MEETING = 100
SMALL = (
    "--depth=8 --width=4 --resolution=8 --train-size=100 --batch-size=16 --steps=1000 --device=cpu "
    "--evaluate-every=250 --probe-every=250"
)


def kill_all(command: psutil.Process) -> None:
    """At once: a command that is stopped can neither notice what happens to its workers nor start others."""
    command.suspend()
    for process in (*command.children(recursive=True), command):
        process.kill()


def wish_for_both(store: Store, desired: Desired) -> None:
    for run in store.runs():
        store.set_desired(run.id, desired)


@pytest.mark.timeout(300)  # two workers are started, killed and started again
def test_a_race_whose_processes_all_died_is_interrupted_and_resumed_exactly(
    own_store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [sys.executable, "-m", "resnet_viz", "race", "--preset=custom", *SMALL.split()]
    with subprocess.Popen(
        arguments, env=dict(os.environ), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as race:

        def until_both(condition: Callable[[RunRecord], bool]) -> None:
            def holds() -> bool:
                assert race.poll() is None
                runs = own_store.runs()
                return len(runs) == 2 and all(map(condition, runs))

            until(holds, within_s=120)

        try:
            # The process of either may be slow to start.
            until_both(lambda _run: True)
            wish_for_both(own_store, Desired(Wish.PAUSE, until_step=MEETING))
            until_both(lambda run: run.state is RunState.PAUSED)
            wish_for_both(own_store, Desired())
            until_both(lambda run: run.state is RunState.RUNNING and run.step > MEETING)
        finally:
            kill_all(psutil.Process(race.pid))
    runs = own_store.runs()
    assert [run.state for run in runs] == [RunState.RUNNING] * 2
    assert all(run.step < run.total_steps for run in runs)

    until(lambda: call("runs", "--json") == 0 and {row["state"] for row in output(capsys)} == {"lost"})
    assert call("resume", runs[0].group_id) == 0
    for run in own_store.runs(group=runs[0].group_id):
        assert (run.state, run.attempt) == (RunState.FINISHED, 2)
        expected = trained(run.spec, tmp_path / run.id)
        found = RunReader(own_store, run.id).history()
        assert found.series.keys() == expected.series.keys()
        for name, curve in expected.series.items():
            np.testing.assert_array_equal(found.series[name].step, curve.step)
            np.testing.assert_array_equal(found.series[name].value, curve.value, err_msg=name)


def held_by_a_dead_worker(home: Path, *, silent_s: float) -> str:
    """A run that was claimed so long ago; nobody has been heard of since."""
    store = open_store(home, clock=lambda: time.time() - silent_s)
    (run_id,) = store.add_group("single", "cli", "{}", [RunSpec()]).run_ids
    assert store.claim(run_id, "a worker on a machine that lost power") == 1
    store.close()
    return run_id


@pytest.mark.parametrize(
    "command", ["runs", "stop {run}", "pause {run}", "export {run} -o {folder}", "delete {run}"]
)
def test_every_command_first_finds_out_who_is_dead(
    own_store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    dead = held_by_a_dead_worker(own_store.home, silent_s=600)
    with pytest.raises(SystemExit):
        main(command.format(run=dead, folder=tmp_path / "out").split())
    assert own_store.run(dead).state is RunState.LOST
    assert "no sign of life" in capsys.readouterr().err


def test_resume_right_after_the_kill_listens_before_it_refuses(
    own_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The heart beat a moment ago; later nobody might come and look again."""
    dead = held_by_a_dead_worker(own_store.home, silent_s=0)
    followed: list[str] = []

    def follow(store: Store, run_ids: Sequence[str]) -> list[RunRecord]:
        followed.extend(run_ids)
        return []

    monkeypatch.setattr(runs_command, "follow_runs", follow)
    assert call("resume", dead) == 0
    assert followed == [dead]
    assert own_store.run(dead).state is RunState.QUEUED
