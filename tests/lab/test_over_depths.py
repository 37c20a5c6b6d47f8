"""Which questions can be asked at any depth, and which number of their answers is compared."""

import numpy as np
import pytest

from resnet_viz.errors import InvalidSetting
from resnet_viz.figures.chart import to_figure
from resnet_viz.findings.intervals import t_interval
from resnet_viz.lab.answers import asking, recorded
from resnet_viz.lab.over_depths import (
    asked_at,
    chart_of_depths,
    depths_panel,
    key_intervals,
    key_values,
    offered_at,
    title_of_key,
)
from resnet_viz.lab.panel import Panel, panel_figure
from resnet_viz.lab.questions import stochastic_depth
from resnet_viz.lab.table import QUESTIONS
from tests.lab.made_trainings import DIVERGED, answer

ALL_IN_ONE = ("first_gradient", "branch_scale")
"""Questions of which every answer has all depths."""


@pytest.mark.parametrize(
    "name", [one.name for one in QUESTIONS.values() if one.needs != "pair" and one.name not in ALL_IN_ONE]
)
def test_every_question_without_given_networks_has_a_key_number_for_each_network(name: str) -> None:
    question, found = QUESTIONS[name], recorded(name)
    assert found is not None
    values = key_values(asking(question), found.result)
    assert len(values) >= 2
    # What diverged in every seed has no test error.
    assert sum(value is not None for value in values.values()) >= 2
    assert title_of_key(question)


@pytest.mark.parametrize("name", [one.name for one in QUESTIONS.values() if one.needs == "pair"])
def test_questions_about_trained_networks_refuse(name: str) -> None:
    with pytest.raises(InvalidSetting, match="trained networks"):
        asked_at(QUESTIONS[name], [8], {})


@pytest.mark.parametrize("name", ALL_IN_ONE)
def test_what_has_all_depths_in_one_answer_is_not_measured_for_each(name: str) -> None:
    found, question = recorded(name), QUESTIONS[name]
    assert found is not None
    with pytest.raises(InvalidSetting, match="all depths already"):
        asked_at(question, [8, 20], {})
    panels = [one for one in question.panels(found.result) if isinstance(one, Panel)]
    (chart,) = (one for one in panels if one.title == chart_of_depths(question))
    (depths,) = (one.options for one in question.settings if one.name == "depth")
    assert all(tuple(line.x) == depths for line in chart.series if line.kind == "measured")


def test_several_seeds_are_points_and_from_three_on_their_mean_has_a_band() -> None:
    question = QUESTIONS["stochastic_depth"]
    answers = []
    ends = {
        20: ([0.4, 0.6, 0.8, 0.5], [0.5, 0.5, 0.6, 0.7]),
        32: ([0.7, DIVERGED, 0.9, DIVERGED], [DIVERGED] * 4),
    }
    for depth, losses in ends.items():
        settings = {**question.defaults, "seeds": 4, "depth": depth}
        spec = stochastic_depth.experiment(settings)
        answers.append(
            (asking(question, settings=settings), answer(spec, dict(zip(spec.families, losses, strict=True))))
        )
    panel = depths_panel(answers)
    lines = [one for one in panel.series if one.kind == "measured"]
    points = [one for one in panel.series if one.kind == "reference"]
    errors = np.array(ends[20][0]) / 2.3
    expected = t_interval(errors.tolist())
    low, high = lines[0].low, lines[0].high
    assert low is not None
    assert high is not None
    assert (lines[0].y[0], low[0], high[0]) == pytest.approx((expected.mean, expected.low, expected.high))
    both = [key_intervals(*each) for each in answers]
    assert both[0][lines[0].name] == pytest.approx((expected.low, expected.high))
    assert both[1] == {}
    # Two that did not diverge have a mean and no band; none has neither.
    assert lines[0].y[1] == pytest.approx(0.8 / 2.3)
    assert np.isnan(low[1])
    assert np.isnan(lines[1].y[1])
    assert points[0].x.tolist() == [20, 20, 20, 20, 32, 32]
    assert sorted(points[0].y) == pytest.approx(sorted([*errors, 0.7 / 2.3, 0.9 / 2.3]))
    assert len(points[1].x) == 4
    figure = panel_figure(panel)
    bands = [trace for trace in to_figure(figure.chart).data if trace.fill == "toself"]
    assert len(bands) == 2
    assert "95% confidence interval" in figure.how_to_read


@pytest.mark.parametrize("name", ["shattered", "branch_variance"])
def test_a_band_over_depths_is_that_of_the_answer_at_its_point(name: str) -> None:
    question, found = QUESTIONS[name], recorded(name)
    assert found is not None
    panel = depths_panel([(asking(question), found.result)])
    at = {"shattered": 1, "branch_variance": -1}[name]
    (whole,) = (
        one
        for one in question.panels(found.result)
        if isinstance(one, Panel) and one.y_title == panel.y_title
    )
    for line, of_answer in zip(panel.series, whole.series, strict=False):
        if line.kind == "measured":
            assert line.low is not None
            assert of_answer.low is not None
            assert line.low[0] == of_answer.low[at]
            assert line.y[0] == of_answer.y[at]


def test_a_question_that_trains_takes_depths_that_its_page_does_not_offer() -> None:
    asked = asked_at(QUESTIONS["stochastic_depth"], [56, 8], {"seeds": 1})
    assert [one.settings["depth"] for one in asked] == [8, 56]
    assert all(one.settings["seeds"] == 1 for one in asked)
    assert [stochastic_depth.experiment(one.settings).depths for one in asked] == [(8,), (56,)]


def test_the_key_number_of_trainings_leaves_out_what_diverged() -> None:
    spec = stochastic_depth.experiment({**QUESTIONS["stochastic_depth"].defaults, "seeds": 3})
    whole, dropping = spec.families
    result = answer(spec, {whole: [0.5, DIVERGED, 0.7], dropping: [DIVERGED] * 3})
    # The made runs end with an accuracy of 1 − loss / 2.3.
    values = list(key_values(asking(QUESTIONS["stochastic_depth"]), result).values())
    assert values[0] == pytest.approx(0.6 / 2.3)
    assert values[1] is None


def test_the_chart_over_depths_has_the_key_number_of_every_answer() -> None:
    question = QUESTIONS["stochastic_depth"]
    answers = []
    for depth, losses in ((20, (0.5, 0.7)), (32, (0.6, 0.9))):
        settings = {**question.defaults, "seeds": 1, "depth": depth}
        spec = stochastic_depth.experiment(settings)
        ends = {family: [loss] for family, loss in zip(spec.families, losses, strict=True)}
        answers.append((asking(question, settings=settings), answer(spec, ends)))
    panel = depths_panel(answers)
    assert panel.y_share
    assert [one.x.tolist() for one in panel.series] == [[20, 32], [20, 32]]
    for index, line in enumerate(panel.series):
        assert line.y.tolist() == [list(key_values(*each).values())[index] for each in answers]
    assert not panel_figure(panel).is_empty
    assert [one.settings["depth"] for one in offered_at(answers[0][0])] == [20, 32]
