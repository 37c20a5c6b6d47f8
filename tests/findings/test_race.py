"""Verdicts from hand-made races: each outcome has its own, and none claims what was not measured."""

from math import log

import numpy as np
import pytest

from resnet_viz.events import RunState
from resnet_viz.findings.race import VerdictKind, verdict
from resnet_viz.history import Curve, ProfileTable, RunHistory
from resnet_viz.specs import Init, NetworkSpec, Norm, RaceSpec, Role, RunSpec, TrainSpec

DONE = RunState.FINISHED


def _race(seeds: int = 1, depth: int = 32, norm: Norm = "batch", init: Init = "he") -> RaceSpec:
    network = NetworkSpec(depth=depth, norm=norm, init=init)
    return RaceSpec(run=RunSpec(network=network, train=TrainSpec(steps=100)), seeds=seeds)


def _run(
    role: Role,
    loss: float,
    seed: int = 0,
    *,
    state: RunState = DONE,
    steps: int = 100,
    noise: float = 0.01,
    accuracy: float | None = None,
    reach: tuple[float, float] | None = None,
) -> RunHistory:
    """A loss of 2.3 until the last 20 steps, then ``loss`` ± ``noise``, opposite in the two roles."""
    value = np.full(steps, 2.3)
    sign = np.where(np.arange(steps) % 2, 1, -1) * (1 if role == "plain" else -1)
    value[-20:] = loss + noise * sign[-20:]
    series = {"train/loss": Curve(np.arange(steps), value)}
    if accuracy is not None:
        series["test/accuracy"] = Curve(np.array([steps]), np.array([accuracy]))
    profiles = {}
    if reach:
        row = np.array([[reach[0], 1.0, reach[1], 5.0]], dtype=np.float32)
        profiles["grad/relative"] = ProfileTable(("stem", "a.conv1", "b.conv1", "head"), np.array([0]), row)
    return RunHistory(role, seed, state, series, profiles)


def _pair(plain: float, residual: float, seed: int = 0, **more: float) -> list[RunHistory]:
    return [_run("plain", plain, seed, **more), _run("residual", residual, seed, **more)]  # type: ignore[arg-type]


def test_final_loss_is_the_mean_of_the_last_twenty_steps() -> None:
    found = verdict(_race(), _pair(1.21, 0.62))
    assert found.kind is VerdictKind.RESIDUAL_BETTER
    assert found.loss_gap == pytest.approx(0.59)
    assert found.to_dict() == {"text": found.text, "loss_gap": found.loss_gap, "accuracy_gap": None}
    assert "1.21 without shortcuts and 0.620 with them, a gap of 0.590" in found.text
    assert "mean of the last 20 steps" in found.text


@pytest.mark.parametrize(
    ("plain", "residual", "noise", "kind"),
    [
        (1.21, 0.62, 0.01, VerdictKind.RESIDUAL_BETTER),
        (0.62, 1.21, 0.01, VerdictKind.PLAIN_BETTER),
        (0.66, 0.63, 0.01, VerdictKind.NO_DIFFERENCE),
        (0.63, 0.63, 0.01, VerdictKind.NO_DIFFERENCE),
        (0.62 + 0.05 * log(10) + 0.01, 0.62, 0.001, VerdictKind.RESIDUAL_BETTER),
        (0.62 + 0.05 * log(10) - 0.01, 0.62, 0.001, VerdictKind.NO_DIFFERENCE),
        (0.90, 0.62, 0.50, VerdictKind.UNDECIDED),  # batch noise larger than the gap
        (0.66, 0.63, 0.30, VerdictKind.UNDECIDED),  # ... or too large to exclude one
    ],
)
def test_one_seed(plain: float, residual: float, noise: float, kind: VerdictKind) -> None:
    found = verdict(_race(), _pair(plain, residual, noise=noise))
    assert found.kind is kind
    assert "This is one seed (0)" in found.text


@pytest.mark.parametrize(
    ("gaps", "kind"),
    [
        ((0.5, 0.6, 0.55), VerdictKind.RESIDUAL_BETTER),
        ((-0.5, -0.6, -0.55), VerdictKind.PLAIN_BETTER),
        ((0.01, -0.02, 0.0), VerdictKind.NO_DIFFERENCE),
        ((0.04, 0.05, 0.045), VerdictKind.NO_DIFFERENCE),
        ((0.9, 0.1, 0.05), VerdictKind.UNDECIDED),
        ((0.2, -0.2, 0.0), VerdictKind.UNDECIDED),
        ((0.5, 0.7), VerdictKind.UNDECIDED),  # t(1) = 12.7: two seeds say little
    ],
)
def test_several_seeds(gaps: tuple[float, ...], kind: VerdictKind) -> None:
    runs = [run for seed, gap in enumerate(gaps) for run in _pair(1 + gap, 1, seed)]
    found = verdict(_race(len(gaps)), runs)
    assert found.kind is kind
    assert found.loss_gap == pytest.approx(sum(gaps) / len(gaps))
    assert found.loss_gaps == pytest.approx(gaps)
    assert found.seeds == tuple(range(len(gaps)))
    assert "95 % interval" in found.text
    assert "one seed" not in found.text


