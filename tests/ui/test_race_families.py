"""The Race page of three network types: each has a card, a line and its place in the words."""

import re

import numpy as np
import pytest

from resnet_viz.events import RunState, StateChanged
from resnet_viz.experiments.kinds import RACE
from resnet_viz.jobs.experiments import start_experiment
from resnet_viz.store import GroupRecord, Store
from resnet_viz.ui.permissions import LOCAL
from tests.made.specs import SMALL_RACE
from tests.made.stored import measured, write
from tests.ui.test_pages import open_page, texts

THREE = SMALL_RACE.but(families=("plain", "residual", "residual+projection"))
LOSSES = {"none": 1.5, "identity": 1.0, "projection": 0.9}


@pytest.fixture
def race(store: Store) -> GroupRecord:
    """Finished; the projections have weights of their own."""
    group = start_experiment(store, RACE, THREE, LOCAL)
    for run_id in group.run_ids:
        shortcut = store.run(run_id).spec.network.shortcut
        layers = ["stem", "stage1.block1.conv1"]
        taps = [{"name": name, "kind": "conv", "position": place + 1} for place, name in enumerate(layers)]
        if shortcut == "projection":
            taps.append({"name": "stage2.block1.shortcut", "kind": "shortcut", "position": 3})
        events = measured(
            np.full(30, LOSSES[shortcut]),
            0.5,
            tested=0.5,
            gradients=dict.fromkeys(layers, 0.1),
            probed=range(30),
            parameters=5142 if shortcut == "projection" else 4934,
            taps=taps,
            init_digest="abc",
            batch_digests={"30": "def"},
            train_loss=LOSSES[shortcut],
        )
        write(store, run_id, *events, StateChanged(RunState.FINISHED))
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


def test_other_families_have_cards_and_the_verdict_says_their_depths(store: Store) -> None:
    asked = SMALL_RACE.but(families=("residual", "densenet+growth=4", "vgg"))
    race = start_experiment(store, RACE, asked, LOCAL)
    networks = [store.run(run_id).spec.network for run_id in race.run_ids]
    assert {(one.family, one.depth) for one in networks} == {("resnet", 8), ("densenet", 7), ("vgg", 11)}
    for run_id in race.run_ids:
        events = measured(np.full(30, 1.0), 0.5, tested=0.5, probed=range(30), parameters=100)
        write(store, run_id, *events, StateChanged(RunState.FINISHED))
    app = open_page("race", race=race.id)
    assert not app.exception
    cards = re.findall(r'<h3 class="run-card">(.*?) <', "".join(one.proto.body for one in app.get("html")))
    assert cards == ["Residual", "DenseNet (growth=4)", "VGG"]
    assert "Residual 8, DenseNet (growth=4) 7, VGG 11" in texts(app)
    (sizes,) = [one for one in app.expander if "Here they differ in" in one.label]
    assert "network type, depth, multiply-adds." in sizes.label
    (table,) = [one.proto.body for one in app.get("html") if "growth rate 4" in one.proto.body]
    assert "<td>VGG</td><td>11</td><td>" in table


def test_a_link_starts_families_that_have_no_depth_in_common(store: Store) -> None:
    app = open_page("race", families="densenet+growth=4,resnext,cnn", depth="10")
    app.button(key="race_start").click().run()
    assert not app.exception
    networks = [run.spec.network for run in store.runs(owner=LOCAL)]
    assert {(one.family, one.depth) for one in networks} == {("densenet", 10), ("resnext", 11), ("cnn", 10)}


def test_the_preset_of_equal_cost_starts_four_families_and_says_their_widths(store: Store) -> None:
    app = open_page("race", preset="equal-cost")
    assert "4 networks" in texts(app)
    assert "VGG 19: width 19" in texts(app)
    assert "VGG-19</b>" in "".join(one.proto.body for one in app.get("html"))
    app.button(key="race_start").click().run()
    assert not app.exception
    networks = {run.role: run.spec.network for run in store.runs(owner=LOCAL)}
    assert (networks["vgg"].width, networks["residual"].width, networks["densenet"].growth) == (19, 16, 11)
    assert networks["resnext"].depth == 20


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
