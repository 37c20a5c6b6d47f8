"""Verdicts from hand-made races: each outcome has its own, and none claims what was not measured."""

from math import log

import numpy as np
import pytest

from resnet_viz.events import RunState
from resnet_viz.experiments.experiment import Experiment
from resnet_viz.findings.race_numbers import RaceFinding
from resnet_viz.findings.seed_table import seed_table
from resnet_viz.findings.twin_numbers import RaceOutcome
from resnet_viz.findings.verdict import Verdict
from resnet_viz.history import Curve, RunHistory
from resnet_viz.specs import Norm
from tests.made.races import pair, pairs, race, run, verdict

JUDGED = {RaceOutcome.RESIDUAL_BETTER, RaceOutcome.PLAIN_BETTER, RaceOutcome.NO_DIFFERENCE, RaceOutcome.OPEN}


def said(asked: Experiment, histories: list[RunHistory]) -> Verdict[RaceFinding]:
    """The verdict, which never says that one network is better where that was not judged."""
    found = verdict(asked, histories)
    if found.found.outcome not in JUDGED:
        for word in ("better", "clear", "difference as large"):
            assert word not in f"{found.headline} {' '.join(map(str, found.sentences))}".replace(
                "No better than", ""
            )
    return found


# What readers were told wrongly (AUDIT 2 b, c, e, g, h, i, j, p).


def test_one_seed_is_never_called_a_clear_difference() -> None:
    found = said(race(), pair(1.09, 0.71, noise=0.001))
    assert found.found.outcome is RaceOutcome.NOT_JUDGED
    assert str(found.headline) == "In this run: residual 0.710, plain 1.09"
    assert "interval" not in " ".join(map(str, found.sentences))
    assert found.to_dict()["loss_gap_low"] is None
    assert "run several seeds" in found.text


def test_a_second_seed_that_agrees_does_not_turn_better_into_undecided() -> None:
    one, two = said(race(), pair(1.09, 0.71)), said(race(2), pairs((1.09, 1.36), (0.71, 0.58)))
    assert one.found.outcome is two.found.outcome is RaceOutcome.NOT_JUDGED
    assert str(two.headline) == "In these two seeds: residual 0.710 and 0.580, plain 1.09 and 1.36"
    assert "Two seeds are too few for a confidence interval" in two.text


def test_a_seed_like_the_mean_of_the_others_never_weakens_the_claim() -> None:
    gaps = [0.2, 0.5, 0.6]
    while len(gaps) < 9:
        found = said(race(len(gaps)), pairs([1 + gap for gap in gaps], [1.0] * len(gaps)))
        claimed = found.found.outcome is RaceOutcome.RESIDUAL_BETTER
        assert claimed or len(gaps) < 4
        gaps.append(sum(gaps) / len(gaps))


def test_two_accuracies_have_no_interval_and_none_leaves_what_is_possible() -> None:
    two = [
        run("plain", 1.09, 0, accuracy=0.261),
        run("plain", 1.36, 1, accuracy=0.509),
        run("residual", 0.71, 0, accuracy=0.757),
        run("residual", 0.58, 1, accuracy=0.755),
    ]
    assert "interval" not in " ".join(map(str, said(race(2), two).sentences))
    three = [*two, run("plain", 1.2, 2, accuracy=0.98), run("residual", 0.6, 2, accuracy=0.6)]
    found = verdict(race(3), three)
    assert found.found.twins[0].accuracy is not None
    low, high = found.found.twins[0].accuracy.interval.low, found.found.twins[0].accuracy.interval.high
    assert (low, high) == (-1, 1), "shares cannot differ by more than 100 points"


def test_networks_that_diverged_are_not_left_out_of_residual_trains_better() -> None:
    runs = pair(1.5, 0.6)
    for seed in (1, 2):
        runs += [run("plain", 1.5, seed), run("residual", 9, seed, state=RunState.DIVERGED)]
    found = said(race(3), runs)
    assert found.found.outcome is RaceOutcome.DIVERGED
    assert str(found.headline) == "Diverged: plain in 0 of 3 seeds, residual in 2"
    assert found.to_dict()["diverged"] == {"plain": [], "residual": [1, 2]}


def test_a_plain_network_that_diverged_does_not_weaken_what_the_other_seeds_say() -> None:
    runs = [*pairs((1.5, 1.52, 1.49), (0.6, 0.61, 0.6)), *pair(1.5, 0.6, 3)]
    runs[-2] = run("plain", 9, 3, state=RunState.DIVERGED)
    found = said(race(4), runs)
    assert found.found.outcome is RaceOutcome.RESIDUAL_BETTER
    assert "Diverged: plain in 1 of 4 seeds" in str(found.headline)
    assert "compared: 3 of 4" in found.text