def test_interval_of_the_paired_gaps() -> None:
    runs = [run for seed, gap in enumerate((0.4, 0.5, 0.6)) for run in _pair(1 + gap, 1, seed)]
    interval = verdict(_race(3), runs).loss_interval
    assert interval is not None
    assert interval.high == pytest.approx(0.5 + 4.30265 * 0.1 / 3**0.5, rel=1e-5)


def test_ten_seeds_in_any_order() -> None:
    runs = [run for seed in reversed(range(10)) for run in _pair(1.2 + seed / 100, 0.6, seed)]
    found = verdict(_race(10), runs)
    assert found.kind is VerdictKind.RESIDUAL_BETTER
    assert found.seeds == tuple(range(10))


def test_small_but_consistent_is_said_so() -> None:
    runs = [run for seed, gap in enumerate((0.04, 0.05, 0.045)) for run in _pair(1 + gap, 1, seed)]
    assert "more than chance between seeds, but practically no difference" in verdict(_race(3), runs).text


def test_undecided_counts_seeds() -> None:
    runs = [run for seed, gap in enumerate((0.9, 0.1, -0.05)) for run in _pair(1 + gap, 1, seed)]
    assert "higher one in 2 of 3 seeds" in verdict(_race(3), runs).text


def test_no_effect_says_why() -> None:
    assert "Depth 8 is shallow" in verdict(_race(depth=8), _pair(0.66, 0.63)).text
    assert "shallow" not in verdict(_race(depth=56), _pair(0.66, 0.63)).text
    assert "neither has learned enough" in verdict(_race(depth=8), _pair(2.30, 2.30)).text
    assert "shallow" not in verdict(_race(depth=8), _pair(1.2, 0.6)).text


def test_plain_that_only_guesses() -> None:
    assert "guessing has a loss of 2.30" in verdict(_race(), _pair(2.302, 0.8)).text


def test_accuracy_is_reported_beside_the_loss() -> None:
    runs = [_run("plain", 1.2, accuracy=0.49), _run("residual", 0.6, accuracy=0.75)]
    found = verdict(_race(), runs)
    assert found.accuracy_gap == pytest.approx(-0.26)
    assert "49.0 % plain, 75.0 % residual" in found.text


def test_accuracy_of_seeds_has_an_interval() -> None:
    runs = [
        run
        for seed in (0, 1)
        for run in (
            _run("plain", 1.2, seed, accuracy=0.5 + seed / 10),
            _run("residual", 0.6, seed, accuracy=0.7),
        )
    ]
    found = verdict(_race(2), runs)
    assert found.accuracy_gaps == pytest.approx((-0.2, -0.1))
    assert "−15.0 percentage points (95 % interval −78.5 to 48.5)" in found.text


def _with_reach(plain: tuple[float, float], residual: tuple[float, float]) -> list[RunHistory]:
    return [_run("plain", 1.5, reach=plain), _run("residual", 0.6, reach=residual)]


def test_vanishing_is_said_only_where_it_was_measured() -> None:
    text = verdict(_race(norm="none", init="pytorch"), _with_reach((2e-14, 0.1), (0.15, 0.1))).text
    assert "Vanishing gradients were measured" in text
    assert "2.00·10⁻¹⁴ in the first convolution and 0.100 in the last (ratio 2.00·10⁻¹³)" in text
    assert "0.150 and 0.100 (ratio 1.50)" in text


def test_a_gradient_of_exactly_zero_is_called_zero() -> None:
    text = verdict(_race(norm="none", init="pytorch"), _with_reach((0, 0.1), (0.1, 0.1))).text
    assert "is 0 in the first convolution" in text


def test_degradation_is_named_with_its_numbers() -> None:
    text = verdict(_race(), _with_reach((4.7, 0.1), (0.5, 0.1))).text
    assert "This is degradation; at the start the gradient did not vanish" in text
    assert "ratio 47.0" in text
    assert "Vanishing" not in text


@pytest.mark.parametrize(
    ("norm", "plain", "residual", "said"),
    [
        ("batch", (0.001, 0.1), (0.1, 0.1), "Vanishing gradients were measured"),
        ("none", (1.0, 0.1), (0.1, 0.1), "At the start the gradient of the plain network did not vanish"),
        ("none", (0.001, 0.1), (0.001, 0.1), "shrinks towards the first layers of both"),
    ],
)
def test_regime_comes_from_the_measurement(
    norm: Norm, plain: tuple[float, float], residual: tuple[float, float], said: str
) -> None:
    assert said in verdict(_race(norm=norm), _with_reach(plain, residual)).text


