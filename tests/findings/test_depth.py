"""Verdicts from hand-made sweeps: every family is judged, and nothing claims what was not measured."""

from collections.abc import Sequence

import pytest

from resnet_viz.events import RunState
from resnet_viz.experiments.experiment import CellHistory, Experiment
from resnet_viz.findings.depth_numbers import DepthFinding, FamilyOutcome
from resnet_viz.findings.evidence import Outcome
from resnet_viz.findings.verdict import Verdict, depth_verdict
from resnet_viz.locale import set_language
from tests.made.specs import sweep
from tests.made.sweeps import cell, cells

Errors = dict[str, dict[int, Sequence[float]]]
Is = FamilyOutcome

DEPTHS = (8, 20, 32, 44)


def spec_of(errors: Errors, seeds: int = 1) -> Experiment:
    depths = {depth for family in errors.values() for depth in family}
    return sweep(families=tuple(errors), depths=tuple(depths), seeds=seeds)


def errors(plain: Sequence[float], residual: Sequence[float] | None = None, seeds: int = 3) -> Errors:
    """Errors at `DEPTHS`, half a point apart from seed to seed, in turn."""
    found: Errors = {}
    for name, given in (("plain", plain), ("residual", residual)):
        if given is not None:
            found[name] = {
                depth: [error + 0.005 * (1 - (seed + depth) % 3) for seed in range(seeds)]
                for depth, error in zip(DEPTHS, given, strict=True)
            }
    return found


def judged(given: Errors, seeds: int = 3, **more: float) -> Verdict[DepthFinding]:
    return depth_verdict(spec_of(given, seeds), cells(given, **more))


def outcomes(found: Verdict[DepthFinding]) -> list[FamilyOutcome]:
    return [one.outcome for one in found.found.families]


HARM = errors((0.30, 0.32, 0.40, 0.60), (0.30, 0.29, 0.28, 0.29))


# What readers were told wrongly (AUDIT 2 b, c, d, e, f, h, i).


@pytest.mark.parametrize("seeds", [1, 2])
def test_one_or_two_seeds_a_depth_are_described_and_never_judged(seeds: int) -> None:
    found = judged(errors((0.30, 0.32, 0.40, 0.60), (0.30, 0.29, 0.28, 0.29), seeds), seeds)
    assert outcomes(found) == [Is.NOT_JUDGED] * 2
    assert str(found.headline).startswith("In these runs: plain ")
    assert found.to_dict()["train_error_gap_low"] is None
    for word in ("interval ", "clear", "harm", "rises", "egradation", "chance"):
        assert word not in f"{found.headline} " + " ".join(map(str, found.sentences))


def test_one_seed_names_the_values_of_every_family() -> None:
    found = judged(
        {name: {8: [0.24], 44: [0.52]} for name in ("plain", "residual", "residual+projection")}, 1
    )
    assert str(found.headline) == (
        "In these runs: plain 24.0% at depth 8, 52.0% at depth 44; residual 24.0% at depth 8, 52.0% at depth "
        "44; residual (projection) 24.0% at depth 8, 52.0% at depth 44"
    )


def test_the_best_of_many_depths_by_luck_is_no_reference() -> None:
    """Depth 20 happened to be low; the deepest is no worse than the shallowest."""
    found = judged(errors((0.30, 0.24, 0.30, 0.30)))
    assert outcomes(found) == [Is.SAME]
    assert "rises" not in f"{found.headline} {found.text}"


def test_plain_networks_that_diverged_are_not_said_to_show_no_harm() -> None:
    given: Errors = {"plain": {8: [0.30, 0.31, 0.30], 20: [0.30, 0.31, 0.305]}}
    deeper = [cell("plain", depth, 0.9, s, state=RunState.DIVERGED) for depth in (32, 44) for s in range(3)]
    found = depth_verdict(sweep(families=("plain",), depths=DEPTHS, seeds=3), [*cells(given), *deeper])
    assert str(found.headline) == "Plain: diverged at depth 32 (3 of 3 runs), 44 (3 of 3 runs)"
    assert "no harm" not in found.text


