"""Verdicts from hand-made sweeps: each outcome has its own, and none claims what was not measured."""

from collections.abc import Sequence

import pytest

from resnet_viz.events import RunState
from resnet_viz.experiments.sweeps import SweepSpec
from resnet_viz.findings.depth import SweepVerdictKind, sweep_verdict
from resnet_viz.findings.errors import MARGIN, Judged, by_depth
from resnet_viz.locale import set_language
from tests.sweeps.small import cell, cells, sweep

Errors = dict[str, dict[int, Sequence[float]]]
Kind = SweepVerdictKind

DEPTHS = (8, 20, 32, 44)


def spec_of(errors: Errors, seeds: int = 1) -> SweepSpec:
    depths = {depth for family in errors.values() for depth in family}
    return sweep(families=tuple(errors), depths=tuple(depths), seeds=seeds)


def errors(plain: Sequence[float], residual: Sequence[float] | None = None) -> Errors:
    """One seed at `DEPTHS`."""
    found: Errors = {"plain": dict(zip(DEPTHS, ([e] for e in plain), strict=True))}
    if residual is not None:
        found["residual"] = dict(zip(DEPTHS, ([e] for e in residual), strict=True))
    return found


@pytest.mark.parametrize(
    ("plain", "residual", "kind", "onsets"),
    [
        ((0.30, 0.28, 0.40, 0.60), (0.30, 0.25, 0.24, 0.23), Kind.HARMS_PLAIN, (32, None)),
        ((0.30, 0.35, 0.40, 0.60), (0.30, 0.29, 0.34, 0.36), Kind.HARMS_PLAIN, (20, 32)),
        ((0.30, 0.60, 0.28, 0.60), (0.30, 0.25, 0.24, 0.23), Kind.HARMS_PLAIN, (44, None)),
        ((0.30, 0.35, 0.40, 0.60), (0.30, 0.35, 0.40, 0.60), Kind.HARMS_BOTH, (20, 20)),
        ((0.30, 0.28, 0.27, 0.26), (0.30, 0.28, 0.27, 0.26), Kind.NO_EFFECT, (None, None)),
        ((0.30, 0.29, 0.30, 0.295), (0.30, 0.29, 0.28, 0.27), Kind.NO_EFFECT, (None, None)),
        ((0.30, 0.40, 0.50, 0.60), None, Kind.HARMS, (20,)),
    ],
)
def test_one_seed(
    plain: Sequence[float], residual: Sequence[float] | None, kind: Kind, onsets: tuple[int | None, ...]
) -> None:
    given = errors(plain, residual)
    found = sweep_verdict(spec_of(given), cells(given, noise=0.005))
    assert found.kind is kind
    assert tuple(trend.onset for trend in found.trends) == onsets
    assert found.complete
    assert "This is one seed (0)" in found.text
    assert found.spares_residual is (residual is not None and onsets[1] is None)


def test_residual_seeds_that_disagree_are_not_called_spared() -> None:
    given: Errors = {
        "plain": {8: [0.30, 0.32, 0.31], 44: [0.60, 0.63, 0.61]},
        "residual": {8: [0.30, 0.28, 0.32], 44: [0.33, 0.28, 0.36]},
    }
    found = sweep_verdict(spec_of(given, 3), cells(given))
    assert found.kind is Kind.HARMS_PLAIN
    assert not found.spares_residual
    assert "residual: whether the training error gets worse with depth is undecided" in found.text


def test_families_are_named_in_the_readers_language() -> None:
    given: Errors = {name: {8: [0.30], 20: [0.31]} for name in ("plain", "residual+projection")}
    found = sweep_verdict(spec_of(given), cells(given))
    assert "residual (projection): " in found.text
    set_language("zh")
    assert "残差网络（projection）" in found.text