@pytest.mark.parametrize("reach", [None, (float("nan"), 1.0), (1.0, 0.0)])
def test_nothing_about_gradients_without_a_measurement(reach: tuple[float, float] | None) -> None:
    runs = [_run("plain", 1.5, reach=reach), _run("residual", 0.6, reach=(1, 1))]
    for norm in ("batch", "none"):
        text = verdict(_race(norm=norm), runs).text
        assert "gradient" not in text
        assert "anish" not in text


def test_queued_race_waits() -> None:
    runs = [RunHistory(role, 0, RunState.QUEUED) for role in ("plain", "residual")]
    for histories in (runs, [], runs[:1]):
        found = verdict(_race(), histories)
        assert found.kind is VerdictKind.WAITING
        assert found.loss_gap is None
        assert "nothing to compare yet" in found.text


def test_running_race_compares_common_steps_and_says_it_may_change() -> None:
    runs = [
        _run("plain", 1.2, state=RunState.RUNNING, steps=40),
        _run("residual", 0.6, state=RunState.PAUSED, steps=60),
    ]
    found = verdict(_race(), runs)
    assert found.kind is VerdictKind.RUNNING
    assert "may change" in found.text
    assert "After 40 steps" in found.text
    assert found.loss_gap == pytest.approx(1.2 - 2.3)


def test_running_seeds_do_not_dilute_finished_ones() -> None:
    runs = _pair(1.2, 0.6) + [_run(role, 2.0, 1, state=RunState.RUNNING) for role in ("plain", "residual")]
    found = verdict(_race(2), runs)
    assert found.kind is VerdictKind.RUNNING
    assert found.seeds == (0,)
    assert "Seeds finished: 1 of 2" in found.text


def test_stopped_race_is_compared_as_far_as_it_came() -> None:
    runs = [
        _run("plain", 1.2, state=RunState.STOPPED, steps=50),
        _run("residual", 0.6, state=RunState.STOPPED, steps=50),
    ]
    found = verdict(_race(), runs)
    assert found.kind is VerdictKind.STOPPED
    assert found.loss_gap == pytest.approx(0.6)
    assert "stopped after 50 (plain) and 50 (residual) of 100 steps" in found.text


def test_diverged_network_has_no_gap_but_a_sentence() -> None:
    nan = Curve(np.arange(30), np.append(np.full(29, 3.0), np.nan))
    runs = [_run("plain", 1.2), RunHistory("residual", 0, RunState.DIVERGED, {"train/loss": nan})]
    found = verdict(_race(norm="none"), runs)
    assert found.kind is VerdictKind.DIVERGED
    assert found.loss_gap is None
    assert "residual network of seed 0 diverged after 30 steps" in found.text
    assert "plain network trained to the end, to a loss of 1.20" in found.text


def test_both_diverged() -> None:
    nan = {"train/loss": Curve(np.arange(1), np.array([np.nan]))}
    runs = [RunHistory(role, 0, RunState.DIVERGED, nan) for role in ("plain", "residual")]
    found = verdict(_race(), runs)
    assert found.kind is VerdictKind.DIVERGED
    assert len(found.sentences) == 2


def test_one_diverged_seed_of_three_is_named_and_left_out() -> None:
    runs = [run for seed in (0, 1) for run in _pair(1.5 + seed / 100, 0.6, seed)]
    runs += [_run("plain", 3, 2, state=RunState.DIVERGED), _run("residual", 0.6, 2)]
    found = verdict(_race(3), runs)
    assert found.seeds == (0, 1)
    assert "plain network of seed 2 diverged" in found.text


@pytest.mark.parametrize("state", [RunState.FAILED, RunState.LOST])
def test_failed_race_has_no_result(state: RunState) -> None:
    found = verdict(_race(), [_run("plain", 1.2, state=state), _run("residual", 0.6)])
    assert found.kind is VerdictKind.FAILED
    assert found.loss_gap is None
    assert found.text == "Seed 0 gives no result: a run failed or was lost."


def test_unequal_training_is_compared_at_common_steps() -> None:
    found = verdict(_race(), [_run("plain", 1.2, steps=100), _run("residual", 0.6, steps=80)])
    assert "not trained equally long (100 steps plain, 80 residual)" in found.text
    assert found.loss_gap == pytest.approx(2.3 - 0.6)


def test_single_step_gives_numbers_but_no_judgement() -> None:
    found = verdict(_race(), _pair(1.5, 0.6, steps=1))
    assert found.kind is VerdictKind.UNDECIDED
    assert found.loss_gap == pytest.approx(0.9, abs=0.05)


def test_finished_without_a_curve_is_not_an_error() -> None:
    found = verdict(_race(), [RunHistory(role, 0, DONE) for role in ("plain", "residual")])
    assert found.loss_gap is None
    assert found.text
