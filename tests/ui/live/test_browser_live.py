"""A race watched in a real browser: what is drawn while it runs, and what watching must not change."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from resnet_viz.experiments.kinds import RACE
from resnet_viz.experiments.recordings import read_recording, recording_names
from resnet_viz.figures import accuracy, gradient_heatmap, gradient_profile, losses, responses
from resnet_viz.figures.chart import encoded
from resnet_viz.figures.figure import Figure
from resnet_viz.history import Curve, ProfileTable, RunHistory
from resnet_viz.ui.live.patches import chart_patch
from resnet_viz.ui.live_chart import LIVE_PARTS
from tests.ui.conftest import free_port, running_app_at, settled, watched_tab
from tests.ui.test_browser_race import LONG, QUICK, expect_both, running, start

__all__ = ["running"]

pytestmark = pytest.mark.browser

NAMES = ("loss", "accuracy", "gradients", "map", "responses")
_GRAPH = ".st-key-card_race_{name} .live-chart-graph"

# What a chart shows: all numbers, arrays of any kind as plain lists.
_SHOWN = """(selector) => {
  const plain = (value) => ArrayBuffer.isView(value) ? Array.from(value, (v) => Number.isNaN(v) ? null : v)
    : Array.isArray(value) ? value.map(plain) : value;
  const g = document.querySelector(selector);
  return g._fullData.map((t) => ({ name: t.name, x: plain(t.x), y: plain(t.y), z: plain(t.z) }));
}"""

_SAME = """([message, whole]) => {
  const list = (_, v) => (ArrayBuffer.isView(v) ? Array.from(v) : v);
  const plain = (value) => JSON.parse(JSON.stringify(value, list));
  const sorted = (value) => JSON.stringify(value, (_, v) =>
    v && typeof v === "object" && !Array.isArray(v) ? Object.fromEntries(Object.entries(v).sort()) : v);
  if (!liveParts.take(JSON.parse(message))) return false;
  return sorted(plain(liveParts.parts.get("a").value)) === sorted(plain(unpacked(JSON.parse(whole).whole)));
}"""


def graph(name: str) -> str:
    return _GRAPH.format(name=name)


def shown(page: Page, name: str) -> Any:
    return page.evaluate(_SHOWN, graph(name))


def await_drawn(page: Page) -> None:
    """Wait until all charts are drawn as the script has them."""
    expect(page.locator(".live-chart-graph[data-pending]")).to_have_count(0, timeout=30_000)


def updates(page: Page, name: str) -> int:
    return int(page.locator(graph(name)).get_attribute("data-updates") or 0)


def await_update(page: Page, name: str, more: int = 1) -> None:
    script = "([chart, least]) => Number(document.querySelector(chart)?.dataset.updates ?? 0) >= least"
    page.wait_for_function(script, arg=[graph(name), updates(page, name) + more], timeout=60_000)


def await_rest(page: Page, words: Locator, rest_ms: int) -> None:
    """Wait until ``words`` have stayed the same for ``rest_ms``."""
    page.wait_for_function(
        """([words, rest]) => {
          const state = (window.atRest ??= {});
          const said = words.innerText;
          if (said !== state.said) Object.assign(state, { said, since: Date.now() });
          return Date.now() - state.since > rest;
        }""",
        arg=[words.element_handle(), rest_ms],
        timeout=30_000,
    )


@pytest.mark.parametrize("width", [1280, 390])
def test_what_was_watched_is_what_a_reload_shows(page: Page, app_url: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 1600})
    start(page, app_url + QUICK)
    expect(page.locator(".st-key-race_headline h3")).to_be_visible(timeout=60_000)
    settled(page)  # the charts of the end come after its headline
    await_drawn(page)
    watched = {name: shown(page, name) for name in NAMES}
    page.reload()
    expect(page.locator(".st-key-race_headline h3")).to_be_visible(timeout=60_000)
    for name in NAMES:
        expect(page.locator(graph(name))).to_have_attribute("data-updates", "1")
        assert shown(page, name) == watched[name], name


def test_the_map_stands_the_same_way_while_it_grows_and_at_the_end(page: Page, app_url: str) -> None:
    """Input on top, at every update; it once stood upside down until the race had ended."""
    start(page, app_url + LONG.replace("probe=1000", "probe=100"))
    axis = "(chart) => document.querySelector(chart)._fullLayout.yaxis.range"
    page.set_viewport_size({"width": 1280, "height": 420})  # room for it alone
    page.locator(graph("map")).scroll_into_view_if_needed()
    page.wait_for_function(
        "(c) => document.querySelector(c)?._fullData?.length", arg=graph("map"), timeout=60_000
    )
    for _update in range(20):
        await_update(page, "map")
        bottom, top = page.evaluate(axis, graph("map"))
        assert bottom > top
    assert page.locator(f"{graph('map')} .heatmaplayer image").count() >= 2, "one picture a network"
    page.get_by_role("button", name="Stop", exact=True).click()
    expect_both(page, "Stopped")
    bottom, top = page.evaluate(axis, graph("map"))
    assert bottom > top


def test_zoom_survives_the_end_of_the_race(running: Page) -> None:
    running.evaluate(
        "(c) => Plotly.relayout(document.querySelector(c), { 'xaxis.range': [10, 50] })", graph("loss")
    )
    await_update(running, "loss", 3)
    running.get_by_role("button", name="Stop", exact=True).click()
    expect_both(running, "Stopped")
    expect(running.locator(".st-key-race_headline h3")).to_be_visible()
    zoom = running.evaluate("(c) => document.querySelector(c)._fullLayout.xaxis.range", graph("loss"))
    assert zoom == [10, 50]


def test_only_what_is_in_view_is_drawn(running: Page) -> None:
    running.set_viewport_size({"width": 1280, "height": 500})
    running.locator(graph("loss")).scroll_into_view_if_needed()
    expect(running.locator(graph("responses"))).not_to_be_in_viewport()
    await_update(running, "loss")
    before = updates(running, "responses")
    await_update(running, "loss", 5)
    assert updates(running, "responses") <= before + 1, "what was asked for before it left the view"
    running.locator(graph("responses")).scroll_into_view_if_needed()
    await_update(running, "responses")


def test_a_hidden_tab_follows_nothing_and_catches_up(running: Page) -> None:
    asked: list[str] = []
    hide = """(hidden) => {
      Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }"""
    last = "(c) => Math.max(...document.querySelector(c)._fullData.map((t) => t.x.at(-1)))"
    running.evaluate(hide, True)
    running.on("request", lambda request: asked.append(request.url) if "/live?" in request.url else None)
    card = running.locator('[class*="st-key-role_card_"][class*="_plain"] .progress-text')
    # What it had asked for before may still come; a tab that goes on following never rests so long.
    await_rest(running, card, 3_000)
    before, reached = card.inner_text(), running.evaluate(last, graph("loss"))
    assert asked == []
    running.evaluate(hide, False)
    expect(card).not_to_have_text(before)
    running.wait_for_function(f"([c, before]) => ({last})(c) > before", arg=[graph("loss"), reached])


def test_where_nothing_streams_the_page_asks_slowly_and_says_so(page: Page, app_url: str) -> None:
    held: list[Route] = []

    def hold_streams(route: Route) -> None:
        """As a proxy that waits for the end of an answer before it passes it on."""
        if "once=1" in route.request.url:
            route.continue_()
        else:
            held.append(route)

    page.route("**/live?*", hold_streams)
    start(page, app_url + LONG)
    expect(page.get_by_text("Updates come every few seconds")).to_be_visible(timeout=30_000)
    card = page.locator('[class*="st-key-role_card_"][class*="_plain"] .progress-text')
    before = card.inner_text()
    expect(card).not_to_have_text(before, timeout=30_000)
    await_update(page, "loss", 2)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect_both(page, "Stopped")
    expect(page.locator(".st-key-race_headline h3")).to_be_visible(timeout=30_000)
    for route in held:
        route.abort()


def test_two_languages_watch_one_race(running: Page) -> None:
    with watched_tab(running.context) as other:
        other.goto(f"{running.url}&lang=zh")
        card = other.locator('[class*="st-key-role_card_"][class*="_plain"] .progress-text')
        expect(card).to_have_text(re.compile("第 [\\d,]+ 步"), timeout=30_000)
        before = card.inner_text()
        expect(card).not_to_have_text(before, timeout=30_000)
        assert "步" in card.inner_text()
    assert (
        "Step" in running.locator('[class*="st-key-role_card_"][class*="_plain"] .progress-text').inner_text()
    )


@pytest.mark.timeout(300)  # two servers begin, each in up to two minutes
def test_a_server_that_is_watched_ends_and_the_next_one_is_followed(
    page_elsewhere: Page, tmp_path: Path
) -> None:
    """It waits for all answers to end; a viewer's has no end. `running_app_at` fails where it has to kill."""
    steps = "(c) => Math.max(...(document.querySelector(c)?._fullData ?? []).map((t) => t.x.at(-1)), -1)"
    with running_app_at(port := free_port(), tmp_path / "home") as address:
        start(page_elsewhere, address + LONG)
        page_elsewhere.wait_for_function(f"(c) => ({steps})(c) > 50", arg=graph("loss"), timeout=60_000)
    with running_app_at(port, tmp_path / "home"):
        expect_both(page_elsewhere, "Stopped")  # as the server's end leaves it
        await_drawn(page_elsewhere)
        reached = page_elsewhere.evaluate(steps, graph("loss"))
        page_elsewhere.get_by_role("button", name="Continue", exact=True).click()
        page_elsewhere.wait_for_function(
            f"([c, reached]) => ({steps})(c) > reached", arg=[graph("loss"), reached], timeout=60_000
        )
        line = "(c) => Array.from(document.querySelector(c)._fullData.at(-1).x)"
        drawn = page_elsewhere.evaluate(line, graph("loss"))
        assert drawn == sorted(set(drawn)), "no step twice"
        page_elsewhere.get_by_role("button", name="Stop", exact=True).click()
        expect_both(page_elsewhere, "Stopped")


