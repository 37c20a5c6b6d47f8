"""Credit and knowing, drawn."""

import numpy as np
import pytest

from resnet_viz.figures import credit, known
from resnet_viz.figures.chart import to_figure
from resnet_viz.figures.families import family_look
from resnet_viz.figures.theme import RESIDUAL

NAMES = ("Shirt", "Coat", "Bag")


def test_the_two_parts_stand_on_top_of_each_other() -> None:
    look = family_look("residual")
    parts = np.array([1, 2], np.float32), np.array([-0.5, 3], np.float32)
    figure = credit.figure(credit.CreditInfo(look, ("stage1.block1", "stage1.block2"), *parts, "Coat"))
    drawn = to_figure(figure.chart)
    assert drawn.layout.barmode == "relative"
    assert [list(bar.y) for bar in drawn.data] == [[1, 2], [-0.5, 3]]
    assert drawn.data[0].marker.color == RESIDUAL
    assert figure.table()["⟨g, y⟩"].tolist() == [0.5, 5]
    assert "Coat" in figure.title


def test_the_credit_of_two_classes_names_both() -> None:
    parts = np.array([1], np.float32), np.array([-0.5], np.float32)
    figure = credit.figure(
        credit.CreditInfo(family_look("residual"), ("stage1.block1",), *parts, "Coat", "Shirt")
    )
    assert figure.title.endswith("Coat, not Shirt")
    assert "Coat, not Shirt" in figure.words
    assert "minus that of Shirt" in str(figure.more)


@pytest.mark.parametrize(
    ("said", "first"), [([2, 1, 1, 1], 1), ([1, 0, 1, 1], 2), ([1, 1, 1, 1], 0), ([1, 1, 1, 0], None)]
)
def test_a_network_knows_from_where_on_all_classifiers_agree_with_it(
    said: list[int], first: int | None
) -> None:
    one = known.KnownImage(family_look("residual"), np.array(said), 1, np.linspace(0.5, 0.9, 4, dtype="f4"))
    assert one.first == first
    figure = known.figure([one], NAMES)
    (line,) = to_figure(figure.chart).data
    assert list(line.y) == said
    assert ("no classifier" in figure.words) == (first is None)
    assert figure.table()["class"].tolist() == [NAMES[index] for index in said]