def test_a_sweep_that_has_ended_is_not_said_to_change() -> None:
    """residual-20 and -32 diverged: the sweep has ended, though not all of it finished."""
    ended = [
        *cells({"plain": {8: [0.30], 20: [0.40], 32: [0.60]}, "residual": {8: [0.30]}}),
        *(cell("residual", depth, 0.9, state=RunState.DIVERGED) for depth in (20, 32)),
    ]
    spec = sweep(depths=(8, 20, 32))
    found = depth_verdict(spec, ended)
    assert "may change" not in found.text
    assert not str(found.headline).startswith("So far")
    assert "Residual: diverged at depth 20 (1 of 1 runs), 32 (1 of 1 runs)" in str(found.headline)
    assert found.to_dict()["ended"] is True
    moving = [*ended[:-1], cell("residual", 32, 0.9, state=RunState.RUNNING)]
    found = depth_verdict(spec, moving)
    assert "may change. Runs finished: 4 of 6" in found.text
    assert str(found.headline).startswith("So far: ")


def test_a_residual_network_that_gets_worse_is_in_the_headline() -> None:
    found = judged(errors((0.30, 0.29, 0.30, 0.30), (0.20, 0.25, 0.35, 0.45)))
    assert outcomes(found) == [Is.SAME, Is.RISES]
    assert "Residual: training error rises with depth" in str(found.headline)
    assert "does no harm" not in str(found.headline)


def test_nothing_is_said_of_networks_that_are_not_there() -> None:
    found = judged({"residual": HARM["residual"]})
    assert "lain" not in f"{found.headline} {found.text}"
    assert "without" not in f"{found.headline} {found.text}"


def test_a_gap_lies_inside_its_own_interval() -> None:
    """Plain is better: the mean was said to be 5.7 points with an interval of −7.1 to −4.2."""
    given: Errors = {
        "plain": {8: [0.30, 0.31, 0.30], 44: [0.243, 0.241, 0.246]},
        "residual": {8: [0.30, 0.31, 0.30], 44: [0.300, 0.298, 0.303]},
    }
    found = judged(given)
    said = found.to_dict()
    assert said["train_error_gap_low"] <= said["train_error_gap"] <= said["train_error_gap_high"] < 0
    assert "Plain − residual: −5.7 percentage points (95% confidence interval −5.7 to −5.7)" in found.text
    assert found.found.gaps[0].outcome is Outcome.LOWER
    assert "Here plain networks fit their training images better than residual ones" in found.text


def test_means_of_different_seeds_are_not_compared() -> None:
    given = [cell("plain", 44, 0.40, 0), cell("plain", 44, 0.80, 1), cell("residual", 44, 0.20, 0)]
    given += [cell(name, 8, 0.30, seed) for name in ("plain", "residual") for seed in (0, 1)]
    found = depth_verdict(sweep(depths=(8, 44), seeds=2), given)
    gap = found.found.gaps[0]
    assert (gap.depth, gap.train.seeds) == (8, 2), "both have two seeds only there"
    del given[-3:]
    found = depth_verdict(sweep(depths=(8, 44), seeds=2), given)
    gap = found.found.gaps[0]
    assert (gap.depth, gap.train.first, gap.train.second) == pytest.approx((44, 0.40, 0.20))
    assert "40.0% (plain) and 20.0% (residual)" in found.text
    assert "One seed a depth describes" in found.text
    assert "Only seeds that both sides have are compared" in found.text


def test_a_change_whose_size_is_open_is_not_called_undecided() -> None:
    given: Errors = {"plain": {8: [0.30, 0.30, 0.30, 0.30], 44: [0.335, 0.340, 0.342, 0.351]}}
    found = judged(given, 4)
    assert outcomes(found) == [Is.OPEN]
    assert "its size is open" in str(found.headline)


