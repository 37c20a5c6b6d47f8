"""Which questions can be asked at any depth, and which number of their answers is compared."""

import pytest

from resnet_viz.errors import InvalidSetting
from resnet_viz.lab.answers import asking, recorded
from resnet_viz.lab.over_depths import asked_at, depths_panel, key_values, offered_at, title_of_key
from resnet_viz.lab.panel import panel_figure
from resnet_viz.lab.questions import stochastic_depth
from resnet_viz.lab.table import QUESTIONS
from tests.lab.made_trainings import DIVERGED, answer


@pytest.mark.parametrize("name", [one.name for one in QUESTIONS.values() if one.needs != "pair"])
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