@pytest.fixture
def page_elsewhere(context: BrowserContext) -> Page:
    """A tab that may complain: its server ends."""
    return context.new_page()


def test_what_the_browser_puts_together_is_the_whole_chart(page: Page, app_url: str) -> None:
    """Every figure of a recorded race, grown row by row: patched, and equal to the figure itself."""
    histories = read_recording(RACE, recording_names(RACE)[0]).histories
    page.goto("about:blank")
    page.add_script_tag(
        content=LIVE_PARTS.read_text(encoding="utf-8").replace("const liveParts", "var liveParts")
    )
    steps = sorted({int(step) for h in histories for t in h.profiles.values() for step in t.step[:12]})
    drawings = (
        losses.figure,
        accuracy.figure,
        gradient_profile.figure,
        gradient_heatmap.figure,
        responses.figure,
    )
    for draw in drawings:
        before: Figure | None = None
        # A worker that is killed takes the run back to its last checkpoint.
        for version, step in enumerate((*steps, steps[3], *steps[5:], 10**9), start=1):
            figure = draw([until(history, step) for history in histories])
            patch = None if before is None else chart_patch(before.chart, figure.chart)
            message = {"part": "a", "to": version}
            message |= {"whole": figure.chart} if patch is None else {"from": version - 1, "patch": patch}
            shown = [encoded(message).decode(), encoded({"whole": figure.chart}).decode()]
            assert page.evaluate(_SAME, shown), (draw.__module__, step)
            before = figure


