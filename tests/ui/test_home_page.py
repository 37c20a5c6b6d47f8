"""The first page without a browser: the recording, its origin, and the way to the race."""

import json

import numpy as np
import pytest

from resnet_viz.errors import NotFound
from resnet_viz.events import RunState, StateChanged
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.experiments.kinds import RACE
from resnet_viz.experiments.recordings import read_recording
from resnet_viz.jobs.experiments import start_experiment
from resnet_viz.store import Store
from resnet_viz.ui import recordings, server
from resnet_viz.ui.home import page as home
from resnet_viz.ui.home import replay as home_replay
from resnet_viz.ui.home.estimate import race_seconds
from tests.made.stored import measured, write
from tests.ui.test_pages import open_page, texts

RECORDED = read_recording(RACE, recordings.RACE).spec


def trained(store: Store, race: Experiment, wall_s: float) -> None:
    """A race that took ``wall_s`` for each of its runs."""
    for run_id in start_experiment(store, RACE, race, "local").run_ids:
        write(store, run_id, *measured(np.ones(1), 0.5, wall_s=wall_s), StateChanged(RunState.FINISHED))


def test_home_says_that_it_is_a_recording_and_how_it_was_made() -> None:
    app = open_page()
    said = texts(app)
    assert "This is a recording" in said
    assert "python -m resnet_viz race --depth 56 --steps 300" in said
    assert "2026-11-25" in said
    assert "AMD EPYC" in said


def test_the_whole_film_is_sent_once_and_is_small() -> None:
    message = home_replay._message("en")
    words, film = (json.loads(part) for part in message.split(b"\n"))
    assert len(message) < 500_000
    assert film["steps"] == 300
    assert [one["family"] for one in film["films"]] == ["plain", "residual"]
    assert set(words["charts"]) == set(film["charts"]) == {"loss", "profile"}
    assert all(len(chart["alt"]) > 40 for chart in words["charts"].values())


def test_the_link_of_run_it_live_says_the_same_settings() -> None:
    assert RACE.from_link(RACE.to_link("degradation", RECORDED))[1] == RECORDED


def test_the_time_is_unknown_until_this_machine_has_trained() -> None:
    assert "your first race will show how fast" in texts(open_page())
    small = RECORDED.run.network.but(depth=8)
    trained(server.store(), Experiment(run=RECORDED.run.but(network=small)), wall_s=10.0)
    assert "About 1 min 10 s on this machine" in texts(open_page())


def test_a_step_takes_time_in_proportion_to_depth_and_other_networks_say_nothing() -> None:
    store = server.store()
    assert race_seconds(RECORDED, [], at_once=2) is None
    wider = Experiment(run=RECORDED.run.but(network=RECORDED.run.network.but(width=16)))
    trained(store, wider, wall_s=1000.0)
    assert race_seconds(RECORDED, store.runs(), at_once=2) is None
    half = RECORDED.run.but(
        network=RECORDED.run.network.but(depth=20), train=RECORDED.run.train.but(steps=150, seed=3)
    )
    trained(store, Experiment(run=half), wall_s=20.0)
    for at_once, seconds in ((2, 20 * 2 * 56 / 20), (1, 2 * 20 * 2 * 56 / 20)):
        found = race_seconds(RECORDED, store.runs(), at_once=at_once)
        assert found is not None
        assert found == pytest.approx((seconds, 2))


def test_without_its_file_home_still_leads_to_the_race(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise NotFound("no_recording", "There is no recording called {name}.", name="x")

    monkeypatch.setattr(home, "recorded_race", missing)
    app = open_page()
    assert "no recording called x" in app.warning[0].value
    app.button(key="home_race").click().run()
    assert app.button(key="race_start")
