"""The play on the Architectures page: walked with the keyboard, by itself, on every screen."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from resnet_viz.data.load import load
from resnet_viz.inspection.answers import answerers
from resnet_viz.specs import DataSpec
from resnet_viz.ui.architectures.play_drawing import LAST_STEP
from resnet_viz.ui.inspection.networks import bundled_record
from resnet_viz.wording import number
from tests.ui.conftest import settled
from tests.ui.screens.seen import LANGUAGES, SCREENS, assert_nothing_cut, show, speak

pytestmark = pytest.mark.browser

_PULLOVER = 2
_WIDTHS = """(play) => [...play.querySelectorAll('.play-network')].map((network) =>
  [...network.querySelectorAll('.play-flat .share.is-back')].map((path) => [
    +path.dataset.back, +path.dataset.share, parseFloat(getComputedStyle(path).strokeWidth)]))"""


def open_play(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/architectures?look=play")
    expect(page.locator(".play-told")).not_to_be_empty(timeout=60_000)
    settled(page)


def open_play_at_rest(page: Page, app_url: str) -> None:
    """Open it; from then on time passes as the test lets it."""
    page.clock.install()
    open_play(page, app_url)
    page.clock.pause_at(page.evaluate("() => Date.now() + 60_000"))


def numbers(page: Page) -> list[list[str]]:
    """Those below each network's formula."""
    return [one.locator("b").all_inner_texts() for one in page.locator(".play-formula").all()]


def expected_norms(home: Path) -> list[list[dict[str, float]]]:
    """Of both networks' blocks, as the worker answers."""
    image = int(bundled_record()["opening_image"])
    images = load(DataSpec(), home).test_images[image : image + 1].numpy()
    ask = answerers(home)["walk"]
    answers = [
        ask({"model": f"bundled:{role}", "target": _PULLOVER}, {"images": images})
        for role in ("plain", "residual")
    ]
    return [[block["norms"] for block in answer.values["blocks"]] for answer in answers]


def test_space_steps_through_to_the_end_with_the_numbers_of_the_worker(
    page: Page, app_url: str, tmp_path: Path
) -> None:
    page.emulate_media(reduced_motion="reduce")
    open_play(page, app_url)
    play, told = page.locator(".play"), page.locator(".play-told")
    plain, residual = expected_norms(tmp_path)
    play.focus()
    said = [told.inner_text()]
    for step in range(1, LAST_STEP + 1):
        page.keyboard.press("Space")
        expect(play).to_have_attribute("data-step", str(step))
        said.append(told.inner_text())
        if step == 5:
            shown = [residual[1][name] for name in ("sum", "branch", "input")]
            assert numbers(page) == [[number(plain[1]["branch"])], [number(one) for one in shown]]
    assert len(set(said)) == LAST_STEP + 1
    terms = ("input_gradient", "from_skip", "from_branch")
    assert numbers(page) == [
        [number(plain[0][name]) for name in (terms[0], terms[2])],
        [number(residual[0][name]) for name in terms],
    ]
    page.keyboard.press("Space")  # nothing is beyond the end
    expect(play).to_have_attribute("data-step", str(LAST_STEP))

    # Widths are the shares: all of it in the plain network, two parts of a whole in the residual one.
    for network, norms in zip(play.evaluate(_WIDTHS), (plain, residual), strict=True):
        for i, at in enumerate((LAST_STEP, LAST_STEP - 2)):
            past, through = norms[i]["from_skip"], norms[i]["from_branch"]
            drawn = {share: width for step, share, width in network if step == at}
            expected = [part / (past + through) for part in (past, through) if part]
            assert sorted(drawn) == pytest.approx(sorted(expected), abs=1e-3)
            for share, width in drawn.items():
                assert width == pytest.approx(1 + 17 * share, abs=0.05)
    texts = page.locator(".play-flat .told.is-back").all_text_contents()
    shares = [float(share) for text in texts for share in re.findall(r"[\d.]+(?=%)", text)]
    assert len(shares) == 4
    assert sum(shares) == pytest.approx(200, abs=0.2)

    page.keyboard.press("ArrowLeft")
    expect(play).to_have_attribute("data-step", str(LAST_STEP - 1))
    page.keyboard.press("Home")
    expect(play).to_have_attribute("data-step", "0")
    assert told.inner_text() == said[0]


def test_pictures_travel_unless_one_wants_no_motion(page: Page, app_url: str) -> None:
    open_play(page, app_url)
    going = """(play) => {
      play.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' }));
      return play.querySelectorAll('.travel.is-going').length;
    }"""
    play = page.locator(".play")
    assert play.evaluate(going) > 0
    expect(page.locator(".travel.is-going")).to_have_count(0)  # they arrive
    page.emulate_media(reduced_motion="reduce")
    assert play.evaluate(going) == 0
    expect(play).to_have_attribute("data-step", "2")


def test_play_goes_by_itself_to_the_end_and_can_be_paused(page: Page, app_url: str) -> None:
    open_play_at_rest(page, app_url)
    play = page.locator(".play")
    page.get_by_role("button", name="Play", exact=True).click()
    expect(play).to_have_attribute("data-step", "1")
    page.clock.run_for(2_000)
    expect(play).to_have_attribute("data-step", "2")
    page.get_by_role("button", name="Pause", exact=True).click()
    page.clock.run_for(10_000)
    expect(play).to_have_attribute("data-step", "2")
    page.get_by_role("button", name="Play", exact=True).click()
    page.clock.run_for(60_000)
    expect(play).to_have_attribute("data-step", str(LAST_STEP))
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_another_choice_stops_the_play_and_shows_its_own_numbers_at_the_same_step(
    page: Page, app_url: str
) -> None:
    open_play_at_rest(page, app_url)
    play, told = page.locator(".play"), page.locator(".play-told")
    play.focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    before = told.inner_text()
    play.get_by_role("button", name="One step back", exact=True).click()
    page.get_by_role("button", name="Play", exact=True).click()  # to the step that `before` tells of
    expect(told).to_have_text(before)
    page.get_by_role("combobox", name="Logit of class", exact=True).click()
    page.get_by_role("option", name="Coat", exact=True).click()
    page.clock.run_for(500)  # enough for Streamlit to say it, too little for the next step
    expect(told).not_to_have_text(before)
    other = told.inner_text()
    page.clock.run_for(10_000)
    expect(play).to_have_attribute("data-step", str(LAST_STEP - 2))
    expect(told).to_have_text(other)


def test_both_networks_are_seen_at_once_on_every_screen(page: Page, app_url: str) -> None:
    open_play(page, app_url)
    for language in LANGUAGES:
        speak(page, language)
        for screen in SCREENS:
            show(page, screen)
            form = "upright" if screen.name == "phone" else "flat"
            drawings = page.locator(f".play-{form} svg")
            expect(drawings).to_have_count(2)
            plain, residual = (drawing.bounding_box() for drawing in drawings.all())
            top = page.locator(".play-bar").bounding_box()
            assert plain is not None
            assert residual is not None
            assert top is not None
            ends = max(plain["y"] + plain["height"], residual["y"] + residual["height"])
            assert ends - top["y"] < screen.height - 60, (screen.name, language)
            assert_nothing_cut(page)
