"""Claims follow from numbers: each can come out either way, and says where its figures are from."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from resnet_viz.architecture.graph import Architecture, Kind
from resnet_viz.experiments.experiment import CellHistory
from resnet_viz.findings.claim import Claim, ClaimOutcome
from resnet_viz.findings.claims import MEASURED, NEEDED, SHAPE, claims
from resnet_viz.findings.depth_numbers import DepthFinding
from resnet_viz.findings.race_numbers import RaceFinding
from resnet_viz.findings.verdict import depth_verdict, race_verdict
from resnet_viz.history import Curve, RunHistory
from resnet_viz.inspection.architectures import asked_architecture
from resnet_viz.locale import set_language
from tests.made.races import DONE, race
from tests.made.specs import sweep
from tests.made.sweeps import cells

Is = ClaimOutcome
NAMES = (
    "shortcut_parameters",
    "equal_multiply_adds",
    "resnet34_of_vgg19",
    "resnet152_below_vgg16",
    "projected_bottleneck",
    "densenet_memory",
    "kept_memory",
    "faster_convergence",
    "generalisation_gap",
    "hard_when_extreme",
)


@pytest.fixture(scope="module")
def networks() -> dict[str, Architecture]:
    shape = SHAPE.model_dump()
    return {
        name: asked_architecture(
            {"model": name} if ":" in name else {"network": name, "shape": shape}, Path("unused")
        )
        for name in NEEDED
    }


def checked(name: str, networks: Mapping[str, Architecture], **more: object) -> Claim:
    found = {claim.name: claim for claim in claims(networks, **more)}  # type: ignore[arg-type]
    return found[name]


def scaled(network: Architecture, by: float, kind: Kind = "conv") -> Architecture:
    """The same with other costs of one kind of operation."""
    return Architecture(
        tuple(
            replace(
                one,
                parameters=round(one.parameters * by),
                multiply_adds=round(one.multiply_adds * by),
                kept_bytes=round(one.kept_bytes * by),
            )
            if one.kind == kind
            else one
            for one in network.operations
        )
    )


def test_every_claim_has_a_row_and_published_figures_a_source(networks: dict[str, Architecture]) -> None:
    found = claims(networks)
    assert tuple(claim.name for claim in found) == NAMES
    for claim in found:
        assert (claim.published is None) == (claim.source == "")
        assert str(claim.claim)
        assert str(claim.ours)
        assert (claim.outcome is not Is.UNDECIDED) or claim.remark is not None
    assert [claim.outcome for claim in found] == [Is.SUPPORTS] * 6 + [Is.UNDECIDED] * 4
    assert found[0].to_dict()["outcome"] == "supports"


def test_the_numbers_are_those_of_the_networks(networks: dict[str, Architecture]) -> None:
    said = {claim.name: str(claim.ours) for claim in claims(networks)}
    assert said["shortcut_parameters"] == (
        "20 layers: 269,722 parameters without shortcuts; option A adds 0, B 2,752, C 14,240."
    )
    assert (
        "40,551,040 multiply-adds plain, 40,551,040 residual; its 9 additions" in said["equal_multiply_adds"]
    )
    assert said["resnet34_of_vgg19"].startswith("18.7%: 3.66·10⁹ against 19.6·10⁹")
    assert said["resnet152_below_vgg16"].startswith("11.5·10⁹ against 15.5·10⁹")
    assert "1.94 times the multiply-adds, 1.94 times the parameters" in said["projected_bottleneck"]
    assert "7.98 against 25.6 million parameters; 130 against 85.9 MB" in said["densenet_memory"]


@pytest.mark.parametrize(
    ("name", "network", "by"),
    [
        ("shortcut_parameters", "residual-20", 1.1),
        ("shortcut_parameters", "residual-20+projection", 0.9),
        ("equal_multiply_adds", "residual-20", 1.01),
        ("resnet34_of_vgg19", "torchvision:resnet34", 1.1),
        ("resnet152_below_vgg16", "torchvision:resnet152", 1.4),
        ("projected_bottleneck", "residual-29+bottleneck+all-projection", 0.8),
        ("densenet_memory", "torchvision:densenet121", 4),
        ("densenet_memory", "torchvision:densenet121", 0.1),
    ],
)
def test_a_claim_that_does_not_hold_is_contradicted(
    name: str, network: str, by: float, networks: dict[str, Architecture]
) -> None:
    assert checked(name, networks).outcome is Is.SUPPORTS
    if name == "densenet_memory" and by < 1:
        changed = {**networks, network: scaled(scaled(networks[network], by), by, "norm")}
    else:
        changed = {**networks, network: scaled(networks[network], by)}
    assert checked(name, changed).outcome is Is.CONTRADICTS


@pytest.mark.parametrize(
    ("plain", "residual", "outcome"),
    [
        (1_519_872, 1_519_872, Is.NO_EFFECT),
        (1_519_872, 1_525_000, Is.NO_EFFECT),
        (1_519_872, 1_700_000, Is.SUPPORTS),
        (1_700_000, 1_519_872, Is.CONTRADICTS),
    ],
)
def test_memory_is_judged_by_what_was_measured(
    plain: int, residual: int, outcome: ClaimOutcome, networks: dict[str, Architecture]
) -> None:
    measured = dict(zip(MEASURED, (plain, residual), strict=True))
    found = checked("kept_memory", networks, kept_bytes=measured)
    assert found.outcome is outcome
    assert f"{plain / 1e6:.2f} MB" in str(found.ours)


# Claims from the reader's own runs.


def falling(name: str, seed: int, steps_to_half: float, test: float = 0.4, train: float = 0.3) -> RunHistory:
    """A loss that halves every so many steps of 100, and last errors."""
    at = np.arange(100)
    series = {
        "train/loss": Curve(at, 2.3 * 0.5 ** (at / steps_to_half)),
        "train/accuracy": Curve(at, np.full(100, 1 - train)),
        "test/accuracy": Curve(np.array([100]), np.array([1 - test])),
    }
    return RunHistory(name, seed, DONE, series, {}, {"test_statistics": "re-estimated"})


def raced(histories: Sequence[RunHistory], depth: int = 32) -> RaceFinding:
    asked = race(seeds=1 + max(run.seed for run in histories), depth=depth)
    return race_verdict(asked, [CellHistory(run.family, depth, run.seed, run) for run in histories]).found


def pairs(plain: Sequence[float], residual: Sequence[float]) -> list[RunHistory]:
    """Losses that halve in so many steps, seed by seed."""
    return [
        falling(name, seed, value)
        for name, values in (("plain", plain), ("residual", residual))
        for seed, value in enumerate(values)
    ]


@pytest.mark.parametrize(
    ("plain", "residual", "outcome"),
    [
        ((40, 42, 44), (20, 20, 21), Is.SUPPORTS),
        ((20, 20, 21), (40, 42, 44), Is.CONTRADICTS),
        ((40, 40, 41), (40.4, 39.8, 41), Is.NO_EFFECT),
        ((40, 20, 44), (20, 42, 30), Is.UNDECIDED),
        ((40,), (20,), Is.UNDECIDED),
        ((40, 42), (20, 21), Is.UNDECIDED),
    ],
)
def test_faster_is_fewer_steps_to_the_same_loss(
    plain: Sequence[float],
    residual: Sequence[float],
    outcome: ClaimOutcome,
    networks: dict[str, Architecture],
) -> None:
    found = checked("faster_convergence", networks, races=[raced(pairs(plain, residual))])
    assert found.outcome is outcome
    assert "at depth 32" in str(found.ours)
    if len(plain) < 3:
        assert "interval" not in str(found.ours)
        assert str(found.remark) == "At least 3 seeds would tell."


def test_steps_are_counted_to_the_loss_of_the_slower(networks: dict[str, Architecture]) -> None:
    """2.3 · 2^(−t/40) against 2.3 · 2^(−t/20), both as means of the last 20 steps."""
    found = checked("faster_convergence", networks, races=[raced(pairs([40], [20]))])
    curve = [2.3 * 0.5 ** (t / 20) for t in range(100)]
    level = sum(2.3 * 0.5 ** (t / 40) for t in range(80, 100)) / 20
    steps = next(t for t in range(20, 101) if sum(curve[t - 20 : t]) / 20 <= level)
    assert f"plain 100, residual {steps}." in str(found.ours)


def test_a_plain_network_that_does_not_learn_is_the_slower_one(networks: dict[str, Architecture]) -> None:
    histories = [*pairs((40, 42, 44), (20, 20, 21)), falling("residual", 3, 20)]
    idle = RunHistory("plain", 3, DONE, {"train/loss": Curve(np.arange(100), np.full(100, 2.31))})
    assert checked("faster_convergence", networks, races=[raced([*histories, idle])]).outcome is Is.SUPPORTS
    swapped = [
        replace(run, family={"plain": "residual", "residual": "plain"}[run.family]) for run in histories
    ]
    other = replace(idle, family="residual")
    assert checked("faster_convergence", networks, races=[raced([*swapped, other])]).outcome is Is.CONTRADICTS
    # A quick residual network does not speak for the seed in which it learned nothing.
    third = replace(idle, family="residual", seed=3)
    found = checked(
        "faster_convergence", networks, races=[raced([*histories[:-1], third, falling("plain", 3, 40)])]
    )
    assert found.outcome is Is.UNDECIDED
    assert "In 1 of 4 seeds" in str(found.remark)


@pytest.mark.parametrize(
    ("plain", "residual", "outcome"),
    [
        (0.20, 0.05, Is.SUPPORTS),
        (0.05, 0.20, Is.CONTRADICTS),
        (0.10, 0.10, Is.NO_EFFECT),
    ],
)
def test_generalisation_is_test_minus_training_error(
    plain: float, residual: float, outcome: ClaimOutcome, networks: dict[str, Architecture]
) -> None:
    histories = [
        falling(name, seed, 30, test=0.3 + gap + 0.001 * seed * (-1) ** len(name), train=0.3)
        for name, gap in (("plain", plain), ("residual", residual))
        for seed in range(3)
    ]
    found = checked("generalisation_gap", networks, races=[raced(histories)])
    assert found.outcome is outcome
    assert "percentage points" in str(found.ours)


def test_the_race_with_enough_seeds_tells_more_than_a_deeper_one(networks: dict[str, Architecture]) -> None:
    three, one = pairs((40, 42, 44), (20, 20, 21)), pairs((40,), (20,))
    races = [raced(one, depth=56), raced(three, depth=32), raced(three, depth=20)]
    assert "at depth 32" in str(checked("faster_convergence", networks, races=races).ours)


def swept(depths: dict[int, float], seeds: int = 3) -> DepthFinding:
    """Training errors of residual networks, a little apart from seed to seed."""
    errors: dict[str, dict[int, Sequence[float]]] = {
        "residual": {
            depth: [error + 0.002 * (seed - 1) for seed in range(seeds)] for depth, error in depths.items()
        }
    }
    return depth_verdict(
        sweep(families=("residual",), depths=tuple(depths), seeds=seeds), cells(errors)
    ).found


@pytest.mark.parametrize(
    ("errors", "seeds", "outcome"),
    [
        ({20: 0.2, 110: 0.4}, 3, Is.SUPPORTS),
        ({20: 0.4, 110: 0.2}, 3, Is.CONTRADICTS),
        ({20: 0.2, 110: 0.2}, 3, Is.NO_EFFECT),
        ({20: 0.2, 110: 0.4}, 1, Is.UNDECIDED),
        ({20: 0.2, 56: 0.4}, 3, Is.UNDECIDED),
    ],
)
def test_extreme_is_as_deep_as_the_paper_went(
    errors: dict[int, float], seeds: int, outcome: ClaimOutcome, networks: dict[str, Architecture]
) -> None:
    found = checked("hard_when_extreme", networks, sweeps=[swept(errors, seeds)])
    assert found.outcome is outcome
    assert f"at depth {max(errors)}" in str(found.ours)


def test_claims_read_in_chinese_too(networks: dict[str, Architecture]) -> None:
    set_language("zh")
    try:
        for claim in claims(networks):
            for text in (claim.claim, claim.ours, claim.title):
                assert any("一" <= letter <= "鿿" for letter in str(text)), str(text)
    finally:
        set_language("en")
