"""The play of one image through two blocks without a browser: what is drawn, said and counted."""

import re
from collections import defaultdict
from xml.etree import ElementTree

import pytest
from streamlit.testing.v1 import AppTest

from resnet_viz.data.catalogue import info
from resnet_viz.locale import set_language
from resnet_viz.ui.architectures import play as section
from resnet_viz.ui.architectures.play_drawing import LAST_STEP, LOGIT_STEP, flat, upright
from resnet_viz.ui.architectures.play_steps import formulas, sentences
from resnet_viz.ui.architectures.walked import Walked
from resnet_viz.wording import number, percent
from tests.ui.test_architectures_page import open_page, words
from tests.ui.test_inspect_page import race_with_checkpoints

FASHION = info("fashion-mnist").classes
Shown = list[tuple[list[Walked], str]]

pytestmark = pytest.mark.usefixtures("shared_inspector")


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Shown:
    """What each script run gave the play."""
    found: Shown = []
    monkeypatch.setattr(section, "show_play", lambda walks, name: found.append((walks, name)))
    return found


def play(shown: Shown, **link: str) -> tuple[AppTest, Walked, Walked, str]:
    app = open_page(look="play", **link)
    assert not app.error
    (plain, residual), class_name = shown[-1]
    return app, plain, residual, class_name


def test_it_opens_with_the_image_that_the_bundled_networks_disagree_on(shown: Shown) -> None:
    _app, plain, residual, class_name = play(shown)
    assert (plain.title, residual.title, class_name) == ("Plain-32", "Residual-32", "Pullover")
    assert plain.answer.arrays["logits"].argmax() != residual.answer.arrays["logits"].argmax() == plain.target


def test_image_class_and_blocks_are_chosen_by_controls_and_kept_in_the_link(shown: Shown) -> None:
    app, _plain, first, _name = play(shown)
    boxes = {box.label: box for box in app.selectbox}
    boxes["Logit of class"].set_value("9").run()
    next(slider for slider in app.select_slider if slider.label == "Blocks").set_value(13).run()
    assert not app.exception
    (_other, residual), class_name = shown[-1]
    assert class_name == "Ankle boot"
    assert (residual.target, residual.number) == (9, 13)
    assert [block["name"] for block in residual.answer.values["blocks"]] == ["stage3.block3", "stage3.block4"]
    assert (app.query_params["class"], app.query_params["blocks"]) == ("9", "13")
    assert residual.x(0) == "x₁₂"
    assert first.x(0) == "x₀"


def test_blocks_whose_skip_connection_changes_the_shape_are_not_offered(shown: Shown) -> None:
    app, *_walks = play(shown)
    offered = next(slider for slider in app.select_slider if slider.label == "Blocks").options
    assert [int(text.split()[0]) for text in offered] == [1, 2, 3, 4, 7, 8, 9, 12, 13, 14]


@pytest.mark.parametrize("draw", [flat, upright])
def test_skips_are_drawn_where_there_are_any_and_widths_are_the_measured_shares(
    draw: type, shown: Shown
) -> None:
    _app, plain, residual, _name = play(shown)
    for walked, skips in ((plain, 0), (residual, 2)):
        drawing = ElementTree.fromstring(draw(walked))
        paths = list(drawing.iter("path"))
        assert sum(path.get("class") == "skip" for path in paths) == skips
        shares = defaultdict(set)
        for path in paths:
            if path.get("class") == "share":
                shares[int(path.get("data-back", ""))].add(float(path.get("data-share", "")))
        assert sorted(shares) == [LAST_STEP - 2, LAST_STEP]
        for i, step in enumerate((LAST_STEP, LAST_STEP - 2)):
            norms = walked.answer.values["blocks"][i]["norms"]
            through, past = norms["from_branch"], norms["from_skip"]
            expected = {round(part / (through + past), 4) for part in (through, past) if part}
            assert shares[step] == expected
            assert sum(shares[step]) == pytest.approx(1, abs=2e-4)


def test_every_step_changes_something_and_is_said_in_a_sentence_and_formulas(shown: Shown) -> None:
    _app, plain, residual, class_name = play(shown)
    for language in ("en", "zh"):
        set_language(language)
        told = sentences(plain, residual, class_name)
        assert len(told) == len(set(told)) == LAST_STEP + 1
        assert not re.search(r"[{}]", " ".join(told))
    set_language("en")
    for walked in (plain, residual):
        drawing = flat(walked)
        steps = {int(step) for step in re.findall(r'data-(?:ahead|back)="(\d+)"', drawing)}
        missing = {2, 5} if walked is plain else set()  # nothing is added there
        assert steps == set(range(LAST_STEP + 1)) - missing
        assert len(formulas(walked)) == LAST_STEP + 1


