"""Runs as one HTML page that opens anywhere, without internet and without this app.

Everything is in the file: plotly.js from the installed package, the charts'
numbers, the words in the language in force. A content security policy keeps
the page from asking the network for anything.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template

import orjson

from resnet_viz import __version__
from resnet_viz.exports.report_sections import Section, run_name, sections
from resnet_viz.figures.figure import Figure
from resnet_viz.locale import current_language
from resnet_viz.locale import gettext as _
from resnet_viz.store import RunRecord, Store


def write_report(store: Store, run_ids: Sequence[str], target: Path) -> None:
    """`report_html` as a file."""
    target.write_text(report_html(store, run_ids), encoding="utf-8")


def report_html(store: Store, run_ids: Sequence[str]) -> str:
    """The page about these runs, in the language in force; raises `NotFound`.

    Runs of one race are shown in the same charts, with the race's verdict and
    fairness cards, and several cells of one sweep as that sweep: its verdict,
    its errors over depth, all its cells. Every other run has charts of its own.
    """
    runs = [store.run(run_id) for run_id in run_ids]
    parts = list(sections(store, runs))
    figures = [figure for part in parts for figure in part.figures]
    packed = "[" + ",".join(figure.json for figure in figures) + "]"
    template = Template((files(__package__) / "report.html").read_text(encoding="utf-8"))
    return template.substitute(
        language={"zh": "zh-CN"}.get(current_language(), current_language()),
        title=escape(_title(store, runs, parts)),
        made=escape(
            _("Made with ResNet Viz {version} on {date}. Every number was measured.").format(
                version=__version__, date=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
            )
        ),
        sections="\n".join(_html(parts)),
        plotly=(files("plotly") / "package_data" / "plotly.min.js").read_text(encoding="utf-8"),
        charts=packed.replace("<", "\\u003c"),
        settings=orjson.dumps({"displaylogo": False, "responsive": True}).decode(),
    )


def _title(store: Store, runs: Sequence[RunRecord], parts: Sequence[Section]) -> str:
    if len(runs) == 1:
        return runs[0].name or run_name(runs[0])
    named = store.group(runs[0].group_id).name
    return named if len(parts) == 1 and named else _("Report on {count} runs").format(count=len(runs))


def _html(parts: Sequence[Section]) -> Iterator[str]:
    first = 0
    for heading, before, figures, after in parts:
        drawn = _figures(figures, first)
        yield "\n".join((f"<section><h2>{escape(heading)}</h2>", *before, *drawn, *after, "</section>"))
        first += len(figures)


def _figures(figures: Sequence[Figure], first_chart: int) -> Iterator[str]:
    for position, figure in enumerate(figures, start=first_chart):
        yield (
            f'<figure><h3>{escape(figure.title)}</h3><p class="how">{escape(figure.explained)}</p>'
            f'<div class="chart" id="chart-{position}" role="img" aria-label="{escape(figure.words)}"></div>'
            f"<figcaption>{escape(figure.words)}</figcaption></figure>"
        )