def until(history: RunHistory, step: int) -> RunHistory:
    """What had been recorded up to ``step``."""
    return RunHistory(
        history.family,
        history.seed,
        history.state,
        {n: Curve(c.step[c.step <= step], c.value[c.step <= step]) for n, c in history.series.items()},
        {
            n: ProfileTable(t.taps, t.step[t.step <= step], t.value[t.step <= step])
            for n, t in history.profiles.items()
        },
        history.facts,
    )


def test_several_parts_of_a_page_follow_beside_each_other(running: Page, app_url: str) -> None:
    """The table of runs and the charts of the chosen ones, by one connection."""
    race = running.url
    asked: list[str] = []
    running.on("request", lambda request: asked.append(request.url) if "/live?" in request.url else None)
    running.goto(f"{app_url}/runs?view=runs")
    rows = running.locator(".runs-table tbody tr", has_text="Running")
    expect(rows).to_have_count(2, timeout=30_000)
    rows.first.locator("input").check()
    running.get_by_role("button", name="Compare", exact=True).click()
    expect(running.locator(graph("loss"))).to_have_class(re.compile("js-plotly-plot"), timeout=30_000)
    steps = rows.first.locator("td").nth(8)
    for _again in range(3):
        before = steps.inner_text()
        expect(steps).not_to_have_text(before, timeout=30_000)
        await_update(running, "loss")
    assert len(asked) <= 4, "one connection for all, and it stays"
    expect(rows.first.locator("input")).to_be_checked()
    running.goto(race)
    expect_both(running, "Running")