def test_a_loss_of_fifty_million_is_not_near_the_loss_of_guessing() -> None:
    found = said(race(), pair(2.68, 5.18e7))
    assert found.found.outcome is RaceOutcome.GUESSES
    assert "residual 5.18·10⁷ (worse than guessing), plain 2.68 (worse than guessing)" in str(found.headline)
    assert "near" not in found.text
    assert "egradation" not in found.text


def test_a_network_that_guesses_is_neither_judged_nor_degraded() -> None:
    found = said(race(3), pairs((2.3, 2.31, 2.29), (0.6, 0.61, 0.6), reach=(30, 1, 1, 1)))
    assert found.found.outcome is RaceOutcome.GUESSES
    assert str(found.headline) == "No better than guessing: plain in 3 of 3 seeds, residual in 0"
    assert "egradation" not in found.text
    assert found.to_dict()["loss_gap"] is None


def test_an_accuracy_far_above_chance_is_not_next_to_nothing() -> None:
    found = said(race(), pair(2.25, 2.2, train_accuracy=0.286))
    assert found.found.outcome is RaceOutcome.NOT_JUDGED
    assert "uess" not in found.text
    assert said(race(), pair(2.25, 2.2, train_accuracy=0.12)).found.outcome is RaceOutcome.GUESSES


def test_a_gap_whose_size_is_open_is_not_called_undecided_from_none() -> None:
    found = said(race(4), pairs((1.09, 1.10, 1.11, 1.128), (1.0, 1.0, 1.0, 1.0)))
    assert found.found.outcome is RaceOutcome.OPEN
    assert str(found.headline) == "A difference, but whether it reaches 0.115 is open"


def test_a_race_at_one_depth_is_not_called_degradation() -> None:
    found = said(race(3), pairs((1.5, 1.52, 1.49), (0.6, 0.61, 0.6), reach=(47, 1, 1, 1)))
    assert found.found.outcome is RaceOutcome.RESIDUAL_BETTER
    assert "egradation" not in found.text
    assert "The Depth page shows whether depth is the cause" in found.text


def test_a_gradient_that_explodes_first_and_is_lost_later_is_not_said_to_be_well() -> None:
    found = said(race(depth=56), pair(1.5, 0.6, reach=(1709, 0.18, 0.008, 0.0082)))
    assert (
        "Relative gradient ‖g‖/‖w‖, first convolution ÷ last, depth 56, seed 0, plain: 1,700 (explodes "
        "towards the input) at step 0, 0.0081 (vanishes towards the input) in the second half of training "
        "(median)."
    ) in found.text
    assert "did not vanish" not in found.text


def test_late_in_training_a_fifth_more_is_not_called_no_difference() -> None:
    late = said(race(3), pairs((0.296, 0.298, 0.294), (0.243, 0.244, 0.242)))
    fitted = said(race(3), pairs((0.110, 0.112, 0.108), (0.002, 0.002, 0.002)))
    assert late.found.outcome is fitted.found.outcome is RaceOutcome.RESIDUAL_BETTER
    shallow = said(race(3, depth=8), pairs((0.64, 0.645, 0.635), (0.60, 0.61, 0.60)))
    assert shallow.found.outcome is RaceOutcome.NO_DIFFERENCE
    assert str(shallow.headline) == "No difference as large as 0.115"
    assert "Depth 8 is shallow" in shallow.text


def test_deep_plain_gradients_have_two_digits() -> None:
    assert "1,709" not in said(race(depth=56), pair(1.5, 0.6, reach=(1709, 1, 1, 1))).text


# The rest of the rules.


@pytest.mark.parametrize(
    ("gaps", "outcome"),
    [
        ((0.5, 0.6, 0.55), RaceOutcome.RESIDUAL_BETTER),
        ((-0.5, -0.6, -0.55), RaceOutcome.PLAIN_BETTER),
        ((0.01, -0.02, 0.0), RaceOutcome.NO_DIFFERENCE),
        ((0.04, 0.05, 0.045), RaceOutcome.NO_DIFFERENCE),
        ((0.9, 0.1, 0.05), RaceOutcome.UNDECIDED),
        ((0.2, -0.2, 0.0), RaceOutcome.UNDECIDED),
    ],
)
def test_three_seeds_are_judged(gaps: tuple[float, ...], outcome: RaceOutcome) -> None:
    found = said(race(3), pairs([1 + gap for gap in gaps], [1.0] * 3))
    assert found.found.outcome is outcome
    assert found.to_dict()["loss_gap"] == pytest.approx(sum(gaps) / 3)
    assert found.to_dict()["seeds_compared"] == [0, 1, 2]
    assert "95% confidence interval" in found.text


