"""The picture of an answer for a slide: nothing overlaps or is cut off, and it says where it is from."""

from html import unescape

import pytest

from resnet_viz.figures.chart import to_figure
from resnet_viz.lab.answers import asking, recorded
from resnet_viz.lab.slide import HEIGHT, SCALE, WIDTH, slide
from resnet_viz.lab.table import QUESTIONS
from resnet_viz.locale import gettext as _
from resnet_viz.locale import set_language

NETWORKS = "Bundled pair, Fashion-MNIST"
MACHINE = ("AMD EPYC, 2 cores, Linux", "2026-11-26")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", QUESTIONS)
def test_a_slide_has_question_sentence_and_source_and_room_for_the_chart(name: str, language: str) -> None:
    found = recorded(name)
    assert found is not None
    question = QUESTIONS[name]
    set_language(language)
    chart = slide(asking(question), found.result, (NETWORKS,), MACHINE)
    title, finding = _(question.title), question.find(found.result)
    assert finding is not None
    sentence = str(finding.sentence)
    assert (WIDTH * SCALE, HEIGHT * SCALE) == (1600, 900)
    figure = to_figure(chart)  # all is known to Plotly
    texts = [unescape(one.text).replace("<br>", " ").replace("<b>", "") for one in figure.layout.annotations]
    without_spaces = ["".join(text.split()).replace("</b>", "") for text in texts]
    assert without_spaces[0] == "".join(title.split())
    assert without_spaces[1] == "".join(sentence.split())
    assert all("".join(part.split()) in without_spaces[2] for part in (NETWORKS, *MACHINE, "ResNet Viz"))
    # From top to bottom: title, sentence, legend, chart, source; half of the height is the chart's.
    tops = [one.y for one in figure.layout.annotations]
    low, high = figure.layout.yaxis.domain
    assert tops[0] > tops[1] > figure.layout.legend.y >= high > low > tops[2] > 0
    assert high - low > 0.45
