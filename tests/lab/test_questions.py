"""All questions: each has an answer to show at once, and says what it says in both languages."""

from importlib import import_module

import pytest

from resnet_viz.errors import InvalidSetting
from resnet_viz.figures.chart import to_figure
from resnet_viz.figures.figure import Figure
from resnet_viz.lab.answers import asking, recorded
from resnet_viz.lab.costs import times_longer
from resnet_viz.lab.panel import Panel, panel_figure
from resnet_viz.lab.question import ROWS, Choices, Drawing, Question
from resnet_viz.lab.table import QUESTIONS
from resnet_viz.locale import gettext, set_language
from resnet_viz.processes.channel import Frame
from resnet_viz.store import Store

EVERY = pytest.mark.parametrize("question", QUESTIONS.values(), ids=list(QUESTIONS))


def answer(question: Question) -> Frame:
    found = recorded(question.name)
    assert found is not None, "record it with assets/make_lab.py"
    return found.result


def charts(question: Question, result: Frame) -> list[Figure]:
    return [panel_figure(one) if isinstance(one, Panel) else one for one in question.panels(result)]


@EVERY
def test_its_recorded_answer_says_where_when_and_how_long(question: Question) -> None:
    found = recorded(question.name)
    assert found is not None
    assert found.machine
    assert found.made
    assert 0 < found.result.values["wall_s"] <= 60


@EVERY
def test_its_recorded_answer_can_be_drawn_and_read(question: Question) -> None:
    figures = charts(question, answer(question))
    assert figures
    for figure in figures:
        assert to_figure(figure.chart).data
        assert figure.title
        assert figure.how_to_read
        assert figure.words
        columns = figure.table()
        assert len({len(values) for values in columns.values()}) == 1
        assert len(next(iter(columns.values())))


@EVERY
def test_it_concludes_from_its_recorded_answer(question: Question) -> None:
    found = question.find(answer(question))
    assert found is not None
    assert (found.would_tell is None) or str(found.would_tell)
    asked = question.predict
    if isinstance(asked, Choices):
        assert asked.right(answer(question)) in (None, *asked.options)
    elif isinstance(asked, Drawing):
        line, panels = asked.line(answer(question)), question.panels(answer(question))
        assert line is not None
        assert asked.panel in [panel.name for panel in panels if isinstance(panel, Panel)]
        assert asked.low <= line.y.min() <= line.y.max() <= asked.high
    else:
        measured = asked.measured(answer(question))
        assert measured is None or asked.shown(measured)


@EVERY
def test_every_word_of_it_is_translated(question: Question) -> None:
    found = question.find(answer(question))
    assert found is not None
    said = [question.title, question.short, question.expected, question.predict.asked, *question.limits]
    said += [setting.label for setting in question.settings] + [found.sentence.template, found.why.template]
    said += [one.figures.template for one in question.published] + [
        one.why.template for one in question.published
    ]
    said += [question.regime] if question.regime else []
    set_language("zh")
    try:
        assert [text for text in said if gettext(text) == text] == []
    finally:
        set_language("en")


@EVERY
def test_what_measures_it_is_a_module_of_its_name(question: Question) -> None:
    assert callable(import_module(f"resnet_viz.lab.measures.{question.name}").measure)
    assert question.row in ROWS


@EVERY
def test_it_refuses_settings_that_it_does_not_have(question: Question) -> None:
    assert question.with_settings({}) == question.defaults
    for setting in question.settings:
        assert setting.default in setting.options
        assert (
            question.with_settings({setting.name: setting.options[-1]})[setting.name] == setting.options[-1]
        )
        with pytest.raises(InvalidSetting, match=setting.name):
            question.with_settings({setting.name: "nonsense"})
    with pytest.raises(InvalidSetting, match="colour"):
        question.with_settings({"colour": 1})


@EVERY
def test_other_settings_are_said_to_take_as_much_longer_as_there_is_to_do(
    question: Question, own_store: Store
) -> None:
    def longer(**settings: object) -> float:
        asked = asking(question, settings=settings)
        return times_longer(asked, asked.values(own_store))

    assert longer() == 1
    counts = {"seeds": 1} | ({"draws": 1} if question.name == "removals" else {})
    if question.name in ("lesion", "removals", "paths", "block_change", "landscape", "one_weight"):
        counts |= {"images": 1}
    for one in question.settings:
        if one.name in counts:
            for value in one.options:
                assert longer(**{one.name: value}) == pytest.approx(int(value) / int(one.default))
