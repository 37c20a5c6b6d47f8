"""What holds a race up is said once for each run, and that the command waits; never a traceback."""

import threading
from collections.abc import Callable
from functools import partial

import pytest

from resnet_viz.cli import following, holdups
from resnet_viz.cli.console import say
from resnet_viz.events import RunState, StateChanged
from resnet_viz.jobs.signs_of_life import STALE_S
from resnet_viz.jobs.worker.failures import disk_full
from resnet_viz.store import RunRecord, Store
from resnet_viz.store.database import Database
from tests.cli.calls import call
from tests.cli.gated_engine import let_go_on
from tests.cli.torchless import SUPERVISOR
from tests.jobs.complete import assert_complete
from tests.jobs.waiting import until

RACE = ("race", "--preset=custom", "--depth=8", "--steps=60", "--lr=0.05")


def training(store: Store) -> list[RunRecord]:
    """Both runs, once they train; neither ends before it is let go on."""
    until(lambda: sum(run.step > 2 for run in store.runs(states=[RunState.RUNNING])) == 2)
    return store.runs()


@pytest.fixture
def raced(
    own_store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[Callable[[], None]], list[str]]:
    """The lines that a race says on the terminal while something else happens, and after it."""
    monkeypatch.setattr(following, "Supervisor", partial(SUPERVISOR, engine="tests.cli.gated_engine"))

    def race(meanwhile: Callable[[], None]) -> list[str]:
        def and_then_go_on() -> None:
            try:
                meanwhile()
            finally:
                let_go_on(own_store.home)

        thread = threading.Thread(target=and_then_go_on)
        thread.start()
        assert call(*RACE) == 0
        thread.join()
        said = capsys.readouterr().err
        assert "Traceback" not in said
        return said.splitlines()

    return race


def test_a_locked_history_holds_up_both_runs_and_loses_neither(
    own_store: Store, raced: Callable[[Callable[[], None]], list[str]]
) -> None:
    def lock() -> None:
        training(own_store)
        other = Database(own_store.url)
        with other.writing():
            let_go_on(own_store.home)  # there is much to record
            threading.Event().wait(2 * STALE_S + 5)  # longer than it takes to be called silent, twice
        other.close()

    said = [line for line in raced(lock) if "is held up" in line]
    assert sorted(line.split(" is held up: ")[0] for line in said) == [
        "plain-8, seed 0",
        "residual-8, seed 0",
    ]
    assert all("database is locked" in line and "This command waits" in line for line in said)
    for run in own_store.runs():
        assert (run.state, run.attempt) == (RunState.FINISHED, 1)
        assert_complete(own_store, run.id)
    logs = [log.read_text() for log in (own_store.home / "logs").glob("command-*.log")]
    assert sum(map(len, logs)) > 0, "what the terminal is spared stands in a file"
    assert not any("Traceback" in log for log in logs)


def test_a_run_that_pauses_for_space_is_named_with_the_way_on(
    own_store: Store,
    raced: Callable[[Callable[[], None]], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    paused: list[str] = []
    named = threading.Event()

    def tell(sentence: str) -> None:
        say(sentence)
        named.set()

    monkeypatch.setattr(holdups, "say", tell)

    def pause() -> None:
        run = training(own_store)[0]
        own_store.append(run.id, 1, [StateChanged(RunState.PAUSED, disk_full())])
        paused.append(run.group_id)
        until(named.is_set)  # what ends is no longer paused

    said = [line for line in raced(pause) if "disk is full" in line]
    assert len(said) == 1
    assert said[0].startswith("plain-8, seed 0: ")
    assert "This command waits" in said[0]
    assert f"python -m resnet_viz resume {paused[0]}" in said[0]
