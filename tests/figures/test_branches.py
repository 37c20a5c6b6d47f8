"""Forks in the charts of a race: a line of the parent's colour from their step on, and a mark at it."""

import pytest

from resnet_viz.experiments.forks import CHANGED
from resnet_viz.figures import accuracy, gradient_profile, losses
from resnet_viz.figures.chart import to_figure
from resnet_viz.figures.lines import lines_of
from resnet_viz.figures.theme import PLAIN, RESIDUAL
from resnet_viz.history import Branch, Curve, ProfileTable, RunHistory
from tests.figures.test_lines import measured

CUT = Branch("forkaforka", 1, CHANGED["cut"])
SLOW = Branch("forkbforkb", 2, CHANGED["rate"])


def branch(family: str, of: Branch, seed: int = 0) -> RunHistory:
    """What was measured of a fork: as of its parent, from its step on."""
    whole = measured(family, seed)
    series = {name: Curve(c.step[of.step :], c.value[of.step :]) for name, c in whole.series.items()}
    profiles = {
        name: ProfileTable(t.taps, t.step[of.step :], t.value[of.step :])
        for name, t in whole.profiles.items()
    }
    return RunHistory(family, seed, whole.state, series, profiles, whole.facts, of)


RACE = [measured("plain"), measured("residual")]
FORKED = [*RACE, branch("residual", CUT), branch("residual", SLOW)]


def test_a_fork_is_a_line_of_its_parents_colour_with_a_dash_and_a_name_of_its_own() -> None:
    plain, residual, cut, slow = lines_of(FORKED)
    assert [plain.look.colour, residual.look.colour] == [PLAIN, RESIDUAL]
    assert {cut.look.colour, slow.look.colour} == {RESIDUAL}
    assert len({line.look.dash for line in (plain, residual, cut, slow)}) == 4
    assert cut.name == "Residual: skips cut at step 1"
    assert slow.name == "Residual: learning rate ÷ 10 at step 2"
    assert len({line.family for line in (plain, residual, cut, slow)}) == 4
    assert len(residual.histories) == 1, "the mean over seeds is of the race alone"


def test_of_several_seeds_the_name_says_which_was_forked() -> None:
    lines = lines_of([measured("plain", 0), measured("plain", 1), branch("plain", SLOW, 1)])
    assert lines[-1].name == "Plain, seed 1: learning rate ÷ 10 at step 2"


@pytest.mark.parametrize("draw", [losses.figure, accuracy.figure])
def test_a_mark_stands_at_each_step_and_says_what_changed(draw: object) -> None:
    assert callable(draw)
    figure = draw(FORKED)
    chart = to_figure(figure.chart)
    assert [shape.x0 for shape in chart.layout.shapes] == [1, 2]
    assert [note.text for note in chart.layout.annotations] == [
        "Step 1: skips cut",
        "Step 2: learning rate ÷ 10",
    ]
    (trace,) = [one for one in chart.data if one.name == "Residual: skips cut at step 1"]
    assert trace.x[0] >= 1
    assert trace.line.color == RESIDUAL
    assert "Residual: skips cut at step 1" in figure.words
    unforked = to_figure(draw(RACE).chart)
    assert not unforked.layout.shapes
    assert not unforked.layout.annotations


def test_the_gradient_of_a_fork_is_shown_from_its_step_on() -> None:
    both = [measured("residual"), branch("residual", CUT)]
    assert [e.line.branch for e in gradient_profile.gradient_profile_info(both, step=0).lines] == [None]
    assert [e.line.branch for e in gradient_profile.gradient_profile_info(both, step=1).lines] == [None, CUT]