def test_the_numbers_are_in_the_words_and_in_the_dictionary() -> None:
    given = errors((0.30, 0.28, 0.40, 0.60), (0.30, 0.25, 0.24, 0.23))
    found = sweep_verdict(spec_of(given), cells(given, test=0.5))
    said = found.to_dict()
    assert said["kind"] == "depth_harms_plain"
    assert said["text"] == found.text
    assert said["worse_from"] == {"plain": 32, "residual": None}
    assert said["train_error_gap"] == pytest.approx(0.37)
    assert (said["gap_depth"], said["seeds"], said["train_error_gap_low"]) == (44, 1, None)
    for words in (
        "lowest at depth 20 (28.0 %)",
        "from depth 32 on it is clearly higher, at depth 44 60.0 %, 32.0 percentage points more",
        "residual: the training error does not get worse with depth. It is lowest at depth 44",
        "At depth 44 the training error is 60.0 % (plain) and 23.0 % (residual)",
        "Test error there: 50.0 % (plain)",
        "not overfitting",
    ):
        assert words in found.text
    assert "vanish" not in found.text, "nobody measured gradients here"


def test_several_seeds_give_an_interval() -> None:
    given: Errors = {
        "plain": {8: [0.30, 0.32, 0.31], 44: [0.60, 0.63, 0.61]},
        "residual": {8: [0.30, 0.31, 0.32], 44: [0.25, 0.26, 0.24]},
    }
    found = sweep_verdict(spec_of(given, 3), cells(given))
    assert found.kind is Kind.HARMS_PLAIN
    said = found.to_dict()
    # Differences .35, .37, .37: mean .36333, deviation .011547, t(2) = 4.30265.
    assert said["train_error_gap"] == pytest.approx(0.363333, abs=1e-6)
    assert said["train_error_gap_high"] - said["train_error_gap"] == pytest.approx(0.028684, abs=1e-5)
    assert "95 % interval" in found.text
    assert "one seed" not in found.text


@pytest.mark.parametrize(
    ("deepest", "kind"),
    [
        ([0.60, 0.30, 0.33], Kind.UNDECIDED),  # the seeds disagree
        ([0.36, 0.33], Kind.UNDECIDED),  # t(1) = 12.7: two seeds say little
        ([0.60, 0.61, 0.62], Kind.HARMS),
        ([0.302, 0.322, 0.313], Kind.NO_EFFECT),
    ],
)
def test_seeds_that_disagree_decide_nothing(deepest: Sequence[float], kind: Kind) -> None:
    given: Errors = {"plain": {8: [0.30, 0.32, 0.31][: len(deepest)], 44: deepest}}
    found = sweep_verdict(spec_of(given, len(deepest)), cells(given))
    assert found.kind is kind


def test_a_difference_needs_the_margin_and_more_than_chance() -> None:
    def judged(higher: float, noise: float) -> Judged:
        pair = [cell("plain", 8, 0.30, noise=noise), cell("plain", 14, 0.30 + higher, noise=noise)]
        depths = by_depth(pair, "plain")
        difference = depths[14].above(depths[8])
        assert difference is not None
        return difference.judged

    assert judged(MARGIN + 0.005, 0.001) is Judged.HIGHER
    assert judged(-MARGIN - 0.005, 0.001) is Judged.LOWER
    assert judged(MARGIN - 0.005, 0.001) is Judged.SAME
    assert judged(MARGIN + 0.005, 0.2) is Judged.UNSURE


@pytest.mark.parametrize(
    ("plain", "residual", "words"),
    [
        ((0.30, 0.28, 0.27, 0.26), (0.30, 0.28, 0.27, 0.26), "may show more"),
        ((0.60, 0.60, 0.60, 0.60), (0.30, 0.28, 0.27, 0.26), "shallower networks"),
        ((0.89, 0.90, 0.89, 0.90), (0.90, 0.89, 0.90, 0.88), "near the error of guessing, 90.0 %"),
        ((0.010, 0.011, 0.010, 0.010), (0.010, 0.009, 0.010, 0.010), "almost completely"),
    ],
)
def test_no_effect_comes_with_its_reason(
    plain: Sequence[float], residual: Sequence[float], words: str
) -> None:
    given = errors(plain, residual)
    found = sweep_verdict(spec_of(given), cells(given, noise=0.001))
    assert found.kind is Kind.NO_EFFECT
    assert words in found.text