def test_the_interval_is_of_the_paired_gaps_and_has_a_direction() -> None:
    found = said(race(3), pairs((1.4, 1.5, 1.6), (1.0, 1.0, 1.0)))
    assert found.to_dict()["loss_gap_high"] == pytest.approx(0.5 + 4.30265 * 0.1 / 3**0.5, rel=1e-5)
    assert "Plain − residual: +0.500 (95% confidence interval 0.252 to 0.748)" in found.text


def test_the_accuracy_is_residual_minus_plain_as_the_reader_expects() -> None:
    runs = [run("plain", 1.5, seed, accuracy=0.28 + seed / 100) for seed in range(3)]
    runs += [run("residual", 0.6, seed, accuracy=0.75 + seed / 100) for seed in range(3)]
    found = said(race(3), runs)
    assert "Test accuracy, mean of 3 seeds: plain 29.0%, residual 76.0%." in found.text
    assert "Residual − plain: +47.0 percentage points" in found.text
    assert found.to_dict()["accuracy_difference"] == pytest.approx(0.47)


def test_ten_seeds_in_any_order() -> None:
    runs = [history for seed in reversed(range(10)) for history in pair(1.2 + seed / 100, 0.6, seed)]
    found = said(race(10), runs)
    assert found.found.outcome is RaceOutcome.RESIDUAL_BETTER
    assert found.to_dict()["seeds_compared"] == list(range(10))


def test_the_margin_is_a_share_of_guessing_or_of_the_smaller_loss() -> None:
    found = verdict(race(3), pairs((1.5, 1.5, 1.6), (1, 1, 1)))
    assert found.to_dict()["loss_margin"] == pytest.approx(0.05 * log(10))
    found = verdict(race(3), pairs((0.3, 0.31, 0.3), (0.2, 0.2, 0.2)))
    assert found.to_dict()["loss_margin"] == pytest.approx(0.04)


def test_the_seeds_are_in_a_table() -> None:
    runs = [*pairs((1.5, 2.3), (0.6, 0.61), accuracy=0.5), *pair(1, 1, 2)]
    runs[-1] = run("residual", 9, 2, state=RunState.DIVERGED)
    head, *rows = seed_table(verdict(race(3), runs).found.twins[0])
    assert len(head) == len(rows[0])
    assert rows == [
        ["0", "1.50", "0.600", "+0.900", "50.0%", "50.0%"],
        ["1", "2.30 (guessing)", "0.610", "–", "50.0%", "50.0%"],
        ["2", "1.00", "diverged", "–", "–", "–"],
    ]


def test_running_averages_are_named_where_they_differ_by_more_than_five_points() -> None:
    apart = [
        run("plain", 1.5, accuracy=0.55, running=0.26),
        run("residual", 0.6, accuracy=0.76, running=0.75),
    ]
    close = [
        run("plain", 1.5, accuracy=0.55, running=0.51),
        run("residual", 0.6, accuracy=0.76, running=0.75),
    ]
    assert (
        "running averages of batch normalisation the test accuracy would be 26.0% (plain)"
        in said(race(), apart).text
    )
    assert "running averages" not in said(race(), close).text


def test_old_runs_say_how_their_test_was_measured() -> None:
    old = pair(1.5, 0.6, accuracy=0.5, facts={"device": "cpu"})
    assert "as this app did before" in said(race(), old).text
    assert "as this app did before" not in said(race(norm="group"), old).text


@pytest.mark.parametrize("reach", [(), (float("nan"), 1.0)])
def test_nothing_about_gradients_without_a_measurement(reach: tuple[float, ...]) -> None:
    runs = [run("plain", 1.5, reach=reach), run("residual", 0.6, reach=(1, 1))]
    norms: tuple[Norm, ...] = ("batch", "none")
    for norm in norms:
        assert "gradient" not in said(race(norm=norm), runs).text


def test_a_gradient_of_exactly_zero_is_called_zero() -> None:
    text = said(race(norm="none", init="pytorch"), pair(1.5, 0.6, reach=(0, 0, 0, 0))).text
    assert "plain: 0 (vanishes towards the input) at step 0" in text


