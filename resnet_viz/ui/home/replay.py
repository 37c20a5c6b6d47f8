"""The recorded race on the first page: sent once, played in the browser, nothing is computed meanwhile.

The component gets one message: words and, after a line break, the film; both
JSON. Playing, pausing and scrubbing never reach the server; only the wish for a
live race does.
"""

import json
from functools import cache
from pathlib import Path
from typing import Final

import streamlit as st

from resnet_viz.experiments.recordings import Recording
from resnet_viz.figures.chart import to_json
from resnet_viz.figures.families import family_name
from resnet_viz.figures.figure import Figure
from resnet_viz.figures.replay import ReplayInfo, figures, replay_info
from resnet_viz.figures.theme import ON_DARK
from resnet_viz.locale import current_language
from resnet_viz.locale import gettext as _
from resnet_viz.ui.addresses import PLOTLY
from resnet_viz.ui.chart_card import numbers
from resnet_viz.ui.component import component
from resnet_viz.ui.live_chart import CHART_FILES, chart_html, more_label, tool_labels
from resnet_viz.ui.recordings import RACE, made_on, recorded_race, show_origin
from resnet_viz.wording import duration

_HERE: Final = Path(__file__).parent
_TOOLS: Final = ("csv", "png")
_HTML: Final = f"""
<div class="replay">
  <div class="replay-bar">
    <button type="button" class="replay-play">
      <svg viewBox="0 0 24 24" aria-hidden="true"><path d=""/></svg><span></span>
    </button>
    <button type="button" class="replay-live"></button>
    <input type="range" class="replay-scrub" min="0" step="1" value="0">
    <output class="replay-step"></output>
  </div>
  <dl class="replay-now"><div><dt></dt><dd></dd></div><div><dt></dt><dd></dd></div></dl>
  <div class="replay-charts">{chart_html(_TOOLS, name="loss")}{chart_html(_TOOLS, name="profile")}</div>
</div>
"""


def home_replay() -> bool:
    """Show the recorded race, playing, with its origin and its numbers; whether a live one is wanted now."""
    recording = recorded_race()
    with st.container(border=True, key="home_replay"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            depth = recording.spec.run.network.depth
            title = _("Two networks of {depth} layers").format(depth=depth)
            st.subheader(title, anchor=False, width="content")
            st.badge(_("Recording"), icon=":material/movie:", color="gray")
        show = component("home_replay", *CHART_FILES, _HERE / "replay.css", _HERE / "replay.js", html=_HTML)
        film = show(key="home_replay_film", data=_message(current_language()), on_live_change=lambda: None)
        shown = _figures(current_language())
        for column, (name, figure) in zip(st.columns(2), shown.items(), strict=True):
            with column:
                numbers(figure, key=f"home_{name}", filename=_filename(name), label=figure.title)
        with st.expander(_("How this recording was made"), icon=":material/movie:", type="compact"):
            show_origin(recording, _origin(recording))
    return bool(film.live)


def _filename(chart: str) -> str:
    return f"recorded-race-{RACE}-{chart}"


def _origin(recording: Recording) -> str:
    text = _(
        "This is a recording: the race was trained on {day} in {time}, on {cores} CPU cores "
        "({processor}) with PyTorch {torch}, by the command `{command}`. {note}"
    )
    walls = [history.facts["wall_s"] for history in recording.histories]
    return made_on(recording, text, time=duration(max(walls)))


@cache
def _info(_language: str) -> ReplayInfo:
    """With the names of the lines in the reader's language."""
    return replay_info(recorded_race().histories)


@cache
def _figures(language: str) -> dict[str, Figure]:
    """Both figures at the end of the race, in the reader's language."""
    return figures(_info(language))


@cache
def _message(language: str) -> bytes:
    """Words and film; the same for all readers of a language, so it is put together once."""
    info = _info(language)
    shown = _figures(language)
    words = {
        "plotly": PLOTLY,
        "scrub": _("Training step shown"),
        "step": _("Step {step} of {steps}"),
        "now": _("loss {loss} · test accuracy {accuracy}"),
        "live": _("Run it live"),
        "live_how": _("The same race, trained on this machine now"),
        "families": {film.line.family: family_name(film.line.family) for film in info.films},
        "actions": {"play": _("Play"), "pause": _("Pause"), "again": _("Play again")},
        "labels": tool_labels(_TOOLS),
        "onDark": ON_DARK,
        "charts": {
            name: {
                "title": figure.title,
                "how": figure.how_to_read,
                "more": {"label": more_label(), "text": figure.more},
                "alt": figure.words,
                "filename": _filename(name),
            }
            for name, figure in shown.items()
        },
    }
    films = [
        {
            "family": film.line.family,
            "step": film.step.astype("int32"),
            "profile": film.profile,
            **{
                name: {"step": curve.step.astype("int32"), "value": curve.value}
                for name, curve in (("loss", film.loss), ("test_accuracy", film.test_accuracy))
            },
        }
        for film in info.films
    ]
    charts = {name: figure.chart for name, figure in shown.items()}
    film = to_json({"steps": info.steps, "films": films, "charts": charts})
    return json.dumps(words).encode() + b"\n" + film.encode()
