"""The Race page of three network types: each has a card, a line and its place in the words."""

import re

import numpy as np
import pytest

from resnet_viz.events import Event, Facts, Profile, Progress, RunState, Series, StateChanged
from resnet_viz.experiments.kinds import RACE
from resnet_viz.jobs.experiments import start_experiment
from resnet_viz.store import GroupRecord, Store
from resnet_viz.ui.permissions import LOCAL
from tests.ui.test_pages import SMALL, open_page, store, texts

__all__ = ["store"]

THREE = SMALL.but(families=("plain", "residual", "residual+projection"))
LOSSES = {"none": 1.5, "identity": 1.0, "projection": 0.9}


@pytest.fixture
def race(store: Store) -> GroupRecord:
    """Finished; the projections have weights of their own."""
    group = start_experiment(store, RACE, THREE, LOCAL)
    for run_id in group.run_ids:
        attempt = store.claim(run_id, "test")
        assert attempt is not None
        shortcut = store.run(run_id).spec.network.shortcut
        layers = ["stem", "stage1.block1.conv1"]
        taps = [{"name": name, "kind": "conv", "position": place + 1} for place, name in enumerate(layers)]
        if shortcut == "projection":
            taps.append({"name": "stage2.block1.shortcut", "kind": "shortcut", "position": 3})
        step = np.arange(30, dtype=np.int64)
        events: list[Event] = [
            Facts({"parameters": 5142 if shortcut == "projection" else 4934, "taps": taps}),
            Facts({"init_digest": "abc", "batch_digests": {"30": "def"}, "train_loss": LOSSES[shortcut]}),
            Series("train/loss", step, np.full(30, LOSSES[shortcut])),
            Series("train/accuracy", step, np.full(30, 0.5)),
            Series("test/accuracy", step[-1:], np.array([0.5])),
            Profile("grad/relative", tuple(layers), step, np.full((30, 2), 0.1, np.float32)),
            Progress(30),
            StateChanged(RunState.FINISHED),
        ]
        store.append(run_id, attempt, events)
    return group


def test_all_three_are_in_verdict_cards_and_results(race: GroupRecord) -> None:
    app = open_page("race", race=race.id)
    words = texts(app)
    assert "In this run: residual 1.00, residual (projection) 0.900, plain 1.50" in words
    cards = re.findall(r'<h3 class="run-card">(.*?) <', "".join(one.proto.body for one in app.get("html")))
    assert cards == ["Plain", "Residual", "Residual (projection)"]
    assert words.count("4,934 parameters") == 2
    assert words.count("5,142 parameters") == 1


def test_each_pair_has_its_proof_and_the_projections_are_not_hidden(race: GroupRecord) -> None:
    app = open_page("race", race=race.id)
    (fairness,) = [one for one in app.expander if "checks passed" in one.label]
    assert "8 of 8 checks" in fairness.label
    assert "and the changes it requires" in fairness.label
    tables = [element.proto.body for element in app.get("html") if 'fairness-table"' in element.proto.body]
    assert [("Residual (projection)</th>" in table) for table in tables] == [False, True]


def test_the_link_asks_for_three_and_starts_them(store: Store) -> None:
    app = open_page("race", families="plain,residual,residual+projection", depth="8")
    assert "3 networks" in texts(app)
    app.button(key="race_start").click().run()
    assert not app.exception
    shortcuts = [run.spec.network.shortcut for run in store.runs(owner=LOCAL)]
    assert sorted(shortcuts) == ["identity", "none", "projection"]


def test_again_trains_all_three_from_the_next_seed(store: Store, race: GroupRecord) -> None:
    app = open_page("race", race=race.id)
    app.button(key="race_again").click().run()
    assert not app.exception
    (new,) = [group for group in store.groups(kind="race") if group.id != race.id]
    assert sorted(store.run(run_id).seed for run_id in new.run_ids) == [1, 1, 1]


def test_without_the_third_the_other_two_are_still_compared(store: Store, race: GroupRecord) -> None:
    store.library.delete(race.run_ids[-1:])
    app = open_page("race", race=race.id)
    words = texts(app)
    assert "1 run of this experiment was deleted: Residual (projection)-8, seed 0." in words
    assert "In this run: residual 1.00, plain 1.50" in words
    assert "All runs of this network were deleted." in words


def test_a_pair_that_lost_its_plain_network_is_not_judged(store: Store, race: GroupRecord) -> None:
    store.library.delete(race.run_ids[:1])
    words = texts(open_page("race", race=race.id))
    assert "In this run: residual 1.00, residual (projection) 0.900" in words
    assert "Not judged" in words