def test_degradation_is_said_of_a_rise_of_training_error_and_of_nothing_else() -> None:
    assert "that is degradation, not overfitting" in judged(HARM).text
    for other in (
        errors((0.30, 0.30, 0.30, 0.30)),
        {"residual": HARM["plain"]},
        {"plain+no-norm": HARM["plain"]},
    ):
        assert "egradation" not in judged(other).text


def test_the_gradient_is_told_of_the_depth_compared_and_of_both_times() -> None:
    given = [cell("plain", 8, 0.3, reach=(2, 2)), cell("residual", 8, 0.3, reach=(2, 2))]
    given += [cell("plain", 44, 0.6, reach=(1073, 0.012)), cell("residual", 44, 0.3, reach=(8.1, 0.42))]
    text = depth_verdict(sweep(depths=(8, 44)), given).text
    assert (
        "Relative gradient ‖g‖/‖w‖, first convolution ÷ last, depth 44, seed 0, plain: 1,100 (explodes "
        "towards the input) at step 0, 0.012 (vanishes towards the input) at step 99. The same, residual: "
        "8.1 and 0.42."
    ) in text
    assert "did not vanish" not in text


# The rest of the rules.


@pytest.mark.parametrize(
    ("plain", "residual", "expected"),
    [
        ((0.30, 0.28, 0.40, 0.60), (0.30, 0.29, 0.30, 0.30), [Is.RISES, Is.SAME]),
        ((0.30, 0.35, 0.40, 0.60), (0.30, 0.35, 0.40, 0.60), [Is.RISES, Is.RISES]),
        ((0.30, 0.28, 0.25, 0.20), (0.30, 0.30, 0.30, 0.30), [Is.FALLS, Is.SAME]),
        ((0.30, 0.40, 0.50, 0.60), None, [Is.RISES]),
    ],
)
def test_three_seeds_judge_each_family(
    plain: Sequence[float], residual: Sequence[float] | None, expected: list[FamilyOutcome]
) -> None:
    assert outcomes(judged(errors(plain, residual))) == expected


def test_seeds_that_disagree_show_no_clear_trend() -> None:
    found = judged({"plain": {8: [0.30, 0.32, 0.31], 44: [0.60, 0.30, 0.33]}})
    assert outcomes(found) == [Is.UNDECIDED]
    assert str(found.headline) == "Plain: no clear trend with depth"


def test_what_only_the_two_ends_show_is_no_trend() -> None:
    """The deepest is clearly higher, but the depths between go down and up from seed to seed."""
    given: Errors = {
        "plain": {8: [0.30] * 3, 20: [0.95, 0.05, 0.95], 32: [0.05, 0.95, 0.95], 44: [0.40, 0.41, 0.42]}
    }
    found = judged(given)
    assert outcomes(found) == [Is.UNDECIDED]
    assert "no clear trend" in found.text


def test_the_numbers_are_in_the_words_and_in_the_dictionary() -> None:
    found = judged(HARM, test=0.5)
    said = found.to_dict()
    assert said["text"] == found.text
    assert str(found.headline) == (
        "Plain: training error rises with depth; Residual: no change with depth as large as 4.5 percentage "
        "points"
    )
    assert said["families"]["plain"]["outcome"] == "rises"
    assert said["families"]["plain"]["train_error_change"] == pytest.approx(0.30)
    assert (said["gap_depth"], said["seeds"], said["gap_outcome"]) == (44, 3, "higher")
    assert said["train_error_gap"] == pytest.approx(0.31)
    assert said["complete"] is said["ended"] is True
    for words in (
        "Plain: mean training error of 3 seeds 30.0% at depth 8 and 60.0% at depth 44.",
        "Depth 44 − depth 8: +30.0 percentage points (95% confidence interval",
        "Plain − residual: +31.0 percentage points (95% confidence interval",
        "Test error there: 50.0% (plain) and 50.0% (residual).",
        "3 claims are judged together (Holm)",
        "the share of 160 images, those of the last 10 batches",
        "10 steps measure how fast",
    ):
        assert words in found.text
    assert "vanish" not in found.text, "nobody measured gradients here"