def test_formulas_have_the_norms_that_were_measured(shown: Shown) -> None:
    _app, plain, residual, class_name = play(shown)
    norms = residual.answer.values["blocks"][0]["norms"]
    added, back = formulas(residual)[2], formulas(residual)[LAST_STEP]
    assert re.findall("<b>(.*?)</b>", added) == [number(norms[name]) for name in ("sum", "branch", "input")]
    terms = ("input_gradient", "from_skip", "from_branch")
    assert re.findall("<b>(.*?)</b>", back) == [number(norms[name]) for name in terms]
    assert "g · 1" not in formulas(plain)[LAST_STEP]
    told = sentences(plain, residual, class_name)
    assert percent(residual.skip_share(0)) in told[LAST_STEP]
    assert number(plain.logit) in told[LOGIT_STEP]
    assert number(residual.logit) in told[LOGIT_STEP]


def test_the_table_says_that_credit_is_split_exactly_and_what_finite_differences_say(shown: Shown) -> None:
    app, plain, residual, _name = play(shown)
    text = words(app)
    for walked in (plain, residual):
        values = walked.answer.values
        assert f"changes the logit by {number(values['difference'], 5)} per unit" in text
        assert number(values["difference"], 5) == number(values["gradient"], 5)
        assert f"<td>{number(values['blocks'][0]['credit_branch'])}</td>" in text


def test_runs_that_are_drawn_are_played_with_their_weights(shown: Shown) -> None:
    plain_id, residual_id = race_with_checkpoints(depth=14).run_ids
    app, plain, residual, class_name = play(shown, left=f"run:{residual_id}", right=f"run:{plain_id}")
    assert (plain.title, residual.title) == ("Plain-14", "Residual-14")
    assert (plain.has_skip, residual.has_skip) == (False, True)
    assert plain.answer.values["trained"]
    assert residual.answer.values["trained"]
    assert residual.map(0, "input").shape == (2, 8, 8)  # the runs' width and images
    assert class_name in FASHION
    assert "with their newest weights" in words(app)
    next(control for control in app.segmented_control if control.label == "Networks").set_value(
        "bundled"
    ).run()
    assert not app.exception
    assert [one.title for one in shown[-1][0]] == ["Plain-32", "Residual-32"]
    assert "come with the app" in words(app)


def test_fresh_networks_that_are_drawn_are_played_on_request(shown: Shown) -> None:
    app, plain, residual, _name = play(shown, networks="drawn")
    assert (plain.title, residual.title) == ("Plain-20", "Residual-20")
    assert not plain.answer.values["trained"]
    assert "untrained: random weights, seed 0." in words(app)
    assert residual.map(0, "input").shape == (16, 32, 32)


@pytest.mark.parametrize(
    ("link", "why"),
    [
        ({"left": "vgg"}, "a plain and a residual network with basic blocks"),
        ({"right": "residual+preactivation"}, "a plain and a residual network with basic blocks"),
        ({"left": "residual"}, "a plain and a residual network with basic blocks"),
        ({"right": "torchvision:resnet18"}, "a plain and a residual network with basic blocks"),
        ({"depth": "8"}, "a depth of 14 or more"),
        ({"depth": "110", "width": "64"}, "up to 1,000,000,000 multiply-adds"),
    ],
)
def test_what_cannot_be_played_is_said_and_the_bundled_pair_is_shown(
    link: dict[str, str], why: str, shown: Shown
) -> None:
    app, plain, _residual, _name = play(shown, networks="drawn", **link)
    assert plain.title == "Plain-32"
    assert why in words(app)
    assert "Shown instead: the trained pair that comes with the app." in words(app)


def test_a_trained_and_an_untrained_network_are_not_compared(shown: Shown) -> None:
    run = race_with_checkpoints(depth=14).run_ids[0]
    app, plain, _residual, _name = play(shown, left=f"run:{run}", depth="14", input="1x14x14")
    assert plain.title == "Plain-32"
    assert "two trained networks or two untrained ones" in words(app)