def test_shallow_sweeps_are_told_to_go_deeper() -> None:
    given: Errors = {"plain": {8: [0.30], 14: [0.29], 20: [0.28]}, "residual": {8: [0.30], 20: [0.28]}}
    found = sweep_verdict(spec_of(given), cells(given, noise=0.001))
    assert found.kind is Kind.NO_EFFECT
    assert "up to 20 layers" in found.text
    assert not found.complete  # residual-14 is missing


@pytest.mark.parametrize(
    ("plain_reach", "residual_reach", "norm", "words"),
    [
        ((1e-9, 1.0), (0.5, 1.0), "no-norm", "Vanishing gradients were measured"),
        ((1e-9, 1.0), (1e-3, 1.0), "no-norm", "shrinks towards the first layers of both"),
        ((900.0, 1.0), (8.0, 1.0), "batch", "This is degradation; at the start the gradient did not vanish"),
        ((2.0, 1.0), (2.0, 1.0), "no-norm", "At the start the gradient of the plain network did not vanish"),
    ],
)
def test_the_regime_is_said_from_measurement(
    plain_reach: tuple[float, float], residual_reach: tuple[float, float], norm: str, words: str
) -> None:
    names = (f"plain+{norm}", f"residual+{norm}")
    found = sweep_verdict(
        sweep(families=names, depths=(8, 44)),
        [
            cell(name, depth, 0.6 if (name, depth) == (names[0], 44) else 0.3, reach=reach)
            for name, reach in zip(names, (plain_reach, residual_reach), strict=True)
            for depth in (8, 44)
        ],
    )
    assert found.kind is Kind.HARMS_PLAIN
    assert words in found.text
    assert ("anishing" in found.text) == ("anishing" in words)


def test_what_has_no_result_is_named() -> None:
    given = errors((0.30, 0.28, 0.40, 0.60), (0.30, 0.25, 0.24, 0.23))
    begun = cells(given)
    begun[3] = cell("plain", 44, 0.9, state=RunState.DIVERGED)
    begun[6] = cell("residual", 32, 0.9, state=RunState.LOST)
    begun[7] = cell("residual", 44, 0.9, state=RunState.STOPPED)
    found = sweep_verdict(spec_of(given), begun)
    assert not found.complete
    for words in (
        "finished: 5 of 8",
        "Diverged, and so without a final error: plain-44 (0)",
        "residual-32 (0)",
    ):
        assert words in found.text
    assert "Stopped, and so without a result: residual-44 (0)" in found.text
    assert found.gaps[0].depth == 20, "only depths that both have finished are compared"


@pytest.mark.parametrize("given", [{}, {"plain": {8: [0.3]}}, {"plain": {8: [0.3]}, "residual": {8: [0.3]}}])
def test_too_little_is_no_verdict(given: Errors) -> None:
    found = sweep_verdict(sweep(depths=DEPTHS), cells(given))
    assert found.kind is Kind.WAITING
    assert "of 8" in found.text


def test_unequal_seeds_are_compared_where_they_meet() -> None:
    begun = [
        cell("plain", 8, 0.3, 0),
        cell("plain", 8, 0.3, 1),
        cell("plain", 44, 0.6, 1),
        cell("residual", 44, 0.2, 1),
    ]
    found = sweep_verdict(sweep(depths=(8, 44), seeds=2), begun)
    assert found.gaps[0].difference.seeds == 1
    assert "the seeds both have" in found.text


def test_the_reader_s_language_decides_when_it_is_read() -> None:
    given = errors((0.30, 0.28, 0.40, 0.60), (0.30, 0.25, 0.24, 0.23))
    found = sweep_verdict(spec_of(given), cells(given))
    english = found.text
    set_language("zh_CN")
    assert all(number in found.text for number in ("60.0 %", "23.0 %"))
    set_language("en")
    assert found.text == english
