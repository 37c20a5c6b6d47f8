"""Two networks compared over seeds: what may be said, what may not, and how often it is wrong."""

import numpy as np
import pytest

from resnet_viz.experiments.experiment import Experiment
from resnet_viz.lab.duels import Duel, Verdict, duels
from resnet_viz.lab.trainings import small_run, unpacked
from tests.lab.made_trainings import DIVERGED, answer

GUESS = float(np.log(10))


def experiment(seeds: int) -> Experiment:
    return Experiment(run=small_run(depth=8, steps=40, learning_rate=0.1), seeds=seeds)


def duel(plain: list[float], residual: list[float], *, on_test_images: bool = False) -> Duel:
    result = answer(experiment(len(plain)), {"plain": plain, "residual": residual})
    (found,) = duels(unpacked(result), [("plain", "residual")], on_test_images=on_test_images)
    return found


@pytest.mark.parametrize(
    ("plain", "residual", "verdict"),
    [
        ([1.2, 1.25, 1.22], [0.6, 0.62, 0.63], Verdict.BETTER),
        ([0.6, 0.62, 0.63], [1.2, 1.25, 1.22], Verdict.WORSE),
        ([0.62, 0.61, 0.63], [0.62, 0.62, 0.62], Verdict.SAME),
        ([0.9, 0.6, 1.2], [0.7, 0.9, 0.8], Verdict.UNDECIDED),
        ([1.2, 1.25], [0.6, 0.62], Verdict.NOT_JUDGED),
        ([GUESS] * 3, [0.8, 0.9, 0.7], Verdict.BETTER),
        ([0.8, 0.9, 0.7], [DIVERGED] * 3, Verdict.WORSE),
        ([GUESS] * 3, [DIVERGED] * 3, Verdict.BOTH_FAIL),
        ([1.2, 1.25, 1.22, DIVERGED], [0.6, 0.62, 0.63, 0.61], Verdict.BETTER),
        ([1.2, 1.25, 1.22, 1.2], [0.6, 0.62, 0.63, DIVERGED], Verdict.UNDECIDED),
        ([DIVERGED, 0.8, 0.8], [0.8, DIVERGED, 0.8], Verdict.UNDECIDED),
    ],
)
def test_what_a_pair_comes_to(plain: list[float], residual: list[float], verdict: Verdict) -> None:
    assert duel(plain, residual).verdict is verdict
    if verdict is not Verdict.NOT_JUDGED:
        assert duel(plain, residual, on_test_images=True).verdict is verdict


def test_what_failed_is_counted_and_in_no_gap() -> None:
    found = duel([1.2, 1.25, 1.22, DIVERGED], [0.6, 0.62, 0.63, 0.61])
    assert found.failed == ([3], [])
    assert found.gain is not None
    assert list(found.gain.gaps) == [0, 1, 2]


def test_of_many_comparisons_at_once_a_failure_in_every_seed_needs_four_seeds() -> None:
    families = ("plain", *(f"residual+survival=0.{n}" for n in range(1, 5)))
    for seeds, verdict in ((3, Verdict.UNDECIDED), (4, Verdict.WORSE)):
        losses = {name: [0.7 + 0.01 * seed for seed in range(seeds)] for name in families}
        losses[families[1]] = [DIVERGED] * seeds
        found = unpacked(answer(experiment(seeds).but(families=families), losses))
        assert duels(found, [("plain", other) for other in families[1:]])[0].verdict is verdict


@pytest.mark.parametrize("fail", [0.0, 0.2, 0.5])
def test_of_networks_that_do_not_differ_one_is_called_better_in_few_cases(fail: float) -> None:
    """Three seeds, five comparisons at once with no difference at all; ``fail``: how often a run diverges."""
    random = np.random.default_rng(0)
    wrong = 0
    for _ in range(200):
        losses = random.normal(0.7, 0.1, (6, 3))
        losses[random.random((6, 3)) < fail] = DIVERGED
        families = ("plain", "residual", *(f"residual+survival=0.{n}" for n in range(1, 5)))
        spec = experiment(3).but(families=families)
        found = unpacked(answer(spec, dict(zip(families, losses.tolist(), strict=True))))
        verdicts = [one.verdict for one in duels(found, [("plain", other) for other in families[1:]])]
        wrong += bool({Verdict.BETTER, Verdict.WORSE} & set(verdicts))
    assert wrong <= 200 * 0.05 * 1.6, wrong
