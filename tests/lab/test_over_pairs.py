"""A question about several pairs of networks: means and bands by hand, and when they judge."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from resnet_viz.findings.intervals import t_interval
from resnet_viz.lab.answers import answer_values, asking
from resnet_viz.lab.pairs import pair_by_pair, unpacked
from resnet_viz.lab.panel import Panel, panel_figure
from resnet_viz.lab.question import Finding, Outcome, Question
from resnet_viz.lab.table import QUESTIONS
from resnet_viz.lab.task import measure
from resnet_viz.processes.channel import Frame
from resnet_viz.processes.measuring import Bench, Partial
from resnet_viz.store import Store
from tests.lab.answered import answer
from tests.lab.pairs import made_race
from tests.lab.test_lesion import result

LESION = QUESTIONS["lesion"]
LITTLE = {
    "lesion": {},
    "paths": {"images": 32},
    "removals": {"images": 250},
    "linear_probe": {"images": 1000},
}
"""The quickest of each, of those that look at much."""


def packed(*answers: Frame) -> Frame:
    """As a worker sends them."""
    each = ([Partial(1.0, one.values, one.arrays)] for one in answers)
    *_before, last = pair_by_pair(each, len(answers), range(len(answers)))
    return Frame.from_bytes(Frame(dict(last.values or {}), dict(last.arrays or {})).to_bytes())


def found(*answers: Frame, question: Question = LESION) -> Finding:
    finding = question.find(packed(*answers))
    assert finding is not None
    return finding


def whole(question: Question, frame: Frame) -> list[Panel]:
    return [one for one in question.panels(frame) if isinstance(one, Panel)]


BREAKS = ([0.9, 0.8, 0.7], [0.8, 0.7, 0.9], [0.7, 0.9, 0.8])
HOLDS = ([0.12, 0.11, 0.3], [0.15, 0.12, 0.1], [0.1, 0.2, 0.12])


def test_a_line_is_the_mean_over_pairs_and_from_three_on_its_band_the_interval_of_the_mean() -> None:
    (panel,) = whole(LESION, packed(*map(result, BREAKS, HOLDS)))
    lines = {one.name: one for one in panel.series}
    assert lines["Plain"].y == pytest.approx([0.8, 0.8, 0.8])
    for at in range(3):
        expected = t_interval([one[at] for one in HOLDS], (0, 1))
        line = lines["Residual"]
        assert line.low is not None
        assert line.high is not None
        assert (line.y[at], line.low[at], line.high[at]) == pytest.approx(
            (expected.mean, expected.low, expected.high)
        )
    assert lines["Residual, whole"].low is None
    assert panel_figure(panel).how_to_read.endswith("Mean over 3 seeds. Band: its 95% confidence interval.")
    (two,) = whole(LESION, packed(*map(result, BREAKS[:2], HOLDS[:2])))
    assert all(one.low is None for one in two.series)
    assert panel_figure(two).how_to_read.endswith("Mean over 2 seeds.")


def test_what_is_said_are_means_and_three_pairs_judge() -> None:
    finding = found(*map(result, BREAKS, HOLDS))
    assert finding.outcome is Outcome.SUPPORTS
    # The median of the mean line, 0.8 and 0.143, less the 0.1 of the whole network.
    assert "rises by 70.0 points" in str(finding.sentence)
    assert "that of the residual network by 4.3" in str(finding.sentence)
    assert str(finding.sentence).endswith("These are means over 3 seeds.")
    assert str(LESION.outcome_in_words(finding)) == "supports"
    assert found(*map(result, HOLDS, BREAKS)).outcome is Outcome.CONTRADICTS


def test_one_pair_is_as_it_always_was_and_two_do_not_judge() -> None:
    one = result(BREAKS[0], HOLDS[0])
    single = LESION.find(one)
    assert single is not None
    assert "for these networks" in str(LESION.outcome_in_words(single))
    assert LESION.limit_of_pair in LESION.limits_of(1)
    assert LESION.limit_of_pair not in LESION.limits_of(3)
    two = found(*map(result, BREAKS[:2], HOLDS[:2]))
    assert two.outcome is Outcome.UNDECIDED
    assert "three seeds" in str(two.would_tell)


def test_means_that_would_judge_do_not_where_the_pairs_disagree() -> None:
    finding = found(result([0.9] * 3, [0.1] * 3), result([0.9] * 3, [0.1] * 3), result([0.1] * 3, [0.5] * 3))
    assert finding.outcome is Outcome.UNDECIDED
    assert str(finding.would_tell) == "More seeds would tell."


def test_a_pair_that_only_guesses_judges_nothing() -> None:
    guessing = result([0.9] * 3, [0.9] * 3, whole=0.89)
    finding = found(*map(result, BREAKS, HOLDS), guessing)
    assert finding.outcome is Outcome.UNDECIDED
    assert "guesses" in str(finding.would_tell)


@pytest.mark.parametrize("seeds", [3, 5])
def test_networks_that_do_not_differ_are_rarely_said_to(seeds: int) -> None:
    """Both of one distribution: a wrong claim in 5% of the cases at most."""
    rng, wrong, tries = np.random.default_rng(0), 0, 400
    for _try in range(tries):
        errors = 0.1 + 0.8 * rng.beta(0.6, 1.2, size=(seeds, 2, 3))
        finding = found(*(result(plain.tolist(), residual.tolist()) for plain, residual in errors))
        wrong += finding.outcome in (Outcome.SUPPORTS, Outcome.CONTRADICTS)
    assert wrong <= 0.05 * tries


def test_while_it_measures_the_first_pair_shows_as_it_goes_and_then_every_whole_one() -> None:
    answers = [result(plain, holds) for plain, holds in zip(BREAKS, HOLDS, strict=True)]

    def measured(one: Frame) -> Iterator[Partial]:
        yield Partial(0.5, one.values, one.arrays)
        yield Partial(0.75)
        yield Partial(1.0, one.values, one.arrays)

    told = list(pair_by_pair(map(measured, answers), 3, [4, 5, 6]))
    shares = [one.share for one in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1
    seen = [len(unpacked(Frame(dict(one.values), dict(one.arrays or {})))) for one in told if one.values]
    assert seen == [1, 1, 2, 3]
    assert [list(one.values["seeds"]) for one in told if one.values] == [[4], [4], [4, 5], [4, 5, 6]]
    (panel,) = whole(LESION, Frame(dict(told[0].values or {}), dict(told[0].arrays or {})))
    assert panel_figure(panel).how_to_read.endswith("So far of seed 4 alone.")


@pytest.mark.parametrize("name", [one.name for one in QUESTIONS.values() if one.gap is not None])
def test_asked_of_a_race_it_measures_every_seed_as_it_would_alone(
    own_store: Store, tmp_path: Path, name: str
) -> None:
    question = QUESTIONS[name]
    asked = asking(question, made_race(own_store, 3), None, LITTLE.get(name, {}))
    values = asked.values(own_store)
    (*_before, last) = measure(values, Bench(tmp_path, 1, 1))
    frame = Frame.from_bytes(Frame(dict(last.values or {}), dict(last.arrays or {})).to_bytes())
    each = unpacked(frame)
    assert len(each) == 3
    second = answer(name, tmp_path, tuple(values["further"][0]), **LITTLE.get(name, {}))
    for array, alone in second.arrays.items():
        np.testing.assert_array_equal(each[1].arrays[array], alone)
    for index, panel in enumerate(whole(question, frame)):
        alone_panels = [whole(question, one)[index] for one in each]
        assert not panel_figure(panel).is_empty
        for place, line in enumerate(panel.series):
            rows = np.array([one.series[place].y for one in alone_panels])
            mean = np.exp(np.log(rows).mean(0)) if panel.y_log else rows.mean(0)
            np.testing.assert_allclose(line.y, mean, rtol=1e-9)
            assert (line.low is not None) == (line.kind == "measured")
    written = answer_values(asked, frame)
    assert written["seeds"] == [0, 1, 2]
    assert written["sentence"].endswith("These are means over 3 seeds.")