def test_few_steps_are_called_early_once() -> None:
    text = said(race(3), pairs((1.5, 1.5, 1.6), (1, 1, 1))).text
    assert text.count("100 steps measure how fast the networks learn, not how well they do in the end") == 1


def test_queued_race_waits() -> None:
    runs = [RunHistory(role, 0, RunState.QUEUED) for role in ("plain", "residual")]
    for histories in (runs, [], runs[:1]):
        found = said(race(), histories)
        assert found.found.outcome is RaceOutcome.WAITING
        assert found.to_dict()["loss_gap"] is None
        assert "nothing to compare yet" in found.text


def test_running_race_compares_common_steps_and_says_it_may_change() -> None:
    runs = [
        run("plain", 1.2, state=RunState.RUNNING, steps=40),
        run("residual", 0.6, state=RunState.PAUSED, steps=60),
    ]
    found = said(race(), runs)
    assert found.found.outcome is RaceOutcome.RUNNING
    assert "may change" in found.text
    assert "after 40 steps" in found.text
    assert found.to_dict()["loss_gap"] == pytest.approx(1.2 - 2.3)


def test_running_seeds_do_not_dilute_finished_ones() -> None:
    runs = pair(1.2, 0.6) + [run(role, 2.0, 1, state=RunState.RUNNING) for role in ("plain", "residual")]
    found = said(race(2), runs)
    assert found.found.outcome is RaceOutcome.RUNNING
    assert found.to_dict()["seeds_compared"] == [0]
    assert "Seeds finished: 1 of 2" in found.text


def test_stopped_race_is_compared_as_far_as_it_came() -> None:
    runs = pair(1.2, 0.6, state=RunState.STOPPED, steps=50)
    found = said(race(), runs)
    assert found.found.outcome is RaceOutcome.STOPPED
    assert found.to_dict()["loss_gap"] == pytest.approx(0.6)
    assert "stopped after 50 (plain) and 50 (residual) of 100 steps" in found.text


def test_a_deleted_run_does_not_leave_a_finished_race_running_for_ever() -> None:
    found = said(race(2), [*pair(1.2, 0.6), run("plain", 1.2, 1)])
    assert found.found.outcome is RaceOutcome.NOT_JUDGED
    assert "Seed 1 gives no result: one of its two runs was deleted" in found.text
    alone = said(race(), [run("plain", 1.2)])
    assert str(alone.headline) == "Not completed"


def test_diverged_network_has_no_gap_but_a_sentence() -> None:
    nan = Curve(np.arange(30), np.append(np.full(29, 3.0), np.nan))
    runs = [run("plain", 1.2), RunHistory("residual", 0, RunState.DIVERGED, {"train/loss": nan})]
    found = said(race(norm="none"), runs)
    assert found.found.outcome is RaceOutcome.DIVERGED
    assert found.to_dict()["loss_gap"] is None
    assert str(found.headline) == "In this run: residual diverged, plain 1.20"
    assert "residual network of seed 0 diverged after 30 steps" in found.text


def test_both_diverged() -> None:
    nan = {"train/loss": Curve(np.arange(1), np.array([np.nan]))}
    runs = [RunHistory(role, 0, RunState.DIVERGED, nan) for role in ("plain", "residual")]
    found = said(race(), runs)
    assert found.found.outcome is RaceOutcome.DIVERGED
    assert len(found.sentences) == 2


@pytest.mark.parametrize("state", [RunState.FAILED, RunState.LOST])
def test_failed_race_has_no_result(state: RunState) -> None:
    found = said(race(), [run("plain", 1.2, state=state), run("residual", 0.6)])
    assert found.found.outcome is RaceOutcome.FAILED
    assert "Seed 0 gives no result: a run failed or was interrupted." in found.text


def test_unequal_training_is_compared_at_common_steps() -> None:
    found = said(race(), [run("plain", 1.2, steps=100), run("residual", 0.6, steps=80)])
    assert "not trained equally long (100 steps plain, 80 residual)" in found.text
    assert found.to_dict()["loss_gap"] == pytest.approx(2.3 - 0.6)


def test_finished_without_a_curve_is_not_an_error() -> None:
    found = said(race(), [RunHistory(role, 0, RunState.FINISHED) for role in ("plain", "residual")])
    assert found.to_dict()["loss_gap"] is None
    assert found.text or str(found.headline)