def test_the_interval_is_students() -> None:
    found = judged({"plain": {8: [0.30, 0.32, 0.31], 44: [0.60, 0.63, 0.61]}})
    change = found.found.families[0].change
    assert change is not None
    # Changes .30, .31, .30: mean .30333, deviation .0057735, t(2) = 4.30265.
    assert change.interval.mean == pytest.approx(0.303333, abs=1e-6)
    assert change.interval.high == pytest.approx(0.303333 + 0.014342, abs=1e-5)


def test_networks_that_guess_are_named_and_not_compared() -> None:
    given = cells({"plain": {8: [0.30, 0.31, 0.30]}})
    given += [cell("plain", depth, 0.9, seed, loss=2.3) for depth in (20, 44) for seed in range(3)]
    found = depth_verdict(sweep(families=("plain",), depths=(8, 20, 44), seeds=3), given)
    assert outcomes(found) == [Is.GUESSES]
    assert str(found.headline) == "Plain: no better than guessing at depth 20 (3 of 3 runs), 44 (3 of 3 runs)"
    assert "egradation" not in found.text


def test_a_rise_stands_where_only_deeper_networks_diverged() -> None:
    given = [*cells(HARM), *(cell("plain", 56, 0.9, seed, state=RunState.DIVERGED) for seed in range(3))]
    found = depth_verdict(sweep(depths=(*DEPTHS, 56), seeds=3), given)
    assert "Plain: training error rises with depth; diverged at depth 56 (3 of 3 runs)" in str(found.headline)


def test_what_has_no_result_is_named() -> None:
    begun = cells(errors((0.30, 0.28, 0.40, 0.60), (0.30, 0.25, 0.24, 0.23), 1))
    begun[6] = cell("residual", 32, 0.9, state=RunState.LOST)
    begun[7] = cell("residual", 44, 0.9, state=RunState.STOPPED)
    found = depth_verdict(sweep(depths=DEPTHS), begun)
    assert not found.found.is_complete
    assert "Runs finished: 6 of 8" in found.text
    assert "Failed or interrupted, and so without a result: Residual 32 (seed 0)" in found.text
    assert "Stopped, and so without a result: Residual 44 (seed 0)" in found.text
    assert found.found.gaps[0].depth == 20, "only depths that both have finished are compared"


@pytest.mark.parametrize("given", [{}, {"plain": {8: [0.3]}}, {"plain": {8: [0.3]}, "residual": {8: [0.3]}}])
def test_too_little_is_no_verdict(given: Errors) -> None:
    found = depth_verdict(sweep(depths=DEPTHS), cells(given))
    assert str(found.headline) == "Not enough measured yet"
    assert "of 8" in found.text


def test_shallow_sweeps_are_told_to_go_deeper() -> None:
    given: Errors = {"plain": {8: [0.30, 0.31, 0.30], 20: [0.30, 0.31, 0.305]}}
    found = judged(given)
    assert outcomes(found) == [Is.SAME]
    assert "up to 20 layers" in found.text


def test_old_tests_say_how_they_were_measured() -> None:
    given = errors((0.30, 0.28, 0.40, 0.60), (0.30, 0.25, 0.24, 0.23))
    old = depth_verdict(spec_of(given, 3), cells(given, test=0.5, facts={}))
    assert "as this app did before" in old.text
    assert "as this app did before" not in judged(given, test=0.5).text


def test_the_reader_s_language_decides_when_it_is_read() -> None:
    found = judged({name: {8: [0.30], 20: [0.31]} for name in ("plain", "residual+projection")}, 1)
    english = found.text
    assert "Residual (projection): " in english
    set_language("zh")
    assert "残差网络（投影）" in found.text
    assert "31.0%" in found.text
    set_language("en")
    assert found.text == english


def test_cells_in_any_order_say_the_same() -> None:
    given: list[CellHistory] = cells(HARM)
    assert depth_verdict(spec_of(HARM, 3), given[::-1]).text == judged(HARM).text
