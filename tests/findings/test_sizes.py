"""What differs between networks that are no twins is said with its numbers, and they are not judged."""

from collections.abc import Sequence

import pytest

from resnet_viz.data.catalogue import shape_of
from resnet_viz.events import RunState
from resnet_viz.experiments.experiment import CellHistory, Experiment
from resnet_viz.experiments.kinds import RACE, SWEEP
from resnet_viz.findings.depth_numbers import FamilyOutcome
from resnet_viz.findings.fairness import FairnessRow, fairness_card
from resnet_viz.findings.sizes import difference_sentence, network_sizes, size_rows
from resnet_viz.findings.verdict import depth_verdict, race_verdict
from resnet_viz.history import RunHistory
from resnet_viz.locale import set_language
from resnet_viz.networks.describe import describe
from resnet_viz.networks.registry import skeleton
from tests.made.races import run
from tests.made.sweeps import cell

EQUAL = RACE.start("equal-cost")


def recorded(spec: Experiment, **facts: object) -> list[CellHistory]:
    """Every cell with its parameters, as a run records them."""
    return [
        CellHistory(
            one.family,
            one.depth,
            one.seed,
            RunHistory(
                one.family,
                one.seed,
                RunState.RUNNING,
                facts={"parameters": describe(one.run.network, shape_of(one.run.data)).parameters} | facts,
            ),
        )
        for one in spec.cells()
    ]


def test_every_network_is_listed_with_depth_width_parameters_and_multiply_adds() -> None:
    head, *rows = size_rows(network_sizes(EQUAL, recorded(EQUAL)))
    assert head == ["Network", "Depth", "Width", "Parameters", "Multiply-adds"]
    assert [row[:3] for row in rows] == [
        ["VGG", "19", "19"],
        ["DenseNet", "19", "growth rate 11"],
        ["Residual", "20", "16"],
        ["ResNeXt", "20", "16"],
    ]
    counted = [describe(one.run.network, shape_of(one.run.data)) for one in EQUAL.cells()]
    assert [row[3:] for row in rows] == [[f"{c.parameters:,}", f"{c.multiply_adds:,}"] for c in counted]


def test_the_sentence_names_what_differs_and_nothing_else() -> None:
    said = str(difference_sentence(network_sizes(EQUAL, recorded(EQUAL))))
    assert said.endswith("Here they differ in: network type, depth, parameters, multiply-adds.")
    same = RACE.start("shortcuts").but(families=("residual", "residual+half-shortcut"))
    said = str(difference_sentence(network_sizes(same, recorded(same))))
    assert said.endswith("Here they differ in: network type.")
    set_language("zh")
    assert "这里不同的有：网络类型，" in str(
        difference_sentence(network_sizes(EQUAL, recorded(EQUAL)))
    ).replace("、", "，")


def test_before_anything_is_recorded_all_but_parameters_is_known() -> None:
    rows = size_rows(network_sizes(EQUAL, []))
    assert [row[3] for row in rows[1:]] == ["–"] * 4
    assert all(row[4] != "–" for row in rows)


def test_twins_alone_have_their_proof_and_no_such_list() -> None:
    assert network_sizes(RACE.start("degradation"), []) == []
    assert network_sizes(Experiment(families=("plain", "residual", "residual+projection")), []) == []
    assert network_sizes(Experiment(families=("residual",)), []) == []
    some = Experiment(families=("plain", "residual", "vgg"))
    assert [one.family for one in network_sizes(some, [])] == ["vgg", "plain", "residual"]


def test_families_of_equal_cost_are_stated_and_never_judged() -> None:
    """Three seeds, far apart: were they twins, one would be better."""
    spec = EQUAL.but(seeds=3)
    losses = {"vgg": 0.9, "residual": 0.3, "densenet": 0.5, "resnext": 0.4}
    cells = [
        CellHistory(one.family, one.depth, one.seed, run(one.family, losses[one.family], one.seed))
        for one in spec.cells()
    ]
    said = race_verdict(spec, cells)
    assert said.found.twins == ()
    assert "better" not in f"{said.headline} {said.text}"
    assert "Not judged: VGG, residual, DenseNet, ResNeXt." in said.text
    assert "DenseNet 19: growth rate 11" in said.text


def sweep_of(families: Sequence[str], equal: bool) -> Experiment:
    start = SWEEP.start("quick")
    wide = start.run.but(network=start.run.network.but(width=16))
    return start.but(run=wide, families=tuple(families), depths=(14, 38), seeds=3, equal_cost=equal)


@pytest.mark.parametrize("equal", [False, True])
def test_a_type_whose_width_changes_with_depth_is_not_judged_over_depths(equal: bool) -> None:
    """DenseNet grows by 14 channels at depth 13 and by 7 at depth 37: depth is not all that differs."""
    spec = sweep_of(("residual", "densenet"), equal)
    cells = [
        cell(one.family, one.depth, 0.2 if one.depth < 20 else 0.6 + 0.01 * one.seed, one.seed)
        for one in spec.cells()
    ]
    said = depth_verdict(spec, cells)
    outcomes = {one.family: one.outcome for one in said.found.families}
    assert outcomes["residual"] is FamilyOutcome.RISES
    assert (outcomes["densenet"] is FamilyOutcome.RISES) is not equal
    assert ("its width was chosen at each depth" in said.text) is equal
    assert said.found.claims == (1 if equal else 2)


@pytest.mark.parametrize(
    ("variant", "words"),
    [
        ("residual+exclusive-gate", "in the gate of each skip connection."),
        ("residual+shortcut-gate+learned-scale", "in the learned scale of each block, the gate of each skip"),
        (
            "residual+shortcut-gate+projection",
            "gate of each skip connection, the projections chosen for it: ",
        ),
    ],
)
def test_what_the_skip_connection_brings_is_counted_named_and_chosen(variant: str, words: str) -> None:
    spec = Experiment(families=("plain", variant))
    assert spec.twins() == (("plain", spec.families[1]),)
    runs = spec.cells()
    found = [
        RunHistory(
            one.family,
            0,
            RunState.RUNNING,
            facts={
                "parameters": describe(one.run.network, shape_of(one.run.data)).parameters,
                "taps": [tap.as_facts() for tap in skeleton(one.run.network, shape_of(one.run.data)).taps],
                "init_digest": "same",
                "batch_digests": {"1": "same"},
            },
        )
        for one in runs
    ]
    card = fairness_card(found[0], found[1], runs[0].run, runs[1].run)
    rows: dict[str, FairnessRow] = {row.name: row for row in card.rows}
    assert card.fair is True
    assert rows["parameters"].chosen
    assert words in str(rows["parameters"].explanation)
    assert ".gate" not in str(rows["parameters"].explanation)
    assert "Gate: " in rows["settings"].residual
    assert "Gate: None" in rows["settings"].plain


def test_stochastic_depth_is_more_than_the_skip_connection() -> None:
    spec = Experiment(families=("plain", "residual+stochastic-depth"))
    assert spec.twins() == ()
    runs = [one.run for one in spec.cells()]
    plain, other = (RunHistory(name, 0, RunState.RUNNING) for name in spec.families)
    card = fairness_card(plain, other, *runs)
    assert card.fair is False
